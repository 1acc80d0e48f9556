/** Decides calendars, zones and the roll of a trade date (docs/reference/decision.md §10, §14): changes nothing. */
import { CALENDAR_DAYS, ZONE_INTERVALS, ZONES } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { DAY_SECONDS, dayOfDate } from '../model/dates.ts'
import { DAY_ROLL } from '../model/records/commands.ts'
import { CALENDAR, CALENDAR_DAY, ZONE_TRANSITIONS } from '../model/records/day-commands.ts'
import { CALENDAR_STUCK } from '../model/records/day-events.ts'
import { TIMER_FIRED } from '../model/records/events.ts'
import { decode, encode } from '../model/records/schema.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import { CALENDAR_DAY_KINDS, TIMER_KINDS } from '../model/vocabulary.ts'
import { isDate } from './decide-reference.ts'
import { writeApplied, writeLatchSet, writeRefused } from './events-out.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const DAY_ROLLED = reasonNumber('DAY_ROLLED')
const CALENDAR_MISSING = reasonNumber('CALENDAR_MISSING')
const ZONE_UNKNOWN = reasonNumber('ZONE_UNKNOWN')
const CALENDAR_KIND = TIMER_KINDS.indexOf('CALENDAR')
const BLOCKED = 2
const FIRM = 0
const ALL_WEEK = 127
/** No zone's clock is further from UTC. */
const OFFSET_MAX_SECONDS = 18 * 3600

export class CalendarDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  calendar(tape: Tape, offset: number): void {
    const at = CALENDAR.at
    const command = decode(tape, offset, CALENDAR)
    if (!this.#isNamed(command)) return writeRefused(tape, UNKNOWN_NAME, at.entity)
    const isTime = (seconds: number, least: number) => seconds >= least && seconds < DAY_SECONDS
    if (!/^[!-~]+$/.test(command.zone)) return writeRefused(tape, INVALID_VALUE, at.zone)
    if (!isTime(command.rollSeconds, 0)) return writeRefused(tape, INVALID_VALUE, at.rollSeconds)
    if (!isTime(command.closeSeconds, -1)) return writeRefused(tape, INVALID_VALUE, at.closeSeconds)
    if (!(command.weekend >= 0 && command.weekend < ALL_WEEK)) return writeRefused(tape, INVALID_VALUE, at.weekend)
    if (command.evening !== 0 && command.evening !== 1) return writeRefused(tape, INVALID_VALUE, at.evening)
    writeApplied(tape)
  }

