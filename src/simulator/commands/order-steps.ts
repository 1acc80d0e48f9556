/**
 * Steps that send orders: new ones of every kind, at the edge of what passes, resent, replaced, cancelled, not sent.
 */
import { ORD_TYPES, TIMES_IN_FORCE } from '../../model/vocabulary.ts'
import { referenceAt } from '../twin/reference.ts'
import { isLive, type Order } from '../twin/state.ts'
import { leavesOfOrder } from '../twin/value.ts'
import { type Command, command, type ValuesOfCommand } from './command.ts'
import type { Dice } from './dice.ts'
import type { Script } from './script.ts'
import type { Listed, World } from './small-world.ts'

export type OrderGiven = Omit<ValuesOfCommand<'NewOrder'>, 'seq' | 'timeUs'>
/** A step makes one or a few commands about what the script has come to. */
export type Step = (script: Script, world: World, dice: Dice) => void

const [MARKET, LIMIT, STOP, STOP_LIMIT] = ORD_TYPES.map((_, index) => index) as [number, number, number, number]
const GTD = TIMES_IN_FORCE.indexOf('GTD')
const PRICE_GIVEN = 1
const STOP_GIVEN = 2
const EXPIRY_GIVEN = 4
const HOUR_US = 3_600_000_000

export function instrumentOf(world: World, id: number): Listed {
  return world.instruments[id] as Listed
}

/** A price some ticks from where the instrument trades; a buy mostly below, a sell mostly above. */
function nearPx(script: Script, listed: Listed, dice: Dice, isBuy: boolean): number {
  const ref = referenceAt(script.twin.state, listed.id, script.timeUs)
  const centre = ref === null ? listed.px : Number(ref.px)
  const passive = dice.weighted([
    [60, dice.between(0, 12)],
    [20, -dice.between(0, 8)],
    [8, -Math.ceil(Math.abs(centre) / listed.tick / dice.between(12, 120))],
    [12, Math.ceil(Math.abs(centre) / listed.tick / dice.between(12, 200))],
  ])
  const px = Math.round(centre / listed.tick) * listed.tick + (isBuy ? -passive : passive) * listed.tick
  return listed.mayBeNegative ? px : Math.max(listed.tick, px)
}

function usualQty(listed: Listed, dice: Dice): number {
  const lots = dice.weighted([
    [70, dice.between(1, listed.lots)],
    [20, dice.between(1, 4)],
    [10, dice.between(listed.lots, listed.lots * 12)],
  ])
  return lots * listed.lot
}

/** A sound order of someone who may send it. */
export function orderGiven(script: Script, world: World, dice: Dice): OrderGiven {
  const { trader, strategy, account } = dice.of(world.bound)
  const listed = dice.of(world.instruments)
  const side = dice.weighted([
    [50, 0],
    [38, 1],
    [9, 2],
    [3, 3],
  ] as const)
  const ordType = dice.weighted([
    [66, LIMIT],
    [14, MARKET],
    [8, STOP],
    [12, STOP_LIMIT],
  ] as const)
  const timeInForce = dice.weighted([
    [60, 0],
    [37, dice.between(1, TIMES_IN_FORCE.length - 1)],
    [3, GTD],
  ] as const)
  const hasPrice = ordType === LIMIT || ordType === STOP_LIMIT
  const hasStop = ordType === STOP || ordType === STOP_LIMIT
  const hasExpiry = timeInForce === GTD
  return {
    session: dice.of(world.sessions),
    principal: -1,
    orderQty: usualQty(listed, dice),
    price: hasPrice ? nearPx(script, listed, dice, side === 0) : 0,
    stopPx: hasStop ? nearPx(script, listed, dice, side !== 0) : 0,
    expireTimeUs: hasExpiry ? script.timeUs + 400 * HOUR_US : 0,
    transactTimeUs: 0,
    receivedTimeUs: script.timeUs,
    instrument: listed.id,
    account,
    trader,
    strategy,
    venue: dice.weighted([
      [30, -1],
      [70, dice.of(world.venues)],
    ] as const),
    side,
    ordType,
    timeInForce,
    flags: (hasPrice ? PRICE_GIVEN : 0) | (hasStop ? STOP_GIVEN : 0) | (hasExpiry ? EXPIRY_GIVEN : 0),
    locate: dice.chance(15) ? dice.between(-2, script.twin.state.locates.length - 1) : -1,
    clOrdID: script.freshId('C'),
    parentClOrdID: dice.chance(10) ? 'PARENT' : '',
    unresolved: '',
    confirmSeq: 0,
    overrideSeq: 0,
    holdUs: 0,
  }
}

