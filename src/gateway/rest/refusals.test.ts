/** What a client is told of an order that was refused: what it sent, also when it asks later, and nothing of others. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

describe('refusals', () => {
  let gate: RestGate
  let ids = 0
  const nextID = () => `N-${++ids}`
  const place = async (change: object = {}) =>
    (await gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: nextID(), ...change })).body
  const show = (clOrdID: string, as = 'ems-1') => gate.send(as, 'GET', `/orders/${encodeURIComponent(clOrdID)}`)

  before(async () => {
    gate = await RestGate.start()
    await tellSmallFirm(gate)
  })
  after(() => gate.close())

  test('names and codes that nobody knows stand in the answer as they were sent, and so do the numbers', async () => {
    const sent = { ...GOOD_ORDER, price: '1668', timeInForce: 'Day' }
    const rows: object[] = [
      { symbol: 'NO"NE' },
      { account: 'NONE' },
      { trader: 'NO NE' },
      { strategy: 'a\\b' },
      { venue: 'NONE' },
      { side: '"Foo' },
      { ordType: 'Pegged' },
      { timeInForce: 'GTX' },
      { symbol: 'NONE', ordType: 'StopLimit', price: '1.50', stopPx: '1.25' },
    ]
    for (const change of rows) {
      const clOrdID = nextID()
      const body = await place({ ...change, clOrdID })
      assert.equal(body.outcome, 'REJECTED')
      const price = 'symbol' in change && !('price' in change) ? { price: '1668.00' } : {}
      assert.deepEqual(body.order, { ...sent, clOrdID, ...price, ...change }, JSON.stringify(change))
      assert.deepEqual(await place({ ...change, clOrdID }), { ...body, duplicate: true })
    }
    const path = `/orders/${nextID()}/replace`
    const change = { clOrdID: nextID(), orderQty: '5', price: '1.00' }
    const { body } = await gate.send('ems-1', 'POST', path, change)
    assert.deepEqual([body.reason.code, body.order], ['UNKNOWN_ORDER', change])
  })

  test('a refused order is found again: the decision with its reason', async () => {
    const refused = await place({ orderQty: '800' })
    const { status, body } = await show(refused.clOrdID)
    assert.deepEqual([status, body], [200, { ...refused, duplicate: true }])
    const unknown = await place({ symbol: 'NONE' })
    const asked = (await show(unknown.clOrdID)).body
    assert.deepEqual([asked.reason, asked.seq], [unknown.reason, unknown.seq])
    assert.equal(Object.values(asked.order).includes(''), false, 'what is not known any more is left out')
    const live = await place()
    const change = { clOrdID: nextID(), orderQty: '800', price: '1668' }
    const replace = (await gate.send('ems-1', 'POST', `/orders/${live.clOrdID}/replace`, change)).body
    assert.deepEqual((await show(change.clOrdID)).body, { ...replace, duplicate: true })
    assert.equal((await show(live.clOrdID)).body.state, 'APPROVED')
  })

  test('what is not known, has ended, or is no id is not there', async () => {
    const text = 'No live order of this client has this clOrdID; what was refused or has ended is in the journal.'
    const ended = await place()
    await gate.send('ems-1', 'POST', `/orders/${ended.clOrdID}/not-sent`)
    for (const clOrdID of ['NEVER', ended.clOrdID]) {
      const { status, body } = await show(clOrdID)
      assert.deepEqual([status, body.error], [404, { code: 'UNKNOWN_ORDER', field: 'clOrdID', text }], clOrdID)
    }
    const long = 'x'.repeat(40)
    await place({ clOrdID: long, orderQty: '800' })
    assert.equal((await show(long)).status, 200)
    for (const none of [`${long}x`, '\u00e9', '']) {
      assert.equal((await show(none)).body.error.code, 'UNKNOWN_ORDER', none)
    }
  })

  test('the decision that has left the memory still says that it refused', async () => {
    const { view } = gate.engine
    const session = gate.engine.directory.idOf('SESSION', 'ems-1')
    const refused = await place({ orderQty: '800' })
    assert.equal(view.decidedSeqOf(session, refused.clOrdID), refused.seq)
    // A new server in front of the same engine remembers nothing.
    const fresh = await gate.anotherServer()
    try {
      const headers = { authorization: `Bearer ${gate.tokens.get('ems-1')}` }
      const answer = await fetch(`${fresh.url}/orders/${refused.clOrdID}`, { headers })
      const { clOrdID, seq } = refused
      const known = { clOrdID, outcome: 'REJECTED', duplicate: true, seq, profile: 'demo' }
      assert.deepEqual([answer.status, await answer.json()], [200, known])
    } finally {
      await fresh.close()
    }
  })

  test("another client's refusals, orders and names are as if they were not there", async () => {
    const refused = await place({ orderQty: '800' })
    const live = await place()
    const theirs = await Promise.all([refused.clOrdID, live.clOrdID, 'NEVER'].map((id) => show(id, 'ems-2')))
    for (const { status, body } of theirs) assert.deepEqual([status, body], [404, theirs[2]?.body])
    for (const path of ['/limits', '/exposures']) {
      const answers = await Promise.all(
        ['ACCOUNT:ACC-8', 'ACCOUNT:NONE', 'SESSION:ems-2', 'SESSION:NONE', 'FIRM:ACME', 'DESK:NONE'].map((subject) =>
          gate.send('ems-1', 'GET', `${path}?subject=${subject}`),
        ),
      )
      for (const { status, body } of answers) assert.deepEqual([status, body], [403, answers[0]?.body])
      assert.equal(answers[0]?.body.error.code, 'NOT_BOUND')
      assert.equal((await gate.send('alice', 'GET', `${path}?subject=ACCOUNT:NONE`)).body.error.code, 'UNKNOWN_NAME')
    }
  })

  test('an order for an account that is not the client\u2019s is judged by no row of it', async () => {
    const limit = { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:ACC-8', hard: '1' }
    assert.equal((await gate.send('ops-1', 'POST', '/limits', limit)).body.outcome, 'APPLIED')
    const refused = await place({ account: 'ACC-8', orderQty: '900000' })
    const { reason, failed, breaches, qtyPassing, decision } = refused
    assert.deepEqual([reason.code, failed, breaches, qtyPassing], ['NOT_PERMITTED', ['MARKET_ACCESS'], [], '0'])
    assert.equal(decision.rowsEvaluated, 0)
    for (const path of ['/validate/max_order_qty', '/check/daily_gross_exposure', '/validate/wash_trade']) {
      const { body } = await gate.send('ems-1', 'POST', path, { ...GOOD_ORDER, account: 'ACC-8' })
      assert.deepEqual([body.verdict, body.value, body.rows], ['NOT_EVALUATED', null, []], path)
    }
  })

  test('a client gets the cells of its own accounts and traders', async () => {
    await place()
    const cellsOf = async (as: string) => (await gate.send(as, 'GET', '/cells')).body.cells as { kind: string }[]
    const kinds = async (as: string) => [...new Set((await cellsOf(as)).map(({ kind }) => kind))].sort()
    assert.deepEqual(await kinds('ems-1'), ['ACCOUNT', 'TRADER'])
    assert.deepEqual(await kinds('alice'), ['ACCOUNT', 'DESK', 'STRATEGY', 'TRADER'])
    assert.deepEqual(await cellsOf('ems-2'), [])
  })
})

test('a refusal that is not yet durable is not told', async () => {
  const gate = await RestGate.start()
  await tellSmallFirm(gate)
  gate.journal.hold()
  const waits = gate.send('ems-1', 'POST', '/orders', { ...GOOD_ORDER, clOrdID: 'waits', orderQty: '800' })
  while (!gate.journal.isHolding) await new Promise((settle) => setImmediate(settle))
  const session = gate.engine.directory.idOf('SESSION', 'ems-1')
  assert.ok(gate.engine.view.decidedSeqOf(session, 'waits') > 0, 'it is decided')
  assert.equal((await gate.send('ems-1', 'GET', '/orders/waits')).status, 404)
  gate.journal.release()
  assert.equal((await waits).body.outcome, 'REJECTED')
  assert.equal((await gate.send('ems-1', 'GET', '/orders/waits')).body.outcome, 'REJECTED')
  await gate.close()
})
