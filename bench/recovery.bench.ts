/**
 * How long a gate takes to come back: from the first block of its journal, with and without a thread that reads ahead, and
 * from a snapshot at its end; and what that time goes into. `npm run bench -- recovery`; COMMANDS=5000000 is what is asked
 * for, in BENCH_DIR or the system's folder for temporary files, which needs about 1 KB a command. Each start is made
 * ROUNDS times, in turn, a process each. RECORD=1 writes bench/results/recovery.md.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { withLargePages } from '../src/cli/large-pages.ts'
import { RecentBlocks } from '../src/cli/recent-blocks.ts'
import { createEngine } from '../src/engine/engine.ts'
import { sha256 } from '../src/journal/block-frame.ts'
import { headerOf, JournalReader } from '../src/journal/journal-reader.ts'
import { AheadReader } from '../src/journal/read-ahead.ts'
import { segmentName } from '../src/journal/segment-header.ts'
import { ENGINE_VERSION } from '../src/model/version.ts'
import { Recovery } from '../src/replay/recover.ts'
import { loadNewest } from '../src/replay/snapshots.ts'
import { SnapshotTaker } from '../src/replay/take-snapshots.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { commit, machine } from './machine.ts'
import { CODE, writeJournal } from './recovery-journal.ts'

const COMMANDS = Number(process.env.COMMANDS ?? 1_000_000)
const ROUNDS = Number(process.env.ROUNDS ?? 3)

interface Phase {
  readonly ms: number
  /** Of the process: user and system, all of its threads. */
  readonly cpuMs: number
  readonly entries: number
  readonly stateHash: string
}

/** Milliseconds by what they went into. */
type Parts = Readonly<Record<string, number>>

const makeEngineOf = (directory: string) => {
  const { sizes, hashSeed } = headerOf(join(directory, segmentName(1)))
  return { sizes, hashSeed, make: () => createEngine({ sizes, hashSeed, rules: US_EQUITY_PACK }) }
}

function snapshot(directory: string): Phase {
  const { make } = makeEngineOf(directory)
  const from = performance.now()
  const say = (line: string) => console.error(line)
  const taker = new SnapshotTaker({ directory, engineVersion: ENGINE_VERSION, codeHash: CODE, makeEngine: make, say })
  while (taker.advance(1_000_000));
  const saveFrom = performance.now()
  const header = taker.save()
  console.error(`saved in ${(performance.now() - saveFrom).toFixed(0)} ms, ${header?.bodyBytes} bytes`)
  return { ...since(from), entries: header?.position.seq ?? 0, stateHash: header?.stateHash ?? '' }
}

/** As a gate comes back. The state's hash is reckoned afterwards, for the comparison alone. */
async function start(directory: string, aheadBytes: number | undefined): Promise<Phase> {
  const from = performance.now()
  const { sizes, hashSeed, make } = makeEngineOf(directory)
  const facts = { engineVersion: ENGINE_VERSION, codeHash: CODE, sizes, hashSeed }
  const loaded = loadNewest(directory, facts, make, (line) => console.error(line))
  const engine = loaded?.engine ?? make()
  const reader = new AheadReader(directory, aheadBytes === undefined ? {} : { aheadBytes })
  const recent = new RecentBlocks(directory, loaded?.position)
  const recovery = new Recovery(engine, loaded?.position.seq)
  for await (const blocks of reader.segments(recent.firstSegment)) {
    for (const block of blocks) {
      recent.take(block)
      recovery.apply(block)
    }
  }
  const { entries } = recovery.finish(reader.end)
  return { ...since(from), entries, stateHash: engine.stateHash() }
}

/** One start from the first block in one thread, with a watch on each part; what is done inside the proof is done again. */
function parts(directory: string): Parts {
  const ms: Record<string, number> = {}
  let from = performance.now()
  const lap = (name: string) => {
    const now = performance.now()
    ms[name] = (ms[name] ?? 0) + now - from
    from = now
  }
  const engine = makeEngineOf(directory).make()
  lap('making the engine')
  const recovery = new Recovery(engine)
  const reader = new JournalReader(directory)
  let file = ''
  for (const block of reader.blocks()) {
    lap('proof')
    recovery.apply(block)
    lap('applying the events')
    const { tape, start, end } = block
    crc32(tape.u8.subarray(start, end))
    lap('checksums')
    sha256(tape.u8.subarray(start, end))
    lap('hashes of the chain')
    if (block.file === file) continue
    file = block.file
    readAgain(file, statSync(file).size)
    lap('reading')
  }
  recovery.finish(reader.end)
  engine.stateHash()
  lap('hash of the state, only after a snapshot')
  const { proof = 0, reading = 0, checksums = 0, 'hashes of the chain': hashes = 0, ...others } = ms
  const rest = { 'the rest of the proof': proof - reading - checksums - hashes }
  return { reading, checksums, 'hashes of the chain': hashes, ...rest, ...others }
}

