/**
 * The state in a snapshot's file: chunks of one size, the last one shorter, and behind them the checksum of each. A loader
 * is given nothing of a chunk before its checksum was found right, and the file is read once.
 */
import { fdatasyncSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** Small enough that a chunk is still in the processor's cache when it is checked. */
export const CHUNK_BYTES = 256 * 1024
const CHECKSUM_BYTES = 4
/** So much is on its way to the disk at once: the gate's own syncs wait behind what a disk was given to do. */
const SYNCED_BYTES = 4 * 1024 * 1024

/** What the header says of the body: its bytes without checksums, and the checksum of the checksums. */
export interface BodyFacts {
  readonly bodyBytes: number
  readonly bodyCrc: number
}

/** Bytes of the file behind its header. */
export function bytesInFile(bodyBytes: number): number {
  return bodyBytes + Math.ceil(bodyBytes / CHUNK_BYTES) * CHECKSUM_BYTES
}

export class BodyWriter {
  readonly #file: number
  readonly #start: number
  readonly #checksums: number[] = []
  #bytes = 0
  #crc = 0

  /** @param start byte of the file where the body begins */
  constructor(file: number, start: number) {
    this.#file = file
    this.#start = start
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - (this.#bytes % CHUNK_BYTES))
      writeAll(this.#file, part, this.#start + this.#bytes)
      this.#crc = crc32(part, this.#crc)
      this.#bytes += part.length
      at += part.length
      if (this.#bytes % CHUNK_BYTES === 0) this.#closeChunk()
      if (this.#bytes % SYNCED_BYTES === 0) fdatasyncSync(this.#file)
    }
  }

  /** Writes the checksums. */
  finish(): BodyFacts {
    if (this.#bytes % CHUNK_BYTES !== 0) this.#closeChunk()
    const bytes = Buffer.alloc(this.#checksums.length * CHECKSUM_BYTES)
    this.#checksums.forEach((crc, i) => {
      bytes.writeUInt32LE(crc, i * CHECKSUM_BYTES)
    })
    writeAll(this.#file, bytes, this.#start + this.#bytes)
    return { bodyBytes: this.#bytes, bodyCrc: crc32(bytes) }
  }

  #closeChunk(): void {
    this.#checksums.push(this.#crc)
    this.#crc = 0
  }
}

/** The bytes of a snapshot do not match their checksums. */
export class BodyDamage extends Error {
  override readonly name = 'BodyDamage'

  constructor() {
    super('its bytes do not match their checksum')
  }
}

export class BodyReader {
  readonly #file: number
  readonly #start: number
  readonly #bodyBytes: number
  readonly #checksums: Buffer
  /** A chunk of which only a part was asked for, and what of it is left. */
  readonly #chunk = new Uint8Array(CHUNK_BYTES)
  #left = this.#chunk.subarray(0, 0)
  /** Bytes of the body that were read and checked. */
  #done = 0

  /** @throws BodyDamage where the checksums are not those that the header knows */
  constructor(file: number, start: number, { bodyBytes, bodyCrc }: BodyFacts) {
    this.#file = file
    this.#start = start
    this.#bodyBytes = bodyBytes
    this.#checksums = Buffer.alloc(bytesInFile(bodyBytes) - bodyBytes)
    readAll(file, this.#checksums, start + bodyBytes)
    if (crc32(this.#checksums) !== bodyCrc) throw new BodyDamage()
  }

  /** Fills the array as far as one chunk reaches, and says how many bytes that were; 0 at the end. @throws BodyDamage */
  read(into: Uint8Array): number {
    if (this.#left.length === 0 && !this.#isAtEnd) {
      const bytes = Math.min(CHUNK_BYTES, this.#bodyBytes - this.#done)
      if (into.length >= bytes) return this.#readChunk(into.subarray(0, bytes))
      this.#left = this.#chunk.subarray(0, bytes)
      this.#readChunk(this.#left)
    }
    const part = this.#left.subarray(0, into.length)
    into.set(part)
    this.#left = this.#left.subarray(part.length)
    return part.length
  }

  get #isAtEnd(): boolean {
    return this.#done === this.#bodyBytes
  }

  #readChunk(into: Uint8Array): number {
    const checksum = this.#checksums.readUInt32LE((this.#done / CHUNK_BYTES) * CHECKSUM_BYTES)
    readAll(this.#file, into, this.#start + this.#done)
    if (crc32(into) !== checksum) throw new BodyDamage()
    this.#done += into.length
    return into.length
  }
}

function readAll(file: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, into.length - done, position + done)
    if (read === 0) throw new BodyDamage()
    done += read
  }
}

export function writeAll(file: number, bytes: Uint8Array, position: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done)
}
