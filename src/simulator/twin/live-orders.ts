/**
 * Lists of live orders: what the venue confirms, says otherwise or does not have. It adopts nothing: a row that names no
 * order is for scenarios, because the rational oracle knows only orders that were judged.
 */
import { LIST_SWEEP_ROWS, LIST_SWEEP_TESTS, STATEMENT_ROWS } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import { LIVE_ORDER_VERDICTS } from '../../model/records/day-events.ts'
import type { RulePack } from '../../model/rules.ts'
import { ORD_TYPES, ORDER_STATES, SIDES, TIMES_IN_FORCE } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import type { Candidate } from './candidate.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { breakHold } from './held.ts'
import type { LiveList, LiveRow } from './kept.ts'
import { latchItself } from './latches.ts'
import { isPriceOf } from './market.ts'
import { APPROVE, judgeSafely } from './orders.ts'
import type { Order, State, Version } from './state.ts'
import * as states from './state.ts'
import { isWaiting, trigger } from './triggers.ts'
import { leavesOf, leavesOfOrder } from './value.ts'

type Told = ValuesOfCommand<'LiveOrderStatement'>

const stateNamed = (name: (typeof ORDER_STATES)[number]) => ORDER_STATES.indexOf(name)
const [APPROVED, WORKING, UNKNOWN] = (['APPROVED', 'WORKING', 'UNKNOWN'] as const).map(stateNamed) as [
  number,
  number,
  number,
]
const LASTING = (['GTC', 'GTD'] as const).map((name) => TIMES_IN_FORCE.indexOf(name))
const OPENS = 0
const ROW = 1
const CLOSES = 2

const keyOf = ({ account, venue }: { readonly account: number; readonly venue: number }) => `${account}:${venue}`
const senderOf = ({ session, principal }: Told) => `${session}:${principal}`

export function liveOrderStatement(state: State, told: Told): TwinEvent[] {
  const { step, account, tradeDate } = told
  if (step < OPENS || step > CLOSES) return refused('INVALID_VALUE')
  if (states.subjectAt(state, 'ACCOUNT', account) === undefined) return refused('UNKNOWN_NAME')
  if (states.nameAt(state, 'VENUE', told.venue) === undefined) return refused('UNKNOWN_NAME')
  if (step !== ROW && tradeDate !== states.dateOf(state, account)) return refused('STATEMENT_OF_OTHER_DATE')
  if (step === OPENS) return open(state, told)
  const list = state.liveLists.get(keyOf(told))
  if (list === undefined || list.next !== null || list.sender !== senderOf(told)) return refused('STATEMENT_NOT_OPEN')
  if (step === ROW) return addRow(state, told, list)
  const isWhole = list.tradeDate === tradeDate && list.count === told.rows && list.rows.length === list.count
  if (!isWhole) return refused('STATEMENT_MISMATCH')
  list.next = 0
  return applied()
}

function open(state: State, told: Told): TwinEvent[] {
  const { account, venue, tradeDate, rows, asOfUs, owner } = told
  if (rows < 0 || rows > STATEMENT_ROWS || asOfUs <= 0 || asOfUs > told.timeUs) return refused('INVALID_VALUE')
  if (states.subjectAt(state, 'SESSION', owner) === undefined) return refused('UNKNOWN_NAME')
  const isBound = (kind: string, id: number) => states.isBound(state, kind, id, account)
  if (!isBound('TRADER_ACCOUNT', told.trader) || !isBound('STRATEGY_ACCOUNT', told.strategy)) {
    return refused('HIERARCHY_MISMATCH')
  }
  const whose = { account, venue, tradeDate, session: owner, sender: senderOf(told) }
  state.liveLists.delete(keyOf(told))
  state.liveLists.set(keyOf(told), { ...whose, count: rows, asOfUs, rows: [], listed: new Set(), next: null })
  return applied()
}

