/**
 * The demo's order management: sends what the strategies want to the gate, what the gate approves to the venue, and what
 * the venue says back to the gate. Nothing reaches the venue without an approval.
 */
import { formatDecimal, parseDecimal } from '../../model/numbers.ts'
import type { CancelRequest, OrderAnswer } from '../client/answers.ts'
import type { ExecutionBody, NewOrderBody, ReplaceBody } from '../client/bodies.ts'
import { LiveOrders } from './live-orders.ts'
import type { MarketQuote } from './random-market.ts'
import type { SimulatedVenue, VenueOrder, VenueReport } from './simulated-venue.ts'
import type { Action, LiveOrder, Ticket } from './ticket.ts'

/** What the desk asks of the gate. */
export interface DeskGate {
  newOrder(body: NewOrderBody): Promise<OrderAnswer>
  replace(body: ReplaceBody): Promise<OrderAnswer>
  cancel(body: { readonly origClOrdID: string; readonly clOrdID: string }): Promise<void>
  executions(bodies: readonly ExecutionBody[]): Promise<void>
}

export interface DeskOptions {
  readonly gate: DeskGate
  readonly venue: SimulatedVenue
  readonly venueName: string
  /** The client whose clOrdIDs these are. */
  readonly session: string
  /** Makes ids differ from those of an earlier run. */
  readonly runId: string
  /** By instrument: what the firm bought, less what it sold, before this floor. */
  readonly inventory: ReadonlyMap<string, number>
  readonly priceDecimalsOf: (symbol: string) => number
  readonly quoteOf: (symbol: string) => MarketQuote
  readonly onAnswer: (ticket: Ticket, answer: OrderAnswer) => void
}

export class OrderDesk {
  readonly live: LiveOrders
  readonly #options: DeskOptions
  #ids = 0
  #executions = 0

  constructor(options: DeskOptions) {
    this.#options = options
    this.live = new LiveOrders(options.inventory)
  }

  async act(action: Action): Promise<void> {
    if (action.kind === 'new') await this.#send(action.ticket)
    else if (action.kind === 'replace') await this.#replace(action.order, action.qty, action.px)
    else await this.cancel(action.order)
  }

  async cancel({ clOrdID, orderID }: LiveOrder): Promise<void> {
    const id = this.#nextId()
    this.live.pending(orderID)
    await this.#options.gate.cancel({ origClOrdID: clOrdID, clOrdID: id })
    await this.report(this.#options.venue.cancel(orderID, id))
  }

  /**
   * The gate asks, for orders of every client: the venue cancels, and one that it does not have, of an earlier run or of
   * somebody who sent it to no venue, is gone all the same.
   */
  async cancelRequested({ orderID, clOrdID, session, symbol }: CancelRequest): Promise<void> {
    const reports = this.#options.venue.cancel(orderID)
    const gone: VenueReport = { execType: 'Canceled', orderID, clOrdID, symbol }
    await this.report(reports.length > 0 ? reports : [gone], session)
  }

  /** Tells the gate, and books for ourselves, what the venue did. @param owner the client whose orders these are */
  async report(reports: readonly VenueReport[], owner = this.#options.session): Promise<void> {
    if (reports.length === 0) return
    for (const report of reports) this.live.reported(report)
    await this.#options.gate.executions(reports.map((report) => this.#bodyOf(report, owner)))
  }

  async #send(ticket: Ticket): Promise<void> {
    const { gate, venue, quoteOf, onAnswer } = this.#options
    const clOrdID = this.#nextId()
    const answer = await gate.newOrder({ clOrdID, ...this.#orderBody(ticket) })
    onAnswer(ticket, answer)
    if (!answer.approved) return
    const order = this.#venueOrder(ticket, answer, clOrdID)
    this.live.approved(ticket, clOrdID, order.orderID, order.px)
    await this.report(venue.enter(order, quoteOf(ticket.symbol)))
  }

  async #replace(order: LiveOrder, qty: number, px: number): Promise<void> {
    const { ticket, orderID, clOrdID: origClOrdID } = order
    const { gate, venue, quoteOf, onAnswer } = this.#options
    const clOrdID = this.#nextId()
    const price = this.#priceText(ticket.symbol, px)
    this.live.pending(orderID)
    const answer = await gate.replace({ origClOrdID, clOrdID, orderQty: String(qty), price })
    onAnswer({ ...ticket, qty, px }, answer)
    if (!answer.approved) {
      // The old version works on.
      this.live.replaced(orderID, origClOrdID, order.qty, order.px)
      return
    }
    const next = { ...this.#venueOrder({ ...ticket, qty, px }, answer, clOrdID), orderID }
    const reports = venue.replace(next, quoteOf(ticket.symbol))
    if (reports[0]?.execType === 'Replaced') this.live.replaced(orderID, clOrdID, qty, px)
    await this.report(reports)
  }

  #venueOrder(ticket: Ticket, { orderID, protectionPx }: OrderAnswer, clOrdID: string): VenueOrder {
    const { symbol, side, qty, timeInForce } = ticket
    const px = ticket.px ?? this.#priceOf(symbol, protectionPx)
    const isImmediate = timeInForce === 'IOC' || timeInForce === 'FOK'
    return { orderID, clOrdID, symbol, side: side === 'Buy' ? 'Buy' : 'Sell', qty, lot: 1, px, isImmediate }
  }

  #orderBody({ symbol, side, ordType, timeInForce, qty, px, account, trader, strategy, parentClOrdID }: Ticket) {
    return {
      ...{ symbol, side, ordType, timeInForce, orderQty: String(qty), account, trader, strategy },
      venue: this.#options.venueName,
      ...(px === undefined ? {} : { price: this.#priceText(symbol, px) }),
      ...(parentClOrdID === undefined ? {} : { parentClOrdID }),
    }
  }

  #bodyOf(report: VenueReport, owner: string): ExecutionBody {
    const { execType, orderID, clOrdID, origClOrdID, symbol, lastQty, lastPx, cumQty } = report
    const { runId, venueName } = this.#options
    return {
      ...{ execID: `${runId}-E${++this.#executions}`, execType, symbol, orderID, clOrdID },
      ...{ owner, venue: venueName },
      ...(origClOrdID === undefined ? {} : { origClOrdID }),
      ...(lastQty === undefined ? {} : { lastQty: String(lastQty) }),
      ...(lastPx === undefined ? {} : { lastPx: this.#priceText(symbol, lastPx) }),
      ...(cumQty === undefined ? {} : { cumQty: String(cumQty) }),
    }
  }

  #priceText(symbol: string, px: number): string {
    return formatDecimal(px, this.#options.priceDecimalsOf(symbol))
  }

  #priceOf(symbol: string, text: string | undefined): number {
    const px = parseDecimal(text ?? '', this.#options.priceDecimalsOf(symbol))
    if (typeof px === 'string') throw new Error(`an approved market order has no protection price: ${text}`)
    return px
  }

  #nextId(): string {
    return `${this.#options.runId}-${++this.#ids}`
  }
}
