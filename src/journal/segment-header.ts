/**
 * The first bytes of a segment file: which build, with which sizes and settings, wrote what follows, and where the chain
 * of hashes comes from. docs/reference/journal.md shows the layout.
 */
import { createHash } from 'node:crypto'
import type { EngineSizes } from '../model/bounds.ts'

export const SEGMENT_HEADER_BYTES = 512
/** The header's own SHA-256, over everything before it, fills its last bytes. */
const HASHED_BYTES = SEGMENT_HEADER_BYTES - 32
const MAGIC = 'PCULLIS\n'

/** How a block is made durable: `fsync` waits for the disk, `os` leaves it to the operating system. */
export const DURABILITIES = ['fsync', 'os'] as const
export type Durability = (typeof DURABILITIES)[number]

/** Sizes in the order of their places in the header: append only. */
export const SIZES = [
  'orders',
  'idsPerDay',
  'instruments',
  'scopes',
  'cellPages',
  'books',
  'limitRows',
  'executionsPerDay',
  'locates',
  'duplicates',
] as const satisfies readonly (keyof EngineSizes)[]

/** What the build and its configuration say of themselves in every segment that they write. */
export interface SegmentFacts {
  readonly engineVersion: number
  /** SHA-256 of the build, 64 hex digits; zeros where it is not known. */
  readonly codeHash: string
  /** Version of the parameters in force where the segment begins. */
  readonly parametersVersion: number
  readonly durability: Durability
  readonly sizes: EngineSizes
  /** Seed of the engine's hash tables: the same commands give the same bytes only with the same seed. */
  readonly hashSeed: number
}

export interface SegmentHeader extends SegmentFacts {
  readonly formatVersion: number
  /** Segments are numbered from 1. */
  readonly number: number
  /** Sequence number of the first command in it, once there is one. */
  readonly firstSeq: number
  /** Wall clock when it was made; evidence only. */
  readonly createdUs: number
  /** 16 random bytes as hex: no sender can foresee the salt of the segment's blocks. */
  readonly nonce: string
  /** Hash of the last block before it, 64 hex digits; zeros in the first segment. */
  readonly previousHash: string
  /** Hash of this header: the first block's previous hash. */
  readonly hash: string
}

/** Places of the fields, in bytes. */
const AT = {
  formatVersion: 8,
  headerBytes: 12,
  number: 16,
  engineVersion: 20,
  firstSeq: 24,
  createdUs: 32,
  parametersVersion: 40,
  durability: 44,
  hashSeed: 48,
  sizeCount: 52,
  nonce: 56,
  codeHash: 72,
  previousHash: 104,
  sizes: 136,
} as const

/** Returns the header's bytes. */
export function writeSegmentHeader(header: Omit<SegmentHeader, 'hash'>): Uint8Array {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(header.formatVersion, AT.formatVersion)
  bytes.writeUInt32LE(SEGMENT_HEADER_BYTES, AT.headerBytes)
  bytes.writeUInt32LE(header.number, AT.number)
  bytes.writeUInt32LE(header.engineVersion, AT.engineVersion)
  bytes.writeDoubleLE(header.firstSeq, AT.firstSeq)
  bytes.writeDoubleLE(header.createdUs, AT.createdUs)
  bytes.writeUInt32LE(header.parametersVersion, AT.parametersVersion)
  bytes.writeUInt32LE(DURABILITIES.indexOf(header.durability), AT.durability)
  bytes.writeInt32LE(header.hashSeed, AT.hashSeed)
  bytes.writeUInt32LE(SIZES.length, AT.sizeCount)
  writeHex(bytes, header.nonce, AT.nonce, 16)
  writeHex(bytes, header.codeHash, AT.codeHash, 32)
  writeHex(bytes, header.previousHash, AT.previousHash, 32)
  SIZES.forEach((name, i) => {
    bytes.writeDoubleLE(header.sizes[name], AT.sizes + i * 8)
  })
  hashOfHeader(bytes).copy(bytes, HASHED_BYTES)
  return bytes
}

/** Returns what the bytes say, or in words why they are no segment header of this format. */
export function readSegmentHeader(file: Uint8Array): SegmentHeader | string {
  const bytes = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, SEGMENT_HEADER_BYTES))
  if (bytes.length < SEGMENT_HEADER_BYTES)
    return `the file has ${bytes.length} bytes, its header ${SEGMENT_HEADER_BYTES}`
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'the file does not open like a journal segment'
  const hash = hashOfHeader(bytes)
  if (!hash.equals(bytes.subarray(HASHED_BYTES))) return 'the segment header does not match its hash'
  const sizes: Record<string, number> = {}
  const sizeCount = bytes.readUInt32LE(AT.sizeCount)
  SIZES.forEach((name, i) => {
    sizes[name] = i < sizeCount ? bytes.readDoubleLE(AT.sizes + i * 8) : 0
  })
  return {
    formatVersion: bytes.readUInt32LE(AT.formatVersion),
    number: bytes.readUInt32LE(AT.number),
    engineVersion: bytes.readUInt32LE(AT.engineVersion),
    firstSeq: bytes.readDoubleLE(AT.firstSeq),
    createdUs: bytes.readDoubleLE(AT.createdUs),
    parametersVersion: bytes.readUInt32LE(AT.parametersVersion),
    durability: DURABILITIES[bytes.readUInt32LE(AT.durability)] ?? 'os',
    hashSeed: bytes.readInt32LE(AT.hashSeed),
    nonce: bytes.toString('hex', AT.nonce, AT.nonce + 16),
    codeHash: bytes.toString('hex', AT.codeHash, AT.codeHash + 32),
    previousHash: bytes.toString('hex', AT.previousHash, AT.previousHash + 32),
    sizes: sizes as unknown as EngineSizes,
    hash: hash.toString('hex'),
  }
}

/** Name of a segment's file. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.pjl`
}

/** Number of the segment that a file name names; undefined for other files. */
export function segmentNumber(name: string): number | undefined {
  const match = /^(\d{8})\.pjl$/.exec(name)
  return match === null ? undefined : Number(match[1])
}

function hashOfHeader(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes.subarray(0, HASHED_BYTES)).digest()
}

function writeHex(bytes: Buffer, hex: string, at: number, width: number): void {
  if (!/^[0-9a-f]*$/.test(hex) || hex.length !== width * 2) throw new RangeError(`${hex} is not ${width} bytes in hex`)
  bytes.write(hex, at, 'hex')
}
