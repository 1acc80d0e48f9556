/**
 * MARKET_ORDER_PROTECTION: a market order goes out as a limit order at the edge of the collar, never without a price.
 *
 * Rule      protectionPx = ref + band for a buy, ref - band for a sell, on the tick towards ref; band is the narrowest collar.
 * Units     Price units of the instrument.
 * Reads     The reference waterfall and the PRICE_COLLAR rows. Changes nothing.
 * On breach ordRejReason ReferencePriceNotAvailable 19 on FIX 5.0 SP2, Other 99 on FIX 4.2 and 4.4.
 * Source    Cboe and Nasdaq market-order protection; MiFID II RTS 6 Art. 15(1)(a).
 */

import { reasonNumber } from '../../model/codes.ts'
import { controlIndex } from '../../model/controls.ts'
import { type Judgement, X } from '../judgement.ts'
import { InstrumentFlag } from '../state/instruments.ts'
import { Row, RowFlag } from '../state/limit-row.ts'
import type { State } from '../state/state.ts'
import type { PriceCollar } from './price-collar.ts'

const MARKET_ORDER_PROTECTION = reasonNumber('MARKET_ORDER_PROTECTION')
const PRICE_COLLAR = controlIndex('PRICE_COLLAR')

export function createMarketOrderProtection(state: State, j: Judgement, collar: PriceCollar) {
  const { x, listAt, listCount } = j
  const { tick, flags } = state.instruments
  const rows = state.limits.i
  const { control, slot } = state.limits.packed
  const { bandOf, standsInPhase } = collar

  /** Puts protectionPx of a market order into the scratch; returns the reason where there is no band. */
  function protect(): number {
    const band = narrowestBand()
    if (!(band < Number.MAX_SAFE_INTEGER)) return MARKET_ORDER_PROTECTION
    const step = tick[j.instrument]!
    const ref = x[X.REF]!
    let px = j.buys ? Math.floor((ref + band) / step) * step : Math.ceil((ref - band) / step) * step
    if (px < step && (flags[j.instrument]! & InstrumentFlag.NEGATIVE_PRICE) === 0) px = step
    if (!Number.isSafeInteger(px)) return MARKET_ORDER_PROTECTION
    x[X.PROTECTION] = px + 0
    return 0
  }

  /** The narrowest band of the enforced collar rows, or of the others where none is enforced. */
  function narrowestBand(): number {
    let enforced = Number.POSITIVE_INFINITY
    let waived = Number.POSITIVE_INFINITY
    for (let list = 0; list < j.lists; list++) {
      const end = listAt[list]! + listCount[list]!
      for (let at = listAt[list]!; at < end; at++) {
        if (control[at] !== PRICE_COLLAR) continue
        const row = slot[at]!
        if (!standsInPhase(row, list)) continue
        const band = bandOf(row)
        if ((rows[row * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0) waived = Math.min(waived, band)
        else enforced = Math.min(enforced, band)
      }
    }
    return enforced < Number.POSITIVE_INFINITY ? enforced : waived
  }

  return { protect }
}
