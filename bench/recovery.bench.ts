/**
 * How long a gate takes to come back: from the first block of its journal, and from a snapshot at its end. The journal is
 * that of the engine's mixed flow. `npm run bench -- recovery`; COMMANDS=5000000 is what is asked for, in BENCH_DIR or the
 * system's folder for temporary files, which needs about 1 KB a command. RECORD=1 writes bench/results/recovery.md.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import { RecentBlocks } from '../src/cli/recent-blocks.ts'
import { createEngine } from '../src/engine/engine.ts'
import { lockDirectory } from '../src/journal/directory-lock.ts'
import { FileJournal } from '../src/journal/file-journal.ts'
import { headerOf, JournalReader } from '../src/journal/journal-reader.ts'
import { segmentName } from '../src/journal/segment-header.ts'
import { lengthAt, Tape } from '../src/model/records/tape.ts'
import { ENGINE_VERSION } from '../src/model/version.ts'
import { recover } from '../src/replay/recover.ts'
import { loadNewest } from '../src/replay/snapshots.ts'
import { SnapshotTaker } from '../src/replay/take-snapshots.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld } from './engine-world.ts'
import { commit, machine } from './machine.ts'

const COMMANDS = Number(process.env.COMMANDS ?? 1_000_000)
const OPEN = 10_000
const BATCH = 4096
const BLOCK_BYTES = 512 * 1024
const CODE = 'be'.repeat(32)

interface Phase {
  readonly ms: number
  /** Of the process: user and system. */
  readonly cpuMs: number
  readonly entries: number
  readonly stateHash: string
}

/** Writes the journal, as a gate that is never idle does. */
async function write(directory: string): Promise<void> {
  const sizes = {
    ...{ orders: 1 << 18, idsPerDay: COMMANDS + (1 << 20), instruments: 1 << 13, scopes: 1 << 11 },
    ...{ cellPages: 1 << 20, books: 1 << 20, limitRows: 1 << 17, locates: 64, duplicates: 1 << 16 },
    executionsPerDay: COMMANDS,
  }
  const lock = await lockDirectory(directory)
  const reader = new JournalReader(directory)
  for (const _ of reader.blocks()) throw new Error(`${directory} holds a journal`)
  const facts = { engineVersion: ENGINE_VERSION, codeHash: CODE, parametersVersion: 0, sizes, hashSeed: 12345 }
  const journal = FileJournal.open({ lock, reader, facts: { ...facts, durability: 'os' }, wallUs: () => 0 })
  const block = Tape.ofBytes(journal.headBytes + 2 * BLOCK_BYTES + journal.tailBytes)
  block.end = journal.headBytes
  let firstSeq = 1
  let lastSeq = 0
  const flush = () => {
    if (block.end === journal.headBytes) return
    const [start, end] = [journal.headBytes, block.end]
    const lastTimeUs = 1
    if (journal.append({ tape: block, start, end, firstSeq, lastSeq, lastTimeUs }, true) !== undefined) {
      throw new Error('a blocking append has not blocked')
    }
    firstSeq = lastSeq + 1
    block.end = journal.headBytes
  }
  const keep = (tape: Tape, offset: number) => {
    block.u8.set(tape.u8.subarray(offset, tape.end), block.end)
    block.end += tape.end - offset
    lastSeq++
    if (block.end - journal.headBytes >= BLOCK_BYTES) flush()
  }
  const world = buildWorld({
    ...{ accounts: 200, traders: 50, desks: 10, instruments: 5_000, extraLimitRows: 0 },
    ...{ sizes, rules: US_EQUITY_PACK, onEntry: keep },
  })
  const flow = new Flow(world, 7)
  const commands = Tape.ofBytes(64 << 20)
  const work = Tape.ofBytes(1 << 20)
  const play = (offsets: readonly number[]) => {
    for (const from of offsets) {
      const bytes = lengthAt(commands, from)
      work.u8.set(commands.u8.subarray(from, from + bytes))
      work.end = bytes
      world.timeUs += 1
      work.f64[1] = ++world.seq
      work.f64[2] = world.timeUs
      world.engine.execute(work, 0)
      keep(work, 0)
    }
  }
  const batch = (count: number, one: () => number) => {
    commands.end = 0
    play(Array.from({ length: count }, one))
  }
  batch(OPEN, () => flow.writeNew(commands, 0))
  while (lastSeq < COMMANDS) {
    batch(BATCH, () => flow.writeMixed(commands))
    commands.end = 0
    play(flow.writeSettlement(commands, OPEN))
  }
  flush()
  await journal.close()
  await lock.release()
}

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

function start(directory: string): Phase {
  const from = performance.now()
  const { sizes, hashSeed, make } = makeEngineOf(directory)
  const facts = { engineVersion: ENGINE_VERSION, codeHash: CODE, sizes, hashSeed }
  const loaded = loadNewest(directory, facts, make, (line) => console.error(line))
  const engine = loaded?.engine ?? make()
  const reader = new JournalReader(directory)
  const { entries } = recover(engine, new RecentBlocks(reader, loaded?.position), loaded?.position.seq)
  return { ...since(from), entries, stateHash: engine.stateHash() }
}

function since(from: number): Pick<Phase, 'ms' | 'cpuMs'> {
  const { user, system } = process.cpuUsage()
  return { ms: performance.now() - from, cpuMs: (user + system) / 1000 }
}

/** Each in a process of its own, as a start is. */
function inProcess(phase: string, directory: string): Phase | undefined {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), phase, directory]
  const env = withLargePages(process.env)
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'inherit'] })
  return said === '' ? undefined : JSON.parse(said)
}

function runAll(): void {
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'portcullis-recovery-'))
  try {
    inProcess('write', directory)
    const bytes = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
    const whole = inProcess('start', directory) as Phase
    const made = inProcess('snapshot', directory) as Phase
    const loaded = inProcess('start', directory) as Phase
    if (whole.stateHash !== loaded.stateHash) throw new Error('two recoveries ended in two states')
    const report = reportOf(whole, made, loaded, bytes)
    console.log(report)
    if (process.env.RECORD === '1') writeFileSync('bench/results/recovery.md', report)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function reportOf(whole: Phase, made: Phase, loaded: Phase, bytes: number): string {
  const count = (value: number) => Math.round(value).toLocaleString('en-US')
  const seconds = (ms: number) => (ms / 1000).toFixed(2)
  const row = (name: string, { ms, cpuMs, entries }: Phase) =>
    `| ${name} | ${count(entries)} | ${seconds(ms)} | ${seconds(cpuMs)} |`
  return [
    '# How long a gate takes to come back',
    '',
    `Machine: ${machine()}. Commit ${commit()}. \`COMMANDS=${COMMANDS} npm run bench -- recovery\`.`,
    `Load average before the end: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`,
    '',
    `The mixed flow of the engine's benchmark with the venue's reports, ${count(whole.entries)} commands, ${count(bytes / 1e6)} MB of journal`,
    'in the page cache; the engine with its tables is made within the time; a process each, large pages.',
    '',
    '| Start | Commands applied | Seconds | Processor seconds of the process |',
    '| --- | --- | --- | --- |',
    row('from the first block', whole),
    row('from a snapshot at the end', loaded),
    row('for comparison: a follower from the first block, with its snapshot', made),
    '',
  ].join('\n')
}

const [phase, directory] = process.argv.slice(2)
if (phase === undefined || directory === undefined) runAll()
else if (phase === 'write') await write(directory)
else console.log(JSON.stringify(phase === 'snapshot' ? snapshot(directory) : start(directory)))
