/** A rule in words: what its expression says, for the reference page and for whoever must confirm the rule. */
import type { Fact } from '../model/rules.ts'
import { type ComparisonName, type Condition, comparisonOf, type Term } from './rule.ts'

/** A flag in words, set and not set. */
interface FlagWords {
  readonly set: string
  readonly unset: string
}

const flag = (set: string, unset: string): FlagWords => ({ set, unset })

export const FACT_WORDS: Readonly<Record<Fact, string | FlagWords>> = {
  nowUs: 'the time',
  isBuy: flag('the order buys', 'the order sells'),
  isSellLong: flag('the order is marked long', 'the order is not marked long'),
  isShort: flag('the order is marked short', 'the order is not marked short'),
  isShortExempt: flag('the order is marked short exempt', 'the order is not marked short exempt'),
  isMarket: flag('the order is a market order', 'the order is not a market order'),
  price: 'the price',
  quantity: 'the quantity',
  bid: 'the best bid',
  ask: 'the best offer',
  halted: flag('trading in the instrument is halted', 'trading in the instrument is not halted'),
  rule201: flag('the price test of Rule 201 is in force', 'the price test of Rule 201 is not in force'),
  regSho: flag('the instrument is subject to Regulation SHO', 'the instrument is not subject to Regulation SHO'),
  ownerPosition: "the owner's position",
  ownerLongSellLeaves: "the leaves of the owner's other sales marked long",
  accountPosition: "the account's position",
  accountBuyLeaves: "the leaves of the account's other purchases",
  accountSellLeaves: "the leaves of the account's other sales",
  locateAvailable: 'what is left of the locate',
  easyToBorrow: flag('the instrument is easy to borrow', 'the instrument is not easy to borrow'),
  restrictedNoTrade: flag('the list says no trade', 'the list does not say no trade'),
  restrictedNoBuy: flag('the list says no purchase', 'the list does not say no purchase'),
  restrictedNoSell: flag('the list says no sale', 'the list does not say no sale'),
  restrictedCloseOnly: flag('the list says close only', 'the list does not say close only'),
}

const COMPARISON_WORDS: Readonly<Record<ComparisonName, string>> = {
  lt: 'is less than',
  le: 'is at most',
  gt: 'is more than',
  ge: 'is at least',
  eq: 'equals',
  ne: 'does not equal',
}

/** The condition as part of a sentence. */
export function conditionInWords(condition: Condition | 'always'): string {
  if (condition === 'always') return 'always'
  const comparison = comparisonOf(condition)
  if (comparison !== undefined) {
    const { name, pair } = comparison
    return flagInWords(name, pair[0], pair[1]) ?? pair.map(termInWords).join(` ${COMPARISON_WORDS[name]} `)
  }
  if ('not' in condition) return `not (${conditionInWords(condition.not)})`
  const isAll = 'all' in condition
  const parts = isAll ? condition.all : 'any' in condition ? condition.any : []
  return parts.map((part) => nestedInWords(part)).join(isAll ? ', and ' : ', or ')
}

function nestedInWords(part: Condition): string {
  const words = conditionInWords(part)
  return comparisonOf(part) === undefined && !('not' in part) ? `(${words})` : words
}

/** A flag compared with 0 or 1, in its own words; undefined for any other comparison. */
function flagInWords(name: ComparisonName, left: Term, right: Term): string | undefined {
  if (typeof left !== 'string' || (right !== 0 && right !== 1) || (name !== 'eq' && name !== 'ne')) return undefined
  const words = FACT_WORDS[left]
  if (typeof words === 'string') return undefined
  return (right === 1) === (name === 'eq') ? words.set : words.unset
}

function termInWords(term: Term): string {
  if (typeof term === 'number') return String(term)
  if (typeof term === 'string') {
    const words = FACT_WORDS[term]
    return typeof words === 'string' ? words : term
  }
  if ('negative' in term) return `the negative of ${termInWords(term.negative)}`
  return `the sum of ${term.sum.map(termInWords).join(' and ')}`
}

const SIGNS: Readonly<Record<ComparisonName, string>> = { lt: '<', le: '<=', gt: '>', ge: '>=', eq: '=', ne: '<>' }

/** The condition as a formula over the facts, exactly as it is judged. */
export function conditionAsFormula(condition: Condition | 'always'): string {
  if (condition === 'always') return 'always'
  const comparison = comparisonOf(condition)
  if (comparison !== undefined) return comparison.pair.map(termAsFormula).join(` ${SIGNS[comparison.name]} `)
  if ('not' in condition) return `not (${conditionAsFormula(condition.not)})`
  const isAll = 'all' in condition
  const parts = isAll ? condition.all : 'any' in condition ? condition.any : []
  return parts
    .map((part) => (comparisonOf(part) === undefined ? `(${conditionAsFormula(part)})` : conditionAsFormula(part)))
    .join(isAll ? ' and ' : ' or ')
}

function termAsFormula(term: Term): string {
  if (typeof term === 'number') return String(term)
  if (typeof term === 'string') return term
  if ('negative' in term) {
    const inner = termAsFormula(term.negative)
    return typeof term.negative === 'string' ? `-${inner}` : `-(${inner})`
  }
  return term.sum
    .map((part) => (typeof part === 'object' ? `(${termAsFormula(part)})` : termAsFormula(part)))
    .join(' + ')
}
