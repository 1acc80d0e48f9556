/**
 * REGULATORY_COMPLIANCE: the rule library lets the order pass: restricted lists, halts, short sales.
 *
 * Rule      no rule in effect refuses the facts of the order; a fact that is not known never makes a rule pass.
 * Units     Facts are in the instrument's own units.
 * Reads     Lists, locates, instrument state, best bid and offer, the owner's and the account's position. Changes nothing.
 * On breach ordRejReason Other 99; the record names the first rule that refuses.
 * Source    Each rule names its own: docs/reference/rules.md.
 */
import { reasonNumber } from '../../model/codes.ts'
import { FLAG_FACTS, factIndex, flagBit, type RulePack } from '../../model/rules.ts'
import { type Judgement, X } from '../judgement.ts'
import { Cell } from '../state/cells.ts'
import { Has, InstrumentFlag } from '../state/instruments.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const REGULATORY_RULE = reasonNumber('REGULATORY_RULE')

const NOW_US = factIndex('nowUs')
const PRICE = factIndex('price')
const QUANTITY = factIndex('quantity')
const BID = factIndex('bid')
const ASK = factIndex('ask')
const OWNER_POSITION = factIndex('ownerPosition')
const OWNER_LONG_SELLS = factIndex('ownerLongSellLeaves')
const ACCOUNT_POSITION = factIndex('accountPosition')
const ACCOUNT_BUYS = factIndex('accountBuyLeaves')
const ACCOUNT_SELLS = factIndex('accountSellLeaves')
const LOCATE = factIndex('locateAvailable')

const FLAG_COUNT: number = FLAG_FACTS.length
/** Place of each flag among the facts. */
const FLAG_PLACES = Int32Array.from(FLAG_FACTS, factIndex)
/** Flag of each side, in the order of SIDES. */
const SIDE_FLAGS = Int32Array.of(
  1 << flagBit('isBuy'),
  1 << flagBit('isSellLong'),
  1 << flagBit('isShort'),
  1 << flagBit('isShortExempt'),
)
const IS_MARKET = 1 << flagBit('isMarket')
const HALTED = 1 << flagBit('halted')
const RULE_201 = 1 << flagBit('rule201')
const REG_SHO = 1 << flagBit('regSho')
const EASY = 1 << flagBit('easyToBorrow')
/** Flags of the restricted list by mode, in the order of LIST_MODES; OFF and ON restrict nothing. */
const MODE_FLAGS = Int32Array.of(
  0,
  1 << flagBit('restrictedNoTrade'),
  1 << flagBit('restrictedNoBuy'),
  1 << flagBit('restrictedNoSell'),
  1 << flagBit('restrictedCloseOnly'),
  0,
)

const RESTRICTED = 0
const EASY_TO_BORROW = 1
const MARKET = 0
const HAS_PRICE = 1
const SELL_LONG = 1

