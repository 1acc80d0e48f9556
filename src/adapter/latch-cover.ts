/**
 * Whether a latch covers an order, as far as an adapter can tell. A token binds the session, account, symbol, side and venue of
 * its order; the rest of what a latch may name (trader, desk, strategy, sector, ...) the sender could make up, and so it is
 * taken to fit. A latch therefore stops too much for as long as a token lives, and never too little.
 */
import type { OrderAtVenue } from '../client/order-at-venue.ts'
import type { KillNotice } from '../client/orders.ts'

/** How a name that the gate does not tell begins. */
const UNTOLD = '#'

/** True where the latch was set after the order was approved, and may cover it. What was approved behind it the gate has judged by it. */
export function mayCover(latch: KillNotice, order: OrderAtVenue, venue: string, seq: number): boolean {
  if (latch.seq < seq) return false
  return latch.scope.every(({ kind, name }) => {
    const own = nameOf(order, venue, kind)
    return own === undefined || name.startsWith(UNTOLD) || own === name
  })
}

function nameOf(order: OrderAtVenue, venue: string, kind: string): string | undefined {
  switch (kind) {
    case 'session':
      return order.session
    case 'account':
      return order.account
    case 'instrument':
      return order.symbol
    case 'side':
      return order.side === 'Buy' ? 'Buy' : 'Sell'
    case 'venue':
      // An order that leaves its venue open may go to any.
      return venue === '' ? undefined : venue
    default:
      return undefined
  }
}
