/**
 * Decides new orders, replaces and what-ifs (docs/reference/decision.md §4 to §7): reads state and command, changes
 * nothing, and writes one OrderDecided with the warnings that an approve raises.
 */
import { ID_CHARS, PENDING_REPLACES } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { EVALUATE, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { lengthAt, readText, type Tape } from '../model/records/tape.ts'
import { type Content, confirmSeqAt, holdUsAt, overrideSeqAt } from './content.ts'
import { UNDEFINED_FLAG } from './controls/order-structure.ts'
import { FIRST_STOP } from './controls/self-match.ts'
import type { Controls } from './controls.ts'
import { createCrossings } from './crossings.ts'
import { writeConfirmationMoved } from './decide-confirmations.ts'
import { writeOverrideMoved } from './decide-overrides.ts'
import { createDecisionEvent, Decided } from './decision-event.ts'
import { createOrderJudge } from './judge-order.ts'
import { type Judgement, X } from './judgement.ts'
import { Kind } from './state/names.ts'
import { Order, OrderMark, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
import { ConfirmationState, OverrideState } from './state/waivers.ts'

const A02 = controlIndex('MARKET_ACCESS')
const A01 = controlIndex('ORDER_STRUCTURE')
const A03 = controlIndex('INSTRUMENT_PERMISSION')

const NOT_PERMITTED = reasonNumber('NOT_PERMITTED')
const CAPACITY = reasonNumber('CAPACITY')
const INVALID_QTY = reasonNumber('INVALID_QTY')
const SOFT_LIMIT = reasonNumber('SOFT_LIMIT')
const SELF_MATCH = reasonNumber('SELF_MATCH')
const CLORDID_CONFLICT = reasonNumber('CLORDID_CONFLICT')
const UNKNOWN_ORDER = reasonNumber('UNKNOWN_ORDER')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const SOFT_BLOCKS_OF_SESSION = reasonNumber('SOFT_BLOCKS_OF_SESSION')
const REPLACE_STALE = reasonNumber('REPLACE_STALE')
const REPLACE_PENDING_MAX = reasonNumber('REPLACE_PENDING_MAX')
const ORDER_UNKNOWN_STATE = reasonNumber('ORDER_UNKNOWN_STATE')
const PARENTS_REQUIRED = parameterIndex('parentsRequired')
/** `Judgement.parent` of an order that names one that is not known. */
const UNKNOWN_PARENT = -2
const TOKEN_LIFE = parameterIndex('tokenLifeUs')
const PENDING_MAX: number = PENDING_REPLACES

const APPROVED = 0
const WORKING = 1
const GOOD_TILL_DATE = 4
// Which terms a command gave, as bits of its flags.
const PRICES_GIVEN = 3
const EXPIRY_GIVEN = 4

// Outcomes, indices in OUTCOMES.
const REJECT = 0
const APPROVE = 1
const DUPLICATE = 2
const HELD = 3
const SOFT_BLOCK = 4

/** Cell pages that executions, which cannot be refused, may still open. */
const PAGES_MARGIN = 1024

/** Of an order that names no soft block and no override, and does not say how long it may be held. */
const NEW_ORDER_BYTES = NEW_ORDER.shortBytes
const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
const ASKED = EVALUATE.at.control
const CONTROL_COUNT = CONTROLS.length

export type OrderDecider = ReturnType<typeof createOrderDecider>

export function createOrderDecider(state: State, j: Judgement, controls: Controls, content: Content) {
  const { parents, confirmations, overrides, holds } = state
  const { names, orders, ids, limits, cells, books, metrics, duplicates, parameters } = state
  const { f, i, vf, vi } = orders
  const { x, subjects } = j
  const jCells = j.cells
  const { resolve, judge } = createOrderJudge(state, j, controls)
  const { judgeNames } = controls
  const { hashNewOrder, hashDuplicate, hashReplace } = content
  const crossings = createCrossings(state, j)
  const { numbers, writeDecision, writeWarnings } = createDecisionEvent(state, j)
  /** How far the decision under way has come: the id that it takes, and the order that it would replace. */
  let takenId = -1
  let replaced = -1

  /** New order, or a what-if, which looks the same but uses up no id and no room. */
  function decideNew(tape: Tape, offset: number, whatIf: boolean): void {
    const { i32 } = tape
    const c = offset >> 2
    j.reset()
    takenId = -1
    replaced = -1
    const session = i32[c + N.session]!
    hashNewOrder(tape, offset)
    if (!names.has(Kind.SESSION, session)) return refuseAt(tape, A02, NOT_PERMITTED, -1)
    let idSlot = -1
    if (!whatIf) {
      const at = offset + N.clOrdID
      const known = findOwn(tape, at, session)
      if (known >= 0) return repeat(tape, known)
      if (isFull()) return refuseAt(tape, A01, CAPACITY, -1)
      idSlot = ids.nextSlot()
    }
    readNew(tape, offset)
    if (parents.made > 0 || parameters[PARENTS_REQUIRED] !== 0) readParent(tape, offset, session)
    const account = i32[c + N.account]!
    const unknown = judgeNames(j.instrument, account, subjects[Kind.TRADER]!, subjects[Kind.STRATEGY]!, j.venue)
    if (unknown !== 0) return refuseAt(tape, A03, unknown, idSlot)
    takenId = idSlot
    resolve(account)
    j.resolvedSeq = state.seq
    if (limits.duplicateRows > 0) {
      hashDuplicate(tape, offset)
      j.duplicateSeq = state.seq
    }
    if (!whatIf && lengthAt(tape, offset) > NEW_ORDER_BYTES) {
      j.confirmSeq = confirmSeqAt(tape, offset)
      j.overrideSeq = overrideSeqAt(tape, offset)
      j.holdUs = holdUsAt(tape, offset)
    }
    const flags = whatIf ? askedFlags(tape, c) : i32[c + N.flags]!
    const refusal = judge(flags, false)
    const mayWait = refusal === SELF_MATCH && mayBeHeld()
    if (refusal !== 0 && !mayWait) return finish(tape, REJECT, -1, -1, idSlot)
    // Nothing is canceled for an order that a person must look at first.
    if (j.softRows > 0) return softBlock(tape, idSlot, whatIf)
    if (mayWait) return hold(tape, idSlot, whatIf)
    finish(tape, APPROVE, whatIf ? -1 : orders.nextSlot(), -1, idSlot)
    useConfirmation(tape)
    if (j.overrideSeq !== 0) writeOverrideMoved(tape, overrides.get(j.overrideSeq)!, OverrideState.USED)
  }

  /** Flags of a what-if, which besides says which control is asked for. */
  function askedFlags({ i32 }: Tape, c: number): number {
    const control = i32[c + ASKED]!
    const isKnown = control >= -1 && control < CONTROL_COUNT
    return i32[c + N.flags]! | (isKnown ? 0 : UNDEFINED_FLAG)
  }

  /** Slot of the command's own clOrdID, or -1; its hash is kept for when it is used up. */
  function findOwn(tape: Tape, at: number, session: number): number {
    const hash = ids.hashOf(tape, at, session)
    j.idHash = hash
    j.idSeq = state.seq
    return ids.find(tape, at, session, hash)
  }

  /** What two people let pass is one order now, as they saw it refused: it does not wait. */
  function mayBeHeld(): boolean {
    return j.overrideSeq === 0 && crossings.mayBeAwaited()
  }

  /** Nothing refuses but what its owner has resting: it is reserved, and waits until that is canceled. */
  function hold(tape: Tape, idSlot: number, whatIf: boolean): void {
    if (!whatIf && (holds.isFull() || crossings.areTooMany())) return refuseAt(tape, A01, CAPACITY, idSlot)
    const slot = whatIf ? -1 : orders.nextSlot()
    finish(tape, HELD, slot, -1, idSlot)
    if (!whatIf) crossings.write(tape, slot)
  }

  /**
   * Decides a held order again, which reserves nothing now: as a new one of this moment, whose message was counted when it
   * came. It is approved or refused, and not held again.
   */
  function decideHeld(tape: Tape, slot: number): void {
    const { confirmSeq, order0, order1, duplicate0, duplicate1 } = holds.get(slot)!
    j.reset()
    readOrder(slot)
    j.replaces = -1
    j.nonAtomic = false
    j.isCounted = true
    const of = slot * Order.NUMS
    x[X.QTY] = f[of + Order.QTY]!
    x[X.PX] = f[of + Order.PX]!
    x[X.STOP] = f[of + Order.STOP]!
    j.content0 = 0
    j.content1 = 0
    j.confirmSeq = confirmSeq
    j.order0 = order0
    j.order1 = order1
    j.duplicate0 = duplicate0
    j.duplicate1 = duplicate1
    resolveOrder(slot * Order.INTS)
    const prices = j.ordType & PRICES_GIVEN
    const reason = judge(prices | (j.timeInForce === GOOD_TILL_DATE ? EXPIRY_GIVEN : 0), false)
    const approved = reason === 0 && j.softRows === 0
    numbers[Decided.ORDER_SEQ] = f[of + Order.SEQ]!
    numbers[Decided.FIRST_SEQ] = 0
    numbers[Decided.TOKEN_EXPIRY] = approved ? x[X.NOW]! + parameters[TOKEN_LIFE]! : 0
    if (!approved) return writeDecision(tape, REJECT, reason !== 0 ? reason : SOFT_LIMIT, slot, -1, -1)
    writeDecision(tape, APPROVE, 0, slot, -1, -1)
    if (j.warnedRows > 0) writeWarnings(tape)
    useConfirmation(tape)
  }

  /** A held order that could not be judged to its end. */
  function refuseHeld(tape: Tape, slot: number, reason: number): void {
    j.reset()
    refuse(tape, reason, slot, -1)
  }

  /** Nothing refuses, and a person must look: nothing is reserved until the order is sent again. */
  function softBlock(tape: Tape, idSlot: number, whatIf: boolean): void {
    if (!whatIf && confirmations.hasEnough(subjects[Kind.SESSION]!)) {
      return refuseAt(tape, A01, SOFT_BLOCKS_OF_SESSION, idSlot)
    }
    if (!whatIf && confirmations.isFull()) return refuseAt(tape, A01, CAPACITY, idSlot)
    finish(tape, SOFT_BLOCK, -1, -1, idSlot)
    useConfirmation(tape)
  }

  /** What an order was confirmed for is used up by the order that it lets through, or by the soft block that takes its place. */
  function useConfirmation(tape: Tape): void {
    if (j.confirmSeq === 0) return
    writeConfirmationMoved(tape, confirmations.get(j.confirmSeq)!, ConfirmationState.USED)
  }

  function readParent(tape: Tape, offset: number, session: number): void {
    const at = offset + N.parentClOrdID
    if (tape.i32[at >> 2] === 0) return
    const id = parents.idOf(session, readText(tape, at, ID_CHARS))
    j.parent = id < 0 ? UNKNOWN_PARENT : id
  }

  function readNew(tape: Tape, offset: number): void {
    const { f64, i32 } = tape
    const d = offset >> 3
    const c = offset >> 2
    x[X.NOW] = state.timeUs
    x[X.QTY] = f64[d + N.orderQty]!
    x[X.PX] = f64[d + N.price]!
    x[X.STOP] = f64[d + N.stopPx]!
    x[X.EXPIRE] = f64[d + N.expireTimeUs]!
    j.instrument = i32[c + N.instrument]!
    j.venue = i32[c + N.venue]!
    j.side = i32[c + N.side]!
    j.buys = j.side === 0
    j.ordType = i32[c + N.ordType]!
    j.timeInForce = i32[c + N.timeInForce]!
    j.locate = i32[c + N.locate]!
    subjects[Kind.TRADER] = i32[c + N.trader]!
    subjects[Kind.STRATEGY] = i32[c + N.strategy]!
    subjects[Kind.SESSION] = i32[c + N.session]!
  }

  function decideReplace(tape: Tape, offset: number): void {
    const { i32 } = tape
    const c = offset >> 2
    j.reset()
    takenId = -1
    replaced = -1
    const session = i32[c + R.session]!
    hashReplace(tape, offset)
    if (!names.has(Kind.SESSION, session)) return refuseAt(tape, A02, NOT_PERMITTED, -1)
    const at = offset + R.clOrdID
    const known = findOwn(tape, at, session)
    if (known >= 0) return repeat(tape, known)
    if (isFull() || orders.versionsAreFull()) return refuseAt(tape, A01, CAPACITY, -1)
    const idSlot = ids.nextSlot()
    const origAt = offset + R.origClOrdID
    const orig = ids.find(tape, origAt, session, ids.hashOf(tape, origAt, session))
    const slot = orig < 0 ? -1 : ids.orderOf(orig)
    const refusal = refuseReplace(orig, slot)
    if (refusal !== 0) return refuse(tape, refusal, slot, idSlot)
    takenId = idSlot
    replaced = slot
    readReplace(tape, offset, slot)
    resolveOrder(slot * Order.INTS)
    if (x[X.QTY]! <= x[X.CUM]!) j.verdict(A01, INVALID_QTY)
    // A replace keeps its order's expiry; whether one was given was judged with the order.
    const given = i32[c + R.flags]!
    const undefinedFlag = (given & ~PRICES_GIVEN) === 0 ? 0 : UNDEFINED_FLAG
    const flags = (given & PRICES_GIVEN) | (j.timeInForce === GOOD_TILL_DATE ? EXPIRY_GIVEN : 0) | undefinedFlag
    // A version that would need confirming is refused: the old one works on, and a new order can be confirmed.
    if (judge(flags, lowers(slot)) !== 0 || j.softRows > 0) return finish(tape, REJECT, slot, -1, idSlot)
    finish(tape, APPROVE, slot, orders.nextVersion(), idSlot)
  }

  /**
   * Tests a live order again, as a replace by its newest version would be: writes the decision, changes nothing.
   * Returns the reason for which it would not pass, 0 where it would. A stop that `triggers` is tested as what it becomes,
   * with the largest quantity and the most aggressive price of its versions: each of them can execute.
   */
  function restate(tape: Tape, slot: number, triggers: boolean): number {
    const oi = slot * Order.INTS
    const of = slot * Order.NUMS
    j.reset()
    takenId = -1
    replaced = slot
    readOrder(slot)
    j.restates = true
    j.isCounted = true
    // Its own version pends already: nothing is added to it, whatever the venue does with replaces.
    j.nonAtomic = false
    if (triggers) readTriggered(slot)
    else readNewest(slot)
    j.content0 = 0
    j.content1 = 0
    resolveOrder(oi)
    const prices = j.ordType & PRICES_GIVEN
    const reason = judge(prices | (j.timeInForce === GOOD_TILL_DATE ? EXPIRY_GIVEN : 0), false)
    numbers[Decided.ORDER_SEQ] = f[of + Order.SEQ]!
    numbers[Decided.FIRST_SEQ] = 0
    numbers[Decided.TOKEN_EXPIRY] = 0
    writeDecision(tape, reason === 0 ? APPROVE : REJECT, reason, slot, -1, -1)
    return reason
  }

  function readNewest(slot: number): void {
    const of = slot * Order.NUMS
    const newest = i[slot * Order.INTS + Order.VERSION]!
    const at = newest * Version.NUMS
    x[X.QTY] = newest < 0 ? f[of + Order.QTY]! : vf[at + Version.QTY]!
    x[X.PX] = newest < 0 ? f[of + Order.PX]! : vf[at + Version.PX]!
    x[X.STOP] = stopOf(slot, newest)
  }

  function readTriggered(slot: number): void {
    const of = slot * Order.NUMS
    j.ordType -= FIRST_STOP
    x[X.QTY] = f[of + Order.QTY]!
    x[X.PX] = f[of + Order.PX]!
    x[X.STOP] = 0
    for (let version = i[slot * Order.INTS + Order.VERSION]!; version >= 0; ) {
      const at = version * Version.NUMS
      const px = vf[at + Version.PX]!
      x[X.QTY] = Math.max(x[X.QTY]!, vf[at + Version.QTY]!)
      x[X.PX] = j.buys ? Math.max(x[X.PX]!, px) : Math.min(x[X.PX]!, px)
      version = vi[version * Version.INTS + Version.OLDER]!
    }
  }

  /** Stop price of a version, -1 for the accepted one: 0 once the order has triggered. */
  function stopOf(slot: number, version: number): number {
    if ((i[slot * Order.INTS + Order.MARKS]! & OrderMark.TRIGGERED) !== 0) return 0
    return version < 0 ? f[slot * Order.NUMS + Order.STOP]! : vf[version * Version.NUMS + Version.STOP]!
  }

  function refuseReplace(orig: number, slot: number): number {
    if (slot === -1) return UNKNOWN_ORDER
    const oi = slot * Order.INTS
    if (slot < 0 || i[oi + Order.LIVE] === 0) return ORDER_TERMINAL
    const newest = i[oi + Order.VERSION]!
    const newestId = newest < 0 ? i[oi + Order.ID_SLOT]! : vi[newest * Version.INTS + Version.ID]!
    if (newestId !== orig) return REPLACE_STALE
    if (i[oi + Order.VERSIONS]! >= PENDING_MAX) return REPLACE_PENDING_MAX
    const orderState = i[oi + Order.STATE]!
    return orderState === APPROVED || orderState === WORKING ? 0 : ORDER_UNKNOWN_STATE
  }

  /** The subjects and cells that the order was approved with. */
  function resolveOrder(oi: number): void {
    resolve(i[oi + Order.SUBJECT + Kind.ACCOUNT]!)
    for (let place = 0; place < 8; place++) subjects[place] = i[oi + Order.SUBJECT + place]!
    for (let kind = 0; kind < 4; kind++) jCells[kind] = i[oi + Order.CELL_AT + kind]!
  }

  function readReplace(tape: Tape, offset: number, slot: number): void {
    const { f64 } = tape
    const d = offset >> 3
    readOrder(slot)
    x[X.QTY] = f64[d + R.orderQty]!
    x[X.PX] = f64[d + R.price]!
    x[X.STOP] = f64[d + R.stopPx]!
  }

  /** What stays of an order whatever its terms come to. */
  function readOrder(slot: number): void {
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    x[X.NOW] = state.timeUs
    x[X.EXPIRE] = f[of + Order.EXPIRE]!
    x[X.CUM] = f[of + Order.CUM]!
    x[X.LEAVES_OLD] = f[of + Order.LEAVES]!
    x[X.OPEN_OLD] = f[of + Order.OPENED]!
    j.instrument = i[oi + Order.INSTR]!
    j.venue = i[oi + Order.VENUE]!
    j.side = i[oi + Order.SIDE]!
    j.buys = j.side === 0
    j.ordType = i[oi + Order.TYPE]!
    j.timeInForce = i[oi + Order.TIF]!
    j.locate = i[oi + Order.LOCATE]!
    j.replaces = slot
    j.parent = parents.parentOf[slot]!
    j.nonAtomic = j.venue >= 0 && names.venueNonAtomic[j.venue] !== 0
    subjects[Kind.TRADER] = i[oi + Order.SUBJECT + Kind.TRADER]!
    subjects[Kind.STRATEGY] = i[oi + Order.SUBJECT + Kind.STRATEGY]!
    subjects[Kind.SESSION] = i[oi + Order.SUBJECT + Kind.SESSION]!
  }

  /** True where the replace lowers the newest version's quantity and does not price it more aggressively. */
  function lowers(slot: number): boolean {
    const newest = i[slot * Order.INTS + Order.VERSION]!
    const of = slot * Order.NUMS
    const at = newest * Version.NUMS
    const qty = newest < 0 ? f[of + Order.QTY]! : vf[at + Version.QTY]!
    if (!(x[X.QTY]! < qty)) return false
    if (x[X.STOP]! !== stopOf(slot, newest)) return false
    const px = newest < 0 ? f[of + Order.PX]! : vf[at + Version.PX]!
    return j.buys ? x[X.PX]! <= px : x[X.PX]! >= px
  }

  /** A clOrdID that is known: the first decision again, or a conflict. */
  function repeat(tape: Tape, known: number): void {
    const same = ids.content0Of(known) === j.content0 && ids.content1Of(known) === j.content1
    numbers[Decided.ORDER_SEQ] = 0
    numbers[Decided.FIRST_SEQ] = ids.seqOf(known)
    numbers[Decided.TOKEN_EXPIRY] = 0
    writeDecision(tape, same ? DUPLICATE : REJECT, same ? 0 : CLORDID_CONFLICT, -1, -1, -1)
  }

  /** Refuses what could not be judged to its end: its message counts and its id is used up as by any other refusal. */
  function refuseUnjudged(tape: Tape, reason: number): void {
    j.reset()
    refuse(tape, reason, replaced, takenId)
  }

  function refuseAt(tape: Tape, control: number, reason: number, idSlot: number): void {
    j.verdict(control, reason)
    finish(tape, REJECT, -1, -1, idSlot)
  }

  function refuse(tape: Tape, reason: number, slot: number, idSlot: number): void {
    const lives = slot >= 0 && i[slot * Order.INTS + Order.LIVE] !== 0
    numbers[Decided.ORDER_SEQ] = lives ? f[slot * Order.NUMS + Order.SEQ]! : 0
    numbers[Decided.FIRST_SEQ] = 0
    numbers[Decided.TOKEN_EXPIRY] = 0
    writeDecision(tape, REJECT, reason, lives ? slot : -1, -1, idSlot)
  }

  function finish(tape: Tape, outcome: number, slot: number, version: number, idSlot: number): void {
    const approved = outcome === APPROVE
    const orderSeq = j.replaces >= 0 ? f[j.replaces * Order.NUMS + Order.SEQ]! : slot >= 0 ? state.seq : 0
    numbers[Decided.ORDER_SEQ] = orderSeq
    numbers[Decided.FIRST_SEQ] = 0
    numbers[Decided.TOKEN_EXPIRY] = approved ? x[X.NOW]! + parameters[TOKEN_LIFE]! : 0
    const reason = approved ? 0 : outcome === SOFT_BLOCK ? SOFT_LIMIT : j.firstReason()
    writeDecision(tape, outcome, approved || reason !== 0 ? reason : SOFT_LIMIT, slot, version, idSlot)
    if (approved && j.warnedRows > 0 && idSlot >= 0) writeWarnings(tape)
  }

  /** Tables that one more order could overflow. Margins leave room for executions, which cannot be refused. */
  function isFull(): boolean {
    return (
      orders.isFull() ||
      ids.isFull() ||
      cells.pages() + PAGES_MARGIN > cells.pagesMax ||
      books.isFull() ||
      metrics.isFull() ||
      limits.entriesAreFull() ||
      (limits.duplicateRows > 0 && duplicates.isFull(state.timeUs))
    )
  }

  return { decideNew, decideReplace, restate, decideHeld, refuseHeld, refuseUnjudged }
}
