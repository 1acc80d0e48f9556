/**
 * The demo's strategies: each looks at the market and at its own orders and says what it wants next, or nothing. They
 * are simple, and different enough that a viewer meets new orders, replaces, cancels, slices and market orders.
 */
import { pick } from '../day/random.ts'
import type { Action, FloorView, LiveOrder, Ticket } from './ticket.ts'
import { leaningSide, someLots } from './ticket.ts'

/** Who sends: the strategy, its responsible trader, and the accounts that it may use. */
export interface Seat {
  readonly strategy: string
  readonly trader: string
  readonly accounts: readonly string[]
  readonly symbols: readonly string[]
}

export type Strategy = (view: FloorView) => Action | undefined

/** Quotes both sides of its instruments and follows the market. */
export function marketMaker(seat: Seat): Strategy {
  return (view) => {
    const symbol = pick(view.random, seat.symbols)
    const { bidPx, askPx } = view.quoteOf(symbol)
    const { tick } = view.listingOf(symbol)
    const mine = ordersIn(view, seat, symbol)
    for (const side of view.random() < 0.5 ? (['Buy', 'Sell'] as const) : (['Sell', 'Buy'] as const)) {
      const px = side === 'Buy' ? bidPx : askPx
      const order = mine.find(({ ticket }) => ticket.side === side)
      // The other side is behind the market and comes first.
      if (meetsOwn(mine, side, px)) continue
      if (order === undefined) return limit(seat, view, { symbol, side, px, qty: someLots(view.random, 5) })
      if (order.isPending) continue
      if (view.random() < 0.03) return { kind: 'cancel', order }
      if (Math.abs(order.px - px) > 2 * tick) return { kind: 'replace', order, qty: order.qty, px }
    }
    return undefined
  }
}

/** Takes what the market offers, at once or not at all. */
export function taker(seat: Seat): Strategy {
  return (view) => {
    const symbol = pick(view.random, seat.symbols)
    const side = leaningSide(view, symbol)
    const { bidPx, askPx } = view.quoteOf(symbol)
    const px = side === 'Buy' ? askPx : bidPx
    return limit(seat, view, { symbol, side, px, qty: someLots(view.random, 8) }, 'IOC')
  }
}

/** Waits a few ticks behind the market, and gives up on its oldest order when too many wait. */
export function patient(seat: Seat): Strategy {
  return (view) => {
    const live = view.liveOrders(seat.strategy).filter(({ isPending }) => !isPending)
    const oldest = live[0]
    if (oldest !== undefined && live.length > 8) return { kind: 'cancel', order: oldest }
    const symbol = pick(view.random, seat.symbols)
    const side = leaningSide(view, symbol)
    const { bidPx, askPx } = view.quoteOf(symbol)
    const behind = view.listingOf(symbol).tick * Math.ceil(4 * view.random())
    const px = side === 'Buy' ? bidPx - behind : askPx + behind
    if (meetsOwn(ordersIn(view, seat, symbol), side, px)) return undefined
    return limit(seat, view, { symbol, side, px, qty: someLots(view.random, 6) })
  }
}

const SLICES = 8

/** Works a larger order in slices at the mid, one after another. */
export function slicer(seat: Seat): Strategy {
  let parent: { symbol: string; side: 'Buy' | 'Sell'; account: string; slices: number; number: number } | undefined
  let parents = 0
  return (view) => {
    const [stale] = view.liveOrders(seat.strategy).filter(({ isPending }) => !isPending)
    if (stale !== undefined && view.random() < 0.5) return { kind: 'cancel', order: stale }
    if (parent === undefined || parent.slices === 0) {
      const symbol = pick(view.random, seat.symbols)
      const account = pick(view.random, seat.accounts)
      parent = { symbol, side: leaningSide(view, symbol), account, slices: SLICES, number: ++parents }
    }
    parent.slices--
    const { symbol, side, account, number } = parent
    const { bidPx, askPx } = view.quoteOf(symbol)
    const { tick } = view.listingOf(symbol)
    const px = Math.round((bidPx + askPx) / 2 / tick) * tick
    const action = limit({ ...seat, accounts: [account] }, view, { symbol, side, px, qty: someLots(view.random, 4) })
    return { kind: 'new', ticket: { ...action.ticket, parentClOrdID: `${seat.strategy}-PARENT-${number}` } }
  }
}

/** Sends market orders: the gate gives each its protection price. */
export function marketSender(seat: Seat): Strategy {
  return (view) => {
    const symbol = pick(view.random, seat.symbols)
    const side = leaningSide(view, symbol)
    const ticket: Ticket = {
      ...{ symbol, side, ordType: 'Market', timeInForce: 'IOC', qty: someLots(view.random, 3) },
      ...from(seat, view),
    }
    return { kind: 'new', ticket }
  }
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
