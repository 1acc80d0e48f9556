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

export type Books = ReturnType<typeof createBooks>

export function createBooks(booksMax: number, orders: number) {
  let books = 0
  let top = 0
  /** First free block by log2 of its capacity; the link stands in `latest` of its first level. */
  const freeBlocks = new Int32Array(32).fill(-1)
  const f = new Float64Array(booksMax * BF)
  const i = new Int32Array(booksMax * BI)
  // Of its full size from the start: growing it would stall an order.
  const heads = new IntTable(booksMax)
  // The last part is the margin that `isFull` keeps: one book may double once more.
  const levels = booksMax * FIRST_CAPACITY * 2 + orders * 6 + LEVELS_MARGIN
  /** Price, number of orders and the latest order's slot of each level. */
  const prices = new Float64Array(levels)
  const counts = new Int32Array(levels)
  const latest = new Int32Array(levels)

  /** First book of (owner, instrument), or -1. */
  function head(owner: number, instrument: number): number {
    return heads.get(owner, instrument)
  }

  function openHead(owner: number, instrument: number): number {
    const head = heads.get(owner, instrument)
    if (head >= 0) return head
    const book = add(owner, instrument, -1)
    heads.set(owner, instrument, book)
    return book
  }

  /** The chain's book of a venue; -1 is the book of orders without one, which is always the head. */
  function open(owner: number, instrument: number, venue: number): number {
    let book = openHead(owner, instrument)
    for (;;) {
      if (i[book * BI + VENUE_AT] === venue) return book
      const next = i[book * BI + NEXT_AT]!
      if (next < 0) break
      book = next
    }
    const added = add(owner, instrument, venue)
    i[book * BI + NEXT_AT] = added
    return added
  }

  function add(owner: number, instrument: number, venue: number): number {
    const book = books++
    if (book >= booksMax) throw new Error('books are used up: the decision should have refused')
    const at = book * BI
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
  function crossing(head: number, venue: number, crossVenue: boolean, buys: boolean, px: number): number {
    const side = buys ? 1 : 0
    for (let book = head; book >= 0; book = i[book * BI + NEXT_AT]!) {
      const count = i[book * BI + COUNT_AT + side]!
      if (count === 0) continue
      const at = i[book * BI + VENUE_AT]!
      if (venue >= 0 && at >= 0 && at !== venue && !crossVenue) continue
      const best = prices[i[book * BI + OFFSET_AT + side]! + count - 1]!
      if (buys ? px >= best : px <= best) return book
    }
    return -1
  }

  /** Slot of an order at the best level of a side; -1 where the latest one has left. */
  function latestAtBest(book: number, buys: boolean): number {
    const side = buys ? 0 : 1
    const at = i[book * BI + OFFSET_AT + side]! + i[book * BI + COUNT_AT + side]! - 1
    return latest[at]!
  }

  /** Adds an order at a price. */
  function rest(book: number, buys: boolean, px: number, order: number): void {
    const side = buys ? 0 : 1
    const at = book * BI + side
    const count = i[at + COUNT_AT]!
    const offset = i[at + OFFSET_AT]!
    const place = placeOf(offset, count, buys, px)
    if (place < count && prices[offset + place] === px) {
      counts[offset + place] = counts[offset + place]! + 1
      latest[offset + place] = order
      return
    }
    const to = count === i[at + CAPACITY_AT] ? widen(at, offset, count) : offset
    for (let level = to + count; level > to + place; level--) {
      prices[level] = prices[level - 1]!
      counts[level] = counts[level - 1]!
      latest[level] = latest[level - 1]!
    }
    prices[to + place] = px
    counts[to + place] = 1
    latest[to + place] = order
    i[at + COUNT_AT] = count + 1
  }

  /** Takes an order at a price away. */
  function leave(book: number, buys: boolean, px: number, order: number): void {
    const side = buys ? 0 : 1
    const at = book * BI + side
    const count = i[at + COUNT_AT]!
    const offset = i[at + OFFSET_AT]!
    const level = offset + placeOf(offset, count, buys, px)
    if (level >= offset + count || prices[level] !== px) throw new Error('a resting price is not in its book')
    const left = counts[level]! - 1
    if (left > 0) {
      counts[level] = left
      if (latest[level] === order) latest[level] = -1
      return
    }
    for (let to = level; to < offset + count - 1; to++) {
      prices[to] = prices[to + 1]!
      counts[to] = counts[to + 1]!
      latest[to] = latest[to + 1]!
    }
    i[at + COUNT_AT] = count - 1
  }

  /** Place of a price in the sorted levels: the first that is not further from the best's side. */
  function placeOf(offset: number, count: number, buys: boolean, px: number): number {
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

  function widen(at: number, offset: number, count: number): number {
    const capacity = i[at + CAPACITY_AT]!
    const wider = capacity === 0 ? FIRST_CAPACITY : capacity * 2
    const to = takeBlock(wider)
    prices.copyWithin(to, offset, offset + count)
    counts.copyWithin(to, offset, offset + count)
    latest.copyWithin(to, offset, offset + count)
    if (capacity > 0) freeBlock(offset, capacity)
    i[at + OFFSET_AT] = to
    i[at + CAPACITY_AT] = wider
    return to
  }

  function takeBlock(capacity: number): number {
    const kind = 31 - Math.clz32(capacity)
    const free = freeBlocks[kind]!
    if (free >= 0) {
      freeBlocks[kind] = latest[free]!
      return free
    }
    const block = top
    top += capacity
    if (top > prices.length) throw new Error('price levels are used up: the decision should have refused')
    return block
  }

  function freeBlock(block: number, capacity: number): void {
    const kind = 31 - Math.clz32(capacity)
    latest[block] = freeBlocks[kind]!
    freeBlocks[kind] = block
  }

  /** The owner's position changed. */
  function addPosition(head: number, qty: number): void {
    f[head * BF + Head.POSITION] = f[head * BF + Head.POSITION]! + qty
  }

  /** The owner's sell leaves that are marked long changed. */
  function addLongSells(head: number, qty: number): void {
    f[head * BF + Head.LONG_SELLS] = f[head * BF + Head.LONG_SELLS]! + qty
  }

  function position(head: number): number {
    return f[head * BF + Head.POSITION]!
  }

  function longSells(head: number): number {
    return f[head * BF + Head.LONG_SELLS]!
  }

  function hashInto(hash: StateHash): void {
    hash.nums(f, books * BF)
    hash.ints(i, books * BI)
    hash.int(top)
    for (let book = 0; book < books; book++) {
      for (let side = 0; side < 2; side++) {
        const at = book * BI + side
        const offset = i[at + OFFSET_AT]!
        for (let level = offset; level < offset + i[at + COUNT_AT]!; level++) {
          hash.num(prices[level]!)
          hash.int(counts[level]!)
          hash.int(latest[level]!)
        }
      }
    }
  }

  return {
    booksMax,
    books: (): number => books,
    f,
    isFull: (): boolean => books + 64 >= booksMax || top + LEVELS_MARGIN >= prices.length,
    head,
    openHead,
    open,
    crossing,
    latestAtBest,
    rest,
    leave,
    addPosition,
    addLongSells,
    position,
    longSells,
    hashInto,
  }
}
