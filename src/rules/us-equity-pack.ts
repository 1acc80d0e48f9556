/**
 * The first rule pack: what a United States broker-dealer with market access must hold an equity order to before it goes
 * out, and the firm's own list that its duty under the Market Access Rule rests on. A rule's place is in the journal:
 * append rules, end one by its last day, and raise the version of the pack with every change.
 *
 * Flags are compared so that a value that is neither 0 nor 1 makes a rule apply, and does not satisfy one.
 */
import { compilePack } from './compiler.ts'
import type { Condition, Rule } from './rule.ts'

const isBuy: Condition = { ne: ['isBuy', 0] }
const isSell: Condition = { ne: ['isBuy', 1] }
/** A sale is short unless it is marked long: no third mark, and no missing one, slips through. */
const isShortSale: readonly Condition[] = [isSell, { ne: ['isSellLong', 1] }]
const isRegSho: Condition = { ne: ['regSho', 0] }

/** The firm's list names no reason to the trader: why a name stands on it may be inside information. */
const NEUTRAL_REFUSAL = 'The firm does not permit this order in this instrument. Compliance can say more.'

/** What the rules of the firm's list have in common. Entries carry their own dates, so the rules have no first day. */
const FIRM_LIST = {
  citation: 'Firm policy, for 17 CFR 240.15c3-5(c)(2)(ii)',
  source: 'https://www.law.cornell.edu/cfr/text/17/240.15c3-5',
  jurisdiction: 'FIRM',
  effectiveFrom: '1970-01-01',
  refusal: NEUTRAL_REFUSAL,
} as const

const CLOSE_ONLY_NOTES = [
  "The test is cumulative: all open orders of the account on this side, executed in full, may at most close the account's position.",
]

const RESTRICTED_LIST_RULES: readonly Rule[] = [
  {
    ...FIRM_LIST,
    id: 'RESTRICTED_NO_TRADE',
    title: 'No order in an instrument that the firm may not trade',
    appliesWhen: 'always',
    requires: { eq: ['restrictedNoTrade', 0] },
    notes: [
      'Only the instrument on the list is tested: options, convertibles and receipts on it need entries of their own.',
    ],
  },
  {
    ...FIRM_LIST,
    id: 'RESTRICTED_NO_BUY',
    title: 'No purchase of an instrument that the firm may not buy',
    appliesWhen: isBuy,
    requires: { eq: ['restrictedNoBuy', 0] },
  },
  {
    ...FIRM_LIST,
    id: 'RESTRICTED_NO_SELL',
    title: 'No sale of an instrument that the firm may not sell',
    appliesWhen: isSell,
    requires: { eq: ['restrictedNoSell', 0] },
    notes: ['Long sales, short sales and short exempt sales alike.'],
  },
  {
    ...FIRM_LIST,
    id: 'RESTRICTED_CLOSE_ONLY_SELL',
    title: 'A sale in a close-only instrument may only close a long position',
    appliesWhen: { all: [{ ne: ['restrictedCloseOnly', 0] }, isSell] },
    requires: { le: [{ sum: ['accountSellLeaves', 'quantity'] }, 'accountPosition'] },
    notes: CLOSE_ONLY_NOTES,
  },
  {
    ...FIRM_LIST,
    id: 'RESTRICTED_CLOSE_ONLY_BUY',
    title: 'A purchase in a close-only instrument may only close a short position',
    appliesWhen: { all: [{ ne: ['restrictedCloseOnly', 0] }, isBuy] },
    requires: { le: [{ sum: ['accountBuyLeaves', 'quantity'] }, { negative: 'accountPosition' }] },
    notes: CLOSE_ONLY_NOTES,
  },
]

const HALT_RULES: readonly Rule[] = [
  {
    id: 'INSTRUMENT_HALTED',
    title: 'No new order while trading in the instrument is halted',
    citation: 'Firm policy, for FINRA Rule 5260',
    source: 'https://www.finra.org/rules-guidance/rulebooks/finra-rules/5260',
    jurisdiction: 'FIRM',
    effectiveFrom: '1970-01-01',
    refusal: 'Trading in the instrument is halted. Cancels pass; orders do not until it resumes.',
    appliesWhen: 'always',
    requires: { eq: ['halted', 0] },
    notes: [
      'Stricter than the rule, which forbids to trade and to quote in a halted security: orders for the reopening auction are refused too, in every instrument and country, and so are replaces.',
      'Whether an instrument is halted comes from its listing market, by an InstrumentState command.',
    ],
    unverified: ['The text of Rule 5260 itself: a summary by FINRA and the rule that it superseded were read.'],
  },
]

