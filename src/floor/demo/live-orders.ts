/** The floor's own book of its orders: what the gate approved and the venue has not ended, and what the firm bought. */
import type { VenueReport } from './simulated-venue.ts'
import type { LiveOrder, Ticket } from './ticket.ts'

interface Entry {
  readonly ticket: Ticket
  readonly orderID: string
  clOrdID: string
  qty: number
  px: number
  cumQty: number
  isPending: boolean
}

export class LiveOrders {
  readonly #byOrderID = new Map<string, Entry>()
  readonly #inventory: Map<string, number>

  /** @param inventory bought less sold before this floor opened */
  constructor(inventory: ReadonlyMap<string, number> = new Map()) {
    this.#inventory = new Map(inventory)
  }

  get size(): number {
    return this.#byOrderID.size
  }

  /** `px` is the limit, or the protection price of a market order. */
  approved(ticket: Ticket, clOrdID: string, orderID: string, px: number): void {
    const { qty } = ticket
    this.#byOrderID.set(orderID, { ticket, orderID, clOrdID, qty, px, cumQty: 0, isPending: false })
  }

  /** The gate approved a new version, or the venue is asked to cancel: strategies leave the order alone until it answers. */
  pending(orderID: string): void {
    const entry = this.#byOrderID.get(orderID)
    if (entry !== undefined) entry.isPending = true
  }

  replaced(orderID: string, clOrdID: string, qty: number, px: number): void {
    const entry = this.#byOrderID.get(orderID)
    if (entry === undefined) return
    Object.assign(entry, { clOrdID, qty, px, isPending: false })
    if (entry.cumQty >= qty) this.#byOrderID.delete(orderID)
  }

  /** Books what the venue reports, replaces aside. */
  reported({ execType, orderID, lastQty = 0 }: VenueReport): void {
    const entry = this.#byOrderID.get(orderID)
    if (entry === undefined) return
    if (execType === 'Canceled') this.#byOrderID.delete(orderID)
    if (execType === 'CancelRejected' || execType === 'ReplaceRejected') entry.isPending = false
    if (execType !== 'Fill') return
    entry.cumQty += lastQty
    if (entry.cumQty >= entry.qty) this.#byOrderID.delete(orderID)
    const { side, symbol } = entry.ticket
    const held = this.#inventory.get(symbol) ?? 0
    this.#inventory.set(symbol, held + (side === 'Buy' ? lastQty : -lastQty))
  }

  get(orderID: string): LiveOrder | undefined {
    return this.#byOrderID.get(orderID)
  }

  all(): readonly LiveOrder[] {
    return [...this.#byOrderID.values()]
  }

  of(strategy: string): readonly LiveOrder[] {
    return this.all().filter(({ ticket }) => ticket.strategy === strategy)
  }

  /** Bought less sold, by this floor and those before it. */
  inventoryOf(symbol: string): number {
    return this.#inventory.get(symbol) ?? 0
  }
}
