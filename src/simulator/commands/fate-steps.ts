/**
 * Steps about the fate of orders: time that passes without a report, statuses, people's words, closes.
 */
import { reasonNumber } from '../../model/codes.ts'
import {
  EXEC_TYPES,
  FIRST_TERMINAL_STATE,
  ORDER_STATES,
  ORDER_STATUSES,
  SESSION_PHASES,
} from '../../model/vocabulary.ts'
import { liveOrders, type Order } from '../twin/state.ts'
import { isWaiting } from '../twin/triggers.ts'
import type { Dice } from './dice.ts'
import { refresh } from './market-steps.ts'
import { SLOT_OF_ORDER, WRONG_SLOT } from './order-slots.ts'
import { type Step, someOrder } from './order-steps.ts'
import type { Script } from './script.ts'

const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const FILL = EXEC_TYPES.indexOf('Fill')
const TRADE_CANCEL = EXEC_TYPES.indexOf('TradeCancel')
const TRADE_CORRECT = EXEC_TYPES.indexOf('TradeCorrect')
const SECOND = 1_000_000
const CLOSED = SESSION_PHASES.indexOf('CLOSED')

export const tick: Step = (script, world, dice) => {
  const isLong = dice.chance(20)
  if (isLong) script.wait(2_000_000)
  script.send('Tick', {})
  if (isLong) refresh(script, world, dice)
}

/** Mostly an order of unknown fate. */
function lostOrder(script: Script, dice: Dice): Order | undefined {
  const lost = liveOrders(script.twin.state).filter(({ state }) => state === UNKNOWN)
  return lost.length > 0 && dice.chance(80) ? dice.of(lost) : someOrder(script, dice)
}

export const status: Step = (script, world, dice) => {
  const order = lostOrder(script, dice)
  if (order === undefined) return
  const byOrderID = dice.chance(50)
  script.send('OrderStatus', {
    session: dice.of(world.sessions),
    orderSeq: byOrderID ? order.seq : 0,
    orderSlot: byOrderID ? (dice.chance(95) ? SLOT_OF_ORDER : WRONG_SLOT) : -1,
    owner: order.keys.session,
    clOrdID: byOrderID && dice.chance(70) ? '' : dice.of(order.ids),
    cumQty:
      Number(order.cum) +
      dice.weighted([
        [85, 0],
        [10, 1],
        [3, 100],
        [2, -1],
      ] as const),
    instrument: dice.weighted([
      [50, -1],
      [45, order.keys.instrument],
      [5, 0],
    ] as const),
    status: dice.weighted([
      [40, 0],
      [58, dice.below(ORDER_STATUSES.length)],
      [2, -1],
    ] as const),
    transactTimeUs: script.timeUs,
  })
}

/** Stops become live, mostly ones that wait; some are told of twice, and some were never stops. */
export const trigger: Step = (script, world, dice) => {
  const waiting = liveOrders(script.twin.state).filter(isWaiting)
  const order = waiting.length > 0 && dice.chance(90) ? dice.of(waiting) : someOrder(script, dice, 80)
  if (order === undefined) return
  const byOrderID = dice.chance(50)
  const told = {
    session: dice.of(world.sessions),
    orderSeq: byOrderID ? order.seq : 0,
    orderSlot: byOrderID ? (dice.chance(95) ? SLOT_OF_ORDER : WRONG_SLOT) : -1,
    owner: order.keys.session,
    clOrdID: byOrderID && dice.chance(70) ? '' : dice.chance(96) ? dice.of(order.ids) : 'NOBODY',
    transactTimeUs: script.timeUs,
  }
  script.send('OrderTriggered', told)
  if (dice.chance(15)) script.send('OrderTriggered', told)
}

