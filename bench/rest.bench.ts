/**
 * The blocking order call over REST, journal on disk and fsync on, against a bare Fastify echo with the same body and
 * schema: requests a second over 64 connections, alternating in one run. Server, load and disk share this machine's
 * cores. RECORD=1 writes the table to bench/results/rest.md.
 *
 * CONNECTIONS, SECONDS and ROUNDS change the load; BENCH_DIR names a folder on the disk to be measured.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import type { LoadPlan, LoadResult } from './rest-load.ts'

/** What a server child says when it serves. */
export interface Serving {
  readonly child: ChildProcess
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const CONNECTIONS = Number(process.env.CONNECTIONS ?? 64)
const SECONDS = Number(process.env.SECONDS ?? 4)
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const WARM_UP_SECONDS = 3
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'rest-bench-'))
const children: ChildProcess[] = []
const loadBefore = loadavg()[0] as number

try {
  const echo = await serve('rest-echo.js')
  const gate = await serve('rest-gate.js', folder)
  const load = async ({ child, url, headers }: Serving, seconds: number): Promise<Round> => {
    const before = await cpuUs(child)
    const result = await runLoad({ url, headers, connections: CONNECTIONS, seconds })
    return { ...result, cpuUs: ((await cpuUs(child)) - before) / result.answered }
  }
  await load(echo, WARM_UP_SECONDS)
  await load(gate, WARM_UP_SECONDS)
  const echoes: Round[] = []
  const gates: Round[] = []
  for (let round = 0; round < ROUNDS; round++) {
    echoes.push(await load(echo, SECONDS))
    gates.push(await load(gate, SECONDS))
  }
  const metrics = await (await fetch(`${gate.url}/metrics`)).text()
  report(echoes, gates, metrics)
} finally {
  for (const child of children) child.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}

/** A run of load, with the processor time that the server took for a request, over all its threads. */
interface Round extends LoadResult {
  readonly cpuUs: number
}

function report(echoes: readonly Round[], gates: readonly Round[], metrics: string): void {
  const ratios = echoes.map((echo, at) => (gates[at] as Round).perSecond / echo.perSecond)
  const approved = /orders_total\{outcome="APPROVED"\} (\d+)/.exec(metrics)?.[1] ?? '0'
  const rejected = /orders_total\{outcome="REJECTED"\} (\d+)/.exec(metrics)?.[1] ?? '0'
  const row = (name: string, results: readonly Round[]) => {
    const middle = [...results].sort((a, b) => a.perSecond - b.perSecond)[results.length >> 1] as Round
    const { perSecond, p50Us, p99Us, p999Us, answerBytes, cpuUs: cpu } = middle
    return `| ${name} | ${perSecond.toFixed(0)} | ${p50Us} | ${p99Us} | ${p999Us} | ${cpu.toFixed(1)} | ${answerBytes} |`
  }
  const lines = [
    '# REST: the blocking order call against a bare echo',
    '',
    `Machine: ${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}. Commit ${commit()}.`,
    `${CONNECTIONS} connections, one request each at a time, ${ROUNDS} rounds of ${SECONDS} s alternating; the row is the median round.`,
    'Gate: token checked, body parsed and checked, every control, approval token, journal with fsync. Echo: Fastify with',
    'its JSON Schema validator and serializer. Nothing is pinned; load generator, server and disk threads share the cores.',
    `Load average before the run: ${loadBefore.toFixed(1)} (other work on the machine; ratios are of alternating rounds).`,
    '',
    '| Server | Requests/s | p50 µs | p99 µs | p99.9 µs | CPU µs a request | Answer bytes |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    row('bare Fastify echo', echoes),
    row('gate, fsync', gates),
    '',
    `Ratio gate / echo: median ${median(ratios).toFixed(2)}, rounds ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')} (aim: 0.70).`,
    `Approved ${approved}, rejected ${rejected}; ${gates[0]?.rowsEvaluated ?? 0} limit rows evaluated per order.`,
  ]
  const text = lines.join('\n')
  console.log(text)
  if (process.env.RECORD !== '1') return
  mkdirSync('bench/results', { recursive: true })
  writeFileSync('bench/results/rest.md', `${text}\n`)
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}

function serve(file: string, ...args: string[]): Promise<Serving> {
  const child = fork(beside(file), args, {
    env: withLargePages(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: profiling(file),
  })
  children.push(child)
  return new Promise((settle, fail) => {
    child.once('message', (serving) => settle({ ...(serving as Omit<Serving, 'child'>), child }))
    child.once('exit', (code) => fail(new Error(`${file} ended with ${code}`)))
  })
}

/** Processor time that the server has taken so far. */
function cpuUs(child: ChildProcess): Promise<number> {
  return new Promise((settle) => {
    child.once('message', (us) => settle(us as number))
    child.send('cpu')
  })
}

/** PROFILE=1 writes a CPU profile of the gate beside the results. */
function profiling(file: string): string[] {
  return process.env.PROFILE === '1' && file === 'rest-gate.js' ? ['--cpu-prof', '--cpu-prof-dir', 'dist/profiles'] : []
}

function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const child = fork(beside('rest-load.js'), {
    env: withLargePages(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  return new Promise((settle, fail) => {
    child.once('message', (result) => settle(result as LoadResult))
    child.once('exit', (code) => fail(new Error(`the load ended with ${code}`)))
    child.send(plan)
  })
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
