/** The first pack by tables: each rule at its boundary, a unit before it and behind it, and with what is not known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACTS, type Fact, factIndex } from '../model/rules.ts'
import { factsOf } from './rule.ts'
import { US_EQUITY_PACK, US_EQUITY_RULES } from './us-equity-pack.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)

type FactValues = Partial<Readonly<Record<Fact, number>>>

const NOON_US = Date.UTC(2026, 10, 20, 17) * 1000
const MAX = Number.MAX_SAFE_INTEGER

/** A purchase of 100 in a free, quoted US stock by an account that has nothing. */
const BUY: FactValues = { nowUs: NOON_US, isBuy: 1, quantity: 100, price: 5000, bid: 4999, ask: 5001, regSho: 1 }
const SELL_LONG: FactValues = { ...BUY, isBuy: 0, isSellLong: 1, ownerPosition: 1000, accountPosition: 1000 }
const SHORT: FactValues = { ...BUY, isBuy: 0, isShort: 1, locateAvailable: 100 }
const SHORT_EXEMPT: FactValues = { ...SHORT, isShort: 0, isShortExempt: 1 }

function factsWith(values: FactValues): Float64Array {
  const facts = new Float64Array(FACTS.length)
  for (const [fact, value] of Object.entries(values)) facts[factIndex(fact as Fact)] = value
  return facts
}

function refusalOf(values: FactValues): string {
  return US_EQUITY_PACK.rules[US_EQUITY_PACK.firstRefusal(factsWith(values))]?.id ?? 'PASS'
}

type Row = [order: FactValues, changes: FactValues, refusal: string]

function table(name: string, rows: readonly Row[]): void {
  test(name, () => {
    for (const [order, changes, refusal] of rows) {
      assert.equal(refusalOf({ ...order, ...changes }), refusal, JSON.stringify(changes))
    }
  })
}

table('orders that no rule is about pass', [
  [BUY, {}, 'PASS'],
  [SELL_LONG, {}, 'PASS'],
  [SHORT, {}, 'PASS'],
  [SHORT_EXEMPT, {}, 'PASS'],
  [BUY, { bid: Number.NaN, ask: Number.NaN, price: Number.NaN }, 'PASS'],
])

table('restricted list: no trade, no purchase, no sale', [
  [BUY, { restrictedNoTrade: 1 }, 'RESTRICTED_NO_TRADE'],
  [SELL_LONG, { restrictedNoTrade: 1 }, 'RESTRICTED_NO_TRADE'],
  [SHORT, { restrictedNoTrade: 1, regSho: 0 }, 'RESTRICTED_NO_TRADE'],
  [BUY, { restrictedNoTrade: Number.NaN }, 'RESTRICTED_NO_TRADE'],
  [BUY, { restrictedNoBuy: 1 }, 'RESTRICTED_NO_BUY'],
  [BUY, { restrictedNoBuy: Number.NaN }, 'RESTRICTED_NO_BUY'],
  [SELL_LONG, { restrictedNoBuy: 1 }, 'PASS'],
  [SELL_LONG, { restrictedNoBuy: Number.NaN }, 'PASS'],
  [BUY, { restrictedNoSell: 1 }, 'PASS'],
  [SELL_LONG, { restrictedNoSell: 1 }, 'RESTRICTED_NO_SELL'],
  [SHORT, { restrictedNoSell: 1 }, 'RESTRICTED_NO_SELL'],
  [SHORT_EXEMPT, { restrictedNoSell: 1 }, 'RESTRICTED_NO_SELL'],
  [BUY, { isBuy: Number.NaN, restrictedNoBuy: 1 }, 'RESTRICTED_NO_BUY'],
  [BUY, { isBuy: Number.NaN, restrictedNoSell: 1 }, 'RESTRICTED_NO_SELL'],
  // A flag that is neither 0 nor 1 is set.
  [BUY, { restrictedNoTrade: 2 }, 'RESTRICTED_NO_TRADE'],
  [BUY, { restrictedNoTrade: 1, restrictedNoBuy: 1, halted: 1 }, 'RESTRICTED_NO_TRADE'],
])

table('restricted list, close only: a sale may use up a long position and no more', [
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: 100 }, 'PASS'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: 99 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: 130, accountSellLeaves: 30 }, 'PASS'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: 130, accountSellLeaves: 31 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  // Open purchases are no position yet.
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: 0, accountBuyLeaves: 500 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: -500 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: Number.NaN }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountSellLeaves: Number.NaN }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: 1, accountPosition: MAX, accountSellLeaves: MAX - 100 }, 'PASS'],
  [
    SELL_LONG,
    { restrictedCloseOnly: 1, accountPosition: MAX, accountSellLeaves: MAX - 99 },
    'RESTRICTED_CLOSE_ONLY_SELL',
  ],
  [SHORT, { restrictedCloseOnly: 1 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
  [SELL_LONG, { restrictedCloseOnly: Number.NaN, accountPosition: 99 }, 'RESTRICTED_CLOSE_ONLY_SELL'],
])

