/**
 * Books of resting orders for self-match prevention: per (beneficial owner, instrument) a chain of books by venue, each
 * with its price levels sorted so that the best stands last.
 *
 * The first book of a chain also carries the owner's position and its sell leaves that are marked long (Reg SHO 200(g)).
 */
import { IntTable } from './int-table.ts'
import type { StateHash } from './state-hash.ts'

/** Price of a market order, which meets every price; a sell's is its negative. */
export const INFINITE_PX = Number.MAX_SAFE_INTEGER

// Doubles in a book.
const BF = 2
export const enum Head {
  POSITION = 0,
  LONG_SELLS = 1,
}
// Ints in a book: owner, instrument, venue, next book of the chain, and per side offset, count and capacity.
const BI = 12
const OWNER_AT = 0
const INSTRUMENT_AT = 1
const VENUE_AT = 2
const NEXT_AT = 3
/** Side 0 holds buys (ascending), side 1 sells (descending): the best is last on both. */
const OFFSET_AT = 4
const COUNT_AT = 6
const CAPACITY_AT = 8

const FIRST_CAPACITY = 4
const LEVELS_MARGIN = 65_536

export class Books {
  readonly booksMax: number
  books = 0
  readonly f: Float64Array
  readonly #i: Int32Array
  readonly #heads: IntTable
  /** Price, number of orders and the latest order's slot of each level. */
  readonly #px: Float64Array
  readonly #orders: Int32Array
  readonly #latest: Int32Array
  #top = 0
  /** First free block by log2 of its capacity; the link stands in `latest` of its first level. */
  readonly #free = new Int32Array(32).fill(-1)

  constructor(booksMax: number, orders: number) {
    this.booksMax = booksMax
    this.f = new Float64Array(booksMax * BF)
    this.#i = new Int32Array(booksMax * BI)
    this.#heads = new IntTable(Math.min(booksMax, 1 << 16))
    // The last part is the margin that `isFull` keeps: one book may double once more.
    const levels = booksMax * FIRST_CAPACITY * 2 + orders * 6 + LEVELS_MARGIN
    this.#px = new Float64Array(levels)
    this.#orders = new Int32Array(levels)
    this.#latest = new Int32Array(levels)
  }

  get isFull(): boolean {
    return this.books + 64 >= this.booksMax || this.#top + LEVELS_MARGIN >= this.#px.length
  }

  /** First book of (owner, instrument), or -1. */
  head(owner: number, instrument: number): number {
    return this.#heads.get(owner, instrument)
  }

  openHead(owner: number, instrument: number): number {
    const head = this.#heads.get(owner, instrument)
    if (head >= 0) return head
    const book = this.#add(owner, instrument, -1)
    this.#heads.set(owner, instrument, book)
    return book
  }

  /** The chain's book of a venue; -1 is the book of orders without one, which is always the head. */
  open(owner: number, instrument: number, venue: number): number {
    let book = this.openHead(owner, instrument)
    const i = this.#i
    for (;;) {
      if (i[book * BI + VENUE_AT] === venue) return book
      const next = i[book * BI + NEXT_AT]!
      if (next < 0) break
      book = next
    }
    const added = this.#add(owner, instrument, venue)
    i[book * BI + NEXT_AT] = added
    return added
  }

