/** PRICE_COLLAR_WINDOW: where the own executions of a window went, against the reference at its start. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const ACME = { on: 'INSTRUMENT:ACME', param: 10 * SECOND }
const { at, absent } = rowsOf('PRICE_COLLAR_WINDOW')
/** Buys two shares at these prices; the reference is 100.00. */
const bought =
  (...prices: number[]): Step =>
  (s) => {
    const id = s.working({ orderQty: 2, price: 10_200 })
    for (const px of prices) s.fill(id, 1, px)
  }

boundaryTable('PRICE_COLLAR_WINDOW', [
  ['nothing executed', at('S1', 0, ACME), {}, 'PASS'],
  ['below the limit', [at('S1', 101, ACME), bought(10_100)], {}, 'PASS'],
  ['at the limit', [at('S1', 100, ACME), bought(10_100)], {}, 'PASS'],
  ['one basis point over', [at('S1', 99, ACME), bought(10_100)], {}, 'PRICE_COLLAR_WINDOW 0'],
  ['the average of the window counts', [at('S1', 75, ACME), bought(10_100, 10_050)], {}, 'PASS'],
  ['and is rounded up', [at('S1', 75, ACME), bought(10_100, 10_051)], {}, 'PRICE_COLLAR_WINDOW 0'],
  ['a better price is none', [at('S1', 0, ACME), bought(9_000)], {}, 'PASS'],
  ['the other side is free', [at('S1', 99, ACME), bought(10_100)], { side: 'Sell', price: 10_201 }, 'PASS'],
  ['unlimited', [at('S1', MAX, ACME), bought(10_100)], {}, 'PASS'],
  ['absent', [at('S1', 0, ACME), bought(10_100), absent('S1', ACME)], {}, 'N/A'],
  [
    'the last moment of the window',
    [at('S1', 99, ACME), bought(10_100), (s) => s.wait(3 * SECOND)],
    {},
    'PRICE_COLLAR_WINDOW 0',
  ],
  ['each instrument', [at('S1', 99, { ...ACME, on: 'INSTRUMENT:*' }), bought(10_100)], {}, 'PRICE_COLLAR_WINDOW 0'],
  ['an alert', [at('S1', 99, { ...ACME, action: 'ALERT' }), bought(10_100)], {}, 'ALERT'],
])

scenario('a window ends, and the next begins at the reference of its own', (s) => {
  s.limit('PRICE_COLLAR_WINDOW', 'S1', 99, ACME)
  const id = s.working({ orderQty: 10, price: 10_200 })
  s.fill(id, 1, 10_100)
  s.wait(10 * SECOND - 1)
  s.heartbeat()
  assert.equal(s.order().reason, 'PRICE_COLLAR_WINDOW')
  s.replaced(id, { orderQty: 9, price: 10_200 })
  s.wait(1)
  s.working()
  s.quote('ACME', 10_099, 10_101)
  s.fill(id, 1, 10_190)
  s.working({ price: 10_100 })
  s.fill(id, 1, 10_300)
  assert.equal(s.order({ price: 10_100 }).reason, 'PRICE_COLLAR_WINDOW')
})

scenario('what many decimals make of a quantity hides no deviation', (s) => {
  s.instrument('COIN', { priceDecimals: 8, qtyDecimals: 8 })
  s.quote('COIN', 99e8, 101e8)
  s.limit('PRICE_COLLAR_WINDOW', 'S1', 4_999, { ...ACME, on: 'INSTRUMENT:COIN' })
  const id = s.working({ instrument: 'COIN', orderQty: 1e8, price: 100e8 })
  // Half above the reference: 5,000 basis points, and 5e17 of price units times quantity units.
  s.fill(id, 1e8, 150e8)
  assert.equal(s.order({ instrument: 'COIN', orderQty: 1, price: 100e8 }).reason, 'PRICE_COLLAR_WINDOW')
  s.limit('PRICE_COLLAR_WINDOW', 'S1', 5_000, { ...ACME, on: 'INSTRUMENT:COIN' })
  s.working({ instrument: 'COIN', orderQty: 1, price: 100e8 })
})
