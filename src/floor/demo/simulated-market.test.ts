/** The made-up market and venue: repeatable, on the tick, and never generous. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../day/random.ts'
import type { Listing } from './random-market.ts'
import { RandomMarket } from './random-market.ts'
import type { VenueOrder } from './simulated-venue.ts'
import { SimulatedVenue } from './simulated-venue.ts'

const listing: Listing = { symbol: 'ACME', tick: 5, startPx: 10_000, stepBps: 20, spreadTicks: 4 }
const quote = { symbol: 'ACME', bidPx: 9_990, askPx: 10_010 }

function order(changes: Partial<VenueOrder> = {}): VenueOrder {
  const base = { orderID: '1-0', clOrdID: 'a', symbol: 'ACME', side: 'Buy', qty: 300, lot: 100, px: 9_990 } as const
  return { ...base, isImmediate: false, ...changes }
}

test('the same seed walks the same way, on the tick, uncrossed, and stays near its start', () => {
  const walk = (seed: number) => {
    const market = new RandomMarket(createRandom(seed, 0), [listing])
    return Array.from({ length: 20_000 }, () => market.step('ACME'))
  }
  const quotes = walk(1)
  assert.deepEqual(quotes, walk(1))
  assert.notDeepEqual(quotes, walk(2))
  for (const { bidPx, askPx } of quotes) {
    assert.ok(bidPx > 0 && bidPx < askPx && bidPx % 5 === 0 && askPx % 5 === 0)
    assert.ok(bidPx > 7_000 && askPx < 13_000, `${bidPx} is far from the start`)
  }
})

test('a passive order rests; when the market comes through it fills, at its limit, to the last share', () => {
  const venue = new SimulatedVenue(createRandom(1, 0))
  assert.deepEqual(
    venue.enter(order({ px: 9_900 }), quote).map(({ execType }) => execType),
    ['New'],
  )
  assert.deepEqual(venue.react(quote), [])
  let filled = 0
  while (venue.workingOrders.length > 0) {
    const [fill] = venue.react({ symbol: 'ACME', bidPx: 9_880, askPx: 9_900 })
    assert.equal(fill?.lastPx, 9_900)
    filled += fill?.lastQty ?? 0
    assert.equal(fill?.cumQty, filled)
  }
  assert.equal(filled, 300)
})

test('a marketable order fills at the touch, not at its limit', () => {
  const venue = new SimulatedVenue(createRandom(1, 0))
  assert.equal(venue.enter(order({ px: 10_050 }), quote)[1]?.lastPx, 10_010)
  assert.equal(venue.enter(order({ orderID: '2-0', side: 'Sell', px: 9_000 }), quote)[1]?.lastPx, 9_990)
})

test('an immediate order leaves nothing behind', () => {
  const venue = new SimulatedVenue(() => 0)
  venue.enter(order({ isImmediate: true, px: 9_990 }), quote)
  assert.deepEqual(venue.workingOrders, [])
})

test('a cancel ends the order once', () => {
  const venue = new SimulatedVenue(createRandom(1, 0))
  venue.enter(order({ px: 9_900 }), quote)
  assert.deepEqual(venue.cancel('1-0', 'b'), [
    { execType: 'Canceled', orderID: '1-0', clOrdID: 'b', origClOrdID: 'a', symbol: 'ACME', cumQty: 0 },
  ])
  assert.deepEqual(venue.cancel('1-0', 'c'), [])
})

test('a replace that comes too late, or asks for less than was done, is rejected', () => {
  const venue = new SimulatedVenue(() => 0.99)
  assert.equal(venue.replace(order({ clOrdID: 'b' }), quote)[0]?.execType, 'ReplaceRejected')
  venue.enter(order({ px: 10_010 }), quote)
  assert.equal(venue.replace(order({ clOrdID: 'b', qty: 200 }), quote)[0]?.execType, 'ReplaceRejected')
  assert.equal(venue.replace(order({ clOrdID: 'b', qty: 400 }), quote)[0]?.execType, 'Replaced')
})
