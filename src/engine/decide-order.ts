/**
 * Decides new orders, replaces and what-ifs (docs/reference/decision.md §4 to §7): reads state and command, changes
 * nothing, and writes one OrderDecided with the warnings that an approve raises.
 */
import { PENDING_REPLACES } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import type { Tape } from '../model/records/tape.ts'
import type { RulePack } from '../model/rules.ts'
import { hashDuplicate, hashNewOrder, hashReplace } from './content.ts'
import { judgeInstrumentPermission, judgeNames } from './controls/instrument-permission.ts'
import { judgeInstrumentTradable } from './controls/instrument-tradable.ts'
import { judgeLimitsPresent } from './controls/limits-present.ts'
import { judgeMarketAccess } from './controls/market-access.ts'
import { protect } from './controls/market-order-protection.ts'
import { judgeOrderStructure } from './controls/order-structure.ts'
import { deviate } from './controls/price-collar.ts'
import { gatherFacts, judgeRegulation } from './controls/regulatory-compliance.ts'
import { judgeSelfMatch, rests } from './controls/self-match.ts'
import { judgeTradingState } from './controls/trading-state.ts'
import { type Decided, writeDecision, writeWarnings } from './decision-event.ts'
import { project, projectLeaves } from './exposure.ts'
import { type Judgement, Verdict, X } from './judgement.ts'
import { Ref } from './market.ts'
import { collectRows, evaluateRows, refusedRowsFit } from './rows.ts'
import { Has } from './state/instruments.ts'
import { Bound, Kind } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'

const M04 = controlIndex('TRADING_STATE')
const A02 = controlIndex('MARKET_ACCESS')
const A01 = controlIndex('ORDER_STRUCTURE')
const A03 = controlIndex('INSTRUMENT_PERMISSION')
const A06 = controlIndex('INSTRUMENT_TRADABLE')
const A05 = controlIndex('LIMITS_PRESENT')
const B03 = controlIndex('PRICE_COLLAR')
const B05 = controlIndex('MARKET_ORDER_PROTECTION')
const B09 = controlIndex('DUPLICATE_ORDER')
const C01 = controlIndex('MESSAGE_RATE')
const C05 = controlIndex('MAX_OPEN_ORDERS')
const H01 = controlIndex('SELF_MATCH')
const I00 = controlIndex('REGULATORY_COMPLIANCE')
/** A smaller order meets these just the same. */
const FIXED_CONTROLS = Int32Array.of(M04, A02, A01, A03, A06, A05, B03, B05, B09, C01, C05, H01)

const NOT_PERMITTED = reasonNumber('NOT_PERMITTED')
const CAPACITY = reasonNumber('CAPACITY')
const CAPITAL_UNAVAILABLE = reasonNumber('CAPITAL_UNAVAILABLE')
const REF_PRICE_UNAVAILABLE = reasonNumber('REF_PRICE_UNAVAILABLE')
const VALUE_OUT_OF_RANGE = reasonNumber('VALUE_OUT_OF_RANGE')
const INVALID_QTY = reasonNumber('INVALID_QTY')
const CLORDID_CONFLICT = reasonNumber('CLORDID_CONFLICT')
const UNKNOWN_ORDER = reasonNumber('UNKNOWN_ORDER')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const REPLACE_STALE = reasonNumber('REPLACE_STALE')
const REPLACE_PENDING_MAX = reasonNumber('REPLACE_PENDING_MAX')
const ORDER_UNKNOWN_STATE = reasonNumber('ORDER_UNKNOWN_STATE')
const TOKEN_LIFE = parameterIndex('tokenLifeUs')

const MARKET = 0
const STOP_TYPE = 2
const APPROVED = 0
const WORKING = 1

// Outcomes, indices in OUTCOMES.
const REJECT = 0
const APPROVE = 1
const DUPLICATE = 2

const N = NEW_ORDER.at
const R = REPLACE_ORDER.at

export class OrderDecider {
  readonly #state: State
  readonly #pack: RulePack
  readonly #j: Judgement
  /** What the event says beside the judgement; one object, written over by each decision. */
  readonly #decided: Decided = { outcome: 0, reason: 0, slot: -1, version: -1, idSlot: -1 }
  readonly #numbers = new Float64Array(3)
  /** How far the decision under way has come: the id that it takes, and the order that it would replace. */
  #takenId = -1
  #replaced = -1

