/**
 * The single writer. Commands of one turn of the event loop are stamped, decided one after another onto a tape, made
 * durable as one block, and answered in their order. While a block is on its way to the disk the next one is decided on
 * a second tape. Nothing is answered before its block is durable; after a failed append nothing is decided any more.
 */
import type { DecisionEngine, WriteCommand } from '../model/engine-port.ts'
import { TICK } from '../model/records/commands.ts'
import { isCommandAt } from '../model/records/events.ts'
import { encode } from '../model/records/schema.ts'
import { lengthAt, type Tape } from '../model/records/tape.ts'
import { Batch, type Pending } from './batch.ts'
import { FairLine } from './fair-line.ts'
import {
  type Block,
  type Clock,
  COMMAND_BYTES_MAX,
  type DiskRoom,
  type Fault,
  type JournalPort,
  type Notice,
  type Observer,
  type Pulse,
  type Submission,
  type Timer,
} from './ports.ts'
import { SequencerTime } from './sequencer-time.ts'
import { systemClock } from './system-clock.ts'
import { WaitingLine } from './waiting-line.ts'

/** Commands of one turn: then whoever has come meanwhile is read, and gets its turn. */
const ROUND_MAX = 512
/** Sender of the gate's own commands. */
const OWN = -1
/** An idle stream is ticked this often. */
const TICK_MS = 100
/** The journal's disk is looked at once a second. */
const TICKS_A_LOOK = 10
/** Up to here, with nobody else waiting, a blocking append beats the thread pool (bench/results/journal.md). */
const BLOCKING_BYTES = 32 * 1024

export interface SequencerOptions {
  readonly engine: DecisionEngine
  readonly journal: JournalPort
  readonly clock: Clock
  readonly timer: Timer
  /** Where the recovered stream ends; 0 for an empty journal. */
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** Most commands that may wait for durability, and the longest wait, before new ones get QUEUE_FULL. */
  readonly queueMax?: number
  readonly queueAgeMaxUs?: number
  /** Longest wait of an order before it is decided; then it is refused. */
  readonly orderAgeMaxUs?: number
  /** Largest batch that is appended blocking when nobody else waits. */
  readonly blockingBytes?: number
  /** Elapsed time of the machine, which the age of the queue goes by whatever the clock is; tests move it by hand. */
  readonly elapsedUs?: () => number
  /** Runs the next round when this turn is over. */
  readonly later?: (run: () => void) => void
  /** Told how long each step took. */
  readonly observer?: Observer
  /** Called for every durable block, after its answers. The tape may be read during the call only. */
  readonly publish?: (block: Block) => void
  readonly report: (notice: Notice) => void
  /** The stream has ended: memory is ahead of the journal and the process must exit. Called once. */
  readonly onFatal: (cause: unknown) => void
}

/** What became of a block that was handed to the journal. */
type Handed = { readonly durable: Promise<void> | undefined } | { readonly cause: unknown }

const nothing = () => {}
const nobody: Observer = { waited: nothing, decided: nothing, durable: nothing, answered: nothing }
const tick: Submission = {
  write: (tape) => encode(tape, TICK, { session: -1, principal: -1 }),
  onDurable: nothing,
  onFailure: nothing,
}

/** A quarter of a second: who decided on an order by then has seen other prices. */
export const ORDER_AGE_MAX_US = 250_000

const SEQ_AT = TICK.at.seq
const TIME_AT = TICK.at.timeUs

export class Sequencer {
  readonly #engine: DecisionEngine
  readonly #journal: JournalPort
  readonly #time: SequencerTime
  readonly #elapsedUs: () => number
  readonly #later: (run: () => void) => void
  readonly #queueMax: number
  readonly #queueAgeMaxUs: number
  readonly #orderAgeMaxUs: number
  readonly #blockingBytes: number
  readonly #observer: Observer
  readonly #publish: (block: Block) => void
  readonly #report: (notice: Notice) => void
  readonly #onFatal: (cause: unknown) => void
  readonly #stopTicks: () => void
  readonly #queue = new FairLine<Pending>()
  /** What goes before the queue. */
  readonly #firsts = new WaitingLine<Pending>()
  #filling: Batch
  /** The other tape: empty, or on its way to the disk. */
  #resting: Batch
  #inFlight: Batch | undefined
  #lastSeq: number
  #lastTimeUs: number
  #durableSeq: number
  #scheduled = false
  /** Elapsed time of the machine in the present turn. */
  #turnUs = 0
  #active = false
  #ticks = 0
  /** Elapsed time when the loop last showed that it turns. */
  #beatUs: number
  #closing = false
  #down: { readonly cause: unknown } | undefined
  #whenIdle: (() => void)[] = []

