/**
 * Calendars: when the trade dates of the firm, of entities and of venues begin, by the clock of a zone. The firm and each
 * entity with a calendar of its own have a trade date in force; what is wholly of such an entity rolls with it, all
 * else with the firm.
 */
import { dateOfDay, dayOfDate, weekdayOf } from '../../model/dates.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import { Kind, type Names } from './names.ts'
import type { StateVisitor } from './state-visitor.ts'
import type { Timers } from './timers.ts'
import { createZones } from './zones.ts'

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')
/** Subject 0: the firm's calendar is its own. */
const FIRM = 0
/** How far ahead the next business day is sought. */
const DAYS_AHEAD = 366

/** Of the kinds of an entry, CALENDAR_DAY_KINDS: a business day that closes early. */
const HALF_DAY = 2

export interface CalendarEntry {
  readonly kind: number
  /** Of a half day: seconds of its close. */
  readonly closeSeconds: number
}

export interface Calendar {
  readonly zone: string
  /** When a trade date begins, in seconds of the local day. */
  readonly rollSeconds: number
  /** It begins on the evening before. */
  readonly isEvening: boolean
  /** Bit 0 Sunday to bit 6 Saturday. */
  readonly weekend: number
  /** Close in seconds of the local day; -1 where there is none. */
  readonly closeSeconds: number
  readonly days: Map<number, CalendarEntry>
}

export interface CalendarTables {
  readonly names: Names
  readonly timers: Timers
  readonly tradeDate: number
}

export type Calendars = ReturnType<typeof createCalendars>

export function createCalendars(state: CalendarTables, scopes: number) {
  const { names, timers } = state
  const zones = createZones()
  /** By subject: the firm's, and entities'. */
  const own = new Map<number, Calendar>()
  const ofVenue = new Map<number, Calendar>()
  /** Trade date of each entity that has a calendar; 0 where the firm's holds. */
  const dates = new Int32Array(scopes)
  /** Command that zeroed the executed flow of each subject last: what was executed later is in it. */
  const zeroedSeq = new Float64Array(scopes)
  /** Since when capital must have been stated: the business day before the one in force. 0 where no calendar says. */
  const capitalFromUs = new Float64Array(1)

  /** The calendar that a subject rolls with: that of the one entity that it is wholly of, else the firm's. */
  function calendarOf(subject: number): number {
    const kind = names.subjectKind[subject]!
    if (kind === Kind.ENTITY) return dates[subject] === 0 ? FIRM : subject
    if (kind === Kind.FIRM || kind === Kind.SESSION) return FIRM
    const mask = names.entityMask[subject]!
    if (mask === 0 || (mask & (mask - 1)) !== 0) return FIRM
    for (const entity of own.keys()) {
      if (entity !== FIRM && mask === 1 << names.entityOrdinal[entity]!) return entity
    }
    return FIRM
  }

  /** Trade date in force of the firm or of an entity. */
  function dateOf(subject: number): number {
    return dates[subject] === 0 ? state.tradeDate : dates[subject]!
  }

  function isBusinessDay(calendar: Calendar, day: number): boolean {
    const entry = calendar.days.get(dateOfDay(day))
    if (entry !== undefined) return entry.kind === HALF_DAY
    return (calendar.weekend & (1 << weekdayOf(day))) === 0
  }

  /** The business day after, or with step -1 before, a date; 0 where there is none for a year. */
  function businessDate(calendar: Calendar, date: number, step: 1 | -1): number {
    const from = dayOfDate(date)
    for (let away = 1; away <= DAYS_AHEAD; away++) {
      if (isBusinessDay(calendar, from + step * away)) return dateOfDay(from + step * away)
    }
    return 0
  }

  /** When a trade date begins; NaN where the zone is not known then. */
  function beginsUs(calendar: Calendar, date: number): number {
    if (date === 0) return Number.NaN
    const day = dayOfDate(date) - (calendar.isEvening ? 1 : 0)
    return zones.instantUs(calendar.zone, day, calendar.rollSeconds)
  }

  /** When a venue closes on a date; NaN where it does not, or no calendar says. */
  function closesUs(venue: number, date: number): number {
    const calendar = ofVenue.get(venue)
    if (calendar === undefined) return Number.NaN
    const day = dayOfDate(date)
    const entry = calendar.days.get(date)
    const seconds = entry?.kind === HALF_DAY ? entry.closeSeconds : calendar.closeSeconds
    if (seconds < 0 || !isBusinessDay(calendar, day)) return Number.NaN
    return zones.instantUs(calendar.zone, day, seconds)
  }

  /** The date that the calendar of a subject rolls to next, and when; 0 and NaN where it cannot. */
  function nextRoll(subject: number): { readonly tradeDate: number; readonly dueUs: number } {
    const calendar = own.get(subject)
    if (calendar === undefined) return { tradeDate: 0, dueUs: Number.NaN }
    const tradeDate = businessDate(calendar, dateOf(subject), 1)
    return { tradeDate, dueUs: beginsUs(calendar, tradeDate) }
  }

  /** Starts the timer of a calendar anew; it has none where it cannot know when it rolls. */
  function schedule(subject: number): void {
    const { dueUs } = nextRoll(subject)
    if (Number.isNaN(dueUs)) timers.clear(CALENDAR, subject)
    else timers.set(CALENDAR, subject, dueUs)
    if (subject !== FIRM) return
    const calendar = own.get(FIRM)
    const before = calendar === undefined ? 0 : businessDate(calendar, state.tradeDate, -1)
    const fromUs = calendar === undefined || Number.isNaN(dueUs) ? Number.NaN : beginsUs(calendar, before)
    capitalFromUs[0] = Number.isNaN(fromUs) ? 0 : fromUs
  }

  /** Every calendar of a zone. */
  function scheduleZone(zone: string): void {
    for (const [subject, calendar] of own) if (calendar.zone === zone) schedule(subject)
  }

  function define(subject: number, venue: number, calendar: Omit<Calendar, 'days'>): void {
    const table = venue >= 0 ? ofVenue : own
    const key = venue >= 0 ? venue : subject
    const days = table.get(key)?.days ?? new Map<number, CalendarEntry>()
    table.set(key, { ...calendar, days })
    if (venue >= 0) return
    if (subject !== FIRM && dates[subject] === 0) dates[subject] = state.tradeDate
    schedule(subject)
  }

  function setDay(subject: number, venue: number, date: number, entry: CalendarEntry): void {
    const days = (venue >= 0 ? ofVenue.get(venue) : own.get(subject))!.days
    if (entry.kind === 0) days.delete(date)
    else days.set(date, entry)
    if (venue < 0) schedule(subject)
  }

  function visit(v: StateVisitor): void {
    zones.visit(v)
    v.map(own)
    v.map(ofVenue)
    v.ints(dates, scopes)
    v.nums(zeroedSeq, scopes)
    v.nums(capitalFromUs, 1)
  }

  return {
    zones,
    own,
    ofVenue,
    dates,
    zeroedSeq,
    capitalFromUs,
    calendarOf,
    dateOf,
    isBusinessDay,
    closesUs,
    nextRoll,
    schedule,
    scheduleZone,
    define,
    setDay,
    visit,
  }
}
