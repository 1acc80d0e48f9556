/** Calendars: forms and constructors. Time zones are told by the gateway, in words that it makes itself. */
import { NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { CALENDAR, CALENDAR_DAY } from '../records/day-commands.ts'
import { CALENDAR_DAY_KINDS } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayFlag, mayId, mayName, needCode, needId, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

/** Bit i of a weekend is day i. */
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/

export const CALENDAR_FORM = form(
  'Calendar',
  'When trade dates begin: of the firm, of an entity, or of a venue.',
  [
    mayName('entity', 'Legal entity whose accounting day it is; the firm where neither is given.', EXAMPLE.entity),
    mayName('venue', 'Venue whose sessions and closes it is.', EXAMPLE.venue),
    needId('zone', 'IANA time zone.', 'America/New_York'),
    needId('roll', 'Local time at which a trade date begins, HH:MM or HH:MM:SS.', '21:00'),
    mayFlag('evening', 'true: on the evening before, so that Monday begins on Sunday.', true),
    {
      name: 'weekend',
      kind: 'texts',
      required: true,
      doc: 'Days of the week without trading.',
      example: ['Saturday', 'Sunday'],
      most: 6,
      unit: WEEKDAYS.join(', '),
    },
    mayId('close', 'Of a venue: local time at which it closes.', '20:00'),
  ],
  ['evening'],
)

export function calendar(
  words: WordsOf<typeof CALENDAR_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof CALENDAR> | RequestError {
  const read = new Reading(names)
  const values = {
    session,
    principal,
    ...whose(read, words.entity, words.venue),
    rollSeconds: clock(read, 'roll', words.roll),
    evening: words.evening === true ? 1 : 0,
    weekend: weekendOf(read, words.weekend ?? []),
    closeSeconds: clock(read, 'close', words.close),
    zone: read.text('zone', words.zone, NAME_CHARS),
  }
  return read.fault ?? { layout: CALENDAR, values }
}

function whose(read: Reading, entity: string | undefined, venue: string | undefined) {
  if (entity !== undefined && venue !== undefined) read.fail('FIELD_CONFLICT', 'venue', 'An entity or a venue.')
  return { entity: read.name('ENTITY', 'entity', entity), venue: read.name('VENUE', 'venue', venue) }
}

/** Seconds of the day; -1 where it is not given. */
function clock(read: Reading, field: string, word: string | undefined): number {
  if (word === undefined) return -1
  const match = CLOCK.exec(word)
  if (match === null) {
    read.fail('NOT_A_TIME', field, 'A time of day as HH:MM or HH:MM:SS.')
    return -1
  }
  return Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)
}

function weekendOf(read: Reading, days: readonly string[]): number {
  return days.reduce((mask, day) => mask | (1 << Math.max(read.code('weekend', day, WEEKDAYS), 0)), 0)
}

export const CALENDAR_DAY_FORM = form('CalendarDay', 'A holiday or a half day of a calendar.', [
  mayName('entity', 'Entity whose calendar it is; the firm where neither is given.', EXAMPLE.entity),
  mayName('venue', 'Venue whose calendar it is.', EXAMPLE.venue),
  needId('date', 'The date, yyyymmdd.', '20261126'),
  needCode('kind', CALENDAR_DAY_KINDS, 'NONE takes the entry away.', 'HOLIDAY'),
  mayId('close', 'Of a half day: local time at which it closes.', '13:00'),
])

export function calendarDay(
  words: WordsOf<typeof CALENDAR_DAY_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof CALENDAR_DAY> | RequestError {
  const read = new Reading(names)
  const values = {
    session,
    principal,
    ...whose(read, words.entity, words.venue),
    date: read.date('date', words.date),
    kind: read.code('kind', words.kind, CALENDAR_DAY_KINDS),
    closeSeconds: clock(read, 'close', words.close),
  }
  if ((words.kind === 'HALF_DAY') !== (words.close !== undefined))
    read.fail('FIELD_CONFLICT', 'close', 'HALF_DAY only.')
  return read.fault ?? { layout: CALENDAR_DAY, values }
}
