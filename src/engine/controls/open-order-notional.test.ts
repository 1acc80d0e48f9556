/** OPEN_ORDER_NOTIONAL: the value of all that is open, and what an order may add to it. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('OPEN_ORDER_NOTIONAL')
/** An open buy of 60 shares, 600000 in money, and others like it. */
const open =
  (order: OrderGiven = {}): Step =>
  (s) =>
    s.working({ orderQty: 60, clOrdID: 'open', ...order })
const long =
  (qty: number): Step =>
  (s) =>
    s.position('A1', 'ACME', qty)

boundaryTable('OPEN_ORDER_NOTIONAL', [
  ['one unit of money below the limit', [open(), at('A1', 1_000_001)], { orderQty: 40 }, 'PASS'],
  ['at the limit', [open(), at('A1', 1_000_000)], { orderQty: 40 }, 'PASS'],
  ['one unit of money over the limit', [open(), at('A1', 999_999)], { orderQty: 40 }, 'OPEN_ORDER_NOTIONAL 39'],
  ['used up', [open(), at('A1', 600_000)], { orderQty: 1 }, 'OPEN_ORDER_NOTIONAL 0'],
  ['zero allows nothing', at('A1', 0), { orderQty: 1 }, 'OPEN_ORDER_NOTIONAL 0'],
  ['unlimited', [open(), at('A1', MAX)], { orderQty: 1_000_000 }, 'PASS'],
  ['absent', open(), { orderQty: 1_000_000 }, 'N/A'],
  ['taken away', [open(), at('A1', 0), absent('A1')], { orderQty: 1_000_000 }, 'N/A'],
  ['an alert', [open(), at('A1', 0, { action: 'ALERT' })], {}, 'ALERT'],
  ['in shadow', [open(), at('A1', 0, { mode: 'SHADOW' })], {}, 'ALERT'],
  [
    'buys and sells add up',
    [open(), at('A1', 999_999)],
    { side: 'Sell', price: 10_001, orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 39',
  ],
  [
    'a sell is worth the reference at least',
    [at('A1', 1_000_000)],
    { side: 'Sell', price: 9_900, orderQty: 101 },
    'OPEN_ORDER_NOTIONAL 100',
  ],
  ['the session', [open(), at('X1', 999_999)], { orderQty: 40 }, 'OPEN_ORDER_NOTIONAL 39'],
  [
    'the firm counts all accounts',
    [open({ account: 'A2' }), at('FIRM', 999_999)],
    { orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 39',
  ],
  ["another account's is not its own", [open({ account: 'A2' }), at('A1', 400_000)], { orderQty: 40 }, 'PASS'],
])

boundaryTable('OPEN_ORDER_NOTIONAL', [
  ['the executed part is not open', [open(), (s) => s.fill('open', 20), at('A1', 800_000)], { orderQty: 40 }, 'PASS'],
  [
    'one less and it does not fit',
    [open(), (s) => s.fill('open', 20), at('A1', 799_999)],
    { orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 39',
  ],
  [
    'a cancel on the way is open',
    [open(), (s) => s.cancel('open'), at('A1', 999_999)],
    { orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 39',
  ],
  [
    'a canceled order is not',
    [open(), (s) => s.report('Canceled', 'open'), at('A1', 400_000)],
    { orderQty: 40 },
    'PASS',
  ],
  [
    'each venue',
    [open({ venue: 'V1' }), at('A1', 999_999, { on: 'VENUE:*' })],
    { venue: 'V1', orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 39',
  ],
  [
    'another venue',
    [open({ venue: 'V1' }), at('A1', 999_999, { on: 'VENUE:*' })],
    { venue: 'V2', orderQty: 99 },
    'PASS',
  ],
  [
    'each instrument, and a wider one that replaces it',
    [open(), at('A1', 1, { on: 'INSTRUMENT:*' }), at('A1', 1_000_000, { on: 'INSTRUMENT:ACME' })],
    { orderQty: 41 },
    'OPEN_ORDER_NOTIONAL 40',
  ],
  [
    'all that match must pass',
    [open(), at('A1', 900_000), at('A1', 700_000, { on: 'SECTOR:TECH' })],
    { orderQty: 40 },
    'OPEN_ORDER_NOTIONAL 10',
  ],
])

// A wider limit for what can only close the position, all of its working orders together.
const wider = at('A1', 100_000, { hardForReducing: 1_000_000 })
const sell = (orderQty: number): OrderGiven => ({ side: 'Sell', price: 10_001, orderQty })
boundaryTable('OPEN_ORDER_NOTIONAL', [
  ['reducing: the wider limit', [long(200), wider], sell(99), 'PASS'],
  ['reducing: one over it', [long(200), wider], sell(100), 'OPEN_ORDER_NOTIONAL 99'],
  ['not reducing: the narrow one', [wider], sell(10), 'OPEN_ORDER_NOTIONAL 9'],
  ['a buy on a long position is not', [long(200), wider], { orderQty: 11 }, 'OPEN_ORDER_NOTIONAL 10'],
  ['what would flip is not; what only closes is offered', [long(50), wider], sell(51), 'OPEN_ORDER_NOTIONAL 50'],
  ['together they would flip', [long(50), wider, (s) => s.working({ ...sell(45) })], sell(6), 'OPEN_ORDER_NOTIONAL 5'],
  [
    'zero stands for the narrow one',
    [long(200), at('A1', 100_000, { hardForReducing: 0 })],
    sell(10),
    'OPEN_ORDER_NOTIONAL 9',
  ],
])

scenario(
  'OPEN_ORDER_NOTIONAL: a replace adds what it is more than the order; lowering passes what is overdrawn',
  (s) => {
    const id = s.working({ orderQty: 60 })
    s.limit('OPEN_ORDER_NOTIONAL', 'A1', 500_000)
    assert.equal(s.saidOf('LimitBreached')[0]?.use, 600_000)
    const refused = s.replace(id, { orderQty: 61 })
    assert.equal(`${refused.reason} ${refused.qtyPassing}`, 'OPEN_ORDER_NOTIONAL 60')
    const lowered = s.replace(id, { orderQty: 55 })
    const row = lowered.rows.find(({ control }) => control === 'OPEN_ORDER_NOTIONAL')
    assert.equal(`${lowered.outcome} ${row?.before} ${row?.after}`, 'APPROVE 600000 600000')
  },
)
