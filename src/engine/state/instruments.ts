/** Instruments: units, classification, market state and the ratios that value them. Typed columns by instrument id. */
import { DECIMALS_MAX, pow10, type Ratio, ratio } from '../../model/numbers.ts'
import type { StateHash } from './state-hash.ts'

export const enum InstrumentFlag {
  NEGATIVE_PRICE = 1,
  INVERSE = 2,
  REG_SHO = 4,
}
export const enum Has {
  BID = 1,
  ASK = 2,
  LAST = 4,
  PRIOR_CLOSE = 8,
  MARK = 16,
}

/** FX of one currency: the rate in force and the one that the trade date froze, as rate / 10^decimals and haircut. */
export interface FxRate {
  readonly rate: number
  readonly decimals: number
  readonly haircutBps: number
}

export class Instruments {
  count = 0
  readonly tick: Float64Array
  readonly lot: Float64Array
  readonly qtyMax: Float64Array
  readonly multiplierN: Float64Array
  readonly multiplierD: Float64Array
  readonly priceUnits: Float64Array
  readonly priceDecimals: Int32Array
  readonly qtyDecimals: Int32Array
  /** 10^qtyDecimals. */
  readonly qtyUnit: Float64Array
  readonly currency: Int32Array
  readonly sector: Int32Array
  readonly assetClass: Int32Array
  readonly underlying: Int32Array
  readonly feed: Int32Array
  readonly flags: Int32Array
  /** Flow ratio: the trade date's frozen high rate. */
  readonly flowN: Float64Array
  readonly flowD: Float64Array
  /** Mark ratios: the high and the low rate in force. */
  readonly highN: Float64Array
  readonly highD: Float64Array
  readonly lowN: Float64Array
  readonly lowD: Float64Array

  readonly has: Int32Array
  readonly bid: Float64Array
  readonly ask: Float64Array
  readonly quoteUs: Float64Array
  /** FEED that gave the sides in force. */
  readonly quoteFeed: Int32Array
  readonly last: Float64Array
  readonly lastUs: Float64Array
  readonly priorClose: Float64Array
  readonly priorCloseUs: Float64Array
  readonly manualPx: Float64Array
  readonly manualUs: Float64Array
  readonly manualUntilUs: Float64Array
  readonly mark: Float64Array
  /** When the first quarantined quote came; 0 for none, 1 once a trade confirmed the jump. */
  readonly quarantineUs: Float64Array
  readonly halted: Int32Array
  readonly rule201: Int32Array
  readonly active: Int32Array
  readonly adv: Float64Array
  /** 1 where a list names the instrument. */
  readonly listed: Int32Array

  readonly size: number

  constructor(size: number) {
    this.size = size
    const nums = () => new Float64Array(size)
    const ints = () => new Int32Array(size)
    this.tick = nums()
    this.lot = nums()
    this.qtyMax = nums()
    this.multiplierN = nums()
    this.multiplierD = nums()
    this.priceUnits = nums()
    this.priceDecimals = ints()
    this.qtyDecimals = ints()
    this.qtyUnit = nums()
    this.currency = ints()
    this.sector = ints()
    this.assetClass = ints()
    this.underlying = ints()
    this.feed = ints()
    this.flags = ints()
    this.flowN = nums()
    this.flowD = nums()
    this.highN = nums()
    this.highD = nums()
    this.lowN = nums()
    this.lowD = nums()
    this.has = ints()
    this.bid = nums()
    this.ask = nums()
    this.quoteUs = nums()
    this.quoteFeed = ints()
    this.last = nums()
    this.lastUs = nums()
    this.priorClose = nums()
    this.priorCloseUs = nums()
    this.manualPx = nums()
    this.manualUs = nums()
    this.manualUntilUs = nums()
    this.mark = nums()
    this.quarantineUs = nums()
    this.halted = ints()
    this.rule201 = ints()
    this.active = ints()
    this.adv = nums()
    this.listed = ints()
  }

  isInverse(id: number): boolean {
    return (this.flags[id]! & InstrumentFlag.INVERSE) !== 0
  }

  /** Object id of the instrument's underlying: itself where it has none. */
  underlyingOf(id: number): number {
    const underlying = this.underlying[id]!
    return underlying < 0 ? id : underlying
  }

  hashInto(hash: StateHash): void {
    hash.int(this.count)
    for (const column of Object.values(this) as unknown[]) {
      if (column instanceof Float64Array) hash.nums(column, this.count)
      else if (column instanceof Int32Array) hash.ints(column, this.count)
    }
  }
}

/** Which side of the haircut a ratio is on. */
export type HaircutSide = 'high' | 'low'

/**
 * Ledger units per price unit and quantity unit, as n/d; for an inverse contract per quantity unit over price unit.
 * Null where a term is no safe integer: the instrument cannot be valued exactly and is refused.
 */
export function valueRatio(
  units: {
    readonly multiplierN: number
    readonly multiplierD: number
    readonly priceUnits: number
    readonly priceDecimals: number
    readonly qtyDecimals: number
    readonly inverse: boolean
  },
  fx: FxRate,
  ledgerDecimals: number,
  side: HaircutSide,
): Ratio | null {
  const factor = side === 'high' ? 10_000 + fx.haircutBps : 10_000 - fx.haircutBps
  let n = BigInt(units.multiplierN) * BigInt(fx.rate) * BigInt(factor)
  let d = BigInt(units.multiplierD) * 10_000n * BigInt(pow10(fx.decimals))
  n *= BigInt(pow10(ledgerDecimals))
  d *= BigInt(pow10(units.qtyDecimals))
  if (units.inverse) n *= BigInt(pow10(units.priceDecimals)) * BigInt(units.priceUnits)
  else d *= BigInt(pow10(units.priceDecimals)) * BigInt(units.priceUnits)
  return ratio(n, d)
}

/** True where the number of decimals is one that an instrument may have. */
export function areDecimals(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= DECIMALS_MAX
}
