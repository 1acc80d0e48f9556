/**
 * The dates over which a gate is rolled to a date: it takes none that is later than the end of the month after its own,
 * because a mistyped year would shut out every roll that follows. A demo that rested for long gets there month by month.
 */

/** Ascending, the last is `to`; none where `from` is not earlier. Dates are yyyymmdd. */
export function rollDates(from: number, to: number): number[] {
  const dates: number[] = []
  let date = from
  while (monthOf(date) + 1 < monthOf(to)) {
    date = firstOf(monthOf(date) + 1)
    dates.push(date)
  }
  return from < to ? [...dates, to] : []
}

/** Months since year 0. */
function monthOf(date: number): number {
  return Math.floor(date / 10_000) * 12 + (Math.floor(date / 100) % 100) - 1
}

function firstOf(month: number): number {
  return Math.floor(month / 12) * 10_000 + ((month % 12) + 1) * 100 + 1
}
