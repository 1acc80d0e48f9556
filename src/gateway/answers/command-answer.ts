/** Answers to commands that are no orders: what their events say happened. */
import { reasonAt } from '../../model/codes.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { formatHash } from '../../model/parse/proposal.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { NEW_ORDER } from '../../model/records/commands.ts'
import { STATEMENT_COMPARED } from '../../model/records/day-events.ts'
import {
  APPLIED,
  CANCEL_DECIDED,
  commandOf,
  EXECUTION_BOOKED,
  EXECUTION_REVERSED,
  LIMIT_BREACHED,
  ORDER_DECIDED,
  ORDER_MOVED,
  QUARANTINED,
  REFUSED,
} from '../../model/records/events.ts'
import {
  EXECUTION_PARKED,
  HOLD_ENDED,
  ORDER_ALARMED,
  PARKED_ENDED,
  REPORT_COMPARED,
  STOP_TRIGGERED,
} from '../../model/records/fate-events.ts'
import { OVERRIDE } from '../../model/records/people-commands.ts'
import {
  PROPOSAL_LINE_ADDED,
  PROPOSAL_LINE_APPLIED,
  PROPOSAL_MOVED,
  PROPOSAL_REPEATED,
} from '../../model/records/people-events.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import { OVERRIDE_MOVED } from '../../model/records/waiver-events.ts'
import { COMPARISONS, ORDER_STATES, OVERRIDE_STATES, PROPOSAL_STATES } from '../../model/vocabulary.ts'

/** What became of a command, as JSON. */
export interface CommandAnswer {
  outcome: 'APPLIED' | 'REFUSED'
  seq: number
  time: string
  id?: number
  reason?: ReasonAnswer
  alarm?: ReasonAnswer
  quarantined?: boolean
  orderID?: string
  state?: string
  breach?: boolean
  /** Of a statement of positions: how many differ. */
  differences?: number
  line?: number
  contentHash?: string
  linesApplied?: number
  linesRefused?: number
  firstRefusal?: object
  duplicate?: boolean
  /** What a report beside the execution source came to. */
  compared?: string
  parked?: boolean
  triggered?: boolean
  /** Why a stop that has triggered would not pass now. */
  triggerRefusal?: ReasonAnswer
  profile?: string
}

const C = NEW_ORDER.at

/** Reads the events behind the command at `command`. */
export function commandAnswer(tape: Tape, command: number, end: number): CommandAnswer {
  const answer: CommandAnswer = {
    outcome: 'APPLIED',
    seq: tape.f64[(command >> 3) + C.seq] as number,
    time: formatTimeUs(tape.f64[(command >> 3) + C.timeUs] as number),
  }
  let about = command
  for (let at = command + lengthAt(tape, command); at < end; at += lengthAt(tape, at)) {
    about = commandOf(tape, command, about, at)
    if (typeAt(tape, at) === PROPOSAL_LINE_APPLIED.type) readLine(tape, at, answer)
    // What became of a proposal's line is the line's; the answer counts the lines.
    else if (about === command) readEvent(tape, command, at, answer)
  }
  return answer
}

function readLine(tape: Tape, at: number, answer: CommandAnswer): void {
  const reason = tape.i32[(at >> 2) + PROPOSAL_LINE_APPLIED.at.reason] as number
  if (reason === 0) answer.linesApplied = (answer.linesApplied ?? 0) + 1
  else answer.linesRefused = (answer.linesRefused ?? 0) + 1
  if (reason !== 0) answer.firstRefusal ??= reasonJson(reason)
}

function readProposal(tape: Tape, at: number, answer: CommandAnswer): void {
  const type = typeAt(tape, at)
  const i = at >> 2
  answer.id = tape.i32[i + PROPOSAL_MOVED.at.proposal] as number
  if (type === PROPOSAL_LINE_ADDED.type) answer.line = tape.i32[i + PROPOSAL_LINE_ADDED.at.line] as number
  else answer.state = PROPOSAL_STATES[tape.i32[i + PROPOSAL_MOVED.at.state] as number] as string
  if (type === PROPOSAL_REPEATED.type) {
    answer.duplicate = true
    return
  }
  const { contentHash0, contentHash1 } = type === PROPOSAL_MOVED.type ? PROPOSAL_MOVED.at : PROPOSAL_LINE_ADDED.at
  answer.contentHash = formatHash(tape.i32[i + contentHash0] as number, tape.i32[i + contentHash1] as number)
}

