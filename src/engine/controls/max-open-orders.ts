/**
 * MAX_OPEN_ORDERS: a subject may not have more open orders than the limit.
 *
 * Rule      orders that are not terminal, in flight ones included, <= limit; a replace adds none.
 * Units     Count.
 * Reads     The count of live orders of the subject, or of the subject in the row's object.
 * On breach ordRejReason: OrderExceedsLimit 3.
 * Source    Venue working-order limits; controls catalogue C05.
 */
import { controlIndex } from '../../model/controls.ts'
import type { Judgement } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('MAX_OPEN_ORDERS') * 2

export function createMaxOpenOrders(state: State, j: Judgement) {
  const { measures } = j
  const { countOf } = state.metrics

  function measureMaxOpenOrders(metric: number): void {
    const before = countOf[metric << Metric.SHIFT]!
    measures[BEFORE] = before
    measures[BEFORE + 1] = j.replaces < 0 ? before + 1 : before
  }

  return { measureMaxOpenOrders }
}
