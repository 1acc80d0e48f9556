/**
 * Sequencer time: a wall anchor taken once, plus monotonic time elapsed since. It never decreases, not
 * over a restart either; a step of the wall clock is reported and not followed.
 */
import type { Clock, Notice } from './ports.ts'

/** Difference to the wall clock that is reported as a step. */
const STEP_US = 50_000

export class SequencerTime {
  readonly #clock: Clock
  readonly #report: (notice: Notice) => void
  readonly #anchorUs: number
  readonly #anchorMonotonicUs: number
  #lastUs: number
  #reportedOffsetUs = 0

  /** `lastUs` is the time of the last recorded command: the stream goes on from there. */
  constructor(clock: Clock, lastUs: number, report: (notice: Notice) => void) {
    this.#clock = clock
    this.#report = report
    this.#anchorUs = Math.max(clock.wallUs(), lastUs)
    this.#anchorMonotonicUs = clock.monotonicUs()
    this.#lastUs = this.#anchorUs
    this.watch()
  }

  now(): number {
    const timeUs = this.#anchorUs + (this.#clock.monotonicUs() - this.#anchorMonotonicUs)
    if (timeUs > this.#lastUs) this.#lastUs = timeUs
    return this.#lastUs
  }

  /** Reports a step of the wall clock since the last report. */
  watch(): void {
    const offsetUs = this.#clock.wallUs() - this.now()
    if (Math.abs(offsetUs - this.#reportedOffsetUs) <= STEP_US) return
    this.#reportedOffsetUs = offsetUs
    this.#report({ code: 'CLOCK_STEP', offsetUs })
  }
}