function addRow(state: State, told: Told, list: LiveList): TwinEvent[] {
  const { instrument, side, ordType, timeInForce, flags, owner, clOrdID } = told
  if (list.rows.length === list.count) return refused('STATEMENT_MISMATCH')
  const listed = state.instruments[instrument]
  if (listed === undefined) return refused('UNKNOWN_NAME')
  if (owner !== -1 && states.subjectAt(state, 'SESSION', owner) === undefined) return refused('UNKNOWN_NAME')
  const type = ORD_TYPES[ordType]
  const isKnown =
    SIDES[side] !== undefined &&
    type !== undefined &&
    TIMES_IN_FORCE[timeInForce] !== undefined &&
    states.isSetOf(flags, 3)
  const price = flags & 1 ? BigInt(told.price) : null
  const stopPx = flags & 2 ? BigInt(told.stopPx) : null
  const isPrice = (px: bigint | null, wanted: boolean) =>
    px === null ? !wanted : wanted && isPriceOf(listed, Number(px))
  const arePrices =
    isPrice(price, type === 'Limit' || type === 'StopLimit') && isPrice(stopPx, type === 'Stop' || type === 'StopLimit')
  const hasExpiry = (flags & 4) !== 0
  const isSound = told.leavesQty > 0 && told.cumQty >= 0 && clOrdID !== ''
  if (!isKnown || !arePrices || !isSound || hasExpiry !== (TIMES_IN_FORCE[timeInForce] === 'GTD')) {
    return refused('INVALID_VALUE')
  }
  const session = owner === -1 ? list.session : owner
  list.rows.push({ session, clOrdID, instrument, side, leavesQty: BigInt(told.leavesQty), price, stopPx })
  return applied()
}

export function statementSweep(state: State, values: ValuesOfCommand<'StatementSweep'>, pack: RulePack): TwinEvent[] {
  const list = state.liveLists.get(keyOf(values))
  if (list?.next !== values.from) return refused('STATEMENT_NOT_OPEN')
  const { account, venue } = list
  if (list.next < list.rows.length) {
    const events = sweepRows(state, list, pack, values.timeUs)
    return [...events, { name: 'ListSwept', account, venue, next: list.next }]
  }
  const events = sweepMissing(state, list)
  state.liveLists.delete(keyOf(list))
  state.listed.set(keyOf(list), list.tradeDate)
  return [...events, { name: 'ListSwept', account, venue, next: -1 }]
}

/** The twin does not do this: a comparison ends before it. */
export class NotMirrored extends Error {}

function sweepRows(state: State, list: LiveList, pack: RulePack, now: number): TwinEvent[] {
  const events: TwinEvent[] = []
  const end = Math.min(list.rows.length, (list.next ?? 0) + LIST_SWEEP_ROWS)
  let tests = 0
  while ((list.next ?? 0) < end && tests < LIST_SWEEP_TESTS) {
    const at = list.next ?? 0
    const row = list.rows[at] as LiveRow
    const order = states.orderNamed(state, row.session, row.clOrdID)
    const isOurs = order !== undefined && states.isLive(order) && order.keys.account === list.account
    if (!isOurs || (order.keys.venue !== list.venue && order.keys.venue !== -1))
      throw new NotMirrored('the adoption of an order')
    list.next = at + 1
    if (list.listed.has(order.seq) || !agrees(order, row)) return [...events, ...differ(state, list, at, order)]
    const [isTested, said] = confirm(state, list, at, order, pack, now)
    if (isTested) tests++
    events.push(...said)
  }
  return events
}

function agrees(order: Order, row: LiveRow): boolean {
  if (order.hold !== null) return false
  if (order.keys.instrument !== row.instrument || (order.side === 0) !== (row.side === 0)) return false
  return order.versions.some(
    (version) =>
      version.orderQty - order.cum === row.leavesQty && version.price === row.price && isStopOf(order, version, row),
  )
}

