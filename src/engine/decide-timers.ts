/**
 * Decides a Tick: everything that is due at its time fires, soonest first, and of equal times the fate of an order before
 * timers. A timer's own decider writes what follows from it;
 * TimerFired behind that takes it off the list.
 */
import { reasonNumber } from '../model/codes.ts'
import { TIMER_FIRED } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { Change, writeLatchSet, writeMoved } from './events-out.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const BLOCKED = 2
const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')
const UNKNOWN = 3

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
  const { timers, orders } = state

  /** An order that no report has named in time: what it reserves stays, its fate is unknown. */
  function lose(tape: Tape, slot: number): void {
    writeMoved(tape, orders.f, slot * Order.NUMS + Order.SEQ, slot, UNKNOWN, -1, Change.STATE_ONLY)
  }

  return (tape) => {
    const timer = timers.first()
    const unheardUs = orders.unheardUs()
    if (unheardUs <= state.timeUs && unheardUs <= timers.dueUs()) {
      lose(tape, orders.firstUnheard())
      return true
    }
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