  /** The firm, an entity, or a venue. */
  #isNamed({ entity, venue }: { readonly entity: number; readonly venue: number }): boolean {
    const { names } = this.#state
    if (entity !== -1 && venue !== -1) return false
    if (entity !== -1) return names.has(Kind.ENTITY, entity)
    return venue === -1 || names.has(Kind.VENUE, venue)
  }

  day(tape: Tape, offset: number): void {
    const at = CALENDAR_DAY.at
    const { calendars } = this.#state
    const command = decode(tape, offset, CALENDAR_DAY)
    if (!this.#isNamed(command)) return writeRefused(tape, UNKNOWN_NAME, at.entity)
    const { entity, venue, date, kind, closeSeconds } = command
    const calendar = venue >= 0 ? calendars.ofVenue.get(venue) : calendars.own.get(Math.max(entity, FIRM))
    if (calendar === undefined) return writeRefused(tape, CALENDAR_MISSING)
    if (Number.isNaN(dayOfDate(date))) return writeRefused(tape, INVALID_VALUE, at.date)
    const code = CALENDAR_DAY_KINDS[kind]
    if (code === undefined) return writeRefused(tape, INVALID_VALUE, at.kind)
    const isTime = closeSeconds >= 0 && closeSeconds < DAY_SECONDS
    if (code === 'HALF_DAY' ? !isTime : closeSeconds !== -1) return writeRefused(tape, INVALID_VALUE, at.closeSeconds)
    if (calendar.days.size >= CALENDAR_DAYS && !calendar.days.has(date)) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  zone(tape: Tape, offset: number): void {
    const at = ZONE_TRANSITIONS.at
    const { zones } = this.#state.calendars
    const { zone, fromUs, untilUs, offsetSeconds } = decode(tape, offset, ZONE_TRANSITIONS)
    if (!/^[!-~]+$/.test(zone)) return writeRefused(tape, INVALID_VALUE, at.zone)
    if (!Number.isSafeInteger(fromUs)) return writeRefused(tape, INVALID_VALUE, at.fromUs)
    if (!(Number.isSafeInteger(untilUs) && untilUs > fromUs)) return writeRefused(tape, INVALID_VALUE, at.untilUs)
    if (!(Math.abs(offsetSeconds) <= OFFSET_MAX_SECONDS)) return writeRefused(tape, INVALID_VALUE, at.offsetSeconds)
    // A gap in between would be a time of which nothing is known.
    if (zones.count(zone) > 0 && fromUs > zones.knownUntilUs(zone)) return writeRefused(tape, INVALID_VALUE, at.fromUs)
    const isFull = zones.count(zone) === 0 ? zones.size() >= ZONES : zones.count(zone) >= ZONE_INTERVALS
    if (isFull && fromUs > zones.knownFromUs(zone)) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  dayRoll(tape: Tape, offset: number): void {
    const at = DAY_ROLL.at
    const { calendars } = this.#state
    const { calendar, tradeDate } = decode(tape, offset, DAY_ROLL)
    const subject = Math.max(calendar, FIRM)
    // An entity without a calendar of its own rolls with the firm.
    const isKnown = calendar === -1 || (calendar > FIRM && calendars.own.has(calendar))
    if (!isKnown) return this.#refuse(tape, subject, INVALID_VALUE, at.calendar)
    if (!isDate(tradeDate)) return this.#refuse(tape, subject, INVALID_VALUE, at.tradeDate)
    const date = calendars.dateOf(subject)
    if (tradeDate <= date) return this.#refuse(tape, subject, DAY_ROLLED)
    // A year that was mistyped would refuse every roll that comes after it.
    if (monthOf(tradeDate) > monthOf(date) + 1) return this.#refuse(tape, subject, INVALID_VALUE, at.tradeDate)
    if (calendars.own.has(subject) && Number.isNaN(dayOfDate(tradeDate))) {
      return this.#refuse(tape, subject, INVALID_VALUE, at.tradeDate)
    }
    writeApplied(tape)
  }

  #refuse(tape: Tape, subject: number, reason: number, field = -1): void {
    writeRefused(tape, reason, field)
    this.#giveUp(tape, subject, reason)
  }

  /** A roll that failed: the day has not rolled, and nobody trades on as if it had. */
  failed(tape: Tape, offset: number, reason: number): void {
    const { latches } = this.#state
    writeRefused(tape, reason)
    writeLatchSet(tape, latches.next, -1, -1, BLOCKED, reason)
    this.#giveUp(tape, Math.max(decode(tape, offset, DAY_ROLL).calendar, FIRM), reason)
  }

  /** Takes a timer off that is due and whose roll was refused: it would be tried for ever. */
  #giveUp(tape: Tape, subject: number, reason: number): void {
    const timer = this.#state.timers.first()
    if (timer?.kind !== CALENDAR_KIND || timer.id !== subject || timer.dueUs > this.#state.timeUs) return
    this.#stuck(tape, subject, reason)
    encode(tape, TIMER_FIRED, { dueUs: timer.dueUs, kind: CALENDAR_KIND, id: subject })
  }

  /** Follow-up of what changed a calendar or moved it on: an alarm where it cannot tell when it rolls next. */
  follow(tape: Tape, offset: number): void {
    const isConcerned = this.#concernedBy(tape, offset)
    for (const [subject, { zone }] of this.#state.calendars.own) {
      if (!isConcerned(subject, zone)) continue
      if (Number.isNaN(this.#state.calendars.nextRoll(subject).dueUs)) this.#stuck(tape, subject, ZONE_UNKNOWN)
    }
  }

  #concernedBy(tape: Tape, offset: number): (subject: number, zone: string) => boolean {
    const type = typeAt(tape, offset)
    if (type === ZONE_TRANSITIONS.type) {
      const { zone } = decode(tape, offset, ZONE_TRANSITIONS)
      return (_, of) => of === zone
    }
    if (type === DAY_ROLL.type) {
      const { calendar } = decode(tape, offset, DAY_ROLL)
      return (subject) => subject === Math.max(calendar, FIRM)
    }
    const isDay = type === CALENDAR_DAY.type
    const { entity, venue } = isDay ? decode(tape, offset, CALENDAR_DAY) : decode(tape, offset, CALENDAR)
    return (subject) => venue < 0 && subject === Math.max(entity, FIRM)
  }

  #stuck(tape: Tape, subject: number, reason: number): void {
    const { tradeDate } = this.#state.calendars.nextRoll(subject)
    encode(tape, CALENDAR_STUCK, { calendar: subject === FIRM ? -1 : subject, tradeDate, reason })
  }
}

/** Months since year 0 of a date as yyyymmdd. */
function monthOf(date: number): number {
  return Math.floor(date / 10_000) * 12 + (Math.floor(date / 100) % 100)
}
