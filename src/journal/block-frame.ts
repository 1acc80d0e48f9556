/**
 * What stands around the records of a block: a header with counts, checksums and the previous block's hash, and a
 * trailer. A block's hash is that of its header and the hash of its records, so that the records can be hashed before
 * the block in front of them is.
 */
import { hash as hashOnce } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { lengthAt, type Tape } from '../model/records/tape.ts'
import { BLOCK_BYTES_MAX, type Block } from '../sequencer/ports.ts'

export const BLOCK_HEADER_BYTES = 96
export const BLOCK_TRAILER_BYTES = 8
/** What the smallest block takes. */
export const FRAME_BYTES = BLOCK_HEADER_BYTES + BLOCK_TRAILER_BYTES

/** "PBK1" and "END." as they stand in the file. The last byte of a block is never zero: a cut one shows. */
const HEADER_MAGIC = 0x314b4250
const TRAILER_MAGIC = 0x2e444e45

/** Places of the header's fields, in bytes from its start. */
const AT = {
  magic: 0,
  headerCrc: 4,
  payloadBytes: 8,
  payloadCrc: 12,
  records: 16,
  firstSeq: 24,
  lastSeq: 32,
  lastTimeUs: 40,
  position: 48,
  salt: 56,
  previousHash: 64,
} as const
/** The header's checksum covers everything behind it. */
const CHECKED_FROM = AT.payloadBytes

export interface BlockHeader {
  readonly payloadBytes: number
  readonly payloadCrc: number
  readonly records: number
  readonly firstSeq: number
  readonly lastSeq: number
  readonly lastTimeUs: number
  /** Byte offset of the block in its segment: a block that was moved is found at once. */
  readonly position: number
}

/**
 * Writes header and trailer around the records of `block`, in the room that its tape keeps for them. `chain` is the
 * previous block's hash and `salt` opens the segment header's hash. Returns the block's bytes on the tape.
 */
export function frame(block: Block, position: number, salt: Uint8Array, chain: Uint8Array): Uint8Array {
  const { tape, start, end } = block
  const at = start - BLOCK_HEADER_BYTES
  const i32 = at >> 2
  const f64 = at >> 3
  tape.i32[i32 + AT.magic / 4] = HEADER_MAGIC
  tape.i32[i32 + AT.payloadBytes / 4] = end - start
  tape.i32[i32 + AT.payloadCrc / 4] = crc32(tape.u8.subarray(start, end)) | 0
  tape.i32[i32 + AT.records / 4] = countRecords(tape, start, end)
  tape.i32[i32 + AT.records / 4 + 1] = 0
  tape.f64[f64 + AT.firstSeq / 8] = block.firstSeq
  tape.f64[f64 + AT.lastSeq / 8] = block.lastSeq
  tape.f64[f64 + AT.lastTimeUs / 8] = block.lastTimeUs
  tape.f64[f64 + AT.position / 8] = position
  tape.u8.set(salt, at + AT.salt)
  tape.u8.set(chain, at + AT.previousHash)
  tape.i32[i32 + AT.headerCrc / 4] = crc32(tape.u8.subarray(at + CHECKED_FROM, start)) | 0
  tape.i32[end >> 2] = end - start
  tape.i32[(end >> 2) + 1] = TRAILER_MAGIC
  return tape.u8.subarray(at, end + BLOCK_TRAILER_BYTES)
}

/** Returns the header at byte `at` of a segment, or undefined where none of this segment's is there whole. */
export function blockHeaderAt(file: Tape, size: number, at: number, salt: Uint8Array): BlockHeader | undefined {
  if (at + BLOCK_HEADER_BYTES > size) return undefined
  const i32 = at >> 2
  const f64 = at >> 3
  if (file.i32[i32 + AT.magic / 4] !== HEADER_MAGIC) return undefined
  const checked = file.u8.subarray(at + CHECKED_FROM, at + BLOCK_HEADER_BYTES)
  if (file.i32[i32 + AT.headerCrc / 4] !== (crc32(checked) | 0)) return undefined
  for (let i = 0; i < salt.length; i++) if (file.u8[at + AT.salt + i] !== salt[i]) return undefined
  return {
    payloadBytes: (file.i32[i32 + AT.payloadBytes / 4] as number) >>> 0,
    payloadCrc: file.i32[i32 + AT.payloadCrc / 4] as number,
    records: file.i32[i32 + AT.records / 4] as number,
    firstSeq: file.f64[f64 + AT.firstSeq / 8] as number,
    lastSeq: file.f64[f64 + AT.lastSeq / 8] as number,
    lastTimeUs: file.f64[f64 + AT.lastTimeUs / 8] as number,
    position: file.f64[f64 + AT.position / 8] as number,
  }
}

/** Returns in words why the block with this header is not whole; undefined where it is. */
export function payloadProblem(file: Tape, size: number, at: number, header: BlockHeader): string | undefined {
  const { payloadBytes } = header
  if (payloadBytes === 0 || payloadBytes % 8 !== 0 || payloadBytes > BLOCK_BYTES_MAX) {
    return `a block of ${payloadBytes} bytes cannot be`
  }
  const start = at + BLOCK_HEADER_BYTES
  const end = start + payloadBytes
  if (end + BLOCK_TRAILER_BYTES > size) return 'the file ends inside the block'
  if (file.i32[end >> 2] !== payloadBytes || file.i32[(end >> 2) + 1] !== TRAILER_MAGIC) return 'the block does not end'
  if ((crc32(file.u8.subarray(start, end)) | 0) !== header.payloadCrc) return 'the records do not match their checksum'
  return undefined
}

/** The hash that stands in the block at byte `at` as its predecessor's. */
export function previousHashAt(file: Tape, at: number): Uint8Array {
  return file.u8.subarray(at + AT.previousHash, at + BLOCK_HEADER_BYTES)
}

/** SHA-256 of the bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hashOnce('sha256', bytes, 'buffer')
}

/** The hash of a block, which the next one carries: SHA-256 of its header and the SHA-256 of its records. */
export function link(header: Uint8Array, recordsHash: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK_HEADER_BYTES + recordsHash.length)
  bytes.set(header)
  bytes.set(recordsHash, BLOCK_HEADER_BYTES)
  return sha256(bytes)
}

/** How many records stand in [start, end); throws where they do not fill it exactly. */
function countRecords(tape: Tape, start: number, end: number): number {
  let records = 0
  let at = start
  while (at < end) {
    const bytes = lengthAt(tape, at)
    if (bytes < 8 || bytes % 8 !== 0) throw new RangeError(`a record of ${bytes} bytes cannot be journaled`)
    at += bytes
    records++
  }
  if (at !== end || records === 0) throw new RangeError('the records of a block must fill it exactly')
  return records
}
