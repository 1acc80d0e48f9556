/**
 * Replace, cancel and not-sent: the sender's own commands on an order that lives.
 */
import { PENDING_REPLACES } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import type { RulePack } from '../../model/rules.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { refused, type TwinEvent } from './events.ts'
import { endHold } from './held.ts'
import { APPROVE, APPROVED, judgeSafely, repeated, subjectIds, undecided, useId, versionOf } from './orders.ts'
import { stopStray } from './parents.ts'
import { countMessage } from './rows.ts'
import { duration, isLive, isSetOf, type Keys, type Order, orderNamed, type State } from './state.ts'
import { leavesOfOrder } from './value.ts'
import { warn } from './warnings.ts'
import { countRefusal } from './watches.ts'

const WORKING = ORDER_STATES.indexOf('WORKING')
const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')
const PENDING_CANCEL = ORDER_STATES.indexOf('PENDING_CANCEL')
const FILLED = ORDER_STATES.indexOf('FILLED')
const CANCELED = ORDER_STATES.indexOf('CANCELED')
const NOT_SENT = ORDER_STATES.indexOf('NOT_SENT')

/** What an OrderMoved says has happened. */
export const CHANGE = { stateOnly: 0, accepted: 1, dropped: 2, terminal: 3 } as const

export function replaceOrder(state: State, given: Command & { name: 'ReplaceOrder' }, pack: RulePack): TwinEvent[] {
  const { values } = given
  const repeat = repeated(state, given)
  if (repeat !== null) return repeat
  const order = orderNamed(state, values.session, values.origClOrdID)
  const fault = replaceFault(order, values.origClOrdID)
  if (order === undefined || fault !== null) {
    const subjects = subjectsOfOrder(state, values.session, order)
    countMessage(state, subjects, values.timeUs)
    useId(state, given, 0)
    const decided = undecided(order !== undefined && isLive(order) ? order.seq : 0, fault ?? 'UNKNOWN_ORDER')
    return [...decided, ...countRefusal(state, subjects, values.timeUs)]
  }
  const candidate = candidateOf(order, values)
  const { decision, valued } = judgeSafely(state, candidate, pack, order.seq)
  const subjects = subjectsOfOrder(state, values.session, order)
  countMessage(state, subjects, values.timeUs)
  if (decision.outcome !== APPROVE || valued === null) {
    useId(state, given, 0)
    const strayed = stopStray(state, candidate, decision)
    return [{ name: 'OrderDecided', decision }, ...strayed, ...countRefusal(state, subjects, values.timeUs)]
  }
  order.versions.push(versionOf(candidate, valued))
  order.ids.push(values.clOrdID)
  useId(state, given, order.seq)
  const approved = { ...decision, tokenExpiryUs: values.timeUs + duration(state, 'tokenLifeUs') }
  return [{ name: 'OrderDecided', decision: approved }, ...warn(state, decision.rows)]
}

function replaceFault(order: Order | undefined, origClOrdID: string): string | null {
  if (order === undefined) return 'UNKNOWN_ORDER'
  if (!isLive(order)) return 'ORDER_TERMINAL'
  if (order.versions.at(-1)?.clOrdID !== origClOrdID) return 'REPLACE_STALE'
  if (order.versions.length > PENDING_REPLACES) return 'REPLACE_PENDING_MAX'
  return order.state === APPROVED || order.state === WORKING ? null : 'ORDER_UNKNOWN_STATE'
}

function candidateOf(order: Order, values: ValuesOfCommand<'ReplaceOrder'>): Candidate {
  const { keys, owner, side, ordType, timeInForce, locate } = order
  return {
    now: values.timeUs,
    clOrdID: values.clOrdID,
    keys,
    owner,
    side,
    ordType,
    timeInForce,
    price: values.flags & 1 ? BigInt(values.price) : null,
    stopPx: values.flags & 2 ? BigInt(values.stopPx) : null,
    expireTimeUs: null,
    locate,
    isUndefined: !isSetOf(values.flags, 2),
    orderQty: BigInt(values.orderQty),
    order,
    likeness: null,
    parent: order.parent,
    confirms: null,
    overrides: null,
  }
}

/** A message about an order counts at the session that sent it and at the order's seven other subjects. */
function subjectsOfOrder(state: State, session: number, order: Order | undefined): number[] {
  if (order === undefined) return [session]
  const keys: Keys = { ...order.keys, session }
  return subjectIds(state, keys)
}

export function cancelOrder(state: State, values: ValuesOfCommand<'CancelOrder'>): TwinEvent[] {
  const order = orderNamed(state, values.owner, values.origClOrdID)
  countMessage(state, subjectsOfOrder(state, values.session, order), values.timeUs)
  if (order === undefined || !isLive(order)) {
    const reason = reasonNumber(order === undefined ? 'UNKNOWN_ORDER' : 'ORDER_TERMINAL')
    return [{ name: 'CancelDecided', orderSeq: 0, reason }]
  }
  const decided: TwinEvent = { name: 'CancelDecided', orderSeq: order.seq, reason: 0 }
  if (order.hold !== null) return [decided, endHold(order, CANCELED, 'HOLD_ENDED')]
  if (order.state === APPROVED || order.state === WORKING) order.state = PENDING_CANCEL
  return [decided]
}

export function notSent(state: State, values: ValuesOfCommand<'NotSent'>): TwinEvent[] {
  const order = orderNamed(state, values.session, values.clOrdID)
  if (order === undefined) return refused('UNKNOWN_ORDER')
  if (!isLive(order)) return refused('ORDER_TERMINAL')
  if (order.versions.slice(1).some(({ clOrdID }) => clOrdID === values.clOrdID)) {
    return dropVersion(state, order, values.clOrdID)
  }
  const isAccepted = order.versions[0]?.clOrdID === values.clOrdID
  const mayBeUnsent = order.state === APPROVED || order.state === UNKNOWN
  if (isAccepted && order.hold !== null) return [endHold(order, NOT_SENT, 'HOLD_ENDED')]
  if (!isAccepted || !mayBeUnsent || order.reported) return refused('NOT_SENT_REFUSED')
  order.state = NOT_SENT
  return [{ name: 'OrderMoved', orderSeq: order.seq, state: order.state, change: CHANGE.terminal }]
}

/** Takes a pending version away; an order with nothing left to execute or to wait for has ended. */
export function dropVersion(state: State, order: Order, clOrdID: string): TwinEvent[] {
  order.versions = order.versions.filter((version, index) => index === 0 || version.clOrdID !== clOrdID)
  if (isExhausted(state, order)) order.state = FILLED
  return [{ name: 'OrderMoved', orderSeq: order.seq, state: order.state, change: CHANGE.dropped }]
}

export function isExhausted(state: State, order: Order): boolean {
  return order.versions.length === 1 && leavesOfOrder(state, order) === 0n
}
