/** Overrides: which refusals are kept, who asks for and approves what, and what that lets through. */
import { OVERRIDES, REFUSAL_ROWS, REFUSALS_KEPT } from '../../model/bounds.ts'
import { CONTROLS, controlBits } from '../../model/controls.ts'
import { type Duty, OVERRIDE_STATES, TIMER_KINDS } from '../../model/vocabulary.ts'
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { orderContent } from './confirmations.ts'
import { type Decision, refused, type TwinEvent } from './events.ts'
import { MAX } from './exact.ts'
import { covers } from './latches.ts'
import { hasDuty } from './names.ts'
import * as rows from './rows.ts'
import type { OverriddenRow, Override } from './state.ts'
import { duration, type Latch, type Limit, type State } from './state.ts'

const OVERRIDE = TIMER_KINDS.indexOf('OVERRIDE')
/** As the page lists them. */
const OVERRIDABLE = [
  ...['B01', 'B02', 'B03', 'B04', 'B07', 'B08', 'B09', 'B12', 'C05', 'D01L', 'D01S'],
  ...['D02', 'D03', 'D04', 'D05', 'D06', 'D08'],
]
const DUTIES_OF_STEP: readonly (readonly Duty[])[] = [
  ['override:request'],
  ['override:approve'],
  ['override:request', 'override:approve'],
]

type Said = ValuesOfCommand<'Override'>

/** Keeps the refusal of a new order that rows refused which two people could let it pass. */
export function keepRefusal(
  state: State,
  given: Command & { name: 'NewOrder' },
  { keys, side }: Candidate,
  decision: Decision,
): void {
  const { seq, timeUs } = given.values
  const amounts = decision.rows
    .filter(({ limit, after, failed }) => failed && isOverridable(state, limit, after, keys.instrument, timeUs))
    .slice(0, REFUSAL_ROWS)
    .map(({ limit, after }): OverriddenRow => ({ limit, most: after }))
  if (amounts.length === 0) return
  state.refusals.push({ seq, timeUs, keys, side, content: orderContent(given), rows: amounts })
  if (state.refusals.length > REFUSALS_KEPT) state.refusals.shift()
}

function isOverridable(state: State, limit: Limit, after: bigint, instrument: number, now: number): boolean {
  if (!OVERRIDABLE.includes(CONTROLS[limit.control]?.id ?? '') || rows.isWaived(limit) || after >= MAX) return false
  if (limit.control === rows.B07 || limit.control === rows.B08) return rows.advOf(state, instrument, now) !== null
  return limit.control !== rows.D08 || rows.capitalOf(state, limit.subject, now) !== null
}

export function overrideTimers(state: State) {
  return [...state.overrides.values()].map(({ id, expiresUs }) => ({ dueUs: expiresUs, kind: OVERRIDE, id }))
}

export function expireOverride(state: State, id: number): TwinEvent[] {
  return end(state, [...state.overrides.values()].find((one) => one.id === id) as Override, 'EXPIRED')
}

export function override(state: State, said: Said): TwinEvent[] {
  const duties = DUTIES_OF_STEP[said.step]
  if (duties === undefined) return refused('INVALID_VALUE')
  if (!duties.some((duty) => hasDuty(state, said.principal, duty))) return refused('DUTY_MISSING')
  if (said.step === 0) return request(state, said)
  const given = state.overrides.get(said.overrideSeq)
  if (given === undefined || given.expiresUs <= said.timeUs) return refused('UNKNOWN_OVERRIDE')
  if (said.step === 2) return end(state, given, 'REVOKED')
  const isSame = said.decisionSeq === given.decisionSeq && bitsOf(said) === given.controls
  if (!isSame) return refused('CONTENT_MISMATCH')
  if (said.principal === given.requester) return refused('MAKER_IS_CHECKER')
  if (given.isApproved) return refused('AGREED_BEFORE')
  if (said.reason === '') return refused('INVALID_VALUE')
  given.isApproved = true
  return [moved(given, 'APPROVED')]
}

