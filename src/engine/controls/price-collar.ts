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
import { type Judgement, X_AFTER, X_BEFORE, X_DEV, X_DEV_BPS, X_LIMIT, X_PX, X_REF, X_STOP } from '../judgement.ts'
import { REF_PRIOR_CLOSE } from '../market.ts'
import { HARD, LF, PARAM } from '../state/limits.ts'
import type { State } from '../state/state.ts'

const WIDE_BAND = parameterIndex('wideBandBps')
const LIMIT = 1
const STOP_LIMIT = 3

/** Puts the deviation of the order's price from its reference into the scratch. */
export function deviate(j: Judgement): void {
  const x = j.x
  if (j.ordType !== LIMIT && j.ordType !== STOP_LIMIT) {
    x[X_DEV] = 0
    x[X_DEV_BPS] = 0
    return
  }
  const ref = j.ordType === STOP_LIMIT ? x[X_STOP]! : x[X_REF]!
  const beyond = j.buys ? x[X_PX]! - ref : ref - x[X_PX]!
  const dev = beyond > 0 ? beyond : 0
  const absRef = ref < 0 ? -ref : ref
  x[X_DEV] = dev
  if (dev === 0) x[X_DEV_BPS] = 0
  else {
    const bps = absRef === 0 ? MAX : ceilMulDiv(dev, 10_000, 1, absRef)
    x[X_DEV_BPS] = bps <= MAX ? bps : MAX
  }
}

export function measurePriceCollar(state: State, j: Judgement, slot: number): void {
  const x = j.x
  x[X_BEFORE] = 0
  x[X_AFTER] = x[X_DEV_BPS]!
  if (j.refSource === REF_PRIOR_CLOSE && j.ordType === LIMIT) {
    const wide = state.parameters[WIDE_BAND]!
    if (wide > x[X_LIMIT]!) x[X_LIMIT] = wide
  }
  const ticks = state.limits.f[slot * LF + PARAM]!
  // The band has at least so many ticks: on a price near zero a share of it means nothing.
  if (x[X_DEV]! <= ticks * state.instruments.tick[j.instrument]! && x[X_AFTER]! > x[X_LIMIT]!) x[X_LIMIT] = x[X_AFTER]!
}

/** Width of the row's band around the reference, in price units. */
export function bandOf(state: State, j: Judgement, slot: number): number {
  const absRef = Math.abs(j.x[X_REF]!)
  let bps = state.limits.f[slot * LF + HARD]!
  if (j.refSource === REF_PRIOR_CLOSE) bps = Math.max(bps, state.parameters[WIDE_BAND]!)
  const share = floorMulDiv(absRef, bps, 1, 10_000)
  const ticks = state.limits.f[slot * LF + PARAM]! * state.instruments.tick[j.instrument]!
  return Math.max(Number.isNaN(share) ? MAX : share, ticks)
}
