/**
 * MAX_LONG_POSITION: the position may not come to more than the limit if every open buy executes.
 *
 * Rule      sum of (P + B) of the subject's cells in the instrument, this order included, <= limit; a sell leaves it as it is.
 * Units     Quantity units of the instrument.
 * Reads     P + B of the subject in the instrument. Changes nothing.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    FIA 2024 1.2: current position plus working orders; MiFID II RTS 6 Art. 15(4), 17(4).
 */
import { type Judgement, X } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

export function createMaxLongPosition(state: State, j: Judgement) {
  const { x } = j
  const sums = state.metrics.f

  function measureMaxLongPosition(metric: number): void {
    const before = sums[metric * Metric.SIZE + Metric.LONG_QTY]!
    x[X.BEFORE] = before
    x[X.AFTER] = j.buys ? before + (x[X.LEAVES_NEW]! - x[X.LEAVES_OLD]!) : before
  }

  return { measureMaxLongPosition }
}
