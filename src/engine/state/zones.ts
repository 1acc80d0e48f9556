/**
 * Time zones as data of the stream: the offset to UTC by interval. What no interval says is not known, and nothing is
 * guessed: the machine's own time zones are never asked.
 */
import { DAY_SECONDS } from '../../model/dates.ts'
import type { StateVisitor } from './state-visitor.ts'

const SECOND_US = 1_000_000

export interface ZoneInterval {
  readonly fromUs: number
  readonly untilUs: number
  readonly offsetSeconds: number
}

export type Zones = ReturnType<typeof createZones>

export function createZones() {
  const zones = new Map<string, ZoneInterval[]>()

  /** Takes an interval in: what stood from its beginning on is cut off, but for what only says again what is known. */
  function set(zone: string, interval: ZoneInterval): void {
    if (interval.untilUs <= knownUntilUs(zone) && agrees(zone, interval)) return
    const before = (zones.get(zone) ?? []).filter(({ fromUs }) => fromUs < interval.fromUs)
    const last = before.at(-1)
    if (last !== undefined && last.untilUs > interval.fromUs) {
      before[before.length - 1] = { ...last, untilUs: interval.fromUs }
    }
    zones.set(zone, [...before, interval])
  }

  /** End of what is known of a zone; -Infinity where nothing is. */
  function knownUntilUs(zone: string): number {
    return zones.get(zone)?.at(-1)?.untilUs ?? Number.NEGATIVE_INFINITY
  }

  /** Beginning of what is known of a zone; Infinity where nothing is. */
  function knownFromUs(zone: string): number {
    return zones.get(zone)?.[0]?.fromUs ?? Number.POSITIVE_INFINITY
  }

  /** True where all that is known of the interval's time has its offset; it begins where something is, or was, known. */
  function agrees(zone: string, { fromUs, untilUs, offsetSeconds }: ZoneInterval): boolean {
    if (!(fromUs >= knownFromUs(zone) && fromUs <= knownUntilUs(zone))) return false
    const meets = (known: ZoneInterval) => known.fromUs < untilUs && known.untilUs > fromUs
    return (zones.get(zone) ?? []).every((known) => !meets(known) || known.offsetSeconds === offsetSeconds)
  }

  /**
   * The first instant at which a clock of the zone shows `seconds` of the day, or more: of an hour that comes twice the
   * first, of one that is left out the moment it is. NaN where the zone is not known then.
   */
  function instantUs(zone: string, day: number, seconds: number): number {
    const local = (day * DAY_SECONDS + seconds) * SECOND_US
    let isFirst = true
    for (const { fromUs, untilUs, offsetSeconds } of zones.get(zone) ?? []) {
      const instant = local - offsetSeconds * SECOND_US
      // Before the first interval nothing is known: the clock may have shown it then.
      if (isFirst && instant < fromUs) return Number.NaN
      isFirst = false
      if (instant < untilUs) return Math.max(instant, fromUs)
    }
    return Number.NaN
  }

  return {
    count: (zone: string): number => zones.get(zone)?.length ?? 0,
    size: () => zones.size,
    set,
    knownUntilUs,
    knownFromUs,
    agrees,
    instantUs,
    visit: (v: StateVisitor): void => v.map(zones),
  }
}
