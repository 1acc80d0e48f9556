/** Keeps the newest few of many orders that are offered: a heap whose root is the oldest that is kept. */
import { Order } from './state/orders.ts'

/** `f` holds the doubles of the orders. */
export function createNewest(most: number, f: Float64Array) {
  const slots = new Int32Array(most)
  let count = 0

  function seqOf(slot: number): number {
    return f[slot * Order.NUMS + Order.SEQ]!
  }

  /** False where an order of this sequence number would not be kept. */
  function wants(seq: number): boolean {
    return count < most || seq > seqOf(slots[0]!)
  }

  /** Of an order that is wanted. */
  function offer(slot: number): void {
    if (count < most) rise(count++, slot)
    else sink(slot)
  }

  function rise(from: number, slot: number): void {
    let at = from
    for (let above = (at - 1) >> 1; at > 0 && seqOf(slots[above]!) > seqOf(slot); above = (at - 1) >> 1) {
      slots[at] = slots[above]!
      at = above
    }
    slots[at] = slot
  }

  /** Puts the slot in place of the root. */
  function sink(slot: number): void {
    let at = 0
    for (;;) {
      let below = at * 2 + 1
      if (below + 1 < count && seqOf(slots[below + 1]!) < seqOf(slots[below]!)) below++
      if (below >= count || seqOf(slots[below]!) >= seqOf(slot)) break
      slots[at] = slots[below]!
      at = below
    }
    slots[at] = slot
  }

  /** What is kept, the newest first; nothing is kept any more. */
  function take(): number[] {
    const kept = [...slots.subarray(0, count)].sort((a, b) => seqOf(b) - seqOf(a))
    count = 0
    return kept
  }

  return { wants, offer, take }
}
