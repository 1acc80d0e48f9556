/** The desk's own book of its orders: what left for the venue and has not ended there, and what the firm bought. */
import type { VenueReport } from '../venue/simulated-venue.ts'
import type { LiveOrder, Ticket } from './ticket.ts'

interface Entry {
  readonly ticket: Ticket
  clOrdID: string
  qty: number
  px: number
  cumQty: number
  isPending: boolean
  /** The version that is on its way. */
  next: { readonly clOrdID: string; readonly qty: number; readonly px: number } | undefined
}

/** Parents whose executions are remembered. */
const PARENTS_MAX = 1_000

export class LiveOrders {
  /** By the clOrdID of the version that the venue has. */
  readonly #entries = new Map<string, Entry>()
  readonly #inventory: Map<string, number>
  readonly #executed = new Map<string, number>()

  /** @param inventory bought less sold before this floor opened */
  constructor(inventory: ReadonlyMap<string, number> = new Map()) {
    this.#inventory = new Map(inventory)
  }

  get size(): number {
    return this.#entries.size
  }

  /** `px` is the limit, or the protection price of a market order. */
  sent(ticket: Ticket, clOrdID: string, px: number): void {
    const { qty } = ticket
    this.#entries.set(clOrdID, { ticket, clOrdID, qty, px, cumQty: 0, isPending: false, next: undefined })
  }

  /** Strategies leave the order alone until the venue has answered. */
  pending(clOrdID: string, next?: Entry['next']): void {
    const entry = this.#entries.get(clOrdID)
    if (entry !== undefined) Object.assign(entry, { isPending: true, next })
  }

  /** The change never left: the old version works on. */
  settled(clOrdID: string): void {
    const entry = this.#entries.get(clOrdID)
    if (entry !== undefined) Object.assign(entry, { isPending: false, next: undefined })
  }

  /** Books what the venue says. */
  reported({ execType, clOrdID, origClOrdID, lastQty = 0 }: VenueReport): void {
    const entry = this.#entries.get(origClOrdID ?? clOrdID)
    if (entry === undefined) return
    switch (execType) {
      case 'Canceled':
      case 'Rejected':
        this.#entries.delete(entry.clOrdID)
        break
      case 'CancelRejected':
      case 'ReplaceRejected':
        this.settled(entry.clOrdID)
        break
      case 'Replaced':
        this.#replaced(entry)
        break
      case 'Fill':
        this.#filled(entry, lastQty)
        break
    }
  }

  all(): readonly LiveOrder[] {
    return [...this.#entries.values()]
  }

  of(strategy: string): readonly LiveOrder[] {
    return this.all().filter(({ ticket }) => ticket.strategy === strategy)
  }

  /** Bought less sold, by this floor and those before it. */
  inventoryOf(symbol: string): number {
    return this.#inventory.get(symbol) ?? 0
  }

  executedOf(parentClOrdID: string): number {
    return this.#executed.get(parentClOrdID) ?? 0
  }

  #replaced(entry: Entry): void {
    this.#entries.delete(entry.clOrdID)
    Object.assign(entry, { ...entry.next, isPending: false, next: undefined })
    this.#entries.set(entry.clOrdID, entry)
  }

  #filled(entry: Entry, lastQty: number): void {
    const { side, symbol, parentClOrdID } = entry.ticket
    entry.cumQty += lastQty
    if (entry.cumQty >= entry.qty) this.#entries.delete(entry.clOrdID)
    this.#inventory.set(symbol, this.inventoryOf(symbol) + (side === 'Buy' ? lastQty : -lastQty))
    if (parentClOrdID === undefined) return
    const executed = this.executedOf(parentClOrdID) + lastQty
    this.#executed.delete(parentClOrdID)
    this.#executed.set(parentClOrdID, executed)
    for (const [oldest] of this.#executed) {
      if (this.#executed.size <= PARENTS_MAX) return
      this.#executed.delete(oldest)
    }
  }
}
