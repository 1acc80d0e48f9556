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
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'

export function writeRefused(tape: Tape, reason: number, field = -1): void {
  encode(tape, REFUSED, { reason, field })
}

export function writeApplied(tape: Tape, id = -1, slot = -1, previous = -1): void {
  encode(tape, APPLIED, { id, slot, previous })
}

export function writeCancelDecided(tape: Tape, orderSeq: number, slot: number, reason: number): void {
  encode(tape, CANCEL_DECIDED, { orderSeq, slot, reason })
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
  encode(tape, ORDER_MOVED, { orderSeq, slot, state, versionSlot, change })
}

export function writeMarkMoved(tape: Tape, mark: number, instrument: number, refSource: number): void {
  encode(tape, MARK_MOVED, { mark, instrument, refSource })
}

export function writeCancelRequested(tape: Tape, orderSeq: number, slot: number, latch: number, session: number): void {
  encode(tape, CANCEL_REQUESTED, { orderSeq, slot, latch, session })
}

export function writeLatchSet(
  tape: Tape,
  latch: number,
  account: number,
  instrument: number,
  state: number,
  cause: number,
): void {
  encode(tape, LATCH_SET, { latch, account, instrument, state, cause })
}

export function writeQuarantined(tape: Tape, instrument: number): void {
  encode(tape, QUARANTINED, { instrument })
}

export function writeSwept(tape: Tape, latch: number, nextSlot: number): void {
  encode(tape, SWEPT, { latch, nextSlot })
}
