/** Small events, written by the deciders: each function appends one record to the tape. */
import {
  APPLIED,
  CANCEL_DECIDED,
  CANCEL_REQUESTED,
  EXECUTION_REVERSED,
  LATCH_SET,
  MARK_MOVED,
  ORDER_MOVED,
  QUARANTINED,
  REFUSED,
  SWEPT,
} from '../model/records/events.ts'
import { HOLD_ENDED, HOLD_WAITS } from '../model/records/fate-events.ts'
import { begin } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'

// What is imported is loaded and checked at each use; a constant of this module is written into the code.
const Refused = REFUSED
const Applied = APPLIED
const CancelDecided = CANCEL_DECIDED
const OrderMoved = ORDER_MOVED
const ExecutionReversed = EXECUTION_REVERSED
const MarkMoved = MARK_MOVED
const CancelRequested = CANCEL_REQUESTED
const LatchSet = LATCH_SET

export function writeRefused(tape: Tape, reason: number, field = -1): void {
  const at = Refused.at
  const i = begin(tape, Refused) >> 2
  tape.i32[i + at.reason] = reason
  tape.i32[i + at.field] = field
}

export function writeApplied(tape: Tape, id = -1, slot = -1, previous = -1): void {
  const at = Applied.at
  const i = begin(tape, Applied) >> 2
  const i32 = tape.i32
  i32[i + at.id] = id
  i32[i + at.slot] = slot
  i32[i + at.previous] = previous
}

/** The cancel found the order in `slot`, whose sequence number stands in `seqs` at `seqAt`. */
export function writeCancelDecided(tape: Tape, seqs: Float64Array, seqAt: number, slot: number): void {
  const at = CancelDecided.at
  const offset = begin(tape, CancelDecided)
  tape.f64[(offset >> 3) + at.orderSeq] = seqs[seqAt]!
  tape.i32[(offset >> 2) + at.slot] = slot
}

/** The cancel found no live order. */
export function writeCancelOfNone(tape: Tape, reason: number): void {
  const at = CancelDecided.at
  const i = begin(tape, CancelDecided) >> 2
  tape.i32[i + at.slot] = -1
  tape.i32[i + at.reason] = reason
}

export const enum Change {
  STATE_ONLY = 0,
  VERSION_ACCEPTED = 1,
  VERSION_DROPPED = 2,
  TERMINAL = 3,
}

/** The order's sequence number stands in `seqs` at `seqAt`: a double that is passed may be boxed on the way. */
export function writeMoved(
  tape: Tape,
  seqs: Float64Array,
  seqAt: number,
  slot: number,
  state: number,
  versionSlot: number,
  change: number,
): void {
  const at = OrderMoved.at
  const offset = begin(tape, OrderMoved)
  const i = offset >> 2
  const i32 = tape.i32
  tape.f64[(offset >> 3) + at.orderSeq] = seqs[seqAt]!
  i32[i + at.slot] = slot
  i32[i + at.state] = state
  i32[i + at.versionSlot] = versionSlot
  i32[i + at.change] = change
}

export function writeReversed(tape: Tape, execSlot: number): void {
  tape.i32[(begin(tape, ExecutionReversed) >> 2) + ExecutionReversed.at.execSlot] = execSlot
}

export function writeMarkMoved(tape: Tape, mark: number, instrument: number, refSource: number): void {
  const at = MarkMoved.at
  const offset = begin(tape, MarkMoved)
  tape.f64[(offset >> 3) + at.mark] = mark
  tape.i32[(offset >> 2) + at.instrument] = instrument
  tape.i32[(offset >> 2) + at.refSource] = refSource
}

export function writeCancelRequested(tape: Tape, orderSeq: number, slot: number, latch: number, session: number): void {
  const at = CancelRequested.at
  const offset = begin(tape, CancelRequested)
  const i = offset >> 2
  const i32 = tape.i32
  tape.f64[(offset >> 3) + at.orderSeq] = orderSeq
  i32[i + at.slot] = slot
  i32[i + at.latch] = latch
  i32[i + at.session] = session
}

export function writeHoldWaits(
  tape: Tape,
  orderSeq: number,
  slot: number,
  crossingSeq: number,
  crossingSlot: number,
): void {
  const at = HOLD_WAITS.at
  const offset = begin(tape, HOLD_WAITS)
  tape.f64[(offset >> 3) + at.orderSeq] = orderSeq
  tape.f64[(offset >> 3) + at.crossingSeq] = crossingSeq
  tape.i32[(offset >> 2) + at.slot] = slot
  tape.i32[(offset >> 2) + at.crossingSlot] = crossingSlot
}

export function writeHoldEnded(tape: Tape, orderSeq: number, slot: number, state: number, reason: number): void {
  const at = HOLD_ENDED.at
  const offset = begin(tape, HOLD_ENDED)
  tape.f64[(offset >> 3) + at.orderSeq] = orderSeq
  tape.i32[(offset >> 2) + at.slot] = slot
  tape.i32[(offset >> 2) + at.state] = state
  tape.i32[(offset >> 2) + at.reason] = reason
}

export function writeLatchSet(
  tape: Tape,
  latch: number,
  account: number,
  instrument: number,
  state: number,
  cause: number,
): void {
  const at = LatchSet.at
  const i = begin(tape, LatchSet) >> 2
  const i32 = tape.i32
  i32[i + at.latch] = latch
  i32[i + at.account] = account
  i32[i + at.instrument] = instrument
  i32[i + at.state] = state
  i32[i + at.cause] = cause
}

export function writeQuarantined(tape: Tape, instrument: number): void {
  tape.i32[(begin(tape, QUARANTINED) >> 2) + QUARANTINED.at.instrument] = instrument
}

export function writeSwept(tape: Tape, latch: number, nextSlot: number): void {
  const i = begin(tape, SWEPT) >> 2
  tape.i32[i + SWEPT.at.latch] = latch
  tape.i32[i + SWEPT.at.nextSlot] = nextSlot
}
