/** Venues that have closed, whose orders of the day are still being looked through: few at a time. */
import type { StateVisitor } from './state-visitor.ts'

export interface Closing {
  readonly venue: number
  /** Orders that came after the close are not of the day that it ended. */
  readonly closedSeq: number
  /** Next order slot that is looked at. */
  fromSlot: number
}

export type Closings = ReturnType<typeof createClosings>

export function createClosings() {
  const open: Closing[] = []

  function get(venue: number): Closing | undefined {
    return open.find((closing) => closing.venue === venue)
  }

  /** Begins to look through a venue's orders, from the start where it was at it already. */
  function begin(venue: number, closedSeq: number): void {
    end(venue)
    open.push({ venue, closedSeq, fromSlot: 0 })
  }

  function end(venue: number): void {
    const at = open.findIndex((closing) => closing.venue === venue)
    if (at >= 0) open.splice(at, 1)
  }

  function visit(v: StateVisitor): void {
    v.list(open)
  }

  return { first: (): Closing | undefined => open[0], get, begin, end, visit }
}
