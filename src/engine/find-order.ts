/** Finds the order that a command names: by OrderID (sequence number and slot), or by a clOrdID of its chain. */
import type { Tape } from '../model/records/tape.ts'
import { ORDER_ENDED } from './state/order-ids.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

/** What a search says that found no live order. */
export const enum Sought {
  NOT_FOUND = -1,
  /** The order has ended; its id still says what it was. */
  ENDED = -2,
  /** Two orders are named: what says so is about neither. */
  CONFLICT = -3,
}

// An imported constant is loaded and checked at each use; one of this module is written into the code.
const HAS_ENDED = ORDER_ENDED

export type OrderFinder = ReturnType<typeof createOrderFinder>

export function createOrderFinder(state: State) {
  const { orders, ids } = state
  const { f, i } = orders
  let idSlot: number = Sought.NOT_FOUND

  /** Slot of the live order, ENDED while no other has its slot, or NOT_FOUND; `seqAt` is the index of its sequence number in the tape's doubles. */
  function byOrderID(tape: Tape, seqAt: number, slot: number): number {
    if (slot < 0 || slot >= orders.top() || f[slot * Order.NUMS + Order.SEQ] !== tape.f64[seqAt])
      return Sought.NOT_FOUND
    return i[slot * Order.INTS + Order.LIVE] === 0 ? Sought.ENDED : slot
  }

  /** Slot of the live order, ENDED or NOT_FOUND; `at` is the byte offset of the id in the tape. */
  function byId(tape: Tape, at: number, session: number): number {
    idSlot = Sought.NOT_FOUND
    // An empty id names nothing.
    if ((tape.i32[at >> 2]! & 0xff) === 0) return Sought.NOT_FOUND
    const found = ids.find(tape, at, session, ids.hashOf(tape, at, session))
    if (found < 0) return Sought.NOT_FOUND
    const order = ids.orderOf(found)
    if (order === Sought.NOT_FOUND) return Sought.NOT_FOUND
    idSlot = found
    return order === HAS_ENDED ? Sought.ENDED : order
  }

  /**
   * By OrderID or by a clOrdID of the chain, whichever is given: the live order, or what Sought says. `seqAt` is the index
   * of the OrderID's sequence number in the tape's doubles, `at` the byte offset of the id.
   */
  function told(tape: Tape, seqAt: number, orderSlot: number, at: number, owner: number): number {
    const named = byId(tape, at, owner)
    const live = byOrderID(tape, seqAt, orderSlot)
    const slot = live >= 0 ? live : named === Sought.NOT_FOUND ? live : named
    if (slot < 0) return slot
    const orderSeq = tape.f64[seqAt]!
    const isOther = named !== Sought.NOT_FOUND && named !== slot
    return isOther || (orderSeq > 0 && orderSeq !== f[slot * Order.NUMS + Order.SEQ]) ? Sought.CONFLICT : slot
  }

  return {
    byOrderID,
    byId,
    told,
    /** Of the last search by id: the id's slot, or NOT_FOUND. */
    idSlot: (): number => idSlot,
  }
}
