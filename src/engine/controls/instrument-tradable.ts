/**
 * INSTRUMENT_TRADABLE: the instrument is active, the venue that the order names is not closed, and its currency has a rate.
 *
 * Rule      instrument.active, and the venue's phase is not CLOSED. Halts are a regulatory rule. The latest FX rate of a foreign
 *           currency is at most fxMaxUs old, unless the order can do no more than reduce the account's position.
 * Units     None.
 * Reads     Instrument state, session phase, FX rates, position and cumulative leaves of the account. Changes nothing.
 * On breach ordRejReason ExchangeClosed 2; FX_STALE Other 99.
 * Source    FIA 2024; exchange rules; failure matrix of the controls catalogue (stale FX).
 */
import { reasonNumber } from '../../model/codes.ts'
import { parameterIndex } from '../../model/parameters.ts'
import { SESSION_PHASES } from '../../model/vocabulary.ts'
import { isReducing } from '../exposure.ts'
import { type Judgement, X } from '../judgement.ts'
import type { State } from '../state/state.ts'

const INSTRUMENT_INACTIVE = reasonNumber('INSTRUMENT_INACTIVE')
const FX_STALE = reasonNumber('FX_STALE')
const FX_MAX = parameterIndex('fxMaxUs')
const BASE_CURRENCY = 0
const CLOSED = SESSION_PHASES.indexOf('CLOSED')

export function createInstrumentTradable(state: State, j: Judgement) {
  const { venuePhase, parameters, rates } = state
  const { active, currency } = state.instruments

  /** Needs the projected leaves. */
  function judgeInstrumentTradable(): number {
    if (active[j.instrument] === 0) return INSTRUMENT_INACTIVE
    if (j.venue >= 0 && venuePhase[j.venue] === CLOSED) return INSTRUMENT_INACTIVE
    return currency[j.instrument] === BASE_CURRENCY ? 0 : judgeRate()
  }

  function judgeRate(): number {
    const age = j.x[X.NOW]! - rates.heard(currency[j.instrument]!)
    return age <= parameters[FX_MAX]! || isReducing(state, j, 0) ? 0 : FX_STALE
  }

  return { judgeInstrumentTradable }
}
