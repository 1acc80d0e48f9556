/**
 * Live orders of the beneficial owners whose resting orders are canceled first, by the first book of (owner, instrument):
 * a doubly linked list each. Orders of other owners are on none, so that the common order writes to no other's memory
 * (docs/decisions/0004). All of it follows from names and orders.
 */
import { Kind, type Names } from './names.ts'
import { Order, type Orders } from './orders.ts'

const NONE = -1
/** In `earlierOf`: the order is on no list. */
const OUTSIDE = -2

export type OwnerOrders = ReturnType<typeof createOwnerOrders>

export function createOwnerOrders(orders: Orders, names: Names, booksMax: number) {
  const { i } = orders
  const { ownerOf, ownerCancelsFirst } = names
  const firstOf = new Int32Array(booksMax).fill(NONE)
  const laterOf = new Int32Array(orders.ordersMax).fill(NONE)
  const earlierOf = new Int32Array(orders.ordersMax).fill(OUTSIDE)
  let count = 0

  /** The order in the slot has come to life. */
  function add(slot: number): void {
    const head = i[slot * Order.INTS + Order.HEAD]!
    const first = firstOf[head]!
    laterOf[slot] = first
    earlierOf[slot] = NONE
    if (first >= 0) earlierOf[first] = slot
    firstOf[head] = slot
    count++
  }

  /** The order in the slot has ended. */
  function remove(slot: number): void {
    const earlier = earlierOf[slot]!
    if (earlier === OUTSIDE) return
    const later = laterOf[slot]!
    if (earlier >= 0) laterOf[earlier] = later
    else firstOf[i[slot * Order.INTS + Order.HEAD]!] = later
    if (later >= 0) earlierOf[later] = earlier
    earlierOf[slot] = OUTSIDE
    count--
  }

  /** An owner does so now, or does not any more; or the state was loaded. */
  function gather(): void {
    firstOf.fill(NONE)
    earlierOf.fill(OUTSIDE)
    count = 0
    for (let slot = 0; slot < orders.top(); slot++) {
      const oi = slot * Order.INTS
      if (i[oi + Order.LIVE] !== 0 && ownerCancelsFirst[ownerOf[i[oi + Order.SUBJECT + Kind.ACCOUNT]!]!] !== 0)
        add(slot)
    }
  }

  return {
    /** The newest order under a book, and the next older one; -1 for none. */
    firstOf,
    laterOf,
    add,
    remove,
    gather,
    count: (): number => count,
  }
}
