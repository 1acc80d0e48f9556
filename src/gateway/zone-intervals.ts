/**
 * The offsets of a time zone by interval, from this machine's own time zone data: what the engine is told, which asks no
 * machine. Told once and journaled, they are the same for every replay.
 */

export interface ZoneInterval {
  readonly fromUs: number
  /** Behind the interval's last instant. */
  readonly untilUs: number
  /** Local time less UTC. */
  readonly offsetSeconds: number
}

const SECOND_MS = 1000
/** No zone changes twice within a day. */
const STEP_MS = 86_400 * SECOND_MS

/** True where this machine knows the zone. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** The intervals from one instant to another, which need not be where the offset changes; in whole seconds. */
export function zoneIntervals(zone: string, fromMs: number, untilMs: number): ZoneInterval[] {
  const offsetAt = offsetsOf(zone)
  const intervals: ZoneInterval[] = []
  let begins = fromMs
  let offsetSeconds = offsetAt(fromMs)
  for (let at = fromMs; at < untilMs; ) {
    const next = Math.min(at + STEP_MS, untilMs)
    if (next < untilMs && offsetAt(next) !== offsetSeconds) {
      const changes = changeBetween(offsetAt, at, next)
      intervals.push({ fromUs: begins * SECOND_MS, untilUs: changes * SECOND_MS, offsetSeconds })
      begins = changes
      offsetSeconds = offsetAt(changes)
    }
    at = next
  }
  intervals.push({ fromUs: begins * SECOND_MS, untilUs: untilMs * SECOND_MS, offsetSeconds })
  return intervals
}

/** The first second that has another offset than `fromMs`. */
function changeBetween(offsetAt: (ms: number) => number, fromMs: number, untilMs: number): number {
  const offset = offsetAt(fromMs)
  let low = fromMs
  let high = untilMs
  while (high - low > SECOND_MS) {
    const middle = low + Math.floor((high - low) / 2 / SECOND_MS) * SECOND_MS
    if (offsetAt(middle) === offset) low = middle
    else high = middle
  }
  return high
}

function offsetsOf(zone: string): (ms: number) => number {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const times = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: zone, ...parts, ...times })
  return (ms) => {
    const said = Object.fromEntries(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]))
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = said
    const local = Date.UTC(year, month - 1, day, hour, minute, second)
    return Math.round((local - Math.floor(ms / SECOND_MS) * SECOND_MS) / SECOND_MS)
  }
}
