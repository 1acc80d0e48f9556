/**
 * Engine and journal together: the mixed flow with every limit row evaluated and recorded, each command answered when it
 * is durable. How many a second group commit carries, and what a lone command costs over a bare write + fdatasync.
 * RECORD=1 writes bench/results/durable.md; BENCH_DIR names a folder on the disk to be measured.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { FRAME_BYTES } from '../src/journal/block-frame.ts'
import { Tape } from '../src/model/records/tape.ts'
import { US_EQUITY_PACK } from '../src/rules/us-equity-pack.ts'
import { Sequencer } from '../src/sequencer/sequencer.ts'
import { systemTimer } from '../src/sequencer/system-clock.ts'
import { openSmallJournal } from '../src/simulator/small-journal.ts'
import { BareFile } from './bare-file.ts'
import { Flow } from './engine-flow.ts'
import { buildWorld, type World } from './engine-world.ts'
import { commit, machine, quantiles } from './machine.ts'

const MB = 1024 * 1024
const OPEN = 1_000
const SENDERS = [1, 64, 1_024, 4_096]
const ROUNDS = 12
/** Commands of a round: the venue settles what is pending between rounds, untimed. */
const ROUND = 16_384
const LONE = 3_000
const root = process.env.BENCH_DIR ?? tmpdir()
const out: string[] = []

const world = buildWorld({
  accounts: 200,
  traders: 50,
  desks: 10,
  instruments: 5_000,
  extraLimitRows: 0,
  rules: US_EQUITY_PACK,
  sizes: {
    ...{ orders: 1 << 16, idsPerDay: 1 << 21, instruments: 1 << 13, scopes: 1 << 11, cellPages: 1 << 19 },
    ...{ books: 1 << 19, limitRows: 1 << 14, executionsPerDay: 1 << 19, locates: 64, duplicates: 1 << 16 },
  },
})
const flow = new Flow(world, 7)
const folder = mkdtempSync(join(root, 'portcullis-durable-'))
const small = await openSmallJournal(folder, { engine: world.engine, segmentBytes: 256 * MB })
let bytes = 0
const sequencer = new Sequencer({
  engine: world.engine,
  journal: small.journal,
  clock: stepping(world),
  timer: systemTimer,
  lastSeq: world.seq,
  lastTimeUs: world.timeUs,
  publish: ({ start, end }) => {
    bytes += end - start
  },
  report: () => {},
  onFatal: (cause) => {
    throw cause
  },
})

/** The mixed flow at a fixed number of commands in flight. */
async function throughput(senders: number): Promise<void> {
  let commands = 0
  let seconds = 0
  let took = 0
  const us: number[] = []
  const rounds = senders === 1 ? 1 : ROUNDS
  for (let round = 0; round < rounds; round++) {
    const count = senders === 1 ? LONE : ROUND
    const from = performance.now()
    const before = bytes
    await send(senders, count, (tape) => flow.writeMixed(tape), us)
    // The first rounds warm up.
    if (round * 4 >= rounds || rounds === 1) {
      seconds += (performance.now() - from) / 1000
      took += bytes - before
      commands += count
    } else us.length = 0
    await settle()
  }
  const { p50, p99 } = quantiles(us)
  const cells = [
    senders,
    (commands / seconds).toFixed(0),
    (took / commands).toFixed(0),
    (took / MB / seconds).toFixed(0),
    p50.toFixed(0),
    p99.toFixed(0),
  ]
  say(`| ${cells.join(' | ')} |`)
}

function send(senders: number, count: number, write: (tape: Tape) => number, us: number[]): Promise<void> {
  return new Promise((done, fail) => {
    let sent = 0
    let answered = 0
    const next = () => {
      if (sent === count) return
      sent++
      const at = performance.now()
      sequencer.submit({
        write,
        onDurable: () => {
          us.push((performance.now() - at) * 1000)
          if (++answered === count) done()
          else next()
        },
        onFailure: (fault) => fail(new Error(fault)),
      })
    }
    for (let sender = 0; sender < Math.min(senders, count); sender++) next()
  })
}

/** The reports of the venue on everything that is pending. */
async function settle(): Promise<void> {
  const tape = Tape.ofBytes(16 * MB)
  const offsets = flow.writeSettlement(tape, OPEN)
  if (offsets.length === 0) return
  let at = 0
  const write = (to: Tape) => copy(tape, offsets[at++] as number, to)
  await send(1_024, offsets.length, write, [])
}

function copy(from: Tape, offset: number, to: Tape): number {
  const length = from.i32[(offset >> 2) + 1] as number
  const at = to.end
  to.u8.set(from.u8.subarray(offset, offset + length), at)
  to.end = at + length
  return at
}

/** A lone command, alternating with a bare append of the bytes that an entry takes on average. */
async function lowLoad(): Promise<void> {
  const before = bytes
  await send(1, LONE, (tape) => flow.writeMixed(tape), [])
  const entryBytes = Math.round((bytes - before) / LONE)
  await settle()
  const bare = new BareFile(root, entryBytes + FRAME_BYTES)
  const bareUs: number[] = []
  const durableUs: number[] = []
  for (let at = 0; at < LONE; at++) {
    const from = performance.now()
    bare.append()
    bareUs.push((performance.now() - from) * 1000)
    // The next command finds the gate idle: what the last one left to do is done.
    await turn()
    await send(1, 1, (tape) => flow.writeMixed(tape), durableUs)
  }
  bare.close()
  await settle()
  const [a, b] = [quantiles(bareUs), quantiles(durableUs)]
  say(`\n## A lone command, against a bare write + fdatasync of ${entryBytes + FRAME_BYTES} bytes\n`)
  say('| Bare p50 µs | p99 | Decided and durable p50 µs | p99 | Ratio of p50 |')
  say('| --- | --- | --- | --- | --- |')
  const times = [a.p50, a.p99, b.p50, b.p99].map((value) => value.toFixed(0)).join(' | ')
  say(`| ${times} | ${(b.p50 / a.p50).toFixed(2)} |`)
}

/** A clock that moves on by a microsecond a reading, so that the quotes of the world stay fresh. */
function stepping(from: World) {
  let us = from.timeUs
  return { wallUs: () => ++us, monotonicUs: () => ++us }
}

function say(line: string): void {
  out.push(line)
  console.log(line)
}

say('# Engine and journal together\n')
say(`Machine: ${machine()}. Commit ${commit()}. \`npm run bench -- durable\`, fsync.\n`)
say(
  '55 % new, 20 % replace, 15 % cancel, 10 % fills; 200 accounts, 5,000 instruments; about 46 limit rows evaluated and',
)
say('recorded for each new order; 1,000 open orders; nothing pinned. The venue settles between rounds, untimed.\n')
say('| In flight | Commands/s | Bytes a command | MB/s | p50 µs | p99 µs |')
say('| --- | --- | --- | --- | --- | --- |')
await send(64, OPEN, (tape) => flow.writeNew(tape, 0), [])
for (const senders of SENDERS) await throughput(senders)
await lowLoad()
say(`\nLoad average over the last minute: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`)
await sequencer.close()
await small.close().catch(() => {})
rmSync(folder, { recursive: true })
if (process.env.RECORD === '1') writeFileSync('bench/results/durable.md', `${out.join('\n')}\n`)
