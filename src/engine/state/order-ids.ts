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
const SEQ_AT = 6
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

/** Ints of an index slot: hash, entry + 1. */
const SLOT = 2

export type OrderIds = ReturnType<typeof createOrderIds>

/**
 * A slot names an entry and its generation: entry * 2 + generation. Slots of a dropped generation are never asked for:
 * a live order's slot is renewed when it moves on. Both generations stand in one array each, one behind the other.
 * `seed` keys the hash, so that a sender cannot choose colliding ids.
 */
export function createOrderIds(max: number, seed: number) {
  const i = new Int32Array(2 * max * ENTRY)
  const f = new Float64Array(i.buffer)
  let slots = 16
  while (slots < max * 2) slots *= 2
  const index = new Int32Array(2 * slots * SLOT)
  const mask = slots - 1
  const counts = new Int32Array(2)
  let current = 0

  /** First int of the entry that a slot names. */
  function entryAt(slot: number): number {
    return ((slot & 1) * max + (slot >> 1)) * ENTRY
  }

  /** Slot that the next id will get. */
  function nextSlot(): number {
    return counts[current]! * 2 + current
  }

  /** Hash of the id at byte offset `at` of the tape, zero-padded to ID_CHARS. */
  function hashOf(tape: Tape, at: number, session: number): number {
    return hashWords(tape.i32, at >> 2, session)
  }

  function hashWords(words: Int32Array, from: number, session: number): number {
    let h = seed ^ Math.imul(session, 0x9e3779b1)
    for (let word = from; word < from + WORDS; word++) {
      h = Math.imul((h << 15) | (h >>> 17), 0xcc9e2d51) ^ Math.imul(words[word]!, 0x1b873593)
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }

  /** Slot of the id at byte offset `at` of the tape, or -1. */
  function find(tape: Tape, at: number, session: number, hash: number): number {
    const found = findIn(current, tape.i32, at >> 2, session, hash)
    if (found >= 0) return found
    const other = current ^ 1
    return counts[other] === 0 ? -1 : findIn(other, tape.i32, at >> 2, session, hash)
  }

  /** As {@link find}, by text: for readers. */
  function findText(text: string, session: number): number {
    const words = new Int32Array(WORDS)
    for (let at = 0; at < Math.min(text.length, ID_CHARS); at++) {
      words[at >> 2] = words[at >> 2]! | (text.charCodeAt(at) << ((at & 3) * 8))
    }
    const hash = hashWords(words, 0, session)
    const found = findIn(current, words, 0, session, hash)
    return found >= 0 ? found : findIn(current ^ 1, words, 0, session, hash)
  }

  function findIn(generation: number, words: Int32Array, from: number, session: number, hash: number): number {
    const base = generation * slots
    for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
      const at = (base + probe) * SLOT
      const entry = index[at + 1]! - 1
      if (entry < 0) return -1
      if (index[at] === hash && isSame((generation * max + entry) * ENTRY, words, from, session)) {
        return entry * 2 + generation
      }
    }
  }

  function isSame(entryAt: number, words: Int32Array, from: number, session: number): boolean {
    if (i[entryAt + SESSION_AT] !== session) return false
    for (let word = 0; word < WORDS; word++) {
      if (i[entryAt + CHARS + word] !== words[from + word]) return false
    }
    return true
  }

  /** Uses up the id. The slot must be the one that nextSlot gave. */
  function add(tape: Tape, at: number, session: number, hash: number): number {
    const words = tape.i32
    const from = at >> 2
    const slot = place(hash)
    const base = entryAt(slot)
    i[base + SESSION_AT] = session
    i[base + ORDER_AT] = -1
    i[base + VERSION_AT] = -1
    i[base + NEXT_AT] = -1
    for (let word = 0; word < WORDS; word++) i[base + CHARS + word] = words[from + word]!
    return slot
  }

  /** A new entry of the current generation, in its index. */
  function place(hash: number): number {
    const entry = counts[current]!
    if (entry >= max) throw new Error('clOrdIDs are used up: the decision should have refused')
    counts[current] = entry + 1
    const base = current * slots
    let probe = hash & mask
    while (index[(base + probe) * SLOT + 1] !== 0) probe = (probe + 1) & mask
    index[(base + probe) * SLOT] = hash
    index[(base + probe) * SLOT + 1] = entry + 1
    return entry * 2 + current
  }

  /** What the first decision on the id was: its sequence number and content; `order` is live or -1. */
  function record(slot: number, seq: number, content0: number, content1: number, order: number, version: number): void {
    const base = entryAt(slot)
    f[(base + SEQ_AT) >> 1] = seq
    i[base + CONTENT0] = content0
    i[base + CONTENT1] = content1
    i[base + ORDER_AT] = order
    i[base + VERSION_AT] = version
  }

  function setVersion(slot: number, version: number): void {
    i[entryAt(slot) + VERSION_AT] = version
  }

  function setNext(slot: number, next: number): void {
    i[entryAt(slot) + NEXT_AT] = next
  }

  /** The order ended and its slot may be another's soon: keeps what a late execution needs. */
  function end(slot: number, orderSeq: number, locate: number, what: Int32Array): void {
    const base = entryAt(slot)
    i[base + ORDER_AT] = ORDER_ENDED
    i[base + LOCATE_AT] = locate
    f[(base + ENDED_SEQ) >> 1] = orderSeq
    for (let at = 0; at < ENDED_INTS; at++) i[base + ENDED + at] = what[at]!
  }

  function textOf(slot: number): string {
    const base = entryAt(slot) + CHARS
    let text = ''
    for (let at = 0; at < ID_CHARS; at++) {
      const code = (i[base + (at >> 2)]! >>> ((at & 3) * 8)) & 0xff
      if (code === 0) break
      text += String.fromCharCode(code)
    }
    return text
  }

  /** Drops the older generation and makes it the current one. Ids that must live on are copied before. */
  function rotate(): void {
    current ^= 1
    const base = current * max * ENTRY
    i.fill(0, base, base + counts[current]! * ENTRY)
    index.fill(0, current * slots * SLOT, (current + 1) * slots * SLOT)
    counts[current] = 0
  }

  /** Copies an entry, chain link excepted, into the current generation; returns its new slot. */
  function carry(entry: Int32Array): number {
    const slot = place(hashWords(entry, CHARS, entry[SESSION_AT]!))
    i.set(entry, entryAt(slot))
    return slot
  }

  /** A copy of an entry, to carry over a rotate. */
  function copyOf(slot: number): Int32Array {
    const base = entryAt(slot)
    return i.slice(base, base + ENTRY)
  }

  function hashInto(hash: StateHash): void {
    hash.int(current)
    for (let generation = 0; generation < 2; generation++) {
      const base = generation * max * ENTRY
      hash.ints(i.subarray(base), counts[generation]! * ENTRY)
    }
  }

  return {
    max,
    isFull: (): boolean => counts[current]! + 1 >= max,
    nextSlot,
    hashOf,
    find,
    findText,
    add,
    record,
    setVersion,
    setNext,
    end,
    textOf,
    rotate,
    carry,
    copyOf,
    hashInto,
    seqOf: (slot: number): number => f[(entryAt(slot) + SEQ_AT) >> 1]!,
    content0Of: (slot: number): number => i[entryAt(slot) + CONTENT0]!,
    content1Of: (slot: number): number => i[entryAt(slot) + CONTENT1]!,
    /** Slot of the order that the id belongs to, -1 where it was refused, ORDER_ENDED where the order has ended. */
    orderOf: (slot: number): number => i[entryAt(slot) + ORDER_AT]!,
    /** Version of the order that the id names while that is pending; -1 once it is settled, or for the first version. */
    versionOf: (slot: number): number => i[entryAt(slot) + VERSION_AT]!,
    sessionOf: (slot: number): number => i[entryAt(slot) + SESSION_AT]!,
    /** The ids of one order's chain, from the newest: each entry links the id before it. */
    nextOf: (slot: number): number => i[entryAt(slot) + NEXT_AT]!,
    /** Locate that an ended order named; -1 where none. */
    endedLocateOf: (slot: number): number => i[entryAt(slot) + LOCATE_AT]!,
    /** Sequence number of an ended order. */
    endedSeqOf: (slot: number): number => f[(entryAt(slot) + ENDED_SEQ) >> 1]!,
    /** Of an ended order: one of the Ended facts. */
    endedOf: (slot: number, what: number): number => i[entryAt(slot) + ENDED + what]!,
    /** True where the slot's generation is the one that the next rotate drops. */
    isOlder: (slot: number): boolean => (slot & 1) !== current,
  }
}
