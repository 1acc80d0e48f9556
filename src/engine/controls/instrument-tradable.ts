/**
 * INSTRUMENT_TRADABLE: the instrument is active, and the venue that the order names is not closed.
 *
 * Rule      instrument.active, and the venue's phase is not CLOSED. Halts are a regulatory rule.
 * Units     None.
 * Reads     Instrument state and session phase. Changes nothing.
 * On breach ordRejReason ExchangeClosed 2.
 * Source    FIA 2024; exchange rules.
 */
import { reasonNumber } from '../../model/codes.ts'
import { SESSION_PHASES } from '../../model/vocabulary.ts'
import type { Judgement } from '../judgement.ts'
import type { State } from '../state/state.ts'

const INSTRUMENT_INACTIVE = reasonNumber('INSTRUMENT_INACTIVE')
const CLOSED = SESSION_PHASES.indexOf('CLOSED')

export function createInstrumentTradable(state: State, j: Judgement) {
  const { venuePhase } = state
  const { active } = state.instruments

  function judgeInstrumentTradable(): number {
    if (active[j.instrument] === 0) return INSTRUMENT_INACTIVE
    return j.venue >= 0 && venuePhase[j.venue] === CLOSED ? INSTRUMENT_INACTIVE : 0
  }

  return { judgeInstrumentTradable }
}
