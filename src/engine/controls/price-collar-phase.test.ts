/** PRICE_COLLAR by session phase: the row for the very phase of the venue stands for the one for any phase. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import { type OrderGiven, PX } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('PRICE_COLLAR')
const CLASS = { on: 'ASSET_CLASS:*' }
const ACME = { on: 'INSTRUMENT:ACME' }
const EACH = { on: 'INSTRUMENT:*' }
const PRE = { phase: 'PRE_OPEN' } as const
/** Ten basis points of 100.00. */
const tight = at('FIRM', 10, { ...CLASS, ...PRE })
const preOpen =
  (venue = 'V1'): Step =>
  (s) =>
    s.phase(venue, 'PRE_OPEN')
const over = (cents: number, venue = 'V1'): OrderGiven => ({ price: PX + cents, venue })

boundaryTable('PRICE_COLLAR', [
  ['before the phase', tight, over(100), 'PASS'],
  ['at the limit of the phase', [tight, preOpen()], over(10), 'PASS'],
  ['one cent over it', [tight, preOpen()], over(11), 'PRICE_COLLAR 0'],
  ['at another venue', [tight, preOpen('V2')], over(100), 'PASS'],
  ['in another phase', [tight, (s) => s.phase('V1', 'CLOSING_AUCTION')], over(100), 'PASS'],
  ['an order without a venue may go there', [tight, preOpen('V2')], over(11, ''), 'PRICE_COLLAR 0'],
  [
    'an order without a venue keeps the row for any phase',
    [at('FIRM', 9_000, { ...CLASS, ...PRE }), preOpen()],
    over(5_001, ''),
    'PRICE_COLLAR 0',
  ],
  ['a wider row of the phase replaces', [at('FIRM', 9_000, { ...CLASS, ...PRE }), preOpen()], over(5_001), 'PASS'],
  ['the row for any phase is mandatory', [absent('FIRM', CLASS), tight, preOpen()], over(0), 'LIMIT_MISSING 0'],
  [
    'the very object in any phase replaces each',
    [at('A1', 1, { ...EACH, ...PRE }), at('A1', 100, ACME), preOpen()],
    over(11),
    'PASS',
  ],
  [
    'the very object in another phase does not',
    [at('A1', 1, { ...EACH, ...PRE }), at('A1', 100, { ...ACME, phase: 'CLOSED' }), preOpen()],
    over(11),
    'PRICE_COLLAR 0',
  ],
  ['taken away', [tight, absent('FIRM', { ...CLASS, ...PRE }), preOpen()], over(100), 'PASS'],
])

scenario('a market order is protected by the band of its phase', (s) => {
  tight(s)
  const order: OrderGiven = { ordType: 'Market', venue: 'V1' }
  assert.equal(s.evaluate(order).protectionPx, 15_000)
  s.phase('V1', 'PRE_OPEN')
  assert.equal(s.evaluate(order).protectionPx, PX + 10)
})

test('only a collar has a phase', () => {
  const s = openScenario()
  assert.throws(() => s.limit('MAX_ORDER_QTY', 'A1', 1, PRE), /INVALID_VALUE/)
})