/** One thing wrong with an order. */
function spoilt(given: OrderGiven, world: World, dice: Dice, script: Script): OrderGiven {
  const nowUs = script.timeUs
  // Whether nothing at all reduces a position is for no page to say.
  const isLatched = script.twin.state.latches.size > 0
  const listed = world.instruments[given.instrument] as Listed
  const wrong: readonly Partial<OrderGiven>[] = [
    { instrument: -1, unresolved: 'instrument=NOPE' },
    { instrument: 99 },
    { account: -1 },
    { account: given.trader },
    { trader: -1 },
    { strategy: given.account },
    { venue: -2 },
    { venue: 7 },
    { account: dice.of(world.accounts), trader: dice.of(world.traders) },
    { side: -1 },
    { ordType: -1 },
    { timeInForce: 9 },
    { orderQty: isLatched ? listed.qtyMax + 1 : 0 },
    { orderQty: isLatched ? listed.qtyMax + 1 : -listed.lot },
    { orderQty: listed.qtyMax + listed.lot },
    { orderQty: listed.qtyMax },
    { orderQty: listed.lot > 1 ? given.orderQty + 1 : listed.qtyMax + 1 },
    { flags: given.flags ^ PRICE_GIVEN },
    { flags: given.flags ^ STOP_GIVEN },
    { flags: given.flags ^ EXPIRY_GIVEN },
    { price: given.price + 1 },
    { price: -given.price },
    { stopPx: given.stopPx + 1 },
    { timeInForce: GTD, flags: given.flags | EXPIRY_GIVEN, expireTimeUs: nowUs - dice.below(2) },
  ]
  return { ...given, ...dice.of(wrong) }
}

export const sendNew: Step = (script, world, dice) => {
  const given = orderGiven(script, world, dice)
  script.send('NewOrder', dice.chance(7) ? spoilt(given, world, dice, script) : given)
}

/** Two or three orders that are alike but for their id. */
export const sendAlike: Step = (script, world, dice) => {
  const given = orderGiven(script, world, dice)
  for (let left = dice.between(2, 4); left > 0; left--) {
    script.send('NewOrder', { ...given, clOrdID: script.freshId('C') })
    script.wait(
      dice.weighted([
        [80, dice.below(200_000)],
        [20, 500_000],
      ] as const),
    )
  }
}

/** Asks first, then sends what would just pass and what just does not. */
export const sendAtEdge: Step = (script, world, dice) => {
  const given = orderGiven(script, world, dice)
  const listed = instrumentOf(world, given.instrument)
  const large = { ...given, orderQty: Math.min(listed.qtyMax, given.orderQty * dice.between(3, 40)) }
  const { qtyPassing } = script.decide('Evaluate', { ...large, control: dice.between(-1, 19) })
  if (qtyPassing === 0n) return
  const tries = [Number(qtyPassing) + listed.lot, Number(qtyPassing)]
  for (const orderQty of tries) script.send('NewOrder', { ...given, orderQty, clOrdID: script.freshId('C') })
}

export const ask: Step = (script, world, dice) => {
  const given = orderGiven(script, world, dice)
  const asked = dice.chance(15) ? spoilt(given, world, dice, script) : given
  script.send('Evaluate', { ...asked, control: dice.between(-1, 19) })
}

/** Sends an earlier order or replace again: the same, or with something else under the same id. */
export const resend: Step = (script, _, dice) => {
  const sent = script.commands.filter(
    (given): given is Command & { name: 'NewOrder' | 'ReplaceOrder' } =>
      given.name === 'NewOrder' || given.name === 'ReplaceOrder',
  )
  if (sent.length === 0) return
  const old = dice.chance(50) ? dice.of(sent.slice(-20)) : dice.of(sent)
  const stamp = { seq: script.seq + 1, timeUs: script.timeUs, receivedTimeUs: script.timeUs, principal: -1 }
  const change = dice.weighted([
    [60, {}],
    [20, { orderQty: old.values.orderQty + dice.between(1, 100) }],
    [10, { price: old.values.price + 1 }],
    [10, { transactTimeUs: dice.below(1000) }],
  ])
  script.resend(command(old.name, { ...old.values, ...stamp, ...change }))
}

