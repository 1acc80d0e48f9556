/**
 * PRICE_COLLAR: the price may not lie too far on the aggressive side of the reference.
 *
 * Rule      ceil(dev x 10000 / |ref|) <= limit, or dev <= ticks of the row; dev is how far the price is beyond ref.
 * Units     Basis points; the row's own parameter is in ticks. A stop limit is judged against its stop price.
 * Reads     The reference waterfall; a prior close widens the limit to wideBandBps. Changes nothing.
 * On breach ordRejReason PriceExceedsCurrentPriceBand 16 on FIX 5.0 SP2, Other 99 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(a); SEC 17 CFR 240.15c3-5(c)(1)(ii); FIA 2024 1.3.
 */
import { ceilMulDiv, floorMulDiv, MAX } from '../../model/numbers.ts'
import { parameterIndex } from '../../model/parameters.ts'
import { type Judgement, X } from '../judgement.ts'
import { Ref } from '../market.ts'
import { Row } from '../state/limits.ts'
import type { State } from '../state/state.ts'

const WIDE_BAND = parameterIndex('wideBandBps')
const LIMIT = 1
const STOP_LIMIT = 3

export function createPriceCollar(state: State, j: Judgement) {
  /** Puts the deviation of the order's price from its reference into the scratch. */
  function deviate(): void {
    const x = j.x
    if (j.ordType !== LIMIT && j.ordType !== STOP_LIMIT) {
      x[X.DEV] = 0
      x[X.DEV_BPS] = 0
      return
    }
    const ref = j.ordType === STOP_LIMIT ? x[X.STOP]! : x[X.REF]!
    const beyond = j.buys ? x[X.PX]! - ref : ref - x[X.PX]!
    const dev = beyond > 0 ? beyond : 0
    const absRef = ref < 0 ? -ref : ref
    x[X.DEV] = dev
    if (dev === 0) x[X.DEV_BPS] = 0
    else {
      const bps = absRef === 0 ? MAX : ceilMulDiv(dev, 10_000, 1, absRef)
      x[X.DEV_BPS] = bps <= MAX ? bps : MAX
    }
  }

  function measurePriceCollar(slot: number): void {
    const x = j.x
    x[X.BEFORE] = 0
    x[X.AFTER] = x[X.DEV_BPS]!
    if (j.refSource === Ref.PRIOR_CLOSE && j.ordType === LIMIT) {
      const wide = state.parameters[WIDE_BAND]!
      if (wide > x[X.LIMIT]!) x[X.LIMIT] = wide
    }
    const ticks = state.limits.f[slot * Row.NUMS + Row.PARAM]!
    // The band has at least so many ticks: on a price near zero a share of it means nothing.
    if (x[X.DEV]! <= ticks * state.instruments.tick[j.instrument]! && x[X.AFTER]! > x[X.LIMIT]!)
      x[X.LIMIT] = x[X.AFTER]!
  }

  /** Width of the row's band around the reference, in price units. */
  function bandOf(slot: number): number {
    const absRef = Math.abs(j.x[X.REF]!)
    let bps = state.limits.f[slot * Row.NUMS + Row.HARD]!
    if (j.refSource === Ref.PRIOR_CLOSE) bps = Math.max(bps, state.parameters[WIDE_BAND]!)
    const share = floorMulDiv(absRef, bps, 1, 10_000)
    const ticks = state.limits.f[slot * Row.NUMS + Row.PARAM]! * state.instruments.tick[j.instrument]!
    return Math.max(Number.isNaN(share) ? MAX : share, ticks)
  }

  return { deviate, measurePriceCollar, bandOf }
}
