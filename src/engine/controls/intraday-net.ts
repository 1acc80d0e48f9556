/**
 * INTRADAY_NET: the worst-case net position may not exceed the limit.
 *
 * Rule      inside one entity a buy: sum of (P + B) <= limit, a sell: -sum of (P - S) <= limit; over several entities the sum
 *           of each one's larger absolute end <= limit.
 * Units     Money.
 * Reads     Long and short ends by entity of the subject, or of the subject in the row's object.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    SEC 17 CFR 240.15c3-5(c)(1)(i); MiFID II RTS 6 Art. 15(4).
 */
import { controlIndex } from '../../model/controls.ts'
import type { Judgement } from '../judgement.ts'
import { Ends, Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('INTRADAY_NET') * 2

/** The larger absolute end: a function of this file, as one that is imported may not be written into its caller's code. */
function larger(long: number, short: number): number {
  return Math.max(Math.abs(long), Math.abs(short))
}

export function createIntradayNet(state: State, j: Judgement) {
  const { measures, dUp, dDn } = j
  const { names } = state
  const { longOf, shortOf, netOf } = state.metrics

  function measureIntradayNet(subject: number, metric: number, cell: number): void {
    const at = ((metric << Ends.SHIFT) + (j.entity << 1)) | 0
    if (names.isMultiEntity(subject)) {
      const long = longOf[at]!
      const short = shortOf[at]!
      const before = netOf[metric << Metric.SHIFT]!
      measures[BEFORE] = before
      measures[BEFORE + 1] = before - larger(long, short) + larger(long + dUp[cell]!, short + dDn[cell]!)
    } else if (j.buys === true) {
      const long = longOf[at]!
      measures[BEFORE] = long
      measures[BEFORE + 1] = long + dUp[cell]!
    } else {
      const short = shortOf[at]!
      // Subtracting from zero, as a minus zero would go into the record.
      measures[BEFORE] = 0 - short
      measures[BEFORE + 1] = 0 - (short + dDn[cell]!)
    }
  }

  return { measureIntradayNet }
}
