/** What lets one order pass that would not: a soft block that a person has confirmed, an override of two people. */
import { reasonNumber } from '../model/codes.ts'
import type { Judgement } from './judgement.ts'
import { hasTerms } from './order-terms.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'
import type { Waiver } from './state/waivers.ts'

const UNKNOWN_CONFIRMATION = reasonNumber('UNKNOWN_CONFIRMATION')
const NOT_CONFIRMED = reasonNumber('NOT_CONFIRMED')
const CONFIRMATION_MISMATCH = reasonNumber('CONFIRMATION_MISMATCH')
const UNKNOWN_OVERRIDE = reasonNumber('UNKNOWN_OVERRIDE')
const OVERRIDE_MISMATCH = reasonNumber('OVERRIDE_MISMATCH')

export function createWaiverJudge(state: State, j: Judgement) {
  const { confirmations, overrides } = state

  /** Finds the rows that were confirmed for this very order; returns why it may not name them, 0 where it may. */
  function judgeConfirmation(): number {
    const given = confirmations.get(j.confirmSeq)
    const refusal = refusalOf(given, UNKNOWN_CONFIRMATION, CONFIRMATION_MISMATCH)
    if (refusal === 0) j.confirmed = given!.rows
    return refusal
  }

  /** Finds the rows that two people let this very order pass, likewise. */
  function judgeOverride(): number {
    const given = overrides.get(j.overrideSeq)
    const refusal = refusalOf(given, UNKNOWN_OVERRIDE, OVERRIDE_MISMATCH)
    if (refusal !== 0) return refusal
    j.overridden = given!.rows
    j.overriddenMost = given!.most
    return 0
  }

  function refusalOf(given: Waiver | undefined, unknown: number, mismatch: number): number {
    if (given === undefined || given.expiresUs <= state.timeUs) return unknown
    if (given.session !== j.subjects[Kind.SESSION]) return unknown
    if (given.confirmer < 0) return NOT_CONFIRMED
    if (given.content0 !== j.order0 || given.content1 !== j.order1) return mismatch
    return hasTerms(j, given.terms) ? 0 : mismatch
  }

  return { judgeConfirmation, judgeOverride }
}
