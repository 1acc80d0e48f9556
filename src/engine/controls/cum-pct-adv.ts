/**
 * CUM_PCT_ADV: what a subject trades of an instrument in a day may not come to more than a share of its daily volume.
 *
 * Rule      (executed today + open, this order included) x 10000 <= limit x ADV, or the open quantity does not rise; both sides add.
 * Units     Basis points of the average daily volume, rounded up.
 * Reads     Executed quantity of the trade date and open quantity of the subject in the instrument; the average daily volume.
 * On breach ordRejReason: 26 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    Nasdaq Nordic accumulated quantity check; FIA 2024.
 */
import { type Judgement, X } from '../judgement.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'
import type { MaxOrderPctAdv } from './max-order-pct-adv.ts'

export function createCumPctAdv(state: State, j: Judgement, { isAdvKnown, shareOfAdv }: MaxOrderPctAdv) {
  const { x } = j
  const sums = state.metrics.f

  /** Returns false where the volume is not known: the row then fails. */
  function measureCumPctAdv(metric: number): boolean {
    x[X.BEFORE] = 0
    x[X.AFTER] = 0
    if (!isAdvKnown()) return false
    const at = metric * Metric.SIZE
    // (P + B) - (P - S) is what is open on both sides.
    const open = sums[at + Metric.LONG_QTY]! - sums[at + Metric.SHORT_QTY]!
    const before = sums[at + Metric.TRADED_QTY]! + open
    const more = x[X.LEAVES_NEW]! - x[X.LEAVES_OLD]!
    x[X.BEFORE] = shareOfAdv(before)
    x[X.AFTER] = shareOfAdv(before + more)
    // Rounded shares may be equal where the quantity rises: such an order has no excuse.
    if (more <= 0) x[X.LIMIT] = Number.POSITIVE_INFINITY
    return true
  }

  return { measureCumPctAdv }
}
