/** Decides cancels, not-sents and execution reports (docs/reference/decision.md §7, §8): changes nothing, writes events. */

import { ID_CHARS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CANCEL_ORDER, EXECUTION_REPORT, NOT_SENT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED } from '../model/records/events.ts'
import { begin } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { EXEC_TYPES, SIDES } from '../model/vocabulary.ts'
import type { Beside } from './beside.ts'
import type { Content } from './content.ts'
import { isPrice } from './decide-reference.ts'
import {
  Change,
  writeCancelDecided,
  writeCancelOfNone,
  writeHoldEnded,
  writeLatchSet,
  writeMarkMoved,
  writeMoved,
  writeRefused,
  writeReversed,
} from './events-out.ts'
import { createExactSums } from './exact-sums.ts'
import { type OrderFinder, Sought } from './find-order.ts'
import type { Judgement } from './judgement.ts'
import { createPark } from './park.ts'
import { Exec } from './state/executions.ts'
import { Has, InstrumentFlag } from './state/instruments.ts'
import { Key, LATCHES_MAX, type Latch } from './state/latches.ts'
import { Bound, Kind } from './state/names.ts'
import { Ended } from './state/order-ids.ts'
import { Order, Version } from './state/orders.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'
import type { Trigger } from './trigger.ts'
import { flowValue } from './value.ts'

const UNKNOWN_ORDER = reasonNumber('UNKNOWN_ORDER')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const ORDER_UNKNOWN_STATE = reasonNumber('ORDER_UNKNOWN_STATE')
const NOT_SENT_REFUSED = reasonNumber('NOT_SENT_REFUSED')
const EXEC_DUPLICATE = reasonNumber('EXEC_DUPLICATE')
const EXEC_CONFLICT = reasonNumber('EXEC_CONFLICT')
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const UNKNOWN_EXEC_REF = reasonNumber('UNKNOWN_EXEC_REF')
const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const OVERFILL = reasonNumber('OVERFILL')
const LATE_FILL = reasonNumber('LATE_FILL')
const CUM_QTY_MISMATCH = reasonNumber('CUM_QTY_MISMATCH')
const BOOKING_OVERFLOW = reasonNumber('BOOKING_OVERFLOW')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const HOLD_ENDED = reasonNumber('HOLD_ENDED')

const APPROVED = 0
const WORKING = 1
const PENDING_CANCEL = 2
const UNKNOWN = 3
const HELD = 4
const CANCELED_STATE = 6
const REJECTED_STATE = 7
const EXPIRED_STATE = 8
const NOT_SENT_STATE = 9
const BLOCKED = 2

const [NEW, FILL, CANCELED, REPLACED, REJECTED, EXPIRED, DONE, BUST, CORRECT, , REPLACE_REJECTED] = EXEC_TYPES.map(
  (_, index) => index,
)

const EXEC_TYPE_COUNT = EXEC_TYPES.length

const C = CANCEL_ORDER.at
const S = NOT_SENT.at
const X = EXECUTION_REPORT.at
const B = EXECUTION_BOOKED.at
// What is imported is loaded and checked at each use; a constant of this module is written into the code.
const ExecutionBooked = EXECUTION_BOOKED
const ID_WORDS = ID_CHARS / 4
/** Most cell pages that one execution opens. */
const CELL_KINDS = 4

/** Whom and what an execution is booked to: the ints of ExecutionBooked in the order of the record, from `slot` on. */
const enum Booked {
  SLOT = 0,
  EXEC_SLOT = 1,
  INSTRUMENT = 2,
  ACCOUNT = 3,
  TRADER = 4,
  STRATEGY = 5,
  SIDE = 6,
  SESSION = 7,
  ALARM = 8,
  CONTENT0 = 9,
  CONTENT1 = 10,
  SOURCE = 11,
  VENUE = 12,
  FLOW_VENUE = 13,
  COUNT = 14,
}

const isSide = (side: number): boolean => side >= 0 && side < SIDES.length

export type ReportDecider = ReturnType<typeof createReportDecider>