  constructor(state: State, pack: RulePack, j: Judgement) {
    this.#state = state
    this.#pack = pack
    this.#j = j
  }

  /** New order, or a what-if, which looks the same but uses up no id and no room. */
  decideNew(tape: Tape, offset: number, whatIf: boolean): void {
    const state = this.#state
    const j = this.#j
    const i = offset >> 2
    j.reset()
    this.#takenId = -1
    this.#replaced = -1
    const session = tape.i32[i + N.session]!
    hashNewOrder(tape, offset, j)
    if (!state.names.has(Kind.SESSION, session)) {
      j.verdict(A02, NOT_PERMITTED)
      return this.#finish(tape, REJECT, -1, -1)
    }
    let idSlot = -1
    if (!whatIf) {
      const known = state.ids.find(
        tape,
        offset + N.clOrdID,
        session,
        state.ids.hashOf(tape, offset + N.clOrdID, session),
      )
      if (known >= 0) return this.#repeat(tape, known)
      if (this.#isFull()) {
        j.verdict(A01, CAPACITY)
        return this.#finish(tape, REJECT, -1, -1)
      }
      idSlot = state.ids.nextSlot()
    }
    this.#readNew(tape, offset)
    const account = tape.i32[i + N.account]!
    const unknown = judgeNames(state, j.instrument, account, j.subjects[4]!, j.subjects[6]!, j.venue)
    if (unknown !== 0) {
      j.verdict(A03, unknown)
      return this.#finish(tape, REJECT, -1, idSlot)
    }
    this.#takenId = idSlot
    this.#resolve(account)
    if (state.limits.duplicateRows > 0) hashDuplicate(tape, offset, j)
    const reason = this.#judge(tape, tape.i32[i + N.flags]!, false)
    if (reason !== 0) return this.#finish(tape, REJECT, -1, idSlot)
    this.#finish(tape, APPROVE, whatIf ? -1 : state.orders.nextSlot(), idSlot)
  }

  decideReplace(tape: Tape, offset: number): void {
    const state = this.#state
    const j = this.#j
    const i = offset >> 2
    j.reset()
    this.#takenId = -1
    this.#replaced = -1
    const session = tape.i32[i + R.session]!
    hashReplace(tape, offset, j)
    if (!state.names.has(Kind.SESSION, session)) {
      j.verdict(A02, NOT_PERMITTED)
      return this.#finish(tape, REJECT, -1, -1)
    }
    const known = state.ids.find(tape, offset + R.clOrdID, session, state.ids.hashOf(tape, offset + R.clOrdID, session))
    if (known >= 0) return this.#repeat(tape, known)
    if (this.#isFull() || state.orders.versionsAreFull) {
      j.verdict(A01, CAPACITY)
      return this.#finish(tape, REJECT, -1, -1)
    }
    const idSlot = state.ids.nextSlot()
    const { ids, orders } = state
    const orig = ids.find(tape, offset + R.origClOrdID, session, ids.hashOf(tape, offset + R.origClOrdID, session))
    const slot = orig < 0 ? -1 : ids.orderOf(orig)
    const refusal = this.#refuseReplace(orig, slot)
    if (refusal !== 0) return this.#refuse(tape, refusal, slot, idSlot)
    this.#takenId = idSlot
    this.#replaced = slot
    this.#readReplace(tape, offset, slot)
    const account = orders.i[slot * Order.INTS + Order.SUBJECT + Kind.ACCOUNT]!
    this.#resolve(account)
    for (let place = 0; place < 8; place++) j.subjects[place] = orders.i[slot * Order.INTS + Order.SUBJECT + place]!
    for (let kind = 0; kind < 4; kind++) j.cells[kind] = orders.i[slot * Order.INTS + Order.CELL_AT + kind]!
    if (j.x[X.QTY]! <= j.x[X.CUM]!) j.verdict(A01, INVALID_QTY)
    // A replace keeps its order's expiry; whether one was given was judged with the order.
    const flags = (tape.i32[i + R.flags]! & 3) | (j.timeInForce === 4 ? 4 : 0)
    const reason = this.#judge(tape, flags, this.#lowers(slot))
    if (reason !== 0) return this.#finish(tape, REJECT, slot, idSlot)
    this.#decided.version = orders.nextVersion()
    this.#finish(tape, APPROVE, slot, idSlot)
  }

