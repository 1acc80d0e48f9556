/** A recorded day made ready to be played: read, rebuilt, checked, given to the firm, and planned. */
import { formatDecimal } from '../../model/numbers.ts'
import { checkOrders } from '../day/check-orders.ts'
import type { DayTimeUs } from '../day/day-event.ts'
import { DayFileError } from '../day/day-event.ts'
import { deriveReferences } from '../day/day-references.ts'
import type { OwnershipChoice } from '../day/firm.ts'
import { ownFlow } from '../day/own-flow.ts'
import { loadEvents } from '../day/read-events.ts'
import { rebuildOrders } from '../day/rebuild-orders.ts'
import type { PlannedMessage } from './day-plan.ts'
import { planDay } from './day-plan.ts'
import { instrumentPx } from './day-player.ts'

export interface RecordedDay {
  /** Orders of everybody. */
  readonly rebuilt: number
  readonly messages: readonly PlannedMessage[]
  readonly priorClosePx: number
  /** As a decimal text. */
  readonly priorClose: string
}

/** Which orders are the firm's: 30 %, by this seed. */
export const DAY_CHOICE: OwnershipChoice = { seed: 600519, share: 0.3 }
const PRICE_DECIMALS = 2

/** @param until plays up to this time of the day only @throws DayFileError where the file is no sound trading day */
export async function recordedDay(path: string, until?: DayTimeUs): Promise<RecordedDay> {
  try {
    return await readDay(path, until)
  } catch (error) {
    throw error instanceof DayFileError ? new DayFileError(`${path}: ${error.message}`) : error
  }
}

async function readDay(path: string, until?: DayTimeUs): Promise<RecordedDay> {
  const steps = rebuildOrders(await loadEvents(path))
  const { orders, overdrawn, beyondLimit } = checkOrders(steps)
  if (overdrawn.length > 0) throw new DayFileError(`order ${overdrawn[0]?.orderNo} trades more than it asks for`)
  if (beyondLimit.length > 0) throw new DayFileError(`order ${beyondLimit[0]?.orderNo} trades beyond its limit`)
  const priorClosePx = instrumentPx(deriveReferences(steps).priorClosePx)
  const planned = [...planDay(ownFlow(steps, DAY_CHOICE))]
  const messages = until === undefined ? planned : planned.filter(({ timeUs }) => timeUs <= until)
  return { rebuilt: orders, messages, priorClosePx, priorClose: formatDecimal(priorClosePx, PRICE_DECIMALS) }
}
