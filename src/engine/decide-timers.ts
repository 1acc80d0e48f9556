/**
 * Decides a Tick: everything that is due at its time fires, soonest first. A timer's own decider writes what follows from it;
 * TimerFired behind that takes it off the list.
 */
import { reasonNumber } from '../model/codes.ts'
import { TIMER_FIRED } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { writeLatchSet } from './events-out.ts'
import type { State } from './state/state.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const BLOCKED = 2
const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')

/** Writes what follows when the timer `id` of its kind fires. Reads the state only. */
export type TimerDecider = (tape: Tape, id: number) => void

/** By index in TIMER_KINDS. */
export type TimerDeciders = Readonly<Record<number, TimerDecider>>

/** Returns a function that writes the events of the soonest timer that is due, and says whether there was one. */
export function createTimerFire(
  state: State,
  deciders: TimerDeciders,
  onError: (error: unknown) => void,
): (tape: Tape) => boolean {
  const { timers } = state
  return (tape) => {
    const timer = timers.first()
    if (timer === undefined || timer.dueUs > state.timeUs) return false
    // A calendar rolls by a command of its own, which comes before this one.
    if (timer.kind === CALENDAR) return false
    const before = tape.end
    try {
      const decide = deciders[timer.kind]
      if (decide === undefined) throw new RangeError(`nothing decides timers of kind ${timer.kind}`)
      decide(tape, timer.id)
    } catch (error) {
      // What a timer should have ended would go on: nobody trades on until a person has looked.
      tape.end = before
      onError(error)
      writeLatchSet(tape, state.latches.next, -1, -1, BLOCKED, RISK_ERROR)
    }
    encode(tape, TIMER_FIRED, { dueUs: timer.dueUs, kind: timer.kind, id: timer.id })
    return true
  }
}
