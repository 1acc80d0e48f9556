/**
 * Steps that send execution reports: in order, late, twice, with other content, for orders that nobody knows.
 */
import { EXEC_TYPES, type ExecType } from '../../model/vocabulary.ts'
import type { Order } from '../twin/state.ts'
import { type Command, command, type ValuesOfCommand } from './command.ts'
import type { Dice } from './dice.ts'
import { SLOT_OF_ORDER, WRONG_SLOT } from './order-slots.ts'
import { instrumentOf, leavesNumber, type Step, someOrder } from './order-steps.ts'
import type { Script } from './script.ts'
import type { Listed, World } from './small-world.ts'

type ReportGiven = Partial<Omit<ValuesOfCommand<'ExecutionReport'>, 'seq' | 'timeUs'>>

/** A report on the order, now and then with something wrong in it. */
export function reportOn(script: Script, world: World, dice: Dice, order: Order, execType: ExecType): ReportGiven {
  const byOrderID = dice.chance(40)
  const slot = dice.chance(97) ? SLOT_OF_ORDER : WRONG_SLOT
  const named = dice.of(order.versions)
  return {
    ...NOBODY,
    session: order.keys.session === -1 ? -1 : dice.of(world.sessions),
    orderSeq: byOrderID ? order.seq : 0,
    orderSlot: byOrderID ? slot : -1,
    owner: order.keys.session,
    clOrdID: dice.chance(92) ? named.clOrdID : dice.of(order.ids),
    execType: EXEC_TYPES.indexOf(execType),
    venue: order.keys.venue >= 0 ? order.keys.venue : dice.of(world.venues),
    execID: script.freshId('E'),
    transactTimeUs: script.timeUs,
    ...saidToo(world, dice, order),
  }
}

/** What a report repeats of its order, now and then wrongly. */
function saidToo(world: World, dice: Dice, order: Order): ReportGiven {
  if (!dice.chance(25)) return {}
  const { instrument, account } = order.keys
  if (dice.chance(80)) return { instrument, account, side: order.side }
  return dice.of<ReportGiven>([
    { instrument: dice.between(0, world.instruments.length - 1) },
    { account: dice.of(world.accounts) },
    { side: dice.between(0, 3) },
  ])
}

const NOBODY: ReportGiven = {
  cumQty: -1,
  orderSlot: -1,
  owner: -1,
  venue: -1,
  account: -1,
  trader: -1,
  strategy: -1,
  instrument: -1,
  side: -1,
}

function fillPx(listed: Listed, order: Order, dice: Dice): number {
  const limitPx = order.versions[0]?.price
  const px = limitPx == null ? listed.px : Number(limitPx)
  const improved = px + (order.side === 0 ? -1 : 1) * dice.between(0, 6) * listed.tick
  return listed.mayBeNegative ? improved : Math.max(1, improved)
}

export const fill: Step = (script, world, dice) => {
  const order = someOrder(script, dice, 94)
  if (order === undefined) return
  const listed = instrumentOf(world, order.keys.instrument)
  const leaves = Math.max(listed.lot, leavesNumber(script, order))
  const lots = Math.ceil(leaves / listed.lot)
  const lastQty = dice.weighted([
    [60, dice.between(1, lots) * listed.lot],
    [30, leaves],
    [3, leaves + listed.lot],
    [5, 1],
    [2, 0],
  ])
  const cumAfter = Number(order.cum) + lastQty
  const cumQty = dice.weighted([
    [50, -1],
    [45, cumAfter],
    [5, cumAfter + 1],
  ] as const)
  const lastPx = dice.chance(98) ? fillPx(listed, order, dice) : -1
  script.send('ExecutionReport', { ...reportOn(script, world, dice, order, 'Fill'), lastQty, lastPx, cumQty })
}

export const report: Step = (script, world, dice) => {
  const order = someOrder(script, dice, 96)
  if (order === undefined) return
  const hasPending = order.versions.length > 1
  const execType = dice.weighted<ExecType>([
    [34, 'New'],
    [20, 'Canceled'],
    [hasPending ? 60 : 1, 'Replaced'],
    [hasPending ? 25 : 1, 'ReplaceRejected'],
    [6, 'CancelRejected'],
    [4, 'Rejected'],
    [4, 'Expired'],
    [3, 'DoneForDay'],
  ])
  script.send('ExecutionReport', reportOn(script, world, dice, order, execType))
}

function pastReports(script: Script): (Command & { name: 'ExecutionReport' })[] {
  const fills = [EXEC_TYPES.indexOf('Fill'), EXEC_TYPES.indexOf('TradeCorrect')]
  return script.commands.filter(
    (given): given is Command & { name: 'ExecutionReport' } =>
      given.name === 'ExecutionReport' && fills.includes(given.values.execType),
  )
}

/** The same report again, or another one under its execID. */
export const reportAgain: Step = (script, _, dice) => {
  const past = pastReports(script)
  if (past.length === 0) return
  const { values } = dice.chance(70) ? dice.of(past.slice(-10)) : dice.of(past)
  const stamp = { seq: script.seq + 1, timeUs: script.timeUs }
  const change = dice.weighted([
    [55, {}],
    [15, { text: 'sent again' }],
    [15, { lastQty: values.lastQty + 1 }],
    [15, { lastPx: values.lastPx + 1 }],
  ])
  script.resend(command('ExecutionReport', { ...values, ...stamp, ...change }))
}

/** A bust or a correct, mostly of an execution that is known. */
export const reverse: Step = (script, world, dice) => {
  const past = pastReports(script)
  if (past.length === 0) return
  const { values } = dice.chance(60) ? dice.of(past.slice(-8)) : dice.of(past)
  const isCorrect = dice.chance(50)
  script.send('ExecutionReport', {
    ...values,
    session: dice.chance(96) ? values.session : dice.of(world.sessions),
    execType: EXEC_TYPES.indexOf(isCorrect ? 'TradeCorrect' : 'TradeCancel'),
    execID: script.freshId('E'),
    execRefID: dice.chance(96) ? values.execID : 'NOTHING',
    lastQty: Math.max(0, values.lastQty + dice.between(-3, 3)),
    lastPx: values.lastPx + dice.between(0, 3),
    cumQty: -1,
  })
}

/** A fill of an order that the gate never saw. */
export const fillOfStranger: Step = (script, world, dice) => {
  const listed = dice.of(world.instruments)
  const { trader, strategy, account } = dice.of(world.bound)
  const fields = {
    account: dice.weighted([
      [60, account],
      [40, -1],
    ] as const),
    trader: dice.weighted([
      [50, trader],
      [30, -1],
      [20, dice.of(world.traders)],
    ] as const),
    strategy: dice.weighted([
      [50, strategy],
      [30, -1],
      [20, dice.of(world.strategies)],
    ] as const),
    instrument: dice.chance(95) ? listed.id : -1,
    side: dice.chance(95) ? dice.below(4) : -1,
    venue: dice.weighted([
      [80, dice.of(world.venues)],
      [20, -1],
    ] as const),
  }
  script.send('ExecutionReport', {
    ...NOBODY,
    session: dice.of(world.sessions),
    owner: dice.of(world.sessions),
    clOrdID: 'STRANGER',
    execID: script.freshId('E'),
    execType: EXEC_TYPES.indexOf('Fill'),
    lastQty: dice.between(1, 5) * listed.lot,
    lastPx: Math.max(1, listed.px),
    ...fields,
  })
}