function readEvent(tape: Tape, command: number, at: number, answer: CommandAnswer): void {
  const i = at >> 2
  switch (typeAt(tape, at)) {
    case REFUSED.type:
      answer.outcome = 'REFUSED'
      answer.reason = reasonJson(tape.i32[i + REFUSED.at.reason] as number)
      break
    case APPLIED.type: {
      const id = tape.i32[i + APPLIED.at.id] as number
      if (id >= 0) answer.id = id
      break
    }
    case ORDER_ALARMED.type:
      setAlarm(answer, tape.i32[i + ORDER_ALARMED.at.alarm] as number)
      break
    case REPORT_COMPARED.type:
      answer.compared = COMPARISONS[tape.i32[i + REPORT_COMPARED.at.result] as number] as string
      break
    case EXECUTION_PARKED.type:
      answer.parked = true
      break
    case PARKED_ENDED.type:
      setAlarm(answer, tape.i32[i + PARKED_ENDED.at.alarm] as number)
      break
    case HOLD_ENDED.type:
      answer.orderID = orderIDAt(tape, at, HOLD_ENDED.at)
      answer.state = ORDER_STATES[tape.i32[i + HOLD_ENDED.at.state] as number] as string
      break
    case ORDER_MOVED.type:
      answer.orderID = orderIDAt(tape, at, ORDER_MOVED.at)
      answer.state = ORDER_STATES[tape.i32[i + ORDER_MOVED.at.state] as number] as string
      break
    case STOP_TRIGGERED.type:
      answer.orderID = orderIDAt(tape, at, STOP_TRIGGERED.at)
      answer.state = ORDER_STATES[tape.i32[i + STOP_TRIGGERED.at.state] as number] as string
      answer.triggered = true
      break
    case ORDER_DECIDED.type: {
      const reason = tape.i32[i + ORDER_DECIDED.at.reason] as number
      if (answer.triggered === true && reason !== 0) answer.triggerRefusal = reasonJson(reason)
      break
    }
    case EXECUTION_BOOKED.type: {
      const slot = tape.i32[i + EXECUTION_BOOKED.at.slot] as number
      if (slot >= 0) answer.orderID ??= orderIDAt(tape, at, EXECUTION_BOOKED.at)
      setAlarm(answer, tape.i32[i + EXECUTION_BOOKED.at.alarm] as number)
      break
    }
    case EXECUTION_REVERSED.type:
      setAlarm(answer, tape.i32[i + EXECUTION_REVERSED.at.alarm] as number)
      break
    case PROPOSAL_MOVED.type:
    case PROPOSAL_REPEATED.type:
    case PROPOSAL_LINE_ADDED.type:
      readProposal(tape, at, answer)
      break
    case OVERRIDE_MOVED.type:
      // A kill ends some: its answer is about the latch.
      if (typeAt(tape, command) !== OVERRIDE.type) break
      answer.id = tape.f64[(at >> 3) + OVERRIDE_MOVED.at.overrideSeq] as number
      answer.state = OVERRIDE_STATES[tape.i32[i + OVERRIDE_MOVED.at.state] as number] as string
      break
    case LIMIT_BREACHED.type:
      answer.breach = true
      break
    case STATEMENT_COMPARED.type:
      answer.differences = tape.i32[i + STATEMENT_COMPARED.at.differences] as number
      break
    case QUARANTINED.type:
      answer.quarantined = true
      break
  }
}

/** What a cancel came to. */
export interface CancelAnswer {
  readonly outcome: 'PASS'
  readonly durable: true
  readonly seq: number
  readonly orderID?: string | undefined
  readonly reason?: ReasonAnswer | undefined
}

/** A reason in the words of the table. */
export interface ReasonAnswer {
  readonly code: string
  readonly control: string
  readonly text: string
}

/** The answer to a cancel: it passes, whatever it found. */
export function cancelAnswer(tape: Tape, command: number, end: number): CancelAnswer {
  const seq = tape.f64[(command >> 3) + C.seq] as number
  for (let at = command + lengthAt(tape, command); at < end; at += lengthAt(tape, at)) {
    if (typeAt(tape, at) !== CANCEL_DECIDED.type) continue
    const reason = tape.i32[(at >> 2) + CANCEL_DECIDED.at.reason] as number
    const slot = tape.i32[(at >> 2) + CANCEL_DECIDED.at.slot] as number
    return {
      outcome: 'PASS',
      durable: true,
      seq,
      orderID: slot < 0 ? undefined : orderIDAt(tape, at, CANCEL_DECIDED.at),
      reason: reason === 0 ? undefined : reasonJson(reason),
    }
  }
  return { outcome: 'PASS', durable: true, seq }
}

/** A reason in the words of the table. */
export function reasonJson(number: number): ReasonAnswer {
  const { code, control, text } = reasonAt(number)
  return { code, control, text: `${code}: ${text}` }
}

function setAlarm(answer: CommandAnswer, number: number): void {
  if (number !== 0) answer.alarm ??= reasonJson(number)
}

function orderIDAt(tape: Tape, at: number, of: { readonly orderSeq: number; readonly slot: number }): string {
  return formatOrderID(tape.f64[(at >> 3) + of.orderSeq] as number, tape.i32[(at >> 2) + of.slot] as number)
}
