/**
 * OPEN_ORDER_NOTIONAL: the value of all open orders may not exceed the limit.
 *
 * Rule      open value after reserving this order <= limit.
 * Units     Money.
 * Reads     Open value of the subject, or of the subject in the row's object.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    Venue and broker practice; controls catalogue D06.
 */
import { controlIndex } from '../../model/controls.ts'
import { type Judgement, X } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('OPEN_ORDER_NOTIONAL') * 2

export function createOpenOrderNotional(state: State, j: Judgement) {
  const { x, measures } = j
  const { openOf } = state.metrics

  function measureOpenOrderNotional(metric: number): void {
    const before = openOf[metric << Metric.SHIFT]!
    measures[BEFORE] = before
    measures[BEFORE + 1] = before + (x[X.OPEN_NEW]! - x[X.OPEN_OLD]!)
  }

  return { measureOpenOrderNotional }
}
