/** Soft blocks: which orders wait to be confirmed, who confirms them, and what that lets through. */
import { CONFIRMATIONS, CONFIRMATIONS_OF_SESSION } from '../../model/bounds.ts'
import { CONFIRMATION_STATES, DUTIES, TIMER_KINDS } from '../../model/vocabulary.ts'
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { type Decision, refused, type TwinEvent } from './events.ts'
import { dutiesOf } from './names.ts'
import { isPerson } from './proposals.ts'
import { type Confirmation, duration, type Limit, type State } from './state.ts'

const CONFIRM = TIMER_KINDS.indexOf('CONFIRM')
/** What a second sending may have otherwise than the first: its id, its times, and what lets it through. */
const OTHERWISE = [
  ...['seq', 'timeUs', 'principal', 'transactTimeUs', 'receivedTimeUs', 'clOrdID', 'confirmSeq', 'overrideSeq'],
]

export function orderContent(given: Command): string {
  return JSON.stringify(
    Object.entries(given.values)
      .filter(([field]) => !OTHERWISE.includes(field))
      .sort(),
  )
}

export function confirmTimers(state: State) {
  return [...state.confirmations.values()].map(({ id, expiresUs }) => ({ dueUs: expiresUs, kind: CONFIRM, id }))
}

export function expireConfirmation(state: State, id: number): TwinEvent[] {
  const given = [...state.confirmations.values()].find((one) => one.id === id) as Confirmation
  return end(state, given, 'EXPIRED')
}

function end(state: State, given: Confirmation, to: 'USED' | 'EXPIRED'): TwinEvent[] {
  state.confirmations.delete(given.seq)
  return [moved(given, to)]
}

function moved({ seq, id }: Confirmation, to: (typeof CONFIRMATION_STATES)[number]): TwinEvent {
  return { name: 'ConfirmationMoved', confirmSeq: seq, confirmation: id, state: CONFIRMATION_STATES.indexOf(to) }
}

export function confirm(state: State, values: ValuesOfCommand<'Confirm'>): TwinEvent[] {
  const { principal, confirmSeq, reason, timeUs } = values
  const mayConfirm = (dutiesOf(state, principal) & (1 << DUTIES.indexOf('orders:confirm'))) !== 0
  if (!isPerson(state, principal) || !mayConfirm) return refused('DUTY_MISSING')
  const given = state.confirmations.get(confirmSeq)
  if (given === undefined || given.expiresUs <= timeUs) return refused('UNKNOWN_CONFIRMATION')
  if (reason === '') return refused('INVALID_VALUE')
  if (given.isConfirmed) return refused('AGREED_BEFORE')
  given.isConfirmed = true
  return [moved(given, 'CONFIRMED')]
}

/** Why the order may not name the soft block that it names; null where it may, or names none. */
export function confirmationFault(state: State, { confirms, keys, now }: Candidate): string | null {
  if (confirms === null) return null
  const given = state.confirmations.get(confirms.seq)
  if (given === undefined || given.expiresUs <= now || given.session !== keys.session) return 'UNKNOWN_CONFIRMATION'
  if (!given.isConfirmed) return 'NOT_CONFIRMED'
  return given.content === confirms.content ? null : 'CONFIRMATION_MISMATCH'
}

/** The rows whose soft levels the candidate was let over. */
export function confirmedRows(state: State, candidate: Candidate): readonly Limit[] {
  if (candidate.confirms === null || confirmationFault(state, candidate) !== null) return []
  return state.confirmations.get(candidate.confirms.seq)?.rows ?? []
}

/** Why one more order of the session may not wait; null where it may. */
export function roomFault(state: State, session: number): string | null {
  const own = [...state.confirmations.values()].filter((given) => given.session === session)
  if (own.length >= CONFIRMATIONS_OF_SESSION) return 'SOFT_BLOCKS_OF_SESSION'
  return state.confirmations.size < CONFIRMATIONS ? null : 'CAPACITY'
}

/** What was confirmed is over once an order came through by it, or a soft block took its place. */
export function useConfirmation(state: State, { confirms }: Candidate): TwinEvent[] {
  const given = confirms === null ? undefined : state.confirmations.get(confirms.seq)
  return given === undefined ? [] : end(state, given, 'USED')
}

export function keepSoftBlock(state: State, given: Command & { name: 'NewOrder' }, decision: Decision): void {
  const { seq, session, timeUs } = given.values
  state.confirmations.set(seq, {
    ...{ id: ++state.confirmationsMade, seq, session, content: orderContent(given), isConfirmed: false },
    rows: decision.rows.filter(({ soft }) => soft).map(({ limit }) => limit),
    expiresUs: timeUs + duration(state, 'confirmLifeUs'),
  })
}
