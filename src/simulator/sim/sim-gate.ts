/**
 * One run of the gate in a simulated world: the real recovery, engine, journal and sequencer, from the start of its process
 * to its end.
 */
import { createEngine, type Engine } from '../../engine/engine.ts'
import { BLOCK_TRAILER_BYTES } from '../../journal/block-frame.ts'
import type { DirectoryLock } from '../../journal/directory-lock.ts'
import { FileJournal } from '../../journal/file-journal.ts'
import type { JournalFiles } from '../../journal/journal-files.ts'
import { JournalReader } from '../../journal/journal-reader.ts'
import type { Predecessor } from '../../journal/owner-file.ts'
import { OwnershipLost } from '../../journal/owner-file.ts'
import { fenceLastSegment } from '../../journal/segment-fence.ts'
import { type SegmentFacts, segmentName } from '../../journal/segment-header.ts'
import type { EngineSizes } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import { ENGINE_VERSION } from '../../model/version.ts'
import { recover } from '../../replay/recover.ts'
import { US_EQUITY_PACK } from '../../rules/us-equity-pack.ts'
import type { Fault, Submission } from '../../sequencer/ports.ts'
import { Sequencer } from '../../sequencer/sequencer.ts'
import { type Command, encodeCommand } from '../commands/command.ts'
import type { SimDisk } from './sim-disk.ts'
import type { SimLoop } from './sim-loop.ts'
import type { SimProcess } from './sim-process.ts'
import type { Witness } from './witness.ts'

export const DIRECTORY = '/journal'
/** Small, so that an engine is made in a moment, and large enough for what a short world fills. */
export const SIM_SIZES: EngineSizes = {
  orders: 256,
  idsPerDay: 1024,
  instruments: 16,
  scopes: 64,
  cellPages: 1536,
  books: 256,
  limitRows: 1024,
  executionsPerDay: 1024,
  locates: 128,
  duplicates: 512,
}

export function simFacts(hashSeed: number): SegmentFacts {
  const codeHash = 'c0'.repeat(32)
  return {
    engineVersion: ENGINE_VERSION,
    codeHash,
    parametersVersion: 1,
    durability: 'fsync',
    sizes: SIM_SIZES,
    hashSeed,
  }
}

export function simEngine(facts: SegmentFacts): Engine {
  return createEngine({
    ...{ sizes: facts.sizes, hashSeed: facts.hashSeed, rules: US_EQUITY_PACK },
    onRiskError: (error) => {
      throw error
    },
  })
}

/** What a command came to. */
export type Answer =
  /** The events behind the command, durable. */
  | { readonly seq: number; readonly entry: Uint8Array }
  | { readonly fault: Fault }
  /** A cancel that passed without the journal. */
  | 'passed'

/** Who may write in the folder now. */
export interface Ownership {
  owner: string
}

export interface GateSettings {
  readonly process: SimProcess
  readonly disk: SimDisk
  /** The process's view of it. */
  readonly files: JournalFiles
  readonly loop: SimLoop
  readonly witness: Witness
  readonly ownership: Ownership
  /** 16 hex digits, another for each start. */
  readonly owner: string
  readonly predecessor: Predecessor
  readonly hashSeed: number
  readonly segmentBytes: number
  readonly queueMax: number
  readonly blockingBytes: number
  readonly onFatal: (cause: unknown) => void
}

const NEVER_REFUSED: readonly string[] = ['CancelOrder', 'ExecutionReport', 'Kill']
/** An owner looks that often whether it still is one. */
const LOOKS_EVERY_MS = 500

export class SimGate {
  readonly process: SimProcess
  readonly #settings: GateSettings
  readonly #journal: FileJournal
  readonly #sequencer: Sequencer

  /** Starts as the product does. @throws Halted, JournalDamage, JournalNoRoom, OwnershipLost, or as the disk does */
  constructor(settings: GateSettings) {
    const { process, files, loop, witness } = settings
    this.process = process
    this.#settings = settings
    settings.ownership.owner = settings.owner
    fenceLastSegment(DIRECTORY, files)
    const facts = simFacts(settings.hashSeed)
    const engine = simEngine(facts)
    const reader = new JournalReader(DIRECTORY, undefined, files)
    const { lastSeq, lastTimeUs } = recover(engine, witness.watching(reader, engine))
    const { segmentBytes, queueMax, blockingBytes } = settings
    this.#journal = FileJournal.open({
      ...{ lock: lockOf(settings), reader, facts, files, segmentBytes, later: process.later },
      wallUs: () => loop.wallUs(),
      nonce: () => settings.owner.repeat(2),
      hashHereBytes: Number.POSITIVE_INFINITY,
      publishMs: 0,
      diskSize: () => ({ freeBytes: 1e12, totalBytes: 1e12 }),
    })
    witness.started(engine)
    this.#sequencer = new Sequencer({
      ...{ engine, journal: this.#journal, clock: loop, timer: process, lastSeq, lastTimeUs, queueMax, blockingBytes },
      later: process.later,
      elapsedUs: () => loop.monotonicUs(),
      publish: (block) => witness.published(block, engine),
      report: (notice) => {
        if (notice.code === 'ANSWER_FAULT') witness.fail(notice.cause)
      },
      onFatal: (cause) => {
        if (process.isAlive) settings.onFatal(cause)
      },
    })
  }

  /** Where the start has moved a torn tail to, if there was one. */
  get movedTail(): string | undefined {
    return this.#journal.movedTail
  }

  /** Takes a command; `answer` is called at most once, and not by a process that has ended. */
  submit(command: Command, answer: (answer: Answer) => void): void {
    const say = (said: Answer) => {
      if (this.process.isAlive) answer(said)
    }
    const submission: Submission = {
      write: (tape) => encodeCommand(tape, command),
      onDurable: (tape, entryOffset, entryEnd) => {
        if (!this.process.isAlive) return
        const entry = tape.u8.slice(entryOffset, entryEnd)
        const seq = tape.f64[(entryOffset >> 3) + 1] as number
        this.#settings.witness.answered(seq, entry, this.#isDurable(tape, entryOffset, entry))
        say({ seq, entry })
      },
      onFailure: (fault, cause) => {
        if (fault === 'COMMAND_FAULT') this.#settings.witness.fail(cause)
        say({ fault })
      },
      neverRefused: NEVER_REFUSED.includes(command.name),
      ...(command.name === 'CancelOrder' ? { onJournalDown: () => say('passed') } : {}),
    }
    this.#sequencer.submit(submission)
  }

  /** Ends in order. */
  close(): Promise<void> {
    return this.#sequencer.close()
  }

  /** Asks the disk, not the journal, whether the entry is where the journal says. */
  #isDurable(tape: Tape, entryOffset: number, entry: Uint8Array): boolean {
    const { segment, offset } = this.#journal.durable
    const position = offset - BLOCK_TRAILER_BYTES - (tape.end - entryOffset)
    return this.#settings.disk.holds(`${DIRECTORY}/${segmentName(segment)}`, entry, position)
  }
}

function lockOf({ ownership, owner, predecessor, process }: GateSettings): DirectoryLock {
  let isLost = false
  const isOwn = () => ownership.owner === owner
  process.every(LOOKS_EVERY_MS, () => {
    isLost = !isOwn()
  })
  return {
    ...{ directory: DIRECTORY, owner, predecessor },
    get isLost() {
      return isLost
    },
    assertHeld: () => {
      if (!isOwn()) throw new OwnershipLost(DIRECTORY)
    },
    renew: () => {},
    release: async () => {},
  }
}