export function someOrder(script: Script, dice: Dice, percentLive = 92): Order | undefined {
  const orders = [...script.twin.state.orders.values()]
  const live = orders.filter(isLive)
  const from = dice.chance(percentLive) && live.length > 0 ? live : orders
  return from.length === 0 ? undefined : dice.of(from)
}

export const replace: Step = (script, world, dice) => {
  const order = someOrder(script, dice)
  if (order === undefined) return
  const versions = dice.chance(93) ? order.versions.slice(-1) : order.versions
  const named = dice.of(versions)
  const listed = instrumentOf(world, order.keys.instrument)
  const qty = dice.weighted([
    [35, Number(named.orderQty)],
    [30, Number(named.orderQty) + dice.between(1, listed.lots) * listed.lot],
    [25, Math.max(listed.lot, Number(named.orderQty) - dice.between(1, listed.lots) * listed.lot)],
    [5, Number(order.cum)],
    [3, 0],
    [2, Number(named.orderQty) * 30],
  ])
  const hasPrice = order.ordType === LIMIT || order.ordType === STOP_LIMIT
  const hasStop = order.ordType === STOP || order.ordType === STOP_LIMIT
  const isBuy = order.side === 0
  const stays = dice.chance(30)
  const needed = (hasPrice ? PRICE_GIVEN : 0) | (hasStop ? STOP_GIVEN : 0)
  // A price that is not given is 0 in every record.
  const flags = dice.chance(97) ? needed : needed ^ dice.between(1, 3)
  const given = (flag: number, px: () => number) => ((flags & flag) === 0 ? 0 : px())
  script.send('ReplaceOrder', {
    session: dice.chance(96) ? order.keys.session : dice.of(world.sessions),
    orderQty: qty,
    price: given(PRICE_GIVEN, () => (stays ? Number(named.price) : nearPx(script, listed, dice, isBuy))),
    stopPx: given(STOP_GIVEN, () => (stays ? Number(named.stopPx) : nearPx(script, listed, dice, !isBuy))),
    receivedTimeUs: script.timeUs,
    flags,
    clOrdID: dice.chance(97) ? script.freshId('R') : named.clOrdID,
    origClOrdID: dice.chance(97) ? named.clOrdID : dice.of(order.ids),
  })
}

/** Replace upon replace, until the ninth. */
export const replaceChain: Step = (script, world, dice) => {
  const order = someOrder(script, dice, 100)
  if (order === undefined || order.ordType !== LIMIT) return
  const listed = instrumentOf(world, order.keys.instrument)
  for (let left = dice.between(3, 10); left > 0; left--) {
    const newest = order.versions.at(-1)
    if (newest === undefined) return
    script.send('ReplaceOrder', {
      session: order.keys.session,
      orderQty: Number(newest.orderQty) + dice.between(-1, 1) * listed.lot,
      price: Number(newest.price) + dice.between(-2, 2) * listed.tick,
      flags: PRICE_GIVEN,
      clOrdID: script.freshId('R'),
      origClOrdID: newest.clOrdID,
    })
  }
}

export const cancel: Step = (script, world, dice) => {
  const order = someOrder(script, dice)
  const owner = order === undefined || dice.chance(3) ? dice.of(world.sessions) : order.keys.session
  const origClOrdID = order === undefined || dice.chance(3) ? 'NOBODY' : dice.of(order.ids)
  const session = dice.chance(85) ? owner : dice.of(world.sessions)
  const said = { session, owner, clOrdID: dice.chance(50) ? script.freshId('X') : '', origClOrdID }
  if (dice.chance(8)) script.send('SpilledCancel', said)
  else script.send('CancelOrder', said)
}

export const sayNotSent: Step = (script, world, dice) => {
  const order = someOrder(script, dice)
  const session = order?.keys.session ?? dice.of(world.sessions)
  const clOrdID = order === undefined || dice.chance(5) ? 'NOBODY' : dice.of(order.ids)
  script.send('NotSent', { session, clOrdID })
}

/** What is left to execute, as a number. */
export function leavesNumber(script: Script, order: Order): number {
  return Number(leavesOfOrder(script.twin.state, order))
}
