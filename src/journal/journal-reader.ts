/**
 * Reads a journal from its first block to its last and proves on the way that it is whole: checksums, chain of hashes,
 * sequence numbers, records that fill their blocks. Changes nothing on the disk.
 */
import { join } from 'node:path'
import { isCommandAt } from '../model/records/events.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'
import { JOURNAL_FORMAT } from '../model/version.ts'
import type { Block } from '../sequencer/ports.ts'
import {
  BLOCK_HEADER_BYTES,
  BLOCK_TRAILER_BYTES,
  type BlockHeader,
  blockHeaderAt,
  link,
  payloadProblem,
  previousHashAt,
  sha256,
} from './block-frame.ts'
import { diskFiles, type JournalReads } from './journal-files.ts'
import {
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  segmentName,
  segmentNumber,
} from './segment-header.ts'
import { endOfData, judgeTail } from './torn-tail.ts'

/** A journal that cannot have been left so by a crash. Nothing is cut; a person has to look. */
export class JournalDamage extends Error {
  readonly file: string
  /** Byte offset in the file. */
  readonly offset: number
  readonly why: string

  constructor(file: string, offset: number, why: string) {
    super(`${file} is damaged at byte ${offset}: ${why}`)
    this.name = 'JournalDamage'
    this.file = file
    this.offset = offset
    this.why = why
  }
}

/** A journal that a newer build wrote. */
export class JournalTooNew extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'JournalTooNew'
  }
}

/** A block as it was found. The tape is the segment's bytes, so offsets on it are offsets in the file. */
export interface StoredBlock extends Block {
  readonly segment: SegmentHeader
  readonly file: string
  /** Hash of the block, 64 hex digits. */
  readonly hash: string
}

/** Where a journal ends. */
export interface JournalEnd {
  /** The last segment; undefined in an empty folder. */
  readonly segment: SegmentHeader | undefined
  readonly file: string
  /** Byte offset behind the last whole block. */
  readonly offset: number
  /** Byte offset of the last block; undefined where the last segment has none. */
  readonly lastBlock: number | undefined
  /** Hash that the next block, or segment, must carry as its predecessor's. */
  readonly hash: string
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** A torn tail from `offset` on: where its last byte ends. Undefined where there is none. */
  readonly tornUntil: number | undefined
}

const NO_HASH = '0'.repeat(64)
/** A segment is read whole. */
const SEGMENT_BYTES_MAX = 1024 * 1024 * 1024

export class JournalReader {
  readonly directory: string
  readonly #onProgress: () => void
  readonly #files: JournalReads
  #end: JournalEnd | undefined

  /** @param onProgress called before each block, by which a gate shows that it lives while it reads */
  constructor(directory: string, onProgress: () => void = () => {}, files: JournalReads = diskFiles) {
    this.directory = directory
    this.#files = files
    this.#onProgress = onProgress
  }

