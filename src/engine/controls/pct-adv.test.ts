/** MAX_ORDER_PCT_ADV and CUM_PCT_ADV: shares of the average daily volume, one order's and the day's. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const one = rowsOf('MAX_ORDER_PCT_ADV')
const day = rowsOf('CUM_PCT_ADV')
const ACME = { on: 'INSTRUMENT:ACME' }
const adv =
  (qty: number): Step =>
  (s) =>
    s.adv('ACME', qty)
/** A tenth of 10,000 shares: 1,000. */
const tenth = [adv(10_000), one.at('FIRM', 1_000)]
const tenthOfDay = [adv(10_000), day.at('A1', 1_000, ACME)]
const DAYS = 86_400 * SECOND
const later =
  (us: number): Step =>
  (s) => {
    s.wait(us)
    s.heartbeat()
  }

boundaryTable('MAX_ORDER_PCT_ADV', [
  ['one share below the limit', tenth, { orderQty: 999 }, 'PASS'],
  ['at the limit', tenth, { orderQty: 1_000 }, 'PASS'],
  ['one share over the limit', tenth, { orderQty: 1_001 }, 'MAX_ORDER_PCT_ADV 1000'],
  [
    'a volume that is one share less',
    [adv(9_999), one.at('FIRM', 1_000)],
    { orderQty: 1_000 },
    'MAX_ORDER_PCT_ADV 999',
  ],
  ['zero allows nothing', [adv(10_000), one.at('FIRM', 0)], { orderQty: 1 }, 'MAX_ORDER_PCT_ADV 0'],
  ['unlimited', [adv(1), one.at('FIRM', MAX)], { orderQty: 1_000_000 }, 'PASS'],
  ['absent', [...tenth, one.absent('FIRM')], { orderQty: 1_001 }, 'N/A'],
  ['no volume is known', one.at('FIRM', MAX), {}, 'ADV_UNAVAILABLE 0'],
  ['a volume of nothing', [adv(0), one.at('FIRM', MAX)], {}, 'ADV_UNAVAILABLE 0'],
  ['a volume as old as may be', [...tenth, later(4 * DAYS)], {}, 'PASS'],
  ['a volume too old', [...tenth, later(4 * DAYS + 1)], {}, 'ADV_UNAVAILABLE 0'],
  [
    'for its asset class',
    [adv(10_000), one.at('FIRM', 10, { on: 'ASSET_CLASS:*' })],
    { orderQty: 11 },
    'MAX_ORDER_PCT_ADV 10',
  ],
  ['an alert', [adv(10_000), one.at('FIRM', 0, { action: 'ALERT' })], {}, 'ALERT'],
])

boundaryTable('CUM_PCT_ADV', [
  ['one share below the limit', tenthOfDay, { orderQty: 999 }, 'PASS'],
  ['at the limit', tenthOfDay, { orderQty: 1_000 }, 'PASS'],
  ['one share over the limit', tenthOfDay, { orderQty: 1_001 }, 'CUM_PCT_ADV 1000'],
  ['zero', [adv(10_000), day.at('A1', 0, ACME)], { orderQty: 1 }, 'CUM_PCT_ADV 0'],
  ['absent', [...tenthOfDay, day.absent('A1', ACME)], { orderQty: 1_001 }, 'N/A'],
  ['no volume is known', day.at('A1', MAX, ACME), {}, 'ADV_UNAVAILABLE 0'],
  ['what is held does not count', [...tenthOfDay, (s) => s.position('A1', 'ACME', 9_000)], { orderQty: 1_000 }, 'PASS'],
  [
    'each instrument',
    [adv(10_000), day.at('A1', 1_000, { on: 'INSTRUMENT:*' })],
    { orderQty: 1_001 },
    'CUM_PCT_ADV 1000',
  ],
])

scenario('both sides, open and executed, add up until the roll', (s) => {
  s.adv('ACME', 10_000)
  const bought = s.working({ orderQty: 300 })
  s.fill(bought, 100)
  s.limit('CUM_PCT_ADV', 'A1', 1_000, ACME)
  s.working({ orderQty: 500, side: 'Sell', price: 10_001, account: 'A1', trader: 'T2', strategy: 'manual' })
  assert.equal(s.order({ orderQty: 201 }).qtyPassing, 200)
  s.cancel(bought)
  s.report('Canceled', bought)
  // 100 executed and 500 open are left.
  assert.equal(s.order({ orderQty: 401 }).qtyPassing, 400)
  s.roll(20270116)
  s.heartbeat()
  assert.equal(s.order({ orderQty: 501 }).qtyPassing, 500)
})

scenario('a bust takes back what was executed', (s) => {
  s.adv('ACME', 10_000)
  s.limit('CUM_PCT_ADV', 'A1', 1_000, ACME)
  s.fill(s.working({ orderQty: 600 }), 600, 10_000, { execID: 'E1' })
  assert.equal(s.order({ orderQty: 401 }).reason, 'CUM_PCT_ADV')
  s.report('TradeCancel', '', { execID: 'E2', execRefID: 'E1' })
  s.working({ orderQty: 1_000 })
})
