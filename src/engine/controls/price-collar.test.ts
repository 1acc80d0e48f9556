/** PRICE_COLLAR: how far on the aggressive side a price may lie, against which reference, and what widens the band. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { boundaryTable, rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('PRICE_COLLAR')
/** The firm's mandatory row, out of the way. */
const open = at('FIRM', MAX, { on: 'ASSET_CLASS:*' })
const sell = { side: 'Sell' } as const

// The reference is the mid, 10000: a basis point is one price unit.
boundaryTable('PRICE_COLLAR', [
  ['a buy one below the limit', at('A1', 100), { price: 10_099 }, 'PASS'],
  ['a buy at the limit', at('A1', 100), { price: 10_100 }, 'PASS'],
  ['a buy one over the limit', at('A1', 100), { price: 10_101 }, 'PRICE_COLLAR'],
  ['a sell one below the limit', at('A1', 100), { ...sell, price: 9_901 }, 'PASS'],
  ['a sell at the limit', at('A1', 100), { ...sell, price: 9_900 }, 'PASS'],
  ['a sell one over the limit', at('A1', 100), { ...sell, price: 9_899 }, 'PRICE_COLLAR'],
  ['a short sale likewise', at('A1', 100), { side: 'SellShort', price: 9_899 }, 'PRICE_COLLAR'],
  ['a buy far below the reference is not aggressive', at('A1', 100), { price: 1 }, 'PASS'],
  ['a sell far above it is not aggressive', at('A1', 100), { ...sell, price: 1_000_000 }, 'PASS'],
  ['zero passes at the reference', at('A1', 0), { price: 10_000 }, 'PASS'],
  ['zero refuses one tick beyond', at('A1', 0), { price: 10_001 }, 'PRICE_COLLAR'],
  ['unlimited', [open, at('A1', MAX)], { price: 1_000_000_000 }, 'PASS'],
  ['an alert', at('A1', 100, { action: 'ALERT' }), { price: 10_101 }, 'ALERT'],
  ['alert and block', at('A1', 100, { action: 'ALERT_AND_BLOCK' }), { price: 10_101 }, 'PRICE_COLLAR'],
  ['in shadow', at('A1', 100, { mode: 'SHADOW' }), { price: 10_101 }, 'ALERT'],
])

const COLLAR_EACH = { on: 'ASSET_CLASS:*' }
const COLLAR_EQUITY = { on: 'ASSET_CLASS:EQUITY' }
boundaryTable('PRICE_COLLAR', [
  ['absent at the firm for the asset class', absent('FIRM', COLLAR_EACH), {}, 'LIMIT_MISSING'],
  [
    'a row without object does not stand in for it',
    [absent('FIRM', COLLAR_EACH), at('FIRM', 100)],
    {},
    'LIMIT_MISSING',
  ],
  [
    'a row of the asset class does',
    [absent('FIRM', COLLAR_EACH), at('FIRM', 100, COLLAR_EQUITY)],
    { price: 10_100 },
    'PASS',
  ],
  ['it binds', [absent('FIRM', COLLAR_EACH), at('FIRM', 100, COLLAR_EQUITY)], { price: 10_101 }, 'PRICE_COLLAR'],
  [
    'a wider row of the asset class replaces each',
    [at('FIRM', 50, COLLAR_EACH), at('FIRM', 100, COLLAR_EQUITY)],
    { price: 10_100 },
    'PASS',
  ],
  [
    'all that match must pass: account',
    [at('FIRM', 200, COLLAR_EACH), at('A1', 100)],
    { price: 10_101 },
    'PRICE_COLLAR',
  ],
  ['all that match must pass: firm', [at('FIRM', 200, COLLAR_EACH), at('A1', 300)], { price: 10_201 }, 'PRICE_COLLAR'],
  ['the instrument', at('T1', 100, { on: 'INSTRUMENT:ACME' }), { price: 10_101 }, 'PRICE_COLLAR'],
  ['the venue', at('T1', 100, { on: 'VENUE:V1' }), { price: 10_101, venue: 'V1' }, 'PRICE_COLLAR'],
])

