/**
 * The commands that define calendars and zones, and the roll.
 */

import { reasonNumber } from '../../model/codes.ts'
import { CALENDAR_DAY_KINDS, TIMER_KINDS } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { DAY_MS, dateInForce, dayOf, dueRoll, FIRM, nextRoll, repeats } from './calendar-time.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { calendarOf } from './exposure.ts'
import { beginDate } from './market.ts'
import type { State } from './state.ts'
import * as states from './state.ts'

const OFFSET_MOST = 18 * 3600

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')

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
  const isKnown = end !== undefined && untilUs <= end && repeats(known, { fromUs, untilUs, seconds })
  if (isKnown) return [...applied(), ...changed(state, (_, of) => of === zone)]
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
  return [stuck(key, due.tradeDate, reason), { name: 'TimerFired', dueUs: due.dueUs, kind: CALENDAR, id: key }]
}
