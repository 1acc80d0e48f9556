/** Calendars and time zones: forms and constructors. */
import { NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { CALENDAR, CALENDAR_DAY, ZONE_TRANSITIONS } from '../records/day-commands.ts'
import { CALENDAR_DAY_KINDS } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayFlag, mayId, mayName, mayTime, needCode, needId, needNumber, needTime, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

/** Bit i of a weekend is day i. */
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
/** No zone's clock is further from UTC. */
const OFFSET_MAX_SECONDS = 18 * 3600
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

/** Told as intervals by whoever knows the zone: the gate, or the machine that imports a file. */
export const ZONE_FORM = form(
  'Zone',
  "Tells a time zone's offsets, from the time zone data of the machine that makes them.",
  [
    needId('zone', 'IANA time zone.', 'America/New_York'),
    mayTime('from', 'From when on; over a year ago where not given.', '2026-01-01T00:00:00Z'),
    mayTime('until', 'Until when; ten years from now where not given.', '2036-01-01T00:00:00Z'),
  ],
)

export const ZONE_TRANSITIONS_FORM = form('ZoneTransitions', 'How far a zone is from UTC for a time.', [
  needId('zone', 'IANA time zone.', 'America/New_York'),
  needTime('from', 'From this instant on.', '2026-11-01T06:00:00Z'),
  needTime(
    'until',
    'Until before this instant; behind it nothing is known unless it was told.',
    '2027-03-14T07:00:00Z',
  ),
  needNumber('offsetSeconds', 'seconds', 'Local time less UTC.', '-18000'),
])

export function zoneTransitions(
  words: WordsOf<typeof ZONE_TRANSITIONS_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof ZONE_TRANSITIONS> | RequestError {
  const read = new Reading(names)
  const values = {
    session,
    principal,
    zone: read.text('zone', words.zone, NAME_CHARS),
    fromUs: read.timeUs('from', words.from),
    untilUs: read.timeUs('until', words.until),
    offsetSeconds: read.integer('offsetSeconds', words.offsetSeconds, -OFFSET_MAX_SECONDS, OFFSET_MAX_SECONDS),
  }
  if (values.untilUs <= values.fromUs) read.fail('OUT_OF_RANGE', 'until', 'After from.')
  return read.fault ?? { layout: ZONE_TRANSITIONS, values }
}
