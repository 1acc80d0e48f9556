/**
 * Tells a torn tail from damage. One block is written at a time, over zeros, so a crash can only leave the last block
 * incomplete: sectors of it missing, and nothing valid behind. Everything else was damaged later and is not ours to cut.
 */
import type { Tape } from '../model/records/tape.ts'
import { BLOCK_HEADER_BYTES, blockHeaderAt, FRAME_BYTES } from './block-frame.ts'

/** The smallest unit that a disk writes whole. */
const SECTOR_BYTES = 512

export type Tail =
  /** Nothing but zeros, or nothing at all. */
  | { readonly kind: 'clean' }
  /** A block that was not written to its end; `end` is behind its last byte that is not zero. */
  | { readonly kind: 'torn'; readonly end: number }
  | { readonly kind: 'damaged'; readonly why: string }

/** Judges the bytes of a last segment from `at` on, where no whole block begins; `problem` says why none does. */
export function judgeTail(file: Tape, size: number, at: number, salt: Uint8Array, problem: string): Tail {
  const end = endOfData(file, size, at)
  if (end === at) return { kind: 'clean' }
  const later = nextHeader(file, size, at + 8, salt)
  if (later !== undefined)
    return { kind: 'damaged', why: `${problem}; a block of this segment follows at byte ${later}` }
  const header = blockHeaderAt(file, size, at, salt)
  const isTorn = header === undefined ? isHeaderTorn(file, size, at, end) : isBlockTorn(file, size, at, end, header)
  if (isTorn) return { kind: 'torn', end }
  return { kind: 'damaged', why: `${problem}, though every sector of it was written` }
}

/** A header is torn where the file ends in it, a sector's share of it is missing, or nothing follows it. */
function isHeaderTorn(file: Tape, size: number, at: number, end: number): boolean {
  const headerEnd = at + BLOCK_HEADER_BYTES
  return headerEnd > size || end <= headerEnd || hasMissingSector(file, at, headerEnd)
}

function isBlockTorn(file: Tape, size: number, at: number, end: number, header: { payloadBytes: number }): boolean {
  const blockEnd = at + header.payloadBytes + FRAME_BYTES
  if (blockEnd > size) return true
  // What stands behind it was written by nobody who writes one block at a time.
  if (end > blockEnd) return false
  // A block's last byte is never zero.
  return end < blockEnd || hasMissingSector(file, at, blockEnd)
}

/** True where the share of [from, to) in some sector is all zeros. */
function hasMissingSector(file: Tape, from: number, to: number): boolean {
  let start = from
  while (start < to) {
    const end = Math.min(to, (Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES)
    if (file.u8.subarray(start, end).every((byte) => byte === 0)) return true
    start = end
  }
  return false
}

/** Returns where the last byte from `at` on that is not zero ends; `at` where there is none. */
export function endOfData(file: Tape, size: number, at: number): number {
  let end = size
  while (end > at && end % 8 !== 0) {
    if (file.u8[end - 1] !== 0) return end
    end--
  }
  while (end > at && file.i32[(end >> 2) - 1] === 0 && file.i32[(end >> 2) - 2] === 0) end -= 8
  while (end > at && file.u8[end - 1] === 0) end--
  return Math.max(end, at)
}

function nextHeader(file: Tape, size: number, from: number, salt: Uint8Array): number | undefined {
  for (let at = from; at + BLOCK_HEADER_BYTES <= size; at += 8) {
    if (blockHeaderAt(file, size, at, salt) !== undefined) return at
  }
  return undefined
}