table('restricted list, close only: a purchase may use up a short position and no more', [
  [BUY, { restrictedCloseOnly: 1, accountPosition: -100 }, 'PASS'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -99 }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -130, accountBuyLeaves: 30 }, 'PASS'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -130, accountBuyLeaves: 31 }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: 0, accountSellLeaves: 500 }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: 500 }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: Number.NaN }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -100, accountBuyLeaves: Number.NaN }, 'RESTRICTED_CLOSE_ONLY_BUY'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -MAX, accountBuyLeaves: MAX - 100 }, 'PASS'],
  [BUY, { restrictedCloseOnly: 1, accountPosition: -MAX, accountBuyLeaves: MAX - 99 }, 'RESTRICTED_CLOSE_ONLY_BUY'],
])

table('a halted instrument takes no orders', [
  [BUY, { halted: 1 }, 'INSTRUMENT_HALTED'],
  [SELL_LONG, { halted: 1 }, 'INSTRUMENT_HALTED'],
  [SHORT_EXEMPT, { halted: 1, regSho: 0 }, 'INSTRUMENT_HALTED'],
  [BUY, { halted: Number.NaN }, 'INSTRUMENT_HALTED'],
])

table('marking: long only as far as the owner owns', [
  [SELL_LONG, { ownerPosition: 100 }, 'PASS'],
  [SELL_LONG, { ownerPosition: 99 }, 'REG_SHO_MARKING'],
  [SELL_LONG, { ownerPosition: 0 }, 'REG_SHO_MARKING'],
  [SELL_LONG, { ownerPosition: -100 }, 'REG_SHO_MARKING'],
  // Shares count once: two orders of 100 need 200.
  [SELL_LONG, { ownerPosition: 200, ownerLongSellLeaves: 100 }, 'PASS'],
  [SELL_LONG, { ownerPosition: 199, ownerLongSellLeaves: 100 }, 'REG_SHO_MARKING'],
  // Of the owner, not of the account.
  [SELL_LONG, { ownerPosition: 100, accountPosition: 0 }, 'PASS'],
  [SELL_LONG, { ownerPosition: 0, accountPosition: 100 }, 'REG_SHO_MARKING'],
  [SELL_LONG, { ownerPosition: Number.NaN }, 'REG_SHO_MARKING'],
  [SELL_LONG, { ownerLongSellLeaves: Number.NaN }, 'REG_SHO_MARKING'],
  [SELL_LONG, { ownerPosition: 0, regSho: Number.NaN }, 'REG_SHO_MARKING'],
  // Elsewhere a sale has no such mark.
  [SELL_LONG, { ownerPosition: 0, regSho: 0 }, 'PASS'],
  // The reverse is allowed: marked short while owning enough.
  [SHORT, { ownerPosition: 1000 }, 'PASS'],
])

table('locate: a short sale needs one that covers it, or a stock that is easy to borrow', [
  [SHORT, { locateAvailable: 100 }, 'PASS'],
  [SHORT, { locateAvailable: 99 }, 'REG_SHO_LOCATE'],
  [SHORT, { locateAvailable: 0 }, 'REG_SHO_LOCATE'],
  [SHORT, { locateAvailable: Number.NaN }, 'REG_SHO_LOCATE'],
  [SHORT, { locateAvailable: 0, easyToBorrow: 1 }, 'PASS'],
  [SHORT, { locateAvailable: 0, easyToBorrow: Number.NaN }, 'REG_SHO_LOCATE'],
  [SHORT, { locateAvailable: 0, easyToBorrow: 2 }, 'REG_SHO_LOCATE'],
  [SHORT, { locateAvailable: 0, regSho: 0 }, 'PASS'],
  // Short exempt is about the price test alone.
  [SHORT_EXEMPT, { locateAvailable: 100 }, 'PASS'],
  [SHORT_EXEMPT, { locateAvailable: 99 }, 'REG_SHO_LOCATE'],
  [BUY, { locateAvailable: 0 }, 'PASS'],
  [SELL_LONG, { locateAvailable: 0 }, 'PASS'],
  // A sale without a mark is short.
  [SHORT, { isShort: 0, locateAvailable: 0 }, 'REG_SHO_LOCATE'],
  // Whether short exempt sets the mark of a short sale beside its own makes no difference.
  [SHORT_EXEMPT, { isShort: 1, locateAvailable: 99 }, 'REG_SHO_LOCATE'],
])

table('price test: a short sale must be priced above the national best bid', [
  [SHORT, { rule201: 1, price: 5000, bid: 4999 }, 'PASS'],
  [SHORT, { rule201: 1, price: 4999, bid: 4999 }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 1, price: 4998, bid: 4999 }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 1, bid: Number.NaN }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 1, price: Number.NaN }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 1, isMarket: 1, price: 5000, bid: 4999 }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 1, isMarket: Number.NaN }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: Number.NaN, price: 4999, bid: 4999 }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { rule201: 0, price: 4998, bid: 4999 }, 'PASS'],
  [SHORT_EXEMPT, { rule201: 1, price: 4998, bid: 4999 }, 'PASS'],
  [SHORT_EXEMPT, { rule201: 1, isShort: 1, price: 4998, bid: 4999 }, 'PASS'],
  [SHORT, { rule201: 1, isShortExempt: Number.NaN, price: 4998 }, 'REG_SHO_PRICE_TEST'],
  [BUY, { rule201: 1, price: 4998 }, 'PASS'],
  [SELL_LONG, { rule201: 1, price: 4998 }, 'PASS'],
])

