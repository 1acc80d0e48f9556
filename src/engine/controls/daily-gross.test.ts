/** DAILY_GROSS: what the date has executed and what is open, and what an order may add to it. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('DAILY_GROSS')
/** An open buy of 60 shares, 600000 in money. */
const open =
  (order: OrderGiven = {}): Step =>
  (s) =>
    s.working({ orderQty: 60, clOrdID: 'open', ...order })
const filled =
  (qty: number, px = 10_000): Step =>
  (s) =>
    s.fill('open', qty, px)

boundaryTable('DAILY_GROSS', [
  ['one unit of money below the limit', [open(), at('A1', 1_000_001)], { orderQty: 40 }, 'PASS'],
  ['at the limit', [open(), at('A1', 1_000_000)], { orderQty: 40 }, 'PASS'],
  ['one unit of money over the limit', [open(), at('A1', 999_999)], { orderQty: 40 }, 'DAILY_GROSS 39'],
  ['used up', [open(), at('A1', 600_000)], { orderQty: 1 }, 'DAILY_GROSS 0'],
  ['zero allows nothing', at('A1', 0), { orderQty: 1 }, 'DAILY_GROSS 0'],
  ['unlimited', [open(), at('A1', MAX)], { orderQty: 1_000_000 }, 'PASS'],
  ['absent at the account', absent('A1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the trader', absent('T1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the desk', absent('D1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the firm', absent('FIRM'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['an alert', [open(), at('A1', 0, { action: 'ALERT' })], {}, 'ALERT'],
  ['in shadow', [open(), at('A1', 0, { mode: 'SHADOW' })], {}, 'ALERT'],
  ['the session has a flow too', [open(), at('X1', 999_999)], { orderQty: 40 }, 'DAILY_GROSS 39'],
  ['the firm counts all accounts', [open({ account: 'A2' }), at('FIRM', 999_999)], { orderQty: 40 }, 'DAILY_GROSS 39'],
])

boundaryTable('DAILY_GROSS', [
  ['a fill moves from open to executed', [open(), filled(30), at('A1', 1_000_000)], { orderQty: 41 }, 'DAILY_GROSS 40'],
  ['executed at its own price', [open(), filled(60, 9_000), at('A1', 940_000)], { orderQty: 41 }, 'DAILY_GROSS 40'],
  [
    'a sell that closes does not lower it',
    [open(), filled(60), at('A1', 1_000_000)],
    { side: 'Sell', orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  [
    'a cancel frees the open part',
    [open(), filled(20), (s) => s.report('Canceled', 'open'), at('A1', 600_000)],
    { orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  [
    'the roll frees the executed part',
    [open(), filled(20), (s) => s.roll(20270118), at('A1', 800_000)],
    { orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  ['each sector', [open(), at('D1', 1_000_000, { on: 'SECTOR:*' })], { orderQty: 41 }, 'DAILY_GROSS 40'],
  [
    'each sector, set when there was flow',
    [open(), filled(20), at('D1', 1_000_000, { on: 'SECTOR:*' })],
    { orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  [
    'a wider instrument replaces each',
    [open(), at('D1', 1, { on: 'INSTRUMENT:*' }), at('D1', 1_000_000, { on: 'INSTRUMENT:ACME' })],
    { orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  [
    'a venue counts what names it',
    [open({ venue: 'V1' }), filled(20), at('D1', 1_000_000, { on: 'VENUE:V1' })],
    { venue: 'V1', orderQty: 41 },
    'DAILY_GROSS 40',
  ],
  [
    'and nothing else',
    [open({ venue: 'V2' }), filled(20), at('D1', 1_000_000, { on: 'VENUE:V1' })],
    { venue: 'V1', orderQty: 100 },
    'PASS',
  ],
  ['all that match must pass', [open(), at('A1', 900_000), at('T1', 700_000)], { orderQty: 40 }, 'DAILY_GROSS 10'],
])

const wider = at('A1', 100_000, { hardForReducing: 1_000_000 })
const long =
  (qty: number): Step =>
  (s) =>
    s.position('A1', 'ACME', qty)
boundaryTable('DAILY_GROSS', [
  ['reducing a long position: the wider limit', [long(200), wider], { side: 'Sell', orderQty: 101 }, 'DAILY_GROSS 100'],
  ['reducing a short position', [long(-200), wider], { orderQty: 101 }, 'DAILY_GROSS 100'],
  ['not reducing', [long(-200), wider], { side: 'Sell', orderQty: 11 }, 'DAILY_GROSS 10'],
  ['what would flip is not reducing', [long(50), wider], { side: 'Sell', orderQty: 51 }, 'DAILY_GROSS 50'],
])

scenario('DAILY_GROSS: before and after are executed plus open', (s) => {
  const id = s.working({ orderQty: 60 })
  s.fill(id, 20, 9_500)
  const row = s
    .order({ orderQty: 10 })
    .rows.find(({ control, subject }) => control === 'DAILY_GROSS' && subject === 'A1')
  assert.equal(`${row?.before} ${row?.after}`, `${190_000 + 400_000} ${190_000 + 400_000 + 100_000}`)
})

scenario('DAILY_GROSS: a replace adds what its open value is more than that of the order', (s) => {
  const id = s.working({ orderQty: 60 })
  s.fill(id, 20)
  s.limit('DAILY_GROSS', 'A1', 700_000)
  const refused = s.replace(id, { orderQty: 71 })
  assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'DAILY_GROSS 70')
  s.replaced(id, { orderQty: 70 })
  assert.equal(s.exposure('A1').open, 500_000)
})
