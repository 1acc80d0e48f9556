/**
 * From price unit x quantity unit to ledger units: multiplier, FX with its haircut, decimals and minor units as one ratio.
 */
import { type Ratio, reduced } from './exact.ts'
import type { Instrument, Rate, State } from './state.ts'

type Side = 'high' | 'low'

/** Ledger units per price unit and quantity unit as n/d; of an inverse contract per quantity unit over price unit. */
export function unitOf(state: State, instrument: Instrument, rate: Rate, side: Side): Ratio {
  const haircut = side === 'high' ? rate.haircutBps : -rate.haircutBps
  const n = instrument.multiplier.n * rate.rate.n * (10_000n + haircut)
  const d = instrument.multiplier.d * rate.rate.d * 10_000n
  const { ledgerDecimals: ld } = state
  const { pd, qd, priceUnits, inverse } = instrument
  const exponent = inverse ? ld - qd + pd : ld - pd - qd
  const up = exponent > 0 ? 10n ** BigInt(exponent) : 1n
  const down = exponent < 0 ? 10n ** BigInt(-exponent) : 1n
  return reduced(n * up, d * down * (inverse ? 1n : priceUnits))
}

/** The rate that values orders and fills: the trade date's, high side. Null while the currency has none. */
export function orderUnit(state: State, instrument: Instrument): Ratio | null {
  const rate = state.currencies.get(instrument.currency)?.frozen
  return rate ? unitOf(state, instrument, rate, 'high') : null
}

/** The two rates that value cells. Null while the currency has none. */
export function cellUnits(state: State, instrument: Instrument): { high: Ratio; low: Ratio } | null {
  const rate = state.currencies.get(instrument.currency)?.cells
  if (!rate) return null
  return { high: unitOf(state, instrument, rate, 'high'), low: unitOf(state, instrument, rate, 'low') }
}
