/**
 * The phases of a trading day in Shanghai (main board, since the closing auction of 2018): when the book may cross and
 * when it may not.
 */
import type { SessionPhase } from '../../model/vocabulary.ts'
import type { DayTimeUs } from './day-event.ts'

export interface PhaseStart {
  readonly phase: SessionPhase
  readonly timeUs: DayTimeUs
}

/** Each phase lasts until the next one starts. The auctions trade at their end, just after the next start. */
export const SHANGHAI_PHASES: readonly PhaseStart[] = [
  { phase: 'OPENING_AUCTION', timeUs: clockUs(9, 15) },
  { phase: 'PRE_OPEN', timeUs: clockUs(9, 25) },
  { phase: 'CONTINUOUS', timeUs: clockUs(9, 30) },
  // Lunch: the exchange takes no orders.
  { phase: 'CLOSED', timeUs: clockUs(11, 30) },
  { phase: 'CONTINUOUS', timeUs: clockUs(13, 0) },
  { phase: 'CLOSING_AUCTION', timeUs: clockUs(14, 57) },
  { phase: 'CLOSED', timeUs: clockUs(15, 0) },
]

export function phaseAt(timeUs: DayTimeUs): SessionPhase {
  return SHANGHAI_PHASES.findLast((start) => start.timeUs <= timeUs)?.phase ?? 'CLOSED'
}

/** Orders pile up unmatched, so bids above offers are normal and a best price means nothing. */
export function isAuction(phase: SessionPhase): boolean {
  return phase === 'OPENING_AUCTION' || phase === 'CLOSING_AUCTION'
}

function clockUs(hours: number, minutes: number): DayTimeUs {
  return (hours * 60 + minutes) * 60_000_000
}
