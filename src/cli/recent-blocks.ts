/**
 * Keeps the newest blocks of a journal while it is recovered, so that a gate that has crashed gives a repeated order its
 * first answer: it may be one that was approved and whose answer was lost.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalPosition } from '../journal/journal-follower.ts'
import { segmentFiles } from '../journal/journal-reader.ts'
import type { ProvedBlock } from '../journal/read-ahead.ts'
import { segmentName } from '../journal/segment-header.ts'
import { isCommandAt } from '../model/records/events.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'

/** As much as the gateway remembers of its own run. */
const KEPT_BYTES = 32 * 1024 * 1024

export class RecentBlocks {
  /** Where a start must begin to read, so that enough is kept when it comes to the journal's end. */
  readonly firstSegment: number
  readonly #keptFrom: number
  readonly #keptBytes: number
  #kept: Uint8Array[] = []
  #bytes = 0

  /** @param from the block behind which an engine stands already: enough before it is read again to be remembered */
  constructor(directory: string, from?: JournalPosition, keptBytes = KEPT_BYTES) {
    this.#keptBytes = keptBytes
    const before = (segment: number, bytes: number) => segmentBefore(directory, segment, bytes, keptBytes)
    this.firstSegment = from === undefined ? 1 : before(from.segment, from.offset)
    // How far the last segment is filled is not known yet.
    this.#keptFrom = before(segmentFiles(directory).length, 0)
  }

  /** Keeps a copy of the block, if it may be one of the newest. */
  take({ tape, start, end, segment }: ProvedBlock): void {
    if (segment.number >= this.#keptFrom) this.#keep(tape.u8.slice(start, end))
  }

  /** Visits the kept entries in their order, and forgets them. The tape may be read during the visit only. */
  drain(visit: (tape: Tape, entryOffset: number, entryEnd: number) => void): void {
    for (const bytes of this.#kept.splice(0)) {
      const tape = new Tape(bytes.buffer as ArrayBuffer)
      tape.end = bytes.byteLength
      for (let at = 0, next = 0; at < tape.end; at = next) {
        next = at + lengthAt(tape, at)
        while (next < tape.end && !isCommandAt(tape, next)) next += lengthAt(tape, next)
        visit(tape, at, next)
      }
    }
    this.#bytes = 0
  }

  #keep(bytes: Uint8Array): void {
    this.#kept.push(bytes)
    this.#bytes += bytes.byteLength
    while (this.#bytes > this.#keptBytes && this.#kept.length > 1) {
      this.#bytes -= this.#kept.shift()?.byteLength ?? 0
    }
  }
}

/** The segment from which on at least so many bytes stand before byte `bytes` of `segment`, if there are as many. */
function segmentBefore(directory: string, segment: number, bytes: number, wantedBytes: number): number {
  let first = segment
  for (let found = bytes; found < wantedBytes && first > 1; ) {
    first--
    found += statSync(join(directory, segmentName(first))).size
  }
  return first
}
