/** Decides cancels, not-sents and execution reports (docs/reference/decision.md §7, §8): changes nothing, writes events. */
import { reasonNumber } from '../model/codes.ts'
import { CANCEL_ORDER, EXECUTION_REPORT, NOT_SENT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import { readText, type Tape } from '../model/records/tape.ts'
import { EXEC_TYPES } from '../model/vocabulary.ts'
import { hashExecution } from './content.ts'
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

const [NEW, FILL, CANCELED, REPLACED, REJECTED, EXPIRED, DONE, BUST, CORRECT, CANCEL_REJECTED, REPLACE_REJECTED] =
  EXEC_TYPES.map((_, index) => index)

/** Terminal state of an order by ExecType. */
const ENDS_IN = new Map([
  [CANCELED, 6],
  [REJECTED, 7],
  [EXPIRED, 8],
  [DONE, 8],
])

const C = CANCEL_ORDER.at
const S = NOT_SENT.at
const X = EXECUTION_REPORT.at

/** Whom and what an execution is booked to. */
interface Booking {
  slot: number
  orderSeq: number
  instrument: number
  account: number
  trader: number
  strategy: number
  side: number
  session: number
  flowVenue: number
  alarm: number
}

export class ReportDecider {
  readonly #state: State
  readonly #find: OrderFinder
  readonly #j: Judgement

  constructor(state: State, find: OrderFinder, j: Judgement) {
    this.#state = state
    this.#find = find
    this.#j = j
  }

  /** A cancel always passes; the event says which order it found. */
  cancel(tape: Tape, offset: number): void {
    const { orders } = this.#state
    const owner = tape.i32[(offset >> 2) + C.owner]!
    const slot = this.#find.byId(tape, offset + C.origClOrdID, owner)
    if (slot === ENDED) writeCancelDecided(tape, 0, -1, ORDER_TERMINAL)
    else if (slot < 0) writeCancelDecided(tape, 0, -1, UNKNOWN_ORDER)
    else writeCancelDecided(tape, orders.f[slot * Order.NUMS + Order.SEQ]!, slot, 0)
  }

  notSent(tape: Tape, offset: number): void {
    const { orders, ids } = this.#state
    const session = tape.i32[(offset >> 2) + S.session]!
    const slot = this.#find.byId(tape, offset + S.clOrdID, session)
    if (slot < 0) return writeRefused(tape, slot === ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER)
    const seq = orders.f[slot * Order.NUMS + Order.SEQ]!
    const state = orders.i[slot * Order.INTS + Order.STATE]!
    const version = ids.versionOf(this.#find.idSlot)
    if (version >= 0) return writeMoved(tape, seq, slot, state, version, Change.VERSION_DROPPED)
    const isFirst = ids.seqOf(this.#find.idSlot) === seq
    if (!isFirst || orders.i[slot * Order.INTS + Order.REPORTED] !== 0 || (state !== APPROVED && state !== UNKNOWN)) {
      return writeRefused(tape, NOT_SENT_REFUSED)
    }
    writeMoved(tape, seq, slot, NOT_SENT_STATE, -1, Change.TERMINAL)
  }

  report(tape: Tape, offset: number): void {
    const i = offset >> 2
    const type = tape.i32[i + X.execType]!
    const owner = tape.i32[i + X.owner]!
    const named = this.#find.byId(tape, offset + X.clOrdID, owner)
    const live = this.#find.byOrderID(tape.f64[(offset >> 3) + X.orderSeq]!, tape.i32[i + X.orderSlot]!)
    const slot = live >= 0 ? live : named
    const version = slot >= 0 && slot === named ? this.#state.ids.versionOf(this.#find.idSlot) : -1
    if (type === FILL) return this.#fill(tape, offset, slot)
    if (type === BUST || type === CORRECT) return this.#bust(tape, offset, type === CORRECT)
    if (slot === ENDED) return writeRefused(tape, ORDER_TERMINAL)
    if (slot < 0) return writeRefused(tape, UNKNOWN_ORDER)
    this.#move(tape, slot, version, type)
  }

  #move(tape: Tape, slot: number, version: number, type: number): void {
    const { orders } = this.#state
    const seq = orders.f[slot * Order.NUMS + Order.SEQ]!
    const state = orders.i[slot * Order.INTS + Order.STATE]!
    const terminal = ENDS_IN.get(type)
    if (terminal !== undefined) return writeMoved(tape, seq, slot, terminal, -1, Change.TERMINAL)
    const working = state === APPROVED || state === UNKNOWN ? WORKING : state
    switch (type) {
      case NEW:
        return writeMoved(tape, seq, slot, working, -1, Change.STATE_ONLY)
      case CANCEL_REJECTED:
        return writeMoved(tape, seq, slot, state === PENDING_CANCEL ? WORKING : working, -1, Change.STATE_ONLY)
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

  #fill(tape: Tape, offset: number, slot: number): void {
    const state = this.#state
    const i = offset >> 2
    hashExecution(tape, offset, this.#j)
    const booking = this.#bookingOf(tape, offset, slot)
    const known = state.executions.find(tape, offset + X.execID, tape.i32[i + X.session]!, tape.i32[i + X.venue]!)
    if (known >= 0) return this.#repeated(tape, known)
    this.#book(tape, offset, booking)
  }

  #repeated(tape: Tape, known: number): void {
    const { executions } = this.#state
    const same =
      executions.int(known, Exec.CONTENT0) === this.#j.content0 &&
      executions.int(known, Exec.CONTENT1) === this.#j.content1
    writeRefused(tape, same ? EXEC_DUPLICATE : EXEC_CONFLICT)
    if (same) return
    this.#block(tape, executions.int(known, Exec.ACCOUNT), executions.int(known, Exec.INSTR), EXEC_CONFLICT)
  }

  #bookingOf(tape: Tape, offset: number, slot: number): Booking {
    const { orders, ids } = this.#state
    const i = offset >> 2
    if (slot >= 0) {
      const oi = slot * Order.INTS
      return {
        slot,
        orderSeq: orders.f[slot * Order.NUMS + Order.SEQ]!,
        instrument: orders.i[oi + Order.INSTR]!,
        account: orders.i[oi + Order.SUBJECT + Kind.ACCOUNT]!,
        trader: orders.i[oi + Order.SUBJECT + Kind.TRADER]!,
        strategy: orders.i[oi + Order.SUBJECT + Kind.STRATEGY]!,
        side: orders.i[oi + Order.SIDE]!,
        session: orders.i[oi + Order.SUBJECT + Kind.SESSION]!,
        flowVenue: orders.i[oi + Order.VENUE]!,
        alarm: 0,
      }
    }
    if (slot === ENDED) {
      const id = this.#find.idSlot
      return {
        slot: -1,
        orderSeq: ids.endedSeqOf(id),
        instrument: ids.endedOf(id, Ended.INSTRUMENT),
        account: ids.endedOf(id, Ended.ACCOUNT),
        trader: ids.endedOf(id, Ended.TRADER),
        strategy: ids.endedOf(id, Ended.STRATEGY),
        side: ids.endedOf(id, Ended.SIDE),
        session: ids.sessionOf(id),
        flowVenue: ids.endedOf(id, Ended.VENUE),
        alarm: LATE_FILL,
      }
    }
    const { names } = this.#state
    const named = tape.i32[i + X.account]!
    const suspense = names.idOf(Kind.ACCOUNT, 'SUSPENSE')
    const account = names.has(Kind.ACCOUNT, named) ? named : suspense
    const trader = tape.i32[i + X.trader]!
    const strategy = tape.i32[i + X.strategy]!
    return {
      slot: -1,
      orderSeq: 0,
      instrument: tape.i32[i + X.instrument]!,
      account,
      trader: names.has(Kind.TRADER, trader) && names.isPermitted(Bound.TRADER_ACCOUNT, trader, account) ? trader : -1,
      strategy:
        names.has(Kind.STRATEGY, strategy) && names.isPermitted(Bound.STRATEGY_ACCOUNT, strategy, account)
          ? strategy
          : -1,
      side: tape.i32[i + X.side]!,
      session: -1,
      flowVenue: tape.i32[i + X.venue]!,
      alarm: UNKNOWN_EXECUTION,
    }
  }

  /** Reason and field where the report cannot be an execution at all; null where it can. */
  #refusalOf(tape: Tape, offset: number, booking: Booking): readonly [number, number] | null {
    const { instruments } = this.#state
    const { instrument, account, side } = booking
    if (instrument < 0 || instrument >= instruments.count || account < 0 || side < 0 || side > 3) {
      return [UNKNOWN_NAME, -1]
    }
    const qty = tape.f64[(offset >> 3) + X.lastQty]!
    if (!(qty > 0) || !Number.isSafeInteger(qty)) return [INVALID_VALUE, X.lastQty]
    const negative = (instruments.flags[instrument]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    return isPrice(tape.f64[(offset >> 3) + X.lastPx]!, negative) ? null : [INVALID_VALUE, X.lastPx]
  }

  /** Books the execution, or refuses it and blocks what it is about: an execution is never just dropped. */
  #book(tape: Tape, offset: number, booking: Booking): void {
    const state = this.#state
    const { instruments, executions } = state
    const f = offset >> 3
    const i = offset >> 2
    const { instrument, account } = booking
    const qty = tape.f64[f + X.lastQty]!
    const px = tape.f64[f + X.lastPx]!
    const refusal = this.#refusalOf(tape, offset, booking)
    if (refusal !== null) return writeRefused(tape, refusal[0], refusal[1])
    const inverse = (instruments.flags[instrument]! & InstrumentFlag.INVERSE) !== 0
    const amount = flowValue(inverse, Math.abs(px), qty, instruments.flowN[instrument]!, instruments.flowD[instrument]!)
    if (Number.isNaN(amount) || executions.isFull()) {
      writeRefused(tape, executions.isFull() ? CAPACITY : BOOKING_OVERFLOW)
      return this.#block(tape, account, instrument, executions.isFull() ? CAPACITY : BOOKING_OVERFLOW)
    }
    if ((instruments.has[instrument]! & Has.MARK) === 0) writeMarkMoved(tape, px, instrument, 0)
    if (booking.slot >= 0) booking.alarm = this.#alarmOf(booking.slot, qty, tape.f64[f + X.cumQty]!)
    encode(tape, EXECUTION_BOOKED, {
      ...booking,
      qty,
      px,
      amount,
      execSlot: executions.nextSlot(),
      contentHash0: this.#j.content0,
      contentHash1: this.#j.content1,
      source: tape.i32[i + X.session]!,
      venue: tape.i32[i + X.venue]!,
      execID: readText(tape, offset + X.execID, 40),
    })
    if (booking.alarm === UNKNOWN_EXECUTION) this.#block(tape, account, instrument, UNKNOWN_EXECUTION)
  }

  /** OVERFILL where more is executed than the largest version ordered; else whether the report's cumQty agrees. */
  #alarmOf(slot: number, qty: number, cumQty: number): number {
    const { orders } = this.#state
    const cum = orders.f[slot * Order.NUMS + Order.CUM]! + qty
    let ordered = orders.f[slot * Order.NUMS + Order.QTY]!
    for (
      let version = orders.i[slot * Order.INTS + Order.VERSION]!;
      version >= 0;
      version = orders.vi[version * Version.INTS + Version.OLDER]!
    ) {
      ordered = Math.max(ordered, orders.vf[version * Version.NUMS + Version.QTY]!)
    }
    if (cum > ordered) return OVERFILL
    return cumQty >= 0 && cumQty !== cum ? CUM_QTY_MISMATCH : 0
  }

  #bust(tape: Tape, offset: number, correct: boolean): void {
    const { executions } = this.#state
    const i = offset >> 2
    const source = tape.i32[i + X.session]!
    const venue = tape.i32[i + X.venue]!
    const original = executions.find(tape, offset + X.execRefID, source, venue, 2)
    if (original < 0) return writeRefused(tape, UNKNOWN_EXEC_REF)
    hashExecution(tape, offset, this.#j)
    const booking: Booking = {
      slot: -1,
      orderSeq: 0,
      instrument: executions.int(original, Exec.INSTR),
      account: executions.int(original, Exec.ACCOUNT),
      trader: executions.int(original, Exec.TRADER),
      strategy: executions.int(original, Exec.STRATEGY),
      side: executions.int(original, Exec.SIDE),
      session: executions.int(original, Exec.SESSION),
      flowVenue: executions.int(original, Exec.FLOW_VENUE),
      alarm: 0,
    }
    if (correct) {
      const known = executions.find(tape, offset + X.execID, source, venue)
      if (known >= 0) return this.#repeated(tape, known)
    }
    if (executions.int(original, Exec.REVERSED) !== 0) return writeRefused(tape, UNKNOWN_EXEC_REF)
    if (correct) {
      const refusal = this.#refusalOf(tape, offset, booking)
      if (refusal !== null) return writeRefused(tape, refusal[0], refusal[1])
    }
    encode(tape, EXECUTION_REVERSED, { execSlot: original, alarm: 0 })
    if (correct) this.#book(tape, offset, booking)
  }

  /** Latches (account, instrument) BLOCKED for a cause, unless such a latch stands. -1 is any. */
  #block(tape: Tape, account: number, instrument: number, cause: number): void {
    const { latches } = this.#state
    const stands = latches.active.some(
      (latch: Latch) =>
        latch.cause === cause && latch.keys[Kind.ACCOUNT] === account && latch.keys[Key.INSTRUMENT] === instrument,
    )
    if (stands) return
    const full = latches.active.length >= LATCHES_MAX
    // With no room for one more latch the whole firm stops.
    writeLatchSet(tape, latches.next, full ? -1 : account, full ? -1 : instrument, BLOCKED, cause)
  }
}
