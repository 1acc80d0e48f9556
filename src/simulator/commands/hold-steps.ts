/**
 * Steps about held orders: one that crosses what its owner has resting, what becomes of that, and how an owner's orders meet.
 */
import { HOLD_MAX_US } from '../../model/bounds.ts'
import { EXEC_TYPES, type ExecType, NAME_KINDS, ORD_TYPES } from '../../model/vocabulary.ts'
import { canExecute } from '../twin/self-match.ts'
import { isLive, liveOrders, type Name, nameAt, type Order } from '../twin/state.ts'
import type { Dice } from './dice.ts'
import { tune } from './governance-steps.ts'
import { leavesNumber, orderGiven, type Step } from './order-steps.ts'
import { reportOn } from './report-steps.ts'
import type { Script } from './script.ts'
import type { Listed, World } from './small-world.ts'

const [MARKET, LIMIT] = ORD_TYPES.map((_, index) => index) as [number, number]
const PRICE_GIVEN = 1
const CANCELS_FIRST = 2

function cancelsFirst(script: Script, owner: number): boolean {
  return ((nameAt(script.twin.state, 'OWNER', owner)?.flags ?? 0) & CANCELS_FIRST) !== 0
}

/** An order that can trade with one that rests, of the same owner; mostly of an owner who cancels first. */
export const cross: Step = (script, world, dice) => {
  if (dice.chance(60)) rest(script, world, dice)
  const resting = liveOrders(script.twin.state).filter(({ ordType }) => canExecute(ordType))
  const waiting = resting.filter(({ owner }) => cancelsFirst(script, owner))
  const from = waiting.length > 0 && dice.chance(90) ? waiting : resting
  if (from.length === 0) return
  const other = dice.of(from)
  const ownerOf = (account: number) => script.twin.state.subjects[account]?.owner
  const own = world.bound.filter(({ account }) => ownerOf(account) === other.owner)
  if (own.length === 0) return
  const isBuy = other.side !== 0
  const px = other.versions[0]?.price ?? null
  const isMarket = px === null || dice.chance(15)
  const times = dice.between(1, 3)
  for (let sent = 0; sent < times; sent++) {
    script.send('NewOrder', {
      ...orderGiven(script, world, dice),
      ...dice.of(own),
      instrument: other.keys.instrument,
      venue: dice.chance(85) ? other.keys.venue : -1,
      side: isBuy ? 0 : 1,
      ordType: isMarket ? MARKET : LIMIT,
      timeInForce: 0,
      orderQty: Math.max(1, leavesNumber(script, other)),
      price: isMarket ? 0 : Number(px) + (isBuy ? 1 : -1) * tickOf(world, other) * dice.between(-1, 3),
      stopPx: 0,
      expireTimeUs: 0,
      flags: isMarket ? 0 : PRICE_GIVEN,
      locate: -1,
      holdUs: holdTime(dice),
    })
    if (dice.chance(40)) release(script, world, dice)
    if (dice.chance(10)) tune(script, world, dice)
  }
}

/** Something that can be crossed, of an owner who cancels first. */
function rest(script: Script, world: World, dice: Dice): void {
  const isOfSuch = (account: number) => cancelsFirst(script, script.twin.state.subjects[account]?.owner ?? -1)
  const own = world.bound.filter(({ account }) => isOfSuch(account))
  if (own.length === 0) return
  const given = orderGiven(script, world, dice)
  if (given.ordType !== LIMIT || given.timeInForce !== 0) return
  const { lot } = world.instruments[given.instrument] as Listed
  script.send('NewOrder', { ...given, ...dice.of(own), orderQty: lot })
}

function tickOf(world: World, { keys }: Order): number {
  return world.instruments[keys.instrument]?.tick ?? 1
}

function holdTime(dice: Dice): number {
  return dice.weighted([
    [60, 0],
    [34, dice.between(1, 2_000_000)],
    [2, HOLD_MAX_US],
    [2, HOLD_MAX_US + 1],
    [2, -1],
  ] as const)
}

/** What a held order waits for ends, or the order itself is taken back, or reported in spite of all. */
export const release: Step = (script, world, dice) => {
  const held = liveOrders(script.twin.state).filter(({ hold }) => hold !== null)
  if (held.length === 0) return
  const order = dice.of(held)
  const what = dice.weighted([
    [70, 'others'],
    [8, 'cancel'],
    [6, 'notSent'],
    [6, 'report'],
    [10, 'wait'],
  ] as const)
  const { clOrdID } = order.versions[0] as Order['versions'][number]
  const { session } = order.keys
  if (what === 'cancel') script.send('CancelOrder', { session, owner: session, clOrdID: '', origClOrdID: clOrdID })
  if (what === 'notSent') script.send('NotSent', { session, clOrdID })
  if (what === 'report') script.send('ExecutionReport', reportOn(script, world, dice, order, anyReport(dice)))
  if (what === 'wait') script.wait(dice.of([1_000, 300_000, 1_000_000]))
  if (what === 'others') endOthers(script, world, dice, order)
}

function anyReport(dice: Dice): ExecType {
  return dice.of(['New', 'Canceled', 'Rejected', 'CancelRejected', 'Replaced'])
}

function endOthers(script: Script, world: World, dice: Dice, { hold }: Order): void {
  const { orders } = script.twin.state
  for (const seq of hold?.waitsFor ?? []) {
    const other = orders.get(seq)
    if (other === undefined || !isLive(other) || dice.chance(10)) continue
    const given = reportOn(script, world, dice, other, 'Canceled')
    script.send('ExecutionReport', { ...given, execType: EXEC_TYPES.indexOf(dice.chance(85) ? 'Canceled' : 'Expired') })
  }
}

/** An owner's resting orders are canceled first from now on, or not any more; or its orders meet on all venues. */
export const mode: Step = (script, world, dice) => {
  const { name } = nameAt(script.twin.state, 'OWNER', dice.of(world.owners)) as Name
  const none = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
  const flags = dice.of([0, 1, CANCELS_FIRST, CANCELS_FIRST, CANCELS_FIRST | 1])
  const principal = dice.chance(80) ? -1 : dice.of([world.machine, ...world.people])
  script.send('Hierarchy', { principal, kind: NAME_KINDS.indexOf('OWNER'), name, ...none, flags })
}

/** The gate decides what it can decide; now and then it is asked to where it cannot. */
export const decideHeld: Step = (script, _, dice) => {
  if (dice.chance(80)) script.decideHeld()
  else {
    const order = dice.of([...script.twin.state.orders.values(), undefined])
    if (order !== undefined) script.decideHeld(order)
  }
}
