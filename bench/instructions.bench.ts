/**
 * How many instructions the engine executes for each kind of command, and in which functions: exact, and the same on a machine
 * that is busy with other work. `npm run bench -- instructions`; needs valgrind. RECORD=1 writes bench/results/instructions.md.
 * `node dist/bench/instructions.bench.js WORD ...` says of functions with such a part in their name how many of their
 * instructions were executed how often.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Counted, readCodeMap, readCounts } from './callgrind.ts'
import { commit } from './machine.ts'

const ROUNDS = process.env.ROUNDS ?? '40'
/** The engine's code, and what of V8 and the C library it calls. */
const ENGINE = /^JS:.*\/dist\/src\/|^Builtins_|mem(?:move|cpy|set)/
const RESULT = 'bench/results/instructions.md'
const SHOWN = 60

interface Stretch {
  readonly name: string
  readonly commands: number
  readonly rows: number
  readonly counts: ReadonlyMap<string, Counted>
}

/** Plays the load under valgrind and reads what it counted. */
function measure(): readonly Stretch[] {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-instructions-'))
  const load = fileURLToPath(new URL('instructions-load.js', import.meta.url))
  const valgrind = ['--tool=callgrind', '--dump-instr=yes', '--smc-check=all-non-file', '--vgdb-poll=10']
  const node = [process.execPath, '--single-threaded', '--perf-basic-prof', load, ROUNDS]
  const out = join(folder, 'out')
  const run = spawnSync('valgrind', [...valgrind, `--callgrind-out-file=${out}`, ...node], {
    encoding: 'utf8',
    env: { ...process.env, VALGRIND: '1' },
  })
  if (run.status !== 0) throw new Error(`valgrind: ${run.stderr}`)
  const map = `/tmp/perf-${run.pid}.map`
  const code = readCodeMap(map)
  const dumps = readdirSync(folder).map((file) => join(folder, file))
  const stretches = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Omit<Stretch, 'counts'>)
    .filter(({ name }) => !name.startsWith('before '))
    .map((stretch) => ({ ...stretch, counts: readCounts(dumpOf(dumps, stretch.name), code) }))
  rmSync(folder, { recursive: true })
  rmSync(map)
  return stretches
}

function dumpOf(dumps: readonly string[], name: string): string {
  const found = dumps.find((dump) => readFileSync(dump, 'latin1').slice(0, 2_000).includes(`Trigger: dump ${name}\n`))
  if (found === undefined) throw new Error(`no dump of ${name}`)
  return found
}

/** "JS:*walk file:///.../dist/src/engine/rows.js:165:16" to "walk engine/rows.js". */
function shortName(name: string): string {
  return name.replace(/^JS:\*?/, '').replace(/ \S*\/dist\/src\/(\S+?):\d+:\d+$/, ' $1')
}

function engineOf({ counts, commands }: Stretch): Map<string, number> {
  const engine = new Map<string, number>()
  for (const [name, { instructions }] of counts) {
    if (!ENGINE.test(name)) continue
    const short = shortName(name)
    engine.set(short, (engine.get(short) ?? 0) + instructions / commands)
  }
  return engine
}

function reportOf(stretches: readonly Stretch[]): string {
  const engines = stretches.map(engineOf)
  const functions = [...new Set(engines.flatMap((engine) => [...engine.keys()]))]
  const of = (name: string) => engines.map((engine) => engine.get(name) ?? 0)
  const weight = (name: string) => of(name).reduce((sum, value) => sum + value, 0)
  const row = (name: string, values: readonly number[]) =>
    `| ${[name, ...values.map((value) => Math.round(value).toLocaleString('en-US'))].join(' | ')} |`
  const sums = engines.map((engine) => [...engine.values()].reduce((sum, value) => sum + value, 0))
  return [
    '# Instructions a command',
    '',
    `Commit ${commit()}, Node ${process.version}. \`npm run bench -- instructions\`. Counted by valgrind in a small world, in the engine's`,
    'own functions. A settle is a report that accepts a replace or ends an order.',
    '',
    `| Function | ${stretches.map(({ name }) => name).join(' | ')} |`,
    `| --- | ${stretches.map(() => '---').join(' | ')} |`,
    row(
      'Commands',
      stretches.map(({ commands }) => commands),
    ),
    row(
      'Limit rows a command',
      stretches.map(({ commands, rows }) => rows / commands),
    ),
    row('**All**', sums),
    ...functions
      .sort((a, b) => weight(b) - weight(a))
      .slice(0, SHOWN)
      .map((name) => row(name, of(name))),
    '',
  ].join('\n')
}

/** How many instructions of a function were executed how often, by share of the cost. */
function loopsOf({ name, commands, counts }: Stretch, part: string): string[] {
  return [...counts]
    .filter(([code]) => ENGINE.test(code) && code.includes(part))
    .flatMap(([code, { byAddress }]) => {
      const groups = new Map<number, number>()
      for (const count of byAddress.values()) {
        const times = Math.round((10 * count) / commands) / 10
        groups.set(times, (groups.get(times) ?? 0) + 1)
      }
      const largest = [...groups].sort((a, b) => b[0] * b[1] - a[0] * a[1]).slice(0, 12)
      const lines = largest.map(([times, many]) => `  ${many} instructions ${times} times: ${Math.round(many * times)}`)
      return [`${name}: ${shortName(code)}`, ...lines]
    })
}

if (spawnSync('valgrind', ['--version']).status !== 0) {
  console.log('portcullis: instructions are counted by valgrind, which is not installed')
} else {
  const stretches = measure()
  const report = reportOf(stretches)
  console.log(report)
  for (const part of process.argv.slice(2)) {
    console.log(stretches.flatMap((stretch) => loopsOf(stretch, part)).join('\n'))
  }
  if (process.env.RECORD === '1') writeFileSync(RESULT, report)
}
