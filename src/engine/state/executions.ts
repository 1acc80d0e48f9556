/**
 * Executions of two trade dates by (source, venue, execID): to book each once, and to reverse exactly what was booked.
 */
import { ID_CHARS } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { StateHash } from './state-hash.ts'

const WORDS = ID_CHARS / 4

/** Doubles in an execution. */
export const enum Exec {
  NUMS = 4,
  QTY = 0,
  PX = 1,
  AMOUNT = 2,
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
}
const CHARS = 16

export type Executions = ReturnType<typeof createExecutions>

/**
 * Both dates stand in the same arrays, one in each half; a roll empties the older half and makes it today's. A slot
 * names an entry of a date: entry * 2 for today's, and one more for the date before.
 */
export function createExecutions(max: number) {
  let slots = 16
  while (slots < max * 2) slots *= 2
  const mask = slots - 1
  const f = new Float64Array(max * 2 * Exec.NUMS)
  const i = new Int32Array(max * 2 * Exec.INTS)
  /** Entry + 1, by hash of the id. */
  const index = new Int32Array(slots * 2)
  /** Entries of each half. */
  const counts = new Int32Array(2)
  /** The half that is today's. */
  let today = 0

  /** Place of a slot's entry in the arrays. */
  function placeOf(slot: number): number {
    return (((slot & 1) ^ today) === 0 ? 0 : max) + (slot >> 1)
  }

  /** The index is not part of the state hash: only the order of entries is. */
  function hashOf(tape: Tape, at: number, source: number, venue: number): number {
    const { i32 } = tape
    const word = at >> 2
    let h = Math.imul(source, 0x9e3779b1) ^ Math.imul(venue, 0x85ebca77)
    for (let k = 0; k < WORDS; k++) {
      h = Math.imul(h ^ i32[word + k], 0xc2b2ae35)
      h ^= h >>> 15
    }
    return h
  }

  /** Slot of the execution that the key names today, or on the last `days` trade dates; -1 where there is none. */
  function find(tape: Tape, at: number, source: number, venue: number, days = 1): number {
    const hash = hashOf(tape, at, source, venue)
    const entry = findIn(today, hash, tape, at, source, venue)
    if (entry >= 0) return entry * 2
    const before = days < 2 ? -1 : findIn(today ^ 1, hash, tape, at, source, venue)
    return before < 0 ? -1 : before * 2 + 1
  }

  /** Entry of one half, or -1. */
  function findIn(half: number, hash: number, tape: Tape, at: number, source: number, venue: number): number {
    const { i32 } = tape
    const first = half * slots
    const entries = half * max * Exec.INTS
    const word = at >> 2
    for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
      const entry = index[first + probe] - 1
      if (entry < 0) return -1
      const base = entries + entry * Exec.INTS
      if (i[base + Exec.SOURCE] !== source || i[base + Exec.VENUE] !== venue) continue
      let k = 0
      while (k < WORDS && i[base + CHARS + k] === i32[word + k]) k++
      if (k === WORDS) return entry
    }
  }

  /** Adds today's execution; its id stands at byte offset `at` of the tape. */
  function add(tape: Tape, at: number, source: number, venue: number): number {
    const entry = counts[today]
    if (entry >= max) throw new Error('executions are used up: the report should have been refused')
    counts[today] = entry + 1
    const { i32 } = tape
    const base = (today * max + entry) * Exec.INTS
    i[base + Exec.SOURCE] = source
    i[base + Exec.VENUE] = venue
    for (let k = 0; k < WORDS; k++) i[base + CHARS + k] = i32[(at >> 2) + k]
    const first = today * slots
    let probe = hashOf(tape, at, source, venue) & mask
    while (index[first + probe] !== 0) probe = (probe + 1) & mask
    index[first + probe] = entry + 1
    return entry * 2
  }

  function num(slot: number, column: number): number {
    return f[placeOf(slot) * Exec.NUMS + column]
  }

  function int(slot: number, column: number): number {
    return i[placeOf(slot) * Exec.INTS + column]
  }

  function setNum(slot: number, column: number, value: number): void {
    f[placeOf(slot) * Exec.NUMS + column] = value
  }

  function setInt(slot: number, column: number, value: number): void {
    i[placeOf(slot) * Exec.INTS + column] = value
  }

  function isFull(): boolean {
    return counts[today] + 1 >= max
  }

  /** Slot of the next execution. */
  function nextSlot(): number {
    return counts[today] * 2
  }

  /** Slots of today's executions. */
  function* slotsOfToday(): Iterable<number> {
    for (let entry = 0; entry < counts[today]; entry++) yield entry * 2
  }

  /** A new trade date: the day before yesterday is forgotten. */
  function roll(): void {
    const half = today ^ 1
    i.fill(0, half * max * Exec.INTS, (half * max + counts[half]) * Exec.INTS)
    f.fill(0, half * max * Exec.NUMS, (half * max + counts[half]) * Exec.NUMS)
    index.fill(0, half * slots, (half + 1) * slots)
    counts[half] = 0
    today = half
  }

  function hashInto(hash: StateHash): void {
    for (const half of [today, today ^ 1]) {
      hash.nums(f.subarray(half * max * Exec.NUMS), counts[half] * Exec.NUMS)
      hash.ints(i.subarray(half * max * Exec.INTS), counts[half] * Exec.INTS)
    }
  }

  return {
    isFull,
    find,
    add,
    num,
    int,
    setNum,
    setInt,
    nextSlot,
    today: slotsOfToday,
    roll,
    hashInto,
  }
}
