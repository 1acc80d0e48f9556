/** What a strategy of the demo wants done, and what it may look at to decide. */
import type { OrdType, Side, TimeInForce } from '../../model/vocabulary.ts'
import type { Listing, MarketQuote } from '../market/market-model.ts'

/** A proposed order. Numbers are the instrument's integers; the EMS gives it its clOrdID. */
export interface Ticket {
  readonly symbol: string
  readonly side: Side
  readonly ordType: OrdType
  readonly timeInForce: TimeInForce
  readonly qty: number
  /** Absent for a market order. */
  readonly px?: number
  readonly account: string
  readonly trader: string
  readonly strategy: string
  /** The order whose slice this is. */
  readonly parentClOrdID?: string
}

/** A larger order that is worked in slices, told to the gate before them. */
export interface ParentTicket {
  readonly parentClOrdID: string
  readonly strategy: string
  readonly account: string
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  readonly qty: number
}

/** An order that left for the venue and that has not ended. */
export interface LiveOrder {
  readonly ticket: Ticket
  /** Of the newest version that the venue has. */
  readonly clOrdID: string
  readonly qty: number
  readonly px: number
  readonly cumQty: number
  /** A replace or cancel is on its way: leave it alone. */
  readonly isPending: boolean
}

export type Action =
  | { readonly kind: 'new'; readonly ticket: Ticket }
  | { readonly kind: 'parent'; readonly parent: ParentTicket }
  | { readonly kind: 'replace'; readonly order: LiveOrder; readonly qty: number; readonly px: number }
  | { readonly kind: 'cancel'; readonly order: LiveOrder }

export interface FloorView {
  readonly random: () => number
  listingOf(symbol: string): Listing
  quoteOf(symbol: string): MarketQuote
  /** Oldest first. */
  liveOrders(strategy: string): readonly LiveOrder[]
  /** What the firm bought, less what it sold, by this floor and those before it. */
  inventoryOf(symbol: string): number
  /** Executed quantity of the slices of a parent. */
  executedOf(parentClOrdID: string): number
}

/** Shares of one lot. */
export const LOT = 100

/** Buys more often than not where the firm has sold, and the reverse: no position runs away. */
export function leaningSide(view: FloorView, symbol: string): 'Buy' | 'Sell' {
  const lean = Math.max(-0.45, Math.min(0.45, view.inventoryOf(symbol) / (100 * LOT)))
  return view.random() < 0.5 - lean ? 'Buy' : 'Sell'
}

/** From one lot to `most`, small ones more often. */
export function someLots(random: () => number, most: number): number {
  return LOT * Math.max(1, Math.ceil(most * random() * random()))
}
