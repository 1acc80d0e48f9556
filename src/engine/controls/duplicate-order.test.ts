/** DUPLICATE_ORDER: what makes two orders the same, how many may be, and for how long they are remembered. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { type OrderGiven, SECOND } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('DUPLICATE_ORDER')
const sent =
  (times: number, order: OrderGiven = {}): Step =>
  (s) => {
    for (let time = 0; time < times; time++) s.order(order)
  }
const later =
  (us: number): Step =>
  (s) =>
    s.wait(us)

boundaryTable('DUPLICATE_ORDER', [
  ['the first of two', [at('A1', 2), sent(0)], {}, 'PASS'],
  ['the second of two', [at('A1', 2), sent(1)], {}, 'PASS'],
  ['the third of two', [at('A1', 2), sent(2)], {}, 'DUPLICATE_ORDER'],
  ['zero allows not one', at('A1', 0), {}, 'DUPLICATE_ORDER'],
  ['unlimited', [at('A1', MAX), sent(5)], {}, 'PASS'],
  ['absent', sent(5), {}, 'N/A'],
  ['taken away', [at('A1', 1), absent('A1'), sent(5)], {}, 'N/A'],
  ['an alert', [at('A1', 1, { action: 'ALERT' }), sent(1)], {}, 'ALERT'],
  ['in shadow', [at('A1', 1, { mode: 'SHADOW' }), sent(1)], {}, 'ALERT'],
  ['just inside the window', [at('A1', 1), sent(1), later(SECOND - 1)], {}, 'DUPLICATE_ORDER'],
  ['the window is open at its old end', [at('A1', 1), sent(1), later(SECOND)], {}, 'PASS'],
  ['a window of its own width', [at('A1', 1, { param: 10 }), sent(1), later(9)], {}, 'DUPLICATE_ORDER'],
  ['and no longer', [at('A1', 1, { param: 10 }), sent(1), later(10)], {}, 'PASS'],
  [
    'refused ones are not counted',
    [at('A1', 1), (s) => s.limit('MAX_ORDER_QTY', 'A1', 1), sent(3), (s) => s.limit('MAX_ORDER_QTY', 'A1', MAX)],
    {},
    'PASS',
  ],
  ['orders from before the row was set count', [sent(1), at('A1', 1)], {}, 'DUPLICATE_ORDER'],
  ['the firm', [at('FIRM', 1), sent(1)], {}, 'DUPLICATE_ORDER'],
  ['the session', [at('X1', 1), sent(1)], {}, 'DUPLICATE_ORDER'],
  ['the narrowest of two', [at('FIRM', 3), at('T1', 1), sent(1)], {}, 'DUPLICATE_ORDER'],
])

// What must differ for an order to be another one; trader, venue and session do not make it another.
const first: OrderGiven = { ordType: 'StopLimit', price: 10_000, stopPx: 10_000, orderQty: 100, parentClOrdID: 'P1' }
const after = [at('FIRM', 1), sent(1, first)]
boundaryTable('DUPLICATE_ORDER', [
  ['all the same', after, first, 'DUPLICATE_ORDER'],
  ['another account', after, { ...first, account: 'A2' }, 'PASS'],
  ['another side', after, { ...first, side: 'Sell' }, 'PASS'],
  [
    'another mark of the same side',
    [at('FIRM', 1), sent(1, { ...first, side: 'Sell' })],
    { ...first, side: 'SellShort' },
    'PASS',
  ],
  ['another quantity', after, { ...first, orderQty: 101 }, 'PASS'],
  ['another price', after, { ...first, price: 9_999 }, 'PASS'],
  ['another stop price', after, { ...first, stopPx: 9_999 }, 'PASS'],
  ['another type', after, { ordType: 'Limit', price: 10_000, orderQty: 100, parentClOrdID: 'P1' }, 'PASS'],
  ['another time in force', after, { ...first, timeInForce: 'IOC' }, 'PASS'],
  ['another strategy', after, { ...first, strategy: 'manual' }, 'PASS'],
  ['a slice of another parent', after, { ...first, parentClOrdID: 'P2' }, 'PASS'],
  ['another trader', after, { ...first, trader: 'T2' }, 'DUPLICATE_ORDER'],
  ['another venue', after, { ...first, venue: 'V1' }, 'DUPLICATE_ORDER'],
  ['another session', after, { ...first, session: 'X2' }, 'DUPLICATE_ORDER'],
])

scenario('DUPLICATE_ORDER: another instrument is another order', (s) => {
  s.limit('DUPLICATE_ORDER', 'FIRM', 1)
  s.instrument('BETA', {})
  s.quote('BETA', 9_999, 10_001)
  s.working({})
  s.working({ instrument: 'BETA' })
})

scenario('DUPLICATE_ORDER: the row counts this order; a canceled one still counts', (s) => {
  s.limit('DUPLICATE_ORDER', 'A1', 2)
  s.report('Canceled', s.working({}))
  s.working({})
  const { rows, reason } = s.order({})
  const row = rows.find(({ control }) => control === 'DUPLICATE_ORDER')
  assert.equal(`${reason} ${row?.before} ${row?.after}`, 'DUPLICATE_ORDER 2 3')
})

scenario('DUPLICATE_ORDER: a replace to the same terms is no duplicate, and is not one of them', (s) => {
  s.limit('DUPLICATE_ORDER', 'A1', 1)
  const id = s.working({ orderQty: 50 })
  s.working({ orderQty: 100 })
  const decision = s.replace(id, { orderQty: 100 })
  assert.equal(`${decision.outcome} ${decision.results.DUPLICATE_ORDER}`, 'APPROVE undefined')
  assert.equal(s.order({ orderQty: 50 }).reason, 'DUPLICATE_ORDER')
})

scenario('DUPLICATE_ORDER: of a smaller order nothing is promised', (s) => {
  s.limit('DUPLICATE_ORDER', 'A1', 1)
  s.limit('MAX_ORDER_QTY', 'A1', 150)
  s.working({ orderQty: 100 })
  const { reason, qtyPassing } = s.order({ orderQty: 100 })
  assert.equal(`${reason} ${qtyPassing}`, 'DUPLICATE_ORDER 0')
})

scenario('DUPLICATE_ORDER: a what-if is neither counted nor remembered', (s) => {
  s.limit('DUPLICATE_ORDER', 'A1', 1)
  for (let time = 0; time < 3; time++) assert.equal(s.evaluate({}).outcome, 'APPROVE')
  s.working({})
  assert.equal(s.evaluate({}).reason, 'DUPLICATE_ORDER')
})

scenario('DUPLICATE_ORDER: the roll of the date does not forget', (s) => {
  s.limit('DUPLICATE_ORDER', 'A1', 1, { param: 60 * SECOND })
  s.working({})
  s.roll(20270118)
  assert.equal(s.order({}).reason, 'DUPLICATE_ORDER')
})
