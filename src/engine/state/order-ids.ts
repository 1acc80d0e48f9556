/**
 * clOrdIDs by (session, id): the first decision for a repeat, the live order for a replace or cancel. Two generations,
 * one a trade date; a live order's ids move on with it at the roll.
 */
import { ID_CHARS } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { StateHash } from './state-hash.ts'

const WORDS = ID_CHARS / 4
/**
 * Ints in an entry: session, order, version, content 0, content 1, locate of an order that ended, seq (two ints), next,
 * spare, characters, and what is needed to book an execution that comes after the order has ended.
 */
const ENTRY = 18 + WORDS
const SESSION_AT = 0
const ORDER_AT = 1
const VERSION_AT = 2
const CONTENT0 = 3
const CONTENT1 = 4
const LOCATE_AT = 5
const NEXT_AT = 8
const CHARS = 10
/** Instrument, account, trader, strategy, side, venue of an order that ended. */
const ENDED = CHARS + WORDS

export const enum Ended {
  INSTRUMENT = 0,
  ACCOUNT = 1,
  TRADER = 2,
  STRATEGY = 3,
  SIDE = 4,
  VENUE = 5,
}
const ENDED_INTS = 6
/** Sequence number of the order that ended, two ints. */
const ENDED_SEQ = ENDED + ENDED_INTS

/** Value of `orderOf` for an order that ended. */
export const ORDER_ENDED = -2

/** One trade date's ids. Entries are only added; the whole is dropped at once. */
class Generation {
  readonly i: Int32Array
  readonly f: Float64Array
  /** Hash and entry + 1 by probe. */
  readonly index: Int32Array
  readonly mask: number
  count = 0

  constructor(max: number) {
    this.i = new Int32Array(max * ENTRY)
    this.f = new Float64Array(this.i.buffer)
    let slots = 16
    while (slots < max * 2) slots *= 2
    this.index = new Int32Array(slots * 2)
    this.mask = slots - 1
  }

  clear(): void {
    this.i.fill(0, 0, this.count * ENTRY)
    this.index.fill(0)
    this.count = 0
  }
}

/**
 * A slot names an entry and its generation: entry * 2 + generation. Slots of a dropped generation are never asked for:
 * a live order's slot is renewed when it moves on.
 */
export class OrderIds {
  readonly max: number
  readonly #generations: readonly [Generation, Generation]
  #current = 0
  /** Keys the hash, so that a sender cannot choose colliding ids. */
  readonly #seed: number

  constructor(max: number, seed: number) {
    this.max = max
    this.#generations = [new Generation(max), new Generation(max)]
    this.#seed = seed
  }

  get isFull(): boolean {
    return this.#generations[this.#current]!.count + 1 >= this.max
  }

  /** Slot that the next id will get. */
  nextSlot(): number {
    return this.#generations[this.#current]!.count * 2 + this.#current
  }

