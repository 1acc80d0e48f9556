/** What falls due by itself: worked out from what waits, whenever it is asked for. */
import { TIMERS_PER_TICK } from '../../model/bounds.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import { dueRoll, type Roll, rollsAhead } from './calendar-time.ts'
import type { TwinEvent } from './events.ts'
import { lose, unheardOrders } from './fate.ts'
import { expire, firstExpiry } from './proposals.ts'
import type { State } from './state.ts'

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')
/** No timer, but the fate of an order, before every kind of equal time. */
const FATE = -1

interface Due {
  readonly dueUs: number
  readonly kind: number
  readonly id: number
}

export function firstDue(state: State): Due | undefined {
  const rolls = rollsAhead(state).map(({ dueUs, key }) => ({ dueUs, kind: CALENDAR, id: key }))
  const all: Due[] = [...firstExpiry(state), ...rolls, ...unheard(state)]
  return all.sort((a, b) => a.dueUs - b.dueUs || a.kind - b.kind || a.id - b.id)[0]
}

function unheard(state: State): Due[] {
  return unheardOrders(state).map(({ dueUs, seq }) => ({ dueUs, kind: FATE, id: seq }))
}

/** The roll that is due, where nothing else is due before it. */
export function rollInFront(state: State, nowUs: number): Roll | null {
  return firstDue(state)?.kind === CALENDAR ? dueRoll(state, nowUs) : null
}

/** The command that must come before any other at this time, in words. */
export function dueInWords(state: State, nowUs: number): string {
  const due = firstDue(state)
  if (due === undefined || due.dueUs > nowUs) return 'nothing'
  const roll = rollInFront(state, nowUs)
  return roll === null ? 'Tick' : `DayRoll ${roll.calendar} ${roll.tradeDate}`
}

export function tick(state: State, nowUs: number): TwinEvent[] {
  const events: TwinEvent[] = []
  for (let fired = 0; fired < TIMERS_PER_TICK; fired++) {
    const due = firstDue(state)
    // A calendar rolls by a command of its own, which comes before this one.
    if (due === undefined || due.dueUs > nowUs || due.kind === CALENDAR) break
    if (due.kind === FATE) events.push(lose(state, due.id))
    else events.push(...fire(state, due), { name: 'TimerFired', ...due })
  }
  return events
}

function fire(state: State, { kind, id }: Due): TwinEvent[] {
  switch (TIMER_KINDS[kind]) {
    case 'PROPOSAL':
      return expire(state, id)
    default:
      throw new RangeError(`nothing is said of timers of kind ${kind}`)
  }
}
