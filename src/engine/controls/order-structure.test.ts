/** ORDER_STRUCTURE: quantities, prices, types and expiries that a market could take, and the order in which they are named. */
import assert from 'node:assert/strict'
import { type BoundaryRow, boundaryTable, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { type OrderGiven, START_US } from '../../simulator/scenario-given.ts'

/** Ticks of 25, lots of 10, at most 1000. */
const listed: Step = (s) => {
  s.instrument('BETA', { tick: 25, lot: 10, qtyMax: 1_000 })
  s.quote('BETA', 9_975, 10_025)
}
const beta = (more: OrderGiven): OrderGiven => ({ instrument: 'BETA', ...more })

boundaryTable('ORDER_STRUCTURE', [
  ['no shares', listed, beta({ orderQty: 0 }), 'INVALID_QTY'],
  ['fewer than none', listed, beta({ orderQty: -10 }), 'INVALID_QTY'],
  ['one lot', listed, beta({ orderQty: 10 }), 'PASS'],
  ['half a lot', listed, beta({ orderQty: 5 }), 'INVALID_QTY'],
  ['a lot and a share', listed, beta({ orderQty: 11 }), 'INVALID_QTY'],
  ['one lot below the largest', listed, beta({ orderQty: 990 }), 'PASS'],
  ['the largest', listed, beta({ orderQty: 1_000 }), 'PASS'],
  ['one lot over the largest', listed, beta({ orderQty: 1_010 }), 'INVALID_QTY'],
  ['not a number', listed, beta({ orderQty: Number.NaN }), 'INVALID_QTY'],
  ['infinitely many', listed, beta({ orderQty: Number.POSITIVE_INFINITY }), 'INVALID_QTY'],
  ['a fraction of a unit', () => {}, { orderQty: 0.5 }, 'INVALID_QTY'],
])

boundaryTable('ORDER_STRUCTURE', [
  ['a price on the tick', listed, beta({ price: 9_975 }), 'PASS'],
  ['a price off the tick', listed, beta({ price: 9_976 }), 'INVALID_PRICE'],
  ['a price of zero', listed, beta({ price: 0 }), 'INVALID_PRICE'],
  ['a price below zero', listed, beta({ price: -25 }), 'INVALID_PRICE'],
  ['one tick', listed, beta({ price: 25 }), 'PASS'],
  ['not a number', listed, beta({ price: Number.NaN }), 'INVALID_PRICE'],
  ['no price', listed, beta({ flags: 0 }), 'INVALID_PRICE'],
  ['a price that cannot be held exactly', () => {}, { price: 2 ** 53 }, 'INVALID_PRICE'],
  ['a stop price that cannot be', () => {}, { ordType: 'Stop', stopPx: 2 ** 53 }, 'INVALID_STOP_PX'],
  ['a stop price off the tick', listed, beta({ ordType: 'Stop', stopPx: 10_001 }), 'INVALID_STOP_PX'],
  ['a stop price of zero', listed, beta({ ordType: 'Stop', stopPx: 0 }), 'INVALID_STOP_PX'],
])

const spread: Step = (s) => {
  s.instrument('SPREAD', { flags: 1, tick: 5 })
  s.lastTrade('SPREAD', -100)
}
boundaryTable('ORDER_STRUCTURE', [
  ['a price below zero where prices may be', spread, { instrument: 'SPREAD', price: -100 }, 'PASS'],
  ['a price of zero there', spread, { instrument: 'SPREAD', side: 'Sell', price: 0 }, 'PASS'],
  ['off the tick below zero', spread, { instrument: 'SPREAD', price: -101 }, 'INVALID_PRICE'],
  ['a stop below zero there', spread, { instrument: 'SPREAD', ordType: 'Stop', stopPx: -90 }, 'PASS'],
])

/** Which of price and stop price a type needs: flags 1 and 2. */
const TYPES: readonly BoundaryRow[] = (
  [
    ['Market', 0],
    ['Limit', 1],
    ['Stop', 2],
    ['StopLimit', 3],
  ] as const
).flatMap(([ordType, needed]) =>
  [0, 1, 2, 3].map((flags) => {
    const wrong = flags ^ needed
    const expected = wrong === 0 ? 'PASS' : (wrong & 1) !== 0 ? 'INVALID_PRICE' : 'INVALID_STOP_PX'
    const given = ['neither price', 'a price', 'a stop price', 'both prices'][flags]
    const prices = { price: (flags & 1) !== 0 ? 10_000 : 0, stopPx: (flags & 2) !== 0 ? 10_000 : 0 }
    return [`${ordType} with ${given}`, () => {}, { ordType, flags, ...prices }, expected] as const
  }),
)
boundaryTable('ORDER_STRUCTURE', TYPES)

const gtd = { timeInForce: 'GTD' } as const
boundaryTable('ORDER_STRUCTURE', [
  ['good till a date behind now', () => {}, { ...gtd, expireTimeUs: START_US + 1 }, 'PASS'],
  ['good till now', () => {}, { ...gtd, expireTimeUs: START_US }, 'INVALID_EXPIRY'],
  ['good till a date that is past', () => {}, { ...gtd, expireTimeUs: START_US - 1 }, 'INVALID_EXPIRY'],
  ['good till no date', () => {}, gtd, 'INVALID_EXPIRY'],
  ['a day order with a date', () => {}, { expireTimeUs: START_US + 1 }, 'INVALID_EXPIRY'],
  ['a side that is not known', () => {}, { side: '' }, 'INVALID_SIDE'],
  ['a type that is not known', () => {}, { ordType: '', flags: 0 }, 'UNSUPPORTED_ORDER_TYPE'],
  ['a time in force that is not known', () => {}, { timeInForce: '' }, 'UNSUPPORTED_ORDER_TYPE'],
  ...(['Day', 'GTC', 'IOC', 'FOK', 'AtTheOpening', 'AtTheClose'] as const).map(
    (timeInForce) => [`time in force ${timeInForce}`, () => {}, { timeInForce }, 'PASS'] as const,
  ),
  ...(['Buy', 'Sell', 'SellShort', 'SellShortExempt'] as const).map(
    (side) => [`side ${side}`, () => {}, { side }, 'PASS'] as const,
  ),
])

// The first fault in the order of the specification is named.
const all = { side: '', ordType: '', orderQty: 0, price: -1, stopPx: -1, expireTimeUs: 1 } as const
boundaryTable('ORDER_STRUCTURE', [
  ['every fault at once', () => {}, all, 'INVALID_SIDE'],
  ['all but the side', () => {}, { ...all, side: 'Buy' }, 'UNSUPPORTED_ORDER_TYPE'],
  ['all but side and type', () => {}, { ...all, side: 'Buy', ordType: 'Limit' }, 'INVALID_QTY'],
  ['prices and expiry', () => {}, { ...all, side: 'Buy', ordType: 'Limit', orderQty: 1 }, 'INVALID_PRICE'],
  ['stop price and expiry', () => {}, { stopPx: 5, expireTimeUs: 1 }, 'INVALID_STOP_PX'],
])

scenario('ORDER_STRUCTURE: a replace must be larger than what was executed', (s) => {
  const id = s.working({ orderQty: 100 })
  s.fill(id, 40)
  assert.equal(s.replace(id, { orderQty: 39 }).reason, 'INVALID_QTY')
  assert.equal(s.replace(id, { orderQty: 40 }).reason, 'INVALID_QTY')
  s.replaced(id, { orderQty: 41 })
  assert.equal(s.cell('A1').buyLeaves, 60, 'until the report the larger version counts')
})

scenario('ORDER_STRUCTURE: a replace is held to the type of its order, and to tick and lot', (s) => {
  listed(s)
  const limit = s.working(beta({ orderQty: 100 }))
  for (const [given, reason] of [
    [{ orderQty: 105 }, 'INVALID_QTY'],
    [{ orderQty: 1_010 }, 'INVALID_QTY'],
    [{ price: 10_001 }, 'INVALID_PRICE'],
    [{ flags: 0 }, 'INVALID_PRICE'],
    [{ stopPx: 10_000 }, 'INVALID_STOP_PX'],
  ] as const) {
    assert.equal(s.replace(limit, given).reason, reason, JSON.stringify(given))
  }
  const market = s.working(beta({ ordType: 'Market', orderQty: 100 }))
  assert.equal(s.replace(market, { orderQty: 50 }).reason, 'INVALID_PRICE')
  s.replaced(market, { orderQty: 50, flags: 0 })
})

scenario('ORDER_STRUCTURE: the expiry of an order is not tested again in its replace', (s) => {
  const id = s.working({ ...gtd, expireTimeUs: START_US + 10 })
  s.wait(10)
  s.replaced(id, { orderQty: 50 })
})
