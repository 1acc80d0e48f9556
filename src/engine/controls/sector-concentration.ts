/**
 * SECTOR_CONCENTRATION: the worst-case gross in one sector may not exceed a share of the subject's capital.
 *
 * Rule      gross in the sector x 10000 <= limit x base, base = max(capital, floor); hedges pass by reducing the same name.
 * Units     Limit in basis points of the base; use before and after in money.
 * Reads     Gross of the subject in the sector; capital, which may not be missing, nor older than one business day by the
 *           firm's calendar, or than capitalMaxUs where there is none that runs.
 * On breach ordRejReason InsufficientCreditLimit 25 on FIX 5.0 SP2, OrderExceedsLimit 3 on FIX 4.2 and 4.4.
 * Source    SEC 17 CFR 240.15c3-5(c)(1)(i) (finer by sector as appropriate).
 */
import { parameterIndex } from '../../model/parameters.ts'
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limit-row.ts'
import { Metric } from '../state/metrics.ts'
import type { State } from '../state/state.ts'

const CAPITAL_MAX = parameterIndex('capitalMaxUs')

/** Returns a function that says whether the subject's capital, at this time, is there and not too old. */
export function createCapitalAge(state: State): (subject: number, nowUs: number) => boolean {
  const { capitalUs, parameters } = state
  const { capitalFromUs } = state.calendars
  return (subject, nowUs) => {
    const asOfUs = capitalUs[subject]!
    if (capitalFromUs[0]! > 0) return asOfUs >= capitalFromUs[0]!
    return asOfUs > 0 && nowUs - asOfUs <= parameters[CAPITAL_MAX]!
  }
}

export function createSectorConcentration(state: State, j: Judgement) {
  const { x, dGross } = j
  const isCapitalKnown = createCapitalAge(state)
  const { i } = state.limits
  const sums = state.metrics.f

  /** Returns false where the capital is missing or too old: the row then fails whatever the use. */
  function measureSectorConcentration(slot: number, metric: number, cell: number): boolean {
    const before = sums[metric * Metric.SIZE + Metric.GROSS]!
    x[X.BEFORE] = before
    x[X.AFTER] = before + dGross[cell]!
    return isCapitalKnown(i[slot * Row.INTS + Row.SUBJECT]!, x[X.NOW]!)
  }

  return { measureSectorConcentration }
}
