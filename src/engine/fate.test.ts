/** An order that nobody hears of: its fate is unknown, it stays reserved, and only a report or people end that. */
import assert from 'node:assert/strict'
import { ORDER_STATES, ORDER_STATUSES, type OrderState, type OrderStatus } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { SECOND } from '../simulator/scenario-given.ts'

/** Token life and one second. */
const UNHEARD = 3 * SECOND

function stateOf(s: Scenario, id: string): string {
  const order = s.live(id)
  return order === undefined ? 'ENDED' : (ORDER_STATES[order.state] ?? '')
}

/** Lets an order's token expire, and a second more, without a report. */
function lose(s: Scenario, id: string): void {
  s.wait(UNHEARD)
  s.feedOwn()
  assert.equal(stateOf(s, id), 'UNKNOWN')
}

function tellStatus(
  s: Scenario,
  clOrdID: string,
  status: OrderStatus,
  cumQty = 0,
  symbol = 'ACME',
  session = 'EX',
): void {
  const names = { session: s.id(session), owner: s.id('X1'), orderSlot: -1, instrument: s.id(symbol), clOrdID }
  s.send('OrderStatus', { ...names, status: ORDER_STATUSES.indexOf(status), cumQty })
}

function resolve(s: Scenario, id: string, step: number, principal: string, end: OrderState = 'CANCELED'): void {
  const { orderSeq = 0, slot: orderSlot = -1 } = s.live(id) ?? {}
  const state = ORDER_STATES.indexOf(end)
  s.send('ResolveOrder', { orderSeq, orderSlot, state, step, principal: s.id(principal) })
}

scenario(
  'without a report an order is unknown a second after its token, not before, and stays reserved in full',
  (s) => {
    const id = s.working({})
    const before = s.exposure('A1')
    s.wait(UNHEARD - 1)
    assert.deepEqual(s.feedOwn(), [])
    assert.equal(stateOf(s, id), 'APPROVED')
    s.wait(1)
    const said = s.feedOwn()
    assert.deepEqual(
      said.map(({ event, state }) => [event, state]),
      [['OrderMoved', 'UNKNOWN']],
    )
    assert.deepEqual(s.exposure('A1'), before)
    s.wait(3600 * SECOND)
    assert.deepEqual(s.feedOwn(), [], 'it is said once')
  },
)

scenario('any report keeps an order from being unknown', (s) => {
  const ids = [s.working({}), s.working({}), s.working({})]
  s.report('New', ids[0] as string)
  s.fill(ids[1] as string, 40)
  s.notSent(ids[2] as string)
  s.wait(UNHEARD)
  assert.deepEqual(s.feedOwn(), [])
})

scenario('orders become unknown in the order of their due times, whatever life their tokens had, 64 a Tick', (s) => {
  s.parameter('tokenLifeUs', 30 * SECOND)
  const long = s.working({})
  s.parameter('tokenLifeUs', SECOND)
  const short: string[] = []
  for (let at = 0; at < 70; at++) {
    s.wait(1)
    short.push(s.working({}))
  }
  s.parameter('tokenLifeUs', 10 * SECOND)
  const middle = s.working({})
  const wanted = [...short, middle, long].map((id) => s.live(id)?.orderSeq)
  s.wait(31 * SECOND)
  const before = s.seq
  const said = s.feedOwn()
  assert.equal(s.seq - before, 2, '72 orders take two Ticks')
  assert.deepEqual(
    said.map(({ orderSeq }) => orderSeq),
    wanted,
  )
})

scenario('a stop that waits with its sender and a cancel on its way are unknown likewise', (s) => {
  const stop = s.working({ ordType: 'Stop', stopPx: 11_000 })
  const canceling = s.working({})
  s.cancel(canceling)
  lose(s, stop)
  assert.equal(stateOf(s, canceling), 'UNKNOWN')
})

scenario('a cancel of an unknown order passes, a replace does not', (s) => {
  const id = s.working({})
  lose(s, id)
  assert.equal(s.replace(id, {}).reason, 'ORDER_UNKNOWN_STATE')
  assert.equal(s.cancel(id)?.reason, 'NONE')
  assert.equal(stateOf(s, id), 'UNKNOWN')
})

for (const [told, state] of [
  ['New', 'WORKING'],
  ['Canceled', 'ENDED'],
  ['CancelRejected', 'WORKING'],
] as const) {
  scenario(`a report ${told} of an unknown order: ${state}`, (s) => {
    const id = s.working({})
    lose(s, id)
    s.report(told, id)
    assert.equal(stateOf(s, id), state)
  })
}