/** One asks, another approves; some alone, some for another end, some of an order that is well known. */
export const resolve: Step = (script, world, dice) => {
  const order = lostOrder(script, dice)
  if (order === undefined) return
  const state = dice.chance(95) ? dice.between(FIRST_TERMINAL_STATE, ORDER_STATES.length - 1) : dice.below(12) - 1
  const other = dice.chance(90) ? state : FIRST_TERMINAL_STATE
  const given = { orderSeq: order.seq, orderSlot: dice.chance(97) ? SLOT_OF_ORDER : WRONG_SLOT }
  const people = [...world.people, -1]
  if (dice.chance(85)) script.send('ResolveOrder', { ...given, state, step: 0, principal: dice.of(people) })
  if (dice.chance(20)) script.wait(50_000)
  if (dice.chance(85)) script.send('ResolveOrder', { ...given, state: other, step: 1, principal: dice.of(people) })
  if (dice.chance(5)) script.send('ResolveOrder', { ...given, state, step: 2, principal: dice.of(people) })
}

/** A venue closes, the gate looks for what has not ended, and the venue opens again. */
export const close: Step = (script, world, dice) => {
  const venue = dice.of(world.venues)
  script.send('SessionPhase', { venue, phase: CLOSED })
  if (dice.chance(10)) script.send('SessionPhase', { venue, phase: CLOSED, sweep: dice.between(0, 3) })
  if (dice.chance(40)) script.send('SessionPhase', { venue, phase: 0 })
  for (const closed of [...script.twin.state.closings.keys()]) {
    if (dice.chance(90)) script.send('SessionPhase', { venue: closed, phase: CLOSED, sweep: 1 })
  }
  if (dice.chance(90)) script.send('SessionPhase', { venue, phase: 0 })
}

/** A session goes, comes back or asks by itself; sometimes nobody looks for its orders until later. */
export const disconnect: Step = (script, world, dice) => {
  const owner = dice.chance(97) ? dice.of(world.sessions) : dice.chance(50) ? 77 : (world.desks[0] as number)
  const orders = dice.chance(97) ? dice.below(3) : 3
  const graceUs = dice.chance(97) ? dice.of([0, 20_000, SECOND]) : dice.of([-1, 3_600_000_001])
  const session = dice.chance(97) ? -1 : owner
  const status = dice.chance(97) ? dice.weighted([[50, 1] as const, [40, 0] as const, [10, 2] as const]) : 3
  if (dice.chance(60)) script.send('SessionStatus', { session, principal: -1, owner, status, orders, graceUs })
  if (dice.chance(60)) script.send('SessionStatus', { session: -1, principal: -1, owner, status: 0 })
  if (dice.chance(30)) script.wait(dice.of([20_000, SECOND]))
  if (dice.chance(25)) {
    const asks = dice.weighted([[60, owner] as const, [30, -1] as const, [10, dice.of(world.sessions)] as const])
    script.send('MassCancel', { session: asks, principal: -1, owner, orders })
  }
  for (const [begun, { orders }] of [...script.twin.state.massCancels]) {
    const sweep = dice.chance(95) ? 1 : dice.between(-1, 3)
    if (dice.chance(85)) script.send('MassCancel', { session: -1, principal: -1, owner: begun, orders, sweep })
  }
}

/** Says whose reports count, mostly for a while only: another step takes it back. */
export const source: Step = (script, world, dice) => {
  const set = [...script.twin.state.sources.keys()]
  const [x0, x1] = dice.chance(50) ? world.sessions : [...world.sessions].reverse()
  if (set.length > 0 && dice.chance(70)) {
    const [account, venue] = dice.of(set).split('|').map(Number)
    script.send('ExecutionSource', { account: account as number, venue: venue as number, source: -1, compare: -1 })
    return
  }
  script.send('ExecutionSource', {
    account: dice.chance(97) ? dice.of([...world.accounts, world.suspense]) : (world.desks[0] as number),
    venue: dice.chance(50) ? -1 : dice.chance(95) ? dice.of(world.venues) : 77,
    source: dice.chance(95) ? (x0 as number) : -1,
    compare: dice.weighted([
      [70, x1 as number],
      [20, -1],
      [5, x0 as number],
      [5, 77],
    ] as const),
  })
}

