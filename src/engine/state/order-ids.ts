/**
 * clOrdIDs by (session, id): the first decision for a repeat, the live order for a replace or cancel. Two generations,
 * one a trade date; a live order's ids move on with it at the roll. Entries are only added; a generation is dropped whole.
 */
import { ID_CHARS } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import { columnOf } from './columns.ts'
import type { StateVisitor } from './state-visitor.ts'

const WORDS = ID_CHARS / 4

/** Ints in an entry. What stands behind the characters is needed to book an execution that comes after the order's end. */
const enum Entry {
  SESSION = 0,
  ORDER = 1,
  VERSION = 2,
  CONTENT0 = 3,
  CONTENT1 = 4,
  /** Locate of an order that ended. */
  LOCATE = 5,
  /** Sequence number of the first decision: a double. */
  SEQ = 6,
  /** The id before this one in its order's chain. */
  NEXT = 8,
  CHARS = 10,
}
/** Instrument, account, trader, strategy, side, venue of an order that ended. */
const ENDED = Entry.CHARS + WORDS

export const enum Ended {
  INSTRUMENT = 0,
  ACCOUNT = 1,
  TRADER = 2,
  STRATEGY = 3,
  SIDE = 4,
  VENUE = 5,
  /** How many they are. */
  INTS = 6,
}
/** Sequence number of the order that ended: a double. */
const ENDED_SEQ = ENDED + Ended.INTS
const ENTRY = ENDED_SEQ + 2

/** What `orderOf` says beside the slot of an order. */
export const enum OrderOf {
  REFUSED = -1,
  ENDED = -2,
}
export const ORDER_ENDED = OrderOf.ENDED

export type OrderIds = ReturnType<typeof createOrderIds>

/**
 * A slot names an entry and its generation: entry * 2 + generation. Slots of a dropped generation are never asked for:
 * a live order's slot is renewed when it moves on. `seed` keys the hash, so that a sender cannot choose colliding ids.
 */
