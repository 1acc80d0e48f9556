/** Steps about overrides: an order is refused by a row, people ask, approve and take back, and it is sent again. */
import { CONTROLS, controlBits } from '../../model/controls.ts'
import * as rows from '../twin/rows.ts'
import type { Refusal } from '../twin/state.ts'
import { type Command, command } from './command.ts'
import type { Dice } from './dice.ts'
import { kill, levelOf } from './governance-steps.ts'
import type { Step } from './order-steps.ts'
import type { Script } from './script.ts'
import { limit as setLimit } from './small-limits.ts'
import type { World } from './small-world.ts'

type NewOrder = Command & { name: 'NewOrder' }
type OrderValues = NewOrder['values']

const [REQUEST, APPROVE, REVOKE] = [0, 1, 2]
/** Longer than a small world lets an override live. */
const LONG_US = 901_000_000

/** Mostly people with the duties; of other standing now and then. */
function somebody(world: World, dice: Dice): number {
  return dice.weighted([
    [92, dice.of(world.people)],
    [4, dice.of(world.officers)],
    [4, dice.of([world.machine, -1, 9_999])],
  ] as const)
}

/** Brings rows that an order has just passed below its use, and sends the like of it: refused, most of the time. */
export const constrain: Step = (script, world, dice) => {
  const { limits } = script.twin.state
  const last = script.decisions.slice(-10).flatMap((decision) => decision.rows)
  const passed = last.filter(({ limit, failed }) => !failed && limits.has(rows.limitKey(limit)))
  if (passed.length === 0) return
  for (let left = dice.of([1, 1, 2, 3]); left > 0; left--) {
    const { limit, after } = dice.of(passed)
    const { control, subject, objectKind, object, phase, mode } = limit
    const hard = Number(levelOf(script, limit, after) - BigInt(dice.of([1, 1, 2, 50])))
    setLimit(script, control, subject, Math.max(0, hard), {
      ...{ objectKind, object, phase, param: Number(limit.param), mode, action: dice.of([0, 0, 0, 2]) },
    })
  }
  const sent = script.commands.findLast((given): given is NewOrder => given.name === 'NewOrder')
  if (sent === undefined) return
  again(script, sent.values, { confirmSeq: 0, overrideSeq: 0 })
  if (dice.chance(85)) override(script, world, dice)
}

/** Sends an order as it was, under an id of its own. */
function again(script: Script, values: OrderValues, more: Partial<OrderValues>): void {
  const stamp = { seq: script.seq + 1, timeUs: script.timeUs, clOrdID: script.freshId('V') }
  script.resend(command('NewOrder', { ...values, ...stamp, ...more }))
}

function controlsOf({ rows: kept }: Refusal): number[] {
  return [...new Set(kept.map(({ limit }) => limit.control))]
}

function bits(controls: readonly number[]) {
  const [controls0, controls1] = controlBits(controls)
  return { controls0, controls1 }
}

/** Asks for an override and goes on with it, mostly as it should be. */
export const override: Step = (script, world, dice) => {
  const { refusals } = script.twin.state
  const kept = refusals.length > 0 && dice.chance(96) ? dice.of(refusals.slice(-3)) : undefined
  const all = kept === undefined ? [dice.below(CONTROLS.length)] : controlsOf(kept)
  const asked = dice.weighted<readonly number[]>([
    [80, all],
    [12, [dice.of(all)]],
    [6, [...all, dice.below(40)]],
    [2, []],
  ])
  const decisionSeq = kept?.seq ?? dice.of([script.seq, 0, -1])
  const reason = dice.chance(96) ? 'needed today' : ''
  script.send('Override', { step: REQUEST, principal: somebody(world, dice), decisionSeq, ...bits(asked), reason })
  const overrideSeq = dice.chance(96) ? script.seq : dice.between(1, script.seq)
  const others = dice.chance(94) ? asked : all.slice(1)
  const content = { overrideSeq, decisionSeq: dice.chance(97) ? decisionSeq : decisionSeq + 1, ...bits(others), reason }
  for (let tries = dice.of([1, 1, 2]); tries > 0; tries--) {
    script.send('Override', { step: APPROVE, principal: somebody(world, dice), ...content })
  }
  meanwhile(script, world, dice, overrideSeq)
  sendAgain(script, world, dice, overrideSeq, kept)
}

/** What comes between the approval and the order. */
function meanwhile(script: Script, world: World, dice: Dice, overrideSeq: number): void {
  const event = dice.below(20)
  if (event === 0) script.wait(LONG_US)
  else if (event === 1) kill(script, world, dice)
  else if (event === 2) script.send('Override', { step: REVOKE, principal: somebody(world, dice), overrideSeq })
  else if (event === 3) constrain(script, world, dice)
}

function sendAgain(script: Script, world: World, dice: Dice, overrideSeq: number, kept: Refusal | undefined): void {
  const sent = script.commands[(kept?.seq ?? script.seq) - 1]
  if (sent?.name !== 'NewOrder') return
  const { values } = sent
  const changed = dice.weighted<Partial<OrderValues>>([
    [80, {}],
    [5, { orderQty: values.orderQty + dice.of([-1, 1]) }],
    [5, { price: values.price + dice.of([-1, 1]) }],
    [4, { session: dice.of(world.sessions) }],
    [3, { transactTimeUs: 5, receivedTimeUs: 6, principal: world.machine }],
    [3, { side: 1 - values.side }],
  ])
  // The like of it takes up room that the order was refused for.
  if (dice.chance(10)) again(script, values, { orderQty: 1, confirmSeq: 0, overrideSeq: 0 })
  const softSeq = [...script.twin.state.confirmations.keys()].at(-1) ?? 0
  again(script, values, { confirmSeq: dice.chance(8) ? softSeq : 0, overrideSeq, ...changed })
  if (dice.chance(20)) again(script, values, { confirmSeq: 0, overrideSeq })
}

/** Approves, takes back or uses an override that was left lying. */
export const goOn: Step = (script, world, dice) => {
  const { overrides, refusals } = script.twin.state
  const waiting = [...overrides.values()]
  if (waiting.length === 0) return
  const { seq: overrideSeq, decisionSeq, rows: overridden } = dice.of(waiting)
  const controls = [...new Set(overridden.map(({ limit }) => limit.control))]
  const step = dice.of([APPROVE, APPROVE, REVOKE])
  const said = { step, overrideSeq, decisionSeq, ...bits(controls), reason: 'so be it' }
  script.send('Override', { principal: somebody(world, dice), ...said })
  const kept = refusals.find(({ seq }) => seq === decisionSeq)
  if (dice.chance(70)) sendAgain(script, world, dice, overrideSeq, kept)
}
