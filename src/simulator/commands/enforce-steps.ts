/**
 * Steps about limits that are enforced on what rests.
 */
import * as rows from '../twin/rows.ts'
import type { Dice } from './dice.ts'
import { LOOKED_BACK, levelOf, setHard } from './governance-steps.ts'
import { orderGiven, type Step } from './order-steps.ts'
import type { Script } from './script.ts'

const ENFORCES = 2
/** Rows whose use is what rests, or that judge what rests. */
const CAN_BE_ENFORCED: readonly number[] = [
  ...[rows.B01, rows.B02, rows.B08, rows.B12, rows.C05, rows.D01L],
  ...[rows.D01S, rows.D02, rows.D03, rows.D05, rows.D06, rows.D08],
]

/** A limit below its use is enforced, and the gate goes through what rests. */
export const enforce: Step = (script, world, dice) => {
  const recent = script.decisions.slice(-LOOKED_BACK).flatMap((decision) => decision.rows)
  const rested = recent.filter(({ limit, after }) => {
    return after > 0n && CAN_BE_ENFORCED.includes(limit.control) && script.twin.state.limits.has(rows.limitKey(limit))
  })
  if (rested.length === 0) return
  const { limit, after } = dice.of(rested)
  const level = levelOf(script, limit, (after * BigInt(dice.between(0, 110))) / 100n)
  setHard(script, { ...limit, action: 0, mode: 0 }, level, dice, ENFORCES)
  if (dice.chance(20)) script.send('NewOrder', orderGiven(script, world, dice))
  sweepLimits(script, dice)
  // What is that narrow refuses nearly everything: it is wide again soon.
  if (dice.chance(85)) setHard(script, limit, limit.hard, dice)
}

/** What the gate feeds while limits are being enforced, mostly to its end; now and then what it would not. */
export const sweepEnforced: Step = (script, _, dice) => sweepLimits(script, dice)

function sweepLimits(script: Script, dice: Dice): void {
  for (let left = 12; left > 0 && dice.chance(97); left--) {
    const [pass] = script.twin.state.enforced.values()
    if (pass === undefined) break
    script.send('KillSweep', { latch: -1, beforeSeq: pass.beforeSeq, limit: 1 })
  }
  if (dice.chance(5)) script.send('KillSweep', { latch: -1, beforeSeq: dice.below(9), limit: dice.between(1, 2) })
}
