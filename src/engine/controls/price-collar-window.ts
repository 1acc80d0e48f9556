/**
 * PRICE_COLLAR_WINDOW: the own executions of a window may not have moved too far from the reference at its start.
 *
 * Rule      side by side, sum of (px - ref) x qty x 10000 <= limit x |ref| x sum of qty, for sells (ref - px); else no order of that
 *           side passes that leaves more to execute. A window begins with the first execution that finds none running.
 * Units     Basis points of the reference, rounded up; the row's own parameter is the window in microseconds.
 * Reads     Executions of the subject in the instrument in the window that runs. Changes nothing.
 * On breach ordRejReason PriceExceedsCurrentPriceBand 16 on FIX 5.0 SP2, Other 99 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(a): collars order by order and over a period; SEC 17 CFR 240.15c3-5(c)(1)(ii).
 */
import { ceilDivBig, ceilMulDiv } from '../../model/numbers.ts'
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limit-row.ts'
import type { State } from '../state/state.ts'
import { Watch } from '../state/watches.ts'

const BPS = 10_000
const MOST = Number.MAX_SAFE_INTEGER

export function createPriceCollarWindow(state: State, j: Judgement) {
  const { x } = j
  const { watches } = state
  const rows = state.limits.f

  /** Returns true where the order leaves no more to execute: it passes wherever the price went. */
  function measurePriceCollarWindow(slot: number): boolean {
    const watch = watches.find(slot, j.instrument)
    const used = watch === undefined || !runs(watch, rows[slot * Row.NUMS + Row.PARAM]!) ? 0 : deviationOf(watch)
    x[X.BEFORE] = used
    x[X.AFTER] = used
    return x[X.LEAVES_NEW]! <= x[X.LEAVES_OLD]!
  }

  function runs(watch: Float64Array, widthUs: number): boolean {
    return watch[Watch.START_US]! > 0 && x[X.NOW]! - watch[Watch.START_US]! < widthUs
  }

  function deviationOf(watch: Float64Array): number {
    const dev = j.buys ? watch[Watch.DEV_BUY]! : watch[Watch.DEV_SELL]!
    if (!(dev > 0)) return 0
    const qty = j.buys ? watch[Watch.QTY_BUY]! : watch[Watch.QTY_SELL]!
    const ref = Math.abs(watch[Watch.REF]!)
    const unit = state.instruments.qtyUnit[j.instrument]!
    if (ref === 0) return MOST
    if (ref * qty > MOST) return Number(ceilDivBig(BigInt(dev) * BigInt(BPS * unit), BigInt(ref) * BigInt(qty)))
    const bps = ceilMulDiv(dev, BPS, unit, ref * qty)
    return bps <= MOST ? bps : MOST
  }

  return { measurePriceCollarWindow }
}
