/**
 * Whether orders are worth asking about: after failures in a row the breaker opens, and orders are refused at once and cost
 * no wait. Cancels do not ask it.
 *
 *   closed    -- `failuresMax` failures in a row --> open
 *   open      -- a new connection, or a time that doubles with each opening --> half open: the gate is listened to, and
 *                orders are still refused
 *   half open -- the gate shows that it decides --> closed; another failure --> open
 *
 * What closes it is a heartbeat of the gate, which comes from its decision loop, and never somebody's order.
 */
import type { Clock } from './clock.ts'

export type BreakerState = 'closed' | 'open' | 'halfOpen'

export interface BreakerBounds {
  /** Failures in a row that open it. */
  readonly failuresMax: number
  /** It stays open for so long at first, and at most. */
  readonly openMs: number
  readonly openMsMax: number
}

export const BREAKER_BOUNDS: BreakerBounds = { failuresMax: 3, openMs: 500, openMsMax: 10_000 }

export class CircuitBreaker {
  readonly #clock: Clock
  readonly #bounds: BreakerBounds
  readonly #changed: (state: BreakerState) => void
  #state: BreakerState = 'closed'
  #failures = 0
  #openMs: number
  #stopWaiting: () => void = () => {}

  constructor(clock: Clock, bounds: BreakerBounds, changed: (state: BreakerState) => void) {
    this.#clock = clock
    this.#bounds = bounds
    this.#changed = changed
    this.#openMs = bounds.openMs
  }

  get state(): BreakerState {
    return this.#state
  }

  /** No connection, no answer in time, or a gate that says that it cannot decide. */
  failed(): void {
    this.#failures++
    if (this.#state === 'halfOpen' || (this.#state === 'closed' && this.#failures >= this.#bounds.failuresMax)) {
      this.#open()
    }
  }

  /** An order was answered in time. */
  answered(): void {
    if (this.#state === 'closed') {
      this.#failures = 0
      this.#openMs = this.#bounds.openMs
    } else this.beat()
  }

  /** The gate decides: enough to try again, and not enough to forget that its answers came late. */
  beat(): void {
    if (this.#state !== 'halfOpen') return
    this.#failures = 0
    this.#become('closed')
  }

  /** There is a connection again: what it says first tells whether the gate decides. */
  connected(): void {
    if (this.#state !== 'open') return
    this.#stopWaiting()
    this.#become('halfOpen')
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#stopWaiting()
  }

  #open(): void {
    const openMs = this.#openMs
    this.#openMs = Math.min(openMs * 2, this.#bounds.openMsMax)
    this.#stopWaiting = this.#clock.after(openMs, () => this.#become('halfOpen'))
    this.#become('open')
  }

  #become(state: BreakerState): void {
    this.#state = state
    this.#changed(state)
  }
}
