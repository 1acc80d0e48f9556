/**
 * Calendars and the roll: when trade dates begin by the clock of a zone, reckoned with the days of a JavaScript Date.
 */

import { reasonNumber } from '../../model/codes.ts'
import { CALENDAR_DAY_KINDS } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { calendarOf } from './exposure.ts'
import { beginDate } from './market.ts'
import type { Calendar, State } from './state.ts'
import * as states from './state.ts'

const FIRM = 0
const DAY_MS = 86_400_000
const OFFSET_MOST = 18 * 3600

export function calendar(state: State, values: ValuesOfCommand<'Calendar'>): TwinEvent[] {
  if (!isNamed(state, values)) return refused('UNKNOWN_NAME')
  const { rollSeconds, closeSeconds, weekend, evening, zone } = values
  const isTime = (seconds: number) => seconds >= 0 && seconds * 1000 < DAY_MS
  const isSound =
    /^[!-~]+$/.test(zone) && isTime(rollSeconds) && (closeSeconds === -1 || isTime(closeSeconds)) && weekend >= 0
  if (!isSound || weekend >= 127 || (evening !== 0 && evening !== 1)) return refused('INVALID_VALUE')
  if (values.venue >= 0) return applied()
  const whose = values.entity < 0 ? FIRM : values.entity
  const days = state.calendars.get(whose)?.days ?? new Map()
  const free = [0, 1, 2, 3, 4, 5, 6].filter((day) => (weekend & (2 ** day)) !== 0)
  state.calendars.set(whose, { zone, rollSeconds, isEvening: evening === 1, weekend: free, days })
  if (whose !== FIRM && !state.dates.has(whose)) state.dates.set(whose, state.tradeDate)
  return [...applied(), ...changed(state, (key) => key === whose)]
}

function isNamed(state: State, { entity, venue }: { readonly entity: number; readonly venue: number }): boolean {
  if (entity !== -1 && venue !== -1) return false
  if (entity !== -1) return states.subjectAt(state, 'ENTITY', entity) !== undefined
  return venue === -1 || states.nameAt(state, 'VENUE', venue) !== undefined
}

export function calendarDay(state: State, values: ValuesOfCommand<'CalendarDay'>): TwinEvent[] {
  if (!isNamed(state, values)) return refused('UNKNOWN_NAME')
  const whose = values.entity < 0 ? FIRM : values.entity
  const own = values.venue >= 0 ? undefined : state.calendars.get(whose)
  if (own === undefined) return refused('CALENDAR_MISSING')
  const kind = CALENDAR_DAY_KINDS[values.kind]
  const closes = values.closeSeconds >= 0 && values.closeSeconds * 1000 < DAY_MS
  const isSound = kind === 'HALF_DAY' ? closes : values.closeSeconds === -1
  if (Number.isNaN(dayOf(values.date)) || kind === undefined || !isSound) return refused('INVALID_VALUE')
  if (kind === 'NONE') own.days.delete(values.date)
  else own.days.set(values.date, kind === 'HALF_DAY')
  return [...applied(), ...changed(state, (key) => key === whose)]
}

export function zoneTransitions(state: State, values: ValuesOfCommand<'ZoneTransitions'>): TwinEvent[] {
  const { zone, fromUs, untilUs, offsetSeconds: seconds } = values
  const known = state.zones.get(zone) ?? []
  const end = known.at(-1)?.untilUs
  if (zone === '' || untilUs <= fromUs || Math.abs(seconds) > OFFSET_MOST) return refused('INVALID_VALUE')
  if (end !== undefined && fromUs > end) return refused('INVALID_VALUE')
  const before = known
    .filter((offset) => offset.fromUs < fromUs)
    .map((offset) => ({ ...offset, untilUs: Math.min(offset.untilUs, fromUs) }))
  state.zones.set(zone, [...before, { fromUs, untilUs, seconds }])
  return [...applied(), ...changed(state, (_, of) => of === zone)]
}

/** A calendar that changed tries again; one that does not know when it rolls says so. */
function changed(state: State, isConcerned: (key: number, zone: string) => boolean): TwinEvent[] {
  const events: TwinEvent[] = []
  for (const [key, { zone }] of state.calendars) {
    if (!isConcerned(key, zone)) continue
    state.stopped.delete(key)
    const { tradeDate, dueUs } = nextRoll(state, key)
    if (dueUs === null) events.push(stuck(key, tradeDate, 'ZONE_UNKNOWN'))
  }
  return events
}

function stuck(key: number, tradeDate: number, reason: string): TwinEvent {
  return { name: 'CalendarStuck', calendar: key === FIRM ? -1 : key, tradeDate, reason: reasonNumber(reason) }
}

