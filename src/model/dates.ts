/** Calendar dates as yyyymmdd, and as days since 1970: integer arithmetic of the proleptic Gregorian calendar. */

/** Seconds of a day that is neither lengthened nor shortened. */
export const DAY_SECONDS = 86_400

/** Days since 1970-01-01 of a date; NaN where no calendar has it, as 20270230. */
export function dayOfDate(date: number): number {
  const year = Math.floor(date / 10_000)
  const month = Math.floor(date / 100) % 100
  const day = date % 100
  if (!(Number.isSafeInteger(date) && year >= 1900 && year <= 9999 && month >= 1 && month <= 12)) return Number.NaN
  // Years that begin in March end with their leap day.
  const marchYear = month > 2 ? year : year - 1
  const leaps = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  const before = Math.floor((153 * ((month + 9) % 12) + 2) / 5)
  const days = 365 * marchYear + leaps + before + day - 1 - 719_468
  return dateOfDay(days) === date ? days : Number.NaN
}

/** The date of a day since 1970, as yyyymmdd. */
export function dateOfDay(day: number): number {
  const since = day + 719_468
  const era = Math.floor(since / 146_097)
  const ofEra = since - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * ofYear + 2) / 153)
  const dayOfMonth = ofYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year * 10_000 + month * 100 + dayOfMonth
}

/** 0 for Sunday to 6 for Saturday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7
}
