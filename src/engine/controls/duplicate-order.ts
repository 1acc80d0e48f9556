/**
 * DUPLICATE_ORDER: the same order may not be sent more often than the limit within the window.
 *
 * Rule      approved new orders of equal content in (now - window, now], this one included, <= limit.
 * Units     Count; the row's own parameter is the window in microseconds.
 * Reads     Approved new orders by account, instrument, side, quantity, prices, type, time in force, strategy, parent.
 * On breach ordRejReason DuplicateOrder 6.
 * Source    SEC 17 CFR 240.15c3-5(c)(1)(ii) (duplicative orders).
 */
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limits.ts'
import type { State } from '../state/state.ts'

export function createDuplicateOrder(state: State, j: Judgement) {
  const { x } = j
  const { duplicates } = state
  const rows = state.limits.f

  /** Needs the order's content in `duplicate0` and `duplicate1`, which is hashed only where such a row stands. */
  function measureDuplicateOrder(slot: number): void {
    const before = duplicates.countAt(j.duplicate0, j.duplicate1, x[X.NOW]!, rows[slot * Row.NUMS + Row.PARAM]!)
    x[X.BEFORE] = before
    x[X.AFTER] = before + 1
  }

  return { measureDuplicateOrder }
}
