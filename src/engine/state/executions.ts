/**
 * Executions of two trade dates by (source, venue, execID): to book each once, and to reverse exactly what was booked.
 */
import { ID_CHARS } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { StateVisitor } from './state-visitor.ts'

const WORDS = ID_CHARS / 4

/** Doubles in an execution. */
export const enum Exec {
  NUMS = 4,
  QTY = 0,
  PX = 1,
  AMOUNT = 2,
  /** Command that booked it. */
  SEQ = 3,
  /** Ints in an execution: 16 and the ten words of its id. */
  INTS = 26,
  SOURCE = 0,
  VENUE = 1,
  ACCOUNT = 2,
  TRADER = 3,
  STRATEGY = 4,
  INSTR = 5,
  SIDE = 6,
  ORDER = 7,
  CONTENT0 = 8,
  CONTENT1 = 9,
  /** 1 once reversed. */
  REVERSED = 10,
  SESSION = 11,
  /** Venue whose flow sums the amount is in: the order's. */
  FLOW_VENUE = 12,
  /** 1 for an execution of an unknown order that no person has explained. */
  UNEXPLAINED = 13,
  CHARS = 16,
}

export type Executions = ReturnType<typeof createExecutions>

/** `max`: executions of one trade date. */
export function createExecutions(max: number) {
  let slots = 16
  while (slots < max * 2) slots *= 2
  const mask = slots - 1
  // Two halves each, one a trade date; `today` says which is today's.
  const f = new Float64Array(2 * max * Exec.NUMS)
  const i = new Int32Array(2 * max * Exec.INTS)
  /** Entry + 1 by probe. */
  const index = new Int32Array(2 * slots)
  const counts = new Int32Array(2)
  let today = 0

  /** Row of a slot in `f` and `i`. Slots name the day in their lowest bit, 0 today, 1 the day before. */
  function rowOf(slot: number): number {
    return ((slot & 1) ^ today) * max + (slot >> 1)
  }

  /** Slot of the execution that the key names today, or on the last `days` trade dates; -1 where there is none. */
  function find(tape: Tape, at: number, source: number, venue: number, days = 1): number {
    const hash = hashOf(tape.i32, at >> 2, source, venue)
    const found = findOn(0, tape, at, source, venue, hash)
    return found >= 0 || days === 1 ? found : findOn(1, tape, at, source, venue, hash)
  }

  function findOn(day: number, tape: Tape, at: number, source: number, venue: number, hash: number): number {
    const half = (day ^ today) * slots
    for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
      const slot = (index[half + probe]! - 1) * 2 + day
      if (slot < 0) return -1
      const base = rowOf(slot) * Exec.INTS
      if (i[base + Exec.SOURCE] !== source || i[base + Exec.VENUE] !== venue) continue
      if (isSameId(base + Exec.CHARS, tape, at >> 2)) return slot
    }
  }

  function isSameId(chars: number, tape: Tape, from: number): boolean {
    const i32 = tape.i32
    for (let word = 0; word < WORDS; word++) if (i[chars + word] !== i32[from + word]) return false
    return true
  }

  /** Adds today's execution; its id stands at byte offset `at` of the tape. Returns its slot. */
  function add(tape: Tape, at: number, source: number, venue: number): number {
    const entry = counts[today]!
    if (entry >= max) throw new Error('executions are used up: the report should have been refused')
    counts[today] = entry + 1
    const base = rowOf(entry * 2) * Exec.INTS
    const i32 = tape.i32
    const from = at >> 2
    i[base + Exec.SOURCE] = source
    i[base + Exec.VENUE] = venue
    for (let word = 0; word < WORDS; word++) i[base + Exec.CHARS + word] = i32[from + word]!
    place(today, hashOf(i, base + Exec.CHARS, source, venue), entry)
    return entry * 2
  }

  /** Enters an entry in the index of its half. */
  function place(half: number, hash: number, entry: number): void {
    let probe = hash & mask
    while (index[half * slots + probe] !== 0) probe = (probe + 1) & mask
    index[half * slots + probe] = entry + 1
  }

  /** A new trade date: the day before yesterday is forgotten. */
  function roll(): void {
    today ^= 1
    const from = today * max
    const until = from + counts[today]!
    i.fill(0, from * Exec.INTS, until * Exec.INTS)
    f.fill(0, from * Exec.NUMS, until * Exec.NUMS)
    index.fill(0, today * slots, (today + 1) * slots)
    counts[today] = 0
  }

  /** Slots of all executions that are kept, today's first. */
  function* kept(): Iterable<number> {
    for (let day = 0; day < 2; day++) {
      for (let entry = 0; entry < counts[today ^ day]!; entry++) yield entry * 2 + day
    }
  }

  function visit(v: StateVisitor): void {
    today = v.int(today)
    v.ints(counts, 2)
    for (let half = 0; half < 2; half++) {
      const from = half * max
      v.nums(f.subarray(from * Exec.NUMS), counts[half]! * Exec.NUMS)
      v.ints(i.subarray(from * Exec.INTS), counts[half]! * Exec.INTS)
      if (!v.isLoading) continue
      for (let entry = 0; entry < counts[half]!; entry++) {
        const base = (from + entry) * Exec.INTS
        place(half, hashOf(i, base + Exec.CHARS, i[base + Exec.SOURCE]!, i[base + Exec.VENUE]!), entry)
      }
    }
  }

  return {
    f,
    i,
    isFull: (): boolean => counts[today]! + 1 >= max,
    /** The slot that the next execution will get. */
    nextSlot: () => counts[today]! * 2,
    rowOf,
    find,
    add,
    int: (slot: number, column: number) => i[rowOf(slot) * Exec.INTS + column]!,
    num: (slot: number, column: number) => f[rowOf(slot) * Exec.NUMS + column]!,
    kept,
    roll,
    visit,
  }
}

/** An id is padded with zeros: what stands behind its first word of them cannot tell two apart. */
function hashOf(words: Int32Array, from: number, source: number, venue: number): number {
  let h = Math.imul(source, 0x9e3779b1) ^ Math.imul(venue, 0x85ebca6b)
  for (let word = from, end = from + WORDS; word < end; word++) {
    const value = words[word]!
    if (value === 0) break
    h = Math.imul((h << 15) | (h >>> 17), 0xcc9e2d51) ^ Math.imul(value, 0x1b873593)
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
