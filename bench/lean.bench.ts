/**
 * Orders over the lean session against bare sockets that answer as many bytes, in one run, in turn: one order in flight with
 * durability off and on, four clients in batches, open loop at fixed arrival times; and a kill of ten thousand resting orders.
 * Server and load are processes of their own and share this machine's cores. RECORD=1 writes bench/results/lean.md.
 *
 * SECONDS, ROUNDS, BATCH and WINDOW change the load; BENCH_DIR names a folder on the disk to be measured.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import { BareFile } from './bare-file.ts'
import type { LeanPlan, LeanResult } from './lean-load.ts'
import { commit, machine, quantiles } from './machine.ts'

interface Serving {
  readonly child: ChildProcess
  readonly lean: string
  readonly tokens: readonly string[]
}

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise)
const SECONDS = number('SECONDS', 2)
const ROUNDS = number('ROUNDS', 5)
const BATCH = number('BATCH', 100)
// Of all clients together no more than the gate's queue takes: a refusal is no decision.
const WINDOW = number('WINDOW', 1_000)
const RATES = [1_000, 10_000, 50_000]
const WARM_UP_SECONDS = 2
const root = process.env.BENCH_DIR ?? tmpdir()
const children: ChildProcess[] = []
const folders: string[] = []
const loadBefore = loadavg()[0] as number

try {
  const durable = await serveGate('fsync')
  const volatile = await serveGate('os')
  const decisionBytes = Math.round((await load('batches', durable, WARM_UP_SECONDS)).answerBytes)
  const echo = await serve('lean-echo.js', {}, String(decisionBytes))
  for (const server of [echo, volatile, durable]) await load('one', server, WARM_UP_SECONDS)
  await load('batches', durable, WARM_UP_SECONDS)
  const one = { echo: [] as LeanResult[], volatile: [] as LeanResult[], durable: [] as LeanResult[] }
  const batches: LeanResult[] = []
  const cpu: number[] = []
  const sync: number[] = []
  for (let count = 0; count < ROUNDS; count++) {
    one.echo.push(await load('one', echo))
    one.volatile.push(await load('one', volatile))
    sync.push(syncP50())
    one.durable.push(await load('one', durable))
    const before = await cpuUs(durable.child)
    const round = await load('batches', durable)
    batches.push(round)
    cpu.push(((await cpuUs(durable.child)) - before) / round.answered)
  }
  const open: [number, LeanResult][] = []
  for (const rate of RATES) open.push([rate, await load('open', durable, SECONDS * 2, rate)])
  report({ one, batches, cpu, sync, open, decisionBytes })
} finally {
  for (const child of children) child.kill('SIGTERM')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
}

/** By round; `cpu`: microseconds of processor time of the gate for a decision in batches, all its threads together. */
interface Measured {
  readonly one: Readonly<Record<'echo' | 'volatile' | 'durable', readonly LeanResult[]>>
  readonly batches: readonly LeanResult[]
  readonly cpu: readonly number[]
  readonly sync: readonly number[]
  readonly open: readonly (readonly [number, LeanResult])[]
  readonly decisionBytes: number
}

