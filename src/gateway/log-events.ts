/**
 * Every line that a gate writes to its log, by a stable name: `docs/reference/logs.md` is generated from here. A line says what an operator must
 * know, in fields; never a body, a token or a secret.
 */
import type { Logger } from './logger.ts'

export type LogLevel = 'info' | 'warn' | 'error'

export interface LogRow {
  readonly level: LogLevel
  /** The line's `msg`. */
  readonly text: string
  /** Each line matters: none is held back where it repeats. */
  readonly each?: true
}

const info = (text: string) => ({ level: 'info', text, each: true }) as const
const warn = (text: string) => ({ level: 'warn', text }) as const
const error = (text: string) => ({ level: 'error', text }) as const

export const LOG_EVENTS = {
  'gate.recovered': info('the state came back from the journal'),
  'gate.ready': info('the gate listens'),
  'gate.stopping': info('the gate takes no more'),
  'gate.stopped': info('the journal is closed'),
  'gate.failed': { level: 'error', text: 'the gate has failed; nothing more is decided', each: true },
  'gate.close-failed': error('the gate did not close in order'),
  'session.begun': info('an order session logged on'),
  'session.ended': info('an order session ended, by its code; LOGOUT by a word of the client, LOST without one'),
  'kill.set': info('a latch was set by a command'),
  'kill.released': info('a release was asked for or took effect'),
  'latch.set': info('the engine set a latch by itself'),
  'kill-file.applied': { level: 'warn', text: 'a kill file is applied', each: true },
  'kill-file.unreadable': { level: 'error', text: 'a kill file cannot be read: the whole firm is KILLED', each: true },
  'kill-file.stays': error('a kill file is applied and cannot be moved aside'),
  'kill-file.unwatched': warn('kill files are looked for, not watched'),
  'cancels.told': { level: 'warn', text: 'cancels passed while the journal was down; they are in it now', each: true },
  'cancel.not-kept': { level: 'error', text: 'a cancel passed without journal and could not be kept', each: true },
  'journal.no-spare': warn('no spare segment'),
  'journal.disk-room': { level: 'warn', text: "the journal's disk has passed a watermark", each: true },
  'clock.step': warn('the wall clock moved against sequencer time'),
  'answer.failed': error('an answer could not be given; what it tells of has happened'),
  'control.failed': error('a control failed; the order is refused'),
  'request.failed': error('a request failed'),
  'snapshot.ignored': { level: 'warn', text: 'a snapshot does not fit and is ignored', each: true },
  'secrets.unreadable': error(
    'a file of denied tokens, clients, people or keys cannot be read; what it said before holds',
  ),
  'issuer-keys.unavailable': warn('the keys of an external issuer cannot be had'),
  'sign-ins.not-kept': error('what people are signed in to cannot be kept; no token is given'),
} as const satisfies Readonly<Record<string, LogRow>>
export type LogEvent = keyof typeof LOG_EVENTS

/** Writes the line of an event. */
export function tell<E extends LogEvent>(
  logger: Pick<Logger, (typeof LOG_EVENTS)[E]['level']>,
  event: E,
  fields: object = {},
): void {
  const { level, text } = LOG_EVENTS[event]
  ;(logger as Logger)[level]({ event, ...fields }, text)
}
