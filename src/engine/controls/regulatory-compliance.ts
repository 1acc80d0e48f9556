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
import { type Fact, factIndex, type RulePack } from '../../model/rules.ts'
import { type Judgement, X } from '../judgement.ts'
import { Cell } from '../state/cells.ts'
import { Has, InstrumentFlag } from '../state/instruments.ts'
import { Kind } from '../state/names.ts'
import { Order } from '../state/orders.ts'
import type { State } from '../state/state.ts'

const REGULATORY_RULE = reasonNumber('REGULATORY_RULE')
const at = (fact: Fact) => factIndex(fact)
const NOW_US = at('nowUs')
const IS_BUY = at('isBuy')
const IS_SELL_LONG = at('isSellLong')
const IS_SHORT = at('isShort')
const IS_SHORT_EXEMPT = at('isShortExempt')
const IS_MARKET = at('isMarket')
const PRICE = at('price')
const QUANTITY = at('quantity')
const BID = at('bid')
const ASK = at('ask')
const HALTED = at('halted')
const RULE_201 = at('rule201')
const REG_SHO_FACT = at('regSho')
const OWNER_POSITION = at('ownerPosition')
const OWNER_LONG_SELLS = at('ownerLongSellLeaves')
const ACCOUNT_POSITION = at('accountPosition')
const ACCOUNT_BUYS = at('accountBuyLeaves')
const ACCOUNT_SELLS = at('accountSellLeaves')
const LOCATE = at('locateAvailable')
const EASY = at('easyToBorrow')
const NO_TRADE = at('restrictedNoTrade')

const RESTRICTED = 0
const EASY_TO_BORROW = 1
const MARKET = 0
const SELL_LONG = 1
const SELL_SHORT = 2
const SELL_SHORT_EXEMPT = 3
const MODES_FROM_NO_TRADE = 1

export function createRegulatoryCompliance(state: State, pack: RulePack, j: Judgement) {
  const { isFeedAlive } = state.market

  /** Puts the facts that do not depend on the quantity into the scratch. */
  function gatherFacts(): void {
    const { instruments, books } = state
    const { facts, x, instrument } = j
    facts[NOW_US] = x[X.NOW]!
    facts[IS_BUY] = j.buys ? 1 : 0
    facts[IS_SELL_LONG] = j.side === SELL_LONG ? 1 : 0
    facts[IS_SHORT] = j.side === SELL_SHORT ? 1 : 0
    facts[IS_SHORT_EXEMPT] = j.side === SELL_SHORT_EXEMPT ? 1 : 0
    facts[IS_MARKET] = j.ordType === MARKET ? 1 : 0
    facts[PRICE] = j.ordType === MARKET ? x[X.PROTECTION]! : (j.ordType & 1) !== 0 ? x[X.PX]! : Number.NaN
    const has = isFeedAlive(instrument, x[X.NOW]!) ? instruments.has[instrument]! : 0
    facts[BID] = (has & Has.BID) !== 0 ? instruments.bid[instrument]! : Number.NaN
    facts[ASK] = (has & Has.ASK) !== 0 ? instruments.ask[instrument]! : Number.NaN
    facts[HALTED] = instruments.halted[instrument]!
    facts[RULE_201] = instruments.rule201[instrument]!
    facts[REG_SHO_FACT] = (instruments.flags[instrument]! & InstrumentFlag.REG_SHO) !== 0 ? 1 : 0
    const own = x[X.LEAVES_OLD]!
    const head = books.head(j.owner, instrument)
    facts[OWNER_POSITION] = head < 0 ? 0 : books.position(head)
    // The previous version of a replaced order is not one of the "other" orders; its side cannot change.
    const longSells = head < 0 ? 0 : books.longSells(head)
    facts[OWNER_LONG_SELLS] = j.replaces >= 0 && isLongSell(j.replaces) ? longSells - own : longSells
    const cell = j.cells[0]!
    const f = state.cells.f
    facts[ACCOUNT_POSITION] = cell < 0 ? 0 : f[cell + Cell.P]!
    facts[ACCOUNT_BUYS] = cell < 0 ? 0 : f[cell + Cell.B]! - (j.buys ? own : 0)
    facts[ACCOUNT_SELLS] = cell < 0 ? 0 : f[cell + Cell.S]! - (j.buys ? 0 : own)
    facts[LOCATE] = state.locates.available(j.locate, j.subjects[Kind.ACCOUNT]!, instrument, x[X.NOW]!, own)
    facts[EASY] = 0
    for (let mode = 0; mode < 4; mode++) facts[NO_TRADE + mode] = 0
    if (instruments.listed[instrument] !== 0) gatherLists()
  }

  function isLongSell(slot: number): boolean {
    return state.orders.i[slot * Order.INTS + Order.SIDE] === SELL_LONG
  }

  /** Entries for everyone and for each of the order's subjects. */
  function gatherLists(): void {
    const now = j.x[X.NOW]!
    for (let place = -1; place < 8; place++) {
      const subject = place < 0 ? -1 : j.subjects[place]!
      const restricted = modeOf(RESTRICTED, j.instrument, subject, now)
      if (restricted >= MODES_FROM_NO_TRADE && restricted <= 4) j.facts[NO_TRADE + restricted - MODES_FROM_NO_TRADE] = 1
      if (modeOf(EASY_TO_BORROW, j.instrument, subject, now) !== 0) j.facts[EASY] = 1
    }
  }

  /** Mode of a list entry in effect, 0 for none. */
  function modeOf(list: number, instrument: number, subject: number, nowUs: number): number {
    const at = state.lists.get(list * state.instruments.size + instrument, subject + 1)
    if (at < 0) return 0
    const entry = state.listEntries[at]!
    return nowUs >= entry.fromUs && (entry.untilUs === 0 || nowUs < entry.untilUs) ? entry.mode : 0
  }

  /** Asks the pack about the quantity that is projected now. */
  function judgeRegulation(): number {
    j.facts[QUANTITY] = j.x[X.LEAVES]!
    const rule = pack.firstRefusal(j.facts)
    if (rule < 0) return 0
    j.rule = rule
    return REGULATORY_RULE
  }

  return { gatherFacts, judgeRegulation }
}
