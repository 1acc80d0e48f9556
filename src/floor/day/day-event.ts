/**
 * What the exchange published on one trading day, typed: orders that came to rest, cancels and trades, in the exchange's
 * own order.
 */

export type DaySide = 'Buy' | 'Sell'
/** Who took liquidity in a trade; in an auction nobody does. */
export type Aggressor = DaySide | 'None'

/** Price in 0.001 CNY per share. Always positive. */
export type DayPx = number
/** Quantity in 0.001 share. Always positive. */
export type DayQty = number
/** Microseconds since midnight in China Standard Time; the file resolves 10 ms. */
export type DayTimeUs = number

interface Published {
  /** The exchange's global order of the day. Strictly increasing, with gaps: the other stocks of the channel. */
  readonly bizIndex: number
  readonly timeUs: DayTimeUs
  readonly px: DayPx
  readonly qty: DayQty
}

/** An order came to rest in the book, with what was left of it after it traded on arrival. */
export interface AddEvent extends Published {
  readonly kind: 'add'
  readonly orderNo: number
  readonly side: DaySide
}

/** A resting order, or what was left of it, was withdrawn. */
export interface CancelEvent extends Published {
  readonly kind: 'cancel'
  readonly orderNo: number
  readonly side: DaySide
}

export interface TradeEvent extends Published {
  readonly kind: 'trade'
  readonly bidOrderNo: number
  readonly askOrderNo: number
  readonly aggressor: Aggressor
}

export type DayEvent = AddEvent | CancelEvent | TradeEvent

/** The file, or the story that it tells, is not a trading day. The message says where and why. */
export class DayFileError extends Error {
  override readonly name = 'DayFileError'
}