export function createOrderIds(max: number, seed: number) {
  const key = seed | 0
  // Both generations stand in one array: a slot's place is then arithmetic, and the arrays are constants to V8.
  const half = max * ENTRY
  if (half * 2 > 0x7fffffff) throw new RangeError(`${max} clOrdIDs a trade date are more than one table can hold`)
  const i = new Int32Array(half * 2)
  const f = new Float64Array(i.buffer)
  const sessionAt = columnOf(i, Entry.SESSION, ENTRY - 1)
  const orderAt = columnOf(i, Entry.ORDER, ENTRY - 1)
  const versionAt = columnOf(i, Entry.VERSION, ENTRY - 1)
  const content0At = columnOf(i, Entry.CONTENT0, ENTRY - 1)
  const content1At = columnOf(i, Entry.CONTENT1, ENTRY - 1)
  const locateAt = columnOf(i, Entry.LOCATE, ENTRY - 1)
  const nextAt = columnOf(i, Entry.NEXT, ENTRY - 1)
  const charsAt = columnOf(i, Entry.CHARS, Entry.CHARS)
  const endedAt = columnOf(i, ENDED, ENDED)
  let slots = 16
  while (slots < max * 2) slots *= 2
  const mask = slots - 1
  /** Hash and entry + 1 by probe: side by side, since each probe is a cache miss. */
  const indexHalf = slots * 2
  const index = new Int32Array(indexHalf * 2)
  const entryAt = columnOf(index, 1, 1)
  const hashAt = columnOf(index, 0, 1)
  /** Entries of each generation. */
  const counts = new Int32Array(new ArrayBuffer(8))
  const now = { generation: 0 }

  /** Where in `i` the entry of a slot begins. */
  function baseOf(slot: number): number {
    return (Math.imul(slot >> 1, ENTRY) + ((slot & 1) === 0 ? 0 : half)) | 0
  }

  /** Slot that the next id will get. */
  function nextSlot(): number {
    const { generation } = now
    return (counts[generation]! * 2 + generation) | 0
  }

  /** Hash of the id at byte offset `at` of the tape, zero-padded to ID_CHARS. */
  function hashOf(tape: Tape, at: number, session: number): number {
    return hashWords(tape.i32, at >> 2, session)
  }

  /** An id is padded with zeros: what stands behind its first word of them cannot tell two apart. */
  function hashWords(words: Int32Array, from: number, session: number): number {
    let h = key ^ Math.imul(session, 0x9e3779b1)
    const end = (from + WORDS) | 0
    for (let word = from; word < end; word = (word + 1) | 0) {
      const value = words[word]!
      if (value === 0) break
      h = Math.imul((h << 15) | (h >>> 17), 0xcc9e2d51) ^ Math.imul(value, 0x1b873593)
    }
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return h ^ (h >>> 16)
  }

  /** Slot of the id at byte offset `at` of the tape, or -1. */
  function find(tape: Tape, at: number, session: number, hash: number): number {
    return findWords(tape.i32, at >> 2, session, hash)
  }

  function findWords(words: Int32Array, from: number, session: number, hash: number): number {
    const { generation } = now
    const found = findIn(generation, words, from, session, hash)
    return found >= 0 || counts[generation ^ 1] === 0 ? found : findIn(generation ^ 1, words, from, session, hash)
  }

  function findIn(generation: number, words: Int32Array, from: number, session: number, hash: number): number {
    const first = (generation * indexHalf) | 0
    for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
      const at = (first + probe * 2) | 0
      const entry = (entryAt[at]! - 1) | 0
      if (entry < 0) return -1
      const slot = (entry * 2 + generation) | 0
      if (hashAt[at] === hash && isId(baseOf(slot), words, from, session)) return slot
    }
  }

  function isId(base: number, words: Int32Array, from: number, session: number): boolean {
    if (sessionAt[base] !== session) return false
    for (let word = 0; word < WORDS; word = (word + 1) | 0) {
      const value = words[(from + word) | 0]!
      if (charsAt[(base + word) | 0] !== value) return false
      if (value === 0) return true
    }
    return true
  }

  /** As {@link find}, by text: for what is seldom. */
  function findText(text: string, session: number): number {
    const words = wordsOf(text)
    return findWords(words, 0, session, hashWords(words, 0, session))
  }

  /** As {@link add}, by text. */
  function addText(text: string, session: number): number {
    const words = wordsOf(text)
    return addWords(words, 0, session, hashWords(words, 0, session))
  }

  /** Uses up the id. The slot must be the one that nextSlot gave. */
  function add(tape: Tape, at: number, session: number, hash: number): number {
    return addWords(tape.i32, at >> 2, session, hash)
  }

  function addWords(words: Int32Array, from: number, session: number, hash: number): number {
    const slot = place(hash)
    const base = baseOf(slot)
    sessionAt[base] = session
    orderAt[base] = OrderOf.REFUSED
    versionAt[base] = -1
    nextAt[base] = -1
    // A new entry is all zero.
    for (let word = 0; word < WORDS; word = (word + 1) | 0) {
      const value = words[(from + word) | 0]!
      if (value === 0) break
      charsAt[(base + word) | 0] = value
    }
    return slot
  }

  /** The next slot of the current generation, entered in its index. */
  function place(hash: number): number {
    const { generation } = now
    const entry = counts[generation]!
    if (entry >= max) throw new Error('clOrdIDs are used up: the decision should have refused')
    counts[generation] = (entry + 1) | 0
    enter(generation, entry, hash)
    return (entry * 2 + generation) | 0
  }

  function enter(generation: number, entry: number, hash: number): void {
    const first = (generation * indexHalf) | 0
    let probe = hash & mask
    while (entryAt[(first + probe * 2) | 0] !== 0) probe = (probe + 1) & mask
    const at = (first + probe * 2) | 0
    hashAt[at] = hash
    entryAt[at] = (entry + 1) | 0
  }

  /** What the first decision on the id was: its sequence number and content; `order` is live or -1. */
  function record(slot: number, seq: number, content0: number, content1: number, order: number, version: number): void {
    const base = baseOf(slot)
    f[(base + Entry.SEQ) >> 1] = seq
    content0At[base] = content0
    content1At[base] = content1
    orderAt[base] = order
    versionAt[base] = version
  }

  function seqOf(slot: number): number {
    return f[(baseOf(slot) + Entry.SEQ) >> 1]!
  }

  function content0Of(slot: number): number {
    return content0At[baseOf(slot)]!
  }

  function content1Of(slot: number): number {
    return content1At[baseOf(slot)]!
  }

  /** Slot of the order that the id belongs to, -1 where it was refused. The order may have ended. */
  function orderOf(slot: number): number {
    return orderAt[baseOf(slot)]!
  }

  /** Version of the order that the id names while that is pending; -1 once it is settled, or for the first version. */
  function versionOf(slot: number): number {
    return versionAt[baseOf(slot)]!
  }

  function sessionOf(slot: number): number {
    return sessionAt[baseOf(slot)]!
  }

  function setVersion(slot: number, version: number): void {
    versionAt[baseOf(slot)] = version
  }

  /** The ids of one order's chain, from the newest: each entry links the id before it. */
  function nextOf(slot: number): number {
    return nextAt[baseOf(slot)]!
  }

  function setNext(slot: number, next: number): void {
    nextAt[baseOf(slot)] = next
  }

  /** The order ended and its slot may be another's soon: keeps what a late execution needs. */
  function end(slot: number, orderSeq: number, locate: number, what: Int32Array): void {
    const base = baseOf(slot)
    orderAt[base] = OrderOf.ENDED
    locateAt[base] = locate
    f[(base + ENDED_SEQ) >> 1] = orderSeq
    for (let at = 0; at < Ended.INTS; at++) endedAt[(base + at) | 0] = what[at]!
  }

  /** Locate that an ended order named; -1 where none. */
  function endedLocateOf(slot: number): number {
    return locateAt[baseOf(slot)]!
  }

  /** Sequence number of an ended order. */
  function endedSeqOf(slot: number): number {
    return f[(baseOf(slot) + ENDED_SEQ) >> 1]!
  }

  /** Of an ended order: one of the facts that {@link Ended} names. */
  function endedOf(slot: number, what: number): number {
    return endedAt[(baseOf(slot) + what) | 0]!
  }

  function textOf(slot: number): string {
    const base = baseOf(slot) + Entry.CHARS
    let text = ''
    for (let at = 0; at < ID_CHARS; at++) {
      const code = (i[base + (at >> 2)]! >>> ((at & 3) * 8)) & 0xff
      if (code === 0) break
      text += String.fromCharCode(code)
    }
    return text
  }

  /** Drops the older generation and makes it the current one. What must live on is copied before and carried after. */
  function rotate(): void {
    now.generation ^= 1
    const { generation } = now
    i.fill(0, generation * half, generation * half + counts[generation]! * ENTRY)
    index.fill(0, generation * indexHalf, (generation + 1) * indexHalf)
    counts[generation] = 0
  }

  /** A copy of an entry, to carry over a rotate. */
  function copyOf(slot: number): Int32Array {
    return i.slice(baseOf(slot), baseOf(slot) + ENTRY)
  }

  /** Copies an entry, chain link excepted, into the current generation; returns its new slot. */
  function carry(entry: Int32Array): number {
    const slot = place(hashWords(entry, Entry.CHARS, entry[Entry.SESSION]!))
    i.set(entry, baseOf(slot))
    return slot
  }

  function visit(v: StateVisitor): void {
    now.generation = v.int(now.generation)
    v.ints(counts, 2)
    for (const generation of [0, 1]) {
      v.ints(i.subarray(generation * half), counts[generation]! * ENTRY)
      if (v.isLoading) indexAll(generation)
    }
  }

  function indexAll(generation: number): void {
    for (let entry = 0; entry < counts[generation]!; entry++) {
      const base = generation * half + entry * ENTRY
      enter(generation, entry, hashWords(i, base + Entry.CHARS, sessionAt[base]!))
    }
  }

  return {
    max,
    isFull: (): boolean => counts[now.generation]! + 1 >= max,
    nextSlot,
    hashOf,
    find,
    findText,
    add,
    addText,
    record,
    seqOf,
    content0Of,
    content1Of,
    orderOf,
    versionOf,
    sessionOf,
    setVersion,
    nextOf,
    setNext,
    end,
    endedLocateOf,
    endedSeqOf,
    endedOf,
    textOf,
    rotate,
    copyOf,
    carry,
    visit,
  }
}

/** An id as records hold it, zero-padded. */
function wordsOf(text: string): Int32Array {
  const words = new Int32Array(WORDS)
  for (let at = 0; at < Math.min(text.length, ID_CHARS); at++) {
    words[at >> 2] = words[at >> 2]! | (text.charCodeAt(at) << ((at & 3) * 8))
  }
  return words
}
