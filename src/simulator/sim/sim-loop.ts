/**
 * Time of a simulated world: events in the order of their time, then of their making. Nothing else moves, so that one
 * seed gives one order of everything. The wall clock of the world can be set; its monotonic time cannot.
 */
import type { Clock } from '../../sequencer/ports.ts'

interface Event {
  readonly atUs: number
  readonly order: number
  readonly run: () => void
}

export class SimLoop implements Clock {
  #nowUs = 0
  #wallAheadUs: number
  #made = 0
  /** A heap: the soonest first. */
  readonly #events: Event[] = []

  constructor(startUs: number) {
    this.#wallAheadUs = startUs
  }

  wallUs(): number {
    return this.#nowUs + this.#wallAheadUs
  }

  monotonicUs(): number {
    return this.#nowUs
  }

  /** Somebody sets the wall clock. */
  stepWall(us: number): void {
    this.#wallAheadUs += us
  }

  /** Runs something in `delayUs`, behind everything that was asked for the same moment before. */
  in(delayUs: number, run: () => void): void {
    this.#push({ atUs: this.#nowUs + delayUs, order: this.#made++, run })
  }

  /** Runs the next event and all promises that it settles. False where there is none. */
  async next(): Promise<boolean> {
    const event = this.#pop()
    if (event === undefined) return false
    this.#nowUs = event.atUs
    event.run()
    // Promises settle before the machine's loop comes round; nothing else of the world hangs on that loop.
    await new Promise<void>((settle) => setImmediate(settle))
    return true
  }

  #push(event: Event): void {
    const heap = this.#events
    let at = heap.push(event) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isSooner(event, heap[above] as Event)) break
      heap[at] = heap[above] as Event
      at = above
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#events
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let below = at * 2 + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isSooner(heap[below + 1] as Event, heap[below] as Event)) below++
      if (!isSooner(heap[below] as Event, last)) break
      heap[at] = heap[below] as Event
      at = below
    }
    heap[at] = last
    return first
  }
}

function isSooner(a: Event, b: Event): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order)
}
