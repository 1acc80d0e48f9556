/** Decides what a timer of a limit does: a limit that waited begins, a temporary one goes back to what stood before. */
import { LIMIT } from '../model/records/commands.ts'
import { LIMIT_EFFECTIVE, LIMIT_REVERTED } from '../model/records/people-events.ts'
import { enclose, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { Row } from './state/limit-row.ts'
import type { RowVersion } from './state/limit-version.ts'
import type { State } from './state/state.ts'

const REMOVE = 1

export class LimitTermDecider {
  readonly #state: State
  readonly #decideLimit: (tape: Tape, offset: number) => void

  /** `decideLimit` decides a Limit command as if two people had approved it: they did, when it was set. */
  constructor(state: State, decideLimit: (tape: Tape, offset: number) => void) {
    this.#state = state
    this.#decideLimit = decideLimit
  }

  fire(tape: Tape, id: number): void {
    const { limitTerms } = this.#state
    const waited = limitTerms.waiting(id)
    if (waited !== undefined) return this.#begin(tape, id, waited.command)
    const ending = limitTerms.ending(id)
    if (ending === undefined) throw new RangeError(`no limit begins or ends by timer ${id}`)
    const { slot, base } = ending
    const event = encode(tape, LIMIT_REVERTED, { term: id, slot })
    const stamp = { seq: this.#state.seq, timeUs: this.#state.timeUs, session: -1, principal: -1 }
    const back = encode(tape, LIMIT, { ...stamp, ...(base === null ? this.#removal(slot) : valuesOf(base)) })
    enclose(tape, event)
    this.#decideLimit(tape, back)
  }

  #begin(tape: Tape, id: number, command: Uint8Array): void {
    const event = encode(tape, LIMIT_EFFECTIVE, { term: id })
    const inner = tape.end
    tape.u8.set(command, inner)
    tape.end = inner + command.length
    enclose(tape, event)
    tape.f64[(inner >> 3) + LIMIT.at.seq] = this.#state.seq
    tape.f64[(inner >> 3) + LIMIT.at.timeUs] = this.#state.timeUs
    tape.f64[(inner >> 3) + LIMIT.at.effectiveUs] = 0
    this.#decideLimit(tape, inner)
  }

  /** The row was not there before. */
  #removal(slot: number) {
    const { limits } = this.#state
    return { ...valuesOf(limits.versions[limits.i[slot * Row.INTS + Row.ID]!]!), flags: REMOVE }
  }
}

function valuesOf(version: RowVersion) {
  const { control, subject, kind, object, hard, hardForReducing, soft, param, phase, warnBps, action, mode } = version
  const [warn1Bps = 0, warn2Bps = 0, warn3Bps = 0, warn4Bps = 0] = warnBps
  const levels = { hard, hardForReducing, soft, param, warn1Bps, warn2Bps, warn3Bps, warn4Bps }
  return { control, subject, objectKind: kind, object, action, mode, phase, ...levels }
}