let again = new Uint8Array(0)
/** As the reader does: into memory that was used before. */
function readAgain(file: string, bytes: number): void {
  if (again.length < bytes) again = new Uint8Array(bytes).fill(1)
  const fd = openSync(file, 'r')
  readSync(fd, again, 0, bytes, 0)
  closeSync(fd)
}

function since(from: number): Pick<Phase, 'ms' | 'cpuMs'> {
  const { user, system } = process.cpuUsage()
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000 }
}

/** Each in a process of its own, as a start is. */
function inProcess<T = Phase>(phase: string, directory: string): T {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), phase, directory]
  const env = withLargePages(process.env)
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] })
  return said === '' ? (undefined as T) : JSON.parse(said)
}

function runAll(): void {
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'portcullis-recovery-'))
  try {
    inProcess('write', directory)
    const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
    const rounds = Array.from({ length: ROUNDS }, () => ({
      alone: inProcess('start-alone', directory),
      ahead: inProcess('start', directory),
    }))
    const spent = inProcess<Parts>('parts', directory)
    const made = inProcess('snapshot', directory)
    const loaded = Array.from({ length: ROUNDS }, () => inProcess('start', directory))
    const phases = { alone: rounds.map((r) => r.alone), ahead: rounds.map((r) => r.ahead), loaded, made: [made] }
    const hashes = new Set(Object.values(phases).flatMap((all) => all.map((phase) => phase.stateHash)))
    if (hashes.size !== 1) throw new Error('recoveries ended in different states')
    const report = reportOf(phases, spent, bytes)
    console.log(report)
    if (process.env.RECORD === '1') writeFileSync('bench/results/recovery.md', report)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const count = (value: number) => Math.round(value).toLocaleString('en-US')
const seconds = (ms: number) => (ms / 1000).toFixed(2)

/** The quickest of its rounds, which other work disturbed least, and all of them. */
function row(name: string, phases: readonly Phase[]): string {
  const [best] = [...phases].sort((a, b) => a.ms - b.ms) as [Phase]
  const all = phases.map(({ ms }) => seconds(ms)).join(', ')
  return `| ${name} | ${count(best.entries)} | ${seconds(best.ms)} | ${seconds(best.cpuMs)} | ${all} |`
}

function reportOf(phases: Record<'alone' | 'ahead' | 'loaded' | 'made', Phase[]>, spent: Parts, bytes: number): string {
  const { alone, ahead, loaded, made } = phases
  const entries = ahead[0]?.entries ?? 0
  return [
    '# How long a gate takes to come back',
    '',
    `Machine: ${machine()}. Commit ${commit()}. \`COMMANDS=${COMMANDS} npm run bench -- recovery\`.`,
    `Load average before the end: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`,
    '',
    `The mixed flow of the engine's benchmark with the venue's reports, ${count(entries)} commands, ${count(bytes / 1e6)} MB of journal`,
    'in the page cache; the engine with its tables is made within the time; a process each, large pages.',
    '',
    '| Start | Commands applied | Seconds, best | Processor seconds of that process | Seconds of each round |',
    '| --- | --- | --- | --- | --- |',
    row('from the first block, read and proved by a second thread', ahead),
    row('the same in one thread, in turn with it', alone),
    row('from a snapshot at the end', loaded),
    row('for comparison: a follower from the first block, with its snapshot', made),
    '',
    'Where the time of one start from the first block in one thread goes:',
    '',
    '| Part | Seconds |',
    '| --- | --- |',
    ...Object.entries(spent).map(([name, ms]) => `| ${name} | ${seconds(ms)} |`),
    '',
  ].join('\n')
}

async function runPhase(phase: string, directory: string): Promise<Phase | Parts | undefined> {
  if (phase === 'write') {
    await writeJournal(directory, COMMANDS)
    return undefined
  }
  if (phase === 'parts') return parts(directory)
  return phase === 'snapshot'
    ? snapshot(directory)
    : await start(directory, phase === 'start-alone' ? Number.POSITIVE_INFINITY : undefined)
}

const [phase, directory] = process.argv.slice(2)
if (phase === undefined || directory === undefined) runAll()
else {
  const found = await runPhase(phase, directory)
  if (found !== undefined) console.log(JSON.stringify(found))
}
