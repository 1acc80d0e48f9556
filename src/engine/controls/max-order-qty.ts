/**
 * MAX_ORDER_QTY: one order may not be larger than the limit.
 *
 * Rule      orderQty <= limit, on the total quantity, also of a replace.
 * Units     Quantity units where the row names an instrument; else whole units, a fraction counting as one more.
 * Reads     instrument.qtyDecimals. Changes nothing.
 * On breach ordRejReason: 26 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(c); SEC 17 CFR 240.15c3-5(c)(1)(ii); FIA 2024 1.1.
 */
import { controlIndex } from '../../model/controls.ts'
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

const BEFORE = controlIndex('MAX_ORDER_QTY') * 2

export function createMaxOrderQty(state: State, j: Judgement) {
  const { x, measures } = j
  const { qtyUnit } = state.instruments

  /** Measures in whole units, for rows that name no instrument. */
  function measureMaxOrderQty(): void {
    measures[BEFORE] = 0
    measures[BEFORE + 1] = Math.ceil(x[X.QTY]! / qtyUnit[j.instrument]!)
  }

  /** Measures in the instrument's own units, for a row that names it. */
  function measureOwnUnits(): void {
    x[X.BEFORE] = 0
    x[X.AFTER] = x[X.QTY]!
  }

  return { measureMaxOrderQty, measureOwnUnits }
}
