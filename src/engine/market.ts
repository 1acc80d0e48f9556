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
  if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left > right
  return BigInt(distance) * 10_000n > BigInt(bps) * BigInt(Math.abs(b))
}

/** What of the state a reference price hangs on. */
export interface MarketTables {
  readonly instruments: Instruments
  readonly parameters: Float64Array
  readonly feedUs: Float64Array
  readonly timeUs: number
}

export type Market = ReturnType<typeof createMarket>

export function createMarket(state: MarketTables) {
  function isMidUsable(instrument: number): boolean {
    const { instruments } = state
    const both = Has.BID | Has.ASK
    if ((instruments.has[instrument]! & both) !== both) return false
    const bid = instruments.bid[instrument]!
    const ask = instruments.ask[instrument]!
    if (bid >= ask) return false
    const left = (ask - bid) * 20_000
    const right = state.parameters[SPREAD_CAP]! * Math.abs(bid + ask)
    if (left <= Number.MAX_SAFE_INTEGER && right <= Number.MAX_SAFE_INTEGER) return left <= right
    return BigInt(ask - bid) * 20_000n <= BigInt(state.parameters[SPREAD_CAP]!) * BigInt(Math.abs(bid + ask))
  }

  /** Source of the reference at `nowUs`, one of REF_*. `anyAge`: as if every feed had just been heard. */
  function refSource(instrument: number, nowUs: number, anyAge: boolean): number {
    const { instruments, parameters } = state
    if (isMidUsable(instrument) && (anyAge || isFeedAlive(instrument, nowUs))) return Ref.MID
    const has = instruments.has[instrument]!
    if ((has & Has.LAST) !== 0 && nowUs - instruments.lastUs[instrument]! <= parameters[LAST_MAX]!) return Ref.LAST
    if ((has & Has.PRIOR_CLOSE) !== 0) return Ref.PRIOR_CLOSE
    if (nowUs < instruments.manualUntilUs[instrument]!) return Ref.MANUAL
    return Ref.NONE
  }

  /** Reference price of a source. */
  function refPrice(instrument: number, source: number): number {
    const { instruments } = state
    switch (source) {
      case Ref.MID:
        return midOf(instruments.bid[instrument]!, instruments.ask[instrument]!)
      case Ref.LAST:
        return instruments.last[instrument]!
      case Ref.PRIOR_CLOSE:
        return instruments.priorClose[instrument]!
      case Ref.MANUAL:
        return instruments.manualPx[instrument]!
      default:
        return Number.NaN
    }
  }

  /** When the reference of a source was seen: the time of the command that brought it. */
  function refTime(instrument: number, source: number): number {
    const { instruments } = state
    switch (source) {
      case Ref.MID:
        return instruments.quoteUs[instrument]!
      case Ref.LAST:
        return instruments.lastUs[instrument]!
      case Ref.PRIOR_CLOSE:
        return instruments.priorCloseUs[instrument]!
      case Ref.MANUAL:
        return instruments.manualUs[instrument]!
      default:
        return 0
    }
  }

  /** True where the feed of the quote in force was heard of lately: the quote is alive, however quiet the instrument. */
  function isFeedAlive(instrument: number, nowUs: number): boolean {
    const feed = state.instruments.quoteFeed[instrument]!
    return nowUs - state.feedUs[feed]! <= state.parameters[HEARTBEAT_MAX]!
  }

  /** The source whose price the mark must move to now, or REF_NONE where it stays. */
  function markSource(instrument: number): number {
    const { instruments, timeUs } = state
    if ((instruments.has[instrument]! & Has.MARK) === 0) return refSource(instrument, timeUs, true)
    const source = refSource(instrument, timeUs, false)
    if (source === Ref.NONE) return Ref.NONE
    const ref = refPrice(instrument, source)
    return isBeyond(ref, instruments.mark[instrument]!, state.parameters[REVALUE]!) ? source : Ref.NONE
  }

  return { refSource, refPrice, refTime, isFeedAlive, markSource }
}
