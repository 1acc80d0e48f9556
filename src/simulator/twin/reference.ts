/**
 * The reference price of an instrument at a time, and the mark that follows it.
 */
import { REF_SOURCES } from '../../model/vocabulary.ts'
import type { TwinEvent } from './events.ts'
import { abs } from './exact.ts'
import { markWith } from './losses.ts'
import { duration, type Market, marketAt, parameter, type State } from './state.ts'

export interface Reference {
  readonly px: bigint
  /** Index in REF_SOURCES. */
  readonly source: number
  readonly seenUs: number
}

/** Half of bid + ask, a half rounded away from zero; null unless both stand uncrossed. */
export function midOf(bid: bigint | null, ask: bigint | null): bigint | null {
  if (bid === null || ask === null || bid >= ask) return null
  const both = bid + ask
  return both >= 0n ? (both + 1n) / 2n : -((1n - both) / 2n)
}

/** The first of mid, last, prior close and manual price that is good at `now`; null if none is. */
export function referenceAt(state: State, id: number, now: number, anyFeedAge = false): Reference | null {
  const market = marketAt(state, id)
  const mid = freshMid(state, market, now, anyFeedAge)
  if (mid !== null) return reference('MID', mid, market.quotedUs)
  if (market.last !== null && now - market.lastUs <= duration(state, 'lastMaxUs')) {
    return reference('LAST', market.last, market.lastUs)
  }
  if (market.priorClose !== null) return reference('PRIOR_CLOSE', market.priorClose, market.priorCloseUs)
  if (market.manual !== null && now < market.manualUntilUs) return reference('MANUAL', market.manual, market.manualUs)
  return null
}

function reference(source: (typeof REF_SOURCES)[number], px: bigint, seenUs: number): Reference {
  return { px, source: REF_SOURCES.indexOf(source), seenUs }
}

function freshMid(state: State, market: Market, now: number, anyFeedAge: boolean): bigint | null {
  const { bid, ask } = market
  const mid = midOf(bid, ask)
  if (mid === null || bid === null || ask === null) return null
  if ((ask - bid) * 20_000n > parameter(state, 'spreadCapBps') * abs(bid + ask)) return null
  return anyFeedAge || isHeard(state, market, now) ? mid : null
}

/** True where the feed of the standing quote gave a quote or a heartbeat recently. */
export function isHeard(state: State, market: Market, now: number): boolean {
  const heard = state.heardUs.get(market.quoteFeed)
  return heard !== undefined && now - heard <= duration(state, 'heartbeatMaxUs')
}

/** Moves the mark after a command that may have moved the reference. */
export function followReference(state: State, id: number, now: number): TwinEvent[] {
  const market = marketAt(state, id)
  const { mark } = market
  const ref = referenceAt(state, id, now, mark === null)
  if (ref === null) return []
  if (mark !== null && abs(ref.px - mark) * 10_000n <= parameter(state, 'revalueBps') * abs(mark)) return []
  return setMark(state, id, ref.px, ref.source)
}

export function setMark(state: State, id: number, mark: bigint, source: number): TwinEvent[] {
  const market = marketAt(state, id)
  const isFirst = market.mark === null
  const stopped = markWith(state, () => {
    market.mark = mark
    // What was stated before there was a mark is had at the first one.
    if (isFirst) for (const booking of state.bookings) if (booking.keys.instrument === id) booking.basis ??= mark
  })
  return [{ name: 'MarkMoved', instrument: id, mark, refSource: source }, ...stopped]
}
