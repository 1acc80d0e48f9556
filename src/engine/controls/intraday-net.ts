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
import { larger, Metric } from '../state/metrics.ts'
import { ENTITIES_MAX } from '../state/names.ts'
import type { State } from '../state/state.ts'

const D02 = controlIndex('INTRADAY_NET')

export function createIntradayNet(state: State, j: Judgement) {
  function measureIntradayNet(subject: number, metric: number, cell: number): void {
    const ends = state.metrics.ends
    const at = (metric * ENTITIES_MAX + j.entity) * 2
    const long = ends[at]!
    const short = ends[at + 1]!
    const measures = j.measures
    if (state.names.isMultiEntity(subject)) {
      const before = state.metrics.f[metric * Metric.SIZE + Metric.NET]!
      measures[D02 * 2] = before
      measures[D02 * 2 + 1] = before - larger(long, short) + larger(long + j.dUp[cell]!, short + j.dDn[cell]!)
    } else if (j.buys) {
      measures[D02 * 2] = long
      measures[D02 * 2 + 1] = long + j.dUp[cell]!
    } else {
      // Subtracting from zero, as a minus zero would go into the record.
      measures[D02 * 2] = 0 - short
      measures[D02 * 2 + 1] = 0 - (short + j.dDn[cell]!)
    }
  }

  return { measureIntradayNet }
}
