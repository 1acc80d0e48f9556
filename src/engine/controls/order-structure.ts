/**
 * ORDER_STRUCTURE: the order is one that a market could take.
 *
 * Rule      known side, type and time in force; no flag but those of price, stop and expiry; quantity positive, in lots, within the instrument; prices given exactly where
 *           the type needs them, on the tick, positive unless the instrument allows otherwise; expiry exactly for GTD.
 * Units     Price and quantity units of the instrument.
 * Reads     instrument.tick, lot, qtyMax, flags. Changes nothing.
 * On breach ordRejReason: UnsupportedOrderCharacteristic 11, IncorrectQuantity 13, InvalidPriceIncrement 18, Other 99.
 * Source    FIA 2024 maximum order size family; MiFID II RTS 11; Reg NMS 612.
 */
import { reasonNumber } from '../../model/codes.ts'
import { type Judgement, X } from '../judgement.ts'
import { InstrumentFlag } from '../state/instruments.ts'
import type { State } from '../state/state.ts'

const INVALID_SIDE = reasonNumber('INVALID_SIDE')
const UNSUPPORTED_ORDER_TYPE = reasonNumber('UNSUPPORTED_ORDER_TYPE')
const INVALID_QTY = reasonNumber('INVALID_QTY')
const INVALID_PRICE = reasonNumber('INVALID_PRICE')
const INVALID_STOP_PX = reasonNumber('INVALID_STOP_PX')
const INVALID_EXPIRY = reasonNumber('INVALID_EXPIRY')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')

const HAS_PRICE = 1
const HAS_STOP = 2
const HAS_EXPIRY = 4
const KNOWN_FLAGS = HAS_PRICE | HAS_STOP | HAS_EXPIRY
/** Stands for a flag, or a code, that no version knows. */
export const UNDEFINED_FLAG = 8
const GTD = 4

export function createOrderStructure(state: State, j: Judgement) {
  const { x } = j
  const { qtyMax, lot, tick, flags: instrumentFlags } = state.instruments

  /** `flags` says which of price, stopPx and expireTime are given; anything else in it is refused. */
  function judgeOrderStructure(flags: number): number {
    const { ordType, timeInForce, instrument } = j
    if (j.side < 0 || j.side > 3) return INVALID_SIDE
    if (ordType < 0 || ordType > 3 || timeInForce < 0 || timeInForce > 6) return UNSUPPORTED_ORDER_TYPE
    const qty = x[X.QTY]!
    if (!(qty > 0 && qty <= qtyMax[instrument]! && isMultiple(qty, lot[instrument]!))) return INVALID_QTY
    // Types in the order Market, Limit, Stop, StopLimit: bit 0 has a price, bit 1 a stop price, as the flags have.
    const differs = (flags ^ ordType) & (HAS_PRICE | HAS_STOP)
    if ((differs & HAS_PRICE) !== 0) return INVALID_PRICE
    if ((ordType & HAS_PRICE) !== 0 && isBadPrice(X.PX)) return INVALID_PRICE
    if ((differs & HAS_STOP) !== 0) return INVALID_STOP_PX
    if ((ordType & HAS_STOP) !== 0 && isBadPrice(X.STOP)) return INVALID_STOP_PX
    const hasExpiry = (flags & HAS_EXPIRY) !== 0
    if (hasExpiry !== (timeInForce === GTD)) return INVALID_EXPIRY
    // A replace keeps its order's expiry, which was judged with the order.
    if (hasExpiry && j.replaces < 0 && !(x[X.EXPIRE]! > x[X.NOW]!)) return INVALID_EXPIRY
    return (flags & ~KNOWN_FLAGS) === 0 ? 0 : INVALID_VALUE
  }

  /** `at` is the place of the price in the scratch. */
  function isBadPrice(at: number): boolean {
    const px = x[at]!
    // A larger number is no price that anyone sent: it has been rounded on its way.
    if (!Number.isSafeInteger(px)) return true
    if (!(px > 0) && (instrumentFlags[j.instrument]! & InstrumentFlag.NEGATIVE_PRICE) === 0) return true
    return !isMultiple(px, tick[j.instrument]!)
  }

  return { judgeOrderStructure }
}

/**
 * As `value % unit === 0`, whose remainder of doubles is a call out of the code. Exact for safe integers: a multiple
 * has an exact quotient, and of any other value the product with a whole quotient is off by one at least.
 */
function isMultiple(value: number, unit: number): boolean {
  return Math.floor(value / unit) * unit === value
}
