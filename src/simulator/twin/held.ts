/** Which orders are held, for whom they wait, and how that ends without a decision. */
import { HOLD_MAX_US } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import { FIRST_TERMINAL_STATE, ORDER_STATES, OUTCOMES, RESULTS, TIMER_KINDS } from '../../model/vocabulary.ts'
import type { Candidate } from './candidate.ts'
import type { TwinEvent } from './events.ts'
import { duration, isLive, liveOrders, nameAt, type Order, type State } from './state.ts'

const HOLD = TIMER_KINDS.indexOf('HOLD')
export const HELD = ORDER_STATES.indexOf('HELD')
const WORKING = ORDER_STATES.indexOf('WORKING')
const FAIL = RESULTS.indexOf('FAIL')
const CANCELS_FIRST = 2
export const HELD_OUTCOME = OUTCOMES.indexOf('HELD')

/** Seconds that a sender may not ask for. */
export function holdFault({ holdUs }: Candidate): string | null {
  if (holdUs === undefined || holdUs === 0) return null
  return Number.isInteger(holdUs) && holdUs > 0 && holdUs <= HOLD_MAX_US ? null : 'INVALID_VALUE'
}

/** True where the candidate, refused for these results, waits for the crossing orders to be canceled. */
export function mayWait(
  state: State,
  candidate: Candidate,
  results: readonly number[],
  crossing: readonly number[],
): boolean {
  // What two people let pass is one order of that moment.
  if (candidate.order !== null || candidate.isHeld || candidate.overrides !== null) return false
  if (((nameAt(state, 'OWNER', candidate.owner)?.flags ?? 0) & CANCELS_FIRST) === 0) return false
  const failing = results.filter((result) => result === FAIL)
  return failing.length === 1 && crossing.length > 0 && crossing.every((seq) => state.orders.get(seq)?.state !== HELD)
}

/** The order, reserved already, begins to wait. */
export function hold(state: State, order: Order, candidate: Candidate, crossing: readonly number[]): TwinEvent[] {
  const asked = candidate.holdUs ?? 0
  order.state = HELD
  order.hold = {
    deadlineUs: candidate.now + (asked > 0 ? asked : duration(state, 'holdUs')),
    waitsFor: [...crossing],
    likeness: candidate.likeness,
    confirms: candidate.confirms,
    expireTimeUs: candidate.expireTimeUs,
  }
  return [...crossing]
    .sort((a, b) => a - b)
    .flatMap((seq): TwinEvent[] => {
      const other = state.orders.get(seq) as Order
      const waits: TwinEvent = { name: 'HoldWaits', orderSeq: order.seq, crossingSeq: seq }
      if (other.cancelRequested) return [waits]
      other.cancelRequested = true
      return [waits, { name: 'CancelRequested', orderSeq: seq, latch: -1, session: other.keys.session }]
    })
}

/** Without a decision: the order ends, or the market has it all the same. */
export function endHold(order: Order, to: number, reason: string): TwinEvent {
  order.state = to
  order.hold = null
  // What was never approved is no slice, unless the market has it.
  if (to >= FIRST_TERMINAL_STATE && order.parent !== null) order.parent.slices--
  return { name: 'HoldEnded', orderSeq: order.seq, state: to, reason: reasonNumber(reason) }
}

/** The market knows an order that was not approved. */
export function breakHold(order: Order, to = WORKING): TwinEvent[] {
  return order.state === HELD ? [endHold(order, to, 'HOLD_ENDED')] : []
}

export function holdTimers(state: State) {
  return liveOrders(state).flatMap(({ seq, hold }) =>
    hold === null ? [] : [{ dueUs: hold.deadlineUs, kind: HOLD, id: state.slots.get(seq) ?? -1 }],
  )
}

/** The oldest held order that waits for nothing any more. */
export function firstReady(state: State): Order | undefined {
  return liveOrders(state).find((order) => order.hold !== null && isReady(state, order))
}

export function isReady(state: State, { hold }: Order): boolean {
  if (hold === null) return false
  return hold.waitsFor.every((seq) => !isLive(state.orders.get(seq) as Order))
}
