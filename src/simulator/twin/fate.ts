/**
 * What becomes of an order that nobody hears of: its fate is unknown, until a status, two people or a report say more.
 */
import { SWEEP_ORDERS } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import {
  FIRST_TERMINAL_STATE,
  ORDER_STATES,
  ORDER_STATUSES,
  SESSION_PHASES,
  TIMES_IN_FORCE,
} from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { isSourceOf } from './beside.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { smaller } from './exact.ts'
import { hasDuty } from './names.ts'
import { CHANGE } from './replace.ts'
import { isLive, liveOrders, type Order, orderNamed, type State } from './state.ts'

const stateNamed = (name: (typeof ORDER_STATES)[number]) => ORDER_STATES.indexOf(name)
const WORKING = stateNamed('WORKING')
const PENDING_CANCEL = stateNamed('PENDING_CANCEL')
const UNKNOWN = stateNamed('UNKNOWN')
const HELD = stateNamed('HELD')
const CLOSED = SESSION_PHASES.indexOf('CLOSED')
const SECOND = 1_000_000
/** Before every kind of timer. */
export const UNHEARD = -1

function moved(order: Order, state: number, change: number): TwinEvent {
  order.state = state
  return { name: 'OrderMoved', orderSeq: order.seq, state, change }
}

/** Orders that nobody has heard of, by the time from which their fate is unknown; they go before timers of that time. */
export function unheard(state: State) {
  return liveOrders(state)
    .filter(({ reported, state }) => !reported && state !== UNKNOWN && state !== HELD)
    .map((order) => ({ dueUs: order.tokenExpiryUs + SECOND, kind: UNHEARD, id: order.seq }))
}

export function lose(state: State, orderSeq: number): TwinEvent {
  return moved(state.orders.get(orderSeq) as Order, UNKNOWN, CHANGE.stateOnly)
}

/** The venue has closed: orders of the day that have not ended are looked for afterwards. */
export function closeVenue(state: State, venue: number, seq: number): void {
  state.closings.set(venue, seq)
}

/** A step of the gate itself: all orders fit one. */
export function lookForLost(state: State, values: ValuesOfCommand<'SessionPhase'>): TwinEvent[] {
  const closedSeq = state.closings.get(values.venue)
  const isOwn = values.session === -1 && values.principal === -1
  if (closedSeq === undefined || values.sweep !== 1 || !isOwn || values.phase !== CLOSED)
    return refused('INVALID_VALUE')
  state.closings.delete(values.venue)
  const lost = liveOrders(state)
    .filter((order) => (state.slots.get(order.seq) ?? 0) < SWEEP_ORDERS)
    .filter((order) => order.keys.venue === values.venue && order.seq <= closedSeq)
    .filter((order) => order.state !== UNKNOWN && order.state !== HELD)
    .filter(({ timeInForce }) => !['GTC', 'GTD'].includes(TIMES_IN_FORCE[timeInForce] ?? ''))
  return [...lost.map((order) => moved(order, UNKNOWN, CHANGE.stateOnly)), { name: 'Swept', latch: -1 }]
}

