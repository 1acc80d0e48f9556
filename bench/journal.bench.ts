/**
 * Sequencer and file journal with a trivial engine, on the disk of this machine: how long a lone command takes to be
 * durable against a bare write + fdatasync, and how many commands a second group commit makes durable.
 * RECORD=1 writes the tables to bench/results/journal.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { FRAME_BYTES } from '../src/journal/block-frame.ts'
import type { FileJournal } from '../src/journal/file-journal.ts'
import type { DecisionEngine } from '../src/model/engine-port.ts'
import { CANCEL_ORDER, NEW_ORDER } from '../src/model/records/commands.ts'
import { CANCEL_DECIDED, ORDER_DECIDED, rowsBytes } from '../src/model/records/events.ts'
import { encode, type RecordLayout } from '../src/model/records/schema.ts'
import { Tape } from '../src/model/records/tape.ts'
import type { JournalPort, Submission } from '../src/sequencer/ports.ts'
import { Sequencer } from '../src/sequencer/sequencer.ts'
import { systemClock, systemTimer } from '../src/sequencer/system-clock.ts'
import { openSmallJournal } from '../src/simulator/small-journal.ts'
import { BareFile } from './bare-file.ts'
import { commit, machine, quantiles } from './machine.ts'

const MB = 1024 * 1024
/** BENCH_DIR names a folder on the disk to be measured. */
const root = process.env.BENCH_DIR ?? tmpdir()
const out: string[] = []
/** Runs of each kind, of which the best counts: what else the machine does can only slow one down. */
const REPEATS = 3

/** Who hands a block to the thread pool: the sequencer as built, nobody, or always. */
type Way = 'as built' | 'always blocking' | 'always pool'

/** A command and the events that are recorded behind it, as bytes. */
interface Load {
  readonly name: string
  readonly command: Uint8Array
  readonly events: Uint8Array
}

/** A cancel with its decision; a new order with a decision over twenty limit rows. */
const SMALL = loadOf('small', CANCEL_ORDER, CANCEL_DECIDED, 96)
const LARGE = loadOf('large', NEW_ORDER, ORDER_DECIDED, rowsBytes(20))

/** One command at a time, alternating with a bare append of as many bytes in the same folder. */
async function lowLoad(): Promise<void> {
  say('## A lone command, against a bare write + fdatasync of as many bytes\n')
  say('| Load | Bytes | Bare p50 µs | p99 | Sequenced p50 µs | p99 | Ratio of p50 |')
  say('| --- | --- | --- | --- | --- | --- | --- |')
  for (const load of [SMALL, LARGE]) {
    await withSequencer(load, 'as built', async (send, bytes) => {
      const bare = new BareFile(root, bytes + FRAME_BYTES)
      const bareUs: number[] = []
      const sequencedUs: number[] = []
      for (let i = 0; i < 4000; i++) {
        const bareAt = performance.now()
        bare.append()
        const bareEnd = performance.now()
        // The next command finds the gate idle: what the last one left to do is done.
        await turn()
        const sentAt = performance.now()
        await send()
        const sentEnd = performance.now()
        if (i < 500) continue
        bareUs.push((bareEnd - bareAt) * 1000)
        sequencedUs.push((sentEnd - sentAt) * 1000)
      }
      bare.close()
      const [a, b] = [quantiles(bareUs), quantiles(sequencedUs)]
      const ratio = (b.p50 / a.p50).toFixed(2)
      const times = [a.p50, a.p99, b.p50, b.p99].map((us) => us.toFixed(0)).join(' | ')
      say(`| ${load.name} | ${bytes + FRAME_BYTES} | ${times} | ${ratio} |`)
    })
  }
}

/** A fixed number of senders, each sending its next command when the last is durable. */
async function throughput(): Promise<void> {
  say(`\n## Group commit: senders that each wait for their answer, best of ${REPEATS} runs\n`)
  say('| Load | Bytes a command | Senders | Way | Commands/s | MB/s | p50 µs | p99 µs |')
  say('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const load of [SMALL, LARGE]) {
    for (const senders of [1, 16, 64, 4096]) {
      for (const way of ['as built', 'always blocking', 'always pool'] as const) {
        const runs: Run[] = []
        for (let i = 0; i < REPEATS; i++) runs.push(await group(load, senders, way))
        const { rate, bytes, p50, p99 } = runs.sort((a, b) => b.rate - a.rate)[0] as Run
        const head = `| ${load.name} | ${bytes} | ${senders} | ${way} `
        say(
          `${head}| ${rate.toFixed(0)} | ${((rate * bytes) / MB).toFixed(0)} | ${p50.toFixed(0)} | ${p99.toFixed(0)} |`,
        )
      }
    }
  }
}