/** The source and the session beside it tell of one fill, either first, mostly alike. */
export const both: Step = (script, world, dice) => {
  const order = someOrder(script, dice)
  const [x0, x1] = dice.chance(50) ? world.sessions : [...world.sessions].reverse()
  if (order === undefined) return
  const { account } = order.keys
  script.send('ExecutionSource', { account, venue: -1, source: x0 as number, compare: x1 as number })
  const nobody = { orderSlot: -1, account: -1, trader: -1, strategy: -1, instrument: -1, side: -1, cumQty: -1 }
  const fill = {
    ...nobody,
    owner: order.keys.session,
    clOrdID: order.versions[0]?.clOrdID ?? '',
    venue: order.keys.venue >= 0 ? order.keys.venue : dice.of(world.venues),
    execID: script.freshId('E'),
    execType: FILL,
    lastQty: 100,
    lastPx: Number(order.versions[0]?.price ?? 100n),
  }
  const other = {
    ...fill,
    lastQty: fill.lastQty + (dice.chance(20) ? 1 : 0),
    lastPx: fill.lastPx + (dice.chance(20) ? 1 : 0),
  }
  const reports = [
    { ...fill, session: x0 as number },
    { ...other, session: x1 as number },
  ]
  if (dice.chance(50)) reports.reverse()
  for (const report of reports) script.send('ExecutionReport', report)
  if (dice.chance(20)) script.send('ExecutionReport', { ...fill, session: x1 as number })
  if (dice.chance(70)) script.send('ExecutionSource', { account, venue: -1, source: -1, compare: -1 })
}

/** A report again from the other session, which may be compared with the source. */
export const beside: Step = (script, world, dice) => {
  const past = script.commands.filter((given) => given.name === 'ExecutionReport')
  if (past.length === 0) return
  const { values } = dice.of(past.slice(-12))
  const other = world.sessions.find((session) => session !== values.session) ?? values.session
  script.send('ExecutionReport', {
    ...values,
    session: other,
    lastQty: values.lastQty + (dice.chance(20) ? 1 : 0),
    lastPx: values.lastPx + (dice.chance(20) ? 1 : 0),
  })
}

/** Busts and corrects that come before what they are about; some of those never come. */
export const early: Step = (script, world, dice) => {
  const order = someOrder(script, dice, 90)
  if (order === undefined) return
  const ids = Array.from({ length: dice.between(2, 4) }, () => script.freshId('E'))
  const about = {
    session: dice.of(world.sessions),
    owner: order.keys.session,
    clOrdID: order.versions[0]?.clOrdID ?? '',
    venue: order.keys.venue >= 0 ? order.keys.venue : dice.of(world.venues),
    orderSlot: -1,
    account: -1,
    trader: -1,
    strategy: -1,
    instrument: -1,
    side: -1,
    cumQty: -1,
    lastPx: Number(order.versions[0]?.price ?? 100n),
  }
  const lastQty = dice.between(1, 4) * 100
  const [first = ''] = ids
  // Each is about the one before it, and they come in any order.
  const busts = ids.slice(1).map((execID, at) => ({
    ...about,
    execID,
    execRefID: ids[at] as string,
    execType: at + 2 === ids.length && dice.chance(60) ? TRADE_CANCEL : TRADE_CORRECT,
    lastQty: dice.chance(97) ? Math.max(1, lastQty - 100 * dice.below(3)) : 0,
    lastPx: dice.chance(95) ? about.lastPx : -1,
  }))
  if (dice.chance(50)) busts.reverse()
  for (const bust of busts) {
    script.send('ExecutionReport', bust)
    if (dice.chance(15)) script.send('ExecutionReport', { ...bust, lastQty: bust.lastQty + dice.below(2) })
  }
  if (dice.chance(85)) script.send('ExecutionReport', { ...about, execID: first, execType: FILL, lastQty })
}

/** A person says what unknown executions were, so that their latches may be released. */
export const explain: Step = (script, world, dice) => {
  for (const latch of [...script.twin.state.latches.values()]) {
    if (latch.cause !== UNKNOWN_EXECUTION && dice.chance(90)) continue
    const account = dice.weighted([
      [50, -1],
      [45, dice.of(world.accounts)],
      [5, world.suspense],
    ] as const)
    script.send('ExplainExecution', { latch: latch.id, account, principal: dice.of([...world.people, -1]) })
  }
  if (dice.chance(5)) script.send('ExplainExecution', { latch: 99, account: -1, principal: world.people[0] as number })
}
