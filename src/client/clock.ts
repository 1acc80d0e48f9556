/** Time and chance as the SDK takes them: behind a port, so that a test moves them by hand. */

export interface Clock {
  /** Milliseconds from an arbitrary point; never decreases. */
  nowMs(): number
  /** Microseconds since the epoch, as the machine has them. */
  wallUs(): number
  /** Calls `fire` once after `ms`, unless the returned function is called before. */
  after(ms: number, fire: () => void): () => void
  /** A number in [0, 1). */
  random(): number
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallUs: () => Date.now() * 1_000,
  after: (ms, fire) => {
    const timer = setTimeout(fire, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
