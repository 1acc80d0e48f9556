/**
 * What must be true before a latch may end (docs/reference/decision.md section 6): the items in their order, each with the
 * reason that names it. A release to a state that still stops something needs none of them. Called when people release,
 * which is seldom: an item may walk all open orders.
 */
import { reasonNumber } from '../model/codes.ts'
import { ORDER_STATES } from '../model/vocabulary.ts'
import { latchCoversOrder } from './controls/trading-state.ts'
import { KILLED_STATE, type Latch } from './state/latches.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

/** One item: true where it holds, and keeps the latch from ending. */
interface Item {
  readonly reason: number
  readonly isOpen: (state: State, latch: Latch) => boolean
}

const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')

/** Append what else must be settled: its reason, and a question to the state. */
const ITEMS: readonly Item[] = [
  { reason: reasonNumber('NOT_EXPLAINED'), isOpen: isUnexplained },
  { reason: reasonNumber('RELEASE_ORDERS_UNKNOWN'), isOpen: hasUnknownOrders },
  { reason: reasonNumber('RELEASE_ORDERS_OPEN'), isOpen: hasOrdersToEnd },
]

/** The reason of the first open item; 0 where the latch may end. */
export function openItem(state: State, latch: Latch): number {
  return ITEMS.find(({ isOpen }) => isOpen(state, latch))?.reason ?? 0
}

/** Positions that came from nowhere must be accounted for before anybody trades on them. */
function isUnexplained(_: State, latch: Latch): boolean {
  return latch.cause === UNKNOWN_EXECUTION && !latch.explained
}

function hasUnknownOrders(state: State, latch: Latch): boolean {
  return hasOrder(state, latch, (oi) => state.orders.i[oi + Order.STATE] === UNKNOWN)
}

/** A kill ends when every order under it has; one that was lowered, when every order has whose cancel it asked for. */
function hasOrdersToEnd(state: State, latch: Latch): boolean {
  const { f, i } = state.orders
  return hasOrder(state, latch, (oi, of) => {
    return latch.state === KILLED_STATE || (f[of + Order.CANCEL_SEQ] !== 0 && i[oi + Order.LATCH] === latch.id)
  })
}

/** True where a live order under the latch is such. `oi` and `of` are where its ints and doubles start. */
function hasOrder(state: State, latch: Latch, isSuch: (oi: number, of: number) => boolean): boolean {
  const { orders } = state
  for (let slot = 0; slot < orders.top(); slot++) {
    const oi = slot * Order.INTS
    if (orders.i[oi + Order.LIVE] === 0 || !isSuch(oi, slot * Order.NUMS)) continue
    if (latchCoversOrder(state, latch, slot)) return true
  }
  return false
}