  /** Where the journal ends; known once `blocks` was read to its end. */
  get end(): JournalEnd {
    if (this.#end === undefined) throw new Error('the journal was not read to its end')
    return this.#end
  }

  /**
   * Header of the last segment; undefined in an empty folder. An engine that is to go on with a journal is made with
   * its seed, before the blocks are read.
   */
  lastHeader(): SegmentHeader | undefined {
    const name = segmentFiles(this.directory, this.#files).at(-1)
    return name === undefined ? undefined : headerOf(join(this.directory, name), this.#files)
  }

  /**
   * All blocks in order, from the first of a segment on; what stands before that is then taken at its word. A block's tape
   * may be read until the next one is asked for. Throws JournalDamage.
   */
  *blocks(fromSegment = 1): Generator<StoredBlock, void> {
    const tapeOf = reusedTape()
    for (const segment of this.segments(fromSegment, tapeOf)) yield* segment
  }

  /**
   * The same, segment by segment; the blocks of one must be read to their end before the next is asked for. `tapeOf` gives
   * a tape of at least so many bytes for each segment.
   */
  *segments(fromSegment: number, tapeOf: (bytes: number) => Tape): Generator<Generator<StoredBlock, void>, void> {
    this.#end = undefined
    const names = segmentFiles(this.directory, this.#files)
    const start = fromSegment === 1 ? NOTHING : beforeSegment(this.directory, fromSegment, this.#files)
    const reading = { end: start }
    for (let number = fromSegment; number <= names.length; number++) {
      yield this.#segment(names[number - 1] as string, number, number === names.length, reading, tapeOf)
    }
    this.#end = reading.end
  }

  *#segment(
    name: string,
    number: number,
    isLast: boolean,
    reading: { end: JournalEnd },
    tapeOf: (bytes: number) => Tape,
  ): Generator<StoredBlock, void> {
    const file = join(this.directory, name)
    const { tape, size } = this.#load(file, tapeOf)
    reading.end = atSegment(file, checkedHeader(file, tape.u8.subarray(0, size), number, reading.end), reading.end)
    for (;;) {
      const block = blockAt(tape, size, reading.end)
      if (typeof block === 'string') {
        reading.end = { ...reading.end, tornUntil: tornUntil(tape, size, reading.end, isLast, block) }
        return
      }
      this.#onProgress()
      reading.end = behind(block, reading.end)
      yield block
    }
  }

  /** Reads a file into a tape; with the file's size. */
  #load(file: string, tapeOf: (bytes: number) => Tape): { readonly tape: Tape; readonly size: number } {
    const found = this.#files.stat(file)?.size ?? 0
    if (found > SEGMENT_BYTES_MAX) throw new JournalDamage(file, SEGMENT_BYTES_MAX, 'no segment is that large')
    const tape = tapeOf(found)
    return { tape, size: this.#files.read(file, tape.u8.subarray(0, found), 0) }
  }
}

/** Gives the same tape again, a larger one where need be. */
function reusedTape(): (bytes: number) => Tape {
  let tape = Tape.ofBytes(0)
  return (bytes) => {
    if (tape.buffer.byteLength < bytes) tape = tapeOfAtLeast(bytes)
    return tape
  }
}

/** A tape with room for a file of so many bytes. */
export function tapeOfAtLeast(bytes: number): Tape {
  return Tape.ofBytes(Math.ceil(bytes / 8) * 8)
}

/** The journal's end where nothing is read of it yet. */
export const NOTHING: JournalEnd = {
  segment: undefined,
  file: '',
  offset: 0,
  lastBlock: undefined,
  hash: NO_HASH,
  lastSeq: 0,
  lastTimeUs: 0,
  tornUntil: undefined,
}

/** What stands before a segment, as its own header says it. */
function beforeSegment(directory: string, number: number, files: JournalReads): JournalEnd {
  const { previousHash, firstSeq } = headerOf(join(directory, segmentName(number)), files)
  return { ...NOTHING, hash: previousHash, lastSeq: firstSeq - 1 }
}

/** Where the segment begins. */
export function atSegment(file: string, segment: SegmentHeader, before: JournalEnd): JournalEnd {
  return { ...before, segment, file, offset: SEGMENT_HEADER_BYTES, lastBlock: undefined, hash: segment.hash }
}

/** The block that begins at the end of what was read, of `size` bytes; or in words why there is none. */
export function blockAt(tape: Tape, size: number, end: JournalEnd): StoredBlock | string {
  const segment = end.segment as SegmentHeader
  const header = blockHeaderAt(tape, size, end.offset, saltOf(segment))
  if (header === undefined) return 'no block begins here'
  const problem = payloadProblem(tape, size, end.offset, header)
  if (problem !== undefined) return problem
  const block = checkedBlock(tape, end, segment, header)
  // The engine finds the end of an entry by the end of the tape.
  tape.end = block.end
  return block
}

/** The end of what was read, one block on. */
export function behind(block: StoredBlock, end: JournalEnd): JournalEnd {
  const { hash, lastSeq, lastTimeUs } = block
  return { ...end, offset: block.end + BLOCK_TRAILER_BYTES, lastBlock: end.offset, hash, lastSeq, lastTimeUs }
}

/** @throws JournalDamage where the file has no whole header */
export function headerOf(file: string, files: JournalReads = diskFiles): SegmentHeader {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES)
  const read = files.read(file, bytes, 0)
  const header = readSegmentHeader(bytes.subarray(0, read))
  if (typeof header === 'string') throw new JournalDamage(file, 0, header)
  return header
}

/** What opens every block of the segment. */
export function saltOf(segment: SegmentHeader): Uint8Array {
  return Buffer.from(segment.hash.slice(0, 16), 'hex')
}

/** Names of the segments in order. A missing number is damage; other files are none of ours. */
export function segmentFiles(directory: string, files: JournalReads = diskFiles): string[] {
  const names = files
    .list(directory)
    .filter((name) => segmentNumber(name) !== undefined)
    .sort()
  names.forEach((name, i) => {
    if (segmentNumber(name) !== i + 1) {
      throw new JournalDamage(join(directory, name), 0, `segment ${i + 1} is missing before it`)
    }
  })
  return names
}

export function checkedHeader(file: string, bytes: Uint8Array, number: number, before: JournalEnd): SegmentHeader {
  const header = readSegmentHeader(bytes)
  if (typeof header === 'string') throw new JournalDamage(file, 0, header)
  if (header.formatVersion > JOURNAL_FORMAT) {
    throw new JournalTooNew(
      `${file} has format ${header.formatVersion}; this build reads formats up to ${JOURNAL_FORMAT}`,
    )
  }
  if (header.number !== number) throw new JournalDamage(file, 0, `the header says that it is segment ${header.number}`)
  if (header.previousHash !== before.hash) {
    throw new JournalDamage(file, 0, 'the segment does not follow the last block of the one before it')
  }
  if (header.firstSeq !== before.lastSeq + 1) {
    throw new JournalDamage(file, 0, `the segment begins at command ${header.firstSeq}, not at ${before.lastSeq + 1}`)
  }
  return header
}

/** Returns the block, whose bytes are whole, if it belongs exactly here. */
function checkedBlock(tape: Tape, end: JournalEnd, segment: SegmentHeader, header: BlockHeader): StoredBlock {
  const at = end.offset
  const damage = (why: string) => new JournalDamage(end.file, at, why)
  if (header.position !== at) throw damage(`the block belongs at byte ${header.position}`)
  if (Buffer.from(previousHashAt(tape, at)).toString('hex') !== end.hash) throw damage('the chain of hashes breaks')
  if (header.firstSeq !== end.lastSeq + 1) throw damage(`command ${end.lastSeq + 1} is missing`)
  const start = at + BLOCK_HEADER_BYTES
  const blockEnd = start + header.payloadBytes
  const problem = entriesProblem(tape, start, blockEnd, header)
  if (problem !== undefined) throw damage(problem)
  const recordsHash = sha256(tape.u8.subarray(start, blockEnd))
  const hash = Buffer.from(link(tape.u8.subarray(at, start), recordsHash)).toString('hex')
  const { firstSeq, lastSeq, lastTimeUs } = header
  return { tape, start, end: blockEnd, firstSeq, lastSeq, lastTimeUs, segment, file: end.file, hash }
}

/** Returns in words how the records differ from what the header says of them. */
function entriesProblem(tape: Tape, start: number, end: number, header: BlockHeader): string | undefined {
  let records = 0
  let seq = header.firstSeq - 1
  for (let at = start; at < end; ) {
    const bytes = lengthAt(tape, at)
    if (bytes < 8 || bytes % 8 !== 0 || at + bytes > end) return `the record at byte ${at} has ${bytes} bytes`
    if (isCommandAt(tape, at)) {
      seq++
      if (tape.f64[(at >> 3) + 1] !== seq) return `command ${seq} is missing`
    } else if (at === start) return 'the block opens with an event'
    records++
    at += bytes
  }
  if (records !== header.records || seq !== header.lastSeq) return 'the block does not hold what its header says'
  return undefined
}

/** Judges what follows the last whole block of a segment; throws where it is damage. */
function tornUntil(tape: Tape, size: number, end: JournalEnd, isLast: boolean, problem: string): number | undefined {
  if (!isLast) {
    assertEnds(tape, size, end, problem)
    return undefined
  }
  const tail = judgeTail(tape, size, end.offset, saltOf(end.segment as SegmentHeader), problem)
  if (tail.kind === 'damaged') throw new JournalDamage(end.file, end.offset, tail.why)
  return tail.kind === 'torn' ? tail.end : undefined
}

/** @throws JournalDamage where a segment that another follows goes on behind its last block with more than zeros */
export function assertEnds(tape: Tape, size: number, end: JournalEnd, problem: string): void {
  if (endOfData(tape, size, end.offset) === end.offset) return
  throw new JournalDamage(end.file, end.offset, `${problem}, and another segment follows`)
}
