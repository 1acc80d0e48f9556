/**
 * Reference, protection price and valuation price of a candidate, or why it has none.
 */
import { REF_SOURCES } from '../../model/vocabulary.ts'
import { type Candidate, isBuy } from './candidate.ts'
import { abs, floorDiv, larger, MAX, type Ratio, smaller } from './exact.ts'
import { orderUnit } from './rates.ts'
import { type Reference, referenceAt } from './reference.ts'
import { B03, isWaived } from './rows.ts'
import { type Instrument, instrumentAt, type Limit, marketAt, parameter, type State } from './state.ts'
import { MARKET, STOP_LIMIT, valuationPx, valueAt } from './value.ts'

export interface Pricing {
  readonly ref: Reference | null
  /** Null for an order that is no market order, and where it cannot be told. */
  readonly protectionPx: bigint | null
  /** Null where the order cannot be valued; `fault` then says why. */
  readonly valued: { readonly v: bigint; readonly unit: Ratio } | null
  readonly fault: 'REF_PRICE_UNAVAILABLE' | 'MARKET_ORDER_PROTECTION' | 'VALUE_OUT_OF_RANGE' | null
}

export function priceOf(state: State, candidate: Candidate, limits: readonly Limit[]): Pricing {
  const instrument = instrumentAt(state, candidate.keys.instrument)
  const ref = referenceAt(state, instrument.id, candidate.now)
  const unit = orderUnit(state, instrument)
  if (ref === null || unit === null || marketAt(state, instrument.id).mark === null) {
    return { ref, protectionPx: null, valued: null, fault: 'REF_PRICE_UNAVAILABLE' }
  }
  const isMarket = candidate.ordType === MARKET
  const protectionPx = isMarket ? protection(state, instrument, candidate, ref, limits) : null
  if (isMarket && protectionPx === null) {
    return { ref, protectionPx, valued: null, fault: 'MARKET_ORDER_PROTECTION' }
  }
  const priced = { ...candidate, price: isMarket ? protectionPx : candidate.price }
  const v = valuationPx(state, instrument, priced, ref.px)
  if (v === null || valueAt(instrument, v, candidate.orderQty, unit) > MAX) {
    return { ref, protectionPx, valued: null, fault: 'VALUE_OUT_OF_RANGE' }
  }
  return { ref, protectionPx, valued: { v, unit }, fault: null }
}

/** What a market order may cost at most, or bring at least; null without a collar to take it from. */
function protection(
  state: State,
  instrument: Instrument,
  candidate: Candidate,
  ref: Reference,
  limits: readonly Limit[],
): bigint | null {
  const collars = limits.filter((limit) => limit.control === B03)
  const enforced = collars.filter((limit) => !isWaived(limit))
  const bands = (enforced.length > 0 ? enforced : collars).map((limit) => {
    const byShare = floorDiv(collarHard(state, limit, candidate, ref) * abs(ref.px), 10_000n)
    return larger(byShare, limit.param * instrument.tick)
  })
  const first = bands[0]
  if (first === undefined) return null
  const band = bands.reduce(smaller, first)
  const { tick } = instrument
  // A collar without a bound protects nothing.
  if (band > MAX) return null
  const px = isBuy(candidate) ? floorDiv(ref.px + band, tick) * tick : -floorDiv(band - ref.px, tick) * tick
  return instrument.mayBeNegative ? px : larger(px, tick)
}

/** Hard level of a collar: wider where the reference is the prior close, which a StopLimit is not judged by. */
export function collarHard(state: State, limit: Limit, candidate: Candidate, ref: Reference): bigint {
  if (REF_SOURCES[ref.source] !== 'PRIOR_CLOSE' || candidate.ordType === STOP_LIMIT) return limit.hard
  return larger(limit.hard, parameter(state, 'wideBandBps'))
}

/** How far the candidate's price lies on the aggressive side of what it is judged by. */
export function deviation(candidate: Candidate, ref: Reference): { dev: bigint; judgedBy: bigint } {
  const judgedBy = candidate.ordType === STOP_LIMIT && candidate.stopPx !== null ? candidate.stopPx : ref.px
  const { price } = candidate
  if (price === null) return { dev: 0n, judgedBy }
  return { dev: larger(0n, isBuy(candidate) ? price - judgedBy : judgedBy - price), judgedBy }
}
