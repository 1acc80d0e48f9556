/**
 * Orders that should never leave the house: what a gate is for. The demo's manual traders make one now and then, so that
 * a viewer sees refusals and their reasons.
 */
import { pick } from '../day/random.ts'
import type { Seat } from './strategies.ts'
import type { FloorView, LiveOrder, Ticket } from './ticket.ts'
import { LOT } from './ticket.ts'

/** Names that the mistakes need: each is in the demo's world, or deliberately not. */
export interface Temptations {
  /** On the restricted list. */
  readonly restricted: string
  /** Short sales need a locate, and nobody has one. */
  readonly hardToBorrow: string
  /** An account of another desk. */
  readonly foreignAccount: string
  /** Its prices have more decimals than its tick needs. */
  readonly coarseTick: string
  /** Quotes both sides: to trade with it is a wash trade. */
  readonly marketMaker: string
  /** Of a trader who has used up what he may trade in a day, once the floor is open for a minute or two. */
  readonly spent: Seat
}

export interface Mistake {
  readonly name: string
  /** The orders of the mistake, one after another; none where it cannot be made now. */
  readonly make: (view: FloorView, seat: Seat, temptations: Temptations) => Ticket[]
}

export const MISTAKES: readonly Mistake[] = [
  { name: 'fat finger', make: (view, seat) => [{ ...plain(view, seat), qty: 2_000 * LOT }] },
  { name: 'too much money', make: (view, seat) => [worthTooMuch(plain(view, seat))] },
  { name: 'wrong price', make: (view, seat) => [atDistance(plain(view, seat), 1.2)] },
  {
    name: 'off the tick',
    make: (view, seat, { coarseTick }) => [offTick(view, plain(view, { ...seat, symbols: [coarseTick] }))],
  },
  {
    name: 'restricted instrument',
    make: (view, seat, { restricted }) => [plain(view, { ...seat, symbols: [restricted] })],
  },
  {
    name: 'short sale without a locate',
    make: (view, seat, { hardToBorrow }) => [
      { ...plain(view, { ...seat, symbols: [hardToBorrow] }), side: 'SellShort' },
    ],
  },
  {
    name: "another desk's account",
    make: (view, seat, { foreignAccount }) => [{ ...plain(view, seat), account: foreignAccount }],
  },
  { name: 'unknown instrument', make: (view, seat) => [{ ...plain(view, seat), symbol: 'NOSUCH' }] },
  { name: 'the same order again and again', make: (view, seat) => repeat(passive(view, seat), 6) },
  {
    name: 'trade with our own quote',
    make: (view, seat, { marketMaker }) => crossing(view, seat, view.liveOrders(marketMaker)),
  },
  { name: 'past the allowance for the day', make: (view, _seat, { spent }) => [plain(view, spent)] },
  { name: 'runaway loop', make: (view, seat) => Array.from({ length: 30 }, () => passive(view, seat)) },
]

/** A sound order at the touch. */
function plain(view: FloorView, seat: Seat): Ticket & { readonly px: number } {
  const symbol = pick(view.random, seat.symbols)
  const { strategy, trader } = seat
  const account = pick(view.random, seat.accounts)
  const who = { symbol, account, trader, strategy }
  const px = view.quoteOf(symbol).askPx
  return { ...who, side: 'Buy', ordType: 'Limit', timeInForce: 'IOC', qty: LOT, px }
}

/** Rests for a moment: below the market, each at a price of its own. */
function passive(view: FloorView, seat: Seat): Ticket {
  const order = plain(view, seat)
  const { tick } = view.listingOf(order.symbol)
  const px = view.quoteOf(order.symbol).bidPx - tick * Math.ceil(40 * view.random())
  return { ...order, px }
}

/** In hundredths of the currency: two and a half million, however dear the share. */
const TOO_MUCH = 250_000_000

function worthTooMuch(ticket: Ticket & { readonly px: number }): Ticket {
  return { ...ticket, qty: Math.ceil(TOO_MUCH / ticket.px / LOT) * LOT }
}

function atDistance(ticket: Ticket & { readonly px: number }, factor: number): Ticket {
  return { ...ticket, px: Math.round((ticket.px * factor) / LOT) * LOT }
}

function offTick(view: FloorView, ticket: Ticket & { readonly px: number }): Ticket {
  const { tick } = view.listingOf(ticket.symbol)
  return { ...ticket, px: ticket.px + Math.floor(tick / 2) }
}

function repeat(ticket: Ticket, times: number): Ticket[] {
  return Array.from({ length: times }, () => ticket)
}

function crossing(view: FloorView, seat: Seat, resting: readonly LiveOrder[]): Ticket[] {
  const victim = resting.find(({ ticket }) => ticket.side === 'Sell')
  if (victim === undefined) return []
  return [{ ...plain(view, { ...seat, symbols: [victim.ticket.symbol] }), px: victim.px }]
}
