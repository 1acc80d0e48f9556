/**
 * When trade dates begin by the clock of a zone, reckoned with the days of a JavaScript Date.
 */
import type { Calendar, Offset } from './kept.ts'
import type { State } from './state.ts'

/** Key of the firm's calendar; an entity's is its id. */
export const FIRM = 0
export const DAY_MS = 86_400_000

/** Days since 1970; NaN of a date that no calendar has. */
export function dayOf(date: number): number {
  const text = String(date).padStart(8, '0')
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  const ms = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(iso) ? ms / DAY_MS : Number.NaN
}

function dateOfDay(day: number): number {
  return Number(new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''))
}

export function dateInForce(state: State, key: number): number {
  return state.dates.get(key) ?? state.tradeDate
}

/** The next business day, or the one before; 0 where a year has none. */
function businessDay({ weekend, days }: Calendar, date: number, step: number): number {
  for (let away = 1; away <= 366; away++) {
    const day = dayOf(date) + step * away
    const entry = days.get(dateOfDay(day))
    if (entry ?? !weekend.includes(new Date(day * DAY_MS).getUTCDay())) return dateOfDay(day)
  }
  return 0
}

/** The first instant at which the zone's clock shows the time of the roll; null where nobody knows. */
function beginsUs(state: State, { zone, rollSeconds, isEvening }: Calendar, date: number): number | null {
  const known = state.zones.get(zone) ?? []
  const shown = ((dayOf(date) - (isEvening ? 1 : 0)) * DAY_MS + rollSeconds * 1000) * 1000
  const [first] = known
  if (date === 0 || first === undefined || shown - first.seconds * 1_000_000 < first.fromUs) return null
  const at = known.find(({ untilUs, seconds }) => untilUs + seconds * 1_000_000 > shown)
  return at === undefined ? null : Math.max(at.fromUs, shown - at.seconds * 1_000_000)
}

export function nextRoll(state: State, key: number): { readonly tradeDate: number; readonly dueUs: number | null } {
  const own = state.calendars.get(key)
  if (own === undefined) return { tradeDate: 0, dueUs: null }
  const tradeDate = businessDay(own, dateInForce(state, key), 1)
  return { tradeDate, dueUs: beginsUs(state, own, tradeDate) }
}

export interface Roll {
  /** As the command names it. */
  readonly calendar: number
  readonly tradeDate: number
  readonly dueUs: number
  readonly key: number
}

/** When each calendar that knows its zone rolls next, and to what. */
export function rollsAhead(state: State): Roll[] {
  return [...state.calendars.keys()]
    .filter((key) => !state.stopped.has(key))
    .flatMap((key) => {
      const { tradeDate, dueUs } = nextRoll(state, key)
      return dueUs === null ? [] : [{ calendar: key === FIRM ? -1 : key, tradeDate, dueUs, key }]
    })
    .sort((a, b) => a.dueUs - b.dueUs || a.key - b.key)
}

/** The roll that is due first; null if none is. */
export function dueRoll(state: State, nowUs: number): Roll | null {
  const [first] = rollsAhead(state)
  return first === undefined || first.dueUs > nowUs ? null : first
}

/** Since when capital must be stated, where the firm's calendar runs. */
export function capitalSince(state: State): number | null {
  const own = state.calendars.get(FIRM)
  if (own === undefined || nextRoll(state, FIRM).dueUs === null) return null
  return beginsUs(state, own, businessDay(own, state.tradeDate, -1))
}

/** True where what is known from the interval's beginning, which is no later than its end, to the interval's end has its offset. */
export function repeats(known: readonly Offset[], { fromUs, untilUs, seconds }: Offset): boolean {
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined || fromUs < first.fromUs || fromUs > last.untilUs) return false
  return known.filter((one) => one.fromUs < untilUs && fromUs < one.untilUs).every((one) => one.seconds === seconds)
}
