/** How fast a day is played: as fast as the gate answers, or at a multiple of real time. */
import type { DayTimeUs } from '../day/day-event.ts'

/** Shorter than this no timer can wait. */
const WAIT_MS_MIN = 2

/** Waits until the day's time has come. @param speed multiple of real time; undefined does not wait */
export function dayPace(
  speed: number | undefined,
  nowMs: () => number,
  wait: (ms: number) => Promise<void>,
): (timeUs: DayTimeUs) => Promise<void> {
  if (speed === undefined) return async () => {}
  let start: { readonly ms: number; readonly timeUs: DayTimeUs } | undefined
  return async (timeUs) => {
    // The first message sets the hands: nothing is waited for before it.
    start ??= { ms: nowMs(), timeUs }
    const waitMs = start.ms + (timeUs - start.timeUs) / 1_000 / speed - nowMs()
    if (waitMs >= WAIT_MS_MIN) await wait(waitMs)
  }
}
