/** MAX_ORDER_NOTIONAL: what an order is worth by its type and side, and where that passes. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'

const { at, absent } = rowsOf('MAX_ORDER_NOTIONAL')

boundaryTable('MAX_ORDER_NOTIONAL', [
  ['one unit of money below the limit', at('A1', 1_000_001), { orderQty: 100 }, 'PASS'],
  ['at the limit', at('A1', 1_000_000), { orderQty: 100 }, 'PASS'],
  ['one unit of money over the limit', at('A1', 999_999), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
  ['zero allows nothing', at('A1', 0), { orderQty: 1 }, 'MAX_ORDER_NOTIONAL 0'],
  ['less than one share', at('A1', 9_999), { orderQty: 1 }, 'MAX_ORDER_NOTIONAL 0'],
  ['unlimited', at('A1', MAX), { orderQty: 100_000_000 }, 'PASS'],
  ['absent at the account', absent('A1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the trader', absent('T1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the desk', absent('D1'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['absent at the firm', absent('FIRM'), { orderQty: 1 }, 'LIMIT_MISSING 0'],
  ['an alert', at('A1', 999_999, { action: 'ALERT' }), { orderQty: 100 }, 'ALERT'],
  ['alert and block', at('A1', 999_999, { action: 'ALERT_AND_BLOCK' }), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
  ['in shadow', at('A1', 0, { mode: 'SHADOW' }), { orderQty: 100 }, 'ALERT'],
  ['entity', at('E1', 999_999), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
  ['client', at('C1', 999_999), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
  ['strategy', at('S1', 999_999), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
  ['session', at('X1', 999_999), { orderQty: 100 }, 'MAX_ORDER_NOTIONAL 99'],
])

// The price that an order is valued at. The reference is 10000, the collar of the firm 5000 bps, the buffer 500 bps.
const market = { ordType: 'Market' } as const
const stop = { ordType: 'Stop' } as const
boundaryTable('MAX_ORDER_NOTIONAL', [
  ['a buy below the reference is worth its price', at('A1', 900_000), { price: 9_000 }, 'PASS'],
  ['one less and it is not', at('A1', 899_999), { price: 9_000 }, 'MAX_ORDER_NOTIONAL 99'],
  ['a buy above the reference is worth its price', at('A1', 1_099_999), { price: 11_000 }, 'MAX_ORDER_NOTIONAL 99'],
  [
    'a sell below the reference is worth the reference',
    at('A1', 999_999),
    { side: 'Sell', price: 9_000 },
    'MAX_ORDER_NOTIONAL 99',
  ],
  ['it passes at the reference', at('A1', 1_000_000), { side: 'Sell', price: 9_000 }, 'PASS'],
  [
    'a sell above the reference is worth its price',
    at('A1', 1_099_999),
    { side: 'Sell', price: 11_000 },
    'MAX_ORDER_NOTIONAL 99',
  ],
  ['a short sale likewise', at('A1', 999_999), { side: 'SellShort', price: 9_000 }, 'MAX_ORDER_NOTIONAL 99'],
  ['a market buy is worth the edge of the collar', at('A1', 1_500_000), market, 'PASS'],
  ['one less and it is not', at('A1', 1_499_999), market, 'MAX_ORDER_NOTIONAL 99'],
  ['a market sell is worth the reference', at('A1', 999_999), { ...market, side: 'Sell' }, 'MAX_ORDER_NOTIONAL 99'],
  ['a stop buy is worth its stop with the buffer', at('A1', 1_260_000), { ...stop, stopPx: 12_000 }, 'PASS'],
  ['one less and it is not', at('A1', 1_259_999), { ...stop, stopPx: 12_000 }, 'MAX_ORDER_NOTIONAL 99'],
  [
    'a stop buy below the reference has its buffer',
    at('A1', 1_049_999),
    { ...stop, stopPx: 9_000 },
    'MAX_ORDER_NOTIONAL 99',
  ],
  ['a stop sell too', at('A1', 1_049_999), { ...stop, side: 'Sell', stopPx: 9_000 }, 'MAX_ORDER_NOTIONAL 99'],
  ['the buffer is rounded up', at('A1', 1_050_199), { ...stop, stopPx: 10_001 }, 'MAX_ORDER_NOTIONAL 99'],
  [
    'a stop limit buy is worth its limit',
    at('A1', 1_209_999),
    { ordType: 'StopLimit', stopPx: 12_000, price: 12_100 },
    'MAX_ORDER_NOTIONAL 99',
  ],
])

boundaryTable('MAX_ORDER_NOTIONAL', [
  ['the narrowest of two', [at('A1', 900_000), at('D1', 500_000)], {}, 'MAX_ORDER_NOTIONAL 50'],
  ['each instrument', at('FIRM', 500_000, { on: 'INSTRUMENT:*' }), {}, 'MAX_ORDER_NOTIONAL 50'],
  [
    'the instrument replaces each',
    [at('FIRM', 500_000, { on: 'INSTRUMENT:*' }), at('FIRM', 800_000, { on: 'INSTRUMENT:ACME' })],
    {},
    'MAX_ORDER_NOTIONAL 80',
  ],
  [
    'the sector beside the instrument',
    [at('FIRM', 500_000, { on: 'SECTOR:TECH' }), at('FIRM', 800_000, { on: 'INSTRUMENT:ACME' })],
    {},
    'MAX_ORDER_NOTIONAL 50',
  ],
  ['a venue', at('FIRM', 500_000, { on: 'VENUE:V1' }), { venue: 'V1' }, 'MAX_ORDER_NOTIONAL 50'],
  ['another venue', at('FIRM', 500_000, { on: 'VENUE:V1' }), { venue: 'V2' }, 'PASS'],
])

// MAX is the largest number that can be held exactly: 900719925474 shares at 100.00 are just below it.
boundaryTable('MAX_ORDER_NOTIONAL', [
  ['the largest value that can be held', at('A1', MAX), { orderQty: 900_719_925_474 }, 'PASS'],
  ['a larger one fails the structure', at('A1', MAX), { orderQty: 900_719_925_475 }, 'VALUE_OUT_OF_RANGE'],
])

scenario('MAX_ORDER_NOTIONAL: an order that cannot be valued is judged on no row in money', (s) => {
  const { results, rows } = s.order({ orderQty: 900_719_925_475 })
  assert.equal(results.ORDER_STRUCTURE, 'FAIL')
  assert.equal(results.MAX_ORDER_NOTIONAL, undefined)
  assert.equal(results.SELF_MATCH, undefined)
  assert.equal(results.REGULATORY_COMPLIANCE, undefined)
  assert.equal(results.MAX_ORDER_QTY, 'PASS')
  assert.deepEqual([...new Set(rows.map(({ control }) => control))], ['MAX_ORDER_QTY', 'MESSAGE_RATE'])
})

scenario('MAX_ORDER_NOTIONAL: a replace is judged on its total quantity, the executed part included', (s) => {
  s.limit('MAX_ORDER_NOTIONAL', 'A1', 1_000_000)
  const id = s.working({ orderQty: 80 })
  s.fill(id, 50)
  const refused = s.replace(id, { orderQty: 101 })
  assert.equal(refused.reason, 'MAX_ORDER_NOTIONAL')
  assert.equal(refused.qtyPassing, 100)
  s.replaced(id, { orderQty: 100 })
})