/** A venue says of a stop that has triggered what it was, or what it has become. */
function isStopOf(order: Order, { stopPx, waitedFor }: Version, row: LiveRow): boolean {
  return row.stopPx === (waitedFor ?? stopPx) || (row.stopPx === null && (order.triggered || isWaiting(order)))
}

function checked(order: Order, row: number, verdict: (typeof LIVE_ORDER_VERDICTS)[number], alarm: string): TwinEvent {
  const said = { orderSeq: order.seq, row, state: order.state, alarm: reasonNumber(alarm) }
  return { name: 'LiveOrderChecked', verdict: LIVE_ORDER_VERDICTS.indexOf(verdict), ...said }
}

function confirm(
  state: State,
  list: LiveList,
  row: number,
  order: Order,
  pack: RulePack,
  now: number,
): [boolean, TwinEvent[]] {
  if (order.state === APPROVED || order.state === UNKNOWN) order.state = WORKING
  order.reported = true
  list.listed.add(order.seq)
  const newest = order.versions.at(-1)
  if (isWaiting(order) && (list.rows[row] as LiveRow).stopPx === null) {
    const isOpen = newest !== undefined && leavesOf(newest, order.cum) > 0n
    const woken = trigger(state, order, pack, now, isOpen)
    return [true, [...woken, checked(order, row, 'AGREES', 'NONE')]]
  }
  const isTested =
    LASTING.includes(order.timeInForce) &&
    order.state === WORKING &&
    !order.cancelRequested &&
    newest !== undefined &&
    leavesOf(newest, order.cum) > 0n
  if (!isTested) return [false, [checked(order, row, 'AGREES', 'NONE')]]
  const { keys, owner, side, ordType, timeInForce, locate } = order
  const { clOrdID, price, stopPx, orderQty } = newest
  const terms = { now, clOrdID, price, stopPx, orderQty, expireTimeUs: null }
  const candidate: Candidate = {
    ...{ keys, owner, side, ordType, timeInForce, locate, isUndefined: false, ...terms },
    ...{ order, likeness: null, parent: null, confirms: null, overrides: null, restates: true },
  }
  const { decision } = judgeSafely(state, candidate, pack, order.seq)
  const decided: TwinEvent = { name: 'OrderDecided', decision }
  if (decision.outcome === APPROVE) return [true, [decided, checked(order, row, 'AGREES', 'NONE')]]
  order.cancelRequested = true
  const asked: TwinEvent = { name: 'CancelRequested', orderSeq: order.seq, latch: -1, session: keys.session }
  return [true, [decided, checked(order, row, 'AGREES', 'RESTATED_ORDER_REFUSED'), asked]]
}

function differ(state: State, list: LiveList, at: number, order: Order): TwinEvent[] {
  const row = list.rows[at] as LiveRow
  const isOther =
    list.listed.has(order.seq) ||
    order.keys.instrument !== row.instrument ||
    (order.side === 0) !== (row.side === 0) ||
    row.leavesQty > leavesOfOrder(state, order)
  const broken = breakHold(order, UNKNOWN)
  order.state = UNKNOWN
  order.reported = true
  list.listed.add(order.seq)
  const said = [...broken, checked(order, at, 'DIFFERS', 'LIVE_ORDER_DIFFERS')]
  if (!isOther) return said
  return [...said, ...latchItself(state, list.account, row.instrument, reasonNumber('LIVE_ORDER_DIFFERS'))]
}

function sweepMissing(state: State, list: LiveList): TwinEvent[] {
  const missing = states
    .liveOrders(state)
    .filter(({ keys }) => keys.account === list.account && keys.venue === list.venue)
    .filter((order) => !list.listed.has(order.seq) && order.approvedUs < list.asOfUs && order.state !== UNKNOWN)
    .filter(({ hold }) => hold === null)
  return missing.map((order) => {
    order.state = UNKNOWN
    return checked(order, -1, 'MISSING', 'LIVE_ORDER_MISSING')
  })
}