  /** Hash of the id at byte offset `at` of the tape, zero-padded to ID_CHARS. */
  hashOf(tape: Tape, at: number, session: number): number {
    const i32 = tape.i32
    let h = this.#seed ^ Math.imul(session, 0x9e3779b1)
    const from = at >> 2
    for (let word = from; word < from + WORDS; word++) {
      const value = i32[word]!
      h = Math.imul((h << 15) | (h >>> 17), 0xcc9e2d51) ^ Math.imul(value, 0x1b873593)
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }

  /** Slot of the id at byte offset `at` of the tape, or -1. */
  find(tape: Tape, at: number, session: number, hash: number): number {
    const found = this.#findIn(this.#current, tape, at, session, hash)
    if (found >= 0) return found
    const other = this.#current ^ 1
    return this.#generations[other]!.count === 0 ? -1 : this.#findIn(other, tape, at, session, hash)
  }

  /** As {@link find}, by text: for readers. */
  findText(text: string, session: number): number {
    const words = new Int32Array(CHARS + WORDS)
    for (let at = 0; at < Math.min(text.length, ID_CHARS); at++) {
      const word = CHARS + (at >> 2)
      words[word] = words[word]! | (text.charCodeAt(at) << ((at & 3) * 8))
    }
    const hash = this.#hashWords(words, CHARS, session)
    for (const generation of [this.#current, this.#current ^ 1]) {
      const { index, mask, i } = this.#generations[generation]!
      for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
        const entry = index[probe * 2 + 1]! - 1
        if (entry < 0) break
        const base = entry * ENTRY
        if (i[base + SESSION_AT] === session && sameWords(i, base + CHARS, words, CHARS)) return entry * 2 + generation
      }
    }
    return -1
  }

  #findIn(generation: number, tape: Tape, at: number, session: number, hash: number): number {
    const { index, mask, i } = this.#generations[generation]!
    for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
      const entry = index[probe * 2 + 1]! - 1
      if (entry < 0) return -1
      if (index[probe * 2] !== hash) continue
      const base = entry * ENTRY
      if (i[base + SESSION_AT] === session && sameWords(i, base + CHARS, tape.i32, at >> 2))
        return entry * 2 + generation
    }
  }

  /** Uses up the id. The slot must be the one that nextSlot gave. */
  add(tape: Tape, at: number, session: number, hash: number): number {
    const generation = this.#generations[this.#current]!
    const entry = this.#place(generation, hash)
    const base = entry * ENTRY
    generation.i[base + SESSION_AT] = session
    generation.i[base + ORDER_AT] = -1
    generation.i[base + VERSION_AT] = -1
    generation.i[base + NEXT_AT] = -1
    for (let word = 0; word < WORDS; word++) generation.i[base + CHARS + word] = tape.i32[(at >> 2) + word]!
    return entry * 2 + this.#current
  }

  #place(generation: Generation, hash: number): number {
    if (generation.count >= this.max) throw new Error('clOrdIDs are used up: the decision should have refused')
    const entry = generation.count++
    const { index, mask } = generation
    let probe = hash & mask
    while (index[probe * 2 + 1] !== 0) probe = (probe + 1) & mask
    index[probe * 2] = hash
    index[probe * 2 + 1] = entry + 1
    return entry
  }

  /** What the first decision on the id was: its sequence number and content; `order` is live or -1. */
  record(slot: number, seq: number, content0: number, content1: number, order: number, version: number): void {
    const { i, f } = this.#generations[slot & 1]!
    const base = (slot >> 1) * ENTRY
    f[(base + 6) >> 1] = seq
    i[base + CONTENT0] = content0
    i[base + CONTENT1] = content1
    i[base + ORDER_AT] = order
    i[base + VERSION_AT] = version
  }

  seqOf(slot: number): number {
    return this.#generations[slot & 1]!.f[((slot >> 1) * ENTRY + 6) >> 1]!
  }

  content0Of(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + CONTENT0]!
  }

  content1Of(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + CONTENT1]!
  }

  /** Slot of the order that the id belongs to, -1 where it was refused. The order may have ended. */
  orderOf(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + ORDER_AT]!
  }

  /** Version of the order that the id names while that is pending; -1 once it is settled, or for the first version. */
  versionOf(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + VERSION_AT]!
  }

  sessionOf(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + SESSION_AT]!
  }

  setVersion(slot: number, version: number): void {
    this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + VERSION_AT] = version
  }

  /** The ids of one order's chain, from the newest: each entry links the id before it. */
  nextOf(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + NEXT_AT]!
  }

  setNext(slot: number, next: number): void {
    this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + NEXT_AT] = next
  }

  /** The order ended and its slot may be another's soon: keeps what a late execution needs. */
  end(slot: number, orderSeq: number, locate: number, what: Int32Array): void {
    const { i, f } = this.#generations[slot & 1]!
    const base = (slot >> 1) * ENTRY
    i[base + ORDER_AT] = ORDER_ENDED
    i[base + LOCATE_AT] = locate
    f[(base + ENDED_SEQ) >> 1] = orderSeq
    for (let at = 0; at < ENDED_INTS; at++) i[base + ENDED + at] = what[at]!
  }

  /** Locate that an ended order named; -1 where none. */
  endedLocateOf(slot: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + LOCATE_AT]!
  }

  /** Sequence number of an ended order. */
  endedSeqOf(slot: number): number {
    return this.#generations[slot & 1]!.f[((slot >> 1) * ENTRY + ENDED_SEQ) >> 1]!
  }

  /** Of an ended order: one of the ENDED_* facts. */
  endedOf(slot: number, what: number): number {
    return this.#generations[slot & 1]!.i[(slot >> 1) * ENTRY + ENDED + what]!
  }

  textOf(slot: number): string {
    const { i } = this.#generations[slot & 1]!
    const base = (slot >> 1) * ENTRY + CHARS
    let text = ''
    for (let at = 0; at < ID_CHARS; at++) {
      const code = (i[base + (at >> 2)]! >>> ((at & 3) * 8)) & 0xff
      if (code === 0) break
      text += String.fromCharCode(code)
    }
    return text
  }

  /** Drops the older generation and makes it the current one. `move` is called before, for ids that must live on. */
  rotate(): void {
    this.#current ^= 1
    this.#generations[this.#current]!.clear()
  }

  /** True where the slot's generation is the one that the next rotate drops. */
  isOlder(slot: number): boolean {
    return (slot & 1) !== this.#current
  }

  /** Copies an entry, chain link excepted, into the current generation; returns its new slot. */
  carry(entry: Int32Array): number {
    const generation = this.#generations[this.#current]!
    const session = entry[SESSION_AT]!
    const hash = this.#hashWords(entry, CHARS, session)
    const placed = this.#place(generation, hash)
    generation.i.set(entry, placed * ENTRY)
    return placed * 2 + this.#current
  }

  /** A copy of an entry, to carry over a rotate. */
  copyOf(slot: number): Int32Array {
    const base = (slot >> 1) * ENTRY
    return this.#generations[slot & 1]!.i.slice(base, base + ENTRY)
  }

  #hashWords(words: Int32Array, from: number, session: number): number {
    let h = this.#seed ^ Math.imul(session, 0x9e3779b1)
    for (let word = from; word < from + WORDS; word++) {
      h = Math.imul((h << 15) | (h >>> 17), 0xcc9e2d51) ^ Math.imul(words[word]!, 0x1b873593)
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }

  hashInto(hash: StateHash): void {
    hash.int(this.#current)
    for (const generation of this.#generations) hash.ints(generation.i, generation.count * ENTRY)
  }
}

function sameWords(a: Int32Array, fromA: number, b: Int32Array, fromB: number): boolean {
  for (let word = 0; word < WORDS; word++) {
    if (a[fromA + word] !== b[fromB + word]) return false
  }
  return true
}
