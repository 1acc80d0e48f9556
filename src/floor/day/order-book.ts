/**
 * The book of one instrument as sums per price level: just enough to know the best bid and offer after every step.
 */
import type { DayPx, DayQty, DaySide } from './day-event.ts'
import type { DayStep } from './rebuild-orders.ts'

export interface BookLevel {
  readonly px: DayPx
  readonly qty: DayQty
}

/** A side without orders is undefined. */
export interface BestPrices {
  readonly bid: BookLevel | undefined
  readonly ask: BookLevel | undefined
}

interface RestingOrder {
  readonly side: DaySide
  readonly px: DayPx
}

/**
 * Applies steps in order; an arriving order rests at once and its trades then take it and its counterparts off, so the
 * book is crossed exactly while a match is under way (and in an auction).
 */
export class OrderBook {
  readonly #orders = new Map<number, RestingOrder>()
  readonly #bids = new BookSide()
  readonly #asks = new BookSide()

  apply(step: DayStep): void {
    if (step.kind === 'new') {
      this.#orders.set(step.orderNo, { side: step.side, px: step.px })
      this.#change(step.orderNo, step.qty)
    } else if (step.kind === 'cancel') {
      this.#change(step.orderNo, -step.qty)
    } else {
      this.#change(step.bidOrderNo, -step.qty)
      this.#change(step.askOrderNo, -step.qty)
    }
  }

  best(): BestPrices {
    return { bid: this.#bids.highest(), ask: this.#asks.lowest() }
  }

  #change(orderNo: number, qty: number): void {
    const order = this.#orders.get(orderNo)
    if (order === undefined) throw new Error(`order ${orderNo} is not in the book`)
    const bookSide = order.side === 'Buy' ? this.#bids : this.#asks
    bookSide.change(order.px, qty)
  }
}

/** True while the best bid reaches the best offer, or beyond. */
export function isCrossed({ bid, ask }: BestPrices): boolean {
  return bid !== undefined && ask !== undefined && bid.px >= ask.px
}

class BookSide {
  /** Ascending. A sorted list beats a tree at a day's few thousand levels. */
  readonly #prices: DayPx[] = []
  readonly #qtyByPx = new Map<DayPx, DayQty>()

  change(px: DayPx, change: number): void {
    const before = this.#qtyByPx.get(px)
    const qty = (before ?? 0) + change
    if (qty < 0) throw new Error(`more is taken from the level ${px} than it holds`)
    if (before === undefined) this.#prices.splice(this.#indexOf(px), 0, px)
    if (qty > 0) {
      this.#qtyByPx.set(px, qty)
    } else {
      this.#qtyByPx.delete(px)
      this.#prices.splice(this.#indexOf(px), 1)
    }
  }

  highest(): BookLevel | undefined {
    return this.#level(this.#prices.at(-1))
  }

  lowest(): BookLevel | undefined {
    return this.#level(this.#prices[0])
  }

  #level(px: DayPx | undefined): BookLevel | undefined {
    return px === undefined ? undefined : { px, qty: this.#qtyByPx.get(px) ?? 0 }
  }

  /** Index of the first price that is not below px. */
  #indexOf(px: DayPx): number {
    let low = 0
    let high = this.#prices.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#prices[middle] ?? px) < px) low = middle + 1
      else high = middle
    }
    return low
  }
}
