/** What falls due by itself: worked out from what waits, whenever it is asked for. */
import { TIMERS_PER_TICK } from '../../model/bounds.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import { dueRoll, type Roll, rollsAhead } from './calendar-time.ts'
import { confirmTimers, expireConfirmation } from './confirmations.ts'
import type { TwinEvent } from './events.ts'
import { lose, UNHEARD, unheard } from './fate.ts'
import { firstReady, holdTimers } from './held.ts'
import { expireHold } from './holds.ts'
import { fireLimit, limitTimers } from './limit-terms.ts'
import { disconnectTimers, expireSession } from './mass-cancels.ts'
import { expireOverride, overrideTimers } from './overrides.ts'
import { expire, firstExpiry } from './proposals.ts'
import type { State } from './state.ts'

interface Stamp {
  readonly seq: number
  readonly timeUs: number
}

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')

interface Due {
  readonly dueUs: number
  readonly kind: number
  readonly id: number
}

export function firstDue(state: State): Due | undefined {
  return firstOf([...unheard(state), ...timersOf(state)])
}

/** Timers alone, without the fate of orders that nobody has heard of. */
function timersOf(state: State): Due[] {
  const rolls = rollsAhead(state).map(({ dueUs, key }) => ({ dueUs, kind: CALENDAR, id: key }))
  return [
    ...holdTimers(state),
    ...firstExpiry(state),
    ...limitTimers(state),
    ...confirmTimers(state),
    ...overrideTimers(state),
    ...rolls,
    ...disconnectTimers(state),
  ]
}

function firstOf(all: Due[]): Due | undefined {
  return all.sort((a, b) => a.dueUs - b.dueUs || a.kind - b.kind || a.id - b.id)[0]
}

/** The roll that the first timer asks for now. */
export function rollOfFirstTimer(state: State, nowUs: number): Roll | null {
  return firstOf(timersOf(state))?.kind === CALENDAR ? dueRoll(state, nowUs) : null
}

/** The roll that is due, where nothing else is due before it. */
export function rollInFront(state: State, nowUs: number): Roll | null {
  return firstDue(state)?.kind === CALENDAR ? dueRoll(state, nowUs) : null
}

/** The command that must come before any other at this time, in words. */
export function dueInWords(state: State, nowUs: number): string {
  const due = firstDue(state)
  if (due === undefined || due.dueUs > nowUs) {
    const ready = firstReady(state)
    return ready === undefined ? 'nothing' : `HoldDecide ${ready.seq}`
  }
  const roll = rollInFront(state, nowUs)
  return roll === null ? 'Tick' : `DayRoll ${roll.calendar} ${roll.tradeDate}`
}

export function tick(state: State, stamp: Stamp): TwinEvent[] {
  const events: TwinEvent[] = []
  for (let fired = 0; fired < TIMERS_PER_TICK; fired++) {
    const due = firstDue(state)
    // A calendar rolls by a command of its own, which comes before this one.
    if (due === undefined || due.dueUs > stamp.timeUs || due.kind === CALENDAR) break
    if (due.kind === UNHEARD) events.push(lose(state, due.id))
    else events.push(...fire(state, due, stamp), { name: 'TimerFired', ...due })
  }
  return events
}

function fire(state: State, { kind, id }: Due, stamp: Stamp): TwinEvent[] {
  switch (TIMER_KINDS[kind]) {
    case 'HOLD':
      return expireHold(state, id, stamp.timeUs)
    case 'LIMIT':
      return fireLimit(state, id, stamp)
    case 'PROPOSAL':
      return expire(state, id)
    case 'CONFIRM':
      return expireConfirmation(state, id)
    case 'OVERRIDE':
      return expireOverride(state, id)
    case 'DISCONNECT':
      return expireSession(state, id, stamp.seq)
    default:
      throw new RangeError(`nothing is said of timers of kind ${kind}`)
  }
}
