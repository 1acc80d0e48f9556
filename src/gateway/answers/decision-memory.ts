/**
 * The newest decisions as they were recorded: a repeated order gets its first answer from the same bytes. One ring of
 * bytes and one of places, so that remembering makes no objects. What has left the ring is in the journal.
 */

import { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import { ORDER_DECIDED } from '../../model/records/events.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'

/** Where a remembered entry lies. The tape may be read until the next `remember`. */
export interface Remembered {
  readonly tape: Tape
  readonly command: number
  readonly decision: number
  readonly instrument: number
}

const BYTES = 32 * 1024 * 1024
/** An entry takes at least a command and a decision. */
const ENTRY_BYTES_MIN = 512
const SEQ_AT = NEW_ORDER.at.seq

export class DecisionMemory {
  readonly #tape: Tape
  /** Sequence number, offset and instrument by place; a place is entry number modulo the count of places. */
  readonly #seqs: Float64Array
  readonly #offsets: Int32Array
  readonly #instruments: Int32Array
  /** Entry numbers of the oldest that is kept and of the next. */
  #oldest = 0
  #next = 0

  constructor(bytes = BYTES) {
    this.#tape = Tape.ofBytes(bytes)
    const places = Math.ceil(bytes / ENTRY_BYTES_MIN)
    this.#seqs = new Float64Array(places)
    this.#offsets = new Int32Array(places)
    this.#instruments = new Int32Array(places)
  }

  /** Keeps the command at `command` and the OrderDecided at `decision`, the record behind it. */
  remember(tape: Tape, command: number, decision: number, instrument: number): void {
    const end = decision + lengthAt(tape, decision)
    const bytes = end - command
    const ring = this.#tape
    if (bytes > ring.buffer.byteLength) return
    if (bytes > ring.roomBytes) {
      // What lay behind the end is given up, so that every entry is in one piece.
      this.#forgetBetween(ring.end, ring.buffer.byteLength)
      ring.end = 0
    }
    const at = ring.end
    this.#forgetBetween(at, at + bytes)
    ring.u8.set(tape.u8.subarray(command, end), at)
    ring.end = at + bytes
    if (this.#next - this.#oldest === this.#seqs.length) this.#oldest++
    const place = this.#next % this.#seqs.length
    this.#seqs[place] = tape.f64[(command >> 3) + SEQ_AT] as number
    this.#offsets[place] = at
    this.#instruments[place] = instrument
    this.#next++
  }

  /** The decision on the command with this sequence number; undefined where it has left the ring. */
  recall(seq: number): Remembered | undefined {
    let low = this.#oldest
    let high = this.#next - 1
    while (low <= high) {
      const middle = Math.floor((low + high) / 2)
      const place = middle % this.#seqs.length
      const found = this.#seqs[place] as number
      if (found === seq) {
        const command = this.#offsets[place] as number
        const decision = command + lengthAt(this.#tape, command)
        return { tape: this.#tape, command, decision, instrument: this.#instruments[place] as number }
      }
      if (found < seq) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  /** Forgets the oldest entries that start in [from, to). */
  #forgetBetween(from: number, to: number): void {
    while (this.#oldest < this.#next) {
      const offset = this.#offsets[this.#oldest % this.#offsets.length] as number
      if (offset < from || offset >= to) return
      this.#oldest++
    }
  }
}

/** Offset of the OrderDecided of an entry, -1 where it has none. */
export function decisionIn(tape: Tape, entryOffset: number, entryEnd: number): number {
  for (let at = entryOffset + lengthAt(tape, entryOffset); at < entryEnd; at += lengthAt(tape, at)) {
    if (typeAt(tape, at) === ORDER_DECIDED.type) return at
  }
  return -1
}

/** True where the command at `offset` is one whose decision is repeated to whoever asks again. */
export function isRepeatable(tape: Tape, offset: number): boolean {
  const type = typeAt(tape, offset)
  return type === NEW_ORDER.type || type === REPLACE_ORDER.type
}
