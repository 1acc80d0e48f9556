/**
 * A made-up venue: a book for each instrument, in which the firm's orders and a crowd's trade by price and time. Messages take a
 * few milliseconds to it, so that a cancel may come too late; now and then it rejects an order for a reason of its own. It never
 * lets two orders of one client trade with each other: the later one is canceled. The same seed does the same.
 */
import type { Clock } from '../../client/sdk.ts'
import type { MarketQuote } from '../market/market-model.ts'
import { type BookOrder, OrderBook, type Trade } from './order-book.ts'
import { SlowLine } from './slow-line.ts'

/** An order as it reaches the venue. Numbers are the instrument's integers. */
export interface VenueOrder {
  /** Client of the gate that sends it; with it the clOrdID is unique. */
  readonly owner: string
  readonly clOrdID: string
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  readonly qty: number
  /** Limit; a market order has its protection price. */
  readonly px: number
  /** IOC cancels what does not trade at once, FOK trades all or nothing, Day rests. */
  readonly timeInForce: 'Day' | 'IOC' | 'FOK'
}

export interface VenueReport {
  readonly execType: 'New' | 'Fill' | 'Canceled' | 'Replaced' | 'Rejected' | 'CancelRejected' | 'ReplaceRejected'
  readonly owner: string
  /** Of the version that it is about. */
  readonly clOrdID: string
  readonly origClOrdID?: string
  readonly symbol: string
  readonly lastQty?: number
  readonly lastPx?: number
  readonly cumQty?: number
  readonly text?: string
}

export interface CancelAtVenue {
  readonly owner: string
  readonly symbol: string
  /** Any version of the order. */
  readonly origClOrdID: string
}

export interface VenueOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly report: (report: VenueReport) => void
  /** Part of all new orders that it rejects. */
  readonly rejects?: number
  /** Part of all messages that it takes long for; those behind them wait. */
  readonly stalls?: number
}

interface Working {
  order: VenueOrder
  /** What stands in the book, or would. */
  resting: BookOrder
  cumQty: number
  readonly ids: string[]
}

const CROWD = ''
const LATENCY_MS = { least: 1, most: 12, stalled: 400 } as const
const REJECTS = 0.002
const STALLS = 0.02
const REJECT_TEXTS = ['price outside the volatility band of the venue', 'too many messages, throttled by the venue']
const LEVELS = 3
const LOT = 100

export class SimulatedVenue {
  readonly #options: Required<VenueOptions>
  readonly #line: SlowLine
  readonly #books = new Map<string, OrderBook>()
  /** By owner and any of its ids. */
  readonly #working = new Map<string, Working>()
  #crowd = 0

  constructor(options: VenueOptions) {
    this.#options = { rejects: REJECTS, stalls: STALLS, ...options }
    const { clock, random, stalls } = this.#options
    const { least, most, stalled } = LATENCY_MS
    // Short mostly, long now and then.
    this.#line = new SlowLine(clock, () => least + ((random() < stalls ? stalled : most) - least) * random() ** 3)
  }

