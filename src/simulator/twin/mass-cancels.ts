/** All orders of a session canceled together, because it asks or because it was lost and did not come back. */
import { SWEEP_ORDERS } from '../../model/bounds.ts'
import {
  MASS_CANCEL_ORDERS,
  ORDER_STATES,
  SESSION_STATUSES,
  TIMER_KINDS,
  TIMES_IN_FORCE,
} from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { endHold } from './held.ts'
import { liveOrders, nameAt, type Order, type State } from './state.ts'

const CANCELED = ORDER_STATES.indexOf('CANCELED')
const DISCONNECT = TIMER_KINDS.indexOf('DISCONNECT')
const HOUR_US = 3_600_000_000

const isOwn = (values: { readonly session: number; readonly principal: number }) =>
  values.session === -1 && values.principal === -1

export function massCancel(state: State, values: ValuesOfCommand<'MassCancel'>): TwinEvent[] {
  const { session, owner, orders } = values
  if (values.sweep !== 0) return sweep(state, values)
  if (nameAt(state, 'SESSION', owner) === undefined) return refused('UNKNOWN_NAME')
  if (!isOwn(values) && session !== owner) return refused('INVALID_VALUE')
  if (!['DAY', 'ALL'].includes(MASS_CANCEL_ORDERS[orders] ?? '')) return refused('INVALID_VALUE')
  begin(state, owner, values.seq, orders)
  return applied()
}

/** The newest one counts, behind those that others began, and for the wider kind of what is under way. */
function begin(state: State, owner: number, seq: number, orders: number): void {
  const wider = Math.max(orders, state.massCancels.get(owner)?.orders ?? 0)
  state.massCancels.delete(owner)
  state.massCancels.set(owner, { seq, orders: wider })
}

/** A step of the gate itself: all orders fit one. */
function sweep(state: State, values: ValuesOfCommand<'MassCancel'>): TwinEvent[] {
  const begun = state.massCancels.get(values.owner)
  if (begun === undefined || values.sweep !== 1 || !isOwn(values)) return refused('INVALID_VALUE')
  state.massCancels.delete(values.owner)
  const meant = liveOrders(state)
    .filter((order) => (state.slots.get(order.seq) ?? 0) < SWEEP_ORDERS)
    .filter((order) => order.keys.session === values.owner && order.seq <= begun.seq && !order.cancelRequested)
    .filter(({ timeInForce }) => begun.orders === 2 || !['GTC', 'GTD'].includes(TIMES_IN_FORCE[timeInForce] ?? ''))
  return [...meant.map(remove), { name: 'Swept', latch: -1 }]
}

function remove(order: Order): TwinEvent {
  if (order.hold !== null) return endHold(order, CANCELED, 'HOLD_ENDED')
  order.cancelRequested = true
  return { name: 'CancelRequested', orderSeq: order.seq, latch: -1, session: order.keys.session }
}

export function sessionStatus(state: State, values: ValuesOfCommand<'SessionStatus'>): TwinEvent[] {
  const { owner, orders, graceUs } = values
  const status = SESSION_STATUSES[values.status]
  if (!isOwn(values)) return refused('INVALID_VALUE')
  if (nameAt(state, 'SESSION', owner) === undefined) return refused('UNKNOWN_NAME')
  if (status === undefined || MASS_CANCEL_ORDERS[orders] === undefined) return refused('INVALID_VALUE')
  if (graceUs < 0 || graceUs > HOUR_US) return refused('INVALID_VALUE')
  if (status === 'LOST') {
    const covered = state.cancelsOnDisconnect.get(owner)
    if (covered?.dueUs === null) covered.dueUs = values.timeUs + covered.graceUs
    return applied()
  }
  state.cancelsOnDisconnect.delete(owner)
  if (status === 'ON' && orders !== 0) state.cancelsOnDisconnect.set(owner, { orders, graceUs, dueUs: null })
  return applied()
}

export function disconnectTimers(state: State) {
  return [...state.cancelsOnDisconnect].flatMap(([id, { dueUs }]) =>
    dueUs === null ? [] : [{ dueUs, kind: DISCONNECT, id }],
  )
}

export function expireSession(state: State, owner: number, seq: number): TwinEvent[] {
  const covered = state.cancelsOnDisconnect.get(owner)
  if (covered === undefined) return []
  state.cancelsOnDisconnect.delete(owner)
  begin(state, owner, seq, covered.orders)
  return [{ name: 'MassCancelBegun', owner, orders: covered.orders }]
}
