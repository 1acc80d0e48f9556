/** Finds the order that a command names: by OrderID (sequence number and slot), or by a clOrdID of its chain. */
import type { Tape } from '../model/records/tape.ts'
import { ORDER_ENDED } from './state/order-ids.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

export const NOT_FOUND = -1
/** The order has ended; its id still says what it was. */
export const ENDED = -2

export type OrderFinder = ReturnType<typeof createOrderFinder>

export function createOrderFinder(state: State) {
  const { orders, ids } = state
  /** The id's slot of the last search by id, or -1. */
  let idSlot = -1

  function byOrderID(seq: number, slot: number): number {
    if (slot < 0 || slot >= orders.top() || orders.f[slot * Order.NUMS + Order.SEQ] !== seq) return NOT_FOUND
    return orders.i[slot * Order.INTS + Order.LIVE] === 0 ? NOT_FOUND : slot
  }

  /** Slot of the live order, ENDED or NOT_FOUND; `at` is the byte offset of the id in the tape. */
  function byId(tape: Tape, at: number, session: number): number {
    idSlot = -1
    if (tape.u8[at] === 0) return NOT_FOUND
    const found = ids.find(tape, at, session, ids.hashOf(tape, at, session))
    if (found < 0) return NOT_FOUND
    const order = ids.orderOf(found)
    if (order === NOT_FOUND) return NOT_FOUND
    idSlot = found
    return order === ORDER_ENDED ? ENDED : order
  }

  return {
    byOrderID,
    byId,
    idSlot: (): number => idSlot,
  }
}
