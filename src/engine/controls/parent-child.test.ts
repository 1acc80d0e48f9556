/** PARENT_CHILD and BASKET_TOTAL: slices against their parent, lines against their basket. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'
import { type ParentGiven, SECOND } from '../../simulator/scenario-given.ts'

const total = rowsOf('BASKET_TOTAL')
const parent =
  (given: ParentGiven = {}): Step =>
  (s) =>
    s.parent('P', given)
/** Shares are at 100.00: a basket of two million in money is 200 shares. */
const basket = parent({ notional: 2_000_000, lines: 3 })
const exact: Step = (s) => s.parameter('basketToleranceBps', 0)
const slice = (orderQty: number) => ({ orderQty, parentClOrdID: 'P' })
const latches = (s: Scenario) => s.saidOf('ControlLatched').map(({ cause }) => cause)

boundaryTable('PARENT_CHILD', [
  ['no parent was ever told of', [], slice(100), 'N/A'],
  ['one share below the parent', parent(), slice(99), 'PASS'],
  ['all of the parent', parent(), slice(100), 'PASS'],
  ['an order of none', parent(), { orderQty: 101 }, 'N/A'],
  ['a parent that nobody told of', parent(), { parentClOrdID: 'Q' }, 'PARENT_UNKNOWN 0'],
  ['where parents are required', (s) => s.parameter('parentsRequired', 1), { parentClOrdID: 'Q' }, 'PARENT_UNKNOWN 0'],
  ["another session's parent", parent(), { ...slice(1), session: 'X2' }, 'PARENT_UNKNOWN 0'],
  ['the end of the parent', [(s) => s.parent('P', { expireTimeUs: s.timeUs + 1 })], slice(1), 'PASS'],
  ['as much as a basket declares', [exact, basket], slice(200), 'PASS'],
  ['the tolerance of a basket', basket, slice(210), 'PASS'],
])

/** What the first slice that is none gets, and the latch behind it. */
const REFUSED: readonly (readonly [string, readonly Step[], object, string])[] = [
  ['one share over', [parent()], slice(101), 'PARENT_CHILD 100'],
  ['the other side', [parent()], { ...slice(1), side: 'Sell', price: 10_001 }, 'PARENT_MISMATCH 0'],
  ['another account', [parent({ account: 'A2' })], slice(1), 'PARENT_MISMATCH 0'],
  ['after its end', [(s) => s.parent('P', { expireTimeUs: s.timeUs })], slice(1), 'PARENT_MISMATCH 0'],
  ['one share over what a basket declares', [exact, basket], slice(201), 'PARENT_CHILD 200'],
  [
    'one line too many',
    [parent({ notional: 1e9, lines: 1 }), (s) => void s.working(slice(1))],
    slice(1),
    'PARENT_CHILD 0',
  ],
]
for (const [title, given, order, expected] of REFUSED) {
  scenario(`PARENT_CHILD: ${title}: ${expected}, and the strategy is blocked`, (s) => {
    for (const step of given) step(s)
    const decision = s.order(order)
    assert.equal(`${decision.reason} ${decision.qtyPassing}`, expected)
    assert.deepEqual(latches(s), ['PARENT_CHILD'])
    assert.equal(s.order().reason, 'BLOCKED')
  })
}

scenario('a what-if blocks nobody', (s) => {
  s.parent('P')
  assert.equal(s.evaluate(slice(101)).reason, 'PARENT_CHILD')
  assert.deepEqual(latches(s), [])
})

scenario('executed and open slices count, what was cancelled is free', (s) => {
  s.parent('P')
  const id = s.working(slice(60))
  s.fill(id, 20)
  assert.equal(s.evaluate(slice(41)).qtyPassing, 40)
  s.cancel(id)
  s.report('Canceled', id)
  assert.equal(s.evaluate(slice(81)).qtyPassing, 80)
  const rest = s.working(slice(80))
  assert.equal(s.replace(rest, { orderQty: 81 }).reason, 'PARENT_CHILD')
  assert.deepEqual(latches(s), ['PARENT_CHILD'])
  s.release(1)
  s.replaced(rest, { orderQty: 79 })
})

const capped = [basket, total.at('FIRM', 1_000_000)]
boundaryTable('BASKET_TOTAL', [
  ['below the limit', capped, slice(99), 'PASS'],
  ['at the limit', capped, slice(100), 'PASS'],
  ['one share over', capped, slice(101), 'BASKET_TOTAL 100'],
  [
    'lines before it count',
    [...capped, (s) => void s.working({ ...slice(60), account: 'A2' })],
    slice(41),
    'BASKET_TOTAL 40',
  ],
  ['zero', [basket, total.at('FIRM', 0)], slice(1), 'BASKET_TOTAL 0'],
  ['unlimited', [basket, total.at('FIRM', MAX)], slice(200), 'PASS'],
  ['absent', [...capped, total.absent('FIRM')], slice(200), 'N/A'],
  ['an order of no basket', capped, { orderQty: 101 }, 'N/A'],
  ['a slice of a parent', [parent({ orderQty: 200 }), total.at('FIRM', 0)], slice(101), 'N/A'],
])

test('a parent told twice is one; with other terms it is refused', () => {
  const s = openScenario()
  s.parent('P')
  s.parent('P')
  assert.throws(() => s.parent('P', { orderQty: 101 }), /NAME_CONFLICT/)
  assert.throws(() => s.parent('Q', { notional: 1, lines: 0 }), /INVALID_VALUE/)
  s.wait(SECOND)
})