function bitsOf({ controls0, controls1 }: Said): string {
  return `${controls0} ${controls1}`
}

function request(state: State, said: Said): TwinEvent[] {
  const { decisionSeq, principal, reason, seq, timeUs } = said
  const kept = state.refusals.find((one) => one.seq === decisionSeq)
  const lifeUs = duration(state, 'overrideLifeUs')
  if (kept === undefined || timeUs >= kept.timeUs + lifeUs) return refused('NOT_OVERRIDABLE')
  const asked = Array.from({ length: 64 }, (_, control) => control).filter((control) => isAsked(said, control))
  if (reason === '' || asked.length === 0) return refused('INVALID_VALUE')
  const overridden = kept.rows.filter(({ limit }) => asked.includes(limit.control))
  if (asked.some((control) => !overridden.some(({ limit }) => limit.control === control))) {
    return refused('NOT_OVERRIDABLE')
  }
  const waiting = [...state.overrides.values()]
  if (waiting.some((one) => one.decisionSeq === decisionSeq)) return refused('AGREED_BEFORE')
  if (waiting.length >= OVERRIDES) return refused('CAPACITY')
  const made: Override = {
    ...{ id: ++state.overridesMade, seq, decisionSeq, requester: principal, controls: bitsOf(said), isApproved: false },
    ...{ keys: kept.keys, side: kept.side, content: kept.content, rows: overridden, expiresUs: timeUs + lifeUs },
  }
  state.overrides.set(seq, made)
  return [moved(made, 'PENDING')]
}

function isAsked({ controls0, controls1 }: Said, control: number): boolean {
  const [low, high] = controlBits([control])
  return (low & controls0) !== 0 || (high & controls1) !== 0
}

/** Why the order may not name the override that it names; null where it may, or names none. */
export function overrideFault(state: State, { overrides, keys, now }: Candidate): string | null {
  if (overrides === null) return null
  const given = state.overrides.get(overrides.seq)
  if (given === undefined || given.expiresUs <= now || given.keys.session !== keys.session) return 'UNKNOWN_OVERRIDE'
  if (!given.isApproved) return 'NOT_CONFIRMED'
  return given.content === overrides.content ? null : 'OVERRIDE_MISMATCH'
}

/** The rows that the candidate is let pass, and up to which use. */
export function overriddenRows(state: State, candidate: Candidate): readonly OverriddenRow[] {
  if (candidate.overrides === null || overrideFault(state, candidate) !== null) return []
  return state.overrides.get(candidate.overrides.seq)?.rows ?? []
}

/** An order came through by it: neither it nor another lets that refusal pass again. */
export function useOverride(state: State, { overrides }: Candidate): TwinEvent[] {
  const given = overrides === null ? undefined : state.overrides.get(overrides.seq)
  if (given === undefined) return []
  const at = state.refusals.findIndex(({ seq }) => seq === given.decisionSeq)
  if (at >= 0) state.refusals.splice(at, 1)
  return end(state, given, 'USED')
}

/** Latches that a command has set end the overrides that they cover. */
export function stopOverrides(state: State, set: readonly Latch[]): TwinEvent[] {
  return set.flatMap((latch) =>
    [...state.overrides.values()]
      .filter(({ keys, side }) => covers(state, latch, keys, side))
      .flatMap((given) => end(state, given, 'STOPPED')),
  )
}

function end(state: State, given: Override, to: (typeof OVERRIDE_STATES)[number]): TwinEvent[] {
  state.overrides.delete(given.seq)
  return [moved(given, to)]
}

function moved({ seq, decisionSeq, id }: Override, to: (typeof OVERRIDE_STATES)[number]): TwinEvent {
  return { name: 'OverrideMoved', overrideSeq: seq, decisionSeq, override: id, state: OVERRIDE_STATES.indexOf(to) }
}