  constructor(options: SequencerOptions) {
    const { journal } = options
    this.#engine = options.engine
    this.#journal = journal
    this.#elapsedUs = options.elapsedUs ?? systemClock.monotonicUs
    this.#later = options.later ?? setImmediate
    this.#time = new SequencerTime(options.clock, options.lastTimeUs, options.report)
    this.#queueMax = options.queueMax ?? 65_536
    this.#queueAgeMaxUs = options.queueAgeMaxUs ?? 1_000_000
    this.#orderAgeMaxUs = options.orderAgeMaxUs ?? ORDER_AGE_MAX_US
    this.#blockingBytes = options.blockingBytes ?? BLOCKING_BYTES
    this.#observer = options.observer ?? nobody
    this.#publish = options.publish ?? nothing
    this.#report = options.report
    this.#onFatal = options.onFatal
    this.#filling = new Batch(journal.headBytes, journal.tailBytes)
    this.#resting = new Batch(journal.headBytes, journal.tailBytes)
    this.#lastSeq = options.lastSeq
    this.#lastTimeUs = options.lastTimeUs
    this.#durableSeq = options.lastSeq
    this.#beatUs = this.#elapsedUs()
    this.#stopTicks = options.timer.every(TICK_MS, () => this.#tick())
    this.#lookAtDisk()
    // What was being swept when the last process ended goes on.
    this.#goOn()
  }

  /** Everything up to this command is durable. */
  get durableSeq(): number {
    return this.#durableSeq
  }

  /** Commands that wait for their turn or for their block. */
  get waiting(): number {
    return (
      this.#firsts.length + this.#queue.length + this.#filling.pending.length + (this.#inFlight?.pending.length ?? 0)
    )
  }