scenario('a fill of an unknown order: it works', (s) => {
  const id = s.working({})
  lose(s, id)
  s.fill(id, 40)
  assert.deepEqual([stateOf(s, id), s.live(id)?.leavesQty], ['WORKING', 60])
})

scenario('an unknown order that was never sent is given back, unless the market knows it', (s) => {
  const id = s.working({})
  lose(s, id)
  s.notSent(id)
  assert.equal(stateOf(s, id), 'ENDED')
  const known = s.working({ venue: 'V1' })
  s.report('New', known)
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  s.feedOwn()
  assert.equal(stateOf(s, known), 'UNKNOWN')
  s.notSent(known)
  assert.equal(s.refusal, 'NOT_SENT_REFUSED')
})

const STATUSES: readonly (readonly [status: OrderStatus, cum: number, state: string, refusal?: string])[] = [
  ['WORKING', 40, 'WORKING'],
  ['PENDING_CANCEL', 40, 'PENDING_CANCEL'],
  ['CANCELED', 40, 'ENDED'],
  ['REJECTED', 40, 'ENDED'],
  ['EXPIRED', 40, 'ENDED'],
  ['NOT_FOUND', 40, 'ENDED'],
  ['FILLED', 40, 'UNKNOWN'],
  ['CANCELED', 41, 'UNKNOWN'],
  ['CANCELED', 39, 'UNKNOWN'],
  ['NOT_FOUND', 0, 'UNKNOWN'],
  ['WORKING', 100, 'UNKNOWN'],
  ['WORKING', -1, 'UNKNOWN', 'INVALID_VALUE'],
]
for (const [status, cum, state, refusal] of STATUSES) {
  scenario(`of an unknown order filled 40 the source says ${status} ${cum}: ${state}`, (s) => {
    const id = s.working({ venue: 'V1' })
    s.fill(id, 40)
    s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
    s.wait(UNHEARD)
    s.feedOwn()
    tellStatus(s, id, status, cum)
    assert.equal(stateOf(s, id), state)
    assert.equal(s.refusal, refusal)
    const misses = state === 'UNKNOWN' && refusal === undefined
    assert.deepEqual(
      s.saidOf('OrderAlarmed').map(({ alarm, told, booked }) => [alarm, told, booked]),
      misses ? [['CUM_QTY_MISMATCH', cum, 40]] : [],
    )
    assert.equal(s.cell('A1').buyLeaves, state === 'ENDED' ? 0 : 60)
  })
}

scenario('what the source does not find may be on its way: only an unknown order whose token has expired ends', (s) => {
  const id = s.working({ venue: 'V1' })
  tellStatus(s, id, 'NOT_FOUND')
  assert.equal(s.refusal, 'ORDER_UNKNOWN_STATE')
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  s.feedOwn()
  assert.equal(stateOf(s, id), 'UNKNOWN')
  s.wait(2 * SECOND)
  tellStatus(s, id, 'NOT_FOUND')
  assert.equal(s.refusal, 'ORDER_UNKNOWN_STATE', 'its token lives to this moment')
  s.wait(1)
  tellStatus(s, id, 'NOT_FOUND')
  assert.equal(stateOf(s, id), 'ENDED')
})

scenario('a replace that pends may still reach the market: its order is not ended by NOT_FOUND', (s) => {
  const id = s.working({})
  s.replaced(id, { orderQty: 150 })
  lose(s, id)
  tellStatus(s, id, 'NOT_FOUND')
  assert.equal(s.refusal, 'ORDER_UNKNOWN_STATE')
})

scenario('a status in the units of another instrument is about no order', (s) => {
  s.instrument('BETA', { qtyDecimals: 2 })
  const id = s.working({})
  tellStatus(s, id, 'CANCELED', 0, 'BETA')
  assert.equal(s.refusal, 'EXEC_CONFLICT')
  assert.equal(stateOf(s, id), 'APPROVED')
})

scenario('a status tells what the market knows: "not sent" is refused afterwards', (s) => {
  const id = s.working({})
  tellStatus(s, id, 'WORKING')
  assert.equal(stateOf(s, id), 'WORKING')
  s.notSent(id)
  assert.equal(s.refusal, 'NOT_SENT_REFUSED')
  s.wait(UNHEARD)
  assert.deepEqual(s.feedOwn(), [])
})

