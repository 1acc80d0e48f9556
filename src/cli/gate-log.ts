/** The log of a gate's process: JSON lines on standard error, by LOG_LEVEL, without secrets and without repeats. */
import pino, { type DestinationStream } from 'pino'
import { withoutRepeats } from '../gateway/log-repeats.ts'
import type { Logger } from '../gateway/logger.ts'
import { redacted } from '../gateway/redaction.ts'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LEVEL = 'warn'

/** @param level one of {@link LOG_LEVELS}; any other word is `warn` */
export function gateLog(level: string | undefined, destination: DestinationStream = pino.destination(2)): Logger {
  const known = (LOG_LEVELS as readonly string[]).includes(level ?? '') ? (level as string) : LEVEL
  const log = pino(
    {
      level: known,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => redacted(fields) as Record<string, unknown> },
      // Errors are made plain there.
      serializers: { err: (error) => error },
    },
    destination,
  )
  return withoutRepeats(log, () => performance.now())
}