// The share of the reference is rounded against the order; ticks are a band that it has at least.
const ref30k: Step = (s) => {
  s.instrument('BETA', {})
  s.quote('BETA', 29_999, 30_001)
}
const beta = (price: number) => ({ instrument: 'BETA', price })
const coarse: Step = (s) => {
  s.instrument('COARSE', { tick: 5 })
  s.quote('COARSE', 9_995, 10_005)
}
const onTicks = (price: number) => ({ instrument: 'COARSE', price })
boundaryTable('PRICE_COLLAR', [
  ['a third of a basis point is one', [ref30k, at('A1', 1)], beta(30_001), 'PASS'],
  ['and more than none', [ref30k, at('A1', 0)], beta(30_001), 'PRICE_COLLAR'],
  ['three are one', [ref30k, at('A1', 1)], beta(30_003), 'PASS'],
  ['four are two', [ref30k, at('A1', 1)], beta(30_004), 'PRICE_COLLAR'],
  ['at the ticks', at('A1', 100, { param: 150 }), { price: 10_150 }, 'PASS'],
  ['one over the ticks', at('A1', 100, { param: 150 }), { price: 10_151 }, 'PRICE_COLLAR'],
  ['ticks do not narrow', at('A1', 100, { param: 50 }), { price: 10_100 }, 'PASS'],
  ['one tick where nothing else is allowed', at('A1', 0, { param: 1 }), { price: 10_001 }, 'PASS'],
  ['two ticks there', at('A1', 0, { param: 1 }), { price: 10_002 }, 'PRICE_COLLAR'],
  ['ticks are those of the instrument', [coarse, at('A1', 0, { param: 2 })], onTicks(10_010), 'PASS'],
  ['three of them', [coarse, at('A1', 0, { param: 2 })], onTicks(10_015), 'PRICE_COLLAR'],
])

// References: the prior close widens the band to wideBandBps, 2000, but not that of a stop limit.
const closed: Step = (s) => s.instrument('CLOSED', { flags: 8, priorClose: 10_000 })
const noPrice: Step = (s) => s.instrument('NONE', {})
const later =
  (us: number): Step =>
  (s) =>
    s.wait(us)
const last =
  (px: number): Step =>
  (s) =>
    s.lastTrade('ACME', px)
const atClose = (price: number) => ({ instrument: 'CLOSED', price })
boundaryTable('PRICE_COLLAR', [
  ['the prior close widens the band', [closed, at('A1', 100)], atClose(12_000), 'PASS'],
  ['one over the wide band', [closed, at('A1', 100)], atClose(12_001), 'PRICE_COLLAR'],
  ['a band that is wider stays', [closed, at('A1', 3_000)], atClose(13_000), 'PASS'],
  ['one over it', [closed, at('A1', 3_000)], atClose(13_001), 'PRICE_COLLAR'],
  [
    'a stop limit is not widened',
    [closed, at('A1', 100)],
    { ...atClose(10_101), ordType: 'StopLimit', stopPx: 10_000 },
    'PRICE_COLLAR',
  ],
  ['no reference at all', [noPrice, at('A1', 100)], { instrument: 'NONE' }, 'REF_PRICE_UNAVAILABLE'],
  ['the feed was heard of just in time', [later(3 * SECOND), at('A1', 100)], { price: 10_100 }, 'PASS'],
  ['the feed is silent', [later(3 * SECOND + 1), at('A1', 100)], {}, 'REF_PRICE_UNAVAILABLE'],
  ['the last trade stands in', [last(10_200), later(3 * SECOND + 1), at('A1', 100)], { price: 10_302 }, 'PASS'],
  ['at its own distance', [last(10_200), later(3 * SECOND + 1), at('A1', 100)], { price: 10_303 }, 'PRICE_COLLAR'],
  ['until it is too old', [last(10_200), later(300 * SECOND + 1), at('A1', 100)], {}, 'REF_PRICE_UNAVAILABLE'],
])