  /** Read by whoever looks at the gate's health. */
  get pulse(): Pulse {
    const nowUs = this.#elapsedUs()
    const heads = [this.#inFlight?.pending[0], this.#filling.pending[0], this.#firsts.first, ...this.#queue.firsts()]
    const sinceUs = heads.reduce((oldest, head) => Math.min(oldest, head?.sinceUs ?? oldest), nowUs)
    return {
      beatAgeUs: nowUs - this.#beatUs,
      waiting: this.waiting,
      oldestUs: nowUs - sinceUs,
      bytes: this.#filling.bytes + (this.#inFlight?.bytes ?? 0),
    }
  }

  /** True after a failed append: nothing is decided any more. */
  get isDown(): boolean {
    return this.#down !== undefined
  }

  /** Whether the journal's disk takes more. */
  get diskRoom(): DiskRoom {
    return this.#journal.diskRoom ?? 'enough'
  }

  /** Takes a command. Its answer comes in the order of submission, a refusal at once. */
  submit(submission: Submission): void {
    if (!this.#scheduled) this.#turnUs = this.#elapsedUs()
    if (this.#down !== undefined) this.#refuse(submission, 'JOURNAL_UNAVAILABLE')
    else if (this.#closing) submission.onFailure('NOT_READY')
    else if (submission.neverRefused !== true && this.#journal.diskRoom === 'full') submission.onFailure('DISK_FULL')
    else if (submission.neverRefused !== true && this.#isFull(submission.from ?? OWN))
      submission.onFailure('QUEUE_FULL')
    else {
      this.#active = true
      this.#enqueue(submission)
    }
  }

  /** Takes no more commands, answers those that wait, and closes the journal. */
  async close(): Promise<void> {
    this.#closing = true
    this.#stopTicks()
    if (!this.#isIdle) await new Promise<void>((settle) => this.#whenIdle.push(settle))
    await this.#journal.close()
  }

  get #isIdle(): boolean {
    return this.#waitingLines === 0 && this.#filling.isEmpty && this.#inFlight === undefined
  }

  get #waitingLines(): number {
    return this.#firsts.length + this.#queue.length
  }

  /** For this sender: nobody takes more of the room than is left for the others, and a backlog of one is not theirs. */
  #isFull(from: number): boolean {
    const { waiting } = this
    const own = this.#queue.lengthOf(from)
    if (waiting >= this.#queueMax || own > this.#queueMax - waiting) return true
    const oldest = this.#inFlight?.pending[0] ?? this.#filling.pending[0] ?? this.#queue.firstOf(from)
    return oldest !== undefined && this.#turnUs - oldest.sinceUs > this.#queueAgeMaxUs
  }

  #enqueue(submission: Submission): void {
    // Stamped as it comes, so that a clock which requests move gives each the time that its own request set.
    const pending = { submission, timeUs: this.#time.now(), sinceUs: this.#turnUs, offset: 0, end: 0 }
    if (submission.first === true) this.#firsts.push(pending)
    else this.#queue.push(pending, submission.from ?? OWN)
    this.#schedule()
  }

  #tick(): void {
    this.#time.watch()
    if (++this.#ticks % TICKS_A_LOOK === 0) this.#lookAtDisk()
    // The first command is the genesis record; time does not pass before it.
    if (this.#lastSeq === 0 && this.#isIdle) this.#beatUs = this.#elapsedUs()
    const isDue = !this.#active && this.#isIdle && this.#lastSeq > 0
    this.#active = false
    // What waits for the disk may be too old by now.
    if (this.#waitingLines > 0) this.#schedule()
    if (!isDue || this.#down !== undefined || this.#closing) return
    this.#turnUs = this.#elapsedUs()
    this.#enqueue(tick)
  }

  #lookAtDisk(): void {
    const notice = this.#journal.lookAtDisk?.()
    if (notice !== undefined) this.#report(notice)
  }

  #schedule(): void {
    if (this.#scheduled || this.#down !== undefined) return
    this.#scheduled = true
    this.#later(() => this.#drain())
  }

  /** One round: sweep and queue onto the tape, and the tape to the journal unless the other one is still there. */
  #drain(): void {
    this.#scheduled = false
    this.#turnUs = this.#elapsedUs()
    this.#time.watch()
    const before = this.#lastSeq
    this.#fill()
    if (this.#lastSeq !== before) this.#observer.decided(this.#elapsedUs() - this.#turnUs)
    if (this.#inFlight !== undefined || this.#filling.isEmpty || this.#down !== undefined) return this.#goOnFilling()
    const batch = this.#filling
    const mayBlock = batch.bytes <= this.#blockingBytes && this.#waitingLines === 0
    const handed = this.#hand(batch, mayBlock)
    this.#swap()
    this.#follow(batch, handed)
    this.#goOn()
  }

  #fill(): void {
    // One sweep opens each round, so that a long kill and the orders of others take turns.
    const work = this.#filling.isEmpty && !this.#closing ? this.#engine.nextWork() : null
    if (work !== null) {
      const timeUs = this.#notAfter(this.#firsts.first?.timeUs ?? this.#time.now())
      // What is due by then comes before it, and it in the next round.
      this.#sequenceOwn(this.#engine.due(timeUs) ?? work, timeUs)
    }
    for (let left = ROUND_MAX; left > 0 && this.#filling.hasRoom && this.#down === undefined; left--) {
      const line = this.#firsts.first === undefined ? this.#queue : this.#firsts
      const next = line.first
      if (next === undefined) return
      if (next.submission.mayGoStale === true) {
        if (this.#turnUs - next.sinceUs > this.#orderAgeMaxUs) {
          line.shift()
          next.submission.onFailure('STALE_ORDER')
          continue
        }
        // Decided now, it would be answered when the disk has caught up, however late that is.
        if (this.#isDiskLate) return
      }
      const timeUs = this.#notAfter(next.timeUs)
      const due = this.#engine.due(timeUs)
      if (due !== null) this.#sequenceOwn(due, timeUs)
      else {
        line.shift()
        this.#sequence(timeUs === next.timeUs ? next : { ...next, timeUs })
      }
    }
  }

  /** A command of the gate's own, which nobody waits for. */
  #sequenceOwn(write: WriteCommand, timeUs: number): void {
    const submission = { write, onDurable: nothing, onFailure: nothing }
    this.#sequence({ submission, timeUs, sinceUs: this.#turnUs, offset: 0, end: 0 })
  }

  /** What goes before the queue is stamped no later than what waits behind it, and nothing before what went: time never decreases. */
  #notAfter(timeUs: number): number {
    return Math.max(this.#lastTimeUs, Math.min(timeUs, this.#queue.first?.timeUs ?? timeUs))
  }

  get #isDiskLate(): boolean {
    return this.#inFlight !== undefined && this.#turnUs - this.#inFlight.handedUs > this.#orderAgeMaxUs
  }

  #sequence(pending: Pending): void {
    const batch = this.#filling
    const tape = batch.tape
    const offset = tape.end
    try {
      const written = pending.submission.write(tape)
      assertOneCommand(tape, offset, written)
    } catch (cause) {
      tape.end = offset
      pending.submission.onFailure('COMMAND_FAULT', cause)
      return
    }
    const seq = this.#lastSeq + 1
    tape.f64[(offset >> 3) + SEQ_AT] = seq
    tape.f64[(offset >> 3) + TIME_AT] = pending.timeUs
    try {
      this.#engine.execute(tape, offset)
    } catch (cause) {
      // State may be half changed: nothing of this tape may be found after a restart.
      batch.pending.push(pending)
      this.#fail(cause, undefined)
      return
    }
    this.#lastSeq = seq
    this.#lastTimeUs = pending.timeUs
    this.#observer.waited(this.#turnUs - pending.sinceUs)
    pending.offset = offset
    pending.end = tape.end
    batch.add(pending, seq)
  }

  #hand(batch: Batch, mayBlock: boolean): Handed {
    batch.handedUs = this.#elapsedUs()
    try {
      return { durable: this.#journal.append(batch, mayBlock) }
    } catch (cause) {
      return { cause }
    }
  }

  #follow(batch: Batch, handed: Handed): void {
    if ('cause' in handed) this.#fail(handed.cause, batch)
    else if (handed.durable === undefined) this.#answer(batch, this.#elapsedUs())
    else {
      this.#inFlight = batch
      handed.durable.then(
        () => this.#landed(batch),
        (cause: unknown) => {
          this.#inFlight = undefined
          this.#fail(cause, batch)
        },
      )
    }
  }

  #landed(batch: Batch): void {
    this.#inFlight = undefined
    const durableUs = this.#elapsedUs()
    const next = this.#filling
    // The disk works on the next block while this one is answered.
    const handed = next.isEmpty || this.#down !== undefined ? undefined : this.#hand(next, false)
    this.#answer(batch, durableUs)
    if (handed !== undefined) {
      this.#swap()
      this.#follow(next, handed)
    }
    this.#goOn()
  }

  #swap(): void {
    const filled = this.#filling
    this.#filling = this.#resting
    this.#resting = filled
  }

  #answer(batch: Batch, durableUs: number): void {
    this.#durableSeq = batch.lastSeq
    this.#beatUs = durableUs
    this.#observer.durable(batch.handedUs, durableUs)
    for (const { submission, offset, end } of batch.pending) {
      // An answer that cannot be given is no reason to stop the others: what it tells of has happened.
      try {
        submission.onDurable(batch.tape, offset, end)
      } catch (cause) {
        this.#report({ code: 'ANSWER_FAULT', cause })
      }
    }
    this.#observer.answered()
    try {
      this.#publish(batch)
    } catch (cause) {
      this.#report({ code: 'ANSWER_FAULT', cause })
    }
    batch.clear()
  }

  /** A round was full: the rest follows while the other tape is on its way, as far as there is room. */
  #goOnFilling(): void {
    const isHeld = this.#isDiskLate || !this.#filling.hasRoom
    if (this.#waitingLines > 0 && !isHeld) this.#schedule()
  }

  /** Schedules what is left to do, or says that nothing is. */
  #goOn(): void {
    const isSweeping = this.#down === undefined && !this.#closing && this.#engine.nextWork() !== null
    if (this.#waitingLines > 0 || isSweeping) this.#schedule()
    this.#sayIdle()
  }

  #sayIdle(): void {
    if (!this.#isIdle) return
    for (const settle of this.#whenIdle.splice(0)) settle()
  }

  /** Ends the stream. `handed` was on its way to the disk; what never was will not be found after a restart. */
  #fail(cause: unknown, handed: Batch | undefined): void {
    const wasDown = this.#down !== undefined
    this.#down ??= { cause }
    this.#stopTicks()
    for (const { submission } of handed?.pending ?? []) this.#refuse(submission, 'OUTCOME_UNKNOWN')
    handed?.clear()
    for (const { submission } of this.#filling.pending) this.#refuse(submission, 'JOURNAL_UNAVAILABLE')
    this.#filling.clear()
    for (const line of [this.#firsts, this.#queue]) {
      for (let waiting = line.shift(); waiting !== undefined; waiting = line.shift()) {
        this.#refuse(waiting.submission, 'JOURNAL_UNAVAILABLE')
      }
    }
    if (!wasDown) this.#onFatal(cause)
    this.#sayIdle()
  }

  /** A cancel passes even where the journal is down; its sender keeps it elsewhere. */
  #refuse(submission: Submission, fault: Fault): void {
    try {
      if (submission.onJournalDown === undefined) submission.onFailure(fault, this.#down?.cause)
      else submission.onJournalDown()
    } catch (cause) {
      this.#report({ code: 'ANSWER_FAULT', cause })
    }
  }
}

/** What follows on the tape must be readable for ever: exactly one command, where the engine looks for it. */
function assertOneCommand(tape: Tape, offset: number, written: number): void {
  const bytes = tape.end - offset
  const isOne = written === offset && bytes > 0 && bytes % 8 === 0 && lengthAt(tape, offset) === bytes
  if (!isOne || bytes > COMMAND_BYTES_MAX || !isCommandAt(tape, offset)) {
    throw new RangeError('a submission must write exactly one command record at the end of the tape')
  }
}
