/** The clock and the timer of the machine. */
import type { Clock, Timer } from './ports.ts'

export const systemClock: Clock = {
  wallUs: () => Date.now() * 1000,
  monotonicUs: () => Math.floor(performance.now() * 1000),
}

export const systemTimer: Timer = {
  every: (periodMs, fire) => {
    const timer = setInterval(fire, periodMs)
    timer.unref()
    return () => clearInterval(timer)
  },
}
