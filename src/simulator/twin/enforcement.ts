/**
 * Limits that are enforced on what rests: which orders must go, newest first, until the use without them fits.
 */
import { SWEEP_ORDERS } from '../../model/bounds.ts'
import { OBJECT_KINDS, ORDER_STATES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { refused, type TwinEvent } from './events.ts'
import { ceilDiv, sum } from './exact.ts'
import * as exposure from './exposure.ts'
import { endHold } from './held.ts'
import { useOf } from './limits.ts'
import { valueOfSlices } from './parents.ts'
import * as rows from './rows.ts'
import { instrumentAt, type Limit, liveOrders, marketAt, type Name, type Order, type State } from './state.ts'
import { leavesOfOrder, openValueOfOrder, valueAt } from './value.ts'

const CANCELED = ORDER_STATES.indexOf('CANCELED')
const PENDING_CANCEL = ORDER_STATES.indexOf('PENDING_CANCEL')
const INSTRUMENT = OBJECT_KINDS.indexOf('INSTRUMENT')

/** A row as it is for one order: of a row for each of a kind, the row of that order's object. */
interface Target {
  readonly limit: Limit
  readonly order: Order
}

export function sweepLimit(state: State, values: ValuesOfCommand<'KillSweep'>): TwinEvent[] {
  const [key, pass] = [...state.enforced][0] ?? []
  if (values.limit !== 1 || key === undefined || pass?.beforeSeq !== values.beforeSeq) return refused('INVALID_VALUE')
  const limit = state.limits.get(key) as Limit
  const targets = liveOrders(state).flatMap((order) => targetOf(state, limit, order) ?? [])
  const gone = new Set(targets.filter(({ order }) => goes(order)).map(({ order }) => order))
  const next = targets
    .filter(({ order }) => !goes(order) && (pass.beforeSeq === 0 || order.seq < pass.beforeSeq))
    .sort((a, b) => b.order.seq - a.order.seq)
    .slice(0, SWEEP_ORDERS)
  const going: Order[] = []
  for (const target of next) {
    if (!isNeeded(state, target, gone)) continue
    gone.add(target.order)
    going.push(target.order)
  }
  const events = going.map(remove)
  const asked = pass.asked + events.length
  const isFull = next.length === SWEEP_ORDERS
  const on = isFull ? { beforeSeq: next.at(-1)?.order.seq ?? 0, asked } : { beforeSeq: 0, asked: 0 }
  const done = !isFull && asked === 0 ? 1 : 0
  if (done === 1) state.enforced.delete(key)
  else state.enforced.set(key, on)
  return [...events, { name: 'LimitSwept', ...on, done }]
}

/** Nobody at the market has heard of what is held. */
function remove(order: Order): TwinEvent {
  if (order.hold !== null) return endHold(order, CANCELED, 'HOLD_ENDED')
  order.cancelRequested = true
  return { name: 'CancelRequested', orderSeq: order.seq, latch: -1, session: order.keys.session }
}

function goes(order: Order): boolean {
  return order.cancelRequested || order.state === PENDING_CANCEL
}

/** Null where the order does not count at the row. */
function targetOf(state: State, limit: Limit, order: Order): Target | null {
  if (!exposure.countsAt(order.keys, state.subjects[limit.subject] as Name)) return null
  if (limit.control === rows.B12) return order.parent?.instrument === -1 ? { limit, order } : null
  if (limit.objectKind === 0) return { limit, order }
  const object = exposure.objectOf(state, limit.objectKind, order.keys.instrument, order.keys.venue)
  if (object < 0 || (limit.object !== -1 && limit.object !== object)) return null
  if (limit.object === object) return { limit, order }
  const own = { ...limit, object }
  return state.limits.has(rows.limitKey(own)) ? null : { limit: own, order }
}

/** The state as if these orders had ended. */
function without(state: State, gone: ReadonlySet<Order>): State {
  return { ...state, orders: new Map([...state.orders].filter(([, order]) => !gone.has(order))) }
}

function isNeeded(state: State, { limit, order }: Target, gone: ReadonlySet<Order>): boolean {
  if (limit.control === rows.B01 || limit.control === rows.B02) return isOverItself(state, limit, order)
  if (limit.control === rows.C05) return useWithout(state, limit, gone) > limit.hard
  if (limit.control === rows.B12) return isBasketOver(state, limit, order, gone)
  const isFlow = limit.control === rows.D03 || limit.control === rows.D06
  if (isFlow) return openValueOfOrder(state, order) > 0n && useWithout(state, limit, gone) > limit.hard
  if (leavesOfOrder(state, order) === 0n) return false
  const buys = order.side === 0
  if (limit.control === rows.D01L || limit.control === rows.D01S) {
    return buys === (limit.control === rows.D01L) && useWithout(state, limit, gone) > limit.hard
  }
  if (limit.control === rows.B08) return isVolumeOver(state, limit, order, gone)
  return limit.control === rows.D02 ? isNetNeeded(state, limit, order, gone) : isGrossNeeded(state, limit, order, gone)
}

function useWithout(state: State, limit: Limit, gone: ReadonlySet<Order>): bigint {
  return useOf(without(state, gone), limit, state.subjects[limit.subject] as Name, 0) ?? 0n
}

function isOverItself(state: State, limit: Limit, { keys, versions }: Order): boolean {
  const instrument = instrumentAt(state, keys.instrument)
  const whole = limit.objectKind === INSTRUMENT ? 1n : 10n ** BigInt(instrument.qd)
  return versions.some(({ orderQty, v, unit }) =>
    limit.control === rows.B01
      ? ceilDiv(orderQty, whole) > limit.hard
      : valueAt(instrument, v, orderQty, unit) > limit.hard,
  )
}

function isBasketOver(state: State, limit: Limit, order: Order, gone: ReadonlySet<Order>): boolean {
  const { parent } = order
  if (parent === null || openValueOfOrder(state, order) === 0n) return false
  const going = [...gone].filter((one) => one.parent === parent).map((one) => openValueOfOrder(state, one))
  return valueOfSlices(state, parent) - sum(going) > limit.hard
}

/** A volume that was never told is a share of nothing. */
function isVolumeOver(state: State, limit: Limit, { keys }: Order, gone: ReadonlySet<Order>): boolean {
  const subject = state.subjects[limit.subject] as Name
  const object = { kind: limit.objectKind, id: limit.object }
  const left = without(state, gone)
  const { long, short } = exposure.quantitiesAt(left, exposure.snapshot(left), subject, object)
  const adv = marketAt(state, keys.instrument).adv?.qty ?? 0n
  const qty = exposure.tradedAt(state, subject, object) + long - short
  return adv === 0n || ceilDiv(qty * 10_000n, adv) > limit.hard
}

/** Where one of an entity's ends alone counts, an order on the smaller one lowers nothing. */
function isNetNeeded(state: State, limit: Limit, order: Order, gone: ReadonlySet<Order>): boolean {
  const subject = state.subjects[limit.subject] as Name
  const left = without(state, gone)
  const ends = exposure.endsAt(left, exposure.snapshot(left), subject, { kind: limit.objectKind, id: limit.object })
  const buys = order.side === 0
  if (!exposure.isOfSeveralEntities(state, subject)) {
    const all = [...ends.values()]
    return (buys ? sum(all.map(({ long }) => long)) : -sum(all.map(({ short }) => short))) > limit.hard
  }
  const { long, short } = ends.get(order.keys.entity) ?? { long: 0n, short: 0n }
  return (buys ? long >= -short : -short >= long) && useWithout(state, limit, gone) > limit.hard
}

function isGrossNeeded(state: State, limit: Limit, order: Order, gone: ReadonlySet<Order>): boolean {
  const base = state.capitals.get(limit.subject)?.base ?? 0n
  const use = useWithout(state, limit, gone)
  const isOver = limit.control === rows.D08 ? use * 10_000n > limit.hard * base : use > limit.hard
  const kind = exposure.cellKindOf(state.subjects[limit.subject] as Name)
  if (!isOver || kind === null) return false
  const left = without(state, gone)
  const { up, down } = exposure.worth(left, exposure.cellOf(exposure.snapshot(left), kind, order.keys))
  return order.side === 0 ? up >= -down : -down >= up
}
