/**
 * Random sequences of commands. A sequence is a list of (step, seed): fast-check shortens the list, and each step throws
 * its own dice about whatever world the steps before it have made.
 */
import fc from 'fast-check'
import type { RulePack } from '../../model/rules.ts'
import type { Command } from './command.ts'
import * as days from './day-steps.ts'
import { Dice } from './dice.ts'
import * as enforcing from './enforce-steps.ts'
import * as fates from './fate-steps.ts'
import * as governance from './governance-steps.ts'
import * as holds from './hold-steps.ts'
import * as market from './market-steps.ts'
import * as orders from './order-steps.ts'
import * as overrides from './override-steps.ts'
import * as parents from './parent-steps.ts'
import * as people from './people-steps.ts'
import * as reports from './report-steps.ts'
import { Script } from './script.ts'
import { setWideLimits } from './small-limits.ts'
import { defineWorld } from './small-world.ts'
import * as soft from './soft-steps.ts'
import { sayUndefined } from './undefined-steps.ts'

/** How often each step is taken, in about a thousand. */
export const STEPS: readonly (readonly [weight: number, name: string, step: orders.Step])[] = [
  [270, 'new', orders.sendNew],
  [25, 'alike', orders.sendAlike],
  [60, 'edge', orders.sendAtEdge],
  [20, 'ask', orders.ask],
  [25, 'resend', orders.resend],
  [70, 'replace', orders.replace],
  [6, 'chain', orders.replaceChain],
  [40, 'cancel', orders.cancel],
  [12, 'notSent', orders.sayNotSent],
  [110, 'fill', reports.fill],
  [80, 'report', reports.report],
  [15, 'again', reports.reportAgain],
  [16, 'reverse', reports.reverse],
  [5, 'stranger', reports.fillOfStranger],
  [100, 'quote', market.quote],
  [35, 'heartbeat', market.heartbeat],
  [8, 'refresh', market.refresh],
  [7, 'silence', market.silence],
  [14, 'state', market.stateOfInstrument],
  [9, 'phase', market.phase],
  [8, 'rate', market.rate],
  [6, 'parameter', market.parameter],
  [70, 'tune', governance.tune],
  [30, 'followUp', governance.followUp],
  [14, 'limit', governance.anyLimit],
  [9, 'kill', governance.kill],
  [12, 'sweep', governance.sweep],
  [14, 'enforce', enforcing.enforce],
  [6, 'sweepEnforced', enforcing.sweepEnforced],
  [24, 'release', governance.release],
  [10, 'list', governance.listEntry],
  [8, 'locate', governance.locate],
  [8, 'binding', governance.binding],
  [8, 'position', governance.position],
  [12, 'statement', days.statement],
  [14, 'liveOrderList', days.liveOrderList],
  [4, 'zone', days.zone],
  [7, 'calendar', days.calendar],
  [3, 'rollByHand', days.rollByHand],
  [4, 'capital', governance.capital],
  [4, 'roll', governance.roll],
  [4, 'redefine', governance.redefine],
  [4, 'odd', governance.odd],
  [30, 'tick', fates.tick],
  [30, 'status', fates.status],
  [22, 'trigger', fates.trigger],
  [14, 'resolve', fates.resolve],
  [5, 'close', fates.close],
  [5, 'source', fates.source],
  [8, 'beside', fates.beside],
  [12, 'both', fates.both],
  [14, 'early', fates.early],
  [16, 'explain', fates.explain],
  [8, 'slices', parents.slices],
  [14, 'alone', people.sendAlone],
  [14, 'propose', people.propose],
  [5, 'draft', people.draft],
  [14, 'approve', people.approveOne],
  [4, 'reject', people.rejectOne],
  [1, 'long', people.longOne],
  [8, 'step', people.stepOne],
  [1, 'forget', people.forget],
  [24, 'soften', soft.soften],
  [14, 'confirm', soft.confirm],
  [3, 'nearSoft', soft.nearSoft],
  [10, 'undefined', sayUndefined],
  [26, 'constrain', overrides.constrain],
  [10, 'override', overrides.override],
  [8, 'goOnOverride', overrides.goOn],
  [60, 'cross', holds.cross],
  [45, 'release', holds.release],
  [4, 'mode', holds.mode],
  [20, 'decideHeld', holds.decideHeld],
  [14, 'disconnect', fates.disconnect],
]

/** A step by its place in STEPS, and the seed of its dice. */
export type Throw = readonly [step: number, seed: number]

export function sequences(fromSteps: number, toSteps: number): fc.Arbitrary<Throw[]> {
  const step = fc.oneof(...STEPS.map(([weight], index) => ({ weight, arbitrary: fc.constant(index) })))
  const one = fc.tuple(step, fc.nat({ max: 0x7fffffff }))
  return fc.array(one, { minLength: fromSteps, maxLength: toSteps, size: 'max' })
}

export interface Sequence {
  readonly commands: readonly Command[]
  readonly script: Script
}

/** Plays the steps in the small world. The twin takes part, so that commands are about what is there. */
export function play(throws: readonly Throw[], pack: RulePack, profile: 0 | 1 = 0): Sequence {
  const script = new Script(pack)
  const world = defineWorld(script, profile)
  setWideLimits(script, world)
  for (const [place, seed] of throws) {
    const dice = new Dice(seed)
    script.wait(
      dice.weighted([
        [15, 0],
        [70, dice.between(1, 60_000)],
        [15, dice.between(1, 900_000)],
      ] as const),
    )
    STEPS[place]?.[2](script, world, dice)
    // The gate decides at once; a sequence leaves it now and then for others to come between.
    while (dice.chance(70) && script.decideHeld());
  }
  return { commands: script.commands, script }
}

/** The throws of a seed, for runs that are not shrunk. */
export function throwsOf(seed: number, length: number): Throw[] {
  const dice = new Dice(seed)
  const choices = STEPS.map(([weight], index) => [weight, index] as const)
  return Array.from({ length }, () => [dice.weighted(choices), dice.next() >>> 1] as const)
}
