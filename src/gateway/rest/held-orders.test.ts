/**
 * The blocking call of an order that is held: it is answered when the orders that it crosses have ended, by its deadline, a
 * cancel or a kill, whoever brings that about; and so is whoever sends it again.
 */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import { type Answer, RestGate } from '../../simulator/rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../../simulator/small-firm.ts'

const SECOND = 1_000_000
const turn = () => new Promise((settle) => setImmediate(settle))

async function openGate(): Promise<RestGate> {
  const gate = await RestGate.start()
  await tellSmallFirm(gate)
  const mode = { kind: 'OWNER', name: 'HOUSE', cancelRestingFirst: true }
  assert.equal((await gate.send('ops-1', 'POST', '/hierarchy', mode)).body.outcome, 'APPLIED')
  return gate
}

/** A small firm at a gate, and what a test does with it. */
function deskAt(gate: RestGate) {
  let ids = 0
  const nextID = () => `H-${++ids}`
  const post = (path: string, body: object = {}, as = 'ems-1') => gate.send(as, 'POST', path, body)
  const held = () => [...gate.engine.view.heldOrders()].length
  return {
    nextID,
    post,
    /** A sell that rests. */
    rest: async () => {
      const clOrdID = nextID()
      const { body } = await post('/orders', { ...GOOD_ORDER, clOrdID, side: 'SellShort', orderQty: '100' })
      assert.equal(body.outcome, 'APPROVED', JSON.stringify(body))
      return clOrdID
    },
    /** Sends a buy that is held; its answer is under way. */
    hold: async (more: object = {}) => {
      const order = { ...GOOD_ORDER, clOrdID: nextID(), orderQty: '100', ...more }
      const before = held()
      const call = track(post('/orders', order))
      while (held() === before) await turn()
      return { order, call }
    },
    report: async (clOrdID: string, execType = 'Canceled') => {
      const body = { execID: nextID(), symbol: '600519.SH', owner: 'ems-1', clOrdID, execType }
      assert.equal((await post('/executions', body, 'venue-1')).body.outcome, 'APPLIED')
    },
    /** Time passes, and the idle gate is ticked. */
    pass: (us: number) => {
      gate.clock.pass(us)
      gate.timer.fire()
      gate.timer.fire()
    },
    isHeld: (clOrdID: string) =>
      ORDER_STATES[[...gate.engine.view.orders()].find((order) => order.clOrdID === clOrdID)?.state ?? -1] === 'HELD',
  }
}

/** A call and whether it has been answered. */
function track(answer: Promise<Answer>) {
  const call = { answer, isAnswered: false }
  answer.then(
    () => {
      call.isAnswered = true
    },
    () => {},
  )
  return call
}

