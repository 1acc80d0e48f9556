/** Holds back a warning or error that repeats: the next line of the same event says how many there were. What happened each time is told each time. */
import { LOG_EVENTS, type LogEvent, type LogRow } from './log-events.ts'
import type { Logger } from './logger.ts'

/** One line of an event in so long. */
export const REPEAT_MS = 10_000

interface Held {
  lastMs: number
  repeated: number
}

type Write = (fields: object, message: string) => void

/** @param nowMs elapsed time */
export function withoutRepeats(logger: Logger, nowMs: () => number): Logger {
  const held = new Map<LogEvent, Held>()
  const limited =
    (write: Write): Write =>
    (fields, message) => {
      const { event } = fields as { readonly event?: LogEvent }
      const row: LogRow | undefined = event === undefined ? undefined : LOG_EVENTS[event]
      if (event === undefined || row === undefined || row.each === true) return write(fields, message)
      const now = nowMs()
      const last = held.get(event)
      if (last !== undefined && now - last.lastMs < REPEAT_MS) {
        last.repeated++
        return
      }
      held.set(event, { lastMs: now, repeated: 0 })
      write(last === undefined || last.repeated === 0 ? fields : { ...fields, repeated: last.repeated }, message)
    }
  return {
    info: (fields, message) => logger.info(fields, message),
    warn: limited((fields, message) => logger.warn(fields, message)),
    error: limited((fields, message) => logger.error(fields, message)),
  }
}