  #refuseReplace(orig: number, slot: number): number {
    const { orders } = this.#state
    if (slot === -1) return UNKNOWN_ORDER
    if (slot < 0 || orders.i[slot * Order.INTS + Order.LIVE] === 0) return ORDER_TERMINAL
    const at = slot * Order.INTS
    const newest = orders.i[at + Order.VERSION]!
    const newestId = newest < 0 ? orders.i[at + Order.ID_SLOT]! : orders.vi[newest * Version.INTS + Version.ID]!
    if (newestId !== orig) return REPLACE_STALE
    if (orders.i[at + Order.VERSIONS]! >= PENDING_REPLACES) return REPLACE_PENDING_MAX
    const state = orders.i[at + Order.STATE]!
    return state === APPROVED || state === WORKING ? 0 : ORDER_UNKNOWN_STATE
  }

  /** True where the replace lowers the newest version's quantity and does not price it more aggressively. */
  #lowers(slot: number): boolean {
    const { orders } = this.#state
    const j = this.#j
    const newest = orders.i[slot * Order.INTS + Order.VERSION]!
    const qty = newest < 0 ? orders.f[slot * Order.NUMS + Order.QTY]! : orders.vf[newest * Version.NUMS + Version.QTY]!
    const px = newest < 0 ? orders.f[slot * Order.NUMS + Order.PX]! : orders.vf[newest * Version.NUMS + Version.PX]!
    const stop =
      newest < 0 ? orders.f[slot * Order.NUMS + Order.STOP]! : orders.vf[newest * Version.NUMS + Version.STOP]!
    if (!(j.x[X.QTY]! < qty)) return false
    if (j.x[X.STOP]! !== stop) return false
    return j.buys ? j.x[X.PX]! <= px : j.x[X.PX]! >= px
  }

  /** A clOrdID that is known: the first decision again, or a conflict. */
  #repeat(tape: Tape, known: number): void {
    const { ids } = this.#state
    const j = this.#j
    const same = ids.content0Of(known) === j.content0 && ids.content1Of(known) === j.content1
    const decided = this.#decided
    decided.outcome = same ? DUPLICATE : REJECT
    decided.reason = same ? 0 : CLORDID_CONFLICT
    decided.slot = -1
    decided.version = -1
    decided.idSlot = -1
    this.#numbers[0] = 0
    this.#numbers[1] = ids.seqOf(known)
    this.#numbers[2] = 0
    writeDecision(this.#state, tape, j, decided, this.#numbers)
  }

  /** Refuses what could not be judged to its end: its message counts and its id is used up as by any other refusal. */
  refuseUnjudged(tape: Tape, reason: number): void {
    this.#j.reset()
    this.#refuse(tape, reason, this.#replaced, this.#takenId)
  }

  #refuse(tape: Tape, reason: number, slot: number, idSlot: number): void {
    const decided = this.#decided
    decided.outcome = REJECT
    decided.reason = reason
    decided.slot = slot < 0 ? -1 : slot
    decided.version = -1
    decided.idSlot = idSlot
    this.#numbers.fill(0)
    if (slot >= 0 && this.#state.orders.i[slot * Order.INTS + Order.LIVE] !== 0)
      this.#numbers[0] = this.#state.orders.f[slot * Order.NUMS + 9]!
    else decided.slot = -1
    writeDecision(this.#state, tape, this.#j, decided, this.#numbers)
  }

  #finish(tape: Tape, outcome: number, slot: number, idSlot: number): void {
    const j = this.#j
    const decided = this.#decided
    const seq = this.#state.seq
    decided.outcome = outcome
    decided.reason = outcome === APPROVE ? 0 : j.firstReason()
    decided.slot = slot
    if (outcome !== APPROVE || j.replaces < 0) decided.version = -1
    decided.idSlot = idSlot
    this.#numbers[0] = j.replaces >= 0 ? this.#state.orders.f[j.replaces * Order.NUMS + 9]! : slot >= 0 ? seq : 0
    this.#numbers[1] = 0
    this.#numbers[2] = outcome === APPROVE ? j.x[X.NOW]! + this.#state.parameters[TOKEN_LIFE]! : 0
    writeDecision(this.#state, tape, j, decided, this.#numbers)
    if (outcome === APPROVE && j.warnedRows > 0 && idSlot >= 0) writeWarnings(this.#state, tape, j)
  }

  /** Tables that one more order could overflow. Margins leave room for executions, which cannot be refused. */
  #isFull(): boolean {
    const { orders, ids, cells, books, metrics, limits, duplicates, timeUs } = this.#state
    return (
      orders.isFull ||
      ids.isFull ||
      cells.pages + 1024 > cells.pagesMax ||
      books.isFull ||
      metrics.isFull ||
      limits.entriesAreFull() ||
      (limits.duplicateRows > 0 && duplicates.isFull(timeUs))
    )
  }

  #readNew(tape: Tape, offset: number): void {
    const j = this.#j
    const x = j.x
    const f = offset >> 3
    const i = offset >> 2
    x[X.NOW] = this.#state.timeUs
    x[X.QTY] = tape.f64[f + N.orderQty]!
    x[X.PX] = tape.f64[f + N.price]!
    x[X.STOP] = tape.f64[f + N.stopPx]!
    x[X.EXPIRE] = tape.f64[f + N.expireTimeUs]!
    j.instrument = tape.i32[i + N.instrument]!
    j.venue = tape.i32[i + N.venue]!
    j.side = tape.i32[i + N.side]!
    j.buys = j.side === 0
    j.ordType = tape.i32[i + N.ordType]!
    j.timeInForce = tape.i32[i + N.timeInForce]!
    j.locate = tape.i32[i + N.locate]!
    j.subjects[4] = tape.i32[i + N.trader]!
    j.subjects[6] = tape.i32[i + N.strategy]!
    j.subjects[7] = tape.i32[i + N.session]!
  }

  #readReplace(tape: Tape, offset: number, slot: number): void {
    const { orders, names } = this.#state
    const j = this.#j
    const x = j.x
    const f = offset >> 3
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    x[X.NOW] = this.#state.timeUs
    x[X.QTY] = tape.f64[f + R.orderQty]!
    x[X.PX] = tape.f64[f + R.price]!
    x[X.STOP] = tape.f64[f + R.stopPx]!
    x[X.EXPIRE] = orders.f[of + Order.EXPIRE]!
    x[X.CUM] = orders.f[of + Order.CUM]!
    x[X.LEAVES_OLD] = orders.f[of + Order.LEAVES]!
    x[X.OPEN_OLD] = orders.f[of + Order.OPENED]!
    j.instrument = orders.i[oi + Order.INSTR]!
    j.venue = orders.i[oi + Order.VENUE]!
    j.side = orders.i[oi + Order.SIDE]!
    j.buys = j.side === 0
    j.ordType = orders.i[oi + Order.TYPE]!
    j.timeInForce = orders.i[oi + Order.TIF]!
    j.locate = orders.i[oi + Order.LOCATE]!
    j.replaces = slot
    j.nonAtomic = j.venue >= 0 && names.venueNonAtomic[j.venue] !== 0
    j.subjects[4] = orders.i[oi + Order.SUBJECT + 4]!
    j.subjects[6] = orders.i[oi + Order.SUBJECT + 6]!
    j.subjects[7] = orders.i[oi + Order.SUBJECT + 7]!
  }

  /** Fills in what hangs on account and trader: subjects, entity, owner, the four cells. */
  #resolve(account: number): void {
    const { names } = this.#state
    const { subjects, owners } = this.#j
    const trader = subjects[4]!
    subjects[0] = 0
    subjects[1] = names.entityOf[account]!
    subjects[2] = names.clientOf[account]!
    subjects[3] = names.deskOf[trader]!
    subjects[5] = account
    this.#j.entity = names.entityOrdinal[subjects[1]!]!
    this.#j.owner = names.ownerOf[account]!
    owners[0] = names.ownerCode(Bound.OWN_ACCOUNT, account, account)
    owners[1] = names.ownerCode(Bound.DESK_ACCOUNT, subjects[3]!, account)
    owners[2] = names.ownerCode(Bound.TRADER_ACCOUNT, trader, account)
    owners[3] = names.ownerCode(Bound.STRATEGY_ACCOUNT, subjects[6]!, account)
    // A binding that was taken back keeps its cell: what stands there still counts.
    const trades = names.binding(Bound.TRADER_ACCOUNT, trader, account)
    const runs = names.binding(Bound.STRATEGY_ACCOUNT, subjects[6]!, account)
    this.#j.cells[0] = this.#cell(owners[0]!)
    this.#j.cells[1] = this.#cell(owners[1]!)
    this.#j.cells[2] = this.#cell((trades >> 1) - 1)
    this.#j.cells[3] = this.#cell((runs >> 1) - 1)
  }

  #cell(owner: number): number {
    return owner < 0 ? -1 : this.#state.cells.find(owner, this.#j.instrument)
  }

  /** Judges everything; returns the reason number, 0 to approve. */
  #judge(tape: Tape, flags: number, lowers: boolean): number {
    const state = this.#state
    const j = this.#j
    const x = j.x
    const qty = x[X.QTY]!
    projectLeaves(j, qty)
    j.verdict(M04, judgeTradingState(state, j, lowers))
    j.verdict(A02, judgeMarketAccess(state, j))
    j.verdict(A01, judgeOrderStructure(state, j, flags))
    j.verdict(A03, judgeInstrumentPermission(state, j))
    const early = j.firstReason()
    if (early !== 0) return early
    j.verdict(A06, judgeInstrumentTradable(state, j))
    collectRows(state, j)
    j.verdict(A05, judgeLimitsPresent(state, j))
    this.#value(qty)
    evaluateRows(state, j, tape)
    if (j.valued) {
      if (rests(j.ordType)) j.verdict(H01, judgeSelfMatch(state, j))
      gatherFacts(state, j)
      j.verdict(I00, judgeRegulation(this.#pack, j))
    }
    const reason = j.firstReason()
    if (reason !== 0) x[X.QTY_PASSING] = this.#qtyPassing(qty)
    return reason
  }

  /** Finds the reference, protects a market order, values the order. `j.valued` says whether money rows can be judged. */
  #value(qty: number): void {
    const state = this.#state
    const j = this.#j
    const x = j.x
    const { instruments } = state
    const source = state.market.refSource(j.instrument, x[X.NOW]!, false)
    j.refSource = source
    if (source === Ref.NONE || (instruments.has[j.instrument]! & Has.MARK) === 0) {
      j.refSource = Ref.NONE
      j.verdict(B03, REF_PRICE_UNAVAILABLE)
      if (j.ordType === MARKET) j.verdict(B05, REF_PRICE_UNAVAILABLE)
      return
    }
    x[X.REF] = state.market.refPrice(j.instrument, source)
    x[X.REF_US] = state.market.refTime(j.instrument, source)
    let px = x[X.PX]!
    if (j.ordType === MARKET) {
      const reason = protect(state, j)
      j.verdict(B05, reason)
      if (reason !== 0) return
      px = x[X.PROTECTION]!
    }
    const isStop = j.ordType === STOP_TYPE
    x[X.V] = state.value.valuationPrice(j.instrument, j.buys, isStop, px, x[X.STOP]!, x[X.REF]!)
    x[X.N] = instruments.flowN[j.instrument]!
    x[X.D] = instruments.flowD[j.instrument]!
    if (!project(state, j, qty)) {
      j.verdict(A01, VALUE_OUT_OF_RANGE)
      return
    }
    deviate(j)
    j.valued = true
  }

  /** The largest quantity at which everything that refused would let the order pass; 0 for none. */
  #qtyPassing(qty: number): number {
    const state = this.#state
    const j = this.#j
    for (let at = 0; at < FIXED_CONTROLS.length; at++) {
      if (j.result[FIXED_CONTROLS[at]!] === Verdict.FAIL) return 0
    }
    for (let control = 0; control < j.reason.length && control < 64; control++) {
      if (j.reason[control] === CAPITAL_UNAVAILABLE) return 0
    }
    const rule = j.rule
    const lot = state.instruments.lot[j.instrument]!
    let low = Math.floor(j.x[X.CUM]! / lot)
    let high = qty / lot
    // Nothing fits at `high`; what fits at `low` is no order (0, or what a replace has executed), unless it moves up.
    const least = low
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#fitsAt(middle * lot, rule)) low = middle
      else high = middle
    }
    j.rule = rule
    return low === least ? 0 : low * lot
  }

  #fitsAt(qty: number, rule: number): boolean {
    const state = this.#state
    const j = this.#j
    j.x[X.QTY] = qty
    if (!project(state, j, qty)) return false
    if (!refusedRowsFit(state, j)) return false
    return rule < 0 || judgeRegulation(this.#pack, j) === 0
  }
}
