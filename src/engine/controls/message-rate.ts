/**
 * MESSAGE_RATE: a subject may not send more messages within the window than the limit.
 *
 * Rule      new, replace and cancel messages in (now - window, now], this one included, <= limit; cancels are never refused.
 * Units     Count, saturating at limit + 1; the row's own parameter is the window in microseconds.
 * Reads     The exact log of the subject's stamps: refused and repeated messages count like the others.
 * On breach ordRejReason: OrderExceedsLimit 3.
 * Source    MiFID II RTS 6 Art. 15(1)(d).
 */
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

export function createMessageRate(state: State, j: Judgement) {
  const { x } = j
  const { windows } = state.limits

  function measureMessageRate(slot: number): void {
    const window = windows[slot]
    if (window === undefined || j.isCounted) {
      // Unlimited: no log is kept. A test of an order that stands is no message.
      x[X.BEFORE] = 0
      x[X.AFTER] = 0
      return
    }
    const before = window.countAt(x[X.NOW]!)
    x[X.BEFORE] = before
    const most = x[X.LIMIT]! + 1
    x[X.AFTER] = before + 1 > most ? most : before + 1
  }

  return { measureMessageRate }
}
