/**
 * What orders, fills and positions are worth when nothing is rounded, from the quantities and prices that the twin keeps.
 */
import { ORD_TYPES } from '../../model/vocabulary.ts'
import type { Instrument, Rate, State, Version } from '../twin/state.ts'
import { type Fraction, least, most, negated, over, times, whole, ZERO } from './fraction.ts'

const STOP = ORD_TYPES.indexOf('Stop')

/** Ledger units per price unit and quantity unit (inverse: times price unit) at a rate moved by `bps`. */
export function perUnit(state: State, instrument: Instrument, { rate }: Rate, bps: bigint): Fraction {
  const ten = (power: number): Fraction =>
    power >= 0 ? whole(10n ** BigInt(power)) : { n: 1n, d: 10n ** BigInt(-power) }
  const { multiplier, pd, qd, priceUnits, inverse } = instrument
  const fx = times(rate, { n: 10_000n + bps, d: 10_000n })
  const decimals = inverse ? ten(state.ledgerDecimals - qd + pd) : ten(state.ledgerDecimals - pd - qd)
  const all = times(times(multiplier, fx), decimals)
  return inverse ? all : over(all, whole(priceUnits))
}

export function worthOf(instrument: Instrument, px: Fraction, qty: bigint, unit: Fraction): Fraction {
  const scaled = times(whole(qty), unit)
  return instrument.inverse ? over(scaled, px) : times(scaled, px)
}

function size(x: bigint): Fraction {
  return whole(x < 0n ? -x : x)
}

export interface PricedOrder {
  readonly side: number
  readonly ordType: number
  /** Limit, or protection price. */
  readonly price: bigint | null
  readonly stopPx: bigint | null
}

/**
 * The price that an order must be valued at: the dearest that it may execute at. That of a stop is a whole number of price
 * units, as any price: one unit of a large contract is more than what rounding of money may do.
 */
export function dearestPx(instrument: Instrument, order: PricedOrder, ref: bigint, bufferBps: bigint): Fraction {
  const up = { n: 10_000n + bufferBps, d: 10_000n }
  const down = { n: 10_000n - bufferBps, d: 10_000n }
  const isBuy = order.side === 0
  if (order.ordType === STOP) {
    const stop = size(order.stopPx as bigint)
    const px = instrument.inverse ? times(least(stop, size(ref)), down) : times(most(stop, size(ref)), up)
    return whole(instrument.inverse ? px.n / px.d : (px.n + px.d - 1n) / px.d)
  }
  const price = size(order.price as bigint)
  if (instrument.inverse) return isBuy ? least(price, times(size(ref), down)) : price
  return isBuy && !instrument.mayBeNegative ? price : most(price, size(ref))
}

/** Worth of the two ends of a position, each at the rate that makes it larger. */
export function endsOf(state: State, instrument: Instrument, mark: bigint | null, long: bigint, short: bigint) {
  const rate = state.currencies.get(instrument.currency)?.cells
  if (mark === null || !rate) return { up: ZERO, down: ZERO, gross: ZERO }
  const at = (qty: bigint, bps: bigint) => worthOf(instrument, size(mark), qty, perUnit(state, instrument, rate, bps))
  const high = rate.haircutBps
  const up = at(long, long >= 0n ? high : -high)
  const down = at(short, short >= 0n ? -high : high)
  return { up, down, gross: most(up, negated(down)) }
}

export function leavesOf(version: Version, cum: bigint): bigint {
  return version.orderQty > cum ? version.orderQty - cum : 0n
}
