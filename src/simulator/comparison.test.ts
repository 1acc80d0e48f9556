/**
 * The engine against its two oracles over random sequences of commands: the twin, which rounds as the engine does and must
 * agree bit for bit, and the rational one, which does not round and bounds what rounding may do. The seed is printed;
 * COMPARE_SEED plays one again, COMPARE_RUNS plays more, COMPARE_SHRINK=1 looks for the shortest case (many minutes).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createEngine } from '../engine/engine.ts'
import { reasonAt } from '../model/codes.ts'
import type { RulePack } from '../model/rules.ts'
import { OVERRIDE_STATES } from '../model/vocabulary.ts'
import { US_EQUITY_PACK } from '../rules/us-equity-pack.ts'
import { withHeldSlot } from './commands/order-slots.ts'
import { PROBING_PACK } from './commands/probing-pack.ts'
import { play, sequences, type Throw } from './commands/sequence.ts'
import { compare } from './compare.ts'
import { SMALL_FACTS } from './small-journal.ts'
import { Twin } from './twin/twin.ts'

const SEED = Number(process.env.COMPARE_SEED ?? 20261121)
const RUNS = Number(process.env.COMPARE_RUNS ?? 12)
const endOnFailure = process.env.COMPARE_SHRINK === undefined
/** Steps of a sequence: each sends one command or a few. */
const STEPS = [250, 400] as const
/** What becomes of orders that name overrides. */
const VAINLY = ['NONE', 'NOT_CONFIRMED', 'UNKNOWN_OVERRIDE', 'OVERRIDE_MISMATCH', 'SOFT_LIMIT']

const makeEngine = (rules: RulePack) =>
  createEngine({
    sizes: SMALL_FACTS.sizes,
    hashSeed: SMALL_FACTS.hashSeed,
    rules,
    onRiskError: (error) => {
      throw error
    },
  })

const PACKS: readonly (readonly [name: string, pack: RulePack, profile: 0 | 1])[] = [
  ['the rules that ship', US_EQUITY_PACK, 0],
  ['a rule on every fact, in production', PROBING_PACK, 1],
]
for (const [name, pack, profile] of PACKS) {
  test(`engine, twin and rational oracle agree with ${name}`, (t) => {
    const agrees = (throws: readonly Throw[]) => compare(play(throws, pack, profile).commands, makeEngine, pack)
    const result = fc.check(fc.property(sequences(...STEPS), agrees), { seed: SEED, numRuns: RUNS, endOnFailure })
    t.diagnostic(`COMPARE_SEED=${SEED} COMPARE_RUNS=${RUNS}: ${result.numRuns} sequences`)
    const why = () => `COMPARE_SEED=${SEED}: ${result.errorInstance}\n${fc.defaultReportMessage(result)}`
    if (result.failed) assert.fail(why())
  })
}

test('the sequences hold approves, rejects, repeats, held orders and soft blocks', () => {
  const outcomes = new Set<number>()
  for (const throws of fc.sample(sequences(...STEPS), { seed: SEED, numRuns: 4 })) {
    const { script } = play(throws as Throw[], US_EQUITY_PACK)
    for (const { outcome } of script.decisions) outcomes.add(outcome)
  }
  assert.deepEqual([...outcomes].sort(), [0, 1, 2, 3, 4])
})

test('the sequences hold overrides that come to every end, and orders that name them in vain', () => {
  const ends = new Set<string>()
  const refusals = new Set<string>()
  const isWhole = () => ends.size === OVERRIDE_STATES.length && VAINLY.every((code) => refusals.has(code))
  // As many as it takes, up to a bound: most seeds need few.
  for (const throws of fc.sample(sequences(...STEPS), { seed: SEED, numRuns: 96 })) {
    if (isWhole()) break
    const { commands } = play(throws as Throw[], US_EQUITY_PACK)
    const twin = new Twin(US_EQUITY_PACK)
    for (const given of commands) {
      for (const event of twin.execute(withHeldSlot(given, twin.state.slots))) {
        if (event.name === 'OverrideMoved') ends.add(OVERRIDE_STATES[event.state] ?? '')
        if (event.name !== 'OrderDecided' || given.name !== 'NewOrder' || given.values.overrideSeq === 0) continue
        refusals.add(reasonAt(event.decision.reason).code)
      }
    }
  }
  assert.deepEqual([...ends].sort(), [...OVERRIDE_STATES].sort())
  for (const code of VAINLY) assert.ok(refusals.has(code), `${code} is none of ${[...refusals]}`)
})
