/** Reference price of an instrument (docs/reference/decision.md §2) and when it moves the mark. */
import { parameterIndex } from '../model/parameters.ts'
import { Has, type Instruments } from './state/instruments.ts'

export const enum Ref {
  NONE = 0,
  MID = 1,
  LAST = 2,
  PRIOR_CLOSE = 3,
  MANUAL = 4,
}

/** Number.MAX_SAFE_INTEGER. */
const SAFE = 9_007_199_254_740_991
const REVALUE = parameterIndex('revalueBps')
const HEARTBEAT_MAX = parameterIndex('heartbeatMaxUs')
const LAST_MAX = parameterIndex('lastMaxUs')
const SPREAD_CAP = parameterIndex('spreadCapBps')

/** Half of a sum of prices, a half rounded away from zero. */
export function midOf(bid: number, ask: number): number {
  const sum = bid + ask
  return sum >= 0 ? Math.floor((sum + 1) / 2) : -Math.floor((-sum + 1) / 2)
}

/** True where |a - b| x 10000 > bps x |b|, exactly. */
export function isBeyond(a: number, b: number, bps: number): boolean {
  const distance = Math.abs(a - b)
  const left = distance * 10_000
  const right = bps * Math.abs(b)
  if (left <= SAFE && right <= SAFE) return left > right
  return isMore(distance, 10_000, bps, Math.abs(b))
}

/** True where a x b > c x d, for products that a double cannot hold. */
function isMore(a: number, b: number, c: number, d: number): boolean {
  return BigInt(a) * BigInt(b) > BigInt(c) * BigInt(d)
}

export type Market = ReturnType<typeof createMarket>

/** What of the state a reference price hangs on. */
export interface MarketTables {
  readonly instruments: Instruments
  readonly parameters: Float64Array
  /** Last heartbeat or quote of each feed. */
  readonly feedUs: Float64Array
  readonly timeUs: number
}

export function createMarket(state: MarketTables) {
  const { instruments, parameters, feedUs } = state
  const { has, bid, ask, quoteUs, quoteFeed, last, lastUs } = instruments
  const { priorClose, priorCloseUs, manualPx, manualUs, manualUntilUs, mark } = instruments

  function isMidUsable(instrument: number): boolean {
    const both = Has.BID | Has.ASK
    if ((has[instrument] & both) !== both) return false
    const spread = ask[instrument] - bid[instrument]
    if (!(spread > 0)) return false
    const sum = Math.abs(bid[instrument] + ask[instrument])
    const left = spread * 20_000
    const right = parameters[SPREAD_CAP] * sum
    if (left <= SAFE && right <= SAFE) return left <= right
    return !isMore(spread, 20_000, parameters[SPREAD_CAP], sum)
  }

  /** True where the feed of the quote in force was heard of lately: the quote is alive, however quiet the instrument. */
  function isFeedAlive(instrument: number, nowUs: number): boolean {
    return nowUs - feedUs[quoteFeed[instrument]] <= parameters[HEARTBEAT_MAX]
  }

  /** Source of the reference at `nowUs`, one of Ref. `anyAge`: as if every feed had just been heard. */
  function refSource(instrument: number, nowUs: number, anyAge: boolean): number {
    if (isMidUsable(instrument) && (anyAge || isFeedAlive(instrument, nowUs))) return Ref.MID
    return sourceWithoutMid(instrument, nowUs)
  }

  function sourceWithoutMid(instrument: number, nowUs: number): number {
    const had = has[instrument]
    if ((had & Has.LAST) !== 0 && nowUs - lastUs[instrument] <= parameters[LAST_MAX]) return Ref.LAST
    if ((had & Has.PRIOR_CLOSE) !== 0) return Ref.PRIOR_CLOSE
    return nowUs < manualUntilUs[instrument] ? Ref.MANUAL : Ref.NONE
  }

  /** Reference price of a source; NaN for none. */
  function refPrice(instrument: number, source: number): number {
    if (source === Ref.MID) return midOf(bid[instrument], ask[instrument])
    if (source === Ref.LAST) return last[instrument]
    if (source === Ref.PRIOR_CLOSE) return priorClose[instrument]
    return source === Ref.MANUAL ? manualPx[instrument] : Number.NaN
  }

  /** When the reference of a source was seen: the time of the command that brought it. */
  function refTime(instrument: number, source: number): number {
    if (source === Ref.MID) return quoteUs[instrument]
    if (source === Ref.LAST) return lastUs[instrument]
    if (source === Ref.PRIOR_CLOSE) return priorCloseUs[instrument]
    return source === Ref.MANUAL ? manualUs[instrument] : 0
  }

  /** The source whose price the mark must move to now, or Ref.NONE where it stays. */
  function markSource(instrument: number): number {
    const nowUs = state.timeUs
    if ((has[instrument] & Has.MARK) === 0) return refSource(instrument, nowUs, true)
    const source = refSource(instrument, nowUs, false)
    if (source === Ref.NONE) return Ref.NONE
    return isBeyond(refPrice(instrument, source), mark[instrument], parameters[REVALUE]) ? source : Ref.NONE
  }

  return { isFeedAlive, refSource, refPrice, refTime, markSource }
}
