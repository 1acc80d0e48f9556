/** Waiting, behind a port: elapsed time and a call after a delay. Tests move it by hand. */

export interface Delays {
  /** Milliseconds from an arbitrary point; never decreases. */
  nowMs(): number
  /** Calls `fire` once after `ms`, unless the returned function is called before. */
  after(ms: number, fire: () => void): () => void
}

export const systemDelays: Delays = {
  nowMs: () => performance.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, ms)
    return () => clearTimeout(timer)
  },
}
