/** MAX_OPEN_ORDERS: which orders are open, and how many may be. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('MAX_OPEN_ORDERS')
const open =
  (times: number, order: OrderGiven = {}): Step =>
  (s) => {
    for (let time = 0; time < times; time++) s.working(order)
  }

boundaryTable('MAX_OPEN_ORDERS', [
  ['one below the limit', [at('A1', 3), open(1)], {}, 'PASS'],
  ['at the limit', [at('A1', 3), open(2)], {}, 'PASS'],
  ['one over the limit', [at('A1', 3), open(3)], {}, 'MAX_OPEN_ORDERS'],
  ['zero allows nothing', at('A1', 0), {}, 'MAX_OPEN_ORDERS'],
  ['unlimited', [at('A1', MAX), open(9)], {}, 'PASS'],
  ['absent', open(9), {}, 'N/A'],
  ['taken away', [at('A1', 1), absent('A1'), open(9)], {}, 'N/A'],
  ['an alert', [at('A1', 1, { action: 'ALERT' }), open(1)], {}, 'ALERT'],
  ['in shadow', [at('A1', 1, { mode: 'SHADOW' }), open(1)], {}, 'ALERT'],
  ['orders from before the row was set count', [open(3), at('A1', 3)], {}, 'MAX_OPEN_ORDERS'],
  ["another account's do not", [at('A1', 1), open(3, { account: 'A2' })], {}, 'PASS'],
  ['the firm counts all accounts', [at('FIRM', 2), open(1), open(1, { account: 'A2' })], {}, 'MAX_OPEN_ORDERS'],
  ['the session', [at('X1', 2), open(2)], {}, 'MAX_OPEN_ORDERS'],
  ["another session's orders are not its own", [at('X1', 1), open(2, { session: 'X2' })], {}, 'PASS'],
])

boundaryTable('MAX_OPEN_ORDERS', [
  ['each instrument', [at('A1', 2, { on: 'INSTRUMENT:*' }), open(2)], {}, 'MAX_OPEN_ORDERS'],
  ['each instrument, set when they were open', [open(2), at('A1', 2, { on: 'INSTRUMENT:*' })], {}, 'MAX_OPEN_ORDERS'],
  [
    'the instrument replaces each',
    [at('A1', 2, { on: 'INSTRUMENT:*' }), at('A1', 3, { on: 'INSTRUMENT:ACME' }), open(2)],
    {},
    'PASS',
  ],
  [
    'one over what replaces',
    [at('A1', 2, { on: 'INSTRUMENT:*' }), at('A1', 3, { on: 'INSTRUMENT:ACME' }), open(3)],
    {},
    'MAX_OPEN_ORDERS',
  ],
  [
    'a venue counts the orders that name it',
    [at('A1', 1, { on: 'VENUE:V1' }), open(1, { venue: 'V1' })],
    { venue: 'V1' },
    'MAX_OPEN_ORDERS',
  ],
  ['and no others', [at('A1', 1, { on: 'VENUE:V1' }), open(2, { venue: 'V2' }), open(2)], { venue: 'V1' }, 'PASS'],
  ['nor is an order without a venue judged', [at('A1', 1, { on: 'VENUE:V1' }), open(1, { venue: 'V1' })], {}, 'N/A'],
])

/** Whether an order still counts after each. */
const LIVES: readonly (readonly [title: string, live: Step, counts: boolean])[] = [
  ['approved and not yet acknowledged', () => {}, true],
  ['acknowledged', (s) => s.report('New', 'o'), true],
  ['filled in part', (s) => s.fill('o', 99), true],
  ['filled', (s) => s.fill('o', 100), false],
  ['its cancel is on the way', (s) => s.cancel('o'), true],
  ['its cancel was rejected', (s) => [s.cancel('o'), s.report('CancelRejected', 'o')], true],
  ['canceled', (s) => s.report('Canceled', 'o'), false],
  ['rejected', (s) => s.report('Rejected', 'o'), false],
  ['expired', (s) => s.report('Expired', 'o'), false],
  ['done for the day', (s) => s.report('DoneForDay', 'o'), false],
  ['never sent', (s) => s.notSent('o'), false],
  ['its replace is pending', (s) => s.replaced('o', { orderQty: 50 }), true],
  ['the date rolled', (s) => s.roll(20270118), true],
]

for (const [title, live, counts] of LIVES) {
  scenario(`MAX_OPEN_ORDERS: ${title}: ${counts ? 'counts' : 'does not count'}`, (s) => {
    s.limit('MAX_OPEN_ORDERS', 'A1', 1)
    s.working({ clOrdID: 'o' })
    live(s)
    assert.equal(s.exposure('A1').openOrders, counts ? 1 : 0)
    assert.equal(s.order({}).reason, counts ? 'MAX_OPEN_ORDERS' : 'NONE')
  })
}

scenario('MAX_OPEN_ORDERS: a replace opens no order, and passes a limit that is overdrawn', (s) => {
  const id = s.working({})
  s.working({})
  s.limit('MAX_OPEN_ORDERS', 'A1', 1)
  assert.deepEqual(
    s.saidOf('LimitBreached').map(({ use, reason }) => `${use} ${reason}`),
    ['2 LIMIT_BELOW_USE'],
  )
  const { outcome, rows } = s.replace(id, { orderQty: 200 })
  const row = rows.find(({ control }) => control === 'MAX_OPEN_ORDERS')
  assert.equal(`${outcome} ${row?.before} ${row?.after} ${row?.failed}`, 'APPROVE 2 2 false')
})

scenario('MAX_OPEN_ORDERS: of a smaller order nothing is promised', (s) => {
  s.limit('MAX_OPEN_ORDERS', 'A1', 0)
  assert.equal(s.order({}).qtyPassing, 0)
})
