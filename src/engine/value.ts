/**
 * What an order and a cell are worth, in ledger units: one directed rounding each, never to the permissive side.
 * NaN means that the value is no safe integer; every caller refuses then.
 */
import { ceilDivBig, ceilMulDiv, floorMulDiv, MAX } from '../model/numbers.ts'
import { parameterIndex } from '../model/parameters.ts'
import { InstrumentFlag, type Instruments } from './state/instruments.ts'

const MARKET_BUFFER = parameterIndex('marketBufferBps')
/** Number.MAX_SAFE_INTEGER. */
const SAFE = 9_007_199_254_740_991

/** Value of `qty` at price `v` and ratio n/d, rounded up. */
export function flowValue(inverse: boolean, v: number, qty: number, n: number, d: number): number {
  return inverse ? overPrice(qty, n, v, d, true) : ceilMulDiv(v, qty, n, d)
}

/** qty * n / (price * d), rounded up or down. */
function overPrice(qty: number, n: number, price: number, d: number, up: boolean): number {
  const bottom = price * d
  if (price <= 0) return Number.NaN
  if (bottom <= SAFE) return up ? ceilMulDiv(qty, 1, n, bottom) : floorMulDiv(qty, 1, n, bottom)
  return overPriceBig(qty, n, price, d, up)
}

function overPriceBig(qty: number, n: number, price: number, d: number, up: boolean): number {
  const top = BigInt(up ? qty : -qty) * BigInt(n)
  const ceil = ceilDivBig(top, BigInt(price) * BigInt(d))
  if (ceil > BigInt(MAX) || ceil < -BigInt(MAX)) return Number.NaN
  return up ? Number(ceil) : -Number(ceil) + 0
}

export type Value = ReturnType<typeof createValue>

/** What of the state a value hangs on. */
export interface ValueTables {
  readonly instruments: Instruments
  readonly parameters: Float64Array
}

export function createValue({ instruments, parameters }: ValueTables) {
  const { flags, mark, highN, highD, lowN, lowD } = instruments

  /** Worth of the long end (P + B) of a cell at the mark, rounded up; the haircut goes against the firm. */
  function upValue(instrument: number, qty: number): number {
    if ((flags[instrument] & InstrumentFlag.INVERSE) !== 0) return inverseUp(instrument, qty)
    const n = qty >= 0 ? highN[instrument] : lowN[instrument]
    const d = qty >= 0 ? highD[instrument] : lowD[instrument]
    return ceilMulDiv(Math.abs(mark[instrument]), qty, n, d)
  }

  /** Worth of the short end (P - S) of a cell at the mark, rounded down. */
  function downValue(instrument: number, qty: number): number {
    if ((flags[instrument] & InstrumentFlag.INVERSE) !== 0) return inverseDown(instrument, qty)
    const n = qty >= 0 ? lowN[instrument] : highN[instrument]
    const d = qty >= 0 ? lowD[instrument] : highD[instrument]
    return floorMulDiv(Math.abs(mark[instrument]), qty, n, d)
  }

  function inverseUp(instrument: number, qty: number): number {
    const price = Math.abs(mark[instrument])
    if (qty === 0 || price === 0) return 0
    if (qty >= 0) return overPrice(qty, highN[instrument], price, highD[instrument], true)
    return overPrice(qty, lowN[instrument], price, lowD[instrument], true)
  }

  function inverseDown(instrument: number, qty: number): number {
    const price = Math.abs(mark[instrument])
    if (qty === 0 || price === 0) return 0
    if (qty >= 0) return overPrice(qty, lowN[instrument], price, lowD[instrument], false)
    return overPrice(qty, highN[instrument], price, highD[instrument], false)
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
    const had = flags[instrument]
    if ((had & InstrumentFlag.INVERSE) !== 0) return inversePrice(buys, isStop, px, stopPx, ref)
    if (isStop) return stopPrice(stopPx, ref)
    const absPx = Math.abs(px)
    return buys && (had & InstrumentFlag.NEGATIVE_PRICE) === 0 ? absPx : Math.max(absPx, Math.abs(ref))
  }

  /** A stop may execute beyond its trigger: by a margin over the worse of trigger and reference. */
  function stopPrice(stopPx: number, ref: number): number {
    return ceilMulDiv(Math.max(Math.abs(stopPx), Math.abs(ref)), 10_000 + parameters[MARKET_BUFFER], 1, 10_000)
  }

  /** An inverse contract is worth more the lower its price. */
  function inversePrice(buys: boolean, isStop: boolean, px: number, stopPx: number, ref: number): number {
    const absRef = Math.abs(ref)
    const low = isStop ? scaleDown(Math.min(Math.abs(stopPx), absRef)) : Math.abs(px)
    const v = buys && !isStop ? Math.min(low, scaleDown(absRef)) : low
    return v < 1 ? Number.NaN : v
  }

  function scaleDown(px: number): number {
    return floorMulDiv(px, 10_000 - parameters[MARKET_BUFFER], 1, 10_000)
  }

  return { upValue, downValue, valuationPrice }
}
