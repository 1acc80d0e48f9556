/** What lets one order pass that would not: a soft block that a person has confirmed. */
import { reasonNumber } from '../model/codes.ts'
import type { Judgement } from './judgement.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_CONFIRMATION = reasonNumber('UNKNOWN_CONFIRMATION')
const NOT_CONFIRMED = reasonNumber('NOT_CONFIRMED')
const CONFIRMATION_MISMATCH = reasonNumber('CONFIRMATION_MISMATCH')

export function createWaivers(state: State, j: Judgement) {
  const { confirmations } = state

  /** Finds the rows that were confirmed for this very order; returns why it may not name them, 0 where it may. */
  function judgeConfirmation(): number {
    const given = confirmations.get(j.confirmSeq)
    if (given === undefined || given.expiresUs <= state.timeUs) return UNKNOWN_CONFIRMATION
    if (given.session !== j.subjects[Kind.SESSION]) return UNKNOWN_CONFIRMATION
    if (given.confirmer < 0) return NOT_CONFIRMED
    if (given.content0 !== j.order0 || given.content1 !== j.order1) return CONFIRMATION_MISMATCH
    j.confirmed = given.rows
    return 0
  }

  return { judgeConfirmation }
}
