/** MARKET_ORDER_PROTECTION: the price that a market order goes out with, and when there is none. */
import assert from 'node:assert/strict'
import { MAX } from '../../model/numbers.ts'
import { rowsOf, type Step } from '../../simulator/boundary-table.ts'
import { scenario } from '../../simulator/scenario.ts'
import type { OrderGiven } from '../../simulator/scenario-given.ts'

const { at, absent } = rowsOf('PRICE_COLLAR')
const EACH = { on: 'ASSET_CLASS:*' }
const buy = { ordType: 'Market' } as const
const sell = { ordType: 'Market', side: 'Sell' } as const

/** An instrument of its own with the given tick and quote. */
const listed =
  (tick: number, bid: number, ask: number, flags = 0): Step =>
  (s) => {
    s.instrument('BETA', { tick, flags })
    s.quote('BETA', bid, ask)
  }
const closed: Step = (s) => s.instrument('BETA', { flags: 8, priorClose: 10_000 })
const lastAt =
  (px: number, flags: number): Step =>
  (s) => {
    s.instrument('BETA', { flags })
    s.lastTrade('BETA', px)
  }
const inBeta = (order: OrderGiven): OrderGiven => ({ ...order, instrument: 'BETA' })

type Row = readonly [title: string, given: readonly Step[], order: OrderGiven, expected: number | string]
/** The last column is protectionPx, or the reason of a refusal. */
const ROWS: readonly Row[] = [
  ['a buy goes out at the upper edge', [at('A1', 100)], buy, 10_100],
  ['a sell at the lower', [at('A1', 100)], sell, 9_900],
  ['a short sale too', [at('A1', 100)], { ...sell, side: 'SellShort' }, 9_900],
  ['the firm alone', [], buy, 15_000],
  ['a band of zero is the reference', [at('A1', 0)], buy, 10_000],
  ['the band is rounded down', [listed(1, 10_000, 10_002), at('A1', 33)], inBeta(buy), 10_034],
  ['for a sell likewise', [listed(1, 10_000, 10_002), at('A1', 33)], inBeta(sell), 9_968],
  [
    'a buy is rounded to the tick towards the reference',
    [listed(25, 9_975, 10_025), at('A1', 33)],
    inBeta(buy),
    10_025,
  ],
  ['a sell too', [listed(25, 9_975, 10_025), at('A1', 33)], inBeta(sell), 9_975],
  ['ticks where they are wider', [at('A1', 10, { param: 20 })], buy, 10_020],
  ['the share where that is wider', [at('A1', 30, { param: 20 })], buy, 10_030],
  ['the narrowest of all rows', [at('A1', 100), at('T1', 50), at('D1', 70)], buy, 10_050],
  ['alerts are left out', [at('A1', 50, { action: 'ALERT' }), at('T1', 100)], buy, 10_100],
  ['shadows are left out', [at('A1', 50, { mode: 'SHADOW' }), at('T1', 100)], buy, 10_100],
  [
    'alerts count where there is nothing else',
    [at('FIRM', 100, { ...EACH, action: 'ALERT' }), at('A1', 50, { mode: 'SHADOW' })],
    buy,
    10_050,
  ],
  ['the prior close widens', [closed, at('A1', 100)], inBeta(buy), 12_000],
  ['never below one tick', [listed(25, 9_975, 10_025), at('FIRM', 20_000, EACH)], inBeta(sell), 25],
  ['below zero where prices may be', [listed(1, 9_999, 10_001, 1), at('FIRM', 20_000, EACH)], inBeta(sell), -10_000],
  ['around a negative reference: a buy', [listed(1, -1_010, -990, 1), at('A1', 1_000)], inBeta(buy), -900],
  ['around a negative reference: a sell', [listed(1, -1_010, -990, 1), at('A1', 1_000)], inBeta(sell), -1_100],
  [
    'a zero reference has its ticks',
    [lastAt(0, 1), at('A1', 100, { param: 7 }), at('FIRM', 100, { ...EACH, param: 9 })],
    inBeta(buy),
    7,
  ],
  ['no row: what is mandatory is missing', [absent('FIRM', EACH)], buy, 'LIMIT_MISSING'],
  ['no reference', [(s) => s.instrument('BETA', {})], inBeta(buy), 'REF_PRICE_UNAVAILABLE'],
  ['a silent feed', [(s) => s.wait(4_000_000)], buy, 'REF_PRICE_UNAVAILABLE'],
]

for (const [title, given, order, expected] of ROWS) {
  scenario(`MARKET_ORDER_PROTECTION: ${title}: ${expected}`, (s) => {
    for (const step of given) step(s)
    const decision = s.order(order)
    if (typeof expected === 'number') {
      assert.equal(`${decision.reason} ${decision.protectionPx}`, `NONE ${expected}`)
      assert.equal(decision.results.MARKET_ORDER_PROTECTION, 'PASS')
      return
    }
    assert.equal(decision.reason, expected)
    assert.equal(decision.results.MARKET_ORDER_PROTECTION, 'FAIL')
    assert.equal(decision.qtyPassing, 0)
  })
}

scenario('MARKET_ORDER_PROTECTION: a market order without a band is judged on nothing in money', (s) => {
  s.unlimit('PRICE_COLLAR', 'FIRM', EACH)
  const { results, protectionPx } = s.order(buy)
  assert.equal(protectionPx, 0)
  for (const control of ['MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'SELF_MATCH', 'REGULATORY_COMPLIANCE']) {
    assert.equal(results[control], undefined, control)
  }
})

scenario('MARKET_ORDER_PROTECTION: an unlimited collar is no band to send a market order with', (s) => {
  s.limit('PRICE_COLLAR', 'FIRM', MAX, EACH)
  assert.equal(s.order(buy).outcome, 'REJECT')
})

scenario('MARKET_ORDER_PROTECTION: other types go out with their own price', (s) => {
  for (const order of [{ price: 9_000 }, { ordType: 'Stop', stopPx: 11_000 } as const]) {
    const { results, protectionPx } = s.order(order)
    assert.equal(`${results.MARKET_ORDER_PROTECTION} ${protectionPx}`, 'undefined 0')
  }
})

scenario('MARKET_ORDER_PROTECTION: the order is valued and reserved at the price that it goes out with', (s) => {
  s.limit('PRICE_COLLAR', 'A1', 100)
  const decision = s.order({ ...buy, orderQty: 100 })
  assert.equal(decision.valuationPx, 10_100)
  assert.equal(decision.openValue, 1_010_000)
  assert.equal(s.exposure('A1').open, 1_010_000)
  assert.equal(s.order({ ...sell, account: 'A3', orderQty: 100 }).valuationPx, 10_000)
})
