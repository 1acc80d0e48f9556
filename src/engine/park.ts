/**
 * A bust or a correct that comes before its execution waits for it, and is carried out when that is booked
 * (docs/reference/decision.md §11).
 */
import { reasonNumber } from '../model/codes.ts'
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED } from '../model/records/events.ts'
import { EXECUTION_PARKED, PARKED_ENDED } from '../model/records/fate-events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { EXEC_TYPES } from '../model/vocabulary.ts'
import type { Beside } from './beside.ts'
import { isPrice } from './decide-reference.ts'
import { writeLatchSet, writeRefused, writeReversed } from './events-out.ts'
import type { Judgement } from './judgement.ts'
import { InstrumentFlag } from './state/instruments.ts'
import type { ParkedReport } from './state/parked.ts'
import type { State } from './state/state.ts'
import { flowValue } from './value.ts'

const UNKNOWN_EXEC_REF = reasonNumber('UNKNOWN_EXEC_REF')
const UNMATCHED_BUST = reasonNumber('UNMATCHED_BUST')
const EXEC_DUPLICATE = reasonNumber('EXEC_DUPLICATE')
const EXEC_CONFLICT = reasonNumber('EXEC_CONFLICT')
const BOOKING_OVERFLOW = reasonNumber('BOOKING_OVERFLOW')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const BLOCKED = 2
const CORRECT = EXEC_TYPES.indexOf('TradeCorrect')

const X = EXECUTION_REPORT.at
const B = EXECUTION_BOOKED.at

export type Park = ReturnType<typeof createPark>

/** `refuseFull` refuses the report at `offset` and blocks what it names. */
export function createPark(
  state: State,
  j: Judgement,
  beside: Beside,
  refuseFull: (tape: Tape, offset: number, reason: number) => void,
) {
  const { parked, executions, instruments, latches } = state

  /** A bust or correct, whose content is hashed, of an execution that is not known. */
  function park(tape: Tape, offset: number): void {
    const { session, venue, execRefID, execID, execType, lastQty, lastPx } = decode(tape, offset, EXECUTION_REPORT)
    if (execRefID === '' || execRefID === execID) return writeRefused(tape, UNKNOWN_EXEC_REF, X.execRefID)
    const first = parked.of(session, venue, execRefID)
    if (first !== undefined) {
      const isSame = first.execID === execID && first.content0 === j.content0 && first.content1 === j.content1
      return writeRefused(tape, isSame ? EXEC_DUPLICATE : EXEC_CONFLICT)
    }
    if (execType === CORRECT) {
      if (!(lastQty > 0) || !Number.isSafeInteger(lastQty)) return writeRefused(tape, INVALID_VALUE, X.lastQty)
      if (!Number.isSafeInteger(lastPx)) return writeRefused(tape, INVALID_VALUE, X.lastPx)
    }
    if (parked.isFull()) return refuseFull(tape, offset, CAPACITY)
    encode(tape, EXECUTION_PARKED, { contentHash0: j.content0, contentHash1: j.content1 })
  }

  /** ExecutionParked. */
  function waits(tape: Tape, command: number, event: number): void {
    const { session, venue, execRefID, execID, execType, lastQty, lastPx } = decode(tape, command, EXECUTION_REPORT)
    const { contentHash0, contentHash1 } = decode(tape, event, EXECUTION_PARKED)
    const key = { source: session, venue, execRefID, execID, isCorrect: execType === CORRECT }
    parked.park({ ...key, qty: lastQty, px: lastPx, content0: contentHash0, content1: contentHash1, rolls: 0 })
  }

  /** Behind an ExecutionBooked that has taken effect: what waited for it is carried out. */
  function meet(tape: Tape, event: number): void {
    if (parked.isEmpty()) return
    const booked = decode(tape, event, EXECUTION_BOOKED)
    const report = parked.of(booked.source, booked.venue, booked.execID)
    if (report === undefined) return
    if (!report.isCorrect) {
      writeEnded(tape, report, 0)
      return writeReversed(tape, booked.execSlot)
    }
    const start = tape.end
    writeEnded(tape, report, 0)
    writeReversed(tape, booked.execSlot)
    const fault = correct(tape, report, event)
    if (fault === 0) return
    // What cannot be corrected stays as it was booked, and nobody trades on it.
    tape.end = start
    writeEnded(tape, report, fault)
    const full = latches.isFull()
    const [account, instrument] = full ? [-1, -1] : [booked.account, booked.instrument]
    writeLatchSet(tape, latches.next, account, instrument, BLOCKED, fault)
  }

  /** Books a correct of the execution at `event`; returns the reason why it cannot, 0 where it did. */
  function correct(tape: Tape, { execID, qty, px, content0, content1 }: ParkedReport, event: number): number {
    const original = decode(tape, event, EXECUTION_BOOKED)
    const { instrument } = original
    const flags = instruments.flags[instrument]!
    if (!isPrice(px, (flags & InstrumentFlag.NEGATIVE_PRICE) !== 0)) return INVALID_VALUE
    const isInverse = (flags & InstrumentFlag.INVERSE) !== 0
    const n = instruments.flowN[instrument]!
    const amount = flowValue(isInverse, px < 0 ? -px : px, qty, n, instruments.flowD[instrument]!)
    if (executions.isFull()) return CAPACITY
    if (Number.isNaN(amount)) return BOOKING_OVERFLOW
    const made = {
      ...original,
      orderSeq: 0,
      slot: -1,
      alarm: 0,
      execSlot: executions.nextSlot(),
      execID,
      qty,
      px,
      amount,
    }
    const at = encode(tape, EXECUTION_BOOKED, { ...made, contentHash0: content0, contentHash1: content1 })
    if (executions.find(tape, at + B.execID, original.source, original.venue) >= 0) return EXEC_CONFLICT
    beside.booked(tape, at)
    return 0
  }

  function writeEnded(tape: Tape, { source, venue, execRefID }: ParkedReport, alarm: number): void {
    encode(tape, PARKED_ENDED, { source, venue, execRefID, alarm })
  }

  /** Behind the roll of the firm: what waited two dates in vain is told and given up. */
  function giveUp(tape: Tape): void {
    for (const report of parked.overdue()) writeEnded(tape, report, UNMATCHED_BUST)
  }

  /** ParkedEnded. */
  function ended(tape: Tape, event: number): void {
    const { source, venue, execRefID } = decode(tape, event, PARKED_ENDED)
    parked.end(source, venue, execRefID)
  }

  return { park, waits, meet, giveUp, ended }
}
