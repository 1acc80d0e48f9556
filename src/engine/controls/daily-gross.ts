/**
 * DAILY_GROSS: the executed and open notional of the trade date may not exceed the limit.
 *
 * Rule      executed flow + open value after reserving this order <= limit; fills never lower it, cancels free the open part.
 * Units     Money.
 * Reads     Executed flow and open value of the subject, or of the subject in the row's object.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    SEC 17 CFR 240.15c3-5(c)(1)(i); MiFID II RTS 6 Art. 15(4).
 */
import { controlIndex } from '../../model/controls.ts'
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limit-row.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('DAILY_GROSS') * 2

export function createDailyGross(state: State, j: Judgement) {
  const { x, measures } = j
  const { executedOf, openOf } = state.metrics
  const rows = state.limits.f

  function measureDailyGross(metric: number): void {
    const at = metric << Metric.SHIFT
    const before = executedOf[at]! + openOf[at]!
    measures[BEFORE] = before
    measures[BEFORE + 1] = before + (x[X.OPEN_NEW]! - x[X.OPEN_OLD]!)
  }

  /** A flow row may be wider, and then is at its soft level too, for orders that can only close the account's position. */
  function loosenForReducing(slot: number): void {
    if (!j.reducing) return
    const wider = rows[slot * Row.NUMS + Row.HARD_REDUCING]!
    if (wider > rows[slot * Row.NUMS + Row.HARD]!) x[X.LIMIT] = wider
  }

  return { measureDailyGross, loosenForReducing }
}
