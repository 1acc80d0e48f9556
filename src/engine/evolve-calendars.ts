/** Applies calendars, their days, and the offsets of zones: timers follow from them. */
import { CALENDAR, CALENDAR_DAY, ZONE_TRANSITIONS } from '../model/records/day-commands.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import type { State } from './state/state.ts'

const FIRM = 0

export class CalendarEvolver {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  calendar(tape: Tape, offset: number): void {
    const { entity, venue, zone, rollSeconds, evening, weekend, closeSeconds } = decode(tape, offset, CALENDAR)
    const calendar = { zone, rollSeconds, isEvening: evening !== 0, weekend, closeSeconds }
    this.#state.referenceVersion++
    this.#state.calendars.define(Math.max(entity, FIRM), venue, calendar)
  }

  day(tape: Tape, offset: number): void {
    const { entity, venue, date, kind, closeSeconds } = decode(tape, offset, CALENDAR_DAY)
    this.#state.referenceVersion++
    this.#state.calendars.setDay(Math.max(entity, FIRM), venue, date, { kind, closeSeconds })
  }

  zone(tape: Tape, offset: number): void {
    const { zone, fromUs, untilUs, offsetSeconds } = decode(tape, offset, ZONE_TRANSITIONS)
    const { calendars } = this.#state
    this.#state.referenceVersion++
    calendars.zones.set(zone, { fromUs, untilUs, offsetSeconds })
    calendars.scheduleZone(zone)
  }
}
