/**
 * The seam between the engine and the regulatory rule library: facts in, the first rule that refuses out.
 */

/**
 * Facts of one order, by place in a Float64Array. Flags are 0 or 1. Quantities and prices are the instrument's integers.
 * A fact that is not known is NaN; a comparison with NaN is false, so a rule must be written so that false refuses.
 */
export const FACTS = [
  'nowUs',
  'isBuy',
  'isSellLong',
  'isShort',
  'isShortExempt',
  'isMarket',
  /** Price that the order goes to the market with: limit, or protection price of a market order. */
  'price',
  /** Quantity that can still execute: of a replace, its leaves. */
  'quantity',
  'bid',
  'ask',
  'halted',
  'rule201',
  'regSho',
  /** Signed position of the beneficial owner over all its accounts. */
  'ownerPosition',
  /** Leaves of the owner's open sells that are marked long, this order's previous version left out. */
  'ownerLongSellLeaves',
  /** Position and leaves of the account alone, this order's previous version left out. */
  'accountPosition',
  'accountBuyLeaves',
  'accountSellLeaves',
  /** Quantity left of the locate that the order names; 0 where it names none. */
  'locateAvailable',
  'easyToBorrow',
  /** Restricted list, for any subject of the order: */
  'restrictedNoTrade',
  'restrictedNoBuy',
  'restrictedNoSell',
  'restrictedCloseOnly',
] as const
export type Fact = (typeof FACTS)[number]

/** Place of a fact in the array. */
export function factIndex(fact: Fact): number {
  return FACTS.indexOf(fact)
}

/** Facts that are 0 or 1, in the order of their bits in the flags of an order. */
export const FLAG_FACTS = [
  'isBuy',
  'isSellLong',
  'isShort',
  'isShortExempt',
  'isMarket',
  'halted',
  'rule201',
  'regSho',
  'easyToBorrow',
  'restrictedNoTrade',
  'restrictedNoBuy',
  'restrictedNoSell',
  'restrictedCloseOnly',
] as const satisfies readonly Fact[]
export type FlagFact = (typeof FLAG_FACTS)[number]

/** Place of a flag's bit. */
export function flagBit(fact: FlagFact): number {
  return FLAG_FACTS.indexOf(fact)
}

/** What a rule says of itself. */
export interface RuleInfo {
  readonly id: string
  readonly title: string
  readonly citation: string
  readonly source: string
  /** ISO dates; the rule applies from the first day to the last, both included. */
  readonly effectiveFrom: string
  readonly effectiveUntil?: string
  /** Why an order was refused, in words. */
  readonly refusal: string
}

/** A compiled rule pack. Pure and deterministic: the same facts give the same answer. */
export interface RulePack {
  readonly version: number
  readonly rules: readonly RuleInfo[]
  /**
   * By the flags of an order: 1 where they alone satisfy every rule, at any time and whatever the other facts are, known
   * or not. Nearly every order is such a one, and none of its other facts is gathered. Without it every order is asked for.
   */
  readonly satisfiedBy?: Uint8Array
  /** Index of the first rule that refuses these facts, -1 where none does. A rule that errs must throw. */
  firstRefusal(facts: Float64Array): number
}
