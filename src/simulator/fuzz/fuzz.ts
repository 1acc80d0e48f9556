/** Runs inputs by their numbers: the same seed and number make the same input, whatever was run before it. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Dice } from '../commands/dice.ts'
import { journalTarget, segmentHeaderTarget, snapshotTarget } from './file-targets.ts'
import { FuzzFirm } from './fuzz-firm.ts'
import type { FuzzTarget } from './fuzz-target.ts'
import { jsonTarget, protobufTarget } from './message-targets.ts'
import { mutateBytes, randomBytes } from './mutate.ts'
import { sessionTarget } from './session-target.ts'
import { approvalTarget, fileTextTargets, tokenTarget } from './text-targets.ts'

export interface FuzzPlan {
  readonly inputs: number
  readonly seed: number
  /** Part of a target's name; all where it is left out. */
  readonly target?: string | undefined
  /** This input alone. */
  readonly only?: number | undefined
  readonly onProgress?: (done: number, heapBytes: number) => void
}

export interface FuzzFailure {
  readonly target: string
  readonly number: number
  readonly error: Error
  readonly input: Buffer
}

export interface TargetReport {
  readonly target: FuzzTarget
  /** Inputs: framed mutations, mutations of the whole, and bytes of chance. */
  readonly framed: number
  readonly mutated: number
  readonly random: number
  readonly outcomes: ReadonlyMap<string, number>
}

export interface FuzzReport {
  readonly targets: readonly TargetReport[]
  readonly failures: readonly FuzzFailure[]
  /** Commands that an engine judged, and those that the open firm approved as they were sent. */
  readonly judged: number
  readonly approved: number
  /** Bytes in use behind a collection of garbage, at each tenth of the run. */
  readonly heap: readonly number[]
  /** By how much the least in use of the second half is over that of the first: engines that were begun anew come and go. */
  readonly grownBytes: number
}

const FAILURES_MAX = 20
/** Outcomes that are told apart; what is beyond them is one. */
const OUTCOMES_MAX = 2_000
const OTHERS = '(others)'
const GARBAGE_BYTES_MAX = 400
const SAMPLES = 10

export async function runFuzz(plan: FuzzPlan): Promise<FuzzReport> {
  const firm = await FuzzFirm.open()
  const all = await openTargets(firm)
  const chosen = all.filter(({ name }) => plan.target === undefined || name.includes(plan.target))
  if (chosen.length === 0)
    throw new Error(`no target has ${plan.target} in its name: ${all.map(({ name }) => name).join(', ')}`)
  const weights = chosen.map((target) => [target.weight, target] as const)
  const reports = new Map(chosen.map((target) => [target, new Counting(target)]))
  const failures: FuzzFailure[] = []
  const heap: number[] = []
  const collect = collector()
  const every = Math.max(1, Math.ceil(plan.inputs / SAMPLES))
  const [from, to] = plan.only === undefined ? [0, plan.inputs] : [plan.only, plan.only + 1]
  for (let number = from; number < to && failures.length < FAILURES_MAX; number++) {
    const dice = new Dice(Math.imul(plan.seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b))
    const target = dice.weighted(weights)
    const report = reports.get(target) as Counting
    const input = inputOf(target, dice, number, report)
    try {
      report.said(await target.run(input, dice))
    } catch (error) {
      failures.push({ target: target.name, number, error: error as Error, input })
    }
    if ((number + 1) % every !== 0) continue
    heap.push(collect())
    plan.onProgress?.(number + 1, heap.at(-1) as number)
  }
  for (const target of all) await target.close?.()
  const half = heap.length >> 1
  const grownBytes = half === 0 ? 0 : Math.min(...heap.slice(half)) - Math.min(...heap.slice(0, half))
  return { targets: [...reports.values()], failures, judged: firm.judged, approved: firm.approved, heap, grownBytes }
}

/** Every second input is a valid one changed behind its framing; of the others two thirds are valid ones changed anywhere. */
function inputOf(target: FuzzTarget, dice: Dice, number: number, report: Counting): Buffer {
  if (number % 2 === 0) {
    report.framed++
    return target.framed(dice)
  }
  if (dice.chance(67)) {
    report.mutated++
    return mutateBytes(dice, target.valid(dice), target.valid(dice))
  }
  report.random++
  return randomBytes(dice, dice.below(GARBAGE_BYTES_MAX))
}

class Counting implements TargetReport {
  readonly target: FuzzTarget
  framed = 0
  mutated = 0
  random = 0
  readonly outcomes = new Map<string, number>()

  constructor(target: FuzzTarget) {
    this.target = target
  }

  said(outcome: string): void {
    const known = this.outcomes.has(outcome) || this.outcomes.size < OUTCOMES_MAX ? outcome : OTHERS
    this.outcomes.set(known, (this.outcomes.get(known) ?? 0) + 1)
  }
}

async function openTargets(firm: FuzzFirm): Promise<readonly FuzzTarget[]> {
  const journal = await journalTarget()
  return [
    ...[protobufTarget(firm), jsonTarget(firm), await sessionTarget(), await tokenTarget(), await approvalTarget()],
    ...[...fileTextTargets(), journal, segmentHeaderTarget(journal), snapshotTarget()],
  ]
}

/** Collects garbage and says what is in use. */
function collector(): () => number {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  return () => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
}