export function createReportDecider(
  state: State,
  find: OrderFinder,
  j: Judgement,
  content: Content,
  beside: Beside,
  trigger: Trigger,
) {
  const { orders, ids, executions, instruments, names, latches, books, cells, metrics, limits, sources } = state
  const { f, i, vf, vi } = orders
  const { flags, has, flowN, flowD } = instruments
  const { hashExecution } = content
  /** The booking under way, and the sequence number of its order. */
  const booked = scratchInts(Booked.COUNT)
  const bookedSeq = scratchNums(1)
  const sums = createExactSums(state)
  const park = createPark(state, j, beside, refuseUnjudged)

  /** A cancel always passes; the event says which order it found. */
  function cancel(tape: Tape, offset: number): void {
    const slot = find.byId(tape, offset + C.origClOrdID, tape.i32[(offset >> 2) + C.owner]!)
    if (slot >= 0) {
      writeCancelDecided(tape, f, slot * Order.NUMS + Order.SEQ, slot)
      // It is not at the market: there it needs no cancel.
      if (isHeld(slot)) endHold(tape, slot, CANCELED_STATE)
    } else writeCancelOfNone(tape, slot === Sought.ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER)
  }

  const isHeld = (slot: number): boolean => i[slot * Order.INTS + Order.STATE] === HELD
  /** A hold ends without a decision. */
  const endHold = (tape: Tape, slot: number, to: number): void =>
    writeHoldEnded(tape, f[slot * Order.NUMS + Order.SEQ]!, slot, to, HOLD_ENDED)

  function notSent(tape: Tape, offset: number): void {
    const slot = find.byId(tape, offset + S.clOrdID, tape.i32[(offset >> 2) + S.session]!)
    if (slot < 0) return writeRefused(tape, slot === Sought.ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER)
    const standing = i[slot * Order.INTS + Order.STATE]!
    const version = ids.versionOf(find.idSlot())
    if (version >= 0) return move(tape, slot, standing, version, Change.VERSION_DROPPED)
    const isFirst = ids.seqOf(find.idSlot()) === f[slot * Order.NUMS + Order.SEQ]
    const mayBeUnsent = standing === APPROVED || standing === UNKNOWN || standing === HELD
    if (!isFirst || i[slot * Order.INTS + Order.REPORTED] !== 0 || !mayBeUnsent) {
      return writeRefused(tape, NOT_SENT_REFUSED)
    }
    if (standing === HELD) endHold(tape, slot, NOT_SENT_STATE)
    else move(tape, slot, NOT_SENT_STATE, -1, Change.TERMINAL)
  }

  function move(tape: Tape, slot: number, to: number, version: number, change: number): void {
    // The market has an order that was not approved: it stays reserved, and is decided on no more.
    if (isHeld(slot)) endHold(tape, slot, WORKING)
    writeMoved(tape, f, slot * Order.NUMS + Order.SEQ, slot, to, version, change)
  }

  function report(tape: Tape, offset: number): void {
    const at = offset >> 2
    const type = tape.i32[at + X.execType]!
    if (!(type >= 0 && type < EXEC_TYPE_COUNT)) return writeRefused(tape, INVALID_VALUE, X.execType)
    const named = find.byId(tape, offset + X.clOrdID, tape.i32[at + X.owner]!)
    const live = find.byOrderID(tape, (offset >> 3) + X.orderSeq, tape.i32[at + X.orderSlot]!)
    const found = named === Sought.NOT_FOUND ? live : named
    const slot = live >= 0 ? live : found
    if (type === BUST || type === CORRECT) return bust(tape, offset, type === CORRECT)
    if (type === FILL) return fill(tape, offset, slot, named)
    if (slot < 0) return writeRefused(tape, slot === Sought.ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER)
    forOrder(slot)
    if (contradicts(tape, at, slot, named)) return writeRefused(tape, EXEC_CONFLICT)
    if (!isFromSource(tape, at)) return compare(tape, offset)
    settle(tape, slot, slot === named, type)
  }

  /** True where the report's session is the execution source of what is being booked. */
  function isFromSource(tape: Tape, at: number): boolean {
    return sources.isSource(booked[Booked.ACCOUNT]!, venueOf(tape, at), tape.i32[at + X.session]!)
  }

  function venueOf(tape: Tape, at: number): number {
    const reported = tape.i32[at + X.venue]!
    return reported >= 0 ? reported : booked[Booked.FLOW_VENUE]!
  }

  function compare(tape: Tape, offset: number): void {
    beside.report(tape, offset, booked[Booked.ACCOUNT]!, venueOf(tape, offset >> 2))
  }

  /** A report that moves the order `slot`. `byName`: its clOrdID is one of the order's, and may be a pending version's. */
  function settle(tape: Tape, slot: number, byName: boolean, type: number): void {
    const standing = i[slot * Order.INTS + Order.STATE]!
    const working = standing === APPROVED || standing === UNKNOWN || standing === HELD ? WORKING : standing
    switch (type) {
      case NEW:
        return move(tape, slot, working, -1, Change.STATE_ONLY)
      case CANCELED:
        return move(tape, slot, CANCELED_STATE, -1, Change.TERMINAL)
      case REPLACED:
        return settleVersion(tape, slot, byName, working, Change.VERSION_ACCEPTED)
      case REPLACE_REJECTED:
        return settleVersion(tape, slot, byName, working, Change.VERSION_DROPPED)
      case REJECTED:
        return move(tape, slot, REJECTED_STATE, -1, Change.TERMINAL)
      case EXPIRED:
      case DONE:
        return move(tape, slot, EXPIRED_STATE, -1, Change.TERMINAL)
      default:
        // CancelRejected: there is no other one left.
        return move(tape, slot, standing === PENDING_CANCEL ? WORKING : working, -1, Change.STATE_ONLY)
    }
  }

  function settleVersion(tape: Tape, slot: number, byName: boolean, to: number, change: number): void {
    const version = byName ? ids.versionOf(find.idSlot()) : -1
    if (version < 0) writeRefused(tape, ORDER_UNKNOWN_STATE)
    else move(tape, slot, to, version, change)
  }

  function fill(tape: Tape, offset: number, slot: number, named: number): void {
    const at = offset >> 2
    hashExecution(tape, offset)
    const known = executions.find(tape, offset + X.execID, tape.i32[at + X.session]!, tape.i32[at + X.venue]!)
    if (known >= 0) return repeated(tape, known)
    if (slot >= 0) forOrder(slot)
    else if (named === Sought.ENDED) forEnded(find.idSlot())
    else if (slot === Sought.ENDED) forEndedSlot(tape.i32[at + X.orderSlot]!)
    else forNobody(tape, at)
    if (slot !== Sought.NOT_FOUND && contradicts(tape, at, slot, named)) forStranger(tape, at)
    if (!isFromSource(tape, at)) return compare(tape, offset)
    if (!refuses(tape, offset) && !cannotBook(tape, offset)) book(tape, offset)
  }

  function repeated(tape: Tape, known: number): void {
    const same =
      executions.int(known, Exec.CONTENT0) === j.content0 && executions.int(known, Exec.CONTENT1) === j.content1
    writeRefused(tape, same ? EXEC_DUPLICATE : EXEC_CONFLICT)
    if (same) return
    block(tape, executions.int(known, Exec.ACCOUNT), executions.int(known, Exec.INSTR), EXEC_CONFLICT)
  }

  function forOrder(slot: number): void {
    const at = slot * Order.INTS
    bookedSeq[0] = f[slot * Order.NUMS + Order.SEQ]!
    booked[Booked.SLOT] = slot
    booked[Booked.INSTRUMENT] = i[at + Order.INSTR]!
    booked[Booked.ACCOUNT] = i[at + Order.SUBJECT + Kind.ACCOUNT]!
    booked[Booked.TRADER] = i[at + Order.SUBJECT + Kind.TRADER]!
    booked[Booked.STRATEGY] = i[at + Order.SUBJECT + Kind.STRATEGY]!
    booked[Booked.SIDE] = i[at + Order.SIDE]!
    booked[Booked.SESSION] = i[at + Order.SUBJECT + Kind.SESSION]!
    booked[Booked.ALARM] = 0
    booked[Booked.FLOW_VENUE] = i[at + Order.VENUE]!
  }

  /** For an order that has ended, of which its id knows. */
  function forEnded(id: number): void {
    bookedSeq[0] = ids.endedSeqOf(id)
    booked[Booked.SLOT] = -1
    booked[Booked.INSTRUMENT] = ids.endedOf(id, Ended.INSTRUMENT)
    booked[Booked.ACCOUNT] = ids.endedOf(id, Ended.ACCOUNT)
    booked[Booked.TRADER] = ids.endedOf(id, Ended.TRADER)
    booked[Booked.STRATEGY] = ids.endedOf(id, Ended.STRATEGY)
    booked[Booked.SIDE] = ids.endedOf(id, Ended.SIDE)
    booked[Booked.SESSION] = ids.sessionOf(id)
    booked[Booked.ALARM] = LATE_FILL
    booked[Booked.FLOW_VENUE] = ids.endedOf(id, Ended.VENUE)
  }

  /** For an order that has ended, found by its OrderID: its slot is no other's yet. */
  function forEndedSlot(slot: number): void {
    forOrder(slot)
    booked[Booked.SLOT] = -1
    booked[Booked.ALARM] = LATE_FILL
  }

  /**
   * True where the report says another instrument, account or direction than the order that it names, or names two
   * orders: whatever it is about, it is not that order.
   */
  function contradicts(tape: Tape, at: number, slot: number, named: number): boolean {
    const { i32 } = tape
    const instrument = i32[at + X.instrument]!
    const account = i32[at + X.account]!
    const side = i32[at + X.side]!
    const orderSeq = tape.f64[(at >> 1) + X.orderSeq]!
    return (
      (orderSeq > 0 && orderSeq !== bookedSeq[0]) ||
      (named !== Sought.NOT_FOUND && named !== slot) ||
      (instrument >= 0 && instrument !== booked[Booked.INSTRUMENT]) ||
      (account >= 0 && account !== booked[Booked.ACCOUNT]) ||
      (side !== -1 && (!isSide(side) || (side === 0) !== (booked[Booked.SIDE] === 0)))
    )
  }

  /** For what a report that contradicts its order says itself; what it leaves out is the order's. */
  function forStranger(tape: Tape, at: number): void {
    const instrument = booked[Booked.INSTRUMENT]!
    const account = booked[Booked.ACCOUNT]!
    const side = booked[Booked.SIDE]!
    forNobody(tape, at)
    if (tape.i32[at + X.instrument]! < 0) booked[Booked.INSTRUMENT] = instrument
    if (tape.i32[at + X.account]! < 0) booked[Booked.ACCOUNT] = account
    if (!isSide(tape.i32[at + X.side]!)) booked[Booked.SIDE] = side
  }

  /** For an order that nobody knows: whom the report names, as far as they are bound, else the suspense account. */
  function forNobody(tape: Tape, at: number): void {
    const { i32 } = tape
    const named = i32[at + X.account]!
    const account = names.has(Kind.ACCOUNT, named) ? named : names.idOf(Kind.ACCOUNT, 'SUSPENSE')
    bookedSeq[0] = 0
    booked[Booked.SLOT] = -1
    booked[Booked.INSTRUMENT] = i32[at + X.instrument]!
    booked[Booked.ACCOUNT] = account
    booked[Booked.TRADER] = boundTo(account, Kind.TRADER, Bound.TRADER_ACCOUNT, i32[at + X.trader]!)
    booked[Booked.STRATEGY] = boundTo(account, Kind.STRATEGY, Bound.STRATEGY_ACCOUNT, i32[at + X.strategy]!)
    booked[Booked.SIDE] = i32[at + X.side]!
    booked[Booked.SESSION] = -1
    booked[Booked.ALARM] = UNKNOWN_EXECUTION
    booked[Booked.FLOW_VENUE] = i32[at + X.venue]!
  }

  function boundTo(account: number, kind: Kind, binding: Bound, subject: number): number {
    return names.has(kind, subject) && names.isPermitted(binding, subject, account) ? subject : -1
  }

  /** As the execution that a correct replaces: it keeps everything but quantity and price. */
  function forOriginal(exec: number): void {
    bookedSeq[0] = 0
    booked[Booked.SLOT] = -1
    booked[Booked.INSTRUMENT] = executions.int(exec, Exec.INSTR)
    booked[Booked.ACCOUNT] = executions.int(exec, Exec.ACCOUNT)
    booked[Booked.TRADER] = executions.int(exec, Exec.TRADER)
    booked[Booked.STRATEGY] = executions.int(exec, Exec.STRATEGY)
    booked[Booked.SIDE] = executions.int(exec, Exec.SIDE)
    booked[Booked.SESSION] = executions.int(exec, Exec.SESSION)
    booked[Booked.ALARM] = 0
    booked[Booked.FLOW_VENUE] = executions.int(exec, Exec.FLOW_VENUE)
  }

  /** Refuses a report that cannot be an execution at all, and says whether it did. */
  function refuses(tape: Tape, offset: number): boolean {
    const at = offset >> 3
    const instrument = booked[Booked.INSTRUMENT]!
    const side = booked[Booked.SIDE]!
    if (instrument < 0 || instrument >= instruments.count || booked[Booked.ACCOUNT]! < 0 || !isSide(side)) {
      writeRefused(tape, UNKNOWN_NAME)
      return true
    }
    const qty = tape.f64[at + X.lastQty]!
    if (!(qty > 0) || !Number.isSafeInteger(qty)) {
      writeRefused(tape, INVALID_VALUE, X.lastQty)
      return true
    }
    const negative = (flags[instrument]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    if (isPrice(tape.f64[at + X.lastPx]!, negative)) return false
    writeRefused(tape, INVALID_VALUE, X.lastPx)
    return true
  }

  /** Refuses what there is no room or no number for, blocks what it is about, and says whether it did. */
  function cannotBook(tape: Tape, offset: number): boolean {
    const instrument = booked[Booked.INSTRUMENT]!
    const qty = tape.f64[(offset >> 3) + X.lastQty]!
    const px = Math.abs(tape.f64[(offset >> 3) + X.lastPx]!)
    const isInverse = (flags[instrument]! & InstrumentFlag.INVERSE) !== 0
    const amount = flowValue(isInverse, px, qty, flowN[instrument]!, flowD[instrument]!)
    const isHeld = sums.canAdd(booked[Booked.SLOT]!, booked[Booked.ACCOUNT]!, instrument, qty, amount)
    if (!executions.isFull() && isHeld && hasRoom(instrument)) return false
    refuseAndBlock(tape, !isHeld && !executions.isFull() ? BOOKING_OVERFLOW : CAPACITY)
    return true
  }

  /** What no live order carries may need a book, cells and sums of its own. */
  function hasRoom(instrument: number): boolean {
    if (booked[Booked.SLOT]! >= 0) return true
    if (books.head(names.ownerOf[booked[Booked.ACCOUNT]!]!, instrument) < 0 && books.isFull()) return false
    return cells.pages() + CELL_KINDS <= cells.pagesMax && !metrics.isFull() && !limits.entriesAreFull()
  }

  /** Books the execution: nothing stands against it. */
  function book(tape: Tape, offset: number): void {
    const { f64, i32 } = tape
    const from = offset >> 2
    const at = offset >> 3
    const instrument = booked[Booked.INSTRUMENT]!
    const px = f64[at + X.lastPx]!
    const qty = f64[at + X.lastQty]!
    const inverse = (flags[instrument]! & InstrumentFlag.INVERSE) !== 0
    const amount = flowValue(inverse, px < 0 ? -px : px, qty, flowN[instrument]!, flowD[instrument]!)
    const slot = booked[Booked.SLOT]!
    if (slot >= 0) {
      booked[Booked.ALARM] = alarmOf(tape, at, slot)
      if (isHeld(slot)) endHold(tape, slot, WORKING)
    }
    booked[Booked.EXEC_SLOT] = executions.nextSlot()
    booked[Booked.CONTENT0] = j.content0
    booked[Booked.CONTENT1] = j.content1
    booked[Booked.SOURCE] = i32[from + X.session]!
    booked[Booked.VENUE] = i32[from + X.venue]!
    // What has executed was live: a stop has triggered. What that writes uses the scratch, which is read by now.
    if (slot >= 0 && trigger.isWaiting(slot)) trigger.write(tape, slot, !isLast(slot, qty))
    if ((has[instrument]! & Has.MARK) === 0) writeMarkMoved(tape, px, instrument, 0)
    const event = begin(tape, ExecutionBooked)
    const e = event >> 3
    f64[e + B.orderSeq] = bookedSeq[0]!
    f64[e + B.qty] = qty
    f64[e + B.px] = px
    f64[e + B.amount] = amount
    const ints = (event >> 2) + B.slot
    for (let place = 0; place < Booked.COUNT; place++) i32[ints + place] = booked[place]!
    const id = (offset + X.execID) >> 2
    const idCopy = (event + B.execID) >> 2
    for (let word = 0; word < ID_WORDS; word++) i32[idCopy + word] = i32[id + word]!
    beside.booked(tape, event)
    if (booked[Booked.ALARM] === UNKNOWN_EXECUTION) {
      block(tape, booked[Booked.ACCOUNT]!, instrument, UNKNOWN_EXECUTION)
    }
  }

  /** True where nothing of the order is left behind an execution of `qty`. */
  function isLast(slot: number, qty: number): boolean {
    if (i[slot * Order.INTS + Order.VERSION]! >= 0) return false
    return f[slot * Order.NUMS + Order.CUM]! + qty >= f[slot * Order.NUMS + Order.QTY]!
  }

  function refuseAndBlock(tape: Tape, reason: number): void {
    writeRefused(tape, reason)
    block(tape, booked[Booked.ACCOUNT]!, booked[Booked.INSTRUMENT]!, reason)
  }

  /**
   * OVERFILL where more is executed than the largest version ordered; else whether the report's cumQty agrees. `at` is
   * the report's place among the tape's doubles.
   */
  function alarmOf(tape: Tape, at: number, slot: number): number {
    const cum = f[slot * Order.NUMS + Order.CUM]! + tape.f64[at + X.lastQty]!
    const told = tape.f64[at + X.cumQty]!
    let over = cum > f[slot * Order.NUMS + Order.QTY]!
    let version = i[slot * Order.INTS + Order.VERSION]!
    while (over && version >= 0) {
      over = cum > vf[version * Version.NUMS + Version.QTY]!
      version = vi[version * Version.INTS + Version.OLDER]!
    }
    if (over) return OVERFILL
    return told >= 0 && told !== cum ? CUM_QTY_MISMATCH : 0
  }

  function bust(tape: Tape, offset: number, correct: boolean): void {
    const at = offset >> 2
    const source = tape.i32[at + X.session]!
    const venue = tape.i32[at + X.venue]!
    const original = executions.find(tape, offset + X.execRefID, source, venue, 2)
    hashExecution(tape, offset)
    if (original < 0 && sources.isOnlyCompared(source)) {
      forNobody(tape, at)
      if (!isFromSource(tape, at)) return compare(tape, offset)
    }
    if (correct) {
      const known = executions.find(tape, offset + X.execID, source, venue)
      if (known >= 0) return repeated(tape, known)
    }
    if (original < 0) return park.park(tape, offset)
    forOriginal(original)
    if (!isFromSource(tape, at)) return compare(tape, offset)
    if (executions.int(original, Exec.REVERSED) !== 0) return writeRefused(tape, UNKNOWN_EXEC_REF)
    if (correct) {
      if (refuses(tape, offset) || cannotBook(tape, offset)) return
    }
    writeReversed(tape, original)
    if (correct) book(tape, offset)
  }

  /** Refuses a report that could not be judged to its end, and blocks what it names: the whole firm where it names nothing. */
  function refuseUnjudged(tape: Tape, offset: number, reason: number): void {
    const at = offset >> 2
    const account = tape.i32[at + X.account]!
    const instrument = tape.i32[at + X.instrument]!
    writeRefused(tape, reason)
    const isNamed = instrument >= 0 && instrument < instruments.count
    block(tape, names.has(Kind.ACCOUNT, account) ? account : -1, isNamed ? instrument : -1, reason)
  }

  /** Latches (account, instrument) BLOCKED for a cause, unless such a latch stands. -1 is any. */
  function block(tape: Tape, account: number, instrument: number, cause: number): void {
    const stands = latches.active.some(
      (latch: Latch) =>
        latch.cause === cause && latch.keys[Kind.ACCOUNT] === account && latch.keys[Key.INSTRUMENT] === instrument,
    )
    if (stands) return
    const full = latches.active.length >= LATCHES_MAX
    // With no room for one more latch the whole firm stops.
    writeLatchSet(tape, latches.next, full ? -1 : account, full ? -1 : instrument, BLOCKED, cause)
  }

  return { cancel, notSent, report, refuseUnjudged, park }
}
