/**
 * The price that an order is valued at, its value, its leaves and its open value.
 */
import { ORD_TYPES } from '../../model/vocabulary.ts'
import { abs, ceilDiv, floorDiv, larger, MAX, type Ratio, smaller, sum } from './exact.ts'
import {
  type Instrument,
  instrumentAt,
  isLive,
  nameAt,
  type Order,
  parameter,
  type State,
  type Version,
} from './state.ts'

export const MARKET = ORD_TYPES.indexOf('Market')
export const LIMIT = ORD_TYPES.indexOf('Limit')
export const STOP = ORD_TYPES.indexOf('Stop')
export const STOP_LIMIT = ORD_TYPES.indexOf('StopLimit')

export interface Priced {
  readonly side: number
  readonly ordType: number
  /** Limit price, or the protection price of a market order; null for a stop. */
  readonly price: bigint | null
  readonly stopPx: bigint | null
}

/** Valuation price of an order; null where it is out of range. */
export function valuationPx(state: State, instrument: Instrument, order: Priced, ref: bigint): bigint | null {
  const buffer = parameter(state, 'marketBufferBps')
  const v = instrument.inverse ? lowPx(order, ref, buffer) : highPx(instrument, order, ref, buffer)
  return v > MAX || (instrument.inverse && v < 1n) ? null : v
}

function highPx(instrument: Instrument, order: Priced, ref: bigint, buffer: bigint): bigint {
  if (order.ordType === STOP)
    return ceilDiv(larger(abs(order.stopPx as bigint), abs(ref)) * (10_000n + buffer), 10_000n)
  const price = abs(order.price as bigint)
  return order.side === 0 && !instrument.mayBeNegative ? price : larger(price, abs(ref))
}

/** An inverse contract is worth more the lower its price is. */
function lowPx(order: Priced, ref: bigint, buffer: bigint): bigint {
  const lowered = (px: bigint) => floorDiv(px * (10_000n - buffer), 10_000n)
  if (order.ordType === STOP) return lowered(smaller(abs(order.stopPx as bigint), abs(ref)))
  const price = abs(order.price as bigint)
  return order.side === 0 ? smaller(price, lowered(abs(ref))) : price
}

/** Value of quantity q at price v, in ledger units, rounded up. */
export function valueAt(instrument: Instrument, v: bigint, q: bigint, unit: Ratio): bigint {
  return instrument.inverse ? ceilDiv(q * unit.n, v * unit.d) : ceilDiv(v * q * unit.n, unit.d)
}

export function leavesOf(version: Version, cum: bigint): bigint {
  return larger(0n, version.orderQty - cum)
}

/** On a venue whose replaces are not atomic the old and the new version may both execute. */
export function isSummed(state: State, venue: number): boolean {
  return ((nameAt(state, 'VENUE', venue)?.flags ?? 0) & 1) === 1
}

/** Reserved leaves of the versions: their largest, or their sum. */
export function reservedLeaves(state: State, venue: number, versions: readonly Version[], cum: bigint): bigint {
  return over(
    state,
    venue,
    versions.map((version) => leavesOf(version, cum)),
  )
}

/** Open value of the versions: their largest, or their sum. */
export function openValue(
  state: State,
  venue: number,
  instrument: Instrument,
  versions: readonly Version[],
  cum: bigint,
): bigint {
  const values = versions.map((version) => valueAt(instrument, version.v, leavesOf(version, cum), version.unit))
  return over(state, venue, values)
}

function over(state: State, venue: number, values: readonly bigint[]): bigint {
  return isSummed(state, venue) ? sum(values) : values.reduce(larger, 0n)
}

/** Reserved leaves of an order; 0 once it has ended. */
export function leavesOfOrder(state: State, order: Order): bigint {
  return isLive(order) ? reservedLeaves(state, order.keys.venue, order.versions, order.cum) : 0n
}

export function openValueOfOrder(state: State, order: Order): bigint {
  if (!isLive(order)) return 0n
  return openValue(state, order.keys.venue, instrumentAt(state, order.keys.instrument), order.versions, order.cum)
}
