/**
 * The first bytes of a snapshot: which build saved the state, behind which block of the journal, and what proves that it is
 * whole. docs/reference/journal.md shows the layout.
 */
import { createHash } from 'node:crypto'
import type { JournalPosition } from '../journal/journal-follower.ts'
import { SIZES } from '../journal/segment-header.ts'
import type { EngineSizes } from '../model/bounds.ts'
import { SNAPSHOT_FORMAT } from '../model/version.ts'

export const SNAPSHOT_HEADER_BYTES = 512
/** The header's own SHA-256, over everything before it, fills its last bytes. */
const HASHED_BYTES = SNAPSHOT_HEADER_BYTES - 32
const MAGIC = 'PCSTATE\n'

/** What must be the same in the engine that saves and in the one that loads. */
export interface SnapshotFacts {
  readonly engineVersion: number
  /** SHA-256 of the build, 64 hex digits: only the very same code is sure to lay the state out the same way. */
  readonly codeHash: string
  readonly hashSeed: number
  readonly sizes: EngineSizes
}

export interface SnapshotHeader extends SnapshotFacts {
  /** The block behind which the state stood. */
  readonly position: JournalPosition
  /** 16 hex digits. */
  readonly stateHash: string
  readonly bodyBytes: number
  readonly bodyCrc: number
}

/** Places of the fields, in bytes. */
const AT = {
  formatVersion: 8,
  headerBytes: 12,
  engineVersion: 16,
  hashSeed: 20,
  segment: 24,
  bodyCrc: 28,
  blockOffset: 32,
  offset: 40,
  seq: 48,
  timeUs: 56,
  bodyBytes: 64,
  stateHash: 72,
  blockHash: 80,
  codeHash: 112,
  sizes: 144,
} as const

export function writeSnapshotHeader(header: SnapshotHeader): Uint8Array {
  const { position } = header
  const bytes = Buffer.alloc(SNAPSHOT_HEADER_BYTES)
  bytes.write(MAGIC, 0, 'latin1')
  bytes.writeUInt32LE(SNAPSHOT_FORMAT, AT.formatVersion)
  bytes.writeUInt32LE(SNAPSHOT_HEADER_BYTES, AT.headerBytes)
  bytes.writeUInt32LE(header.engineVersion, AT.engineVersion)
  bytes.writeInt32LE(header.hashSeed, AT.hashSeed)
  bytes.writeUInt32LE(position.segment, AT.segment)
  bytes.writeUInt32LE(header.bodyCrc, AT.bodyCrc)
  bytes.writeDoubleLE(position.blockOffset, AT.blockOffset)
  bytes.writeDoubleLE(position.offset, AT.offset)
  bytes.writeDoubleLE(position.seq, AT.seq)
  bytes.writeDoubleLE(position.timeUs, AT.timeUs)
  bytes.writeDoubleLE(header.bodyBytes, AT.bodyBytes)
  writeHex(bytes, header.stateHash, AT.stateHash, 8)
  writeHex(bytes, position.hash, AT.blockHash, 32)
  writeHex(bytes, header.codeHash, AT.codeHash, 32)
  SIZES.forEach((name, i) => {
    bytes.writeDoubleLE(header.sizes[name], AT.sizes + i * 8)
  })
  hashOf(bytes).copy(bytes, HASHED_BYTES)
  return bytes
}

/** Returns what the bytes say, or in words why they are no snapshot header of this format. */
export function readSnapshotHeader(bytes: Buffer): SnapshotHeader | string {
  if (bytes.length < SNAPSHOT_HEADER_BYTES) return 'it is shorter than its header'
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'it does not open like a snapshot'
  if (!hashOf(bytes).equals(bytes.subarray(HASHED_BYTES, SNAPSHOT_HEADER_BYTES))) {
    return 'its header does not match its hash'
  }
  const format = bytes.readUInt32LE(AT.formatVersion)
  if (format !== SNAPSHOT_FORMAT) return `it has format ${format}, this build reads format ${SNAPSHOT_FORMAT}`
  const sizes: Record<string, number> = {}
  SIZES.forEach((name, i) => {
    sizes[name] = bytes.readDoubleLE(AT.sizes + i * 8)
  })
  return {
    engineVersion: bytes.readUInt32LE(AT.engineVersion),
    codeHash: bytes.toString('hex', AT.codeHash, AT.codeHash + 32),
    hashSeed: bytes.readInt32LE(AT.hashSeed),
    sizes: sizes as unknown as EngineSizes,
    position: {
      segment: bytes.readUInt32LE(AT.segment),
      blockOffset: bytes.readDoubleLE(AT.blockOffset),
      offset: bytes.readDoubleLE(AT.offset),
      seq: bytes.readDoubleLE(AT.seq),
      timeUs: bytes.readDoubleLE(AT.timeUs),
      hash: bytes.toString('hex', AT.blockHash, AT.blockHash + 32),
    },
    stateHash: bytes.toString('hex', AT.stateHash, AT.stateHash + 8),
    bodyBytes: bytes.readDoubleLE(AT.bodyBytes),
    bodyCrc: bytes.readUInt32LE(AT.bodyCrc),
  }
}

function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes.subarray(0, HASHED_BYTES)).digest()
}

function writeHex(bytes: Buffer, hex: string, at: number, width: number): void {
  if (!/^[0-9a-f]*$/.test(hex) || hex.length !== width * 2) throw new RangeError(`${hex} is not ${width} bytes in hex`)
  bytes.write(hex, at, 'hex')
}
