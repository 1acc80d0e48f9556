/**
 * MARKET_DATA: nobody trades on a feed that has gone silent, or on a book that is crossed.
 *
 * Rule      now - when the feed was last heard of <= limit, and its bid is below its ask where it has both; else no order passes that
 *           leaves more to execute. A quiet instrument of a feed that is heard of is not stale.
 * Units     Microseconds.
 * Reads     Sides and feed of the quote in force, the last quote or heartbeat of that feed. Changes nothing.
 * On breach ordRejReason: Other 99.
 * Source    FIA 2024: market data reasonability.
 */
import { type Judgement, X } from '../judgement.ts'
import { Has } from '../state/instruments.ts'
import type { State } from '../state/state.ts'

const MOST = Number.MAX_SAFE_INTEGER
const BOTH = Has.BID | Has.ASK

export function createMarketData(state: State, j: Judgement) {
  const { x } = j
  const { feedUs, instruments } = state
  const { has, bid, ask, quoteUs, quoteFeed, feed } = instruments

  /** Returns true where the order leaves no more to execute: it passes whatever the feed is. */
  function measureMarketData(): boolean {
    const { instrument } = j
    const heardUs = feedUs[quoteUs[instrument]! > 0 ? quoteFeed[instrument]! : feed[instrument]!]!
    const crossed = (has[instrument]! & BOTH) === BOTH && bid[instrument]! >= ask[instrument]!
    const age = x[X.NOW]! - heardUs
    const used = crossed || age > MOST ? MOST : age
    x[X.BEFORE] = used
    x[X.AFTER] = used
    return x[X.LEAVES_NEW]! <= x[X.LEAVES_OLD]!
  }

  return { measureMarketData }
}
