/**
 * The journal in a folder of files: blocks appended to numbered segments, each block and segment chained to the one
 * before it by hash. Every start of the gate opens a segment of its own; a finished file is never written again.
 */
import { randomBytes, webcrypto } from 'node:crypto'
import { dirname, join } from 'node:path'
import { JOURNAL_FORMAT } from '../model/version.ts'
import type { Block, DiskRoom, JournalPort, Notice } from '../sequencer/ports.ts'
import { BLOCK_HEADER_BYTES, BLOCK_TRAILER_BYTES, FRAME_BYTES, frame, link, sha256 } from './block-frame.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { type DiskSize, DiskWatch, WATERMARKS, type Watermarks } from './disk-room.ts'
import { type DurablePosition, PublishedPosition } from './durable-position.ts'
import { diskFiles, type JournalFile, type JournalFiles } from './journal-files.ts'
import { type JournalReader, JournalTooNew } from './journal-reader.ts'
import { assertRoom, diskSizeOf, isRoomMissing, JournalNoRoom } from './journal-room.ts'
import { assertUnmarked } from './segment-fence.ts'
import { SEGMENT_HEADER_BYTES, type SegmentFacts, segmentName, writeSegmentHeader } from './segment-header.ts'
import { SpareSegment } from './spare-segment.ts'
import { cutTail } from './tail-cut.ts'

const SEGMENT_BYTES = 64 * 1024 * 1024
/** Larger blocks are hashed in the thread pool: a hop costs as much as hashing this much (bench/results/journal.md). */
const HASH_HERE_BYTES = 16 * 1024
/** Followers learn this late what is durable: so a block does not cost a write more. */
const PUBLISH_MS = 10

export interface FileJournalOptions {
  /** The folder, held against a second gate. */
  readonly lock: DirectoryLock
  /** The same folder, read to its end: what was read is what the new segment follows. */
  readonly reader: Pick<JournalReader, 'directory' | 'end'>
  /** Read again for every segment, so that what changes may be a getter. */
  readonly facts: SegmentFacts
  /** Stamps the segment headers; evidence only. */
  readonly wallUs: () => number
  /** 16 bytes as hex that nobody can foresee, for each segment; random unless a test must know the bytes. */
  readonly nonce?: () => string
  readonly segmentBytes?: number
  readonly files?: JournalFiles
  /** Runs something soon, when what waits for an answer has it. */
  readonly later?: (run: () => void) => void
  /** Records of more bytes are hashed in the thread pool. */
  readonly hashHereBytes?: number
  /** How large the folder's disk is, and how much it still takes. */
  readonly diskSize?: (directory: string) => DiskSize
  readonly watermarks?: Watermarks
  /** How late the durable position is published at most; 0 at once. */
  readonly publishMs?: number
  /** Told what changes no decision: a spare segment that could not be made. */
  readonly onProblem?: (cause: unknown) => void
}

