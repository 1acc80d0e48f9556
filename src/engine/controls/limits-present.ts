/**
 * LIMITS_PRESENT: no order passes where a mandatory limit is not set.
 *
 * Rule      MAX_ORDER_QTY, MAX_ORDER_NOTIONAL, DAILY_GROSS, PORTFOLIO_GROSS, INTRADAY_NET at account, trader, desk, firm;
 *           SECTOR_CONCENTRATION of the sector at firm; MESSAGE_RATE at session and strategy; PRICE_COLLAR of the asset class at firm.
 * Units     None.
 * Reads     Which rows stand. Changes nothing.
 * On breach ordRejReason Other 99; the record names the first missing control and its subject.
 * Source    FIA 2024 1.1: without a limit the system should prevent orders.
 */

import { reasonNumber } from '../../model/codes.ts'
import { controlIndex } from '../../model/controls.ts'
import type { Judgement } from '../judgement.ts'
import { Kind } from '../state/names.ts'
import type { State } from '../state/state.ts'

const B01 = controlIndex('MAX_ORDER_QTY')
const B02 = controlIndex('MAX_ORDER_NOTIONAL')
const B03 = controlIndex('PRICE_COLLAR')
const C01 = controlIndex('MESSAGE_RATE')
const D02 = controlIndex('INTRADAY_NET')
const D03 = controlIndex('DAILY_GROSS')
const D05 = controlIndex('PORTFOLIO_GROSS')
const D08 = controlIndex('SECTOR_CONCENTRATION')

const LIMIT_MISSING = reasonNumber('LIMIT_MISSING')
/** In the order in which a missing one is named. */
const EVERYWHERE = [B01, B02, D03, D05, D02]
const EVERYWHERE_MASK = EVERYWHERE.reduce((mask, control) => mask | (1 << control), 0)
const SUBJECTS = [Kind.ACCOUNT, Kind.TRADER, Kind.DESK, Kind.FIRM]

export function createLimitsPresent(state: State, j: Judgement) {
  function judgeLimitsPresent(): number {
    const { limits } = state
    let common = EVERYWHERE_MASK
    for (let at = 0; at < 4; at++) common &= limits.noneMask[j.subjects[SUBJECTS[at]!]!]!
    if (common !== EVERYWHERE_MASK) return nameFirstMissing()
    const firm = j.subjects[Kind.FIRM]!
    if ((j.sectorMask & (1 << D08)) === 0) return nameMissing(D08, firm)
    const session = j.subjects[Kind.SESSION]!
    if ((limits.noneMask[session]! & (1 << C01)) === 0) return nameMissing(C01, session)
    const strategy = j.subjects[Kind.STRATEGY]!
    if ((limits.noneMask[strategy]! & (1 << C01)) === 0) return nameMissing(C01, strategy)
    if ((j.assetClassMask & (1 << B03)) === 0) return nameMissing(B03, firm)
    return 0
  }

  /** Sought by control, within it by subject. */
  function nameFirstMissing(): number {
    for (const control of EVERYWHERE) {
      for (const place of SUBJECTS) {
        const subject = j.subjects[place]!
        if ((state.limits.noneMask[subject]! & (1 << control)) === 0) return nameMissing(control, subject)
      }
    }
    throw new Error('a mandatory limit is missing and is not')
  }

  function nameMissing(control: number, subject: number): number {
    j.missing = control
    j.missingSubject = subject
    return LIMIT_MISSING
  }

  return { judgeLimitsPresent }
}
