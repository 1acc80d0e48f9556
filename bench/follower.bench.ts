/**
 * What a gate's answers wait for a follower: decided and durable latency at a fixed rate, with a follower in a process of its
 * own that saves one snapshot after another, and with one that rests, in turn in one run. `npm run bench -- follower`.
 * COMMANDS stand in the journal before; ROUNDS and SECONDS change the rounds; BENCH_DIR names a folder on the disk to be
 * measured; RECORD=1 writes bench/results/follower.md.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, loadavg, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { withLargePages } from '../src/cli/large-pages.ts'
import { createEngine } from '../src/engine/engine.ts'
import { lengthAt, Tape } from '../src/model/records/tape.ts'
import { ENGINE_VERSION } from '../src/model/version.ts'
import { SnapshotTaker } from '../src/replay/take-snapshots.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Batch } from '../src/sequencer/batch.ts'
import { Sequencer } from '../src/sequencer/sequencer.ts'
import { systemTimer } from '../src/sequencer/system-clock.ts'
import { openSmallJournal, SMALL_FACTS } from '../src/simulator/small-journal.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld, type World } from './engine-world.ts'
import { commit, machine, quantiles } from './machine.ts'
import { CODE } from './recovery-journal.ts'

const MB = 1024 * 1024
const COMMANDS = Number(process.env.COMMANDS ?? 500_000)
const ROUNDS = Number(process.env.ROUNDS ?? 8)
const SECONDS = Number(process.env.SECONDS ?? 4)
const OPEN = 1_000
/** Commands a second: a burst each millisecond. */
const BURST = 4
const HASH_SEED = 12345
const SIZES = {
  ...{ orders: 1 << 16, idsPerDay: COMMANDS + (1 << 21), instruments: 1 << 13, scopes: 1 << 11, cellPages: 1 << 19 },
  ...{ books: 1 << 19, limitRows: 1 << 14, executionsPerDay: COMMANDS + (1 << 19), locates: 64, duplicates: 1 << 16 },
}

/** What the follower says when it rests. */
interface Rested {
  readonly saves: number
  readonly bytes: number
}

/** The follower: works while it is told to, and says what it has done when it is told to rest. */
async function follow(directory: string): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW)
  const makeEngine = () => createEngine({ sizes: SIZES, hashSeed: HASH_SEED, rules: US_EQUITY_PACK })
  const say = (line: string) => console.error(line)
  const taker = new SnapshotTaker({ directory, engineVersion: ENGINE_VERSION, codeHash: CODE, makeEngine, say })
  let works = false
  let saves = 0
  let bytes = 0
  process.on('message', (word) => {
    works = word === 'work'
    if (!works) process.send?.({ saves, bytes } satisfies Rested)
  })
  process.on('disconnect', () => process.exit())
  while (taker.advance(100_000));
  process.send?.({ saves, bytes } satisfies Rested)
  for (;;) {
    await wait(works ? 0 : 5)
    if (!works) continue
    while (taker.advance(100_000));
    const header = taker.save()
    if (header === undefined) continue
    saves++
    bytes += header.bodyBytes
  }
}

/** The gate's engine, sequencer and journal, with a world that stands in the journal, and latencies of what is sent. */
class MeasuredGate {
  readonly #flow: Flow
  readonly #sequencer: Sequencer
  readonly #close: () => Promise<void>

  private constructor(world: World, sequencer: Sequencer, close: () => Promise<void>) {
    this.#flow = new Flow(world, 7)
    this.#sequencer = sequencer
    this.#close = close
  }

  static async open(directory: string): Promise<MeasuredGate> {
    const entries: Uint8Array[] = []
    const world = buildWorld({
      ...{ accounts: 200, traders: 50, desks: 10, instruments: 5_000, extraLimitRows: 0 },
      ...{ sizes: SIZES, rules: US_EQUITY_PACK },
      onEntry: (tape, offset) => entries.push(tape.u8.slice(offset, tape.end)),
    })
    const facts = { ...SMALL_FACTS, sizes: SIZES, hashSeed: HASH_SEED }
    const { journal, close } = await openSmallJournal(directory, { facts, segmentBytes: 64 * MB })
    const batch = new Batch(journal.headBytes, journal.tailBytes)
    let seq = 0
    const append = async (bytes: Uint8Array) => {
      const { tape } = batch
      const offset = tape.end
      tape.u8.set(bytes, offset)
      tape.end += bytes.length
      const nobody = { write: () => 0, onDurable: () => {}, onFailure: () => {} }
      batch.add({ submission: nobody, timeUs: world.timeUs, sinceUs: 0, offset, end: tape.end }, ++seq)
      if (batch.hasRoom && seq < world.seq) return
      await journal.append(batch, true)
      batch.clear()
    }
    for (const bytes of entries) await append(bytes)
    const sequencer = new Sequencer({
      ...{ engine: world.engine, journal, clock: stepping(world), timer: systemTimer },
      ...{ lastSeq: world.seq, lastTimeUs: world.timeUs, publish: () => {}, report: () => {} },
      onFatal: (cause) => {
        throw cause
      },
    })
    return new MeasuredGate(world, sequencer, async () => {
      await sequencer.close()
      await close().catch(() => {})
    })
  }

