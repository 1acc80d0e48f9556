/** Instruments: units, classification, market state and the ratios that value them. Typed columns by instrument id. */
import { DECIMALS_MAX, pow10, type Ratio, ratio } from '../../model/numbers.ts'
import type { StateVisitor } from './state-visitor.ts'

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

export type Instruments = ReturnType<typeof createInstruments>

export function createInstruments(size: number) {
  /** All columns, in the order in which they are visited. */
  const columns: (Float64Array | Int32Array)[] = []
  const nums = () => {
    const column = new Float64Array(size)
    columns.push(column)
    return column
  }
  const ints = () => {
    const column = new Int32Array(size)
    columns.push(column)
    return column
  }
  const tick = nums()
  const lot = nums()
  const qtyMax = nums()
  const multiplierN = nums()
  const multiplierD = nums()
  const priceUnits = nums()
  const priceDecimals = ints()
  const qtyDecimals = ints()
  /** 10^qtyDecimals. */
  const qtyUnit = nums()
  const currency = ints()
  const sector = ints()
  const assetClass = ints()
  const underlying = ints()
  const feed = ints()
  const flags = ints()
  /** Flow ratio: the trade date's frozen high rate. */
  const flowN = nums()
  const flowD = nums()
  /** Mark ratios: the high and the low rate in force. */
  const highN = nums()
  const highD = nums()
  const lowN = nums()
  const lowD = nums()

  const has = ints()
  const bid = nums()
  const ask = nums()
  const quoteUs = nums()
  /** FEED that gave the sides in force. */
  const quoteFeed = ints()
  const last = nums()
  const lastUs = nums()
  const priorClose = nums()
  const priorCloseUs = nums()
  const manualPx = nums()
  const manualUs = nums()
  const manualUntilUs = nums()
  const mark = nums()
  /** When the first quarantined quote came; 0 for none, 1 once a trade confirmed the jump. */
  const quarantineUs = nums()
  const halted = ints()
  const rule201 = ints()
  const active = ints()
  const adv = nums()
  /** When the average daily volume was told; 0 for never. */
  const advUs = nums()
  /** 1 where a list names the instrument. */
  const listed = ints()

  function isInverse(id: number): boolean {
    return (flags[id] & InstrumentFlag.INVERSE) !== 0
  }

  /** Object id of the instrument's underlying: itself where it has none. */
  function underlyingOf(id: number): number {
    const own = underlying[id]
    return own < 0 ? id : own
  }

  function visit(v: StateVisitor): void {
    const count = v.int(instruments.count)
    instruments.count = count
    for (const column of columns) {
      if (column instanceof Float64Array) v.nums(column, count)
      else v.ints(column, count)
    }
  }

  const instruments = {
    size,
    tick,
    lot,
    qtyMax,
    multiplierN,
    multiplierD,
    priceUnits,
    priceDecimals,
    qtyDecimals,
    qtyUnit,
    currency,
    sector,
    assetClass,
    underlying,
    feed,
    flags,
    flowN,
    flowD,
    highN,
    highD,
    lowN,
    lowD,
    has,
    bid,
    ask,
    quoteUs,
    quoteFeed,
    last,
    lastUs,
    priorClose,
    priorCloseUs,
    manualPx,
    manualUs,
    manualUntilUs,
    mark,
    quarantineUs,
    halted,
    rule201,
    active,
    adv,
    advUs,
    listed,
    /** Ids that are defined: those below it. */
    count: 0,
    isInverse,
    underlyingOf,
    visit,
  }
  return instruments
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
