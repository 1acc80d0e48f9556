/** Whether a booking leaves positions and flows exact: beyond 2^53 a sum loses what is added to it, and with it exposure. */
import { Metric } from './state/metrics.ts'
import { Bound } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

export function createExactSums(state: State) {
  const { names, cells, metrics } = state
  const { i } = state.orders

  /** True where an execution of the live order in `slot`, or without one of the account, can be booked exactly. */
  function canAdd(slot: number, account: number, instrument: number, qty: number, amount: number): boolean {
    return slot < 0 ? canAddFor(account, instrument, qty, amount) : canAddTo(slot, qty, amount)
  }

  function canAddTo(slot: number, qty: number, amount: number): boolean {
    const oi = slot * Order.INTS
    for (let kind = 0; kind < 4; kind++) if (!holds(i[oi + Order.CELL_AT + kind]!, qty)) return false
    for (let place = 0; place < 8; place++) if (!hasFlow(i[oi + Order.SUBJECT + place]!, amount)) return false
    return true
  }

  function canAddFor(account: number, instrument: number, qty: number, amount: number): boolean {
    const owner = names.ownerCode(Bound.OWN_ACCOUNT, account, account)
    const cell = owner < 0 ? -1 : cells.find(owner, instrument)
    return holds(cell, qty) && hasFlow(0, amount) && hasFlow(account, amount)
  }

  function holds(cell: number, qty: number): boolean {
    return cell < 0 || cells.holds(cell, qty)
  }

  function hasFlow(subject: number, amount: number): boolean {
    return metrics.executedOf[subject << Metric.SHIFT]! + amount <= Number.MAX_SAFE_INTEGER
  }

  return { canAdd }
}