export class JournalFailed extends Error {
  constructor(cause: unknown) {
    super(`the journal could not be written: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'JournalFailed'
  }
}

export class FileJournal implements JournalPort {
  readonly headBytes = BLOCK_HEADER_BYTES
  readonly tailBytes = BLOCK_TRAILER_BYTES
  /** Where a torn tail of the last run was moved to; undefined where there was none. */
  readonly movedTail: string | undefined
  readonly #lock: DirectoryLock
  readonly #directory: string
  readonly #facts: SegmentFacts
  readonly #wallUs: () => number
  readonly #nonce: () => string
  readonly #files: JournalFiles
  readonly #segmentBytes: number
  readonly #later: (run: () => void) => void
  readonly #hashHereBytes: number
  readonly #spare: SpareSegment
  readonly #reserve: SpareSegment
  readonly #disk: DiskWatch
  #number: number
  #file!: JournalFile
  #path = ''
  #salt: Uint8Array = new Uint8Array(8)
  #position = 0
  /** Hash of the last block, or segment header; a promise while the thread pool works on it. */
  #chain: Uint8Array | Promise<Uint8Array>
  /** The last block's bytes, where its hash is not reckoned yet. */
  #unlinked: Uint8Array | undefined
  #durable: DurablePosition
  readonly #published: PublishedPosition
  #failed: JournalFailed | undefined

  /**
   * Closes the last segment behind its last whole block and opens a new one.
   * @throws JournalTooNew where this build is the older one, JournalNoRoom where the disk does not hold another segment
   */
  static open(options: FileJournalOptions): FileJournal {
    return new FileJournal(options)
  }

  private constructor(options: FileJournalOptions) {
    const { lock, reader, facts } = options
    const end = reader.end
    if (lock.directory !== reader.directory)
      throw new Error(`the lock holds ${lock.directory}, not ${reader.directory}`)
    const last = end.segment
    if (last !== undefined && last.engineVersion > facts.engineVersion) {
      throw new JournalTooNew(
        `${end.file} was written by engine ${last.engineVersion}; this build has ${facts.engineVersion}`,
      )
    }
    this.#lock = lock
    this.#directory = lock.directory
    this.#facts = facts
    this.#wallUs = options.wallUs
    this.#nonce = options.nonce ?? (() => randomBytes(16).toString('hex'))
    this.#files = options.files ?? diskFiles
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES
    this.#later = options.later ?? setImmediate
    this.#hashHereBytes = options.hashHereBytes ?? HASH_HERE_BYTES
    lock.assertHeld()
    const onProblem = options.onProblem ?? (() => {})
    this.#spare = new SpareSegment('spare', this.#files, lock, this.#segmentBytes, onProblem)
    this.#reserve = new SpareSegment('reserve', this.#files, lock, this.#segmentBytes, onProblem)
    const diskSize = options.diskSize ?? diskSizeOf
    const freeBytes = () => diskSize(this.#directory).freeBytes
    const copied = lock.predecessor === 'silent' ? end.offset : 0
    assertRoom(this.#directory, this.#spare.missingBytes + this.#reserve.missingBytes + copied, freeBytes())
    this.#disk = new DiskWatch(() => diskSize(this.#directory), options.watermarks ?? WATERMARKS)
    this.#number = last?.number ?? 0
    try {
      this.movedTail = cutTail(end, this.#files, lock.predecessor === 'silent' ? this.#freshPath : undefined)
      lock.renew()
      this.#spare.finish(() => lock.renew())
      this.#reserve.finish(() => lock.renew())
      lock.assertHeld()
      this.#chain = this.#openSegment(Buffer.from(end.hash, 'hex'), end.lastSeq + 1)
    } catch (cause) {
      if (!isRoomMissing(cause)) throw cause
      this.#spare.remove()
      this.#reserve.remove()
      throw new JournalNoRoom(this.#directory, 2 * this.#segmentBytes, freeBytes(), cause)
    }
    this.#durable = { segment: this.#number, offset: this.#position, seq: end.lastSeq }
    const publishMs = options.publishMs ?? PUBLISH_MS
    this.#published = new PublishedPosition(this.#files, lock, this.#durable, publishMs, onProblem)
  }

  /** Up to where everything is durable. In mode `os` as far as the operating system knows. */
  get durable(): DurablePosition {
    return this.#durable
  }

  get diskRoom(): DiskRoom {
    return this.#disk.room
  }

  lookAtDisk(): Notice | undefined {
    this.#disk.look()
    if (this.#disk.room !== 'full') {
      this.#spare.resume()
      this.#reserve.resume()
    }
    return this.#disk.notice()
  }

  append(block: Block, mayBlock: boolean): Promise<void> | undefined {
    if (this.#failed !== undefined) throw this.#failed
    this.#linkLast()
    if (!mayBlock || !(this.#chain instanceof Uint8Array)) return this.#appendLater(block)
    try {
      const bytes = this.#write(block, this.#chain)
      if (this.#facts.durability === 'fsync') this.#file.sync()
      this.#assertUnmarked()
      // Hashed when the answer is on its way, which does not wait for it.
      this.#unlinked = bytes.slice()
      this.#later(() => this.#linkLast())
    } catch (cause) {
      throw this.#broken(cause)
    }
    this.#landed(block)
    return undefined
  }

  async close(): Promise<void> {
    await this.#spare.close()
    await this.#reserve.close()
    this.#published.close()
    try {
      this.#linkLast()
      await this.#chain
      if (this.#failed !== undefined) return
      this.#assertOwn()
      this.#file.truncate(this.#position)
      this.#file.sync()
    } catch (cause) {
      throw this.#broken(cause)
    } finally {
      this.#file.close()
    }
  }

  /** Hashes the last block, if that is still to do. */
  #linkLast(): void {
    const bytes = this.#unlinked
    if (bytes === undefined) return
    this.#unlinked = undefined
    this.#chain = link(headerOf(bytes), sha256(bytes.subarray(BLOCK_HEADER_BYTES, -BLOCK_TRAILER_BYTES)))
  }

  async #appendLater(block: Block): Promise<void> {
    try {
      // The hash of the records needs no chain: it is under way while the block in front is still being hashed.
      const records = recordsOf(block)
      const recordsHash = records.length <= this.#hashHereBytes ? sha256(records) : hashLater(records)
      const bytes = this.#write(block, await this.#chain)
      // The next block waits for this hash, the answers to this one do not.
      this.#chain =
        recordsHash instanceof Uint8Array
          ? link(headerOf(bytes), recordsHash)
          : this.#linkLater(headerOf(bytes).slice(), recordsHash)
      if (this.#facts.durability === 'fsync') await this.#file.syncLater()
      this.#assertUnmarked()
    } catch (cause) {
      throw this.#broken(cause)
    }
    this.#landed(block)
  }

  #linkLater(header: Uint8Array, recordsHash: Promise<Uint8Array>): Promise<Uint8Array> {
    const later = recordsHash.then((hash) => {
      const chain = link(header, hash)
      this.#chain = chain
      return chain
    })
    // Whoever awaits it sees the failure; until then it is not an unhandled one.
    later.catch(() => {})
    return later
  }

  #write(block: Block, chain: Uint8Array): Uint8Array {
    this.#assertOwn()
    const bytes = block.end - block.start + FRAME_BYTES
    const isFull = this.#position > SEGMENT_HEADER_BYTES && this.#position + bytes > this.#segmentBytes
    const previous = isFull ? this.#roll(chain, block.firstSeq) : chain
    const framed = frame(block, this.#position, this.#salt, previous)
    this.#file.write(framed, this.#position)
    this.#position += framed.length
    return framed
  }

  #roll(chain: Uint8Array, firstSeq: number): Uint8Array {
    const [full, path, position, bytes] = [this.#file, this.#path, this.#position, this.#fileBytes]
    const hash = this.#openSegment(chain, firstSeq)
    // Whoever marked it when it was still the last looks again, and marks the new one; who marked it before is seen here.
    assertUnmarked(full, bytes, path)
    // What is behind the last block are zeros, and no reader needs them.
    full.truncate(position)
    full.close()
    return hash
  }

  /** The size of the segment in use, from its first block to its last. Only a block larger than it makes it longer. */
  get #fileBytes(): number {
    return Math.max(this.#segmentBytes, this.#position)
  }

  /** Throws where the folder, or the segment, is another gate's by now: nobody would read what is written from here on. */
  #assertOwn(): void {
    if (this.#lock.isLost) this.#lock.assertHeld()
    this.#assertUnmarked()
  }

  /** What was synced before this returns is read by every gate that begins on the folder afterwards. */
  #assertUnmarked(): void {
    assertUnmarked(this.#file, this.#fileBytes, this.#path)
  }

  /** A file in the making that no other owner touches. */
  get #freshPath(): string {
    return join(this.#directory, `${this.#lock.owner}.fresh.pjl`)
  }

  /** Makes the next segment's file, header included, durable under its name. Returns the header's hash. */
  #openSegment(chain: Uint8Array, firstSeq: number): Uint8Array {
    this.#number++
    const path = join(this.#directory, segmentName(this.#number))
    const header = writeSegmentHeader({
      ...this.#facts,
      formatVersion: JOURNAL_FORMAT,
      number: this.#number,
      firstSeq,
      createdUs: this.#wallUs(),
      nonce: this.#nonce(),
      previousHash: Buffer.from(chain).toString('hex'),
    })
    const [file, unnamed] = this.#takeFile()
    file.write(header, 0)
    file.sync()
    // A numbered file so always has its whole header; a number that another gate has used is not used again.
    try {
      this.#files.name(unnamed, path)
    } catch (cause) {
      // Who takes a folder over removes what another one has in the making.
      this.#lock.assertHeld()
      throw cause
    }
    this.#files.syncFolder(dirname(path))
    this.#file = file
    this.#path = path
    this.#position = SEGMENT_HEADER_BYTES
    this.#salt = header.slice(-32, -24)
    return header.slice(-32)
  }

  /** A file for the next segment, and its path: the spare, on a full disk the reserve, else one of zeros that take no room. */
  #takeFile(): [JournalFile, string] {
    const spare = this.#spare.take()
    if (spare !== undefined) return [spare, this.#spare.path]
    if (this.#spare.hasStopped || this.#disk.room === 'full') {
      const reserve = this.#reserve.take()
      if (reserve !== undefined) return [reserve, this.#reserve.path]
    }
    const file = this.#files.open(this.#freshPath, true)
    file.truncate(this.#segmentBytes)
    return [file, this.#freshPath]
  }

  #landed(block: Block): void {
    this.#durable = { segment: this.#number, offset: this.#position, seq: block.lastSeq }
    this.#spare.advance(this.#position)
    this.#reserve.advance(this.#position)
    this.#published.advance(this.#durable)
  }

  #broken(cause: unknown): JournalFailed {
    this.#failed ??= new JournalFailed(cause)
    return this.#failed
  }
}

function recordsOf(block: Block): Uint8Array {
  return block.tape.u8.subarray(block.start, block.end)
}

function headerOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, BLOCK_HEADER_BYTES)
}

/** Hashes in the thread pool. The bytes are copied before this returns: the tape may be used again. */
function hashLater(bytes: Uint8Array): Promise<Uint8Array> {
  const later = webcrypto.subtle.digest('SHA-256', bytes).then((hash) => new Uint8Array(hash))
  later.catch(() => {})
  return later
}