const stopLimit = { ordType: 'StopLimit' } as const
boundaryTable('PRICE_COLLAR', [
  ['a stop limit is judged by its stop', at('A1', 100), { ...stopLimit, stopPx: 11_000, price: 11_110 }, 'PASS'],
  ['one over', at('A1', 100), { ...stopLimit, stopPx: 11_000, price: 11_111 }, 'PRICE_COLLAR'],
  [
    'however far the stop is from the market',
    [open, at('A1', 100)],
    { ...stopLimit, stopPx: 90_000, price: 90_000 },
    'PASS',
  ],
  ['a sell stop limit', at('A1', 100), { ...stopLimit, ...sell, stopPx: 9_000, price: 8_909 }, 'PRICE_COLLAR'],
  ['a stop has no price to judge', at('A1', 0), { ordType: 'Stop', stopPx: 50_000 }, 'PASS'],
  ['a market order has none either', at('A1', 0), { ordType: 'Market' }, 'PASS'],
])

// Negative and zero prices: the share is of the reference's magnitude, and of zero there is none but by ticks.
const spread: Step = (s) => {
  s.instrument('SPREAD', { flags: 1 })
  s.quote('SPREAD', -101, -99)
}
const zero: Step = (s) => {
  s.instrument('SPREAD', { flags: 1 })
  s.lastTrade('SPREAD', 0)
}
const spreadAt = (price: number) => ({ instrument: 'SPREAD', price })
boundaryTable('PRICE_COLLAR', [
  ['a negative reference: a buy at the limit', [spread, at('A1', 100)], spreadAt(-99), 'PASS'],
  ['a buy one over', [spread, at('A1', 100)], spreadAt(-98), 'PRICE_COLLAR'],
  ['a sell at the limit', [spread, at('A1', 100)], { ...spreadAt(-101), ...sell }, 'PASS'],
  ['a sell one over', [spread, at('A1', 100)], { ...spreadAt(-102), ...sell }, 'PRICE_COLLAR'],
  ['a zero reference passes at zero', [zero, at('A1', 0)], spreadAt(0), 'PASS'],
  ['and nowhere beyond', [zero, at('A1', 1_000_000)], spreadAt(1), 'PRICE_COLLAR'],
  [
    'but within its ticks',
    [zero, open, at('A1', 0, { param: 5 }), at('FIRM', 0, { on: 'ASSET_CLASS:*', param: 5 })],
    spreadAt(5),
    'PASS',
  ],
  ['not over its ticks', [zero, open, at('A1', 0, { param: 5 })], spreadAt(6), 'PRICE_COLLAR'],
])

scenario('PRICE_COLLAR: the row names the deviation in basis points; the decision its reference', (s) => {
  s.limit('PRICE_COLLAR', 'A1', 100)
  const { rows, refPx, refSource } = s.order({ price: 10_250 })
  const row = rows.find(({ control, subject }) => control === 'PRICE_COLLAR' && subject === 'A1')
  assert.equal(`${refSource} ${refPx} ${row?.before} ${row?.after} ${row?.failed}`, 'MID 10000 0 250 true')
})

scenario('PRICE_COLLAR: without a reference nothing in money is judged, nor self-match nor rules', (s) => {
  s.wait(3 * SECOND + 1)
  const { results, rows, refSource, valuationPx } = s.order({})
  assert.equal(`${refSource} ${valuationPx}`, 'NONE 0')
  assert.equal(results.PRICE_COLLAR, 'FAIL')
  assert.equal(results.MAX_ORDER_QTY, 'PASS')
  for (const control of ['MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'INTRADAY_NET', 'SELF_MATCH', 'REGULATORY_COMPLIANCE']) {
    assert.equal(results[control], undefined, control)
  }
  assert.ok(rows.every(({ control }) => control === 'MAX_ORDER_QTY' || control === 'MESSAGE_RATE'))
})
