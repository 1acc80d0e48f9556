/**
 * Orders over gRPC, journal on disk and fsync on, against bare grpc-js that answers as many bytes: unary calls, and sessions of
 * four clients in batches, alternating in one run. Server and load are processes of their own and share this machine's cores.
 * RECORD=1 writes the table to bench/results/grpc.md.
 *
 * SECONDS, ROUNDS, BATCH, WINDOW and LANES change the load; BENCH_DIR names a folder on the disk to be measured.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import type { GrpcPlan, GrpcResult } from './grpc-load.ts'
import { commit, machine } from './machine.ts'

interface Serving {
  readonly child: ChildProcess
  readonly url: string
  readonly address: string
  readonly tokens: readonly string[]
}

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise)
const SECONDS = number('SECONDS', 2)
const ROUNDS = number('ROUNDS', 3)
const BATCH = number('BATCH', 100)
// Of all clients together no more than the gate's queue takes: a refusal is no decision.
const WINDOW = number('WINDOW', 1_000)
const LANES = number('LANES', 8)
const WARM_UP_SECONDS = 2
const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'grpc-bench-'))
const children: ChildProcess[] = []
const loadBefore = loadavg()[0] as number
/** Orders that the gate answered, whatever it said. */
let answered = 0

try {
  const gate = await serve('rest-gate.js', folder)
  const load = async (kind: GrpcPlan['kind'], server: Serving, seconds = SECONDS): Promise<Round> => {
    const { address, tokens } = server
    const before = await cpuUs(server.child)
    const result = await runLoad({ kind, address, tokens, seconds, batch: BATCH, window: WINDOW, lanes: LANES })
    if (server === gate) answered += result.answered
    return { ...result, cpuUs: ((await cpuUs(server.child)) - before) / result.answered }
  }
  const unaryBytes = (await load('unary', gate, WARM_UP_SECONDS)).answerBytes
  const decisionBytes = (await load('session', gate, WARM_UP_SECONDS)).answerBytes
  const echo = await serve('grpc-echo.js', String(unaryBytes), String(decisionBytes))
  for (const kind of ['unary', 'session'] as const) await load(kind, echo, WARM_UP_SECONDS)
  const results = { unary: pairs(), session: pairs() }
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['unary', 'session'] as const) {
      results[kind].echo.push(await load(kind, echo))
      results[kind].gate.push(await load(kind, gate))
    }
  }
  report(results, await (await fetch(`${gate.url}/metrics`)).text())
} finally {
  for (const child of children) child.kill('SIGTERM')
  rmSync(folder, { recursive: true, force: true })
}

/** A run of load, with the processor time that the server took for an order, over all its threads. */
interface Round extends GrpcResult {
  readonly cpuUs: number
}

interface Pairs {
  readonly echo: Round[]
  readonly gate: Round[]
}

function pairs(): Pairs {
  return { echo: [], gate: [] }
}

function report({ unary, session }: Readonly<Record<GrpcPlan['kind'], Pairs>>, metrics: string): void {
  const outcome = (word: string) => new RegExp(`orders_total\\{outcome="${word}"\\} (\\d+)`).exec(metrics)?.[1] ?? '0'
  const lines = [
    '# gRPC: decisions a second and latency, against bare grpc-js',
    '',
    `Machine: ${machine()}. Commit ${commit()}.`,
    `4 clients, ${ROUNDS} rounds of ${SECONDS} s alternating; the row is the median round. Load average before the run: ${loadBefore.toFixed(1)}.`,
    `Unary: ${LANES} calls at once of each client. Session: batches of ${BATCH} orders, ${WINDOW} of a client waiting; latency of a whole batch.`,
    'Gate: strict reader, every control, approval token, journal with fsync. Echo: grpc-js that answers as many bytes.',
    '',
    '| Server | Orders/s | p50 µs | p99 µs | CPU µs an order | Bytes of an answer |',
    '| --- | --- | --- | --- | --- | --- |',
    row('echo, unary', unary.echo),
    row('gate, unary', unary.gate),
    row('echo, session', session.echo),
    row('gate, session', session.gate),
    '',
    `Ratio gate / echo, orders a second: unary ${ratio(unary)}, session ${ratio(session)}. Aim of the session: 100,000 a second.`,
    `Ratio gate / echo, CPU an order: unary ${ratio(unary, 'cpuUs')}, session ${ratio(session, 'cpuUs')}.`,
    `Ratio gate / echo of the unary latency: p50 ${ratio(unary, 'p50Us')}, p99 ${ratio(unary, 'p99Us')}.`,
    `Of ${answered} answers of the gate ${outcome('APPROVED')} approved and ${outcome('REJECTED')} rejected; the others refused the request.`,
  ]
  const text = lines.join('\n')
  console.log(text)
  if (process.env.RECORD === '1') writeFileSync('bench/results/grpc.md', `${text}\n`)
}

function row(name: string, results: readonly Round[]): string {
  const {
    perSecond,
    p50Us,
    p99Us,
    answerBytes,
    cpuUs: cpu,
  } = [...results].sort((a, b) => a.perSecond - b.perSecond)[results.length >> 1] as Round
  return `| ${name} | ${perSecond.toFixed(0)} | ${p50Us} | ${p99Us} | ${cpu.toFixed(1)} | ${answerBytes} |`
}

/** Median of the rounds' ratios. */
function ratio({ echo, gate }: Pairs, of: 'perSecond' | 'p50Us' | 'p99Us' | 'cpuUs' = 'perSecond'): string {
  const ratios = echo.map((one, at) => (gate[at] as Round)[of] / one[of]).sort((a, b) => a - b)
  return (ratios[ratios.length >> 1] as number).toFixed(2)
}

function serve(file: string, ...args: string[]): Promise<Serving> {
  const child = start(file, args)
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

function runLoad(plan: GrpcPlan): Promise<GrpcResult> {
  const child = start('grpc-load.js', [])
  return new Promise((settle, fail) => {
    child.once('message', (result) => settle(result as GrpcResult))
    child.once('exit', (code) => fail(new Error(`the load ended with ${code}`)))
    child.send(plan)
  })
}

function start(file: string, args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    env: withLargePages(process.env),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
}
