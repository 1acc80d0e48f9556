/**
 * What an order and a cell are worth, in ledger units: one directed rounding each, never to the permissive side.
 * NaN means that the value is no safe integer; every caller refuses then.
 */
import { ceilMulDiv, floorMulDiv, MAX } from '../model/numbers.ts'
import { InstrumentFlag, type Instruments } from './state/instruments.ts'

/** Value of `qty` at price `v` and ratio n/d, rounded up. */
export function flowValue(inverse: boolean, v: number, qty: number, n: number, d: number): number {
  if (!inverse) return ceilMulDiv(v, qty, n, d)
  return overPrice(qty, n, v, d, true)
}

/** qty * n / (price * d), rounded up or down. */
function overPrice(qty: number, n: number, price: number, d: number, up: boolean): number {
  const bottom = price * d
  if (price <= 0) return Number.NaN
  if (bottom <= MAX) return up ? ceilMulDiv(qty, 1, n, bottom) : floorMulDiv(qty, 1, n, bottom)
  const value = (BigInt(up ? qty : -qty) * BigInt(n)) / (BigInt(price) * BigInt(d))
  // BigInt division truncates towards zero: up for negatives, down for positives, so positives with a rest get one more.
  const exact = value * BigInt(price) * BigInt(d) === BigInt(up ? qty : -qty) * BigInt(n)
  const ceil = exact || (up ? qty : -qty) < 0 ? value : value + 1n
  if (ceil > BigInt(MAX) || ceil < -BigInt(MAX)) return Number.NaN
  return up ? Number(ceil) : -Number(ceil) + 0
}

function scaleDown(px: number, bufferBps: number): number {
  return floorMulDiv(px, 10_000 - bufferBps, 1, 10_000)
}

/** Index of marketBufferBps in the parameters. */
const MARKET_BUFFER = 9

/** What of the state a value hangs on. */
export interface ValueTables {
  readonly instruments: Instruments
  readonly parameters: Float64Array
}

export type Value = ReturnType<typeof createValue>

export function createValue(state: ValueTables) {
  /** Worth of the long end (P + B) of a cell at the mark, rounded up; the haircut goes against the firm. */
  function upValue(instrument: number, qty: number): number {
    const { instruments } = state
    const high = qty >= 0
    const n = high ? instruments.highN[instrument]! : instruments.lowN[instrument]!
    const d = high ? instruments.highD[instrument]! : instruments.lowD[instrument]!
    const mark = instruments.mark[instrument]!
    if ((instruments.flags[instrument]! & InstrumentFlag.INVERSE) === 0)
      return ceilMulDiv(mark < 0 ? -mark : mark, qty, n, d)
    return qty === 0 || mark === 0 ? 0 : overPrice(qty, n, Math.abs(mark), d, true)
  }

  /** Worth of the short end (P - S) of a cell at the mark, rounded down. */
  function downValue(instrument: number, qty: number): number {
    const { instruments } = state
    const low = qty >= 0
    const n = low ? instruments.lowN[instrument]! : instruments.highN[instrument]!
    const d = low ? instruments.lowD[instrument]! : instruments.highD[instrument]!
    const mark = instruments.mark[instrument]!
    if ((instruments.flags[instrument]! & InstrumentFlag.INVERSE) === 0)
      return floorMulDiv(mark < 0 ? -mark : mark, qty, n, d)
    return qty === 0 || mark === 0 ? 0 : overPrice(qty, n, Math.abs(mark), d, false)
  }

  /** The price that flow metrics value an order at (docs/reference/decision.md §3); NaN where it cannot be valued. */
  function valuationPrice(
    instrument: number,
    buys: boolean,
    isStop: boolean,
    px: number,
    stopPx: number,
    ref: number,
  ): number {
    const flags = state.instruments.flags[instrument]!
    const buffer = state.parameters[MARKET_BUFFER]!
    const absRef = Math.abs(ref)
    if ((flags & InstrumentFlag.INVERSE) !== 0) {
      // An inverse contract is worth more the lower its price.
      const low = isStop ? scaleDown(Math.min(Math.abs(stopPx), absRef), buffer) : Math.abs(px)
      const v = buys && !isStop ? Math.min(low, scaleDown(absRef, buffer)) : low
      return v < 1 ? Number.NaN : v
    }
    if (isStop) return ceilMulDiv(Math.max(Math.abs(stopPx), absRef), 10_000 + buffer, 1, 10_000)
    const absPx = Math.abs(px)
    return buys && (flags & InstrumentFlag.NEGATIVE_PRICE) === 0 ? absPx : Math.max(absPx, absRef)
  }

  return { upValue, downValue, valuationPrice }
}
