/** What falls due by itself: worked out from what waits, whenever it is asked for. */
import { TIMERS_PER_TICK } from '../../model/bounds.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import type { TwinEvent } from './events.ts'
import { fireLimit, limitTimers } from './limit-terms.ts'
import { expire, firstExpiry } from './proposals.ts'
import type { State } from './state.ts'

interface Stamp {
  readonly seq: number
  readonly timeUs: number
}

interface Due {
  readonly dueUs: number
  readonly kind: number
  readonly id: number
}

export function firstDue(state: State): Due | undefined {
  const all: Due[] = [...firstExpiry(state), ...limitTimers(state)]
  return all.sort((a, b) => a.dueUs - b.dueUs || a.kind - b.kind || a.id - b.id)[0]
}

export function tick(state: State, stamp: Stamp): TwinEvent[] {
  const events: TwinEvent[] = []
  for (let fired = 0; fired < TIMERS_PER_TICK; fired++) {
    const due = firstDue(state)
    if (due === undefined || due.dueUs > stamp.timeUs) break
    events.push(...fire(state, due, stamp), { name: 'TimerFired', ...due })
  }
  return events
}

function fire(state: State, { kind, id }: Due, stamp: Stamp): TwinEvent[] {
  switch (TIMER_KINDS[kind]) {
    case 'LIMIT':
      return fireLimit(state, id, stamp)
    case 'PROPOSAL':
      return expire(state, id)
    default:
      throw new RangeError(`nothing is said of timers of kind ${kind}`)
  }
}
