/**
 * Held orders: they wait until the orders that they cross have ended, and are then decided again as new ones of that moment.
 */
import { HOLD_MAX_US } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import type { RulePack } from '../../model/rules.ts'
import { FIRST_TERMINAL_STATE, ORDER_STATES, OUTCOMES, RESULTS, TIMER_KINDS } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { useConfirmation } from './confirmations.ts'
import { refused, type TwinEvent } from './events.ts'
import { APPROVE, APPROVED, judgeSafely, subjectIds, versionOf } from './orders.ts'
import { stopStray } from './parents.ts'
import { duration, isLive, liveOrders, nameAt, type Order, type State } from './state.ts'
import { warn } from './warnings.ts'
import { countRefusal } from './watches.ts'

const HOLD = TIMER_KINDS.indexOf('HOLD')
const HELD = ORDER_STATES.indexOf('HELD')
const WORKING = ORDER_STATES.indexOf('WORKING')
const REJECTED = ORDER_STATES.indexOf('REJECTED')
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
  if (candidate.order !== null || candidate.isHeld) return false
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

export function expireHold(state: State, slot: number, now: number): TwinEvent[] {
  const order = liveOrders(state).find(({ seq, hold }) => hold !== null && state.slots.get(seq) === slot) as Order
  return expire(state, order, now)
}

function expire(state: State, order: Order, now: number): TwinEvent[] {
  const ended = endHold(order, REJECTED, 'WASH_HOLD_EXPIRED')
  return [ended, ...countRefusal(state, subjectIds(state, order.keys), now)]
}

/** The oldest held order that waits for nothing any more. */
export function firstReady(state: State): Order | undefined {
  return liveOrders(state).find((order) => order.hold !== null && isReady(state, order))
}

function isReady(state: State, { hold }: Order): boolean {
  if (hold === null) return false
  return hold.waitsFor.every((seq) => !isLive(state.orders.get(seq) as Order))
}

export function holdDecide(state: State, values: ValuesOfCommand<'HoldDecide'>, pack: RulePack): TwinEvent[] {
  const order = state.orders.get(values.orderSeq)
  const isThere = order !== undefined && state.slots.get(order.seq) === values.slot
  if (!isThere || order.hold === null || !isLive(order)) return refused('UNKNOWN_ORDER')
  if (!isReady(state, order)) return refused('ORDER_UNKNOWN_STATE')
  if (order.hold.deadlineUs <= values.timeUs) return expire(state, order, values.timeUs)
  const { keys, owner, side, ordType, timeInForce, locate, versions, parent, hold } = order
  const [{ clOrdID, price, stopPx, orderQty }] = versions as [Order['versions'][number]]
  const { likeness, confirms, expireTimeUs } = hold
  const candidate: Candidate = {
    ...{ now: values.timeUs, clOrdID, price, stopPx, orderQty, expireTimeUs },
    ...{ keys, owner, side, ordType, timeInForce, locate, parent, likeness, confirms },
    ...{ order: null, isHeld: true },
  }
  // It counts nowhere while it is judged.
  order.state = REJECTED
  order.hold = null
  if (parent !== null) parent.slices--
  const withdrawn: TwinEvent = { name: 'HoldEnded', orderSeq: order.seq, state: HELD, reason: 0 }
  const { decision, valued } = judgeSafely(state, candidate, pack, order.seq)
  if (decision.outcome !== APPROVE || valued === null) {
    const refusal = countRefusal(state, subjectIds(state, keys), values.timeUs)
    return [withdrawn, { name: 'OrderDecided', decision }, ...stopStray(state, candidate, decision), ...refusal]
  }
  const tokenExpiryUs = values.timeUs + duration(state, 'tokenLifeUs')
  Object.assign(order, { state: APPROVED, versions: [versionOf(candidate, valued)], tokenExpiryUs })
  order.approvedUs = values.timeUs
  if (parent !== null) parent.slices++
  state.approvals.push({ timeUs: values.timeUs, likeness: likeness as string })
  const approved: TwinEvent = { name: 'OrderDecided', decision: { ...decision, tokenExpiryUs } }
  return [withdrawn, approved, ...warn(state, decision.rows, values.timeUs), ...useConfirmation(state, candidate)]
}
