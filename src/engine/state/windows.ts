/**
 * Exact logs of stamps for message rates, and the memory of identical orders. A window is (now - width, now].
 */
import { columnOf } from './columns.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Most stamps that one window keeps. */
export const STAMPS_MAX = 1_000_000

/** The last `capacity` stamps: enough to know exactly whether one more message fits a limit of capacity - 1. */
export class Window {
  /** A ring, longer than the capacity where that is no power of two: so a place in it is one mask. */
  readonly #stamps: Float64Array
  readonly #mask: number
  readonly #capacity: number
  readonly #widthUs: number
  #head: number
  #count: number

  constructor(capacity: number, widthUs: number) {
    let places = 2
    while (places < capacity) places *= 2
    this.#stamps = new Float64Array(places)
    this.#mask = places - 1
    this.#capacity = capacity
    this.#widthUs = widthUs
    this.#head = 0
    this.#count = 0
  }

  /**
   * Stamps in the window at `nowUs`; saturates at the capacity. Changes nothing. Time only goes forward, so the stamps
   * ascend: from the oldest on, the first one inside is sought in steps that double, then by halving the last step.
   */
  countAt(nowUs: number): number {
    const stamps = this.#stamps
    const mask = this.#mask
    const head = this.#head
    const count = this.#count
    const from = nowUs - this.#widthUs
    let low = 0
    let high = 1
    while (high <= count && stamps[(head + high - 1) & mask]! <= from) {
      low = high
      high += high
    }
    high = high > count ? count : high - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (stamps[(head + middle) & mask]! <= from) low = middle + 1
      else high = middle
    }
    return count - low
  }

  stamp(nowUs: number): void {
    const stamps = this.#stamps
    const mask = this.#mask
    const from = nowUs - this.#widthUs
    let head = this.#head
    let count = this.#count
    while (count > 0 && (count === this.#capacity || stamps[head]! <= from)) {
      head = (head + 1) & mask
      count--
    }
    stamps[(head + count) & mask] = nowUs
    this.#head = head
    this.#count = count + 1
  }

  get capacity(): number {
    return this.#capacity
  }

  clear(): void {
    this.#count = 0
  }

  /** A window of another capacity with the same latest stamps. */
  resized(capacity: number): Window {
    const other = new Window(capacity, this.#widthUs)
    for (let at = 0; at < this.#count; at++) other.stamp(this.#stamps[(this.#head + at) & this.#mask]!)
    return other
  }

  /** The stamps from the oldest on: where in the ring they stand says nothing. */
  visit(v: StateVisitor): void {
    const stamps = new Float64Array(v.int(this.#count))
    for (let at = 0; at < this.#count; at++) stamps[at] = this.#stamps[(this.#head + at) & this.#mask]!
    v.nums(stamps, stamps.length)
    if (v.isLoading) {
      this.#stamps.set(stamps)
      this.#count = stamps.length
    }
  }
}

/** An order remembered: 24 bytes, ints and one double. */
const enum Memory {
  INTS = 6,
  H0 = 0,
  H1 = 1,
  /** The orders of the same content before and after this one, -1 for none. */
  OLDER = 2,
  NEWER = 3,
  NUMS = 3,
  TIME = 2,
}

export type Duplicates = ReturnType<typeof createDuplicates>

/** Approved new orders by content, newest first, for the duplicate check. Content is a 64-bit hash in two ints. */
export function createDuplicates(capacity: number) {
  const i = new Int32Array(capacity * Memory.INTS)
  const f = new Float64Array(i.buffer)
  const h0At = columnOf(i, Memory.H0, Memory.INTS - 1)
  const h1At = columnOf(i, Memory.H1, Memory.INTS - 1)
  const olderAt = columnOf(i, Memory.OLDER, Memory.INTS - 1)
  const newerAt = columnOf(i, Memory.NEWER, Memory.INTS - 1)
  let slots = 16
  while (slots < capacity * 2) slots *= 2
  const mask = slots - 1
  /** h0 of each content and its newest entry + 1: side by side, so that a probe of another content stays in the index. */
  const index = new Int32Array(slots * 2)
  const hashAt = columnOf(index, 0, 1)
  const newestAt = columnOf(index, 1, 1)
  /** Where the next order is written; once the ring was full, the oldest order stands there. */
  const next = { entry: 0, wraps: 0 }
  /** The widest window of any row; entries that are older may be overwritten. */
  const widest = new Float64Array(new ArrayBuffer(8))

  /** True where remembering one more would forget one that still counts. */
  function isFull(nowUs: number): boolean {
    return next.wraps > 0 && f[next.entry * Memory.NUMS + Memory.TIME]! > nowUs - widest[0]!
  }

  /** Identical orders in (nowUs - widthUs, nowUs]. */
  function countAt(h0: number, h1: number, nowUs: number, widthUs: number): number {
    const from = nowUs - widthUs
    let count = 0
    let entry = (newestAt[slotOf(h0, h1)]! - 1) | 0
    while (entry >= 0 && f[(entry * Memory.NUMS + Memory.TIME) | 0]! > from) {
      count = (count + 1) | 0
      entry = olderAt[(entry * Memory.INTS) | 0]!
    }
    return count
  }

  function remember(h0: number, h1: number, nowUs: number): void {
    const { entry } = next
    if (next.wraps > 0) forget(entry)
    const slot = slotOf(h0, h1)
    const older = (newestAt[slot]! - 1) | 0
    const at = (entry * Memory.INTS) | 0
    h0At[at] = h0
    h1At[at] = h1
    olderAt[at] = older
    newerAt[at] = -1
    f[(entry * Memory.NUMS + Memory.TIME) | 0] = nowUs
    if (older >= 0) newerAt[(older * Memory.INTS) | 0] = entry
    const after = (entry + 1) | 0
    hashAt[slot] = h0
    newestAt[slot] = after
    if (after < capacity) next.entry = after
    else wrap()
  }

  function wrap(): void {
    next.entry = 0
    next.wraps++
  }

  /** Where in the index a content stands, or would stand. */
  function slotOf(h0: number, h1: number): number {
    for (let place = h0 & mask; ; place = (place + 1) & mask) {
      const slot = place << 1
      const entry = (newestAt[slot]! - 1) | 0
      if (entry < 0 || (hashAt[slot] === h0 && h1At[(entry * Memory.INTS) | 0] === h1)) return slot
    }
  }

  /** Takes the oldest entry out: from the end of its content's chain, from the index where it is the whole chain. */
  function forget(entry: number): void {
    const at = (entry * Memory.INTS) | 0
    const newer = newerAt[at]!
    if (newer >= 0) olderAt[(newer * Memory.INTS) | 0] = -1
    else removeSlot(slotOf(h0At[at]!, h1At[at]!))
  }

  /** Backward-shift deletion keeps every probe run whole. */
  function removeSlot(from: number): void {
    let hole = from >> 1
    for (let place = (hole + 1) & mask; newestAt[place << 1] !== 0; place = (place + 1) & mask) {
      const home = hashAt[place << 1]! & mask
      if (((place - home) & mask) >= ((place - hole) & mask)) {
        hashAt[hole << 1] = hashAt[place << 1]!
        newestAt[hole << 1] = newestAt[place << 1]!
        hole = place
      }
    }
    newestAt[hole << 1] = 0
  }

  function visit(v: StateVisitor): void {
    next.entry = v.int(next.entry)
    next.wraps = v.int(next.wraps)
    v.nums(widest, 1)
    const count = next.wraps > 0 ? capacity : next.entry
    v.ints(i, count * Memory.INTS)
    if (!v.isLoading) return
    for (let entry = 0; entry < count; entry++) {
      const at = entry * Memory.INTS
      if (newerAt[at] !== -1) continue
      const slot = slotOf(h0At[at]!, h1At[at]!)
      hashAt[slot] = h0At[at]!
      newestAt[slot] = entry + 1
    }
  }

  return {
    widthUs: (): number => widest[0]!,
    setWidthUs: (widthUs: number): void => {
      widest[0] = widthUs
    },
    isFull,
    countAt,
    remember,
    visit,
  }
}
