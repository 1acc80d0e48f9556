/**
 * True exposure of a subject in an object: the rational counterpart of cells, gross, long, short, E and O.
 */

import { OBJECT_KINDS } from '../../model/vocabulary.ts'
import { isSince } from '../twin/exposure.ts'
import type { Booking, Keys, Limit, Name, State, Version } from '../twin/state.ts'
import { type Fraction, most, negated, plus, total, ZERO } from './fraction.ts'
import { endsOf, leavesOf, worthOf } from './worth.ts'

/** An order as it stands, or would stand, with the unrounded valuation price of each version. */
export interface OpenOrder {
  readonly keys: Keys
  readonly side: number
  readonly cum: bigint
  readonly versions: readonly { readonly version: Version; readonly px: Fraction }[]
}

/** Everything that exposure is made of at a moment. */
export interface Holdings {
  readonly state: State
  readonly open: readonly OpenOrder[]
  /** Executed flow of each booking of the trade date. */
  readonly flows: ReadonlyMap<Booking, Fraction>
}

export interface Use {
  readonly value: Fraction
  /** How many roundings the engine's figure for it contains at most. */
  readonly terms: number
}

export function isSummed(state: State, venue: number): boolean {
  return venue >= 0 && ((state.names.get('VENUE')?.[venue]?.flags ?? 0) & 1) === 1
}

export function countsFor(state: State, keys: Keys, subject: Name, limit: Limit, own: Keys): boolean {
  if (subject.kind !== 'FIRM' && keys[subject.kind.toLowerCase() as keyof Keys] !== subject.id) return false
  const kind = limit.objectKind
  return objectId(state, kind, keys) === objectId(state, kind, own)
}

function objectId(state: State, kind: number, keys: Keys): number {
  const instrument = state.instruments[keys.instrument]
  if (instrument === undefined) throw new RangeError(`no instrument ${keys.instrument}`)
  const name = OBJECT_KINDS[kind]
  if (name === 'INSTRUMENT') return instrument.id
  if (name === 'UNDERLYING') return instrument.underlying
  if (name === 'SECTOR') return instrument.sector
  if (name === 'ASSET_CLASS') return instrument.assetClass
  return name === 'VENUE' ? keys.venue : -1
}

/** Open value: the dearest of an order's versions, all of them where replaces are not atomic. */
export function openUse(held: Holdings, subject: Name, limit: Limit, own: Keys): Use {
  const counted = held.open.filter(({ keys }) => countsFor(held.state, keys, subject, limit, own))
  const terms = counted.reduce((count, { versions }) => count + versions.length, 0)
  return { value: total(counted.map((order) => openValue(held.state, order))), terms }
}

export function openValue(state: State, { keys, versions, cum }: OpenOrder): Fraction {
  const instrument = state.instruments[keys.instrument]
  if (instrument === undefined) return ZERO
  const values = versions.map(({ version, px }) => worthOf(instrument, px, leavesOf(version, cum), version.unit))
  return isSummed(state, keys.venue) ? total(values) : values.reduce(most, ZERO)
}

export function executedUse(held: Holdings, subject: Name, limit: Limit, own: Keys): Use {
  const counted = [...held.flows].filter(
    ([booking]) =>
      !booking.reversed &&
      isSince(held.state, booking, subject) &&
      countsFor(held.state, booking.keys, subject, limit, own),
  )
  return { value: total(counted.map(([, flow]) => flow)), terms: counted.length }
}

interface Ends {
  readonly up: Fraction
  readonly down: Fraction
  readonly gross: Fraction
}

/** Up, down and gross per entity, and how many positions they come from. */
export function positionUse(held: Holdings, subject: Name, limit: Limit, own: Keys) {
  const quantities = new Map<string, { keys: Keys; position: bigint; buys: bigint; sells: bigint }>()
  const kind =
    subject.kind === 'DESK' || subject.kind === 'TRADER' || subject.kind === 'STRATEGY' ? subject.kind : 'ACCOUNT'
  const at = (keys: Keys) => {
    const key = `${keys.account}:${keys.instrument}`
    const found = quantities.get(key) ?? { keys, position: 0n, buys: 0n, sells: 0n }
    quantities.set(key, found)
    return found
  }
  const counts = (keys: Keys) => countsFor(held.state, keys, subject, limit, own)
  for (const booking of held.state.bookings) {
    if (!booking.reversed && booking.cells.includes(kind) && counts(booking.keys))
      at(booking.keys).position += booking.qty
  }
  for (const order of held.open) {
    if (!counts(order.keys)) continue
    const leaves = order.versions.map(({ version }) => leavesOf(version, order.cum))
    const summed = isSummed(held.state, order.keys.venue)
    const reserved = leaves.reduce((a, b) => (summed ? a + b : a > b ? a : b), 0n)
    if (order.side === 0) at(order.keys).buys += reserved
    else at(order.keys).sells += reserved
  }
  const byEntity = new Map<number, Ends>()
  for (const { keys, position, buys, sells } of quantities.values()) {
    const instrument = held.state.instruments[keys.instrument]
    const mark = held.state.markets[keys.instrument]?.mark ?? null
    if (instrument === undefined) continue
    const cell = endsOf(held.state, instrument, mark, position + buys, position - sells)
    const sum = byEntity.get(keys.entity) ?? { up: ZERO, down: ZERO, gross: ZERO }
    const { up, down, gross } = sum
    byEntity.set(keys.entity, { up: plus(up, cell.up), down: plus(down, cell.down), gross: plus(gross, cell.gross) })
  }
  return { byEntity, terms: quantities.size * 2 }
}

export function grossUse(held: Holdings, subject: Name, limit: Limit, own: Keys): Use {
  const { byEntity, terms } = positionUse(held, subject, limit, own)
  return { value: total([...byEntity.values()].map(({ gross }) => gross)), terms }
}

/** The larger end of each entity added up, or the one end that the order moves. */
export function netUse(held: Holdings, subject: Name, limit: Limit, own: Keys, side: number, several: boolean): Use {
  const { byEntity, terms } = positionUse(held, subject, limit, own)
  const ends = [...byEntity.values()]
  if (several) return { value: total(ends.map(({ up, down }) => most(up, negated(down)))), terms }
  return { value: total(ends.map(({ up, down }) => (side === 0 ? up : negated(down)))), terms }
}