export function orderStatus(state: State, values: ValuesOfCommand<'OrderStatus'>): TwinEvent[] {
  const status = ORDER_STATUSES[values.status]
  if (status === undefined || values.cumQty < 0) return refused('INVALID_VALUE')
  const order = orderTold(state, values)
  if (typeof order === 'string') return refused(order)
  if (order.state === HELD) return refused('ORDER_UNKNOWN_STATE')
  const mayBeLost = order.state === UNKNOWN && order.versions.length === 1 && order.tokenExpiryUs < values.timeUs
  if (status === 'NOT_FOUND' && !mayBeLost) return refused('ORDER_UNKNOWN_STATE')
  const wasReported = order.reported
  if (status !== 'NOT_FOUND') order.reported = true
  if (order.reported) state.resolutions.delete(order.seq)
  const least = order.versions.map(({ orderQty }) => orderQty).reduce(smaller)
  if (BigInt(values.cumQty) !== order.cum || (status === 'FILLED' && order.cum < least)) {
    const alarm = reasonNumber('CUM_QTY_MISMATCH')
    const told = { told: BigInt(values.cumQty), booked: order.cum }
    return [moved(order, UNKNOWN, CHANGE.stateOnly), { name: 'OrderAlarmed', orderSeq: order.seq, alarm, ...told }]
  }
  if (status === 'NOT_FOUND') {
    return [moved(order, stateNamed(wasReported ? 'EXPIRED' : 'NOT_SENT'), CHANGE.terminal)]
  }
  if (status === 'WORKING' || status === 'PENDING_CANCEL') {
    const isCanceling = status === 'PENDING_CANCEL' || order.state === PENDING_CANCEL
    return [moved(order, isCanceling ? PENDING_CANCEL : WORKING, CHANGE.stateOnly)]
  }
  return [moved(order, stateNamed(status), CHANGE.terminal)]
}

interface Naming {
  readonly session: number
  readonly owner: number
  readonly clOrdID: string
  readonly orderSeq: number
  readonly orderSlot: number
  /** -1 where what names the order says none. */
  readonly instrument?: number
}

/** The live order that its source tells of, by OrderID or by an id of its chain; else why nothing may be said of it. */
export function orderTold(state: State, told: Naming): Order | string {
  const { session, orderSeq, orderSlot, instrument = -1 } = told
  const named = orderNamed(state, told.owner, told.clOrdID)
  const numbered = state.slots.get(orderSeq) === orderSlot ? state.orders.get(orderSeq) : undefined
  const order = numbered !== undefined && isLive(numbered) ? numbered : (named ?? reusable(state, numbered))
  if (order === undefined) return 'UNKNOWN_ORDER'
  if (!isLive(order)) return 'ORDER_TERMINAL'
  const isOther = named !== undefined && named !== order
  const ofOther = instrument !== -1 && instrument !== order.keys.instrument
  if (isOther || ofOther || (orderSeq !== 0 && orderSeq !== order.seq)) return 'EXEC_CONFLICT'
  return isSourceOf(state, session, order.keys.account, order.keys.venue) ? order : 'NOT_EXECUTION_SOURCE'
}

/** An order that has ended, as long as its slot is no other's. */
function reusable(state: State, order: Order | undefined): Order | undefined {
  if (order === undefined) return undefined
  const slot = state.slots.get(order.seq)
  return [...state.slots].some(([seq, other]) => other === slot && seq > order.seq) ? undefined : order
}

export function resolveOrder(state: State, values: ValuesOfCommand<'ResolveOrder'>): TwinEvent[] {
  const isThere = state.slots.get(values.orderSeq) === values.orderSlot
  const order = isThere ? reusable(state, state.orders.get(values.orderSeq)) : undefined
  if (order === undefined) return refused('UNKNOWN_ORDER')
  if (!isLive(order)) return refused('ORDER_TERMINAL')
  if (values.step !== 0 && values.step !== 1) return refused('INVALID_VALUE')
  const duty = values.step === 0 ? 'release:request' : 'release:approve'
  if (!hasDuty(state, values.principal, duty)) return refused('DUTY_MISSING')
  if (values.state < FIRST_TERMINAL_STATE || values.state >= ORDER_STATES.length) return refused('INVALID_VALUE')
  if (order.state !== UNKNOWN) return refused('ORDER_UNKNOWN_STATE')
  if (values.step === 0) {
    state.resolutions.set(order.seq, { state: values.state, principal: values.principal })
    return applied()
  }
  const asked = state.resolutions.get(order.seq)
  if (asked === undefined || asked.state !== values.state) return refused('NOT_REQUESTED')
  if (asked.principal === values.principal) return refused('MAKER_IS_CHECKER')
  return [moved(order, values.state, CHANGE.terminal)]
}
