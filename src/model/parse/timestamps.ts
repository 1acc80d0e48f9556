/**
 * Times and dates as text. UTC with a `Z`, at most microseconds; what is finer would be dropped, so it is refused.
 */

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$/

/** Microseconds since the epoch, or -1 where the text is no such time. */
export function parseTimeUs(text: string): number {
  if (!TIME.test(text)) return -1
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, 10)
  const hour = digits(text, 11, 13)
  const minute = digits(text, 14, 16)
  const second = digits(text, 17, 19)
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 59 || year < 1970) return -1
  const given = text.length - 21
  const us = given < 1 ? 0 : digits(text, 20, 20 + given) * (SCALE[given] as number)
  const timeUs = Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + us
  // Microseconds are exact up to June 2255.
  return timeUs <= Number.MAX_SAFE_INTEGER ? timeUs : -1
}

/** What one unit of the last of n decimals of a second is worth. */
const SCALE = [0, 100_000, 10_000, 1_000, 100, 10, 1]

/** The number that the digits in [from, to) write. */
function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 0x30
  return value
}

/** The seconds that were written last, and how, by their lowest bits: an answer writes a few that lie close together. */
const SECONDS_KEPT = 8
const keptSeconds = new Array<number>(SECONDS_KEPT).fill(-1)
const keptTexts = new Array<string>(SECONDS_KEPT).fill('')

/** The time as text with six decimals of a second. */
export function formatTimeUs(timeUs: number): string {
  const second = Math.floor(timeUs / 1_000_000)
  const place = second & (SECONDS_KEPT - 1)
  if (keptSeconds[place] !== second) {
    keptTexts[place] = formatSecond(second)
    keptSeconds[place] = second
  }
  return `${keptTexts[place]}${String(timeUs - second * 1_000_000).padStart(6, '0')}Z`
}

/** A second as `2026-11-21T14:30:00.`. */
function formatSecond(second: number): string {
  let days = Math.floor(second / DAY_SECONDS)
  const seconds = second - days * DAY_SECONDS
  // Days to a civil date, counted in eras of 400 years from 0000-03-01 (Howard Hinnant, chrono-compatible algorithms).
  days += 719_468
  const era = Math.floor(days / 146_097)
  const dayOfEra = days - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const clock = `${two((seconds / 3600) | 0)}:${two(((seconds / 60) | 0) % 60)}:${two(seconds % 60)}`
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}.`
}

const DAY_SECONDS = 86_400
const two = (value: number) => (value < 10 ? `0${value}` : `${value}`)

/** yyyymmdd as a number, or -1 where the text is no such date. */
export function parseDate(text: string): number {
  if (!/^\d{8}$/.test(text)) return -1
  const value = Number(text)
  const year = Math.floor(value / 10_000)
  return year >= 1970 && isDay(year, Math.floor(value / 100) % 100, value % 100) ? value : -1
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return day <= days
}
