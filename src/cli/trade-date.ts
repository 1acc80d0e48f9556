/** Trade dates where the wall clock gives them. */

/** yyyymmdd in UTC. */
export function tradeDateOf(date: Date): number {
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate()
}
