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
import { Row, RowFlag } from '../state/limits.ts'
import type { State } from '../state/state.ts'
import type { createPriceCollar } from './price-collar.ts'

const B03 = controlIndex('PRICE_COLLAR')

const MARKET_ORDER_PROTECTION = reasonNumber('MARKET_ORDER_PROTECTION')

export function createMarketOrderProtection(state: State, j: Judgement, collar: ReturnType<typeof createPriceCollar>) {
  const { limits } = state
  const { control: packedControl, slot: packedSlot } = limits.packed
  const { bandOf } = collar

  /** Puts protectionPx of a market order into the scratch; returns the reason where there is no band. */
  function protect(): number {
    const band = narrowestBand()
    if (!(band < Number.MAX_SAFE_INTEGER)) return MARKET_ORDER_PROTECTION
    const tick = state.instruments.tick[j.instrument]!
    const ref = j.x[X.REF]!
    let px = j.buys ? Math.floor((ref + band) / tick) * tick : Math.ceil((ref - band) / tick) * tick
    if (px < tick && (state.instruments.flags[j.instrument]! & InstrumentFlag.NEGATIVE_PRICE) === 0) px = tick
    if (!Number.isSafeInteger(px)) return MARKET_ORDER_PROTECTION
    j.x[X.PROTECTION] = px + 0
    return 0
  }

  /** The narrowest band of the enforced collar rows, or of the others where none is enforced. */
  function narrowestBand(): number {
    let enforced = Number.POSITIVE_INFINITY
    let waived = Number.POSITIVE_INFINITY
    for (let list = 0; list < j.lists; list++) {
      const end = j.listAt[list]! + j.listCount[list]!
      for (let at = j.listAt[list]!; at < end; at++) {
        if (packedControl[at] !== B03) continue
        const slot = packedSlot[at]!
        const band = bandOf(slot)
        if ((limits.i[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0) waived = Math.min(waived, band)
        else enforced = Math.min(enforced, band)
      }
    }
    return enforced < Number.POSITIVE_INFINITY ? enforced : waived
  }

  return { protect }
}
