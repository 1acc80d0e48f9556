/**
 * Whoever watches all of a simulated world: sees every answer and every durable block, compares each with the twin and with
 * what was seen before, and keeps the first thing that is wrong.
 */
import type { JournalReader, StoredBlock } from '../../journal/journal-reader.ts'
import { type DecisionEngine, ENTRY_BYTES_MAX, type EngineView } from '../../model/engine-port.ts'
import { carriedBy, isCommandAt, layoutOfType } from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'
import { OUTCOMES } from '../../model/vocabulary.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { Command } from '../commands/command.ts'
import { type RecordedEvent, recordedEvents } from '../commands/recorded-events.ts'
import { learn } from '../compare.ts'
import { compareEvents, type Ledger } from '../comparison/decisions.ts'
import { compareStanding } from '../comparison/standing.ts'
import { NotMirrored } from '../twin/live-orders.ts'
import type { Twin } from '../twin/twin.ts'
import { ApprovalCheck } from './approval-check.ts'
import { HoldCheck } from './hold-check.ts'
import { KillCheck } from './kill-check.ts'
import { LimitCheck } from './limit-check.ts'
import type { Trace } from './trace.ts'

/** Blocks between two looks at the whole state. */
const LOOKS_EVERY = 4

export class Witness {
  /** The first thing that was wrong. */
  failure: unknown
  readonly #twin: Twin
  readonly #trace: Trace
  readonly #asksDisk: boolean
  readonly #ledger: Ledger
  readonly #tape = Tape.ofBytes(2 * ENTRY_BYTES_MAX)
  /** By sequence number - 1, as they were published or recovered. */
  readonly #entries: Uint8Array[] = []
  /** What a start has read behind them. It is sure when the start has written it again, and may be lost until then. */
  #read: Uint8Array[] = []
  readonly #answered = new Map<number, Uint8Array>()
  readonly #hashes = new Map<number, string>()
  readonly #limits = new LimitCheck()
  readonly #kills = new KillCheck()
  readonly #approvals = new ApprovalCheck()
  readonly #holds = new HoldCheck()
  #lastTimeUs = 0
  #blocks = 0
  /** False once the gate has done what the twin does not know: what needs the twin is not compared from then on. */
  #isMirrored = true

  /** @param asksDisk whether an answer is held against the disk at once, and not only after the next start */
  constructor(twin: Twin, trace: Trace, asksDisk: boolean) {
    this.#twin = twin
    this.#asksDisk = asksDisk
    this.#trace = trace
    this.#ledger = { rows: new Map(), slots: twin.state.slots }
  }

  get lastSeq(): number {
    return this.#entries.length
  }

  fail(cause: unknown): void {
    this.failure ??= cause ?? new Error('something failed and said nothing')
  }

