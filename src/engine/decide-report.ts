/** Decides cancels, not-sents and execution reports (docs/reference/decision.md §7, §8): changes nothing, writes events. */

import { ID_CHARS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CANCEL_ORDER, EXECUTION_REPORT, NOT_SENT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import { beginRecord, type Tape } from '../model/records/tape.ts'
import { EXEC_TYPES } from '../model/vocabulary.ts'
import type { Content } from './content.ts'
import { isPrice } from './decide-reference.ts'
import { Change, writeCancelDecided, writeLatchSet, writeMarkMoved, writeMoved, writeRefused } from './events-out.ts'
import { ENDED, type OrderFinder } from './find-order.ts'
import type { Judgement } from './judgement.ts'
import { Exec } from './state/executions.ts'
import { Has, InstrumentFlag } from './state/instruments.ts'
import { Key, LATCHES_MAX, type Latch } from './state/latches.ts'
import { Bound, Kind } from './state/names.ts'
import { Ended } from './state/order-ids.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
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

const APPROVED = 0
const WORKING = 1
const PENDING_CANCEL = 2
const UNKNOWN = 3
const NOT_SENT_STATE = 9
const BLOCKED = 2

const NEW = execType('New')
const FILL = execType('Fill')
const CANCELED = execType('Canceled')
const REPLACED = execType('Replaced')
const REJECTED = execType('Rejected')
const EXPIRED = execType('Expired')
const DONE = execType('DoneForDay')
const BUST = execType('TradeCancel')
const CORRECT = execType('TradeCorrect')
const CANCEL_REJECTED = execType('CancelRejected')
const REPLACE_REJECTED = execType('ReplaceRejected')

/** As {@link ENDED}; a constant of this module is cheaper to ask for. */
const ENDED_ID: number = ENDED

/** Terminal state of an order by ExecType; -1 where the report does not end it. */
const ENDS_IN = new Int32Array(EXEC_TYPES.length).fill(-1)
ENDS_IN[CANCELED] = 6
ENDS_IN[REJECTED] = 7
ENDS_IN[EXPIRED] = 8
ENDS_IN[DONE] = 8

const C = CANCEL_ORDER.at
const S = NOT_SENT.at
const X = EXECUTION_REPORT.at
const B = EXECUTION_BOOKED.at
const ID_WORDS = ID_CHARS / 4

/** Whom and what an execution is booked to, in the scratch of the decider. */
const enum Book {
  SLOT = 0,
  INSTRUMENT = 1,
  ACCOUNT = 2,
  TRADER = 3,
  STRATEGY = 4,
  SIDE = 5,
  SESSION = 6,
  FLOW_VENUE = 7,
  ALARM = 8,
  SIZE = 9,
}

function execType(name: (typeof EXEC_TYPES)[number]): number {
  return EXEC_TYPES.indexOf(name)
}

export type ReportDecider = ReturnType<typeof createReportDecider>

export function createReportDecider(state: State, find: OrderFinder, j: Judgement, content: Content) {
  const { orders, ids, names, instruments, executions, latches } = state
  const { f, i, vf, vi } = orders
  const { hashExecution } = content
  const book = new Int32Array(Book.SIZE)
  /** Sequence number of the order that is booked to, and the amount. */
  const bookSeq = new Float64Array(1)

  /** A cancel always passes; the event says which order it found. */
  function cancel(tape: Tape, offset: number): void {
    const slot = find.byId(tape, offset + C.origClOrdID, tape.i32[(offset >> 2) + C.owner]!)
    if (slot === ENDED_ID) writeCancelDecided(tape, 0, -1, ORDER_TERMINAL)
    else if (slot < 0) writeCancelDecided(tape, 0, -1, UNKNOWN_ORDER)
    else writeCancelDecided(tape, f[slot * Order.NUMS + Order.SEQ]!, slot, 0)
  }

  function notSent(tape: Tape, offset: number): void {
    const slot = find.byId(tape, offset + S.clOrdID, tape.i32[(offset >> 2) + S.session]!)
    if (slot < 0) return writeRefused(tape, slot === ENDED_ID ? ORDER_TERMINAL : UNKNOWN_ORDER)
    const seq = f[slot * Order.NUMS + Order.SEQ]!
    const orderState = i[slot * Order.INTS + Order.STATE]!
    const version = ids.versionOf(find.idSlot())
    if (version >= 0) return writeMoved(tape, seq, slot, orderState, version, Change.VERSION_DROPPED)
    const isFirst = ids.seqOf(find.idSlot()) === seq
    const isFresh = orderState === APPROVED || orderState === UNKNOWN
    if (!isFirst || i[slot * Order.INTS + Order.REPORTED] !== 0 || !isFresh) {
      return writeRefused(tape, NOT_SENT_REFUSED)
    }
    writeMoved(tape, seq, slot, NOT_SENT_STATE, -1, Change.TERMINAL)
  }

  function report(tape: Tape, offset: number): void {
    const c = offset >> 2
    const type = tape.i32[c + X.execType]!
    const named = find.byId(tape, offset + X.clOrdID, tape.i32[c + X.owner]!)
    const live = find.byOrderID(tape.f64[(offset >> 3) + X.orderSeq]!, tape.i32[c + X.orderSlot]!)
    const slot = live >= 0 ? live : named
    if (type === FILL) return decideFill(tape, offset, slot)
    if (type === BUST || type === CORRECT) return decideBust(tape, offset, type === CORRECT)
    if (slot === ENDED_ID) return writeRefused(tape, ORDER_TERMINAL)
    if (slot < 0) return writeRefused(tape, UNKNOWN_ORDER)
    const version = slot === named ? ids.versionOf(find.idSlot()) : -1
    move(tape, slot, version, type)
  }

  function move(tape: Tape, slot: number, version: number, type: number): void {
    const seq = f[slot * Order.NUMS + Order.SEQ]!
    const before = i[slot * Order.INTS + Order.STATE]!
    const terminal = type >= 0 && type < ENDS_IN.length ? ENDS_IN[type]! : -1
    if (terminal >= 0) return writeMoved(tape, seq, slot, terminal, -1, Change.TERMINAL)
    const working = before === APPROVED || before === UNKNOWN ? WORKING : before
    switch (type) {
      case NEW:
        return writeMoved(tape, seq, slot, working, -1, Change.STATE_ONLY)
      case CANCEL_REJECTED:
        return writeMoved(tape, seq, slot, before === PENDING_CANCEL ? WORKING : working, -1, Change.STATE_ONLY)
      case REPLACED:
        if (version < 0) return writeRefused(tape, ORDER_UNKNOWN_STATE)
        return writeMoved(tape, seq, slot, working, version, Change.VERSION_ACCEPTED)
      case REPLACE_REJECTED:
        if (version < 0) return writeRefused(tape, ORDER_UNKNOWN_STATE)
        return writeMoved(tape, seq, slot, working, version, Change.VERSION_DROPPED)
      default:
        return writeRefused(tape, INVALID_VALUE, X.execType)
    }
  }

  function decideFill(tape: Tape, offset: number, slot: number): void {
    const c = offset >> 2
    hashExecution(tape, offset)
    if (slot >= 0) bookToOrder(slot)
    else if (slot === ENDED_ID) bookToEnded(find.idSlot())
    else bookToNamed(tape, c)
    const known = executions.find(tape, offset + X.execID, tape.i32[c + X.session]!, tape.i32[c + X.venue]!)
    if (known >= 0) return repeated(tape, known)
    decideBooking(tape, offset)
  }

  function repeated(tape: Tape, known: number): void {
    const same =
      executions.int(known, Exec.CONTENT0) === j.content0 && executions.int(known, Exec.CONTENT1) === j.content1
    writeRefused(tape, same ? EXEC_DUPLICATE : EXEC_CONFLICT)
    if (!same) block(tape, executions.int(known, Exec.ACCOUNT), executions.int(known, Exec.INSTR), EXEC_CONFLICT)
  }

  function bookToOrder(slot: number): void {
    const oi = slot * Order.INTS
    bookSeq[0] = f[slot * Order.NUMS + Order.SEQ]!
    book[Book.SLOT] = slot
    book[Book.INSTRUMENT] = i[oi + Order.INSTR]!
    book[Book.ACCOUNT] = i[oi + Order.SUBJECT + Kind.ACCOUNT]!
    book[Book.TRADER] = i[oi + Order.SUBJECT + Kind.TRADER]!
    book[Book.STRATEGY] = i[oi + Order.SUBJECT + Kind.STRATEGY]!
    book[Book.SIDE] = i[oi + Order.SIDE]!
    book[Book.SESSION] = i[oi + Order.SUBJECT + Kind.SESSION]!
    book[Book.FLOW_VENUE] = i[oi + Order.VENUE]!
    book[Book.ALARM] = 0
  }

  function bookToEnded(id: number): void {
    bookSeq[0] = ids.endedSeqOf(id)
    book[Book.SLOT] = -1
    book[Book.INSTRUMENT] = ids.endedOf(id, Ended.INSTRUMENT)
    book[Book.ACCOUNT] = ids.endedOf(id, Ended.ACCOUNT)
    book[Book.TRADER] = ids.endedOf(id, Ended.TRADER)
    book[Book.STRATEGY] = ids.endedOf(id, Ended.STRATEGY)
    book[Book.SIDE] = ids.endedOf(id, Ended.SIDE)
    book[Book.SESSION] = ids.sessionOf(id)
    book[Book.FLOW_VENUE] = ids.endedOf(id, Ended.VENUE)
    book[Book.ALARM] = LATE_FILL
  }

  /** To what the report itself names, the suspense account where it names none: an execution is never just dropped. */
  function bookToNamed(tape: Tape, c: number): void {
    const { i32 } = tape
    const named = i32[c + X.account]!
    const account = names.has(Kind.ACCOUNT, named) ? named : names.idOf(Kind.ACCOUNT, 'SUSPENSE')
    const trader = i32[c + X.trader]!
    const strategy = i32[c + X.strategy]!
    const trades = names.has(Kind.TRADER, trader) && names.isPermitted(Bound.TRADER_ACCOUNT, trader, account)
    const runs = names.has(Kind.STRATEGY, strategy) && names.isPermitted(Bound.STRATEGY_ACCOUNT, strategy, account)
    bookSeq[0] = 0
    book[Book.SLOT] = -1
    book[Book.INSTRUMENT] = i32[c + X.instrument]!
    book[Book.ACCOUNT] = account
    book[Book.TRADER] = trades ? trader : -1
    book[Book.STRATEGY] = runs ? strategy : -1
    book[Book.SIDE] = i32[c + X.side]!
    book[Book.SESSION] = -1
    book[Book.FLOW_VENUE] = i32[c + X.venue]!
    book[Book.ALARM] = UNKNOWN_EXECUTION
  }

  function bookToOriginal(original: number): void {
    bookSeq[0] = 0
    book[Book.SLOT] = -1
    book[Book.INSTRUMENT] = executions.int(original, Exec.INSTR)
    book[Book.ACCOUNT] = executions.int(original, Exec.ACCOUNT)
    book[Book.TRADER] = executions.int(original, Exec.TRADER)
    book[Book.STRATEGY] = executions.int(original, Exec.STRATEGY)
    book[Book.SIDE] = executions.int(original, Exec.SIDE)
    book[Book.SESSION] = executions.int(original, Exec.SESSION)
    book[Book.FLOW_VENUE] = executions.int(original, Exec.FLOW_VENUE)
    book[Book.ALARM] = 0
  }

  /** Writes the refusal of a report that cannot be an execution at all; false where it can be one. */
  function refuses(tape: Tape, offset: number): boolean {
    const instrument = book[Book.INSTRUMENT]!
    const side = book[Book.SIDE]!
    const isNamed = instrument >= 0 && instrument < instruments.count && book[Book.ACCOUNT]! >= 0
    const qty = tape.f64[(offset >> 3) + X.lastQty]!
    if (!isNamed || side < 0 || side > 3) writeRefused(tape, UNKNOWN_NAME, -1)
    else if (!(qty > 0) || !Number.isSafeInteger(qty)) writeRefused(tape, INVALID_VALUE, X.lastQty)
    else {
      const negative = (instruments.flags[instrument]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
      if (isPrice(tape.f64[(offset >> 3) + X.lastPx]!, negative)) return false
      writeRefused(tape, INVALID_VALUE, X.lastPx)
    }
    return true
  }

  /** Books the execution, or refuses it and blocks what it is about. */
  function decideBooking(tape: Tape, offset: number): void {
    if (refuses(tape, offset)) return
    const qty = tape.f64[(offset >> 3) + X.lastQty]!
    const px = tape.f64[(offset >> 3) + X.lastPx]!
    const instrument = book[Book.INSTRUMENT]!
    const inverse = (instruments.flags[instrument]! & InstrumentFlag.INVERSE) !== 0
    const n = instruments.flowN[instrument]!
    const amount = flowValue(inverse, px < 0 ? -px : px, qty, n, instruments.flowD[instrument]!)
    if (Number.isNaN(amount)) return cannotBook(tape, BOOKING_OVERFLOW)
    if (executions.isFull) return cannotBook(tape, CAPACITY)
    if ((instruments.has[instrument]! & Has.MARK) === 0) writeMarkMoved(tape, px, instrument, 0)
    if (book[Book.SLOT]! >= 0) book[Book.ALARM] = alarmOf(book[Book.SLOT]!, qty, tape.f64[(offset >> 3) + X.cumQty]!)
    writeBooked(tape, offset, amount)
    if (book[Book.ALARM] === UNKNOWN_EXECUTION) block(tape, book[Book.ACCOUNT]!, instrument, UNKNOWN_EXECUTION)
  }

  function cannotBook(tape: Tape, reason: number): void {
    writeRefused(tape, reason)
    block(tape, book[Book.ACCOUNT]!, book[Book.INSTRUMENT]!, reason)
  }

  function writeBooked(tape: Tape, offset: number, amount: number): void {
    const at = beginRecord(tape, EXECUTION_BOOKED.type, EXECUTION_BOOKED.version, EXECUTION_BOOKED.bytes)
    const { f64, i32 } = tape
    const d = at >> 3
    const e = at >> 2
    const c = offset >> 2
    f64[d + B.orderSeq] = bookSeq[0]!
    f64[d + B.qty] = f64[(offset >> 3) + X.lastQty]!
    f64[d + B.px] = f64[(offset >> 3) + X.lastPx]!
    f64[d + B.amount] = amount
    i32[e + B.slot] = book[Book.SLOT]!
    i32[e + B.execSlot] = executions.nextSlot()
    i32[e + B.instrument] = book[Book.INSTRUMENT]!
    i32[e + B.account] = book[Book.ACCOUNT]!
    i32[e + B.trader] = book[Book.TRADER]!
    i32[e + B.strategy] = book[Book.STRATEGY]!
    i32[e + B.side] = book[Book.SIDE]!
    i32[e + B.session] = book[Book.SESSION]!
    i32[e + B.alarm] = book[Book.ALARM]!
    i32[e + B.contentHash0] = j.content0
    i32[e + B.contentHash1] = j.content1
    i32[e + B.source] = i32[c + X.session]!
    i32[e + B.venue] = i32[c + X.venue]!
    i32[e + B.flowVenue] = book[Book.FLOW_VENUE]!
    const from = (offset + X.execID) >> 2
    const to = (at + B.execID) >> 2
    for (let word = 0; word < ID_WORDS; word++) i32[to + word] = i32[from + word]!
  }

  /** OVERFILL where more is executed than the largest version ordered; else whether the report's cumQty agrees. */
  function alarmOf(slot: number, qty: number, cumQty: number): number {
    const cum = f[slot * Order.NUMS + Order.CUM]! + qty
    let ordered = f[slot * Order.NUMS + Order.QTY]!
    for (let version = i[slot * Order.INTS + Order.VERSION]!; version >= 0; ) {
      const more = vf[version * Version.NUMS + Version.QTY]!
      if (more > ordered) ordered = more
      version = vi[version * Version.INTS + Version.OLDER]!
    }
    if (cum > ordered) return OVERFILL
    return cumQty >= 0 && cumQty !== cum ? CUM_QTY_MISMATCH : 0
  }

  function decideBust(tape: Tape, offset: number, correct: boolean): void {
    const c = offset >> 2
    const source = tape.i32[c + X.session]!
    const venue = tape.i32[c + X.venue]!
    const original = executions.find(tape, offset + X.execRefID, source, venue, 2)
    if (original < 0) return writeRefused(tape, UNKNOWN_EXEC_REF)
    hashExecution(tape, offset)
    bookToOriginal(original)
    if (correct) {
      const known = executions.find(tape, offset + X.execID, source, venue)
      if (known >= 0) return repeated(tape, known)
    }
    if (executions.int(original, Exec.REVERSED) !== 0) return writeRefused(tape, UNKNOWN_EXEC_REF)
    if (correct && refuses(tape, offset)) return
    const at = beginRecord(tape, EXECUTION_REVERSED.type, EXECUTION_REVERSED.version, EXECUTION_REVERSED.bytes)
    tape.i32[(at >> 2) + EXECUTION_REVERSED.at.execSlot] = original
    if (correct) decideBooking(tape, offset)
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

  return { cancel, notSent, report }
}
