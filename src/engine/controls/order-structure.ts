/**
 * ORDER_STRUCTURE: the order is one that a market could take.
 *
 * Rule      known side, type and time in force; quantity positive, in lots, within the instrument; prices given exactly where
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

const HAS_PRICE = 1
const HAS_STOP = 2
const HAS_EXPIRY = 4
const GTD = 4

export function createOrderStructure(state: State, j: Judgement) {
  /** `flags` says which of price, stopPx and expireTime are given. */
  function judgeOrderStructure(flags: number): number {
    if (j.side < 0 || j.side > 3) return INVALID_SIDE
    if (j.ordType < 0 || j.ordType > 3 || j.timeInForce < 0 || j.timeInForce > 6) return UNSUPPORTED_ORDER_TYPE
    const { instruments } = state
    const qty = j.x[X.QTY]!
    if (!(qty > 0) || !(qty <= instruments.qtyMax[j.instrument]!) || qty % instruments.lot[j.instrument]! !== 0) {
      return INVALID_QTY
    }
    // Types in the order Market, Limit, Stop, StopLimit: bit 0 has a price, bit 1 a stop price.
    const badPrice = isBadPrice((flags & HAS_PRICE) !== 0, (j.ordType & 1) !== 0, j.x[X.PX]!)
    if (badPrice) return INVALID_PRICE
    const badStop = isBadPrice((flags & HAS_STOP) !== 0, (j.ordType & 2) !== 0, j.x[X.STOP]!)
    if (badStop) return INVALID_STOP_PX
    const hasExpiry = (flags & HAS_EXPIRY) !== 0
    if (hasExpiry !== (j.timeInForce === GTD)) return INVALID_EXPIRY
    // A replace keeps its order's expiry, which was judged with the order.
    if (hasExpiry && j.replaces < 0 && !(j.x[X.EXPIRE]! > j.x[X.NOW]!)) return INVALID_EXPIRY
    return 0
  }

  function isBadPrice(given: boolean, needed: boolean, px: number): boolean {
    if (given !== needed) return true
    if (!needed) return false
    // A larger number is no price that anyone sent: it has been rounded on its way.
    if (!Number.isSafeInteger(px)) return true
    const { instruments } = state
    if (!(px > 0) && (instruments.flags[j.instrument]! & InstrumentFlag.NEGATIVE_PRICE) === 0) return true
    return px % instruments.tick[j.instrument]! !== 0
  }

  return { judgeOrderStructure }
}
