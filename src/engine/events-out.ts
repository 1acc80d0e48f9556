/** Small events, written by the deciders: each function appends one record to the tape. */
import {
  APPLIED,
  CANCEL_DECIDED,
  CANCEL_REQUESTED,
  LATCH_SET,
  MARK_MOVED,
  ORDER_MOVED,
  QUARANTINED,
  REFUSED,
  SWEPT,
} from '../model/records/events.ts'
import type { RecordLayout } from '../model/records/schema.ts'
import { beginRecord, type Tape } from '../model/records/tape.ts'

// Fields are stored one by one: an object for each event would be made and read by name.
const R = REFUSED.at
const A = APPLIED.at
const C = CANCEL_DECIDED.at
const M = ORDER_MOVED.at
const K = MARK_MOVED.at
const Q = CANCEL_REQUESTED.at
const L = LATCH_SET.at
const U = QUARANTINED.at
const S = SWEPT.at

/** Begins an event of a fixed size; returns its byte offset. */
function begin(tape: Tape, { type, version, bytes }: RecordLayout): number {
  return beginRecord(tape, type, version, bytes)
}

export function writeRefused(tape: Tape, reason: number, field = -1): void {
  const i = begin(tape, REFUSED) >> 2
  tape.i32[i + R.reason] = reason
  tape.i32[i + R.field] = field
}

export function writeApplied(tape: Tape, id = -1, slot = -1, previous = -1): void {
  const i = begin(tape, APPLIED) >> 2
  tape.i32[i + A.id] = id
  tape.i32[i + A.slot] = slot
  tape.i32[i + A.previous] = previous
}

export function writeCancelDecided(tape: Tape, orderSeq: number, slot: number, reason: number): void {
  const at = begin(tape, CANCEL_DECIDED)
  tape.f64[(at >> 3) + C.orderSeq] = orderSeq
  tape.i32[(at >> 2) + C.slot] = slot
  tape.i32[(at >> 2) + C.reason] = reason
}

export const enum Change {
  STATE_ONLY = 0,
  VERSION_ACCEPTED = 1,
  VERSION_DROPPED = 2,
  TERMINAL = 3,
}

export function writeMoved(
  tape: Tape,
  orderSeq: number,
  slot: number,
  state: number,
  versionSlot: number,
  change: number,
): void {
  const at = begin(tape, ORDER_MOVED)
  const i = at >> 2
  tape.f64[(at >> 3) + M.orderSeq] = orderSeq
  tape.i32[i + M.slot] = slot
  tape.i32[i + M.state] = state
  tape.i32[i + M.versionSlot] = versionSlot
  tape.i32[i + M.change] = change
}

export function writeMarkMoved(tape: Tape, mark: number, instrument: number, refSource: number): void {
  const at = begin(tape, MARK_MOVED)
  tape.f64[(at >> 3) + K.mark] = mark
  tape.i32[(at >> 2) + K.instrument] = instrument
  tape.i32[(at >> 2) + K.refSource] = refSource
}

export function writeCancelRequested(tape: Tape, orderSeq: number, slot: number, latch: number, session: number): void {
  const at = begin(tape, CANCEL_REQUESTED)
  tape.f64[(at >> 3) + Q.orderSeq] = orderSeq
  tape.i32[(at >> 2) + Q.slot] = slot
  tape.i32[(at >> 2) + Q.latch] = latch
  tape.i32[(at >> 2) + Q.session] = session
}

export function writeLatchSet(
  tape: Tape,
  latch: number,
  account: number,
  instrument: number,
  state: number,
  cause: number,
): void {
  const i = begin(tape, LATCH_SET) >> 2
  tape.i32[i + L.latch] = latch
  tape.i32[i + L.account] = account
  tape.i32[i + L.instrument] = instrument
  tape.i32[i + L.state] = state
  tape.i32[i + L.cause] = cause
}

export function writeQuarantined(tape: Tape, instrument: number): void {
  tape.i32[(begin(tape, QUARANTINED) >> 2) + U.instrument] = instrument
}

export function writeSwept(tape: Tape, latch: number, nextSlot: number): void {
  const i = begin(tape, SWEPT) >> 2
  tape.i32[i + S.latch] = latch
  tape.i32[i + S.nextSlot] = nextSlot
}
