/** MAX_ORDER_QTY: where a quantity passes, to the unit, and in which unit it is counted. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'

const { at, absent } = rowsOf('MAX_ORDER_QTY')

boundaryTable('MAX_ORDER_QTY', [
  ['one below the limit', at('A1', 100), { orderQty: 99 }, 'PASS'],
  ['at the limit', at('A1', 100), { orderQty: 100 }, 'PASS'],
  ['one over the limit', at('A1', 100), { orderQty: 101 }, 'MAX_ORDER_QTY 100'],
  ['far over the limit', at('A1', 100), { orderQty: 1_000_000 }, 'MAX_ORDER_QTY 100'],
  ['a sell counts the same', at('A1', 100), { side: 'Sell', orderQty: 101 }, 'MAX_ORDER_QTY 100'],
  ['a market order counts the same', at('A1', 100), { ordType: 'Market', orderQty: 101 }, 'MAX_ORDER_QTY 100'],
  ['zero allows nothing', at('A1', 0), { orderQty: 1 }, 'MAX_ORDER_QTY 0'],
  ['unlimited', at('A1', MAX), { orderQty: 1_000_000_000 }, 'PASS'],
  ['absent at the account', absent('A1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the trader', absent('T1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the desk', absent('D1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the firm', absent('FIRM'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ["absent at another's trader", absent('T2'), { orderQty: 1 }, 'PASS'],
  ['an alert', at('A1', 100, { action: 'ALERT' }), { orderQty: 101 }, 'ALERT'],
  ['an alert at the limit', at('A1', 100, { action: 'ALERT' }), { orderQty: 100 }, 'PASS'],
  ['alert and block', at('A1', 100, { action: 'ALERT_AND_BLOCK' }), { orderQty: 101 }, 'MAX_ORDER_QTY 100'],
  ['in shadow', at('A1', 100, { mode: 'SHADOW' }), { orderQty: 101 }, 'ALERT'],
  [
    'a shadow does not hide a refusal',
    [at('FIRM', 50, { mode: 'SHADOW' }), at('A1', 100)],
    { orderQty: 101 },
    'MAX_ORDER_QTY 100',
  ],
])

// Every subject of an order carries the limit, and all must pass.
boundaryTable(
  'MAX_ORDER_QTY',
  ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1'].flatMap((subject) => [
    [`at the limit of ${subject}`, at(subject, 100), { orderQty: 100 }, 'PASS'] as const,
    [`over the limit of ${subject}`, at(subject, 100), { orderQty: 101 }, 'MAX_ORDER_QTY 100'] as const,
  ]),
)

const each = (hard: number): Step => at('FIRM', hard, { on: 'INSTRUMENT:*' })
const acme = (hard: number): Step => at('FIRM', hard, { on: 'INSTRUMENT:ACME' })
boundaryTable('MAX_ORDER_QTY', [
  ['the narrowest of two', [at('A1', 100), at('FIRM', 70)], { orderQty: 71 }, 'MAX_ORDER_QTY 70'],
  ['each instrument', each(50), { orderQty: 51 }, 'MAX_ORDER_QTY 50'],
  ['the instrument itself', acme(50), { orderQty: 51 }, 'MAX_ORDER_QTY 50'],
  ['a wider row of the instrument replaces each', [each(50), acme(80)], { orderQty: 80 }, 'PASS'],
  ['one over the row that replaces', [each(50), acme(80)], { orderQty: 81 }, 'MAX_ORDER_QTY 80'],
  ['a narrower row of the instrument replaces each', [acme(30), each(50)], { orderQty: 31 }, 'MAX_ORDER_QTY 30'],
  [
    'it replaces each at its own subject only',
    [at('A1', 50, { on: 'INSTRUMENT:*' }), acme(80)],
    { orderQty: 51 },
    'MAX_ORDER_QTY 50',
  ],
  ['it does not replace the row without object', [at('FIRM', 60), acme(80)], { orderQty: 61 }, 'MAX_ORDER_QTY 60'],
  ['each sector', at('FIRM', 50, { on: 'SECTOR:*' }), { orderQty: 51 }, 'MAX_ORDER_QTY 50'],
  ['another sector', at('FIRM', 50, { on: 'SECTOR:BANKS' }), { orderQty: 51 }, 'PASS'],
  [
    'an underlying is the share itself',
    at('FIRM', 50, { on: 'UNDERLYING:ACME' }),
    { orderQty: 51 },
    'MAX_ORDER_QTY 50',
  ],
  ['a venue', at('FIRM', 50, { on: 'VENUE:V1' }), { orderQty: 51, venue: 'V1' }, 'MAX_ORDER_QTY 50'],
  ['an order without a venue', at('FIRM', 50, { on: 'VENUE:*' }), { orderQty: 51 }, 'PASS'],
])

/** A coin in 10^-8, in lots of 1000 units. */
function coin(s: Scenario): void {
  s.instrument('COIN', { qtyDecimals: 8, lot: 1_000, tick: 50 })
  s.quote('COIN', 5_000_000, 5_000_100)
}
const coins = (orderQty: number) => ({ instrument: 'COIN', price: 5_000_050, orderQty })
boundaryTable('MAX_ORDER_QTY', [
  ['whole coins', [coin, at('A1', 2)], coins(200_000_000), 'PASS'],
  ['a fraction counts as one more', [coin, at('A1', 2)], coins(200_001_000), 'MAX_ORDER_QTY 200000000'],
  ['the smallest lot is one coin', [coin, at('A1', 0)], coins(1_000), 'MAX_ORDER_QTY 0'],
  [
    'a row of the instrument counts its units',
    [coin, at('A1', 2_500, { on: 'INSTRUMENT:COIN' })],
    coins(2_000),
    'PASS',
  ],
  ['qtyPassing is in lots', [coin, at('A1', 2_500, { on: 'INSTRUMENT:COIN' })], coins(3_000), 'MAX_ORDER_QTY 2000'],
  [
    'each instrument counts its units too',
    [coin, at('A1', 2_500, { on: 'INSTRUMENT:*' })],
    coins(3_000),
    'MAX_ORDER_QTY 2000',
  ],
])

scenario('MAX_ORDER_QTY: the row names its use; a replace is judged on its total quantity', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 100)
  const id = s.working({ orderQty: 60 })
  const decision = s.replace(id, { orderQty: 101 })
  assert.equal(decision.reason, 'MAX_ORDER_QTY')
  assert.equal(decision.qtyPassing, 100)
  const row = decision.rows.find(({ control, subject }) => control === 'MAX_ORDER_QTY' && subject === 'A1')
  assert.deepEqual(row, {
    control: 'MAX_ORDER_QTY',
    subject: 'A1',
    object: '',
    before: 0,
    after: 101,
    failed: true,
    soft: false,
    waived: false,
  })
  s.replaced(id, { orderQty: 100 })
})
