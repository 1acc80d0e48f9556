/** Steps about soft levels: set where the next order will be over them, confirmed, and the order sent again. */
import { OUTCOMES } from '../../model/vocabulary.ts'
import * as rows from '../twin/rows.ts'
import { type Command, command } from './command.ts'
import { levelOf } from './governance-steps.ts'
import { orderGiven, type Step } from './order-steps.ts'
import type { Script } from './script.ts'
import { limit as setLimit } from './small-limits.ts'

const SOFT_BLOCK = OUTCOMES.indexOf('SOFT_BLOCK')

type NewOrder = Command & { name: 'NewOrder' }

/** Gives a row that an order has just passed a soft level about where its use was, and sends the like of it. */
export const soften: Step = (script, world, dice) => {
  const last = script.decisions.slice(-10).flatMap((decision) => decision.rows)
  const passed = last.filter((row) => !row.failed && script.twin.state.limits.has(rows.limitKey(row.limit)))
  if (passed.length === 0) return
  const { limit, before, after } = dice.of(passed)
  const use = levelOf(script, limit, dice.chance(80) ? after : before)
  const soft = Number(use + BigInt(dice.of([-1, 0, 1, 5])))
  const { control, subject, objectKind, object, phase } = limit
  setLimit(script, control, subject, Number(limit.hard), {
    ...{ objectKind, object, phase, param: Number(limit.param), action: limit.action, mode: limit.mode },
    ...{ soft: Math.max(0, soft), hardForReducing: Number(limit.hardForReducing) },
  })
  const sent = script.commands.findLast((given): given is NewOrder => given.name === 'NewOrder')
  if (sent === undefined) return
  again(script, sent, {})
  if (dice.chance(80)) confirm(script, world, dice)
}

/** Sends an order as it was, under an id of its own. */
function again(script: Script, { values }: NewOrder, more: Partial<NewOrder['values']>): void {
  const stamp = { seq: script.seq + 1, timeUs: script.timeUs, clOrdID: script.freshId('S') }
  script.resend(command('NewOrder', { ...values, ...stamp, ...more }))
}

/** Confirms a soft block, mostly as it should be, and sends its order again. */
export const confirm: Step = (script, world, dice) => {
  const waiting = [...script.twin.state.confirmations.keys()]
  const confirmSeq = waiting.length > 0 && dice.chance(95) ? dice.of(waiting.slice(-3)) : script.seq
  const who = dice.weighted([
    [84, dice.of(world.people)],
    [10, dice.of(world.officers)],
    [6, dice.of([world.machine, -1, 9_999])],
  ] as const)
  script.send('Confirm', { principal: who, confirmSeq, reason: dice.chance(95) ? 'seen' : '' })
  const sent = script.commands[confirmSeq - 1]
  if (sent?.name !== 'NewOrder') return
  const changed = dice.weighted<Partial<NewOrder['values']>>([
    [80, {}],
    [5, { orderQty: sent.values.orderQty + 1 }],
    [5, { transactTimeUs: 5, receivedTimeUs: 6 }],
    [4, { session: dice.of(world.sessions) }],
    [6, { side: 1 - sent.values.side }],
  ])
  again(script, sent, { confirmSeq, ...changed })
  if (dice.chance(20)) again(script, sent, { confirmSeq })
}

/** Asks, or replaces, where a soft level is near; waits until what was not confirmed is over. */
export const nearSoft: Step = (script, world, dice) => {
  if (dice.chance(30)) script.wait(61_000_000)
  if (script.decisions.at(-1)?.outcome !== SOFT_BLOCK) return
  script.send('Evaluate', { ...orderGiven(script, world, dice), control: -1 })
}
