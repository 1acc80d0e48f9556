/**
 * Engine alone: commands a second and latency on the mixed flow, at 1,000 and 1,000,000 open orders, and with 1,000 and
 * 100,000 limit rows. `npm run bench -- engine`.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import { reasonAt } from '../src/model/codes.ts'
import { ORDER_DECIDED } from '../src/model/records/events.ts'
import { lengthAt, Tape, typeAt } from '../src/model/records/tape.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld, type World } from './engine-world.ts'
import { commit, machine } from './machine.ts'

const E = ORDER_DECIDED.at
const BATCH = 4_096

interface Measured {
  readonly name: string
  readonly perSecond: number
  /** Commands by the processor time that they used: on a busy machine the fairer number. */
  readonly perCpuSecond: number
  readonly p50Ns: number
  readonly p99Ns: number
  readonly p999Ns: number
  readonly rowsPerOrder: number
  readonly bytesPerDecision: number
  readonly rejectedPercent: number
  readonly residentMb: number
  readonly reasons: Record<string, number>
}

interface Case {
  readonly name: string
  readonly open: number
  readonly extraLimitRows: number
  readonly commands: number
}

function sizesFor(open: number, commands: number) {
  return {
    orders: Math.max(1 << 16, Math.ceil(open * 1.2)),
    idsPerDay: 1 << 23,
    instruments: 1 << 13,
    scopes: 1 << 11,
    cellPages: 1 << 20,
    books: 1 << 20,
    limitRows: 1 << 17,
    executionsPerDay: Math.max(1 << 18, commands),
    locates: 64,
    duplicates: 1 << 16,
  }
}

function run(one: Case): Measured {
  const world = buildWorld({
    accounts: 200,
    traders: 50,
    desks: 10,
    instruments: 5_000,
    sizes: sizesFor(one.open, one.commands),
    extraLimitRows: one.extraLimitRows,
    rules: US_EQUITY_PACK,
  })
  const flow = new Flow(world, 7)
  const commandTape = Tape.ofBytes(BATCH * 400)
  const workTape = Tape.ofBytes(4 << 20)
  for (let sent = 0; sent < one.open; ) {
    const offsets = batch(commandTape, Math.min(BATCH, one.open - sent), () => flow.writeNew(commandTape, 0))
    play(world, commandTape, offsets, workTape, null)
    sent += offsets.length
  }
  const warmup = 400_000
  let ns = 0n
  let cpuUs = 0
  let commands = 0
  const counts = { orders: 0, rows: 0, bytes: 0, rejected: 0, reasons: new Map<number, number>() }
  const latencies = new Float64Array(one.commands)
  let measured = 0
  for (let sent = 0; sent < one.commands + warmup; ) {
    const offsets = batch(commandTape, BATCH, () => flow.writeMixed(commandTape))
    const timed = sent >= warmup
    // Every other batch is timed command by command, the others as a whole.
    const single = timed && (sent / BATCH) % 2 === 1
    const cpuFrom = process.cpuUsage().user
    const from = process.hrtime.bigint()
    play(world, commandTape, offsets, workTape, single ? (value) => (latencies[measured++] = value) : null)
    if (timed && !single) {
      ns += process.hrtime.bigint() - from
      cpuUs += process.cpuUsage().user - cpuFrom
      commands += offsets.length
      count(workTape, counts)
    }
    sent += offsets.length
    const settled = batchOf(commandTape, () => flow.writeSettlement(commandTape, one.open))
    for (const part of settled) play(world, commandTape, part, workTape, null)
  }
  const sorted = latencies.subarray(0, measured).sort()
  const at = (share: number) => Math.round((sorted[Math.floor(measured * share)] as number) * 1e6)
  return {
    name: one.name,
    perSecond: Math.round(commands / (Number(ns) / 1e9)),
    perCpuSecond: Math.round(commands / (cpuUs / 1e6)),
    p50Ns: at(0.5),
    p99Ns: at(0.99),
    p999Ns: at(0.999),
    rowsPerOrder: counts.rows / counts.orders,
    bytesPerDecision: counts.bytes / counts.orders,
    rejectedPercent: (100 * counts.rejected) / counts.orders,
    residentMb: Math.round(process.memoryUsage().rss / (1 << 20)),
    reasons: Object.fromEntries([...counts.reasons].map(([reason, n]) => [reasonAt(reason).code, n])),
  }
}

function batch(tape: Tape, count: number, write: () => number): number[] {
  tape.end = 0
  return Array.from({ length: count }, write)
}

/** Settlement in parts that fit the command tape. */
function batchOf(tape: Tape, write: () => number[]): number[][] {
  tape.end = 0
  return [write()]
}

