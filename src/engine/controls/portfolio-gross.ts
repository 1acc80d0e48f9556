/**
 * PORTFOLIO_GROSS: the worst-case gross position may not exceed the limit.
 *
 * Rule      sum over the subject's cells of max(|P + B|, |P - S|) at the mark, after reserving this order, <= limit.
 * Units     Money.
 * Reads     Gross of the subject, or of the subject in the row's object; the change of the order's own cell.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(4); SEC 17 CFR 240.15c3-5(c)(1)(i).
 */
import type { Judgement } from '../judgement.ts'
import { D05 } from '../state/limits.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

export function measurePortfolioGross(state: State, j: Judgement, metric: number, cell: number): void {
  const before = state.metrics.f[metric * Metric.SIZE + Metric.GROSS]!
  j.measures[D05 * 2] = before
  j.measures[D05 * 2 + 1] = before + j.dGross[cell]!
}