  /** A client is being told of the entry. */
  answered(seq: number, entry: Uint8Array, isDurable: boolean): void {
    if (this.#asksDisk && !isDurable) this.fail(new Error(`command ${seq} is answered and not durable`))
    const before = this.#answered.get(seq) ?? this.#entries[seq - 1]
    if (before !== undefined && Buffer.compare(before, entry) !== 0) {
      this.fail(new Error(`command ${seq} is answered twice, and differently`))
    }
    this.#answered.set(seq, entry)
  }

  /** A block is durable, as the gate says. */
  published(block: Block, engine: DecisionEngine): void {
    try {
      for (const bytes of entriesOf(block)) this.#append(bytes, engine.view)
      if (engine.view.seq === block.lastSeq && this.#blocks++ % LOOKS_EVERY === 0) {
        this.#hashes.set(block.lastSeq, engine.stateHash())
        this.#limits.look(engine.view)
      }
    } catch (cause) {
      this.fail(cause)
    }
  }

  /** The reader, with an eye on what a start reads and on the state that it comes to. */
  watching(reader: JournalReader, engine: DecisionEngine): Pick<JournalReader, 'blocks' | 'end'> {
    const blocks = () => this.#watched(reader.blocks(), engine)
    return {
      blocks,
      get end() {
        return reader.end
      },
    }
  }

  /** The start is done: what it has read is in the stream for good. */
  started(engine: DecisionEngine): void {
    for (const bytes of this.#read.splice(0)) {
      this.#trace.count('durable before its answer')
      this.#append(bytes, engine.view)
    }
  }

  /** Compares all that stands in an engine that has everything with the twin. */
  compareStanding(engine: DecisionEngine): void {
    if (!this.#isMirrored) return
    compareStanding(undefined, engine.view, this.#twin.state, this.#ledger, this.#lastTimeUs)
  }

  *#watched(blocks: Iterable<StoredBlock>, engine: DecisionEngine): Generator<StoredBlock, void> {
    this.#read = []
    let lastSeq = 0
    for (const block of blocks) {
      yield block
      // The engine has applied it.
      lastSeq = block.lastSeq
      for (const bytes of entriesOf(block)) this.#compare(bytes)
      const hash = this.#hashes.get(lastSeq)
      if (hash !== undefined && engine.stateHash() !== hash) {
        throw new Error(`the state after command ${lastSeq} is not what it was`)
      }
    }
    if (lastSeq < this.lastSeq) throw new Error(`the journal ends at command ${lastSeq}, ${this.lastSeq} was published`)
    for (const seq of this.#answered.keys()) {
      if (seq > lastSeq) throw new Error(`command ${seq} was answered and is lost`)
    }
  }

  /** Compares what a start reads with what it must find. */
  #compare(bytes: Uint8Array): void {
    const seq = seqOf(bytes)
    const known = this.#entries[seq - 1] ?? this.#answered.get(seq)
    if (known !== undefined && Buffer.compare(known, bytes) !== 0) {
      throw new Error(`command ${seq} is not the one that was answered or published`)
    }
    if (seq > this.lastSeq) this.#read.push(bytes)
  }

  /** The next entry of the stream: what follows from it is compared with the twin. */
  #append(bytes: Uint8Array, view: EngineView): void {
    const seq = seqOf(bytes)
    if (seq !== this.lastSeq + 1) throw new Error(`command ${seq} follows command ${this.lastSeq}`)
    const answered = this.#answered.get(seq)
    if (answered !== undefined && Buffer.compare(answered, bytes) !== 0) {
      throw new Error(`command ${seq} was answered otherwise`)
    }
    this.#entries.push(bytes)
    this.#trace.bytes(bytes)
    const tape = this.#tape
    tape.u8.set(bytes)
    tape.end = bytes.length
    const given = commandAt(tape)
    this.#lastTimeUs = given.values.timeUs
    const recorded = recordedEvents(tape, lengthAt(tape, 0))
    if (this.#isMirrored) this.#mirror(given, recorded)
    for (const { name, values } of recorded) {
      this.#trace.count(name === 'OrderDecided' ? `${OUTCOMES[values.outcome as number]}` : name)
    }
    if (this.#isMirrored) this.#kills.entry(given, recorded, this.#twin.state)
    this.#limits.entry(given, recorded, view)
    this.#approvals.entry(given, recorded, this.#twin.state)
    this.#holds.entry(given, recorded, this.#twin.state)
  }

  #mirror(given: Command, recorded: readonly RecordedEvent[]): void {
    try {
      const said = this.#twin.execute(given)
      learn(given, recorded, said, this.#ledger)
      compareEvents(given, recorded, said, this.#ledger)
    } catch (cause) {
      if (!(cause instanceof NotMirrored)) throw cause
      this.#isMirrored = false
      this.#trace.count('not mirrored by the twin from here on')
    }
  }
}

/** Copies of the entries, each a command with its events. */
function entriesOf({ tape, start, end }: Block): Uint8Array[] {
  const entries: Uint8Array[] = []
  for (let at = start; at < end; ) {
    const from = at
    do at += lengthAt(tape, at)
    while (at < end && !isCommandAt(tape, at))
    entries.push(tape.u8.slice(from, at))
  }
  return entries
}

function seqOf(entry: Uint8Array): number {
  return new DataView(entry.buffer, entry.byteOffset).getFloat64(8, true)
}

function commandAt(tape: Tape, at = 0): Command {
  const layout = layoutOfType(typeAt(tape, at))
  if (layout === undefined) throw new Error(`no layout has the type ${typeAt(tape, at)}`)
  const made = { name: layout.name, values: decode(tape, at, layout) } as unknown as Command
  const carried = carriedBy(tape, at)
  return carried < 0 ? made : { ...made, inner: commandAt(tape, carried) }
}
