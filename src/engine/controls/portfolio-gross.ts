/**
 * PORTFOLIO_GROSS: the worst-case gross position may not exceed the limit.
 *
 * Rule      sum over the subject's cells of max(|P + B|, |P - S|) at the mark, after reserving this order, <= limit.
 * Units     Money.
 * Reads     Gross of the subject, or of the subject in the row's object; the change of the order's own cell.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(4); SEC 17 CFR 240.15c3-5(c)(1)(i).
 */
import { controlIndex } from '../../model/controls.ts'
import type { Judgement } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('PORTFOLIO_GROSS') * 2

export function createPortfolioGross(state: State, j: Judgement) {
  const { measures, dGross } = j
  const { grossOf } = state.metrics

  function measurePortfolioGross(metric: number, cell: number): void {
    const before = grossOf[metric << Metric.SHIFT]!
    measures[BEFORE] = before
    measures[BEFORE + 1] = before + dGross[cell]!
  }

  return { measurePortfolioGross }
}
