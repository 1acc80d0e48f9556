/**
 * A time zone of a file as the rows that the gate takes: one for each offset, from this machine's own time zone data. Whoever
 * approves them reads them, and the gate asks no machine.
 */
import { isZone, zoneIntervals } from '../../gateway/zone-intervals.ts'
import { RequestError } from '../../model/errors.ts'
import type { Words } from '../../model/parse/form.ts'
import { formatTimeUs, parseTimeUs } from '../../model/parse/timestamps.ts'

/** Whole years, so that the same file makes the same rows until the next one. */
const YEARS_BACK = 2
const YEARS_AHEAD = 11
const SPAN_MS = 100 * 366 * 86_400_000

export function zoneFault(words: Words): RequestError | undefined {
  const { zone = '', from, until } = words as Readonly<Record<string, string | undefined>>
  if (!isZone(zone)) return new RequestError('NOT_IN_SET', 'zone', 'No time zone of this machine has this name.')
  if (from !== undefined && parseTimeUs(from) < 0) return new RequestError('NOT_A_TIME', 'from')
  if (until !== undefined && parseTimeUs(until) < 0) return new RequestError('NOT_A_TIME', 'until')
  const [begins, ends] = span(from, until)
  if (ends > begins && ends - begins <= SPAN_MS) return undefined
  return new RequestError('OUT_OF_RANGE', 'until', 'After from, and within 100 years.')
}

export function zoneRows({ zone, from, until }: Readonly<Record<string, unknown>>): readonly Record<string, string>[] {
  const [begins, ends] = span(from as string | undefined, until as string | undefined)
  return zoneIntervals(zone as string, begins, ends).map(({ fromUs, untilUs, offsetSeconds }) => ({
    ...{ zone: zone as string, offsetSeconds: String(offsetSeconds) },
    ...{ from: formatTimeUs(fromUs), until: formatTimeUs(untilUs) },
  }))
}

/** In milliseconds, whole seconds. */
function span(from: string | undefined, until: string | undefined): readonly [number, number] {
  const year = new Date(Date.now()).getUTCFullYear()
  const second = (time: string) => Math.floor(parseTimeUs(time) / 1_000_000) * 1000
  return [
    from === undefined ? Date.UTC(year - YEARS_BACK, 0) : second(from),
    until === undefined ? Date.UTC(year + YEARS_AHEAD, 0) : second(until),
  ]
}
