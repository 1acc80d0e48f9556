/**
 * MAX_ORDER_QTY: one order may not be larger than the limit.
 *
 * Rule      orderQty <= limit, on the total quantity, also of a replace.
 * Units     Quantity units where the row names an instrument; else whole units, a fraction counting as one more.
 * Reads     instrument.qtyDecimals. Changes nothing.
 * On breach ordRejReason: 26 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(c); SEC 17 CFR 240.15c3-5(c)(1)(ii); FIA 2024 1.1.
 */
import { OBJECT_INSTRUMENT } from '../exposure.ts'
import { type Judgement, X_AFTER, X_BEFORE, X_QTY } from '../judgement.ts'
import { L_KIND, LI } from '../state/limits.ts'
import type { State } from '../state/state.ts'

export function measureMaxOrderQty(state: State, j: Judgement, slot: number): void {
  const qty = j.x[X_QTY]!
  j.x[X_BEFORE] = 0
  if (state.limits.i[slot * LI + L_KIND] === OBJECT_INSTRUMENT) j.x[X_AFTER] = qty
  else j.x[X_AFTER] = Math.ceil(qty / state.instruments.qtyUnit[j.instrument]!)
}
