/**
 * Keeps the newest blocks of a journal while it is recovered, so that a gate that has crashed gives a repeated order its
 * first answer: it may be one that was approved and whose answer was lost.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalPosition } from '../journal/journal-follower.ts'
import type { JournalReader, StoredBlock } from '../journal/journal-reader.ts'
import { segmentName } from '../journal/segment-header.ts'
import { isCommandAt } from '../model/records/events.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'

/** What recovery reads. */
export type BlockSource = Pick<JournalReader, 'blocks' | 'end' | 'directory'>

/** As much as the gateway remembers of its own run. */
const KEPT_BYTES = 32 * 1024 * 1024

export class RecentBlocks {
  readonly #source: BlockSource
  readonly #from: JournalPosition | undefined
  readonly #keptBytes: number
  #kept: Uint8Array[] = []
  #bytes = 0

  /** @param from the block behind which an engine stands already: enough before it is read again to be remembered */
  constructor(source: BlockSource, from?: JournalPosition, keptBytes = KEPT_BYTES) {
    this.#source = source
    this.#from = from
    this.#keptBytes = keptBytes
  }

  get end(): JournalReader['end'] {
    return this.#source.end
  }

  *blocks(): Generator<StoredBlock, void> {
    for (const block of this.#source.blocks(this.#firstSegment())) {
      this.#keep(block.tape.u8.slice(block.start, block.end))
      yield block
    }
  }

  #firstSegment(): number {
    if (this.#from === undefined) return 1
    let { segment, offset: bytes } = this.#from
    while (bytes < this.#keptBytes && segment > 1) {
      segment--
      bytes += statSync(join(this.#source.directory, segmentName(segment))).size
    }
    return segment
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
