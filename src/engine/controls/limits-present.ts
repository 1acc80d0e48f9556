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

const MESSAGE_RATE = controlIndex('MESSAGE_RATE')
const PRICE_COLLAR = controlIndex('PRICE_COLLAR')
const SECTOR_CONCENTRATION = controlIndex('SECTOR_CONCENTRATION')
/** In the order in which a missing one is named. */
const EVERYWHERE = [
  controlIndex('MAX_ORDER_QTY'),
  controlIndex('MAX_ORDER_NOTIONAL'),
  controlIndex('DAILY_GROSS'),
  controlIndex('PORTFOLIO_GROSS'),
  controlIndex('INTRADAY_NET'),
]
const SUBJECTS = [Kind.ACCOUNT, Kind.TRADER, Kind.DESK, Kind.FIRM]

const EVERYWHERE_MASK = EVERYWHERE.reduce((mask, control) => mask | (1 << control), 0)
const RATE_MASK = 1 << MESSAGE_RATE
const COLLAR_MASK = 1 << PRICE_COLLAR
const SECTOR_MASK = 1 << SECTOR_CONCENTRATION

const LIMIT_MISSING = reasonNumber('LIMIT_MISSING')

export function createLimitsPresent(state: State, j: Judgement) {
  const { subjects } = j
  const { noneMask } = state.limits

  function judgeLimitsPresent(): number {
    const everywhere =
      noneMask[subjects[Kind.ACCOUNT]!]! &
      noneMask[subjects[Kind.TRADER]!]! &
      noneMask[subjects[Kind.DESK]!]! &
      noneMask[subjects[Kind.FIRM]!]!
    const rates = noneMask[subjects[Kind.SESSION]!]! & noneMask[subjects[Kind.STRATEGY]!]!
    const stands =
      (everywhere & EVERYWHERE_MASK) === EVERYWHERE_MASK &&
      (rates & RATE_MASK) !== 0 &&
      (j.sectorMask & SECTOR_MASK) !== 0 &&
      (j.assetClassMask & COLLAR_MASK) !== 0
    return stands ? 0 : nameFirstMissing()
  }

  /** Sought by control, within it by subject. */
  function nameFirstMissing(): number {
    for (const control of EVERYWHERE) {
      for (const place of SUBJECTS) if (!holds(place, control)) return nameMissing(control, place)
    }
    if ((j.sectorMask & SECTOR_MASK) === 0) return nameMissing(SECTOR_CONCENTRATION, Kind.FIRM)
    if (!holds(Kind.SESSION, MESSAGE_RATE)) return nameMissing(MESSAGE_RATE, Kind.SESSION)
    if (!holds(Kind.STRATEGY, MESSAGE_RATE)) return nameMissing(MESSAGE_RATE, Kind.STRATEGY)
    return nameMissing(PRICE_COLLAR, Kind.FIRM)
  }

  function holds(place: number, control: number): boolean {
    return (noneMask[subjects[place]!]! & (1 << control)) !== 0
  }

  function nameMissing(control: number, place: number): number {
    j.missing = control
    j.missingSubject = subjects[place]!
    return LIMIT_MISSING
  }

  return { judgeLimitsPresent }
}
