/**
 * Reads a journal that a gate is writing, from another process: up to the position that the gate has published and never
 * past it, from segment to segment, as often as it is asked. It proves on the way what a JournalReader proves, changes
 * nothing and takes no lock, so that no gate waits for it.
 */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { Tape } from '../model/records/tape.ts'
import { BLOCK_BYTES_MAX } from '../sequencer/ports.ts'
import { blockHeaderAt, FRAME_BYTES, previousHashAt } from './block-frame.ts'
import { readDurablePosition } from './durable-position.ts'
import {
  assertEnds,
  atSegment,
  behind,
  blockAt,
  checkedHeader,
  headerOf,
  JournalDamage,
  type JournalEnd,
  NOTHING,
  type StoredBlock,
  saltOf,
} from './journal-reader.ts'
import { SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts'

/** A block in a journal: where it is, and what proves that it is still the same. */
export interface JournalPosition {
  readonly segment: number
  /** Bytes of the segment where the block begins and where it ends. */
  readonly blockOffset: number
  readonly offset: number
  /** Last sequence number and time in it. */
  readonly seq: number
  readonly timeUs: number
  /** Hash of the block, 64 hex digits. */
  readonly hash: string
}

export class JournalFollower {
  readonly #directory: string
  #end: JournalEnd = NOTHING
  #position: JournalPosition | undefined
  #tape = Tape.ofBytes(0)

  /** @param from the block to go on behind; whoever has it has proved that it stands there: {@link holdsBlock} */
  constructor(directory: string, from?: JournalPosition) {
    this.#directory = directory
    this.#position = from
    if (from === undefined) return
    const file = join(directory, segmentName(from.segment))
    const { offset, hash, seq, timeUs, blockOffset } = from
    const place = { file, offset, hash, lastBlock: blockOffset, lastSeq: seq, lastTimeUs: timeUs }
    this.#end = { ...NOTHING, ...place, segment: headerOf(file) }
  }

  /** The last block that was read; undefined before the first. */
  get position(): JournalPosition | undefined {
    return this.#position
  }

  /**
   * The blocks that became durable since the last one, up to what is published now. A block's tape may be read until the
   * next one is asked for. Throws JournalDamage.
   */
  *blocks(): Generator<StoredBlock, void> {
    const durable = readDurablePosition(this.#directory)
    if (durable === undefined) return
    for (;;) {
      const { segment } = this.#end
      if (segment !== undefined && segment.number < durable.segment) yield* this.#read(undefined)
      // What was published may be older than what was read: a gate that had lost its folder wrote it last.
      else if (segment?.number === durable.segment) yield* this.#read(durable.offset)
      if (segment !== undefined && segment.number >= durable.segment) return
      this.#open((segment?.number ?? 0) + 1)
    }
  }

  #open(number: number): void {
    const file = join(this.#directory, segmentName(number))
    const size = this.#load(file, 0, SEGMENT_HEADER_BYTES)
    this.#end = atSegment(file, checkedHeader(file, this.#tape.u8.subarray(0, size), number, this.#end), this.#end)
  }

  /** Reads on to `until`; undefined reads a segment that is finished, to its end. */
  *#read(until: number | undefined): Generator<StoredBlock, void> {
    const from = this.#end.offset
    if (until !== undefined && until <= from) return
    const size = this.#load(this.#end.file, from, until)
    for (;;) {
      const { file, offset } = this.#end
      if (offset === until) return
      const block = blockAt(this.#tape, size, this.#end)
      if (typeof block === 'string') {
        if (until !== undefined)
          throw new JournalDamage(file, offset, `${block}, and byte ${until} is published as durable`)
        return assertEnds(this.#tape, size, this.#end, block)
      }
      this.#end = behind(block, this.#end)
      this.#position = positionOf(this.#end)
      yield block
    }
  }

  /** Reads [from, until) of a file to the same place of the tape; returns where it ends. */
  #load(file: string, from: number, until: number | undefined): number {
    const fd = openSync(file, 'r')
    try {
      const size = until ?? fstatSync(fd).size
      if (this.#tape.buffer.byteLength < size) this.#tape = Tape.ofBytes(Math.ceil(size / 8) * 8)
      let done = from
      while (done < size) {
        const read = readSync(fd, this.#tape.u8, done, size - done, done)
        if (read === 0) break
        done += read
      }
      return done
    } finally {
      closeSync(fd)
    }
  }
}

/** Where the block ends that was read last. */
function positionOf(end: JournalEnd): JournalPosition {
  const { segment, lastBlock, offset, hash, lastSeq, lastTimeUs } = end
  if (segment === undefined || lastBlock === undefined) throw new Error('no block was read')
  return { segment: segment.number, blockOffset: lastBlock, offset, hash, seq: lastSeq, timeUs: lastTimeUs }
}

/** True where the journal holds exactly this block, at its place. Says nothing of what stands before it. */
export function holdsBlock(directory: string, position: JournalPosition): boolean {
  const { blockOffset, offset } = position
  const bytes = offset - blockOffset
  if (!(blockOffset >= SEGMENT_HEADER_BYTES && bytes >= FRAME_BYTES && bytes <= BLOCK_BYTES_MAX + FRAME_BYTES))
    return false
  const file = join(directory, segmentName(position.segment))
  if (!existsSync(file)) return false
  const tape = Tape.ofBytes(Math.ceil(offset / 8) * 8)
  const fd = openSync(file, 'r')
  const read = readSync(fd, tape.u8, blockOffset, bytes, blockOffset)
  closeSync(fd)
  return read === bytes && isBlock(tape, file, position)
}

function isBlock(tape: Tape, file: string, { blockOffset, offset, seq, timeUs, hash }: JournalPosition): boolean {
  try {
    const segment = headerOf(file)
    const header = blockHeaderAt(tape, offset, blockOffset, saltOf(segment))
    if (header === undefined) return false
    const previous = Buffer.from(previousHashAt(tape, blockOffset)).toString('hex')
    const end = { ...NOTHING, segment, file, offset: blockOffset, hash: previous, lastSeq: header.firstSeq - 1 }
    const block = blockAt(tape, offset, end)
    if (typeof block === 'string' || behind(block, end).offset !== offset) return false
    return block.hash === hash && block.lastSeq === seq && block.lastTimeUs === timeUs
  } catch (cause) {
    if (cause instanceof JournalDamage) return false
    throw cause
  }
}
