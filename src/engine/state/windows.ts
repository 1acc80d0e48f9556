/**
 * Exact logs of stamps for message rates, and the memory of identical orders. A window is (now - width, now].
 */
import type { StateHash } from './state-hash.ts'

/** Most stamps that one window keeps. */
export const STAMPS_MAX = 1_000_000

/** The last `capacity` stamps: enough to know exactly whether one more message fits a limit of capacity - 1. */
export class Window {
  readonly stamps: Float64Array
  readonly widthUs: number
  #head = 0
  #count = 0

  constructor(capacity: number, widthUs: number) {
    this.stamps = new Float64Array(capacity)
    this.widthUs = widthUs
  }

  /** Stamps in the window at `nowUs`; saturates at the capacity. Changes nothing. */
  countAt(nowUs: number): number {
    const { stamps } = this
    const from = nowUs - this.widthUs
    let at = this.#head
    let count = this.#count
    while (count > 0 && stamps[at]! <= from) {
      at = at + 1 === stamps.length ? 0 : at + 1
      count--
    }
    return count
  }

  stamp(nowUs: number): void {
    const { stamps } = this
    const from = nowUs - this.widthUs
    while (this.#count > 0 && stamps[this.#head]! <= from) this.#drop()
    if (this.#count === stamps.length) this.#drop()
    let at = this.#head + this.#count
    if (at >= stamps.length) at -= stamps.length
    stamps[at] = nowUs
    this.#count++
  }

  #drop(): void {
    this.#head = this.#head + 1 === this.stamps.length ? 0 : this.#head + 1
    this.#count--
  }

  /** A window of another capacity with the same latest stamps. */
  resized(capacity: number): Window {
    const other = new Window(capacity, this.widthUs)
    for (let i = 0; i < this.#count; i++) other.stamp(this.stamps[(this.#head + i) % this.stamps.length]!)
    return other
  }

  hashInto(hash: StateHash): void {
    hash.int(this.#count)
    for (let i = 0; i < this.#count; i++) hash.num(this.stamps[(this.#head + i) % this.stamps.length]!)
  }
}

/** Approved new orders by content, newest first, for the duplicate check. Content is a 64-bit hash in two ints. */
export class Duplicates {
  readonly #h0: Int32Array
  readonly #h1: Int32Array
  readonly #timeUs: Float64Array
  /** The order before with the same content, -1 for none; valid while it is younger than the ring is long. */
  readonly #previous: Int32Array
  readonly #index: Int32Array
  readonly #mask: number
  readonly #capacity: number
  /** Orders ever remembered; entry k stands at k mod capacity. */
  #next = 0
  /** The widest window of any row; entries that are older may be overwritten. */
  widthUs = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#h0 = new Int32Array(capacity)
    this.#h1 = new Int32Array(capacity)
    this.#timeUs = new Float64Array(capacity)
    this.#previous = new Int32Array(capacity)
    let slots = 16
    while (slots < capacity * 2) slots *= 2
    this.#index = new Int32Array(slots)
    this.#mask = slots - 1
  }

  /** True where remembering one more would forget one that still counts. */
  isFull(nowUs: number): boolean {
    if (this.#next < this.#capacity) return false
    return this.#timeUs[this.#next % this.#capacity]! > nowUs - this.widthUs
  }

  /** Identical orders in (nowUs - widthUs, nowUs]. */
  countAt(h0: number, h1: number, nowUs: number, widthUs: number): number {
    let entry = this.#find(h0, h1)
    const from = nowUs - widthUs
    let count = 0
    while (entry >= 0 && this.#timeUs[entry]! > from) {
      count++
      entry = this.#previous[entry]!
    }
    return count
  }

  remember(h0: number, h1: number, nowUs: number): void {
    const entry = this.#next % this.#capacity
    if (this.#next >= this.#capacity) this.#forget(entry)
    this.#next++
    const slot = this.#slotOf(h0, h1)
    const newest = this.#index[slot]! - 1
    this.#previous[entry] = newest
    this.#h0[entry] = h0
    this.#h1[entry] = h1
    this.#timeUs[entry] = nowUs
    this.#index[slot] = entry + 1
  }

  #find(h0: number, h1: number): number {
    return this.#index[this.#slotOf(h0, h1)]! - 1
  }

  #slotOf(h0: number, h1: number): number {
    const index = this.#index
    let slot = h0 & this.#mask
    for (;;) {
      const entry = index[slot]! - 1
      if (entry < 0 || (this.#h0[entry] === h0 && this.#h1[entry] === h1)) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  /** Takes the oldest entry out: from the index where it is the newest of its content, else from its chain's end. */
  #forget(entry: number): void {
    const slot = this.#slotOf(this.#h0[entry]!, this.#h1[entry]!)
    let newest = this.#index[slot]! - 1
    if (newest === entry) {
      this.#removeSlot(slot)
      return
    }
    while (this.#previous[newest] !== entry) newest = this.#previous[newest]!
    this.#previous[newest] = -1
  }

  /** Backward-shift deletion keeps every probe run whole. */
  #removeSlot(from: number): void {
    const index = this.#index
    const mask = this.#mask
    let hole = from
    for (let slot = (from + 1) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#h0[index[slot]! - 1]! & mask
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        index[hole] = index[slot]!
        hole = slot
      }
    }
    index[hole] = 0
  }

  hashInto(hash: StateHash): void {
    hash.num(this.#next)
    const count = Math.min(this.#next, this.#capacity)
    hash.ints(this.#h0, count)
    hash.ints(this.#h1, count)
    hash.nums(this.#timeUs, count)
    hash.ints(this.#previous, count)
  }
}
