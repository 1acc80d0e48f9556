/**
 * Decides what people say of refused orders (docs/reference/decision.md §17): one asks that an order may pass rows that it
 * was refused by, another approves exactly that, and either may take it back alone.
 */
import { reasonNumber } from '../model/codes.ts'
import { hasControl } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { OVERRIDE } from '../model/records/people-commands.ts'
import { decode, encode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { OVERRIDE_MOVED } from '../model/records/waiver-events.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import { Refusal } from './state/refusals.ts'
import type { State } from './state/state.ts'
import { type Override, OverrideState } from './state/waivers.ts'

const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const MAKER_IS_CHECKER = reasonNumber('MAKER_IS_CHECKER')
const CONTENT_MISMATCH = reasonNumber('CONTENT_MISMATCH')
const AGREED_BEFORE = reasonNumber('AGREED_BEFORE')
const UNKNOWN_OVERRIDE = reasonNumber('UNKNOWN_OVERRIDE')
const NOT_OVERRIDABLE = reasonNumber('NOT_OVERRIDABLE')
const CAPACITY = reasonNumber('CAPACITY')
const REQUEST_DUTY = 1 << DUTIES.indexOf('override:request')
const APPROVE_DUTY = 1 << DUTIES.indexOf('override:approve')
/** Duties of each step, any one of them: to take it back is to tighten. */
const STEP_DUTIES: readonly number[] = [REQUEST_DUTY, APPROVE_DUTY, REQUEST_DUTY | APPROVE_DUTY]
export const REQUEST = 0
export const APPROVE = 1
const LIFE = parameterIndex('overrideLifeUs')

type Said = RecordOf<typeof OVERRIDE>

export class OverrideDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  decide(tape: Tape, offset: number): void {
    const said = decode(tape, offset, OVERRIDE)
    const duties = STEP_DUTIES[said.step]
    if (duties === undefined) return writeRefused(tape, INVALID_VALUE, OVERRIDE.at.step)
    if (!this.#isPersonWith(said.principal, duties)) return writeRefused(tape, DUTY_MISSING, OVERRIDE.at.principal)
    if (said.step === REQUEST) return this.#request(tape, said)
    const given = this.#state.overrides.get(said.overrideSeq)
    if (given === undefined || given.expiresUs <= this.#state.timeUs) return writeRefused(tape, UNKNOWN_OVERRIDE)
    if (said.step !== APPROVE) return writeOverrideMoved(tape, given, OverrideState.REVOKED)
    const refusal = refuseApproval(said, given)
    if (refusal !== 0) return writeRefused(tape, refusal)
    writeOverrideMoved(tape, given, OverrideState.APPROVED)
  }

  #request(tape: Tape, said: Said): void {
    const { overrides, seq } = this.#state
    const refusal = this.#refuseRequest(said)
    if (refusal !== 0) return writeRefused(tape, refusal)
    writeOverrideMoved(tape, { seq, decisionSeq: said.decisionSeq, id: overrides.next }, OverrideState.PENDING)
  }

  #refuseRequest({ decisionSeq, controls0, controls1, reason }: Said): number {
    const { refusals, overrides, parameters, timeUs } = this.#state
    const place = refusals.find(decisionSeq)
    if (place < 0 || refusals.f[place * Refusal.NUMS + Refusal.TIME]! + parameters[LIFE]! <= timeUs) {
      return NOT_OVERRIDABLE
    }
    if (reason === '' || (controls0 | controls1) === 0) return INVALID_VALUE
    for (let control = 0; control < 64; control++) {
      if (hasControl(controls0, controls1, control) && !this.#hasRefused(place, control)) return NOT_OVERRIDABLE
    }
    for (const one of overrides.all()) if (one.decisionSeq === decisionSeq) return AGREED_BEFORE
    return overrides.isFull() ? CAPACITY : 0
  }

  /** True where a row of the control is among those that the refusal is kept with: none that may not be overridden. */
  #hasRefused(place: number, control: number): boolean {
    const { refusals, limits } = this.#state
    return refusals.rowsOf(place).some((row) => limits.versions[row]!.control === control)
  }

  #isPersonWith(principal: number, duties: number): boolean {
    const { names } = this.#state
    if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false
    return (names.duties[principal]! & duties) !== 0
  }

  expire(tape: Tape, id: number): void {
    const given = this.#state.overrides.withId(id)
    if (given === undefined) throw new RangeError(`no override has the timer ${id}`)
    writeOverrideMoved(tape, given, OverrideState.EXPIRED)
  }

  /** Writes the end of the next override of the list; false where there is none left. To be applied before the next call. */
  stopNext(tape: Tape, stopped: number[]): boolean {
    const given = this.#state.overrides.get(stopped.shift() ?? -1)
    if (given === undefined) return false
    writeOverrideMoved(tape, given, OverrideState.STOPPED)
    return true
  }
}

/** Approved is what was asked for and nothing else, by another than who asked. */
function refuseApproval(said: Said, given: Override): number {
  const { decisionSeq, controls0, controls1, principal, reason } = said
  if (decisionSeq !== given.decisionSeq || controls0 !== given.controls0 || controls1 !== given.controls1) {
    return CONTENT_MISMATCH
  }
  if (principal === given.requester) return MAKER_IS_CHECKER
  if (given.confirmer >= 0) return AGREED_BEFORE
  return reason === '' ? INVALID_VALUE : 0
}

export function writeOverrideMoved(
  tape: Tape,
  { seq, decisionSeq, id }: Pick<Override, 'seq' | 'decisionSeq' | 'id'>,
  state: OverrideState,
): void {
  encode(tape, OVERRIDE_MOVED, { overrideSeq: seq, decisionSeq, override: id, state })
}
