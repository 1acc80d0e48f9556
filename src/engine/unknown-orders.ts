/** Orders whose fate is unknown: how many, since when, and the oldest of them. A walk over all slots, without an object of each. */
import { Kind } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const UNKNOWN = 3

export interface UnknownSlots {
  readonly count: number
  /** When the oldest was approved; 0 where there is none. */
  readonly oldestUs: number
  /** Slots of the oldest ones, oldest first. */
  readonly slots: readonly number[]
}

/** @param most slots that are named @param session whose orders; -1 for all */
export function unknownSlots({ orders }: State, most: number, session: number): UnknownSlots {
  const { f, i } = orders
  const slots: number[] = []
  const timeOf = (slot: number) => f[slot * Order.NUMS + Order.TIME]!
  let count = 0
  let oldestUs = Number.POSITIVE_INFINITY
  for (let slot = 0; slot < orders.top(); slot++) {
    const oi = slot * Order.INTS
    if (i[oi + Order.LIVE] === 0 || i[oi + Order.STATE] !== UNKNOWN) continue
    if (session >= 0 && i[oi + Order.SUBJECT + Kind.SESSION] !== session) continue
    count++
    oldestUs = Math.min(oldestUs, timeOf(slot))
    let place = slots.length
    while (place > 0 && timeOf(slots[place - 1]!) > timeOf(slot)) place--
    if (place === most) continue
    slots.splice(place, 0, slot)
    if (slots.length > most) slots.pop()
  }
  return { count, oldestUs: count === 0 ? 0 : oldestUs, slots }
}
