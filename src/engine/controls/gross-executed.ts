/**
 * GROSS_EXECUTED: once more was executed on the trade date than the limit, nothing adds to what is open.
 *
 * Rule      executed flow <= limit, or the order adds no open value; orders that only reduce are held to the looser limit.
 * Units     Money. Use before and after are both the executed flow: an order executes nothing by being approved.
 * Reads     Executed flow of the subject, or of the subject in the row's object.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    Nasdaq BX kill switch, Gross Executed Risk Exposure; SEC 17 CFR 240.15c3-5(c)(1)(i).
 */
import { type Judgement, X } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

export function createGrossExecuted(state: State, j: Judgement) {
  const { x } = j
  const sums = state.metrics.f

  /** Returns true where the order adds no open value: it passes whatever was executed. */
  function measureGrossExecuted(metric: number): boolean {
    const executed = sums[metric * Metric.SIZE + Metric.EXECUTED]!
    x[X.BEFORE] = executed
    x[X.AFTER] = executed
    return x[X.OPEN_NEW]! <= x[X.OPEN_OLD]!
  }

  return { measureGrossExecuted }
}
