/**
 * MAX_ORDER_PCT_ADV: one order may not be larger than a share of the instrument's average daily volume.
 *
 * Rule      orderQty x 10000 <= limit x ADV, on the total quantity, also of a replace.
 * Units     Basis points of the average daily volume, rounded up.
 * Reads     The instrument's average daily volume, which may not be missing, 0 or older than advMaxUs. Changes nothing.
 * On breach ordRejReason: 26 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    SEC, Merrill Lynch 2016: a limit of 5m shares on a stock that traded 79,000 a day; Cboe 20-day ADV check.
 */
import { ceilMulDiv } from '../../model/numbers.ts'
import { parameterIndex } from '../../model/parameters.ts'
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

const ADV_MAX = parameterIndex('advMaxUs')
const BPS = 10_000
const MOST = Number.MAX_SAFE_INTEGER

export type MaxOrderPctAdv = ReturnType<typeof createMaxOrderPctAdv>

export function createMaxOrderPctAdv(state: State, j: Judgement) {
  const { x } = j
  const { parameters } = state
  const { adv, advUs } = state.instruments

  /** True where the volume of the order's instrument was told, and lately. */
  function isAdvKnown(): boolean {
    const { instrument } = j
    return adv[instrument]! > 0 && x[X.NOW]! - advUs[instrument]! <= parameters[ADV_MAX]!
  }

  /** `qty` as a share of the volume. */
  function shareOfAdv(qty: number): number {
    const bps = ceilMulDiv(qty, BPS, 1, adv[j.instrument]!)
    return bps <= MOST ? bps : MOST
  }

  /** Returns false where the volume is not known: the row then fails. */
  function measureMaxOrderPctAdv(): boolean {
    const known = isAdvKnown()
    x[X.BEFORE] = 0
    x[X.AFTER] = known ? shareOfAdv(x[X.QTY]!) : 0
    return known
  }

  return { isAdvKnown, shareOfAdv, measureMaxOrderPctAdv }
}
