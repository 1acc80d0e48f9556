/** GROSS_EXECUTED: what was executed today stops what would add to it. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { PX } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('GROSS_EXECUTED')
/** Executes one share at 100.00: 10,000 of money. */
const traded: Step = (s) => {
  s.fill(s.working({ orderQty: 1 }), 1)
}

boundaryTable('GROSS_EXECUTED', [
  ['one unit of money below the limit', [traded, at('A1', PX + 1)], {}, 'PASS'],
  ['at the limit', [traded, at('A1', PX)], {}, 'PASS'],
  ['one unit of money over the limit', [traded, at('A1', PX - 1)], {}, 'GROSS_EXECUTED 0'],
  ['zero, and nothing executed', at('A1', 0), {}, 'PASS'],
  ['zero', [traded, at('A1', 0)], {}, 'GROSS_EXECUTED 0'],
  ['unlimited', [traded, at('A1', MAX)], {}, 'PASS'],
  ['absent', [traded, at('A1', 0), absent('A1')], {}, 'N/A'],
  ['in its sector', [traded, at('FIRM', 0, { on: 'SECTOR:TECH' })], {}, 'GROSS_EXECUTED 0'],
  ['in another sector', [traded, at('FIRM', 0, { on: 'SECTOR:BANKS' })], {}, 'N/A'],
  ['an alert', [traded, at('A1', 0, { action: 'ALERT' })], {}, 'ALERT'],
  [
    'an order that closes has the looser limit',
    [traded, at('A1', 0, { hardForReducing: PX })],
    { side: 'Sell', orderQty: 1, price: PX + 1 },
    'PASS',
  ],
  [
    'an order that does more than close has not',
    [traded, at('A1', 0, { hardForReducing: PX })],
    { side: 'Sell', orderQty: 2, price: PX + 1 },
    'GROSS_EXECUTED 1',
  ],
])

scenario('a replace that adds nothing passes, and the roll begins anew', (s) => {
  traded(s)
  const id = s.working({ orderQty: 100 })
  s.limit('GROSS_EXECUTED', 'T1', 0)
  assert.equal(s.replace(id, { orderQty: 101 }).reason, 'GROSS_EXECUTED')
  s.replaced(id, { orderQty: 100 })
  s.roll(20270116)
  s.heartbeat()
  s.working()
})
