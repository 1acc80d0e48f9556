/**
 * Books of resting orders for self-match prevention: per (beneficial owner, instrument) a chain of books by venue, each
 * with its price levels sorted so that the best stands last.
 *
 * The first book of a chain also carries the owner's position and its sell leaves that are marked long (Reg SHO 200(g)).
 */
import { columnOf } from './columns.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Price of a market order, which meets every price; a sell's is its negative. */
export const INFINITE_PX = Number.MAX_SAFE_INTEGER

/** Doubles of a book, in `f`. */
export const enum Head {
  SIZE = 2,
  POSITION = 0,
  LONG_SELLS = 1,
}
/** Ints of a book: a cache line. OFFSET, COUNT and CAPACITY are those of its levels, buys first, then sells. */
const enum Book {
  INTS = 16,
  OWNER = 0,
  INSTRUMENT = 1,
  VENUE = 2,
  /** The next book of the chain. */
  NEXT = 3,
  OFFSET = 4,
  COUNT = 6,
  CAPACITY = 8,
}
/** A price level: 16 bytes, so that one cache line holds the levels of most books. */
const enum Level {
  NUMS = 2,
  /** The price of a buy, the negative of a sell's: the best is the greatest on both sides. */
  KEY = 0,
  INTS = 4,
  /** Number of orders and the latest one's slot; in a free block the next free one stands for it. */
  ORDERS = 2,
  LATEST = 3,
}
const enum Levels {
  FIRST_CAPACITY = 4,
  MARGIN = 65_536,
  /** Levels that are looked through or moved one by one; more are halved, or moved as memory. */
  FEW = 8,
}

export type Books = ReturnType<typeof createBooks>

