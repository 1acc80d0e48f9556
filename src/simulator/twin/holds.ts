/** Held orders are decided again, as new ones of that moment, once nothing that they wait for lives. */
import type { RulePack } from '../../model/rules.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { useConfirmation } from './confirmations.ts'
import { refused, type TwinEvent } from './events.ts'
import { endHold, HELD, isReady } from './held.ts'
import { APPROVE, APPROVED, judgeSafely, subjectIds, versionOf } from './orders.ts'
import { stopStray } from './parents.ts'
import { duration, isLive, liveOrders, type Order, type State } from './state.ts'
import { warn } from './warnings.ts'
import { countRefusal } from './watches.ts'

const REJECTED = ORDER_STATES.indexOf('REJECTED')

export function expireHold(state: State, slot: number, now: number): TwinEvent[] {
  const order = liveOrders(state).find(({ seq, hold }) => hold !== null && state.slots.get(seq) === slot) as Order
  return expire(state, order, now)
}

function expire(state: State, order: Order, now: number): TwinEvent[] {
  const ended = endHold(order, REJECTED, 'WASH_HOLD_EXPIRED')
  return [ended, ...countRefusal(state, subjectIds(state, order.keys), now)]
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
    ...{ order: null, isHeld: true, isUndefined: false, overrides: null },
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
  return [withdrawn, approved, ...warn(state, decision.rows), ...useConfirmation(state, candidate)]
}
