/**
 * A made-up venue: acknowledges what the gate approved, fills it against the made-up market, in one go or in parts, and
 * cancels or replaces on request. It never matches two orders of the firm with each other.
 */
import type { MarketQuote } from './random-market.ts'

export type VenueSide = 'Buy' | 'Sell'

/** An order as it reaches the venue. Numbers are the instrument's integers. */
export interface VenueOrder {
  readonly orderID: string
  readonly clOrdID: string
  readonly symbol: string
  readonly side: VenueSide
  readonly qty: number
  readonly lot: number
  /** Limit; a market order has its protection price. */
  readonly px: number
  /** Immediate or cancel: what does not fill at once is cancelled. */
  readonly isImmediate: boolean
}

export interface VenueReport {
  readonly execType: 'New' | 'Fill' | 'Canceled' | 'Replaced' | 'CancelRejected' | 'ReplaceRejected'
  readonly orderID: string
  /** The id of the order, or of the request that is answered. */
  readonly clOrdID: string
  readonly origClOrdID?: string
  readonly symbol: string
  readonly lastQty?: number
  readonly lastPx?: number
  readonly cumQty?: number
}

interface Working {
  order: VenueOrder
  cumQty: number
}

/** Chance that an order at the touch, neither through the market nor behind it, is hit at a step. */
const TOUCH_FILL = 0.25
/** Chance that a fill takes all that is left. */
const WHOLE_FILL = 0.55

export class SimulatedVenue {
  readonly #random: () => number
  readonly #working = new Map<string, Working>()

  constructor(random: () => number) {
    this.#random = random
  }

  get workingOrders(): readonly VenueOrder[] {
    return [...this.#working.values()].map(({ order }) => order)
  }

  /** Takes an order and reports what becomes of it at once. */
  enter(order: VenueOrder, quote: MarketQuote): VenueReport[] {
    const working = { order, cumQty: 0 }
    this.#working.set(order.orderID, working)
    const reports: VenueReport[] = [{ execType: 'New', ...names(order) }]
    if (isThrough(order, quote)) reports.push(this.#fill(working, quote))
    if (order.isImmediate && this.#working.has(order.orderID)) reports.push(...this.cancel(order.orderID))
    return reports
  }

  /** `clOrdID` is that of the cancel request, where there was one. */
  cancel(orderID: string, clOrdID?: string): VenueReport[] {
    const working = this.#working.get(orderID)
    if (working === undefined) return []
    this.#working.delete(orderID)
    const { order, cumQty } = working
    const request = clOrdID === undefined ? {} : { clOrdID, origClOrdID: order.clOrdID }
    return [{ execType: 'Canceled', ...names(order), ...request, cumQty }]
  }

  /** `next` is the new version under the same orderID. */
  replace(next: VenueOrder, quote: MarketQuote): VenueReport[] {
    const working = this.#working.get(next.orderID)
    const origClOrdID = working?.order.clOrdID
    if (working === undefined || next.qty <= working.cumQty) {
      const request = { ...names(next), ...(origClOrdID === undefined ? {} : { origClOrdID }) }
      return [{ execType: 'ReplaceRejected', ...request }]
    }
    working.order = next
    const reports: VenueReport[] = [{ execType: 'Replaced', ...names(next), origClOrdID: origClOrdID ?? '' }]
    if (isThrough(next, quote)) reports.push(this.#fill(working, quote))
    return reports
  }

  /** The market moved: some of the orders in the instrument are hit. */
  react(quote: MarketQuote): VenueReport[] {
    const hit = [...this.#working.values()].filter(({ order }) => {
      if (order.symbol !== quote.symbol) return false
      return isThrough(order, quote) || (isAtTouch(order, quote) && this.#random() < TOUCH_FILL)
    })
    return hit.map((working) => this.#fill(working, quote))
  }

  #fill(working: Working, quote: MarketQuote): VenueReport {
    const { order } = working
    const leaves = order.qty - working.cumQty
    const lots = Math.floor((leaves * this.#random()) / order.lot)
    const lastQty = this.#random() < WHOLE_FILL ? leaves : Math.min(leaves, Math.max(1, lots) * order.lot)
    working.cumQty += lastQty
    if (working.cumQty === order.qty) this.#working.delete(order.orderID)
    const touchPx = order.side === 'Buy' ? quote.askPx : quote.bidPx
    // Never worse than the limit, never better than the market.
    const lastPx = order.side === 'Buy' ? Math.min(order.px, touchPx) : Math.max(order.px, touchPx)
    return { execType: 'Fill', ...names(order), lastQty, lastPx, cumQty: working.cumQty }
  }
}

function names({ orderID, clOrdID, symbol }: VenueOrder) {
  return { orderID, clOrdID, symbol }
}

/** The market's other side reaches the order's price. */
function isThrough({ side, px }: VenueOrder, { bidPx, askPx }: MarketQuote): boolean {
  return side === 'Buy' ? px >= askPx : px <= bidPx
}

/** The order is at the best price of its own side, or in front of it. */
function isAtTouch({ side, px }: VenueOrder, { bidPx, askPx }: MarketQuote): boolean {
  return side === 'Buy' ? px >= bidPx : px <= askPx
}
