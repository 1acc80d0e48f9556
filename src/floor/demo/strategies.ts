/**
 * The demo's strategies: each looks at the market and at its own orders and says what it wants next. They are simple, and
 * different enough that a viewer meets new orders, replaces, cancels, slices of a parent, pairs and market orders.
 */
import { pick } from '../day/random.ts'
import type { Action, FloorView, LiveOrder, ParentTicket, Ticket } from './ticket.ts'
import { LOT, leaningSide, someLots } from './ticket.ts'

/** Who sends: the strategy, its responsible trader, and the accounts that it may use. */
export interface Seat {
  readonly strategy: string
  readonly trader: string
  readonly accounts: readonly string[]
  readonly symbols: readonly string[]
}

export interface Strategy {
  readonly seat: Seat
  /** One look: what it wants now. */
  look(view: FloorView): readonly Action[]
}

/** Quotes both sides of its instruments and follows the market. */
export function marketMaker(seat: Seat): Strategy {
  const look = (view: FloorView): Action[] => {
    const symbol = pick(view.random, seat.symbols)
    const { bidPx, askPx } = view.quoteOf(symbol)
    const { tick } = view.listingOf(symbol)
    const mine = ordersIn(view, seat, symbol)
    for (const side of view.random() < 0.5 ? (['Buy', 'Sell'] as const) : (['Sell', 'Buy'] as const)) {
      const px = side === 'Buy' ? bidPx : askPx
      const order = mine.find(({ ticket }) => ticket.side === side)
      // The other side is behind the market and comes first.
      if (meetsOwn(mine, side, px)) continue
      if (order === undefined) return [limit(seat, view, { symbol, side, px, qty: someLots(view.random, 5) })]
      if (order.isPending) continue
      if (view.random() < 0.03) return [{ kind: 'cancel', order }]
      if (Math.abs(order.px - px) > 2 * tick) return [{ kind: 'replace', order, qty: order.qty, px }]
    }
    return []
  }
  return { seat, look }
}

/** Part of the way to the newest mid that a slow mid takes with each look. */
const SLOW = 0.1

/** Takes where the market has left its slow mean by more than the spread: with the move, unless the firm is full of it. */
export function momentum(seat: Seat): Strategy {
  const means = new Map<string, number>()
  const look = (view: FloorView): Action[] => {
    const symbol = pick(view.random, seat.symbols)
    const { bidPx, askPx } = view.quoteOf(symbol)
    const mid = (bidPx + askPx) / 2
    const mean = means.get(symbol) ?? mid
    means.set(symbol, mean + SLOW * (mid - mean))
    const follows = Math.abs(mid - mean) > askPx - bidPx && view.random() < 0.7
    const side = follows && isRoom(view, symbol, mid > mean) ? (mid > mean ? 'Buy' : 'Sell') : leaningSide(view, symbol)
    return [taking(seat, view, symbol, side, someLots(view.random, 8))]
  }
  return { seat, look }
}

const FULL = 50 * LOT

function isRoom(view: FloorView, symbol: string, buys: boolean): boolean {
  const held = view.inventoryOf(symbol)
  return buys ? held < FULL : held > -FULL
}

/** A pair that trades apart comes together: sells what is dear against the other, and buys the other. */
export function pairs(seat: Seat, couples: readonly (readonly [string, string])[]): Strategy {
  const means = new Map<string, number>()
  const look = (view: FloorView): Action[] => {
    const [one, other] = pick(view.random, couples)
    const ratio = midOf(view, one) / midOf(view, other)
    const mean = means.get(one) ?? ratio
    means.set(one, mean + SLOW * (ratio - mean))
    // Where the firm holds too much of one it is sold whatever the ratio says.
    const lean = (view.inventoryOf(one) - view.inventoryOf(other)) / (100 * LOT)
    const isDear = ratio / mean - 1 + 0.0005 * lean > 0
    if (Math.abs(ratio / mean - 1) < 0.0001 && Math.abs(lean) < 0.3) return []
    const [dear, cheap] = isDear ? [one, other] : [other, one]
    const account = pick(view.random, seat.accounts)
    const leg = { ...seat, accounts: [account] }
    const qty = someLots(view.random, 4)
    const otherQty = Math.max(LOT, Math.round((qty * midOf(view, dear)) / midOf(view, cheap) / LOT) * LOT)
    return [taking(leg, view, dear, 'Sell', qty), taking(leg, view, cheap, 'Buy', Math.min(8 * LOT, otherQty))]
  }
  return { seat, look }
}

