/** REPEATED_EXECUTION: the execution over the limit latches, and only two people let the strategy go on. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'

const { at, absent } = rowsOf('REPEATED_EXECUTION')
const BOTH = { param: 1 }
/** So many fills of one share each; sells where `side` says so. */
const executes =
  (count: number, side: 'Buy' | 'Sell' = 'Buy'): Step =>
  (s) => {
    const id = s.working({ orderQty: 100, side, price: side === 'Buy' ? 9_990 : 10_010 })
    for (let left = count; left > 0; left--) s.fill(id, 1)
    s.cancel(id)
    s.report('Canceled', id)
  }
const causeOf = (s: Scenario) => s.saidOf('ControlLatched').map(({ cause, state }) => `${cause} ${state}`)

boundaryTable('REPEATED_EXECUTION', [
  ['one below the limit', [at('S1', 3), executes(2)], {}, 'PASS'],
  ['at the limit', [at('S1', 3), executes(3)], {}, 'PASS'],
  ['zero, and nothing executed', at('S1', 0), {}, 'PASS'],
  ['absent', [at('S1', 1), executes(1), absent('S1')], {}, 'N/A'],
  ['executed before it was set', [executes(5), at('S1', 1)], {}, 'PASS'],
  ['a lower limit refuses at once', [at('S1', 5), executes(3), at('S1', 2)], {}, 'REPEATED_EXECUTION 0'],
  [
    'the other side has a count of its own',
    [at('S1', 5), executes(3), at('S1', 2)],
    { side: 'Sell', price: 10_001 },
    'PASS',
  ],
  [
    'both sides together',
    [at('S1', 9, BOTH), executes(2), executes(2, 'Sell'), at('S1', 3, BOTH)],
    {},
    'REPEATED_EXECUTION 0',
  ],
  ['an alert latches nobody', [at('S1', 1, { action: 'ALERT' }), executes(3)], {}, 'ALERT'],
  ['another strategy', [at('S1', 5), executes(3), at('S1', 2)], { strategy: 'manual' }, 'N/A'],
])

scenario('the execution over the limit latches the strategy, no roll ends it, two people do', (s) => {
  s.limit('REPEATED_EXECUTION', 'S1', 2)
  const id = s.working({ orderQty: 10 })
  s.fill(id, 1)
  s.fill(id, 1)
  assert.deepEqual(causeOf(s), [])
  s.fill(id, 1)
  assert.deepEqual(causeOf(s), ['REPEATED_EXECUTION 2'])
  assert.equal(s.order().reason, 'BLOCKED')
  s.working({ strategy: 'manual', trader: 'T2' })
  // Executions of what rests go on, and set no second latch.
  s.fill(id, 1)
  assert.deepEqual(causeOf(s), [])
  s.cancel(id)
  s.report('Canceled', id)
  s.roll(20270116)
  s.heartbeat()
  assert.equal(s.order().reason, 'BLOCKED')
  s.release(1)
  const next = s.working()
  s.fill(next, 1)
  s.fill(next, 1)
  assert.deepEqual(causeOf(s), [])
  s.fill(next, 1)
  assert.deepEqual(causeOf(s), ['REPEATED_EXECUTION 2'])
})

scenario('an alerting row says so once', (s) => {
  s.limit('REPEATED_EXECUTION', 'S1', 1, { action: 'ALERT' })
  const id = s.working({ orderQty: 10 })
  const breaches = [1, 2, 3].map(() => {
    s.fill(id, 1)
    return s.saidOf('LimitBreached').length
  })
  assert.deepEqual(breaches, [0, 1, 0])
})

scenario('instrument by instrument', (s) => {
  s.instrument('BETA', {})
  s.quote('BETA', 9_999, 10_001)
  s.limit('REPEATED_EXECUTION', 'S1', 1, { on: 'INSTRUMENT:*' })
  s.fill(s.working({ orderQty: 2 }), 1)
  s.fill(s.working({ orderQty: 2, instrument: 'BETA' }), 1)
  assert.deepEqual(causeOf(s), [])
})

scenario('a correct is no execution', (s) => {
  s.limit('REPEATED_EXECUTION', 'S1', 1)
  s.fill(s.working(), 1, 10_000, { execID: 'E1' })
  s.report('TradeCorrect', '', { execID: 'E2', execRefID: 'E1', lastQty: 1, lastPx: 9_999 })
  assert.deepEqual(causeOf(s), [])
})

test('a parameter that says neither one side nor both is refused', () => {
  assert.throws(() => openScenario().limit('REPEATED_EXECUTION', 'S1', 1, { param: 2 }), /INVALID_VALUE/)
})