table('days: a rule applies from the first moment of its first day in New York', [
  [SHORT, { locateAvailable: 0, nowUs: Date.UTC(2005, 0, 3, 5) * 1000 - 1 }, 'PASS'],
  [SHORT, { locateAvailable: 0, nowUs: Date.UTC(2005, 0, 3, 5) * 1000 }, 'REG_SHO_LOCATE'],
  [SELL_LONG, { ownerPosition: 0, nowUs: Date.UTC(2005, 0, 3, 5) * 1000 - 1 }, 'PASS'],
  [SELL_LONG, { ownerPosition: 0, nowUs: Date.UTC(2005, 0, 3, 5) * 1000 }, 'REG_SHO_MARKING'],
  [SHORT, { rule201: 1, bid: 5000, nowUs: Date.UTC(2011, 1, 28, 5) * 1000 - 1 }, 'PASS'],
  [SHORT, { rule201: 1, bid: 5000, nowUs: Date.UTC(2011, 1, 28, 5) * 1000 }, 'REG_SHO_PRICE_TEST'],
  [SHORT, { locateAvailable: 0, nowUs: Number.NaN }, 'REG_SHO_LOCATE'],
  // The firm's own rules have no first day.
  [BUY, { halted: 1, nowUs: 0 }, 'INSTRUMENT_HALTED'],
  [BUY, { restrictedNoTrade: 1, nowUs: 0 }, 'RESTRICTED_NO_TRADE'],
])

/** An order that the rule applies to and that it lets pass. */
const SATISFYING: Readonly<Record<string, FactValues>> = {
  RESTRICTED_NO_TRADE: BUY,
  RESTRICTED_NO_BUY: BUY,
  RESTRICTED_NO_SELL: SELL_LONG,
  RESTRICTED_CLOSE_ONLY_SELL: { ...SELL_LONG, restrictedCloseOnly: 1 },
  RESTRICTED_CLOSE_ONLY_BUY: { ...BUY, restrictedCloseOnly: 1, accountPosition: -100 },
  INSTRUMENT_HALTED: BUY,
  REG_SHO_MARKING: SELL_LONG,
  REG_SHO_LOCATE: SHORT,
  REG_SHO_PRICE_TEST: { ...SHORT, rule201: 1 },
}

test('no fact that a rule requires something of may be unknown', () => {
  for (const rule of US_EQUITY_RULES) {
    const order = SATISFYING[rule.id]
    assert.ok(order, `${rule.id} has no row`)
    assert.equal(refusalOf(order), 'PASS', rule.id)
    for (const fact of factsOf(rule.requires)) {
      assert.notEqual(refusalOf({ ...order, [fact]: Number.NaN }), 'PASS', `${rule.id}, ${fact}`)
    }
  }
})

const small = fc.integer({ min: -6, max: 6 })
const anyFacts = fc
  .tuple(
    fc.array(small, { minLength: FACTS.length, maxLength: FACTS.length }),
    fc.integer({ min: 0, max: 2 ** 24 - 1 }),
  )
  .map(([values, bits]) => {
    const facts = Float64Array.from(values, (value, i) => ((bits >> i) & 1 ? Math.abs(value) % 2 : value))
    facts[factIndex('nowUs')] = NOON_US
    return facts
  })

test('what is refused is refused whichever of its facts are not known', () => {
  fc.assert(
    fc.property(anyFacts, fc.integer({ min: 0, max: 2 ** 24 - 1 }), (facts, unknown) => {
      if (US_EQUITY_PACK.firstRefusal(facts) < 0) return
      const lessKnown = facts.map((value, i) => ((unknown >> i) & 1 ? Number.NaN : value))
      assert.ok(US_EQUITY_PACK.firstRefusal(lessKnown) >= 0)
    }),
    { seed: SEED, numRuns: 5000 },
  )
})

test('what is refused is refused at every larger quantity', () => {
  const quantity = factIndex('quantity')
  fc.assert(
    fc.property(anyFacts, fc.integer({ min: 1, max: 20 }), (facts, more) => {
      const larger = Float64Array.from(facts)
      larger[quantity] = (facts[quantity] as number) + more
      if (US_EQUITY_PACK.firstRefusal(facts) >= 0) assert.ok(US_EQUITY_PACK.firstRefusal(larger) >= 0)
    }),
    { seed: SEED, numRuns: 5000 },
  )
})

test('the same facts give the same answer, and are not changed', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const copy = Float64Array.from(facts)
      assert.equal(US_EQUITY_PACK.firstRefusal(facts), US_EQUITY_PACK.firstRefusal(copy))
      assert.deepEqual(facts, copy)
    }),
    { seed: SEED, numRuns: 500 },
  )
})