scenario('the close makes the orders of the day unknown that have not ended, step by step, and no others', (s) => {
  const day = s.working({ venue: 'V1' })
  const elsewhere = s.working({ venue: 'V2' })
  const anywhere = s.working({})
  const lasting = s.working({ venue: 'V1', timeInForce: 'GTC' })
  const cross = s.working({ venue: 'V1', timeInForce: 'AtTheClose' })
  for (const id of [day, elsewhere, anywhere, lasting, cross]) s.report('New', id)
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  assert.equal(stateOf(s, day), 'WORKING', 'the phase itself changes no order')
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 0 })
  const later = s.working({ venue: 'V1' })
  s.feedOwn()
  assert.deepEqual(
    [day, elsewhere, anywhere, lasting, cross, later].map((id) => stateOf(s, id)),
    ['UNKNOWN', 'WORKING', 'WORKING', 'WORKING', 'UNKNOWN', 'APPROVED'],
  )
  assert.deepEqual(s.feedOwn(), [])
})

scenario('a close of six hundred orders takes three steps, between which others are decided', (s) => {
  for (let at = 0; at < 600; at++) s.report('New', s.working({ venue: 'V1' }))
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  let steps = 0
  const looked = () => [...s.engine.view.orders()].filter(({ state }) => state === 3).length
  for (const counts of [256, 512, 600]) {
    s.working({})
    s.send('SessionPhase', { venue: s.id('V1'), phase: 4, sweep: 256 * steps++ + 1 })
    assert.equal(looked(), counts)
  }
  assert.equal(s.engine.nextWork(), null)
  s.send('SessionPhase', { venue: s.id('V1'), phase: 4, sweep: 1 })
  assert.equal(s.refusal, 'INVALID_VALUE')
})

scenario('two people end an order of unknown fate, and nobody alone', (s) => {
  const id = s.working({})
  resolve(s, id, 0, 'ALICE')
  assert.equal(s.refusal, 'ORDER_UNKNOWN_STATE')
  lose(s, id)
  resolve(s, id, 1, 'BOB')
  assert.equal(s.refusal, 'NOT_REQUESTED')
  resolve(s, id, 0, 'ALICE')
  resolve(s, id, 1, 'ALICE')
  assert.equal(s.refusal, 'MAKER_IS_CHECKER')
  resolve(s, id, 1, 'BOB', 'EXPIRED')
  assert.equal(s.refusal, 'NOT_REQUESTED', 'another end than was asked for')
  resolve(s, id, 0, 'X1')
  assert.equal(s.refusal, 'DUTY_MISSING', 'a session is no person')
  resolve(s, id, 0, 'ALICE', 'UNKNOWN')
  assert.equal(s.refusal, 'INVALID_VALUE')
  resolve(s, id, 1, 'BOB')
  assert.deepEqual(
    s.said.map(({ event, state, change }) => [event, state, change]),
    [['OrderMoved', 'CANCELED', 3]],
  )
  assert.equal(s.exposure('A1').open, 0)
})

scenario('a report that comes in between takes the request back', (s) => {
  const id = s.working({ venue: 'V1' })
  lose(s, id)
  resolve(s, id, 0, 'ALICE')
  s.report('New', id)
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  s.feedOwn()
  assert.equal(stateOf(s, id), 'UNKNOWN')
  resolve(s, id, 1, 'BOB')
  assert.equal(s.refusal, 'NOT_REQUESTED')
})

scenario('of the orders of unknown fate the oldest are named, whatever slots they stand in; all are counted', (s) => {
  const firsts = ['a', 'b', 'c'].map((clOrdID) => s.working({ clOrdID }))
  s.report('Canceled', firsts[0] as string)
  s.wait(SECOND)
  s.working({ clOrdID: 'd', session: 'X2' })
  s.wait(10 * SECOND)
  s.tick()
  const unknown = (most: number, session = -1) => {
    const { count, oldestUs, orders } = s.engine.view.unknownOrders(most, session)
    return [count, count === 0 ? 0 : s.timeUs - oldestUs, orders.map(({ clOrdID }) => clOrdID).join('')]
  }
  assert.equal(s.live('d', 'X2')?.slot, 0, 'it took the first slot')
  assert.deepEqual(unknown(9), [3, 11 * SECOND, 'bcd'])
  assert.deepEqual(unknown(2), [3, 11 * SECOND, 'bc'])
  assert.deepEqual(unknown(0), [3, 11 * SECOND, ''])
  assert.deepEqual(unknown(9, s.id('X2')), [1, 10 * SECOND, 'd'])
  assert.deepEqual(unknown(9, s.id('EX')), [0, 0, ''])
  s.report('New', 'b')
  assert.deepEqual(unknown(9), [2, 11 * SECOND, 'cd'])
})