function play(
  world: World,
  commands: Tape,
  offsets: readonly number[],
  work: Tape,
  each: ((ms: number) => void) | null,
): void {
  const { engine } = world
  work.end = 0
  for (let at = 0; at < offsets.length; at++) {
    const from = offsets[at] as number
    const bytes = lengthAt(commands, from)
    if (work.roomBytes < bytes + 65_536) work.end = 0
    const offset = work.end
    // The command is on the tape before the engine sees it, as the gateway would have written it.
    copyWords(commands.f64, from >> 3, work.f64, offset >> 3, bytes >> 3)
    work.end = offset + bytes
    work.f64[(offset >> 3) + 1] = ++world.seq
    world.timeUs += 1
    work.f64[(offset >> 3) + 2] = world.timeUs
    if (each === null) engine.execute(work, offset)
    else {
      const start = performance.now()
      engine.execute(work, offset)
      each(performance.now() - start)
    }
  }
}

function copyWords(from: Float64Array, fromAt: number, to: Float64Array, toAt: number, words: number): void {
  for (let word = 0; word < words; word++) to[toAt + word] = from[fromAt + word] as number
}

function count(
  tape: Tape,
  counts: { orders: number; rows: number; bytes: number; rejected: number; reasons: Map<number, number> },
): void {
  for (let at = 0; at < tape.end; at += lengthAt(tape, at)) {
    if (typeAt(tape, at) !== ORDER_DECIDED.type) continue
    const i = at >> 2
    counts.bytes += lengthAt(tape, at)
    counts.orders++
    counts.rows += tape.i32[i + E.rows] as number
    if (tape.i32[i + E.outcome] !== 0) continue
    counts.rejected++
    const reason = tape.i32[i + E.reason] as number
    counts.reasons.set(reason, (counts.reasons.get(reason) ?? 0) + 1)
  }
}

const CASES: readonly Case[] = [
  { name: '1,000 open orders', open: 1_000, extraLimitRows: 0, commands: 2_000_000 },
  { name: '1,000,000 open orders', open: 1_000_000, extraLimitRows: 0, commands: 1_000_000 },
  { name: '1,000 open orders, 100,000 limit rows more', open: 1_000, extraLimitRows: 100_000, commands: 1_000_000 },
]

/** Each case in a process of its own: an engine is fastest where it is the only one (decision 0015). */
function runAll(): void {
  const self = fileURLToPath(import.meta.url)
  const measured = CASES.map((one, place) => {
    console.log(`portcullis: ${one.name}`)
    const args = [...process.execArgv, self, String(place)]
    return JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8', env: withLargePages(process.env) }),
    ) as Measured
  })
  const report = reportOf(measured)
  console.log(report)
  if (process.env.RECORD === '1') writeFileSync('bench/results/engine.md', report)
}

function reportOf(measured: readonly Measured[]): string {
  const count = (value: number) => Math.round(value).toLocaleString('en-US')
  const us = (ns: number) => (ns / 1000).toFixed(2)
  const rows = measured.map((m) => {
    const speed = [count(m.perSecond), count(m.perCpuSecond), us(m.p50Ns), us(m.p99Ns), us(m.p999Ns)]
    const shape = [m.rowsPerOrder.toFixed(1), count(m.bytesPerDecision), `${m.rejectedPercent.toFixed(1)} %`]
    return `| ${[m.name, ...speed, ...shape, `${m.residentMb} MB`].join(' | ')} |`
  })
  const reasons = measured[0]?.reasons ?? {}
  const [first, , wide] = measured
  const ratio = first === undefined || wide === undefined ? Number.NaN : first.perSecond / wide.perSecond
  return [
    '# Engine alone: the mixed flow',
    '',
    `Machine: ${machine()}. Commit ${commit()}. \`npm run bench -- engine.bench\`.`,
    `Load average before the end: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`,
    '',
    '55 % new, 20 % replace, 15 % cancel, 10 % fills; 200 accounts, 50 traders, 10 desks, 5,000 instruments by a Zipf law;',
    'limits at every scope; evaluation vector on; rule pack on; nothing pinned; one thread, a process for each case, large pages. Reports',
    'of the venue that settle replaces and cancels run untimed between batches of 4,096.',
    '',
    '| Case | Commands/s | By processor time | p50 µs | p99 µs | p99.9 µs | Rows an order | Bytes a decision | Refused | Resident |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `100,000 limit rows cost ${ratio.toFixed(2)} of what those of every scope cost alone.`,
    '',
    `Refused in the first case, by reason: ${Object.entries(reasons)
      .map(([reason, n]) => `${reason} ${count(n)}`)
      .join(', ')}.`,
    '',
  ].join('\n')
}

const [place] = process.argv.slice(2)
if (place === undefined) runAll()
else console.log(JSON.stringify(run(CASES[Number(place)] as Case)))