/** Days since 1970; NaN of a date that no calendar has. */
function dayOf(date: number): number {
  const text = String(date).padStart(8, '0')
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  const ms = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(iso) ? ms / DAY_MS : Number.NaN
}

function dateOfDay(day: number): number {
  return Number(new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''))
}

function dateInForce(state: State, key: number): number {
  return state.dates.get(key) ?? state.tradeDate
}

/** The next business day, or the one before; 0 where a year has none. */
function businessDay({ weekend, days }: Calendar, date: number, step: number): number {
  for (let away = 1; away <= 366; away++) {
    const day = dayOf(date) + step * away
    const entry = days.get(dateOfDay(day))
    if (entry ?? !weekend.includes(new Date(day * DAY_MS).getUTCDay())) return dateOfDay(day)
  }
  return 0
}

/** The first instant at which the zone's clock shows the time of the roll; null where nobody knows. */
function beginsUs(state: State, { zone, rollSeconds, isEvening }: Calendar, date: number): number | null {
  const known = state.zones.get(zone) ?? []
  const shown = ((dayOf(date) - (isEvening ? 1 : 0)) * DAY_MS + rollSeconds * 1000) * 1000
  const [first] = known
  if (date === 0 || first === undefined || shown - first.seconds * 1_000_000 < first.fromUs) return null
  const at = known.find(({ untilUs, seconds }) => untilUs + seconds * 1_000_000 > shown)
  return at === undefined ? null : Math.max(at.fromUs, shown - at.seconds * 1_000_000)
}

function nextRoll(state: State, key: number): { readonly tradeDate: number; readonly dueUs: number | null } {
  const own = state.calendars.get(key)
  if (own === undefined) return { tradeDate: 0, dueUs: null }
  const tradeDate = businessDay(own, dateInForce(state, key), 1)
  return { tradeDate, dueUs: beginsUs(state, own, tradeDate) }
}

/** The roll that is due first, as the command that it is; null if none is. */
export function dueRoll(state: State, nowUs: number): { readonly calendar: number; readonly tradeDate: number } | null {
  const due = [...state.calendars.keys()]
    .filter((key) => !state.stopped.has(key))
    .map((key) => ({ key, ...nextRoll(state, key) }))
    .filter(({ dueUs }) => dueUs !== null && dueUs <= nowUs)
    .sort((a, b) => Number(a.dueUs) - Number(b.dueUs) || a.key - b.key)
  const [first] = due
  return first === undefined ? null : { calendar: first.key === FIRM ? -1 : first.key, tradeDate: first.tradeDate }
}

/** Since when capital must be stated, where the firm's calendar runs. */
export function capitalSince(state: State): number | null {
  const own = state.calendars.get(FIRM)
  if (own === undefined || nextRoll(state, FIRM).dueUs === null) return null
  return beginsUs(state, own, businessDay(own, state.tradeDate, -1))
}

export function dayRoll(state: State, values: ValuesOfCommand<'DayRoll'>): TwinEvent[] {
  const { calendar: whose, tradeDate } = values
  const key = whose < 0 ? FIRM : whose
  const fault = rollFault(state, values, key)
  if (fault !== null) return [...refused(fault), ...giveUp(state, key, values.timeUs, fault)]
  for (const subject of state.subjects) {
    if (calendarOf(state, subject) === key) state.zeroed.set(subject.id, values.seq)
  }
  if (key === FIRM) beginDate(state, values)
  else state.dates.set(key, tradeDate)
  return [...applied(), ...changed(state, (other) => other === key)]
}

function rollFault(state: State, { calendar: whose, tradeDate }: ValuesOfCommand<'DayRoll'>, key: number) {
  if (whose < -1 || whose === FIRM || (key !== FIRM && !state.calendars.has(key))) return 'INVALID_VALUE'
  const date = dateInForce(state, key)
  if (tradeDate <= date) return 'DAY_ROLLED'
  const [month, next] = [date, tradeDate].map((of) => Math.trunc(of / 100)) as [number, number]
  const isNext = next === month || next === month + (month % 100 === 12 ? 89 : 1)
  const isDate = !state.calendars.has(key) || !Number.isNaN(dayOf(tradeDate))
  return isNext && isDate ? null : 'INVALID_VALUE'
}

/** A roll that is refused while its time has come would be tried for ever. */
function giveUp(state: State, key: number, nowUs: number, reason: string): TwinEvent[] {
  const due = dueRoll(state, nowUs)
  if (due === null || (due.calendar < 0 ? FIRM : due.calendar) !== key) return []
  state.stopped.add(key)
  return [stuck(key, due.tradeDate, reason), { name: 'TimerFired' }]
}
