/** NotSent voids the token: no answer that is written behind it hands out one of that order or version, whoever asks how often. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

const ORDER = { ...GOOD_ORDER, orderQty: '100' }
type Body = Readonly<Record<string, unknown>>

describe('a token that NotSent has voided', () => {
  let gate: RestGate
  let other: Awaited<ReturnType<RestGate['anotherServer']>>
  let ids = 0
  const nextID = () => `N-${++ids}`
  const post = async (path: string, body: object = {}): Promise<Body> =>
    (await gate.send('ems-1', 'POST', path, body)).body
  const askOther = async (path: string, body: object): Promise<Body> => {
    const headers = { authorization: `Bearer ${gate.tokens.get('ems-1')}`, 'content-type': 'application/json' }
    const answer = await fetch(`${other.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return (await answer.json()) as Body
  }
  const notSent = async (clOrdID: string) =>
    assert.equal((await post(`/orders/${clOrdID}/not-sent`)).outcome, 'APPLIED')

  /** Again and again, at the server that gave the first answer and at one that knows of none. */
  async function assertVoid(path: string, body: object, firstSeq: unknown): Promise<void> {
    const answers = [await post(path, body), await askOther(path, body), await post(path, body)]
    for (const { duplicate, seq, live, token, tokenExpiry } of answers) {
      assert.deepEqual([duplicate, seq, live, token, tokenExpiry], [true, firstSeq, false, undefined, undefined])
    }
  }

  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
    other = await gate.anotherServer()
  })
  after(async () => {
    await other.close()
    await gate.close()
  })

  test('is in no answer to a repeat of its order', async () => {
    const order = { ...ORDER, clOrdID: nextID() }
    const first = await post('/orders', order)
    assert.equal((await post('/orders', order)).token, first.token, 'before it the repeat has the first token')
    await notSent(order.clOrdID)
    await assertVoid('/orders', order, first.seq)
    const read = await gate.send('ems-1', 'GET', `/orders/${order.clOrdID}`)
    assert.doesNotMatch(JSON.stringify(read.body), /token/)
    await post('/orders', { ...ORDER, clOrdID: nextID() })
    await assertVoid('/orders', order, first.seq)
  })

  test('is in none of an order that was UNKNOWN', async () => {
    const order = { ...ORDER, clOrdID: nextID() }
    const first = await post('/orders', order)
    gate.clock.pass(4_000_000)
    assert.deepEqual(
      [(await post('/orders', order)).state, (await post('/orders', order)).token],
      ['UNKNOWN', undefined],
    )
    await notSent(order.clOrdID)
    await assertVoid('/orders', order, first.seq)
    await gate.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat', {})
  })

  test('is in none of a replace that was not sent, while its order goes on', async () => {
    const first = nextID()
    await post('/orders', { ...ORDER, clOrdID: first })
    const path = `/orders/${first}/replace`
    const change = { clOrdID: nextID(), orderQty: '200', price: '1668' }
    const approved = await post(path, change)
    assert.ok(approved.token)
    await notSent(change.clOrdID)
    await assertVoid(path, change, approved.seq)
    assert.ok((await post('/orders', { ...ORDER, clOrdID: first })).token, 'the order itself may still be sent')
  })

  test('is kept where NotSent was refused, since a report names the order', async () => {
    const order = { ...ORDER, clOrdID: nextID() }
    const first = await post('/orders', order)
    const report = { execID: nextID(), execType: 'New', symbol: ORDER.symbol, owner: 'ems-1', clOrdID: order.clOrdID }
    assert.equal((await gate.send('venue-1', 'POST', '/executions', report)).body.outcome, 'APPLIED')
    assert.equal((await post(`/orders/${order.clOrdID}/not-sent`)).outcome, 'REFUSED')
    assert.equal((await post('/orders', order)).token, first.token)
  })
})

describe('NotSent that overtakes the first answer', () => {
  for (const what of ['an order', 'a replace']) {
    test(`leaves ${what} without a token`, async (t) => {
      const gate = await RestGate.start()
      t.after(() => released(gate, gate.close()))
      await tellSmallFirm(gate)
      await gate.send('ems-1', 'POST', '/orders', { ...ORDER, clOrdID: 'FIRST' })
      const [path, body] =
        what === 'an order'
          ? ['/orders', { ...ORDER, clOrdID: 'LATE' }]
          : ['/orders/FIRST/replace', { clOrdID: 'LATE', orderQty: '200', price: '1668' }]
      gate.journal.hold()
      const first = gate.send('ems-1', 'POST', path, body)
      while (!gate.journal.isHolding) await turn()
      const { seq } = gate.engine.view
      const notSent = gate.send('ems-1', 'POST', '/orders/LATE/not-sent', {})
      while (gate.engine.view.seq === seq) await turn()
      gate.journal.release()
      const answer = (await first).body
      assert.deepEqual(
        [answer.outcome, answer.duplicate, answer.live, answer.token],
        ['APPROVED', false, false, undefined],
      )
      const told = await released(gate, notSent)
      assert.equal(told.body.outcome, 'APPLIED')
      assert.equal((await released(gate, gate.send('ems-1', 'POST', path, body))).body.token, undefined)
    })
  }
})

/** Lets every block be durable until this is done. */
async function released<T>(gate: RestGate, answer: Promise<T>): Promise<T> {
  let isThere = false
  const done = answer.finally(() => {
    isThere = true
  })
  while (!isThere) {
    if (gate.journal.isHolding) gate.journal.release()
    await turn()
  }
  return done
}