const REGULATION_SHO_RULES: readonly Rule[] = [
  {
    id: 'REG_SHO_MARKING',
    title: 'A sale may be marked long only as far as the seller owns the shares',
    citation: 'Regulation SHO Rule 200(c), (g): 17 CFR 242.200',
    source: 'https://www.law.cornell.edu/cfr/text/17/242.200',
    jurisdiction: 'US',
    effectiveFrom: '2005-01-03',
    refusal: 'The order is marked long, but the owner does not own enough shares beside its other open long sales.',
    appliesWhen: { all: [{ ne: ['isSellLong', 0] }, isRegSho] },
    requires: { le: [{ sum: ['ownerLongSellLeaves', 'quantity'] }, 'ownerPosition'] },
    notes: [
      "Shares count once: the owner's open orders that are marked long are taken off its net position first.",
      'The beneficial owner is the aggregation unit. Independent trading units of one broker-dealer (Rule 200(f)) are owners of their own.',
      'The order is refused whole; it is not split into a long and a short part. An order marked short is not refused because the seller owns enough.',
      'That the shares will be delivered by settlement, and what is deemed owned by a conversion, an option or a right (Rule 200(b)), is not tested: only the position counts.',
    ],
    unverified: ['The paragraph on independent trading units, Rule 200(f).'],
  },
  {
    id: 'REG_SHO_LOCATE',
    title: 'A short sale needs a locate, or shares that are easy to borrow',
    citation: 'Regulation SHO Rule 203(b)(1): 17 CFR 242.203(b)(1)',
    source: 'https://www.law.cornell.edu/cfr/text/17/242.203',
    jurisdiction: 'US',
    effectiveFrom: '2005-01-03',
    refusal: 'The order sells short, and the locate that it names does not cover its quantity.',
    appliesWhen: { all: [...isShortSale, isRegSho, { ne: ['easyToBorrow', 1] }] },
    requires: { le: ['quantity', 'locateAvailable'] },
    notes: [
      'Short exempt is a mark under Rule 201 alone: it lifts the price test and not the locate.',
      'The exception for bona fide market making (Rule 203(b)(2)(iii)) is not known to this version: such orders need a locate like any other. That is stricter.',
      'An easy-to-borrow list is good for its own day: give every entry its end.',
    ],
    unverified: [
      'The text of Rule 203 and the numbers of its exceptions: summaries and staff answers were read.',
      'That an easy-to-borrow list of the day gives reasonable grounds under (b)(1)(ii).',
    ],
  },
  {
    id: 'REG_SHO_PRICE_TEST',
    title: 'While the price test is in force a short sale must be priced above the national best bid',
    citation: 'Regulation SHO Rule 201(b)(1): 17 CFR 242.201(b)(1)',
    source: 'https://www.law.cornell.edu/cfr/text/17/242.201',
    jurisdiction: 'US',
    effectiveFrom: '2011-02-28',
    refusal:
      'Rule 201 is in force: a short sale needs a limit price above the national best bid, and the bid must be known.',
    appliesWhen: { all: [{ ne: ['rule201', 0] }, ...isShortSale, { ne: ['isShortExempt', 1] }] },
    requires: { all: [{ eq: ['isMarket', 0] }, { gt: ['price', 'bid'] }] },
    notes: [
      'The test is in force while the listing market says so, by an InstrumentState command; the gate never computes the fall of 10 % itself.',
      'The bid is that of the feed that the instrument is quoted by: it must be the national best bid, of all markets.',
      'A market order is refused even where its protection price lies above the bid; a stop order has no price and is refused too.',
      'Stricter than the rule, which binds trading centers and lets an order rest that was above the bid when it was first displayed: the order must be above the bid as it arrives.',
      'An order marked short exempt passes. Whether it may be so marked (Rule 201(c), (d)) is not tested, and its basis is not recorded here.',
    ],
    unverified: [
      'How the restriction applies in the overnight session: the texts are in flux.',
      'Paragraphs (c) and (d), which say when an order may be marked short exempt.',
    ],
  },
]

/** The rules in their order: the first that refuses is named in the decision. */
export const US_EQUITY_RULES: readonly Rule[] = [...RESTRICTED_LIST_RULES, ...HALT_RULES, ...REGULATION_SHO_RULES]

export const US_EQUITY_PACK = compilePack(US_EQUITY_RULES, 1)
