/** A stop that has triggered can execute: it is tested as if it came now, and what would not pass is asked to be cancelled. */
import assert from 'node:assert/strict'
import { parameterIndex } from '../model/parameters.ts'
import { factIndex, type RulePack } from '../model/rules.ts'
import { ORDER_STATES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { type OrderGiven, SECOND } from '../simulator/scenario-given.ts'

const stop: OrderGiven = { ordType: 'Stop', stopPx: 10_100 }
const stopLimit: OrderGiven = { ordType: 'StopLimit', stopPx: 10_100, price: 10_200 }
const sell: OrderGiven = { side: 'Sell', price: 10_150 }

/** What is said behind the trigger of an order: events, and the reason of the test. */
function tell(s: Scenario, clOrdID: string, session = 'EX'): string {
  s.send('OrderTriggered', { session: s.id(session), owner: s.id('X1'), orderSlot: -1, clOrdID })
  return inWords(s)
}

function inWords(s: Scenario): string {
  return s.said.map(({ event, reason, alarm }) => [event, reason ?? alarm].filter(Boolean).join(' ')).join(', ')
}

const open = (s: Scenario) => s.exposure('A1').open
const PASSED = 'StopTriggered, OrderDecided NONE'
const refusedFor = (reason: string) =>
  `StopTriggered, OrderDecided ${reason}, OrderAlarmed TRIGGER_REFUSED, CancelRequested`

scenario('a stop that waits meets no order of its own; triggered it stands in the book', (s) => {
  const id = s.working(stopLimit)
  const crossing = s.working({ ...sell, price: 10_200 })
  s.report('Canceled', crossing)
  assert.equal(tell(s, id), PASSED)
  assert.deepEqual([s.live(id)?.triggered, s.live(id)?.ordType], [true, 1])
  assert.equal(s.order({ ...sell, price: 10_200 }).reason, 'SELF_MATCH')
  s.working({ ...sell, price: 10_201 })
})

scenario('a triggered Stop meets every price, as a market order does', (s) => {
  const id = s.working(stop)
  assert.equal(tell(s, id), PASSED)
  assert.equal(s.order({ ...sell, price: 14_000 }).reason, 'SELF_MATCH')
  s.report('Canceled', id)
  s.working({ ...sell, price: 14_000 })
})

scenario(
  'a stop that triggers across a resting order: its cancel is asked for, it stays reserved, the other rests on',
  (s) => {
    const id = s.working(stopLimit)
    const resting = s.working(sell)
    const before = [s.exposure('A1'), s.live(id)?.leavesQty]
    assert.equal(tell(s, id), refusedFor('SELF_MATCH'))
    assert.equal(s.saidOf('CancelRequested')[0]?.orderSeq, s.live(id)?.orderSeq)
    assert.deepEqual([s.exposure('A1'), s.live(id)?.leavesQty], before)
    assert.deepEqual([s.live(id)?.cancelRequested, s.live(resting)?.cancelRequested], [true, false])
    assert.equal(s.engine.view.cancelRequests(0, 9).length, 1)
    s.report('Canceled', id)
    assert.equal(open(s), s.live(resting)?.openValue)
  },
)

scenario('both prices of a replace on its way are tested, and stand in the book from then on', (s) => {
  const id = s.working(stopLimit)
  s.replaced(id, { clOrdID: 'r', price: 10_120, stopPx: 10_100 })
  s.working(sell)
  assert.equal(tell(s, id), refusedFor('SELF_MATCH'))
  s.report('Replaced', 'r')
  s.working({ ...sell, price: 10_121 })
  assert.equal(s.order({ ...sell, price: 10_120 }).reason, 'SELF_MATCH')
})

scenario('it is said twice: nothing is tested and nothing asked for again', (s) => {
  const id = s.working(stopLimit)
  s.working(sell)
  tell(s, id)
  const before = s.standing()
  assert.equal(tell(s, id), 'OrderMoved')
  assert.equal(s.standing(), before)
})

const REFUSALS: readonly (readonly [
  title: string,
  given: OrderGiven,
  act: (s: Scenario, id: string) => void,
  reason: string,
])[] = [
  ['a limit order', {}, () => {}, 'NOT_A_STOP'],
  ['a market order', { ordType: 'Market' }, () => {}, 'NOT_A_STOP'],
  ['an order that has ended', stop, (s, id) => s.report('Canceled', id), 'ORDER_TERMINAL'],
  ['an order that was filled', stop, (s, id) => s.fill(id, 100), 'ORDER_TERMINAL'],
]
for (const [title, given, act, reason] of REFUSALS) {
  scenario(`the trigger of ${title} is refused: ${reason}`, (s) => {
    const id = s.working(given)
    act(s, id)
    const before = s.standing()
    tell(s, id)
    assert.deepEqual([s.refusal, s.standing()], [reason, before])
  })
}

scenario('the trigger of an order that nobody knows, and of two at once, is refused', (s) => {
  assert.equal(tell(s, 'nobody'), 'Refused UNKNOWN_ORDER')
  const id = s.working(stop)
  const { orderSeq = 0, slot: orderSlot = -1 } = s.live(s.working(stop)) ?? {}
  s.send('OrderTriggered', { session: s.id('EX'), owner: s.id('X1'), orderSeq, orderSlot, clOrdID: id })
  assert.equal(s.refusal, 'EXEC_CONFLICT')
})

scenario('only the execution source of the account says that a stop has triggered', (s) => {
  s.applied('ExecutionSource', { account: s.id('A1'), venue: -1, source: s.id('EX'), compare: s.id('X2') })
  const id = s.working(stop)
  for (const session of ['X1', 'X2']) assert.equal(tell(s, id, session), 'Refused NOT_EXECUTION_SOURCE')
  assert.equal(s.live(id)?.triggered, false)
  assert.equal(tell(s, id), PASSED)
})

scenario(
  'a trigger is a report: the order works, nobody can say any more that it was not sent, and its fate is known',
  (s) => {
    const id = s.working(stop)
    s.wait(3 * SECOND)
    s.feedOwn()
    assert.equal(ORDER_STATES[s.live(id)?.state ?? 0], 'UNKNOWN')
    tell(s, id)
    assert.equal(ORDER_STATES[s.live(id)?.state ?? 0], 'WORKING')
    s.notSent(id)
    assert.equal(s.refusal, 'NOT_SENT_REFUSED')
  },
)

scenario('a cancel on its way stays on its way, and what crosses is asked for all the same', (s) => {
  const id = s.working(stopLimit)
  s.working(sell)
  s.cancel(id)
  assert.equal(tell(s, id), refusedFor('SELF_MATCH'))
  assert.equal(ORDER_STATES[s.live(id)?.state ?? 0], 'PENDING_CANCEL')
})

scenario('a cancel that a kill has asked for is not asked for again', (s) => {
  const id = s.working(stop)
  s.kill('KILLED', {})
  s.feedOwn()
  assert.equal(tell(s, id), 'StopTriggered, OrderDecided KILLED, OrderAlarmed TRIGGER_REFUSED')
})

scenario('a fill of a stop that waits implies its trigger, and what is left is tested', (s) => {
  const id = s.working(stopLimit)
  s.working(sell)
  s.fill(id, 40, 10_120)
  assert.equal(inWords(s), `${refusedFor('SELF_MATCH')}, ExecutionBooked NONE`)
  assert.deepEqual([s.live(id)?.triggered, s.live(id)?.leavesQty, s.live(id)?.state], [true, 60, 1])
  s.fill(id, 10, 10_120)
  assert.equal(inWords(s), 'ExecutionBooked NONE')
})

scenario('a fill of a stop that leaves nothing asks nothing', (s) => {
  const id = s.working(stopLimit)
  s.working(sell)
  s.fill(id, 100, 10_120)
  assert.equal(inWords(s), 'StopTriggered, ExecutionBooked NONE')
  assert.equal(s.live(id), undefined)
  s.working({ ...sell, price: 10_200 })
})

scenario('a fill that is not booked triggers nothing', (s) => {
  const id = s.working(stopLimit)
  for (const lastQty of [0, -1]) s.fill(id, lastQty)
  assert.equal(s.live(id)?.triggered, false)
  s.applied('ExecutionSource', { account: s.id('A1'), venue: -1, source: s.id('X2'), compare: s.id('EX') })
  s.fill(id, 10)
  assert.equal(s.live(id)?.triggered, false)
})

scenario('a replace of a stop that waits leaves it waiting; of one that has triggered it has no stop price', (s) => {
  const id = s.working(stopLimit)
  s.replaced(id, { clOrdID: 'r1', price: 10_150, stopPx: 10_100 })
  s.report('Replaced', 'r1')
  assert.equal(s.live('r1')?.triggered, false)
  s.working({ ...sell, price: 10_100, clOrdID: 'crossing' })
  s.report('Canceled', 'crossing')
  tell(s, 'r1')
  assert.equal(s.replace('r1', { price: 10_150, stopPx: 10_100 }).reason, 'INVALID_STOP_PX')
  s.replaced('r1', { clOrdID: 'r2', price: 10_140 })
  assert.equal(s.order({ ...sell, price: 10_150 }).reason, 'SELF_MATCH', 'both prices count')
})

scenario('a retreat of a triggered stop passes BLOCKED: its stop price is gone', (s) => {
  const id = s.working(stopLimit)
  tell(s, id)
  s.kill('BLOCKED', {})
  s.replaced(id, { orderQty: 90, price: 10_200 })
})

scenario('the collar of a triggered StopLimit is that of its price to the reference, not to its stop price', (s) => {
  s.limit('PRICE_COLLAR', 'FIRM', 100, { on: 'ASSET_CLASS:*' })
  const far = s.working({ ordType: 'StopLimit', stopPx: 12_000, price: 12_100 })
  assert.equal(tell(s, far), refusedFor('PRICE_COLLAR'), 'the market has not come there')
  const near = s.working({ ordType: 'StopLimit', stopPx: 10_050, price: 10_100 })
  assert.equal(tell(s, near), PASSED)
})

scenario('a triggered Stop is tested as a market order: without a reference it is asked to be cancelled', (s) => {
  const id = s.working(stop)
  s.wait(4 * SECOND)
  assert.equal(tell(s, id), refusedFor('REF_PRICE_UNAVAILABLE'))
})

scenario('before the trigger a Stop is valued beyond its stop price, a StopLimit at its price', (s) => {
  s.working({ ...stop, stopPx: 11_000 })
  assert.equal(open(s), 1_155_000)
  s.working({ ...stopLimit, account: 'A2' })
  assert.equal(s.exposure('A2').open, 1_020_000)
})

scenario('a trigger at a worse reference raises what is reserved, at a better one it lowers nothing', (s) => {
  s.limit('PRICE_COLLAR', 'FIRM', 100, { on: 'ASSET_CLASS:*' })
  const id = s.working(stop)
  assert.equal(open(s), 1_060_500)
  s.quote('ACME', 12_999, 13_001)
  s.wait(SECOND)
  s.quote('ACME', 12_999, 13_001)
  assert.equal(tell(s, id), PASSED)
  assert.equal(open(s), 1_365_000)
  const cheap = s.working({ ...stop, stopPx: 14_000, account: 'A2' })
  const before = s.exposure('A2').open
  tell(s, cheap)
  assert.equal(s.exposure('A2').open, before)
})

scenario('a sell StopLimit is valued at the reference of its trigger where that is above its price', (s) => {
  const id = s.working({ ordType: 'StopLimit', side: 'Sell', stopPx: 9_900, price: 9_800 })
  assert.equal(open(s), 1_000_000)
  s.quote('ACME', 10_399, 10_401)
  tell(s, id)
  assert.equal(open(s), 1_040_000)
})

scenario('what the trigger values higher may come over a limit: the cancel is asked for, and it is reserved', (s) => {
  const id = s.working(stop)
  s.limit('OPEN_ORDER_NOTIONAL', 'A1', 1_100_000)
  s.quote('ACME', 10_999, 11_001)
  s.wait(SECOND)
  s.quote('ACME', 10_999, 11_001)
  const said = tell(s, id)
  assert.equal(said, refusedFor('OPEN_ORDER_NOTIONAL'))
  assert.ok(open(s) >= 1_155_000)
})

scenario('a what-if of a stop says nothing of its trigger', (s) => {
  s.working(sell)
  assert.equal(s.evaluate(stopLimit).results.SELF_MATCH, undefined)
  assert.equal(s.evaluate({ price: 10_200 }).reason, 'SELF_MATCH')
})

/** Errs on market orders, which a Stop is once it has triggered. */
const ERRING: RulePack = {
  version: 1,
  rules: [],
  firstRefusal: (facts) => {
    if (facts[factIndex('isMarket')] === 1) throw new Error('a rule that errs')
    return -1
  },
}
scenario(
  'a test that errs refuses no trigger and loses no fill: the stop can execute, and its cancel is asked for',
  (s) => {
    const failed = 'StopTriggered, OrderAlarmed TRIGGER_REFUSED, CancelRequested'
    assert.equal(tell(s, s.working(stop)), failed)
    const id = s.working({ ...stop, account: 'A3' })
    s.fill(id, 40)
    assert.equal(inWords(s), `${failed}, ExecutionBooked NONE`)
    assert.deepEqual([s.live(id)?.triggered, s.live(id)?.leavesQty, s.riskErrors.length], [true, 60, 2])
  },
  { rules: ERRING },
)

scenario('a larger buffer since the approval is that of the reference alone, and not of the stop price', (s) => {
  s.limit('PRICE_COLLAR', 'FIRM', 300, { on: 'ASSET_CLASS:*' })
  const id = s.working(stop)
  const approved = open(s)
  s.applied('Parameter', { parameter: parameterIndex('marketBufferBps'), value: 600 })
  assert.equal(tell(s, id), PASSED)
  assert.equal(open(s), approved)
})