describe('a held order', () => {
  let gate: RestGate
  let desk: ReturnType<typeof deskAt>
  before(async () => {
    gate = await openGate()
    desk = deskAt(gate)
  })
  after(() => gate.close())

  test('is answered when the cancel of what it crosses is reported, with a token and a fresh decision', async () => {
    const crossed = await desk.rest()
    const { order, call } = await desk.hold()
    const asked = await gate.send('venue-1', 'GET', '/cancel-requests?after=0')
    assert.deepEqual(
      asked.body.requests.map(({ clOrdID }: { clOrdID: string }) => clOrdID),
      [crossed],
    )
    const shown = await gate.send('ems-1', 'GET', `/orders/${order.clOrdID}`)
    assert.equal(shown.body.state, 'HELD')
    assert.equal(call.isAnswered, false)
    await desk.report(crossed)
    const { status, body } = await call.answer
    assert.deepEqual([status, body.clOrdID, body.outcome, body.duplicate], [200, order.clOrdID, 'APPROVED', false])
    assert.match(body.token, /./)
    const [orderSeq] = body.orderID.split('-')
    assert.ok(body.seq > Number(orderSeq), 'the decision is a later one than the order')
    const again = (await desk.post('/orders', order)).body
    assert.deepEqual([again.outcome, again.duplicate, again.seq, again.state], ['APPROVED', true, body.seq, 'APPROVED'])
    assert.equal(again.token, body.token)
    await desk.report(order.clOrdID)
  })

  test('is refused at its deadline', async () => {
    const crossed = await desk.rest()
    await desk.report(crossed, 'New')
    const { order, call } = await desk.hold({ holdUs: '250000' })
    desk.pass(250_000)
    const { body } = await call.answer
    assert.deepEqual([body.outcome, body.reason.code, body.duplicate], ['REJECTED', 'WASH_HOLD_EXPIRED', false])
    const again = (await desk.post('/orders', order)).body
    assert.deepEqual([again.outcome, again.reason.code, again.duplicate], ['REJECTED', 'WASH_HOLD_EXPIRED', true])
    assert.equal(again.seq, body.seq)
    const shown = await gate.send('ems-1', 'GET', `/orders/${order.clOrdID}`)
    assert.equal(shown.body.reason.code, 'WASH_HOLD_EXPIRED')
    await desk.report(crossed)
  })

  test('asks for no longer than the bound', async () => {
    const { status, body } = await desk.post('/orders', { ...GOOD_ORDER, clOrdID: desk.nextID(), holdUs: '30000001' })
    assert.deepEqual([status, body.error.code, body.error.field], [400, 'OUT_OF_RANGE', 'holdUs'])
  })

  test('is refused by its own cancel, which passes', async () => {
    const crossed = await desk.rest()
    const { order, call } = await desk.hold()
    const cancel = await desk.post(`/orders/${order.clOrdID}/cancel`)
    assert.equal(cancel.body.outcome, 'PASS')
    const { body } = await call.answer
    assert.deepEqual([body.outcome, body.reason.code], ['REJECTED', 'HOLD_ENDED'])
    await desk.report(crossed)
  })

  test('is refused by not-sent', async () => {
    const crossed = await desk.rest()
    const { order, call } = await desk.hold()
    const said = await desk.post(`/orders/${order.clOrdID}/not-sent`)
    assert.deepEqual([said.body.outcome, said.body.state], ['APPLIED', 'NOT_SENT'])
    assert.equal((await call.answer).body.reason.code, 'HOLD_ENDED')
    await desk.report(crossed)
  })

  test('is decided by all controls as they stand then', async () => {
    const crossed = await desk.rest()
    const { call } = await desk.hold()
    const limit = { control: 'MAX_ORDER_QTY', subject: 'ACCOUNT:ACC-7' }
    await desk.post('/limits', { ...limit, hard: '99' }, 'ops-1')
    await desk.report(crossed)
    const { body } = await call.answer
    assert.deepEqual([body.outcome, body.reason.code, body.qtyPassing], ['REJECTED', 'MAX_ORDER_QTY', '0'])
    await desk.post('/limits', { ...limit, hard: '10000' }, 'ops-1')
  })

  test('sent again it waits too, and both are told the same', async () => {
    const crossed = await desk.rest()
    const { order, call } = await desk.hold()
    const second = track(desk.post('/orders', order))
    const seq = gate.engine.view.seq
    while (gate.engine.view.seq === seq) await turn()
    await desk.report(crossed)
    const [first, again] = await Promise.all([call.answer, second.answer])
    assert.deepEqual([first.body.duplicate, again.body.duplicate], [false, true])
    assert.deepEqual([again.body.outcome, again.body.seq], ['APPROVED', first.body.seq])
    assert.equal(again.body.token, first.body.token)
    await desk.report(order.clOrdID)
  })

  test('goes on where its caller hangs up: who asks again is told', async () => {
    const crossed = await desk.rest()
    const order = { ...GOOD_ORDER, clOrdID: desk.nextID(), orderQty: '100' }
    const headers = { authorization: `Bearer ${gate.tokens.get('ems-1')}`, 'content-type': 'application/json' }
    const call = request(`${gate.url}/orders`, { method: 'POST', headers })
    const gone = new Promise((settle) => call.on('error', settle))
    call.end(JSON.stringify(order))
    while (!desk.isHeld(order.clOrdID)) await turn()
    call.destroy()
    await gone
    await desk.report(crossed)
    const { body } = await desk.post('/orders', order)
    assert.deepEqual([body.outcome, body.duplicate, body.state], ['APPROVED', true, 'APPROVED'])
    assert.match(body.token, /./)
    await desk.report(order.clOrdID)
  })

  test('does not keep others waiting, and is refused by a kill', async () => {
    await desk.rest()
    const { call } = await desk.hold()
    const other = await desk.post('/orders', { ...GOOD_ORDER, clOrdID: desk.nextID(), orderQty: '100', price: '1660' })
    assert.equal(other.body.outcome, 'APPROVED')
    const kill = await desk.post('/kill', { trader: 'T-3', reason: 'test' }, 'alice')
    assert.equal(kill.body.outcome, 'APPLIED')
    const { body } = await call.answer
    assert.deepEqual([body.outcome, body.reason.code], ['REJECTED', 'KILLED'])
  })
})

test('a gate that ends answers what is held with what is known', async () => {
  const gate = await openGate()
  const desk = deskAt(gate)
  await desk.rest()
  const { call } = await desk.hold()
  await gate.close()
  const { status, body } = await call.answer
  assert.deepEqual([status, body.error.code], [503, 'OUTCOME_UNKNOWN'])
})

test('so does one whose journal fails', async () => {
  const gate = await openGate()
  const desk = deskAt(gate)
  await desk.rest()
  const { call } = await desk.hold()
  gate.journal.failNext(new Error('EIO'))
  desk.pass(SECOND)
  const { status, body } = await call.answer
  assert.deepEqual([status, body.error.code], [503, 'OUTCOME_UNKNOWN'])
  await gate.close()
})

test('nothing is told before it is durable', async () => {
  const gate = await openGate()
  const desk = deskAt(gate)
  const crossed = await desk.rest()
  const { call } = await desk.hold()
  gate.journal.hold()
  const report = desk.report(crossed)
  while (!gate.journal.isHolding) await turn()
  gate.journal.release()
  await report
  // The decision is made by now, and on its way to the disk.
  while (!gate.journal.isHolding) await turn()
  assert.deepEqual([...gate.engine.view.heldOrders()], [])
  assert.equal(call.isAnswered, false)
  gate.journal.release()
  assert.equal((await call.answer).body.outcome, 'APPROVED')
  await gate.close()
})
