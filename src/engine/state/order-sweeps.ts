/**
 * What all orders are being looked through for, by steps between the commands of others: venues that have closed, sessions
 * whose orders are canceled together. Few at a time.
 */
import type { StateVisitor } from './state-visitor.ts'

export interface OrderSweep {
  /** Venue or session that it is about. */
  readonly about: number
  /** Orders that came after this command are not meant. */
  readonly untilSeq: number
  /** Index in MASS_CANCEL_ORDERS; 0 of a venue's close. */
  readonly orders: number
  /** Next order slot that is looked at. */
  fromSlot: number
}

export type OrderSweeps = ReturnType<typeof createOrderSweeps>

export function createOrderSweeps() {
  const open: OrderSweep[] = []

  function get(about: number): OrderSweep | undefined {
    return open.find((sweep) => sweep.about === about)
  }

  /** Begins to look through the orders, from the start where it was at it already: then for the wider of both kinds. */
  function begin(about: number, untilSeq: number, orders: number): void {
    const wider = Math.max(orders, get(about)?.orders ?? 0)
    end(about)
    open.push({ about, untilSeq, orders: wider, fromSlot: 0 })
  }

  /** A step was made; behind the last one `nextSlot` is negative. */
  function swept(about: number, nextSlot: number): void {
    const sweep = get(about)
    if (nextSlot < 0) end(about)
    else if (sweep !== undefined) sweep.fromSlot = nextSlot
  }

  function end(about: number): void {
    const at = open.findIndex((sweep) => sweep.about === about)
    if (at >= 0) open.splice(at, 1)
  }

  function visit(v: StateVisitor): void {
    v.list(open)
  }

  return { first: (): OrderSweep | undefined => open[0], get, begin, swept, visit }
}