export function createBooks(booksMax: number, orders: number, owners: number, instruments: number) {
  const f = new Float64Array(booksMax * Head.SIZE)
  const ints = new Int32Array(booksMax * Book.INTS)
  const venueOf = columnOf(ints, Book.VENUE, Book.CAPACITY)
  const nextOf = columnOf(ints, Book.NEXT, Book.CAPACITY)
  const offsetOf = columnOf(ints, Book.OFFSET, Book.CAPACITY)
  const countOf = columnOf(ints, Book.COUNT, Book.CAPACITY)
  const capacityOf = columnOf(ints, Book.CAPACITY, Book.CAPACITY)
  /** First book + 1 by owner and instrument. */
  const heads = new Int32Array(owners * instruments)
  // The last part is the margin that `isFull` keeps: one book may double once more.
  const levelsMax = booksMax * Levels.FIRST_CAPACITY * 2 + orders * 6 + Levels.MARGIN
  const keys = new Float64Array(levelsMax * Level.NUMS)
  const levels = new Int32Array(keys.buffer)
  const ordersOf = columnOf(levels, Level.ORDERS, Level.LATEST)
  const latestOf = columnOf(levels, Level.LATEST, Level.LATEST)
  /** First free block by log2 of its capacity. */
  const free = new Int32Array(32).fill(-1)
  const used = { books: 0, levels: 0 }
  /** The key that is sought or put in: a double goes from one function to another here, where it needs no box. */
  const sought = new Float64Array(new ArrayBuffer(8))

  /** First book of (owner, instrument), or -1. */
  function head(owner: number, instrument: number): number {
    return (heads[(owner * instruments + instrument) | 0]! - 1) | 0
  }

  function openHead(owner: number, instrument: number): number {
    const book = head(owner, instrument)
    return book >= 0 ? book : addHead(owner, instrument)
  }

  function addHead(owner: number, instrument: number): number {
    const book = addBook(owner, instrument, -1)
    heads[owner * instruments + instrument] = book + 1
    return book
  }

  /** The chain's book of a venue; -1 is the book of orders without one, which is always the head. */
  function open(owner: number, instrument: number, venue: number): number {
    let book = openHead(owner, instrument)
    while (venueOf[(book * Book.INTS) | 0] !== venue) {
      const next = nextOf[(book * Book.INTS) | 0]!
      if (next < 0) return addBehind(book, owner, instrument, venue)
      book = next
    }
    return book
  }

  function addBehind(book: number, owner: number, instrument: number, venue: number): number {
    const added = addBook(owner, instrument, venue)
    nextOf[book * Book.INTS] = added
    return added
  }

  function addBook(owner: number, instrument: number, venue: number): number {
    const book = used.books++
    if (book >= booksMax) throw new Error('books are used up: the decision should have refused')
    const at = book * Book.INTS
    ints[at + Book.OWNER] = owner
    ints[at + Book.INSTRUMENT] = instrument
    venueOf[at] = venue
    nextOf[at] = -1
    return book
  }

  /**
   * The book in which a resting order of the other side can trade with an order at `px`, or -1. `buys` says which side
   * the incoming order is on. `venue` -1, or a cross-venue owner, meets all books of the chain.
   */
  function crossing(first: number, venue: number, crossVenue: boolean, buys: boolean, px: number): number {
    sought[0] = px
    if (buys) sought[0] = -px
    for (let book = first; book >= 0; book = nextOf[(book * Book.INTS) | 0]!) {
      const at = (book * Book.INTS + (buys ? 1 : 0)) | 0
      const count = countOf[at]!
      if (count === 0 || !(keys[((offsetOf[at]! + count - 1) * Level.NUMS) | 0]! >= sought[0]!)) continue
      const of = venueOf[(book * Book.INTS) | 0]!
      if (of === venue || of < 0 || venue < 0 || crossVenue) return book
    }
    return -1
  }

  /** Slot of an order at the best level of a side; -1 where the latest one has left. */
  function latestAtBest(book: number, buys: boolean): number {
    const at = (book * Book.INTS + (buys ? 0 : 1)) | 0
    return latestOf[((offsetOf[at]! + countOf[at]! - 1) * Level.INTS) | 0]!
  }

  /** Adds an order at a price. */
  function rest(book: number, buys: boolean, px: number, order: number): void {
    sought[0] = px
    if (!buys) sought[0] = -px
    enter((book * Book.INTS + (buys ? 0 : 1)) | 0, order)
  }

  /** Adds an order at the key sought to one side of a book. */
  function enter(at: number, order: number): void {
    const first = offsetOf[at]!
    const level = levelOf(first, (first + countOf[at]!) | 0)
    if (level < first || keys[(level * Level.NUMS) | 0] !== sought[0]) return addLevel(at, (level + 1) | 0, order)
    const l = (level * Level.INTS) | 0
    ordersOf[l] = (ordersOf[l]! + 1) | 0
    latestOf[l] = order
  }

  /** Takes an order at a price away. */
  function leave(book: number, buys: boolean, px: number, order: number): void {
    sought[0] = px
    if (!buys) sought[0] = -px
    take((book * Book.INTS + (buys ? 0 : 1)) | 0, order)
  }

  /** Takes an order at the key sought out of one side of a book. */
  function take(at: number, order: number): void {
    const first = offsetOf[at]!
    const level = levelOf(first, (first + countOf[at]!) | 0)
    if (level < first || keys[(level * Level.NUMS) | 0] !== sought[0])
      throw new Error('a resting price is not in its book')
    const l = (level * Level.INTS) | 0
    const left = (ordersOf[l]! - 1) | 0
    if (left <= 0) return removeLevel(at, level)
    ordersOf[l] = left
    if (latestOf[l] === order) latestOf[l] = -1
  }

  /** The best of the levels from `first` to before `end` that is not better than the key sought; first - 1 where all are. */
  function levelOf(first: number, end: number): number {
    if (((end - first) | 0) > Levels.FEW) return levelAmong(first, end)
    const key = sought[0]!
    let level = (end - 1) | 0
    while (level >= first && keys[(level * Level.NUMS) | 0]! > key) level = (level - 1) | 0
    return level
  }

  function levelAmong(first: number, end: number): number {
    const key = sought[0]!
    let low = first
    let high = end
    while (low < high) {
      const middle = (low + high) >> 1
      if (keys[(middle * Level.NUMS) | 0]! > key) high = middle
      else low = (middle + 1) | 0
    }
    return (low - 1) | 0
  }

  /** Puts a level of one order in at `place`; those from there on move up. */
  function addLevel(at: number, place: number, order: number): void {
    const count = countOf[at]!
    const level = count === capacityOf[at] ? (place + widen(at)) | 0 : place
    const end = (offsetOf[at]! + count) | 0
    if (((end - level) | 0) > Levels.FEW) moveMany(level, end, (level + 1) | 0)
    else for (let to = end; to > level; to = (to - 1) | 0) move((to - 1) | 0, to)
    keys[(level * Level.NUMS) | 0] = sought[0]!
    ordersOf[(level * Level.INTS) | 0] = 1
    latestOf[(level * Level.INTS) | 0] = order
    countOf[at] = (count + 1) | 0
  }

  /** Takes a level out; those behind it move down. */
  function removeLevel(at: number, level: number): void {
    const count = (countOf[at]! - 1) | 0
    const last = (offsetOf[at]! + count) | 0
    if (((last - level) | 0) > Levels.FEW) moveMany((level + 1) | 0, (last + 1) | 0, level)
    else for (let to = level; to < last; to = (to + 1) | 0) move((to + 1) | 0, to)
    countOf[at] = count
  }

  function move(from: number, to: number): void {
    keys[(to * Level.NUMS) | 0] = keys[(from * Level.NUMS) | 0]!
    ordersOf[(to * Level.INTS) | 0] = ordersOf[(from * Level.INTS) | 0]!
    latestOf[(to * Level.INTS) | 0] = latestOf[(from * Level.INTS) | 0]!
  }

  function moveMany(from: number, end: number, to: number): void {
    keys.copyWithin(to * Level.NUMS, from * Level.NUMS, end * Level.NUMS)
  }

  /** Gives a book's side twice the room in another block; returns how far its levels have moved. */
  function widen(at: number): number {
    const offset = offsetOf[at]!
    const capacity = capacityOf[at]!
    const wider = capacity === 0 ? Levels.FIRST_CAPACITY : capacity * 2
    const to = takeBlock(wider)
    if (capacity > 0) {
      moveMany(offset, offset + countOf[at]!, to)
      freeBlock(offset, capacity)
    }
    offsetOf[at] = to
    capacityOf[at] = wider
    return to - offset
  }

  function takeBlock(capacity: number): number {
    const kind = 31 - Math.clz32(capacity)
    const block = free[kind]!
    if (block >= 0) {
      free[kind] = latestOf[block * Level.INTS]!
      return block
    }
    const top = used.levels
    used.levels += capacity
    if (used.levels > levelsMax) throw new Error('price levels are used up: the decision should have refused')
    return top
  }

  function freeBlock(block: number, capacity: number): void {
    const kind = 31 - Math.clz32(capacity)
    latestOf[block * Level.INTS] = free[kind]!
    free[kind] = block
  }

  /** The owner's position changed. */
  function addPosition(book: number, qty: number): void {
    const at = (book * Head.SIZE + Head.POSITION) | 0
    f[at] = f[at]! + qty
  }

  /** The owner's sell leaves that are marked long changed. */
  function addLongSells(book: number, qty: number): void {
    const at = (book * Head.SIZE + Head.LONG_SELLS) | 0
    f[at] = f[at]! + qty
  }

  function position(book: number): number {
    return f[book * Head.SIZE + Head.POSITION]!
  }

  function longSells(book: number): number {
    return f[book * Head.SIZE + Head.LONG_SELLS]!
  }

  /** Blocks that are free are shown with what they held: the same events leave the same in them. */
  function visit(v: StateVisitor): void {
    used.books = v.int(used.books)
    used.levels = v.int(used.levels)
    v.nums(f, used.books * Head.SIZE)
    v.ints(ints, used.books * Book.INTS)
    v.ints(levels, used.levels * Level.INTS)
    v.ints(free, free.length)
    if (v.isLoading) findHeads()
  }

  /** The first book of a chain is the one that no other leads to: it was made before them. */
  function findHeads(): void {
    for (let book = used.books - 1; book >= 0; book--) {
      const at = book * Book.INTS
      heads[ints[at + Book.OWNER]! * instruments + ints[at + Book.INSTRUMENT]!] = book + 1
    }
  }

  return {
    f,
    booksMax,
    books: (): number => used.books,
    isFull: (): boolean => used.books + 64 >= booksMax || used.levels + Levels.MARGIN >= levelsMax,
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
    visit,
  }
}
