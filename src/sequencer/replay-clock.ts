/**
 * A clock that stands still until a request moves it: a recorded day played at any speed meets the windows and ages that
 * it met when it was traded, and so gets the same decisions. Demo profile only; the production profile refuses it,
 * because whoever sets the clock could slip through every window (docs/decisions: the replay clock).
 */
import type { Clock } from './ports.ts'

/** The header of a request that moves the clock: whole microseconds since 1970-01-01T00:00:00Z. */
export const REPLAY_TIME_HEADER = 'x-portcullis-time-us'

export class ReplayClock implements Clock {
  #nowUs: number

  constructor(startUs: number) {
    this.#nowUs = startUs
  }

  /** Moves the clock forward. An earlier time is ignored, so that no sender can turn it back. */
  advanceTo(timeUs: number): void {
    if (Number.isSafeInteger(timeUs) && timeUs > this.#nowUs) this.#nowUs = timeUs
  }

  wallUs(): number {
    return this.#nowUs
  }

  /** As the wall clock: there is nothing that it could drift from. */
  monotonicUs(): number {
    return this.#nowUs
  }
}

/** Returns the time in a header, or undefined where it is no whole number of microseconds. */
export function parseReplayTime(header: string): number | undefined {
  const timeUs = /^[1-9][0-9]{0,15}$/.test(header) ? Number(header) : Number.NaN
  return Number.isSafeInteger(timeUs) ? timeUs : undefined
}
