/**
 * MAX_ORDER_NOTIONAL: one order may not be worth more than the limit.
 *
 * Rule      ceil(valuationPx x orderQty x n/d) <= limit, on the total quantity, also of a replace.
 * Units     Money.
 * Reads     instrument multiplier, currency and units; the trade date's FX rate. Changes nothing.
 * On breach ordRejReason ExceededMaxNotionalOrderAmt 27 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(b); SEC 17 CFR 240.15c3-5(c)(1)(ii).
 */
import { controlIndex } from '../../model/controls.ts'
import { type Judgement, X } from '../judgement.ts'

const BEFORE = controlIndex('MAX_ORDER_NOTIONAL') * 2

export function createMaxOrderNotional(j: Judgement) {
  const { x, measures } = j

  function measureMaxOrderNotional(): void {
    measures[BEFORE] = 0
    measures[BEFORE + 1] = x[X.VALUE]!
  }

  return { measureMaxOrderNotional }
}
