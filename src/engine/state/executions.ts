/**
 * Executions of two trade dates by (source, venue, execID): to book each once, and to reverse exactly what was booked.
 */
import { ID_CHARS } from '../../model/bounds.ts'
import type { Tape } from '../../model/records/tape.ts'
import { mix } from './int-table.ts'
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

class Day {
  readonly f: Float64Array
  readonly i: Int32Array
  readonly index: Int32Array
  readonly mask: number
  count = 0

  constructor(max: number) {
    this.f = new Float64Array(max * Exec.NUMS)
    this.i = new Int32Array(max * Exec.INTS)
    let slots = 16
    while (slots < max * 2) slots *= 2
    this.index = new Int32Array(slots)
    this.mask = slots - 1
  }
}

export class Executions {
  readonly max: number
  #days: [Day, Day]

  constructor(max: number) {
    this.max = max
    this.#days = [new Day(max), new Day(max)]
  }

  get isFull(): boolean {
    return this.#days[0].count + 1 >= this.max
  }

  /** Slots name the day in their lowest bit: 0 today, 1 the day before. */
  nextSlot(): number {
    return this.#days[0].count * 2
  }

  /** Slot of the execution that the key names today, or on the last `days` trade dates; -1 where there is none. */
  find(tape: Tape, at: number, source: number, venue: number, days = 1): number {
    const hash = hashOf(tape, at, source, venue)
    for (let day = 0; day < days; day++) {
      const { index, mask, i } = this.#days[day]!
      for (let probe = hash & mask; ; probe = (probe + 1) & mask) {
        const entry = index[probe]! - 1
        if (entry < 0) break
        const base = entry * Exec.INTS
        if (i[base + Exec.SOURCE] !== source || i[base + Exec.VENUE] !== venue) continue
        let same = true
        for (let word = 0; word < WORDS && same; word++) same = i[base + CHARS + word] === tape.i32[(at >> 2) + word]
        if (same) return entry * 2 + day
      }
    }
    return -1
  }

  /** Adds today's execution; its id stands at byte offset `at` of the tape. */
  add(tape: Tape, at: number, source: number, venue: number): number {
    const day = this.#days[0]
    if (day.count >= this.max) throw new Error('executions are used up: the report should have been refused')
    const entry = day.count++
    const base = entry * Exec.INTS
    day.i[base + Exec.SOURCE] = source
    day.i[base + Exec.VENUE] = venue
    for (let word = 0; word < WORDS; word++) day.i[base + CHARS + word] = tape.i32[(at >> 2) + word]!
    let probe = hashOf(tape, at, source, venue) & day.mask
    while (day.index[probe] !== 0) probe = (probe + 1) & day.mask
    day.index[probe] = entry + 1
    return entry * 2
  }

  num(slot: number, column: number): number {
    return this.#days[slot & 1]!.f[(slot >> 1) * Exec.NUMS + column]!
  }

  int(slot: number, column: number): number {
    return this.#days[slot & 1]!.i[(slot >> 1) * Exec.INTS + column]!
  }

  setNum(slot: number, column: number, value: number): void {
    this.#days[slot & 1]!.f[(slot >> 1) * Exec.NUMS + column] = value
  }

  setInt(slot: number, column: number, value: number): void {
    this.#days[slot & 1]!.i[(slot >> 1) * Exec.INTS + column] = value
  }

  /** Slots of today's executions. */
  *today(): Iterable<number> {
    for (let entry = 0; entry < this.#days[0].count; entry++) yield entry * 2
  }

  /** A new trade date: the day before yesterday is forgotten. */
  roll(): void {
    const dropped = this.#days[1]
    dropped.i.fill(0, 0, dropped.count * Exec.INTS)
    dropped.f.fill(0, 0, dropped.count * Exec.NUMS)
    dropped.index.fill(0)
    dropped.count = 0
    this.#days = [dropped, this.#days[0]]
  }

  hashInto(hash: StateHash): void {
    for (const day of this.#days) {
      hash.nums(day.f, day.count * Exec.NUMS)
      hash.ints(day.i, day.count * Exec.INTS)
    }
  }
}

function hashOf(tape: Tape, at: number, source: number, venue: number): number {
  let h = mix(source, venue)
  for (let word = 0; word < WORDS; word++) h = mix(h, tape.i32[(at >> 2) + word]!)
  return h
}
