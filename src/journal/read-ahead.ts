/**
 * A journal's blocks for one who applies them, segment by segment: a long journal is read and proved whole by a second
 * thread while this one applies the segment before. No block is given out before its whole segment was proved.
 */
import { on } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Tape } from '../model/records/tape.ts'
import {
  JournalDamage,
  type JournalEnd,
  JournalReader,
  JournalTooNew,
  type StoredBlock,
  segmentFiles,
  tapeOfAtLeast,
} from './journal-reader.ts'
import type { SegmentHeader } from './segment-header.ts'

/** A block whose chain is proved: its own hash is of no more use. */
export type ProvedBlock = Omit<StoredBlock, 'hash'>

/** Less than this is read sooner than a thread has started and been waited for. */
const AHEAD_BYTES = 128 * 1024 * 1024
/** Segments on their way at once: one is applied, one waits, one is read. */
const AHEAD_SEGMENTS = 3

/** Doubles of one block in `SegmentRead.blocks`. */
export const BLOCK_NUMBERS = 5

export interface ReadOrder {
  readonly directory: string
  readonly fromSegment: number
}

/** What the reading thread says, once for each buffer that it is given. */
export type ReadAnswer =
  | {
      readonly kind: 'segment'
      readonly segment: SegmentHeader
      readonly file: string
      /** start, end, firstSeq, lastSeq, lastTimeUs of each block. */
      readonly blocks: Float64Array
      readonly buffer: ArrayBuffer
    }
  | { readonly kind: 'end'; readonly end: JournalEnd }
  | { readonly kind: 'fault'; readonly fault: ReadFault }

/** An error, whose class does not pass from one thread to another. */
export type ReadFault =
  | { readonly name: 'JournalDamage'; readonly file: string; readonly offset: number; readonly why: string }
  | { readonly name: 'JournalTooNew'; readonly why: string }
  | { readonly name: 'other'; readonly message: string; readonly code: string | undefined }

export interface ReadAheadOptions {
  /** Called before each block, by which a gate shows that it lives while it reads. */
  readonly onProgress?: () => void
  /** Journals of fewer bytes, counted from the first segment that is read, are read by this thread. */
  readonly aheadBytes?: number
}

export class AheadReader {
  readonly directory: string
  readonly #options: ReadAheadOptions
  #end: JournalEnd | undefined

  constructor(directory: string, options: ReadAheadOptions = {}) {
    this.directory = directory
    this.#options = options
  }

  /** Where the journal ends; known once `segments` was read to its end. */
  get end(): JournalEnd {
    if (this.#end === undefined) throw new Error('the journal was not read to its end')
    return this.#end
  }

  /**
   * The blocks of each segment from `fromSegment` on. They may be read until the next segment is asked for.
   * Throws what JournalReader throws.
   */
  async *segments(fromSegment = 1): AsyncGenerator<Iterable<ProvedBlock>, void> {
    const { aheadBytes = AHEAD_BYTES } = this.#options
    if (bytesFrom(this.directory, fromSegment) < aheadBytes) yield* this.#readHere(fromSegment)
    else yield* this.#readAhead(fromSegment)
  }

  *#readHere(fromSegment: number): Generator<Iterable<ProvedBlock>, void> {
    const reader = new JournalReader(this.directory, this.#options.onProgress)
    let tape = Tape.ofBytes(0)
    const tapeOf = (bytes: number) => {
      if (tape.buffer.byteLength < bytes) tape = tapeOfAtLeast(bytes)
      return tape
    }
    yield* reader.segments(fromSegment, tapeOf)
    this.#end = reader.end
  }

  async *#readAhead(fromSegment: number): AsyncGenerator<Iterable<ProvedBlock>, void> {
    const order: ReadOrder = { directory: this.directory, fromSegment }
    const worker = new Worker(new URL('read-ahead-worker.js', import.meta.url), { workerData: order })
    const answers = on(worker, 'message', { close: ['exit'] })
    try {
      for (let ahead = 0; ahead < AHEAD_SEGMENTS; ahead++) giveBuffer(worker, new ArrayBuffer(0))
      for await (const [answer] of answers as AsyncIterable<[ReadAnswer]>) {
        if (answer.kind === 'fault') throw errorOf(answer.fault)
        if (answer.kind === 'end') {
          this.#end = answer.end
          return
        }
        yield blocksOf(answer, this.#options.onProgress)
        giveBuffer(worker, answer.buffer)
      }
      throw new Error(`the thread that reads ${this.directory} has ended by itself`)
    } finally {
      await worker.terminate()
    }
  }
}

function bytesFrom(directory: string, fromSegment: number): number {
  const names = segmentFiles(directory).slice(fromSegment - 1)
  return names.reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
}

/** Asks for one more segment, which is read into the buffer where that is large enough. */
function giveBuffer(worker: Worker, buffer: ArrayBuffer): void {
  worker.postMessage(buffer, [buffer])
}

function* blocksOf(answer: ReadAnswer & { kind: 'segment' }, onProgress?: () => void): Generator<ProvedBlock, void> {
  const { segment, file, blocks } = answer
  const tape = new Tape(answer.buffer)
  for (let at = 0; at < blocks.length; at += BLOCK_NUMBERS) {
    const [start, end, firstSeq, lastSeq, lastTimeUs] = blocks.subarray(at, at + BLOCK_NUMBERS) as unknown as Numbers
    onProgress?.()
    // The engine finds the end of an entry by the end of the tape.
    tape.end = end
    yield { tape, start, end, firstSeq, lastSeq, lastTimeUs, segment, file }
  }
}

type Numbers = readonly [number, number, number, number, number]

/** As the thread that reads says it. */
export function faultOf(cause: unknown): ReadFault {
  if (cause instanceof JournalDamage) {
    const { file, offset, why } = cause
    return { name: 'JournalDamage', file, offset, why }
  }
  if (cause instanceof JournalTooNew) return { name: 'JournalTooNew', why: cause.message }
  const { message, code } = cause as NodeJS.ErrnoException
  return { name: 'other', message, code }
}

function errorOf(fault: ReadFault): Error {
  if (fault.name === 'JournalDamage') return new JournalDamage(fault.file, fault.offset, fault.why)
  if (fault.name === 'JournalTooNew') return new JournalTooNew(fault.why)
  const { message, code } = fault
  return code === undefined ? new Error(message) : Object.assign(new Error(message), { code })
}