export function createRegulatoryCompliance(state: State, pack: RulePack, j: Judgement) {
  const { x, facts, subjects, cells } = j
  const { instruments, books, locates, lists, listEntries } = state
  const { has, bid, ask, halted, rule201, listed, flags: instrumentFlags } = instruments
  const { isFeedAlive } = state.market
  const { f } = state.cells
  const satisfiedBy = pack.satisfiedBy ?? new Uint8Array(1 << FLAG_COUNT)
  /** 1 where the flags of the order under judgement satisfy every rule. */
  let isSatisfied = 0

  /** Puts the facts that do not depend on the quantity into the scratch, unless the order's flags alone decide. */
  function gatherFacts(): void {
    const instrument = j.instrument
    let flags = SIDE_FLAGS[j.side]!
    if (j.ordType === MARKET) flags |= IS_MARKET
    if (halted[instrument] !== 0) flags |= HALTED
    if (rule201[instrument] !== 0) flags |= RULE_201
    if ((instrumentFlags[instrument]! & InstrumentFlag.REG_SHO) !== 0) flags |= REG_SHO
    if (listed[instrument] !== 0) flags |= restrictionsOf(instrument)
    // Whether it is easy to borrow is sought only where that matters: nine entries, for a short sale.
    isSatisfied = satisfiedBy[flags]! & satisfiedBy[flags | EASY]!
    if (isSatisfied === 0) gatherOthers(flags)
  }

  /** Flags of the restrictions for everyone and for each of the order's subjects. */
  function restrictionsOf(instrument: number): number {
    let flags = 0
    for (let place = -1; place < 8; place++) flags |= MODE_FLAGS[modeOf(RESTRICTED, instrument, place)]!
    return flags
  }

  function isEasyToBorrow(instrument: number): boolean {
    for (let place = -1; place < 8; place++) if (modeOf(EASY_TO_BORROW, instrument, place) !== 0) return true
    return false
  }

  /** Mode of the list entry in effect for the subject in a place of the order, or for everyone (-1); 0 for none. */
  function modeOf(list: number, instrument: number, place: number): number {
    const subject = place < 0 ? -1 : subjects[place]!
    const at = lists.get(list * instruments.size + instrument, subject + 1)
    if (at < 0) return 0
    const { mode, fromUs, untilUs } = listEntries[at]!
    const nowUs = x[X.NOW]!
    return nowUs >= fromUs && (untilUs === 0 || nowUs < untilUs) ? mode : 0
  }

  function gatherOthers(known: number): void {
    const instrument = j.instrument
    const flags = listed[instrument] !== 0 && isEasyToBorrow(instrument) ? known | EASY : known
    for (let bit = 0; bit < FLAG_COUNT; bit++) facts[FLAG_PLACES[bit]!] = (flags >> bit) & 1
    facts[NOW_US] = x[X.NOW]!
    gatherPrices(instrument)
    gatherPositions(instrument)
  }

  function gatherPrices(instrument: number): void {
    const priced = (j.ordType & HAS_PRICE) !== 0
    facts[PRICE] = j.ordType === MARKET ? x[X.PROTECTION]! : priced ? x[X.PX]! : Number.NaN
    const given = isFeedAlive(instrument, x[X.NOW]!) ? has[instrument]! : 0
    facts[BID] = (given & Has.BID) !== 0 ? bid[instrument]! : Number.NaN
    facts[ASK] = (given & Has.ASK) !== 0 ? ask[instrument]! : Number.NaN
  }

  /** The previous version of a replaced order is not one of the "other" orders; its side cannot change. */
  function gatherPositions(instrument: number): void {
    const own = x[X.LEAVES_OLD]!
    const head = books.head(j.owner, instrument)
    const longSells = head < 0 ? 0 : books.longSells(head)
    facts[OWNER_POSITION] = head < 0 ? 0 : books.position(head)
    facts[OWNER_LONG_SELLS] = j.replaces >= 0 && j.side === SELL_LONG ? longSells - own : longSells
    const cell = cells[0]!
    facts[ACCOUNT_POSITION] = cell < 0 ? 0 : f[cell + Cell.P]!
    facts[ACCOUNT_BUYS] = cell < 0 ? 0 : f[cell + Cell.B]! - (j.buys ? own : 0)
    facts[ACCOUNT_SELLS] = cell < 0 ? 0 : f[cell + Cell.S]! - (j.buys ? 0 : own)
    facts[LOCATE] = locates.available(j.locate, subjects[Kind.ACCOUNT]!, instrument, x[X.NOW]!, own)
  }

  /** Asks the pack about the quantity that is projected now. */
  function judgeRegulation(): number {
    return isSatisfied !== 0 ? 0 : askPack()
  }

  function askPack(): number {
    facts[QUANTITY] = x[X.LEAVES]!
    const rule = pack.firstRefusal(facts)
    if (rule < 0) return 0
    j.rule = rule
    return REGULATORY_RULE
  }

  return { gatherFacts, judgeRegulation }
}