  get workingOrders(): readonly VenueOrder[] {
    return [...new Set(this.#working.values())].map(({ order }) => order)
  }

  bookOf(symbol: string): OrderBook {
    const book = this.#books.get(symbol) ?? new OrderBook()
    this.#books.set(symbol, book)
    return book
  }

  /** Sends an order on its way; reports tell what becomes of it. */
  enter(order: VenueOrder): void {
    this.#line.send(() => this.#entered(order))
  }

  /** `unknown` is called where no such order works here. */
  cancel(request: CancelAtVenue, unknown?: () => void): void {
    this.#line.send(() => this.#canceled(request, unknown))
  }

  replace(origClOrdID: string, next: VenueOrder): void {
    this.#line.send(() => this.#replaced(origClOrdID, next))
  }

  /** Ends every order, as a venue does that has lost its client. */
  cancelAll(): void {
    for (const working of new Set(this.#working.values())) this.#end(working, 'the line of its client broke')
  }

  /** The crowd goes where the market is; what it wants at once it takes. @param activity 1 is a usual moment */
  crowd({ symbol, bidPx, askPx }: MarketQuote, tick: number, activity: number): void {
    const { random } = this.#options
    const book = this.bookOf(symbol)
    book.removeParty(CROWD)
    for (let level = 0; level < LEVELS; level++) {
      const step = level * tick
      this.#crowdOrder(book, 'Buy', bidPx - step, 1 + Math.floor(4 * activity * random()), true)
      this.#crowdOrder(book, 'Sell', askPx + step, 1 + Math.floor(4 * activity * random()), true)
    }
    if (random() > 0.4 * activity) return
    const side = random() < 0.5 ? 'Buy' : 'Sell'
    this.#crowdOrder(book, side, side === 'Buy' ? askPx : bidPx, 1 + Math.floor(6 * activity * random()), false)
  }

  close(): void {
    this.#line.close()
  }

  #crowdOrder(book: OrderBook, side: 'Buy' | 'Sell', px: number, lots: number, rests: boolean): void {
    if (px <= 0) return
    const incoming: BookOrder = { id: `crowd-${++this.#crowd}`, party: CROWD, side, px, leaves: lots * LOT }
    this.#tell(book.match(incoming).trades)
    if (rests && incoming.leaves > 0) book.rest(incoming)
  }

  #entered(order: VenueOrder): void {
    const { random, report, rejects } = this.#options
    const { owner, clOrdID, symbol } = order
    if (random() < rejects) {
      const text = REJECT_TEXTS[Math.floor(random() * REJECT_TEXTS.length)] ?? ''
      return report({ execType: 'Rejected', owner, clOrdID, symbol, text })
    }
    const working: Working = { order, resting: bookOrder(order, order.qty), cumQty: 0, ids: [] }
    this.#know(working, clOrdID)
    report({ execType: 'New', owner, clOrdID, symbol })
    this.#work(working)
  }

  #canceled({ owner, symbol, origClOrdID: clOrdID }: CancelAtVenue, unknown?: () => void): void {
    const working = this.#working.get(keyOf(owner, clOrdID))
    if (working !== undefined) {
      this.#end(working)
    } else if (unknown !== undefined) {
      unknown()
    } else {
      const text = 'too late to cancel'
      this.#options.report({ execType: 'CancelRejected', owner, clOrdID, symbol, text })
    }
  }

  #replaced(origClOrdID: string, next: VenueOrder): void {
    const { owner, clOrdID, symbol, qty, px } = next
    const working = this.#working.get(keyOf(owner, origClOrdID))
    const report = { owner, clOrdID, origClOrdID, symbol }
    if (working === undefined || qty <= working.cumQty) {
      return this.#options.report({ ...report, execType: 'ReplaceRejected', text: 'too late to replace' })
    }
    const book = this.bookOf(symbol)
    const keepsPlace = px === working.order.px && qty <= working.order.qty
    working.order = next
    this.#know(working, clOrdID)
    this.#options.report({ ...report, execType: 'Replaced', cumQty: working.cumQty })
    if (keepsPlace) {
      working.resting.leaves = qty - working.cumQty
      return
    }
    book.remove(working.resting)
    working.resting = bookOrder(next, qty - working.cumQty)
    this.#work(working)
  }

  /** Trades what can trade now, and rests or cancels what is left. */
  #work(working: Working): void {
    const { order, resting } = working
    const book = this.bookOf(order.symbol)
    if (order.timeInForce === 'FOK' && book.reachable(resting) < resting.leaves) return this.#end(working)
    const { trades, metOwn } = book.match(resting)
    for (const { px, qty } of trades) this.#filled(working, px, qty)
    this.#tell(trades)
    if (resting.leaves === 0) return
    if (metOwn) this.#end(working, 'it would trade with an order of its own client')
    else if (order.timeInForce === 'Day') book.rest(resting)
    else this.#end(working)
  }

  /** Reports the trades to those of the firm's orders that rested. */
  #tell(trades: readonly Trade[]): void {
    for (const { resting, px, qty } of trades) {
      const working = this.#working.get(resting.id)
      if (working !== undefined) this.#filled(working, px, qty)
    }
  }

  #filled(working: Working, lastPx: number, lastQty: number): void {
    working.cumQty += lastQty
    const { owner, clOrdID, symbol, qty } = working.order
    if (working.cumQty === qty) this.#forget(working)
    this.#options.report({ execType: 'Fill', owner, clOrdID, symbol, lastQty, lastPx, cumQty: working.cumQty })
  }

  #end(working: Working, text?: string): void {
    this.bookOf(working.order.symbol).remove(working.resting)
    this.#forget(working)
    const { owner, clOrdID, symbol } = working.order
    const why = text === undefined ? {} : { text }
    this.#options.report({ execType: 'Canceled', owner, clOrdID, symbol, cumQty: working.cumQty, ...why })
  }

  #know(working: Working, clOrdID: string): void {
    const key = keyOf(working.order.owner, clOrdID)
    working.ids.push(key)
    this.#working.set(key, working)
  }

  #forget({ ids }: Working): void {
    for (const id of ids) this.#working.delete(id)
  }
}

function bookOrder({ owner, clOrdID, side, px }: VenueOrder, leaves: number): BookOrder {
  return { id: keyOf(owner, clOrdID), party: owner, side, px, leaves }
}

function keyOf(owner: string, clOrdID: string): string {
  return `${owner}|${clOrdID}`
}