  #add(owner: number, instrument: number, venue: number): number {
    const book = this.books++
    if (book >= this.booksMax) throw new Error('books are used up: the decision should have refused')
    const at = book * BI
    const i = this.#i
    i[at + OWNER_AT] = owner
    i[at + INSTRUMENT_AT] = instrument
    i[at + VENUE_AT] = venue
    i[at + NEXT_AT] = -1
    return book
  }

  /**
   * The book in which a resting order of the other side can trade with an order at `px`, or -1. `buys` says which side
   * the incoming order is on. `venue` -1, or a cross-venue owner, meets all books of the chain.
   */
  crossing(head: number, venue: number, crossVenue: boolean, buys: boolean, px: number): number {
    const i = this.#i
    const side = buys ? 1 : 0
    for (let book = head; book >= 0; book = i[book * BI + NEXT_AT]!) {
      const count = i[book * BI + COUNT_AT + side]!
      if (count === 0) continue
      const at = i[book * BI + VENUE_AT]!
      if (venue >= 0 && at >= 0 && at !== venue && !crossVenue) continue
      const best = this.#px[i[book * BI + OFFSET_AT + side]! + count - 1]!
      if (buys ? px >= best : px <= best) return book
    }
    return -1
  }

  /** Slot of an order at the best level of a side; -1 where the latest one has left. */
  latestAtBest(book: number, buys: boolean): number {
    const side = buys ? 0 : 1
    const at = this.#i[book * BI + OFFSET_AT + side]! + this.#i[book * BI + COUNT_AT + side]! - 1
    return this.#latest[at]!
  }

  /** Adds an order at a price. */
  rest(book: number, buys: boolean, px: number, order: number): void {
    const side = buys ? 0 : 1
    const i = this.#i
    const at = book * BI + side
    const count = i[at + COUNT_AT]!
    const offset = i[at + OFFSET_AT]!
    const place = this.#place(offset, count, buys, px)
    if (place < count && this.#px[offset + place] === px) {
      this.#orders[offset + place] = this.#orders[offset + place]! + 1
      this.#latest[offset + place] = order
      return
    }
    const to = count === i[at + CAPACITY_AT] ? this.#widen(at, offset, count) : offset
    for (let level = to + count; level > to + place; level--) {
      this.#px[level] = this.#px[level - 1]!
      this.#orders[level] = this.#orders[level - 1]!
      this.#latest[level] = this.#latest[level - 1]!
    }
    this.#px[to + place] = px
    this.#orders[to + place] = 1
    this.#latest[to + place] = order
    i[at + COUNT_AT] = count + 1
  }

  /** Takes an order at a price away. */
  leave(book: number, buys: boolean, px: number, order: number): void {
    const side = buys ? 0 : 1
    const i = this.#i
    const at = book * BI + side
    const count = i[at + COUNT_AT]!
    const offset = i[at + OFFSET_AT]!
    const level = offset + this.#place(offset, count, buys, px)
    if (level >= offset + count || this.#px[level] !== px) throw new Error('a resting price is not in its book')
    const left = this.#orders[level]! - 1
    if (left > 0) {
      this.#orders[level] = left
      if (this.#latest[level] === order) this.#latest[level] = -1
      return
    }
    for (let to = level; to < offset + count - 1; to++) {
      this.#px[to] = this.#px[to + 1]!
      this.#orders[to] = this.#orders[to + 1]!
      this.#latest[to] = this.#latest[to + 1]!
    }
    i[at + COUNT_AT] = count - 1
  }

  /** Place of a price in the sorted levels: the first that is not further from the best's side. */
  #place(offset: number, count: number, buys: boolean, px: number): number {
    const prices = this.#px
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      const at = prices[offset + middle]!
      if (buys ? at < px : at > px) low = middle + 1
      else high = middle
    }
    return low
  }

  #widen(at: number, offset: number, count: number): number {
    const i = this.#i
    const capacity = i[at + CAPACITY_AT]!
    const wider = capacity === 0 ? FIRST_CAPACITY : capacity * 2
    const to = this.#takeBlock(wider)
    this.#px.copyWithin(to, offset, offset + count)
    this.#orders.copyWithin(to, offset, offset + count)
    this.#latest.copyWithin(to, offset, offset + count)
    if (capacity > 0) this.#freeBlock(offset, capacity)
    i[at + OFFSET_AT] = to
    i[at + CAPACITY_AT] = wider
    return to
  }

  #takeBlock(capacity: number): number {
    const kind = 31 - Math.clz32(capacity)
    const free = this.#free[kind]!
    if (free >= 0) {
      this.#free[kind] = this.#latest[free]!
      return free
    }
    const block = this.#top
    this.#top += capacity
    if (this.#top > this.#px.length) throw new Error('price levels are used up: the decision should have refused')
    return block
  }

  #freeBlock(block: number, capacity: number): void {
    const kind = 31 - Math.clz32(capacity)
    this.#latest[block] = this.#free[kind]!
    this.#free[kind] = block
  }

  /** The owner's position changed. */
  addPosition(head: number, qty: number): void {
    this.f[head * BF + Head.POSITION] = this.f[head * BF + Head.POSITION]! + qty
  }

  /** The owner's sell leaves that are marked long changed. */
  addLongSells(head: number, qty: number): void {
    this.f[head * BF + Head.LONG_SELLS] = this.f[head * BF + Head.LONG_SELLS]! + qty
  }

  position(head: number): number {
    return this.f[head * BF + Head.POSITION]!
  }

  longSells(head: number): number {
    return this.f[head * BF + Head.LONG_SELLS]!
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.books * BF)
    hash.ints(this.#i, this.books * BI)
    hash.int(this.#top)
    for (let book = 0; book < this.books; book++) {
      for (let side = 0; side < 2; side++) {
        const at = book * BI + side
        const offset = this.#i[at + OFFSET_AT]!
        for (let level = offset; level < offset + this.#i[at + COUNT_AT]!; level++) {
          hash.num(this.#px[level]!)
          hash.int(this.#orders[level]!)
          hash.int(this.#latest[level]!)
        }
      }
    }
  }
}
