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

const B01 = controlIndex('MAX_ORDER_QTY')

export function createMaxOrderQty(state: State, j: Judgement) {
  /** Measures in whole units, for rows that name no instrument. */
  function measureMaxOrderQty(): void {
    j.measures[B01 * 2] = 0
    j.measures[B01 * 2 + 1] = Math.ceil(j.x[X.QTY]! / state.instruments.qtyUnit[j.instrument]!)
  }

  /** Measures in the instrument's own units, for a row that names it. */
  function measureOwnUnits(): void {
    j.x[X.BEFORE] = 0
    j.x[X.AFTER] = j.x[X.QTY]!
  }

  return { measureMaxOrderQty, measureOwnUnits }
}
