/**
 * Steps about the fate of orders: time that passes without a report, statuses, people's words, closes.
 */
import { FIRST_TERMINAL_STATE, ORDER_STATES, ORDER_STATUSES, SESSION_PHASES } from '../../model/vocabulary.ts'
import { liveOrders, type Order } from '../twin/state.ts'
import type { Dice } from './dice.ts'
import { type Step, someOrder } from './order-steps.ts'
import { SLOT_OF_ORDER, WRONG_SLOT } from './report-steps.ts'
import type { Script } from './script.ts'

const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')
const CLOSED = SESSION_PHASES.indexOf('CLOSED')

export const tick: Step = (script, _, dice) => {
  if (dice.chance(15)) script.wait(2_000_000)
  script.send('Tick', {})
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
    status: dice.weighted([
      [40, 0],
      [58, dice.below(ORDER_STATUSES.length)],
      [2, -1],
    ] as const),
    transactTimeUs: script.timeUs,
  })
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
