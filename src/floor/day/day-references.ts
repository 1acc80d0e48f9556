/**
 * Prices to hold on to before the first quote. The file has none, so they are derived: the opening price from the
 * auction, the prior close from the daily price limits.
 */
import type { DayPx } from './day-event.ts'
import { DayFileError } from './day-event.ts'
import type { DayStep } from './rebuild-orders.ts'

export interface DayReferences {
  /** The one price of the opening auction. Known to the market only after 09:25. */
  readonly openingPx: DayPx
  readonly priorClosePx: DayPx
  /** 'priceLimits' is the true prior close; 'openingAuction' stands in for it with a price from the future. */
  readonly priorCloseSource: 'priceLimits' | 'openingAuction'
}

/** Prices move in steps of 0.01 CNY. */
const TICK_PX = 10

/** @throws DayFileError for a day without an opening auction. */
export function deriveReferences(steps: readonly DayStep[]): DayReferences {
  const opening = steps.find((step) => step.kind === 'trade')
  if (opening?.kind !== 'trade' || opening.aggressor !== 'None') {
    throw new DayFileError('the first trade of the day is not one of the opening auction')
  }
  const openingPx = opening.px
  const priorClosePx = priorCloseOf(steps)
  if (priorClosePx === undefined) return { openingPx, priorClosePx: openingPx, priorCloseSource: 'openingAuction' }
  return { openingPx, priorClosePx, priorCloseSource: 'priceLimits' }
}

/**
 * The exchange refuses a limit more than 10 % from the prior close, rounded to the tick, and on a busy day somebody asks
 * for both extremes; then one price alone explains them. Returns undefined when the extremes are not such a pair.
 */
function priorCloseOf(steps: readonly DayStep[]): DayPx | undefined {
  let lowest = Number.POSITIVE_INFINITY
  let highest = 0
  for (const step of steps) {
    if (step.kind !== 'new') continue
    lowest = Math.min(lowest, step.px)
    highest = Math.max(highest, step.px)
  }
  const close = roundToTick((lowest + highest) / 2)
  // Times 9 / 10 and not times 0.9, which is not a number that a float can hold.
  const isPair = roundToTick((close * 9) / 10) === lowest && roundToTick((close * 11) / 10) === highest
  return isPair ? close : undefined
}

function roundToTick(px: number): DayPx {
  return Math.round(px / TICK_PX) * TICK_PX
}
