/**
 * Where a calendar day begins, in microseconds of UTC: for the first and last days of rules. Reckoned in integers by the
 * law's own words, because a pure floor has no time zone database and a replay must not depend on the machine's.
 *
 * New York keeps Eastern Standard Time (UTC-5) and, between two Sundays of the year at 02:00, daylight time (UTC-4). The
 * Sundays are those of the Uniform Time Act of 1966 and its changes (1974, 1975, 1986, Energy Policy Act of 2005). A new
 * law is a new row; days before 1967 are refused, because daylight time was not uniform.
 */
import type { TimeUs } from '../model/numbers.ts'

const HOUR_US = 3_600_000_000
const STANDARD_OFFSET_HOURS = 5
const DAYLIGHT_OFFSET_HOURS = 4

/** A day of the proleptic Gregorian calendar; the month counts from 1. */
export interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** The nth Sunday of a month; -1 is the last. */
interface Sunday {
  readonly month: number
  readonly nth: 1 | 2 | -1
}

interface DaylightLaw {
  readonly sinceYear: number
  readonly begins: Sunday
  readonly ends: Sunday
}

/** Newest first: the first row whose year has come is the law. */
const DAYLIGHT_LAWS: readonly DaylightLaw[] = [
  { sinceYear: 2007, begins: { month: 3, nth: 2 }, ends: { month: 11, nth: 1 } },
  { sinceYear: 1987, begins: { month: 4, nth: 1 }, ends: { month: 10, nth: -1 } },
  { sinceYear: 1976, begins: { month: 4, nth: -1 }, ends: { month: 10, nth: -1 } },
  { sinceYear: 1975, begins: { month: 2, nth: -1 }, ends: { month: 10, nth: -1 } },
  { sinceYear: 1974, begins: { month: 1, nth: 1 }, ends: { month: 10, nth: -1 } },
  { sinceYear: 1967, begins: { month: 4, nth: -1 }, ends: { month: 10, nth: -1 } },
]

/** First and last year that a day may lie in; microseconds stay safe integers until 2255. */
export const YEAR_MIN = 1967
export const YEAR_MAX = 2199

/** The day that an ISO date names; null where it names none, or one outside YEAR_MIN to YEAR_MAX. */
export function parseDay(iso: string): Day | null {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(iso)
  if (match === null) return null
  const day = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
  if (day.year < YEAR_MIN || day.year > YEAR_MAX || day.month < 1 || day.month > 12) return null
  return day.day >= 1 && day.day <= daysInMonth(day.year, day.month) ? day : null
}

/** The day behind. */
export function nextDay({ year, month, day }: Day): Day {
  if (day < daysInMonth(year, month)) return { year, month, day: day + 1 }
  return month < 12 ? { year, month: month + 1, day: 1 } : { year: year + 1, month: 1, day: 1 }
}

/** The moment at which a day begins in UTC. */
export function utcDayStartUs(day: Day): TimeUs {
  return daysSince1970(day) * 24 * HOUR_US
}

/** The moment at which a day begins in New York. */
export function newYorkDayStartUs(day: Day): TimeUs {
  const hours = beginsInDaylight(day) ? DAYLIGHT_OFFSET_HOURS : STANDARD_OFFSET_HOURS
  return utcDayStartUs(day) + hours * HOUR_US
}

/** Clocks change at 02:00: the day on which daylight time begins starts without it, the day on which it ends with it. */
function beginsInDaylight(day: Day): boolean {
  const law = DAYLIGHT_LAWS.find(({ sinceYear }) => sinceYear <= day.year)
  if (law === undefined) throw new RangeError(`no daylight law is known for ${day.year}`)
  const at = daysSince1970(day)
  return at > daysSince1970(sundayOf(day.year, law.begins)) && at <= daysSince1970(sundayOf(day.year, law.ends))
}

function sundayOf(year: number, { month, nth }: Sunday): Day {
  if (nth === -1) {
    const last = { year, month, day: daysInMonth(year, month) }
    return { year, month, day: last.day - weekday(last) }
  }
  const first = { year, month, day: 1 }
  return { year, month, day: 1 + ((7 - weekday(first)) % 7) + 7 * (nth - 1) }
}

/** 0 for Sunday to 6 for Saturday; the first of January 1970 was a Thursday. */
function weekday(day: Day): number {
  return (((daysSince1970(day) + 4) % 7) + 7) % 7
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Days counted in years that begin in March, so that the leap day is the last of its year. */
function daysSince1970({ year, month, day }: Day): number {
  const marchYear = month > 2 ? year : year - 1
  const monthsSinceMarch = (month + 9) % 12
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  const before = Math.floor((153 * monthsSinceMarch + 2) / 5)
  return 365 * marchYear + leapDays + before + day - 1 - 719_468
}