  /** Brings the journal to so many commands. */
  async fill(commands: number): Promise<void> {
    await this.#sendAll(Array.from({ length: OPEN }, () => (tape: Tape) => this.#flow.writeNew(tape, 0)))
    for (let sent = OPEN; sent < commands; sent += 16_384) {
      await this.#sendAll(Array.from({ length: 8_192 }, () => (tape: Tape) => this.#flow.writeMixed(tape)))
      await this.settle()
    }
  }

  /** The reports of the venue on everything that is pending. */
  async settle(): Promise<void> {
    const tape = Tape.ofBytes(16 * MB)
    const offsets = this.#flow.writeSettlement(tape, OPEN)
    await this.#sendAll(offsets.map((offset) => (to: Tape) => copy(tape, offset, to)))
  }

  /** Microseconds to the answer of each command, sent in bursts. */
  async measure(seconds: number): Promise<number[]> {
    const us: number[] = []
    const answers: Promise<void>[] = []
    const untilMs = performance.now() + seconds * 1000
    while (performance.now() < untilMs) {
      for (let at = 0; at < BURST; at++) answers.push(this.#send((tape) => this.#flow.writeMixed(tape), us))
      await wait(1)
    }
    await Promise.all(answers)
    return us
  }

  async close(): Promise<void> {
    await this.#close()
  }

  async #sendAll(writes: readonly ((tape: Tape) => number)[]): Promise<void> {
    for (let at = 0; at < writes.length; at += 1_024) {
      await Promise.all(writes.slice(at, at + 1_024).map((write) => this.#send(write, [])))
    }
  }

  #send(write: (tape: Tape) => number, us: number[]): Promise<void> {
    const fromMs = performance.now()
    return new Promise((settle, fail) => {
      this.#sequencer.submit({
        write,
        onDurable: () => {
          us.push((performance.now() - fromMs) * 1000)
          settle()
        },
        onFailure: (fault) => fail(new Error(fault)),
      })
    })
  }
}

function copy(from: Tape, offset: number, to: Tape): number {
  const bytes = lengthAt(from, offset)
  const at = to.end
  to.u8.set(from.u8.subarray(offset, offset + bytes), at)
  to.end = at + bytes
  return at
}

/** A clock that moves on by a microsecond a reading, so that the quotes of the world stay fresh. */
function stepping(from: World) {
  let us = from.timeUs
  return { wallUs: () => ++us, monotonicUs: () => ++us }
}

async function rested(child: ChildProcess): Promise<Rested> {
  const [said] = await once(child, 'message')
  return said as Rested
}

async function runAll(): Promise<void> {
  const directory = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'portcullis-follower-'))
  const gate = await MeasuredGate.open(directory)
  await gate.fill(COMMANDS)
  const env = withLargePages(process.env)
  const child = fork(fileURLToPath(import.meta.url), [directory], {
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  try {
    let before = await rested(child)
    await gate.measure(1)
    const rows: string[] = []
    const ratios: number[] = []
    for (let round = 1; round <= ROUNDS; round++) {
      await gate.settle()
      const alone = quantiles(await gate.measure(SECONDS))
      await gate.settle()
      child.send('work')
      const beside = quantiles(await gate.measure(SECONDS))
      child.send('rest')
      const { saves, bytes } = await rested(child)
      ratios.push(beside.p99 / alone.p99)
      const cells = [alone.p50, alone.p99, beside.p50, beside.p99].map((value) => value.toFixed(0))
      const did = [saves - before.saves, ((bytes - before.bytes) / 1e6).toFixed(0)]
      rows.push(`| ${[round, ...cells, (beside.p99 / alone.p99).toFixed(2), ...did].join(' | ')} |`)
      before = { saves, bytes }
    }
    report(rows, ratios)
  } finally {
    child.kill('SIGKILL')
    await gate.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

function report(rows: readonly string[], ratios: readonly number[]): void {
  const median = [...ratios].sort((a, b) => a - b)[ratios.length >> 1] as number
  const text = [
    '# A gate while its follower saves',
    '',
    `Machine: ${machine()}. Commit ${commit()}. \`npm run bench -- follower\`, fsync; one disk for both.`,
    `Load average before the end: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`,
    '',
    `The mixed flow with about 46 limit rows for each new order, ${BURST} commands a millisecond, ${COMMANDS} commands in the journal before;`,
    `each round ${SECONDS} s without and ${SECONDS} s with a follower that saves one snapshot after another, in a process of its own.`,
    '',
    '| Round | Alone p50 µs | p99 | While it saves p50 µs | p99 | Ratio of p99 | Snapshots | MB |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Median ratio of p99: ${median.toFixed(2)} (aim: 1.2).`,
    '',
  ].join('\n')
  console.log(text)
  if (process.env.RECORD === '1') writeFileSync('bench/results/follower.md', text)
}

const [directory] = process.argv.slice(2)
if (directory === undefined) await runAll()
else await follow(directory)