const SLICES = 8
/** Looks between two slices, and how many of them one waits for its fill. */
const SLICE_LOOKS = 4

/** TWAP: tells the gate of a parent order, and works it in slices of one size at the mid, one after another. */
export function twapSlicer(seat: Seat, runId: string): Strategy {
  let parent: ParentTicket | undefined
  let parents = 0
  let looks = 0
  const begin = (view: FloorView): Action[] => {
    const symbol = pick(view.random, seat.symbols)
    const qty = SLICES * someLots(view.random, 3)
    const parentClOrdID = `${runId}-P${++parents}`
    const account = pick(view.random, seat.accounts)
    parent = { parentClOrdID, strategy: seat.strategy, account, symbol, side: leaningSide(view, symbol), qty }
    looks = 0
    return [{ kind: 'parent', parent }]
  }
  const look = (view: FloorView): Action[] => {
    if (parent === undefined) return begin(view)
    const live = view.liveOrders(seat.strategy)
    const due = ++looks % SLICE_LOOKS === 0
    // A slice that the market has left behind makes room for the next one.
    if (live.length > 0) return due ? live.flatMap((order) => (order.isPending ? [] : [{ kind: 'cancel', order }])) : []
    const left = parent.qty - view.executedOf(parent.parentClOrdID)
    if (left <= 0 || looks > 4 * SLICES * SLICE_LOOKS) return begin(view)
    const { symbol, side, account, parentClOrdID } = parent
    const px = Math.round(midOf(view, symbol) / view.listingOf(symbol).tick) * view.listingOf(symbol).tick
    const qty = Math.min(left, parent.qty / SLICES)
    const { ticket } = limit({ ...seat, accounts: [account] }, view, { symbol, side, px, qty })
    return [{ kind: 'new', ticket: { ...ticket, parentClOrdID } }]
  }
  return { seat, look }
}

/** Sends market orders: the gate gives each its protection price. */
export function marketSender(seat: Seat): Strategy {
  const look = (view: FloorView): Action[] => {
    const symbol = pick(view.random, seat.symbols)
    const side = leaningSide(view, symbol)
    const qty = someLots(view.random, 3)
    return [{ kind: 'new', ticket: { symbol, side, ordType: 'Market', timeInForce: 'IOC', qty, ...from(seat, view) } }]
  }
  return { seat, look }
}

/** Takes what the market offers, at once or not at all. */
export function taker(seat: Seat): Strategy {
  const look = (view: FloorView): Action[] => {
    const symbol = pick(view.random, seat.symbols)
    return [taking(seat, view, symbol, leaningSide(view, symbol), someLots(view.random, 8))]
  }
  return { seat, look }
}

function taking(seat: Seat, view: FloorView, symbol: string, side: 'Buy' | 'Sell', qty: number) {
  const { bidPx, askPx } = view.quoteOf(symbol)
  return limit(seat, view, { symbol, side, px: side === 'Buy' ? askPx : bidPx, qty }, 'IOC')
}

function midOf(view: FloorView, symbol: string): number {
  const { bidPx, askPx } = view.quoteOf(symbol)
  return (bidPx + askPx) / 2
}

function ordersIn(view: FloorView, { strategy }: Seat, symbol: string): LiveOrder[] {
  return view.liveOrders(strategy).filter(({ ticket }) => ticket.symbol === symbol)
}

/** True where the order could trade with one of its own strategy. */
function meetsOwn(mine: readonly LiveOrder[], side: 'Buy' | 'Sell', px: number): boolean {
  return mine.some((order) => order.ticket.side !== side && (side === 'Buy' ? px >= order.px : px <= order.px))
}

function limit(
  seat: Seat,
  view: FloorView,
  what: Pick<Ticket, 'symbol' | 'side' | 'qty'> & { readonly px: number },
  timeInForce: 'Day' | 'IOC' = 'Day',
): { kind: 'new'; ticket: Ticket } {
  return { kind: 'new', ticket: { ...what, ordType: 'Limit', timeInForce, ...from(seat, view) } }
}

function from({ strategy, trader, accounts }: Seat, view: FloorView) {
  return { strategy, trader, account: pick(view.random, accounts) }
}
