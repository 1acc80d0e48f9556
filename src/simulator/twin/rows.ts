/**
 * Limit rows: which match an order, what each measures before and after it, and whether it passes.
 */

import { CONTROLS } from '../../model/controls.ts'
import { LIMIT_ACTIONS, LIMIT_MODES, OBJECT_KINDS } from '../../model/vocabulary.ts'
import { capitalSince } from './calendar-time.ts'
import { MAX } from './exact.ts'
import { objectOf } from './exposure.ts'
import type { Keys, Limit, Name, State } from './state.ts'
import { duration, marketAt, subjectAt } from './state.ts'

/** Index of a control by its id in the catalogue. */
export function controlOf(id: (typeof CONTROLS)[number]['id']): number {
  return CONTROLS.findIndex((row) => row.id === id)
}

export const B01 = controlOf('B01')
export const B02 = controlOf('B02')
export const B03 = controlOf('B03')
export const B05 = controlOf('B05')
export const B09 = controlOf('B09')
export const C01 = controlOf('C01')
export const C05 = controlOf('C05')
export const D02 = controlOf('D02')
export const D03 = controlOf('D03')
export const D05 = controlOf('D05')
export const D06 = controlOf('D06')
export const D08 = controlOf('D08')
export const D01L = controlOf('D01L')
export const D01S = controlOf('D01S')
export const D04 = controlOf('D04')
export const B04 = controlOf('B04')
export const C03 = controlOf('C03')
export const B16 = controlOf('B16')
export const B12 = controlOf('B12')
export const E05 = controlOf('E05')
export const C06 = controlOf('C06')
export const B07 = controlOf('B07')
export const B08 = controlOf('B08')

/** Controls whose rows need a price, and are not evaluated without one. */
export const PRICED_CONTROLS: readonly number[] = [B02, B03, D02, D03, D04, D05, D06, D08, E05, B12]

/** The order's subjects in the order of the evaluation vector; a session that is not known is left out. */
export function subjectsOf(state: State, keys: Keys): Name[] {
  const named = [
    subjectAt(state, 'FIRM', 0),
    subjectAt(state, 'ENTITY', keys.entity),
    subjectAt(state, 'CLIENT', keys.client),
    subjectAt(state, 'DESK', keys.desk),
    subjectAt(state, 'TRADER', keys.trader),
    subjectAt(state, 'ACCOUNT', keys.account),
    subjectAt(state, 'STRATEGY', keys.strategy),
    subjectAt(state, 'SESSION', keys.session),
  ]
  return named.filter((subject) => subject !== undefined)
}

/** What makes two Limit commands speak of the same row: of C01 the window too, of C03 whether it counts both sides. */
type LimitOfKey = Pick<Limit, 'control' | 'subject' | 'objectKind' | 'object' | 'param' | 'phase'>

export function limitKey(row: LimitOfKey): string {
  const window = row.control === C01 || row.control === C03 ? `:${row.param}` : ''
  const phase = row.phase > 0 ? `@${row.phase}` : ''
  return `${row.control}:${row.subject}:${row.objectKind}:${row.object}${window}${phase}`
}

/** All rows that an order with these keys must pass, in the order of the vector. */
export function matchingRows(state: State, keys: Keys): { limit: Limit; subject: Name }[] {
  const all = [...state.limits.values()]
  return subjectsOf(state, keys).flatMap((subject) =>
    OBJECT_KINDS.flatMap((_, kind) => {
      const own = objectOf(state, kind, keys.instrument, keys.venue)
      if (kind !== 0 && own < 0) return []
      const ofKind = all.filter((limit) => limit.subject === subject.id && limit.objectKind === kind)
      return ofKind
        .filter((limit) => kind === 0 || limit.object === own || (limit.object === -1 && !hasOwn(ofKind, limit, own)))
        .filter((limit, _, list) => isOfPhase(state, keys.venue, limit, list))
        .sort((a, b) => a.control - b.control || Number(a.param - b.param) || a.phase - b.phase)
        .map((limit) => ({ limit, subject }))
    }),
  )
}

/** True where the subject has a row of this control for the very object: it stands instead of the one for each. */
function hasOwn(rows: readonly Limit[], each: Limit, own: number): boolean {
  const isInstead = (row: Limit) => row.phase === 0 || row.phase === each.phase
  return rows.some((row) => row.control === each.control && row.object === own && isInstead(row))
}

/** True for the rows of the venue's phase, and for those of any phase where there is none of that phase beside them. */
function isOfPhase(state: State, venue: number, limit: Limit, beside: readonly Limit[]): boolean {
  const phaseOf = (id: number) => (state.phases.get(id) ?? 0) + 1
  const venues = state.names.get('VENUE') ?? []
  if (limit.phase > 0)
    return (venue >= 0 ? [venue] : venues.map(({ id }) => id)).some((id) => phaseOf(id) === limit.phase)
  return venue < 0 || !beside.some((row) => row.control === limit.control && row.phase === phaseOf(venue))
}

/** A row that only alerts, or is in shadow mode, never refuses. */
export function isWaived(limit: Limit): boolean {
  return LIMIT_ACTIONS[limit.action] === 'ALERT' || LIMIT_MODES[limit.mode] === 'SHADOW'
}

/** Capital of the date in force or of the business day before, where the firm's calendar runs; else by its age. */
export function isFresh(state: State, asOfUs: number, now: number): boolean {
  const since = capitalSince(state)
  return since === null ? now - asOfUs <= duration(state, 'capitalMaxUs') : asOfUs >= since
}

/** The base that a share of capital is a share of; null where it is missing or too old. */
export function capitalOf(state: State, subject: number, now: number): bigint | null {
  const capital = state.capitals.get(subject)
  if (capital === undefined || !isFresh(state, capital.asOfUs, now)) return null
  return capital.base
}

/** The average daily volume of an instrument; null where it is missing, 0 or too old. */
export function advOf(state: State, instrument: number, now: number): bigint | null {
  const { adv } = marketAt(state, instrument)
  if (adv === null || adv.qty === 0n || now - adv.timeUs > duration(state, 'advMaxUs')) return null
  return adv.qty
}

/** Messages of a C01 row inside its window, no more than it keeps. */
export function messagesIn(limit: Limit, now: number): bigint {
  return BigInt(limit.stamps.filter((stamp) => stamp > now - Number(limit.param)).length)
}

/** Stamps a message into every C01 row of these subjects. */
export function countMessage(state: State, subjects: readonly number[], now: number): void {
  for (const limit of state.limits.values()) {
    if (limit.control !== C01 || !subjects.includes(limit.subject)) continue
    limit.stamps.push(now)
    keepNewest(limit)
  }
}

/** An unlimited row keeps none. */
export function keepNewest(limit: Limit): void {
  const most = limit.hard >= MAX ? 0 : Number(limit.hard) + 1
  if (limit.stamps.length > most) limit.stamps.splice(0, limit.stamps.length - most)
}
