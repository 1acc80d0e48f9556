/** DAILY_LOSS: executions and marks since the trade date began; reached at equality; what has no mark is no profit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'

const { at, absent } = rowsOf('DAILY_LOSS')
/** Buys 100 at 101.00 against a mark of 100.00: 10,000 cents are lost. */
const loses: Step = (s) => {
  s.fill(s.working({ orderQty: 100, price: 10_100 }), 100, 10_100)
}
const mark =
  (px: number): Step =>
  (s) =>
    s.quote('ACME', px - 1, px + 1)
const latches = (s: Scenario) => s.saidOf('ControlLatched').map(({ cause, state }) => `${cause} ${state}`)
const sell = (orderQty: number) => ({ side: 'Sell', price: 10_201, orderQty }) as const

boundaryTable('DAILY_LOSS', [
  ['nothing lost', at('A1', 1), {}, 'PASS'],
  ['zero allows nothing', at('A1', 0), {}, 'DAILY_LOSS 0'],
  ['one cent below the limit', [loses, at('A1', 10_001)], {}, 'PASS'],
  ['at the limit', [loses, at('A1', 10_000)], {}, 'DAILY_LOSS 0'],
  ['one cent over', [loses, at('A1', 9_999)], {}, 'DAILY_LOSS 0'],
  ['unlimited', [loses, at('A1', MAX)], {}, 'PASS'],
  ['absent', [loses, at('A1', 1), absent('A1')], {}, 'N/A'],
  ['what closes passes', [loses, at('A1', 1)], sell(100), 'PASS'],
  ['what does more does not', [loses, at('A1', 1)], sell(101), 'DAILY_LOSS 100'],
  ['the trader', [loses, at('T1', 10_000)], {}, 'DAILY_LOSS 0'],
  ['the firm', [loses, at('FIRM', 10_000)], {}, 'DAILY_LOSS 0'],
  ['another trader', [loses, at('T2', 1)], {}, 'N/A'],
  ['a gain of the mark makes up', [loses, mark(10_100), at('A1', 1)], {}, 'PASS'],
  ['a fall of the mark', [loses, mark(9_900), at('A1', 20_000)], { price: 9_900 }, 'DAILY_LOSS 0'],
  [
    'a stated position loses by the mark',
    [(s) => s.position('A1', 'ACME', 100), mark(9_900), at('A1', 10_000)],
    { price: 9_900 },
    'DAILY_LOSS 0',
  ],
  ['an alert', [loses, at('A1', 1, { action: 'ALERT' })], {}, 'ALERT'],
])

scenario('the execution that takes it there latches', (s) => {
  s.limit('DAILY_LOSS', 'A1', 10_000)
  const id = s.working({ orderQty: 101, price: 10_100 })
  s.fill(id, 99, 10_100)
  assert.deepEqual(latches(s), [])
  s.fill(id, 1, 10_100)
  assert.deepEqual(latches(s), ['DAILY_LOSS 1'])
  assert.equal(s.order().reason, 'REDUCE_ONLY')
  s.working(sell(100))
})

scenario('one mark beyond may be a spike, the second latches; the parameter says how', (s) => {
  s.limit('DAILY_LOSS', 'T1', 10_000, { param: 3 })
  s.fill(s.working({ orderQty: 100 }), 100)
  mark(9_890)(s)
  assert.deepEqual(latches(s), [])
  mark(10_000)(s)
  mark(9_890)(s)
  assert.deepEqual(latches(s), [])
  mark(9_850)(s)
  assert.deepEqual(latches(s), ['DAILY_LOSS 3'])
  assert.equal(s.order({ price: 9_850 }).reason, 'KILLED')
  s.sweepAll()
})

scenario('the roll begins anew at its marks', (s) => {
  loses(s)
  s.limit('DAILY_LOSS', 'A1', 10_000)
  s.roll(20270116)
  s.heartbeat()
  s.working()
  mark(9_900)(s)
  assert.equal(s.order({ price: 9_900 }).reason, 'DAILY_LOSS')
})

scenario('a bust takes its loss back', (s) => {
  const id = s.working({ orderQty: 100, price: 10_100 })
  s.fill(id, 100, 10_100, { execID: 'E1' })
  s.limit('DAILY_LOSS', 'A1', 10_000)
  assert.equal(s.order().reason, 'DAILY_LOSS')
  s.report('TradeCancel', '', { execID: 'E2', execRefID: 'E1' })
  s.working()
})

scenario(
  'a loss that no number holds in the units of its instrument is the largest, and no bust takes it back',
  (s) => {
    s.instrument('COIN', { priceDecimals: 8, qtyDecimals: 8, qtyMax: 1e12 })
    s.quote('COIN', 99e8, 101e8)
    s.limit('DAILY_LOSS', 'A1', 1_000)
    // One coin of 100.00 for 150.00: 5,000 cents, 5e17 of its own units.
    const id = s.working({ instrument: 'COIN', orderQty: 1e8, price: 100e8 })
    s.fill(id, 1e8, 150e8, { execID: 'E1' })
    assert.deepEqual(latches(s), ['DAILY_LOSS 1'])
    s.report('TradeCancel', '', { execID: 'E2', execRefID: 'E1' })
    for (const { latch } of [...s.engine.view.latches()]) s.release(latch)
    assert.equal(s.order().reason, 'DAILY_LOSS')
    s.roll(20270118)
    s.heartbeat()
    s.working()
  },
)

scenario('a position without a mark is no profit that anyone knows', (s) => {
  s.instrument('DARK', {})
  s.limit('DAILY_LOSS', 'A1', 10_000)
  s.position('A1', 'DARK', 5)
  assert.equal(s.order().reason, 'PROFIT_UNAVAILABLE')
  s.quote('DARK', 99, 101)
  s.working()
})

test('a subject with positions, without an object, and a state that there is', () => {
  const s = openScenario()
  assert.throws(() => s.limit('DAILY_LOSS', 'X1', 1), /INVALID_VALUE/)
  assert.throws(() => s.limit('DAILY_LOSS', 'A1', 1, { on: 'INSTRUMENT:ACME' }), /INVALID_VALUE/)
  assert.throws(() => s.limit('DAILY_LOSS', 'A1', 1, { param: 4 }), /INVALID_VALUE/)
})
