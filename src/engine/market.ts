/** Reference price of an instrument (docs/reference/decision.md §2) and when it moves the mark. */
import { parameterIndex } from '../model/parameters.ts'
import { HAS_ASK, HAS_BID, HAS_LAST, HAS_MARK, HAS_PRIOR_CLOSE } from './state/instruments.ts'
import type { State } from './state/state.ts'

export const REF_NONE = 0
export const REF_MID = 1
export const REF_LAST = 2
export const REF_PRIOR_CLOSE = 3
export const REF_MANUAL = 4

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

function isMidUsable(state: State, instrument: number): boolean {
  const { instruments } = state
  const both = HAS_BID | HAS_ASK
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
export function refSource(state: State, instrument: number, nowUs: number, anyAge: boolean): number {
  const { instruments, parameters } = state
  if (isMidUsable(state, instrument) && (anyAge || isFeedAlive(state, instrument, nowUs))) return REF_MID
  const has = instruments.has[instrument]!
  if ((has & HAS_LAST) !== 0 && nowUs - instruments.lastUs[instrument]! <= parameters[LAST_MAX]!) return REF_LAST
  if ((has & HAS_PRIOR_CLOSE) !== 0) return REF_PRIOR_CLOSE
  if (nowUs < instruments.manualUntilUs[instrument]!) return REF_MANUAL
  return REF_NONE
}

/** Reference price of a source. */
export function refPrice(state: State, instrument: number, source: number): number {
  const { instruments } = state
  switch (source) {
    case REF_MID:
      return midOf(instruments.bid[instrument]!, instruments.ask[instrument]!)
    case REF_LAST:
      return instruments.last[instrument]!
    case REF_PRIOR_CLOSE:
      return instruments.priorClose[instrument]!
    case REF_MANUAL:
      return instruments.manualPx[instrument]!
    default:
      return Number.NaN
  }
}

/** When the reference of a source was seen: the time of the command that brought it. */
export function refTime(state: State, instrument: number, source: number): number {
  const { instruments } = state
  switch (source) {
    case REF_MID:
      return instruments.quoteUs[instrument]!
    case REF_LAST:
      return instruments.lastUs[instrument]!
    case REF_PRIOR_CLOSE:
      return instruments.priorCloseUs[instrument]!
    case REF_MANUAL:
      return instruments.manualUs[instrument]!
    default:
      return 0
  }
}

/** True where the feed of the quote in force was heard of lately: the quote is alive, however quiet the instrument. */
export function isFeedAlive(state: State, instrument: number, nowUs: number): boolean {
  const feed = state.instruments.quoteFeed[instrument]!
  return nowUs - state.feedUs[feed]! <= state.parameters[HEARTBEAT_MAX]!
}

/** The source whose price the mark must move to now, or REF_NONE where it stays. */
export function markSource(state: State, instrument: number, nowUs: number): number {
  const { instruments } = state
  if ((instruments.has[instrument]! & HAS_MARK) === 0) return refSource(state, instrument, nowUs, true)
  const source = refSource(state, instrument, nowUs, false)
  if (source === REF_NONE) return REF_NONE
  const ref = refPrice(state, instrument, source)
  return isBeyond(ref, instruments.mark[instrument]!, state.parameters[REVALUE]!) ? source : REF_NONE
}
