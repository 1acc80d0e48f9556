/**
 * Times and dates as text. UTC with a `Z`, at most microseconds; what is finer would be dropped, so it is refused.
 */

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$/

/** Microseconds since the epoch, or -1 where the text is no such time. */
export function parseTimeUs(text: string): number {
  const match = TIME.exec(text)
  if (match === null) return -1
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Six
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 59 || year < 1970) return -1
  const timeUs = Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + Number((match[7] ?? '').padEnd(6, '0'))
  // Microseconds are exact up to June 2255.
  return timeUs <= Number.MAX_SAFE_INTEGER ? timeUs : -1
}

type Six = [number, number, number, number, number, number]

/** The time as text with six decimals of a second. */
export function formatTimeUs(timeUs: number): string {
  let days = Math.floor(timeUs / DAY_US)
  const inDayUs = timeUs - days * DAY_US
  const us = inDayUs % 1_000_000
  const seconds = (inDayUs - us) / 1_000_000
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
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}.${String(us).padStart(6, '0')}Z`
}

const DAY_US = 86_400_000_000
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
