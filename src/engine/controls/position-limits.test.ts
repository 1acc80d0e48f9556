/** MAX_LONG_POSITION and MAX_SHORT_POSITION: worst-case ends in one instrument, the moving side only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const long = rowsOf('MAX_LONG_POSITION')
const short = rowsOf('MAX_SHORT_POSITION')
const ACME = { on: 'INSTRUMENT:ACME' }
const EACH = { on: 'INSTRUMENT:*' }
const sell = (orderQty: number): OrderGiven => ({ side: 'Sell', price: 10_001, orderQty })
const holds =
  (qty: number, account = 'A1'): Step =>
  (s) =>
    s.position(account, 'ACME', qty, 'T1', 'S1')
const open =
  (order: OrderGiven): Step =>
  (s) => {
    s.working(order)
  }
const at100 = long.at('A1', 100, ACME)
const short100 = short.at('A1', 100, ACME)

boundaryTable('MAX_LONG_POSITION', [
  ['one share below the limit', at100, { orderQty: 99 }, 'PASS'],
  ['at the limit', at100, { orderQty: 100 }, 'PASS'],
  ['one share over the limit', at100, { orderQty: 101 }, 'MAX_LONG_POSITION 100'],
  ['zero allows nothing', long.at('A1', 0, ACME), { orderQty: 1 }, 'MAX_LONG_POSITION 0'],
  ['unlimited', long.at('A1', MAX, ACME), { orderQty: 1_000_000 }, 'PASS'],
  ['absent', [at100, long.absent('A1', ACME)], { orderQty: 101 }, 'N/A'],
  ['each instrument', long.at('A1', 100, EACH), { orderQty: 101 }, 'MAX_LONG_POSITION 100'],
  ['the position counts', [at100, holds(60)], { orderQty: 41 }, 'MAX_LONG_POSITION 40'],
  ['open buys count', [at100, open({ orderQty: 60 })], { orderQty: 41 }, 'MAX_LONG_POSITION 40'],
  ['open sells do not make room', [at100, holds(60), open(sell(60))], { orderQty: 41 }, 'MAX_LONG_POSITION 40'],
  ['a short position makes room', [at100, holds(-50)], { orderQty: 151 }, 'MAX_LONG_POSITION 150'],
  ['a sell passes a breach', [at100, holds(500)], sell(600), 'PASS'],
  [
    'another account of the firm counts',
    [long.at('FIRM', 100, ACME), holds(60, 'A2')],
    { orderQty: 41 },
    'MAX_LONG_POSITION 40',
  ],
  ['not at another account', [at100, holds(500, 'A2')], { orderQty: 100 }, 'PASS'],
  ['at the desk', [long.at('D1', 100, ACME), holds(60)], { orderQty: 41 }, 'MAX_LONG_POSITION 40'],
  ['an alert', long.at('A1', 0, { ...ACME, action: 'ALERT' }), {}, 'ALERT'],
])

boundaryTable('MAX_SHORT_POSITION', [
  ['one share below the limit', short100, sell(99), 'PASS'],
  ['at the limit', short100, sell(100), 'PASS'],
  ['one share over the limit', short100, sell(101), 'MAX_SHORT_POSITION 100'],
  ['zero allows nothing', short.at('A1', 0, ACME), sell(1), 'MAX_SHORT_POSITION 0'],
  ['zero lets a long position go', [short.at('A1', 0, ACME), holds(50)], sell(50), 'PASS'],
  ['absent', [short100, short.absent('A1', ACME)], sell(101), 'N/A'],
  ['open sells count', [short100, open(sell(60))], sell(41), 'MAX_SHORT_POSITION 40'],
  ['a buy passes a breach', [short100, holds(-500)], { orderQty: 600 }, 'PASS'],
])

scenario('a fill moves what is open into the position, and a row set later counts what stands', (s) => {
  const id = s.working({ orderQty: 60 })
  s.fill(id, 20)
  s.limit('MAX_LONG_POSITION', 'A1', 100, ACME)
  assert.equal(s.order({ orderQty: 41 }).reason, 'MAX_LONG_POSITION')
  s.working({ orderQty: 40 })
  s.cancel(id)
  s.report('Canceled', id)
  // 20 executed, 40 open: the 40 that were cancelled are free again.
  assert.equal(s.order({ orderQty: 41 }).qtyPassing, 40)
})

scenario('a replace counts the larger version', (s) => {
  s.limit('MAX_LONG_POSITION', 'A1', 100, ACME)
  const id = s.working({ orderQty: 100 })
  assert.equal(s.replace(id, { orderQty: 101 }).reason, 'MAX_LONG_POSITION')
  s.replaced(id, { orderQty: 50 })
  assert.equal(s.order({ orderQty: 1 }).reason, 'MAX_LONG_POSITION')
})

test('a row names one instrument, or each', () => {
  const s = openScenario()
  assert.throws(() => s.limit('MAX_LONG_POSITION', 'A1', 1), /INVALID_VALUE/)
  assert.throws(() => s.limit('MAX_SHORT_POSITION', 'A1', 1, { on: 'SECTOR:TECH' }), /INVALID_VALUE/)
  assert.throws(() => s.limit('MAX_LONG_POSITION', 'X1', 1, EACH), /INVALID_VALUE/)
})
