/**
 * PRICE_COLLAR: the price may not lie too far on the aggressive side of the reference.
 *
 * Rule      ceil(dev x 10000 / |ref|) <= limit, or dev <= ticks of the row; dev is how far the price is beyond ref.
 * Units     Basis points; the row's own parameter is in ticks. A stop limit is judged against its stop price.
 * Reads     The reference waterfall, where a prior close widens the limit to wideBandBps; the session phase of the order's venue.
 * On breach ordRejReason PriceExceedsCurrentPriceBand 16 on FIX 5.0 SP2, Other 99 on FIX 4.2 and 4.4.
 * Source    MiFID II RTS 6 Art. 15(1)(a); SEC 17 CFR 240.15c3-5(c)(1)(ii); FIA 2024 1.3.
 */
import { controlIndex } from '../../model/controls.ts'
import { ceilMulDiv, floorMulDiv } from '../../model/numbers.ts'
import { parameterIndex } from '../../model/parameters.ts'
import { type Judgement, X } from '../judgement.ts'
import { Ref } from '../market.ts'
import { Row } from '../state/limit-row.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const PRICE_COLLAR = controlIndex('PRICE_COLLAR')
const WIDE_BAND = parameterIndex('wideBandBps')
const LIMIT = 1
const HAS_PRICE = 1
const HAS_STOP = 2
const BPS = 10_000
const MOST = Number.MAX_SAFE_INTEGER

export type PriceCollar = ReturnType<typeof createPriceCollar>

export function createPriceCollar(state: State, j: Judgement) {
  const { x } = j
  const { parameters } = state
  const { tick } = state.instruments
  const { names, limits, venuePhase } = state
  const rows = limits.f
  const rowInts = limits.i
  const { control, slot: slotAt } = limits.packed
  const { listAt, listCount } = j

  /** Puts the deviation of the order's price from its reference into the scratch. */
  function deviate(): void {
    x[X.DEV] = 0
    x[X.DEV_BPS] = 0
    if ((j.ordType & HAS_PRICE) === 0) return
    const ref = (j.ordType & HAS_STOP) !== 0 ? x[X.STOP]! : x[X.REF]!
    const beyond = j.buys ? x[X.PX]! - ref : ref - x[X.PX]!
    if (!(beyond > 0)) return
    x[X.DEV] = beyond
    deviateInBps(ref)
  }

  function deviateInBps(ref: number): void {
    const bps = ref === 0 ? MOST : ceilMulDiv(x[X.DEV]!, BPS, 1, Math.abs(ref))
    x[X.DEV_BPS] = bps <= MOST ? bps : MOST
  }

  function measurePriceCollar(slot: number): void {
    const used = x[X.DEV_BPS]!
    x[X.BEFORE] = 0
    x[X.AFTER] = used
    if (j.refSource === Ref.PRIOR_CLOSE && j.ordType === LIMIT) {
      const wide = parameters[WIDE_BAND]!
      if (wide > x[X.LIMIT]!) x[X.LIMIT] = wide
    }
    if (used <= x[X.LIMIT]!) return
    // The band has at least so many ticks: on a price near zero a share of it means nothing.
    const band = rows[slot * Row.NUMS + Row.PARAM]! * tick[j.instrument]!
    if (x[X.DEV]! <= band) x[X.LIMIT] = used
  }

  /** True where the row is the one for the phase that the order's venue is in. */
  function standsInPhase(slot: number, list: number): boolean {
    return limits.phaseRows === 0 || isInForce(rowInts[slot * Row.INTS + Row.PHASE]!, list)
  }

  /** A row for any phase gives way to one for the very phase, where the venue is known. */
  function isInForce(phase: number, list: number): boolean {
    if (phase > 0) return isPhase(phase)
    return j.venue < 0 || !hasPhase(venuePhase[j.venue]! + 1, list)
  }

  /** An order without a venue may go to any: the phases of all venues are its own. */
  function isPhase(phase: number): boolean {
    if (j.venue >= 0) return venuePhase[j.venue]! + 1 === phase
    for (let venue = 0; venue < names.count(Kind.VENUE); venue++) if (venuePhase[venue]! + 1 === phase) return true
    return false
  }

  function hasPhase(phase: number, list: number): boolean {
    const end = listAt[list]! + listCount[list]!
    for (let at = listAt[list]!; at < end; at++) {
      if (control[at] === PRICE_COLLAR && rowInts[slotAt[at]! * Row.INTS + Row.PHASE] === phase) return true
    }
    return false
  }

  /** Width of the row's band around the reference, in price units. */
  function bandOf(slot: number): number {
    const row = slot * Row.NUMS
    let bps = rows[row + Row.HARD]!
    if (j.refSource === Ref.PRIOR_CLOSE) bps = Math.max(bps, parameters[WIDE_BAND]!)
    const share = floorMulDiv(Math.abs(x[X.REF]!), bps, 1, BPS)
    const ticks = rows[row + Row.PARAM]! * tick[j.instrument]!
    return Math.max(Number.isNaN(share) ? MOST : share, ticks)
  }

  return { deviate, measurePriceCollar, standsInPhase, bandOf }
}
