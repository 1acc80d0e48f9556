/** PORTFOLIO_GROSS: the worst that position and open orders can come to, at the mark, and what an order may add. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('PORTFOLIO_GROSS')
const holds =
  (qty: number, account = 'A1'): Step =>
  (s) =>
    s.position(account, 'ACME', qty)
const open =
  (order: OrderGiven): Step =>
  (s) =>
    s.working(order)
const sell = (orderQty: number): OrderGiven => ({ side: 'Sell', price: 10_001, orderQty })

boundaryTable('PORTFOLIO_GROSS', [
  ['one unit of money below the limit', at('A1', 1_000_001), { orderQty: 100 }, 'PASS'],
  ['at the limit', at('A1', 1_000_000), { orderQty: 100 }, 'PASS'],
  ['one unit of money over the limit', at('A1', 999_999), { orderQty: 100 }, 'PORTFOLIO_GROSS 99'],
  ['zero allows nothing that opens', at('A1', 0), { orderQty: 1 }, 'PORTFOLIO_GROSS 0'],
  ['unlimited', at('A1', MAX), { orderQty: 1_000_000 }, 'PASS'],
  ['absent at the account', absent('A1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the trader', absent('T1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the desk', absent('D1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the firm', absent('FIRM'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['an alert', at('A1', 0, { action: 'ALERT' }), {}, 'ALERT'],
  ['in shadow', at('A1', 0, { mode: 'SHADOW' }), {}, 'ALERT'],
  ['the mark counts, not the price', at('A1', 1_000_000), { price: 12_000, orderQty: 101 }, 'PORTFOLIO_GROSS 100'],
  ['the firm counts all accounts', [holds(60, 'A2'), at('FIRM', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
  ['opposite positions do not net', [holds(-60, 'A2'), at('FIRM', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
  ['nor inside one beneficial owner', [holds(-60, 'A2'), at('E1', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
])

// One cell is worth the larger of its two ends: all buys done, or all sells done.
boundaryTable('PORTFOLIO_GROSS', [
  ['a sell of all that is held adds nothing', [holds(100), at('A1', 0)], sell(100), 'PASS'],
  ['nor does a sell of twice as much', [holds(100), at('A1', 0)], sell(200), 'PASS'],
  [
    'one more share is short of more than was held',
    [holds(100), at('A1', 1_000_000)],
    sell(201),
    'PORTFOLIO_GROSS 200',
  ],
  ['a buy on a short position likewise', [holds(-100), at('A1', 1_000_000)], { orderQty: 201 }, 'PORTFOLIO_GROSS 200'],
  ['a buy on a long position adds all', [holds(100), at('A1', 1_500_000)], { orderQty: 51 }, 'PORTFOLIO_GROSS 50'],
  [
    'an open sell does not make room for a buy',
    [holds(100), open(sell(100)), at('A1', 1_500_000)],
    { orderQty: 51 },
    'PORTFOLIO_GROSS 50',
  ],
  ['the larger end counts, not both', [open(sell(60)), at('A1', 600_000)], { orderQty: 61 }, 'PORTFOLIO_GROSS 60'],
  ['an order in flight counts', [open({ orderQty: 60 }), at('A1', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
])

const beta: Step = (s) => {
  s.instrument('BETA', { sector: s.id('BANKS') })
  s.quote('BETA', 9_999, 10_001)
  s.working({ instrument: 'BETA', orderQty: 60 })
}
boundaryTable('PORTFOLIO_GROSS', [
  ['instruments add up', [beta, at('A1', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
  [
    'each instrument for itself',
    [beta, at('A1', 600_000, { on: 'INSTRUMENT:*' })],
    { orderQty: 61 },
    'PORTFOLIO_GROSS 60',
  ],
  [
    'the instrument replaces each',
    [beta, at('A1', 1, { on: 'INSTRUMENT:*' }), at('A1', 600_000, { on: 'INSTRUMENT:ACME' })],
    { orderQty: 61 },
    'PORTFOLIO_GROSS 60',
  ],
  ['another sector', [beta, at('A1', 600_000, { on: 'SECTOR:*' })], { orderQty: 61 }, 'PORTFOLIO_GROSS 60'],
  [
    'the asset class holds both',
    [beta, at('A1', 1_000_000, { on: 'ASSET_CLASS:EQUITY' })],
    { orderQty: 41 },
    'PORTFOLIO_GROSS 40',
  ],
  [
    'all that match must pass',
    [beta, at('T1', 900_000), at('A1', 200_000, { on: 'SECTOR:TECH' })],
    { orderQty: 41 },
    'PORTFOLIO_GROSS 20',
  ],
])

// Positions that no trader and no strategy is named for are the account's and its home desk's.
boundaryTable('PORTFOLIO_GROSS', [
  [
    "an unallocated position is not the trader's",
    [holds(60), at('T1', 1_000_000)],
    { orderQty: 101 },
    'PORTFOLIO_GROSS 100',
  ],
  ["it is the home desk's", [holds(60), at('D1', 1_000_000)], { orderQty: 41 }, 'PORTFOLIO_GROSS 40'],
  [
    "an allocated one is the strategy's",
    [(s) => s.position('A1', 'ACME', 60, 'T1', 'S1'), at('S1', 1_000_000)],
    { orderQty: 41 },
    'PORTFOLIO_GROSS 40',
  ],
  [
    "another trader's desk",
    [(s) => s.position('A1', 'ACME', 60, 'T2'), at('D1', 1_000_000)],
    { orderQty: 101 },
    'PORTFOLIO_GROSS 100',
  ],
])

scenario('PORTFOLIO_GROSS: the mark moves what stands, and what is overdrawn passes only what adds nothing', (s) => {
  s.position('A1', 'ACME', 100)
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  s.quote('ACME', 10_099, 10_101)
  assert.equal(s.exposure('A1').gross, 1_010_000)
  const buy = s.order({ price: 10_100, orderQty: 1 })
  assert.equal(buy.reason, 'PORTFOLIO_GROSS')
  const row = buy.rows.find(({ control, subject }) => control === 'PORTFOLIO_GROSS' && subject === 'A1')
  assert.equal(`${row?.before} ${row?.after}`, '1010000 1020100')
  s.working(sell(200))
})

scenario('PORTFOLIO_GROSS: a replace is tested with what it is more than the order', (s) => {
  s.limit('PORTFOLIO_GROSS', 'A1', 1_000_000)
  const id = s.working({ orderQty: 60 })
  s.fill(id, 20)
  const refused = s.replace(id, { orderQty: 101 })
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'PORTFOLIO_GROSS 100')
  s.replaced(id, { orderQty: 100 })
  assert.equal(s.exposure('A1').gross, 1_000_000)
})