function report({ one, batches, cpu, sync, open, decisionBytes }: Measured): void {
  const to = (of: (round: number) => number) => median(one.echo.map((_, round) => of(round))).toFixed(2)
  const at = (results: readonly LeanResult[], round: number) => results[round] as LeanResult
  const lines = [
    '# Lean session: latency and decisions a second, against bare sockets',
    '',
    `Machine: ${machine()}. Commit ${commit()}.`,
    `${ROUNDS} rounds of ${SECONDS} s in turn, medians of the rounds. Load average before the run: ${loadBefore.toFixed(1)}. TCP on this machine, no TLS.`,
    `Gate: strict reader, every control, approval token, journal. Echo: sockets that answer as many bytes (${decisionBytes} a decision).`,
    '',
    '## One order in flight',
    '',
    '| Server | p50 µs | p99 µs | p99.9 µs |',
    '| --- | --- | --- | --- |',
    ...(['echo', 'volatile', 'durable'] as const).map((name) => {
      const of = (key: 'p50' | 'p99' | 'p999') => median(one[name].map((result) => result[key])).toFixed(0)
      const words = { echo: 'echo', volatile: 'gate, durability off', durable: 'gate, durable' }[name]
      return `| ${words} | ${of('p50')} | ${of('p99')} | ${of('p999')} |`
    }),
    '',
    `Bare write + fdatasync: p50 ${median(sync).toFixed(0)} µs.`,
    `Ratio, durability off / echo: p50 ${to((round) => at(one.volatile, round).p50 / at(one.echo, round).p50)} (aim 1.6), p99 ${to((round) => at(one.volatile, round).p99 / at(one.echo, round).p99)} (aim 2.5).`,
    `Ratio, durable / (echo + fdatasync): p50 ${to((round) => at(one.durable, round).p50 / (at(one.echo, round).p50 + (sync[round] as number)))} (aim 1.3).`,
    '',
    '## Four clients in batches, durable',
    '',
    `Frames of ${BATCH} orders, ${WINDOW} of a client waiting: ${median(batches.map(({ perSecond }) => perSecond)).toFixed(0)} decisions a second (aim 150,000), ${median(cpu).toFixed(1)} µs of processor time each; a whole frame p50 ${median(batches.map(({ p50 }) => p50))} µs, p99 ${median(batches.map(({ p99 }) => p99))} µs.`,
    '',
    '## Open loop, durable',
    '',
    'Arrival times are fixed beforehand; latency counts from when an order was due.',
    '',
    '| Orders/s | Answered/s | p50 µs | p99 µs | p99.9 µs | p99.99 µs |',
    '| --- | --- | --- | --- | --- | --- |',
    ...open.map(
      ([rate, { perSecond, p50, p99, p999, p9999 }]) =>
        `| ${rate} | ${perSecond.toFixed(0)} | ${p50} | ${p99} | ${p999} | ${p9999} |`,
    ),
    '',
    'Aim at 10,000 a second: p99 under 3,000 µs.',
  ]
  const text = lines.join('\n')
  console.log(text)
  if (process.env.RECORD === '1') writeFileSync('bench/results/lean.md', `${text}\n`)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

/** Of a block as small as that of one order. */
function syncP50(): number {
  const bare = new BareFile(root, 2_048)
  const times = new Float64Array(1_000)
  for (let at = 0; at < times.length; at++) {
    const began = performance.now()
    bare.append()
    times[at] = (performance.now() - began) * 1000
  }
  bare.close()
  return quantiles(times).p50
}

function serveGate(durability: 'fsync' | 'os'): Promise<Serving> {
  const folder = mkdtempSync(join(root, 'lean-bench-'))
  folders.push(folder)
  return serve('rest-gate.js', { DURABILITY: durability }, folder)
}

function serve(file: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Serving> {
  const child = start(file, env, args)
  children.push(child)
  return new Promise((settle, fail) => {
    child.once('message', (serving) => settle({ ...(serving as Omit<Serving, 'child'>), child }))
    child.once('exit', (code) => fail(new Error(`${file} ended with ${code}`)))
  })
}

/** Processor time that a server has taken so far. */
function cpuUs(child: ChildProcess): Promise<number> {
  return new Promise((settle) => {
    child.once('message', (us) => settle(us as number))
    child.send('cpu')
  })
}

function load(kind: LeanPlan['kind'], server: Serving, seconds = SECONDS, rate = 0): Promise<LeanResult> {
  const child = start('lean-load.js', {}, [])
  return new Promise((settle, fail) => {
    child.once('message', (result) => settle(result as LeanResult))
    child.once('exit', (code) => fail(new Error(`the load ended with ${code}`)))
    const plan: LeanPlan = {
      ...{ kind, address: server.lean, tokens: server.tokens, seconds, batch: BATCH, rate },
      // Open loop: the client's window is no part of what is measured.
      window: kind === 'open' ? 65_536 : WINDOW,
    }
    child.send(plan)
  })
}

function start(file: string, env: NodeJS.ProcessEnv, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    env: withLargePages({ ...process.env, ...env }),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
}
