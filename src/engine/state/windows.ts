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

export type Duplicates = ReturnType<typeof createDuplicates>

/** Approved new orders by content, newest first, for the duplicate check. Content is a 64-bit hash in two ints. */
export function createDuplicates(capacity: number) {
  /** Orders ever remembered; entry k stands at k mod capacity. */
  let next = 0
  /** The widest window of any row; entries that are older may be overwritten. */
  const widest = new Float64Array(1)
  const hash0 = new Int32Array(capacity)
  const hash1 = new Int32Array(capacity)
  const times = new Float64Array(capacity)
  /** The order before with the same content, -1 for none; valid while it is younger than the ring is long. */
  const previous = new Int32Array(capacity)
  let slots = 16
  while (slots < capacity * 2) slots *= 2
  const index = new Int32Array(slots)
  const mask = slots - 1

  /** True where remembering one more would forget one that still counts. */
  function isFull(nowUs: number): boolean {
    if (next < capacity) return false
    return times[next % capacity]! > nowUs - widest[0]!
  }

  /** Identical orders in (nowUs - widthUs, nowUs]. */
  function countAt(h0: number, h1: number, nowUs: number, widthUs: number): number {
    let entry = find(h0, h1)
    const from = nowUs - widthUs
    let count = 0
    while (entry >= 0 && times[entry]! > from) {
      count++
      entry = previous[entry]!
    }
    return count
  }

  function remember(h0: number, h1: number, nowUs: number): void {
    const entry = next % capacity
    if (next >= capacity) forget(entry)
    next++
    const slot = slotOf(h0, h1)
    const newest = index[slot]! - 1
    previous[entry] = newest
    hash0[entry] = h0
    hash1[entry] = h1
    times[entry] = nowUs
    index[slot] = entry + 1
  }

  function find(h0: number, h1: number): number {
    return index[slotOf(h0, h1)]! - 1
  }

  function slotOf(h0: number, h1: number): number {
    let slot = h0 & mask
    for (;;) {
      const entry = index[slot]! - 1
      if (entry < 0 || (hash0[entry] === h0 && hash1[entry] === h1)) return slot
      slot = (slot + 1) & mask
    }
  }

  /** Takes the oldest entry out: from the index where it is the newest of its content, else from its chain's end. */
  function forget(entry: number): void {
    const slot = slotOf(hash0[entry]!, hash1[entry]!)
    let newest = index[slot]! - 1
    if (newest === entry) {
      removeSlot(slot)
      return
    }
    while (previous[newest] !== entry) newest = previous[newest]!
    previous[newest] = -1
  }

  /** Backward-shift deletion keeps every probe run whole. */
  function removeSlot(from: number): void {
    let hole = from
    for (let slot = (from + 1) & mask; index[slot] !== 0; slot = (slot + 1) & mask) {
      const home = hash0[index[slot]! - 1]! & mask
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        index[hole] = index[slot]!
        hole = slot
      }
    }
    index[hole] = 0
  }

  function hashInto(hash: StateHash): void {
    hash.num(next)
    const count = Math.min(next, capacity)
    hash.ints(hash0, count)
    hash.ints(hash1, count)
    hash.nums(times, count)
    hash.ints(previous, count)
  }

  return {
    widthUs: (): number => widest[0]!,
    setWidthUs: (widthUs: number): void => {
      widest[0] = widthUs
    },
    isFull,
    countAt,
    remember,
    hashInto,
  }
}
