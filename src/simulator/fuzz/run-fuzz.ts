/**
 * `npm run fuzz`: inputs to every parser, with what came of them and which branches they took. Failing inputs are said and kept.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BranchCoverage } from './branch-coverage.ts'
import type { FuzzReport } from './fuzz.ts'

const INPUTS = 100_000
const KEPT = 'fuzz-failures'
const MB = 1024 * 1024
const GROWN_MB_MAX = 16

const usage = `usage: npm run fuzz -- [--inputs COUNT] [--seed N] [--target NAME] [--only NUMBER] [--missed]

Gives inputs to every parser of the gate: half are valid ones that are changed behind their framing, the others valid ones that
are changed anywhere, and bytes of chance. Nothing may be thrown that is no declared error, no two readers may disagree, a
stopped firm may approve nothing and an open one only what was sent, and memory must stay flat.

  --inputs COUNT  how many (default: ${INPUTS})
  --seed N        which (default: 1); the same number of the same seed is the same input
  --target NAME   only parsers with this in their name
  --only NUMBER   this input alone
  --missed        the lines of the compiled files where a branch begins that was not taken

Inputs that fail are kept in ${KEPT}. Exit code: 0 nothing was wrong, 1 something was, 2 wrong words.`

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    ...{ inputs: text, seed: text, target: text, only: text, missed: { type: 'boolean', default: false } },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const whole = (word: string | undefined, otherwise: number) => (word === undefined ? otherwise : Number(word))
const inputs = whole(values.inputs, INPUTS)
const seed = whole(values.seed, 1)
const only = values.only === undefined ? undefined : Number(values.only)
if (values.help) console.log(usage)
else if (![inputs, seed, only ?? 0].every((one) => Number.isSafeInteger(one) && one >= 0)) {
  console.error(usage)
  process.exitCode = 2
} else process.exitCode = await run()

async function run(): Promise<number> {
  const coverage = new BranchCoverage()
  await coverage.start()
  const { runFuzz } = await import('./fuzz.ts')
  const started = performance.now()
  const report = await runFuzz({
    ...{ inputs, seed, only, target: values.target },
    onProgress: (done, heap) => console.log(`portcullis: ${done} inputs, ${(heap / MB).toFixed(1)} MB in use`),
  })
  const files = await coverage.of(report.targets.flatMap(({ target }) => target.parsers))
  coverage.stop()
  say(report, performance.now() - started)
  console.log('\n| Parser | Branches | Taken | |\n| --- | --- | --- | --- |')
  for (const { file, branches, taken, missed } of files) {
    const lines = values.missed ? ` lines ${[...new Set(missed)].join(' ')}` : ''
    console.log(`| \`${file}\` | ${branches} | ${taken} | ${((100 * taken) / branches).toFixed(0)} %${lines} |`)
  }
  return judge(report)
}

function say({ targets, judged, approved, heap }: FuzzReport, ms: number): void {
  console.log(
    '\n| Target | Inputs | Framed mutations | Mutations | Chance | Outcomes |\n| --- | --- | --- | --- | --- | --- |',
  )
  let [all, allFramed] = [0, 0]
  for (const { target, framed, mutated, random, outcomes } of targets) {
    const sum = framed + mutated + random
    all += sum
    allFramed += framed
    console.log(`| ${target.name} | ${sum} | ${framed} | ${mutated} | ${random} | ${outcomes.size} |`)
  }
  const memory = heap.map((bytes) => (bytes / MB).toFixed(1)).join(', ')
  console.log(
    `\n${all} inputs in ${(ms / 1000).toFixed(0)} s, ${allFramed} of them valid ones changed behind their framing.`,
  )
  console.log(
    `${judged} commands judged by an engine; the open firm approved ${approved}, each as it was sent; the stopped one none.`,
  )
  console.log(`Memory in use at each tenth, MB: ${memory}`)
}

function judge({ failures, grownBytes }: FuzzReport): number {
  for (const { target, number, error, input } of failures) {
    mkdirSync(KEPT, { recursive: true })
    const file = `${KEPT}/${target.replaceAll(' ', '-')}-${seed}-${number}.bin`
    writeFileSync(file, input)
    console.error(
      `\nFAILED: ${target}, input ${number}, kept in ${file}\n  ${error.stack}\n  ${input.toString('base64').slice(0, 400)}`,
    )
    const again = values.target === undefined ? '' : ` --target '${values.target}'`
    console.error(`  again: npm run fuzz -- --seed ${seed} --only ${number}${again}`)
  }
  const isFlat = grownBytes <= GROWN_MB_MAX * MB
  if (!isFlat) console.error(`FAILED: memory has grown by ${(grownBytes / MB).toFixed(1)} MB`)
  return failures.length === 0 && isFlat ? 0 : 1
}
