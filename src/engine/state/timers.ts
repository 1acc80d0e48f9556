/**
 * What falls due when: one timer for each (kind, id), soonest first, equal times by kind and id. For what is seldom; the
 * fate of every order that was sent has a list of its own.
 */
import type { StateVisitor } from './state-visitor.ts'

export interface DueTimer {
  readonly dueUs: number
  /** Index in TIMER_KINDS. */
  readonly kind: number
  readonly id: number
}

export type Timers = ReturnType<typeof createTimers>

export function createTimers() {
  const timers: DueTimer[] = []

  /** When the next one falls due; Infinity where none runs. */
  function dueUs(): number {
    return timers.length === 0 ? Number.POSITIVE_INFINITY : timers[0]!.dueUs
  }

  function first(): DueTimer | undefined {
    return timers[0]
  }

  /** Starts the timer of (kind, id), in place of the one that it has. */
  function set(kind: number, id: number, due: number): void {
    clear(kind, id)
    const timer = { dueUs: due, kind, id }
    let at = timers.length
    while (at > 0 && isBefore(timer, timers[at - 1]!)) at--
    timers.splice(at, 0, timer)
  }

  function has(kind: number, id: number): boolean {
    return timers.some((timer) => timer.kind === kind && timer.id === id)
  }

  function clear(kind: number, id: number): void {
    const at = timers.findIndex((timer) => timer.kind === kind && timer.id === id)
    if (at >= 0) timers.splice(at, 1)
  }

  function visit(v: StateVisitor): void {
    v.list(timers)
  }

  return { dueUs, first, has, set, clear, visit }
}

function isBefore(a: DueTimer, b: DueTimer): boolean {
  if (a.dueUs !== b.dueUs) return a.dueUs < b.dueUs
  return a.kind !== b.kind ? a.kind < b.kind : a.id < b.id
}
