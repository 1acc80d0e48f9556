/**
 * The demo's order management: asks the gate by the SDK about what the strategies want, and hands what it approves, with its
 * token, to the adapter of the venue. Nothing reaches the venue another way.
 */
import { type Fate, type Gate, GateError, type Order } from '../../client/sdk.ts'
import { formatDecimal, parseDecimal } from '../../model/numbers.ts'
import type { VenueReport } from '../venue/simulated-venue.ts'
import type { VenueAdapter } from '../venue/venue-adapter.ts'
import { LiveOrders } from './live-orders.ts'
import type { Action, LiveOrder, ParentTicket, Ticket } from './ticket.ts'

/** What the desk is at the gate. */
export type DeskGate = Pick<Gate, 'submit' | 'replace' | 'cancel' | 'parent'>

export interface DeskOptions {
  readonly gate: DeskGate
  readonly adapter: Pick<VenueAdapter, 'send' | 'sendReplace' | 'sendCancel'>
  readonly venueName: string
  /** Client that the gate knows the desk as. */
  readonly session: string
  /** Makes ids differ from those of an earlier run. */
  readonly runId: string
  /** By instrument: what the firm bought, less what it sold, before this floor. */
  readonly inventory: ReadonlyMap<string, number>
  readonly priceDecimalsOf: (symbol: string) => number
  readonly say: (text: string) => void
}

/** An order, or the new version of one, and what became of it. */
export interface Outcome {
  readonly ticket: Ticket
  readonly fate: Fate<void>
}

export class OrderDesk {
  readonly live: LiveOrders
  readonly #options: DeskOptions
  #ids = 0

  constructor(options: DeskOptions) {
    this.#options = options
    this.live = new LiveOrders(options.inventory)
  }

  /** Undefined where the gate was not asked for leave. */
  async act(action: Action): Promise<Outcome | undefined> {
    if (action.kind === 'new') return this.#send(action.ticket)
    if (action.kind === 'replace') return this.#replace(action.order, action.qty, action.px)
    await (action.kind === 'parent' ? this.#declare(action.parent) : this.cancel(action.order))
    return undefined
  }

  /** At the venue first; the gate is told beside it. */
  async cancel({ clOrdID: origClOrdID, ticket: { symbol } }: LiveOrder): Promise<void> {
    const { gate, adapter, session, say } = this.#options
    const clOrdID = this.#nextId()
    this.live.pending(origClOrdID)
    const route = () => adapter.sendCancel({ owner: session, symbol, origClOrdID })
    const { told } = await gate.cancel({ origClOrdID, clOrdID }, route)
    told.catch((error: Error) => {
      // Nobody waits for it: an order that has ended meanwhile is nothing to say.
      if (!(error instanceof GateError)) say(String(error))
    })
  }

  reported(report: VenueReport): void {
    if (report.owner === this.#options.session) this.live.reported(report)
  }

  async #send(ticket: Ticket): Promise<Outcome> {
    const { gate, adapter } = this.#options
    const clOrdID = this.#nextId()
    const fate = await gate.submit({ clOrdID, ...this.#termsOf(ticket) }, (approved) => {
      adapter.send(approved)
      this.live.sent(ticket, clOrdID, ticket.px ?? this.#priceOf(ticket.symbol, approved.protectionPx))
    })
    return { ticket, fate }
  }

  async #declare({ qty, ...parent }: ParentTicket): Promise<void> {
    try {
      const { applied, reason } = await this.#options.gate.parent({ ...parent, orderQty: String(qty) })
      if (!applied) this.#options.say(`the gate refuses the parent ${parent.parentClOrdID}: ${reason?.text}`)
    } catch (error) {
      if (!(error instanceof GateError)) throw error
    }
  }

  async #replace(order: LiveOrder, qty: number, px: number): Promise<Outcome> {
    const { ticket, clOrdID: origClOrdID } = order
    const { gate, adapter } = this.#options
    const clOrdID = this.#nextId()
    this.live.pending(origClOrdID, { clOrdID, qty, px })
    const price = this.#priceText(ticket.symbol, px)
    const fate = await gate.replace({ origClOrdID, clOrdID, orderQty: String(qty), price }, (approved) =>
      adapter.sendReplace(approved),
    )
    if (fate.outcome !== 'routed') this.live.settled(origClOrdID)
    return { ticket: { ...ticket, qty, px }, fate }
  }

  #termsOf(ticket: Ticket): Omit<Order, 'clOrdID'> {
    const { symbol, side, ordType, timeInForce, qty, px, account, trader, strategy, parentClOrdID } = ticket
    return {
      ...{ symbol, side, ordType, timeInForce, orderQty: String(qty), account, trader, strategy, parentClOrdID },
      venue: this.#options.venueName,
      price: px === undefined ? undefined : this.#priceText(symbol, px),
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