interface Run {
  readonly rate: number
  readonly bytes: number
  readonly p50: number
  readonly p99: number
}

async function group(load: Load, senders: number, way: Way): Promise<Run> {
  const total = Math.min(senders * 500, 120_000)
  let run: Run | undefined
  await withSequencer(load, way, async (_send, bytes, sequencer, submission) => {
    const us = new Float64Array(total)
    let sent = 0
    let done = 0
    const started = performance.now()
    await new Promise<void>((settle) => {
      const next = () => {
        if (sent === total) return
        sent++
        const at = performance.now()
        sequencer.submit({
          write: submission.write,
          onDurable: () => {
            us[done++] = (performance.now() - at) * 1000
            if (done === total) settle()
            else next()
          },
          onFailure: failed,
        })
      }
      for (let i = 0; i < senders; i++) next()
    })
    const seconds = (performance.now() - started) / 1000
    const { p50, p99 } = quantiles(us)
    run = { rate: total / seconds, bytes, p50, p99 }
  })
  return run as unknown as Run
}

type Send = () => Promise<void>

/** Runs `measure` with a sequencer over a fresh journal; `bytes` are those of one entry. */
async function withSequencer(
  load: Load,
  way: Way,
  measure: (send: Send, bytes: number, sequencer: Sequencer, submission: Pick<Submission, 'write'>) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(root, 'portcullis-bench-'))
  const engine = copying(load)
  const small = await openSmallJournal(directory, { engine, segmentBytes: 64 * MB })
  const sequencer = new Sequencer({
    engine,
    journal: forced(small.journal, way),
    clock: systemClock,
    timer: systemTimer,
    lastSeq: 0,
    lastTimeUs: 0,
    report: () => {},
    onFatal: (cause) => {
      throw cause
    },
  })
  const write = (tape: Tape) => append(tape, load.command)
  const bytes = load.command.length + load.events.length
  const send = () =>
    new Promise<void>((settle) => sequencer.submit({ write, onDurable: () => settle(), onFailure: failed }))
  await send()
  await measure(send, bytes, sequencer, { write })
  await sequencer.close()
  await small.close().catch(() => {})
  rmSync(directory, { recursive: true })
}

function forced(journal: FileJournal, way: Way): JournalPort {
  if (way === 'as built') return journal
  const { headBytes, tailBytes } = journal
  const mayBlock = way === 'always blocking'
  return { headBytes, tailBytes, append: (block) => journal.append(block, mayBlock), close: () => journal.close() }
}

function loadOf(name: string, command: RecordLayout, decision: RecordLayout, behind: number): Load {
  const tape = Tape.ofBytes(4096)
  encode(tape, command, {})
  const commandBytes = tape.u8.slice(0, tape.end)
  const at = encode(tape, decision, {})
  tape.end += behind
  tape.i32[(at >> 2) + 1] = tape.end - at
  return { name, command: commandBytes, events: tape.u8.slice(at, tape.end) }
}

/** An engine that decides nothing: it appends the same events to every command. */
function copying(load: Load): DecisionEngine {
  const engine: Pick<DecisionEngine, 'execute' | 'nextWork' | 'due'> = {
    execute: (tape) => {
      append(tape, load.events)
    },
    nextWork: () => null,
    due: () => null,
  }
  return engine as DecisionEngine
}

function append(tape: Tape, bytes: Uint8Array): number {
  const offset = tape.end
  tape.u8.set(bytes, offset)
  tape.end += bytes.length
  return offset
}

function failed(fault: string): never {
  throw new Error(fault)
}

function say(line: string): void {
  out.push(line)
  console.log(line)
}

say(`# Journal: durable commands\n`)
say(`Machine: ${machine()}. Commit ${commit()}. The engine decides nothing and copies its events.\n`)
await lowLoad()
await throughput()
say(
  `\nLoad average of the machine over the minute before the end: ${loadavg()[0]?.toFixed(1)}, this benchmark included.`,
)
if (process.env.RECORD === '1') writeFileSync('bench/results/journal.md', `${out.join('\n')}\n`)
