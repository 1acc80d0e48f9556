/**
 * MARKET_ACCESS: a session may only act for what it is bound to.
 *
 * Rule      (session, account) and (session, trader) are bound, and (session, venue) where the order names a venue.
 * Units     None.
 * Reads     Bindings. Changes nothing.
 * On breach ordRejReason UnknownAccount 6 on FIX 5.0 SP2, Other 99 on FIX 4.2 and 4.4.
 * Source    SEC 17 CFR 240.15c3-5(c)(2)(iii); MiFID II RTS 6 Art. 18.
 */
import { reasonNumber } from '../../model/codes.ts'
import { BINDING_KINDS } from '../../model/vocabulary.ts'
import type { Judgement } from '../judgement.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const NOT_PERMITTED = reasonNumber('NOT_PERMITTED')
const SESSION_ACCOUNT = BINDING_KINDS.indexOf('SESSION_ACCOUNT')
const SESSION_TRADER = BINDING_KINDS.indexOf('SESSION_TRADER')
const SESSION_VENUE = BINDING_KINDS.indexOf('SESSION_VENUE')

export function createMarketAccess(state: State, j: Judgement) {
  const { subjects } = j
  const { names } = state

  function judgeMarketAccess(): number {
    const session = subjects[Kind.SESSION]!
    if (!names.isPermitted(SESSION_ACCOUNT, session, subjects[Kind.ACCOUNT]!)) return NOT_PERMITTED
    if (!names.isPermitted(SESSION_TRADER, session, subjects[Kind.TRADER]!)) return NOT_PERMITTED
    if (j.venue >= 0 && !names.isPermitted(SESSION_VENUE, session, j.venue)) return NOT_PERMITTED
    return 0
  }

  return { judgeMarketAccess }
}
