/**
 * DAILY_LOSS rows that stop their subjects by themselves: at an execution at once, at marks at the second in succession.
 */
import { reasonNumber } from '../../model/codes.ts'
import type { TwinEvent } from './events.ts'
import { cellsAt, countsAt, lossOf, NO_OBJECT, profitOf, type Snapshot, snapshot } from './exposure.ts'
import { setLatch } from './latches.ts'
import { E05, isWaived } from './rows.ts'
import type { Keys, Latch, Limit, Name, State } from './state.ts'

const REDUCE_ONLY = 1

function rowsOf(state: State): { limit: Limit; subject: Name }[] {
  const rows = [...state.limits.values()].filter(({ control }) => control === E05)
  rows.sort((a, b) => a.subject - b.subject)
  return rows.map((limit) => ({ limit, subject: state.subjects[limit.subject] as Name }))
}

/** An execution with these keys was booked or reversed. */
export function stopLosers(state: State, keys: Keys): TwinEvent[] {
  const snap = snapshot(state)
  return rowsOf(state)
    .filter(({ limit, subject }) => countsAt(keys, subject) && isLost(state, snap, limit, subject))
    .flatMap(({ limit, subject }) => stop(state, limit, subject))
}

/** Moves a mark, and looks at every row whose subject that makes richer or poorer. */
export function markWith(state: State, move: () => void): TwinEvent[] {
  const rows = rowsOf(state)
  const profits = (snap: Snapshot) =>
    rows.map(({ subject }) =>
      cellsAt(state, snap, subject, NO_OBJECT)
        .map((cell) => profitOf(state, cell))
        .join(' '),
    )
  const before = profits(snapshot(state))
  move()
  const snap = snapshot(state)
  const after = profits(snap)
  return rows.flatMap(({ limit, subject }, at) => {
    if (before[at] === after[at]) return []
    limit.marksBeyond = isLost(state, snap, limit, subject) ? limit.marksBeyond + 1 : 0
    return limit.marksBeyond >= 2 ? stop(state, limit, subject) : []
  })
}

function isLost(state: State, snap: Snapshot, limit: Limit, subject: Name): boolean {
  return !isWaived(limit) && lossOf(state, snap, subject) >= limit.hard
}

function stop(state: State, limit: Limit, { kind, id }: Name): TwinEvent[] {
  const cause = reasonNumber('DAILY_LOSS')
  const isSame = (latch: Latch) => latch.cause === cause && latch.watched === id
  if ([...state.latches.values()].some(isSame)) return []
  const to = Math.max(REDUCE_ONLY, Number(limit.param))
  const latch = setLatch(state, kind === 'FIRM' ? {} : { [kind.toLowerCase()]: id }, to, cause)
  latch.watched = id
  return [{ name: 'ControlLatched', limit, latch: latch.id, subject: id, state: to, cause, use: limit.hard }]
}
