/**
 * Orders by slot: 16 doubles and 32 ints each, one free list. Pending replaces are versions in a pool of their own,
 * linked from the newest to the oldest.
 */
import { columnOf } from './columns.ts'
import type { StateVisitor } from './state-visitor.ts'

/** From the expiry of its token on an order may go unheard of for so long before its fate is unknown, in µs. */
const UNHEARD_MAX_US = 1_000_000
const NOT_AWAITED = -2

/** Doubles and ints in an order. */
export const enum Order {
  NUMS = 16,
  INTS = 32,

  // Doubles.
  QTY = 0,
  CUM = 1,
  PX = 2,
  STOP = 3,
  /** Valuation price and the frozen ratio. */
  V = 4,
  N = 5,
  D = 6,
  /** Reserved open value and reserved leaves: exactly what is counted in the metrics and cells. */
  OPENED = 7,
  LEAVES = 8,
  SEQ = 9,
  TIME = 10,
  TOKEN = 11,
  EXPIRE = 12,
  /** Sequence number of the command that asked for the cancel; 0 for none. */
  CANCEL_SEQ = 13,
  PROTECTION = 14,

  // Ints.
  STATE = 0,
  SIDE = 1,
  TYPE = 2,
  TIF = 3,
  INSTR = 4,
  VENUE = 5,
  /** Subjects in the order firm, entity, client, desk, trader, account, strategy, session. */
  SUBJECT = 6,
  /** Offsets of the four cells: account, desk, trader, strategy. */
  CELL_AT = 14,
  BOOK = 18,
  ID_SLOT = 19,
  /** Newest pending version, -1 for none. */
  VERSION = 20,
  VERSIONS = 21,
  LOCATE = 22,
  /** 1 once an execution report named the order. */
  REPORTED = 23,
  LATCH = 24,
  NEXT_FREE = 25,
  /** 1 while the slot holds a live order. */
  LIVE = 26,
  /** First book of the owner in the instrument. */
  HEAD = 27,
  ENTITY_ORDINAL = 28,
  /** Neighbours in the list of orders that no report has named yet, soonest due first: -1 at its ends, -2 outside of it. */
  EARLIER = 29,
  LATER = 30,
  /** Bits of OrderMark. */
  MARKS = 31,
}
export const enum OrderMark {
  /** The gate took the order over from a venue's list. */
  ADOPTED = 1,
  /** It was a stop: TYPE is what it has become, STOP and the versions' still what it waited for. */
  TRIGGERED = 2,
}
export const enum Version {
  /** Doubles and ints in a version. */
  NUMS = 8,
  INTS = 4,
  QTY = 0,
  PX = 1,
  STOP = 2,
  V = 3,
  N = 4,
  D = 5,
  ID = 0,
  /** The next older pending version, -1 for none. */
  OLDER = 1,
}

export type Orders = ReturnType<typeof createOrders>

export function createOrders(ordersMax: number) {
  const versionsMax = (ordersMax >> 1) + 1024
  const f = new Float64Array(ordersMax * Order.NUMS)
  const i = new Int32Array(ordersMax * Order.INTS)
  const vf = new Float64Array(versionsMax * Version.NUMS)
  const vi = new Int32Array(versionsMax * Version.INTS)
  const liveOf = columnOf(i, Order.LIVE, Order.INTS - 1)
  const nextFreeOf = columnOf(i, Order.NEXT_FREE, Order.INTS - 1)
  /** Slots ever used, how many of them are live, and the first of the free list among them; -1 for none. */
  const slots = { top: 0, live: 0, free: -1 }
  const versions = { top: 0, live: 0, free: -1 }
  /** Orders that no report has named yet: soonest due and latest due; -1 for none. */
  const awaited = { first: -1, last: -1 }
  const earlierOf = columnOf(i, Order.EARLIER, Order.INTS - 1)
  const laterOf = columnOf(i, Order.LATER, Order.INTS - 1)

  /** The slot that the next approve will use. */
  function nextSlot(): number {
    const { free } = slots
    return free >= 0 ? free : slots.top
  }

  function take(slot: number): void {
    const oi = (slot * Order.INTS) | 0
    if (slot === slots.free) slots.free = nextFreeOf[oi]!
    else if (slot === slots.top) slots.top = (slot + 1) | 0
    else throw new Error(`order slot ${slot} is not the next free one`)
    slots.live = (slots.live + 1) | 0
    liveOf[oi] = 1
    earlierOf[oi] = NOT_AWAITED
  }

  /** Ends a slot; its columns stay readable until the slot is used again. */
  function release(slot: number): void {
    const oi = (slot * Order.INTS) | 0
    heard(slot)
    liveOf[oi] = 0
    nextFreeOf[oi] = slots.free
    slots.free = slot
    slots.live = (slots.live - 1) | 0
  }

  /** From now on a report of the order is awaited, until its token's expiry and a little longer. */
  function awaitReport(slot: number): void {
    const oi = (slot * Order.INTS) | 0
    // Tokens live equally long, so its place is nearly always the last.
    let earlier = awaited.last
    while (earlier >= 0 && isDueBefore(slot, earlier)) earlier = earlierOf[(earlier * Order.INTS) | 0]!
    const later = earlier < 0 ? awaited.first : laterOf[(earlier * Order.INTS) | 0]!
    earlierOf[oi] = earlier
    laterOf[oi] = later
    if (earlier < 0) awaited.first = slot
    else laterOf[(earlier * Order.INTS) | 0] = slot
    if (later < 0) awaited.last = slot
    else earlierOf[(later * Order.INTS) | 0] = slot
  }

  /** Of equal times the older order is due first. */
  function isDueBefore(slot: number, other: number): boolean {
    const own = f[slot * Order.NUMS + Order.TOKEN]!
    const token = f[other * Order.NUMS + Order.TOKEN]!
    return own === token ? f[slot * Order.NUMS + Order.SEQ]! < f[other * Order.NUMS + Order.SEQ]! : own < token
  }

  /** The order was heard of, or has ended, or its fate is unknown. */
  function heard(slot: number): void {
    const oi = (slot * Order.INTS) | 0
    const earlier = earlierOf[oi]!
    if (earlier === NOT_AWAITED) return
    const later = laterOf[oi]!
    if (earlier < 0) awaited.first = later
    else laterOf[(earlier * Order.INTS) | 0] = later
    if (later < 0) awaited.last = earlier
    else earlierOf[(later * Order.INTS) | 0] = earlier
    earlierOf[oi] = NOT_AWAITED
  }

  /** When the fate of the next order becomes unknown; Infinity where all were heard of. */
  function unheardUs(): number {
    const { first } = awaited
    return first < 0 ? Number.POSITIVE_INFINITY : f[first * Order.NUMS + Order.TOKEN]! + UNHEARD_MAX_US
  }

  function nextVersion(): number {
    const { free } = versions
    return free >= 0 ? free : versions.top
  }

  function takeVersion(version: number): void {
    if (version === versions.free) versions.free = vi[(version * Version.INTS + Version.OLDER) | 0]!
    else if (version === versions.top) versions.top = (version + 1) | 0
    else throw new Error(`version slot ${version} is not the next free one`)
    versions.live = (versions.live + 1) | 0
  }

  function releaseVersion(version: number): void {
    vi[(version * Version.INTS + Version.OLDER) | 0] = versions.free
    versions.free = version
    versions.live = (versions.live - 1) | 0
  }

  function visit(v: StateVisitor): void {
    for (const pool of [slots, versions]) {
      pool.top = v.int(pool.top)
      pool.live = v.int(pool.live)
      pool.free = v.int(pool.free)
    }
    awaited.first = v.int(awaited.first)
    awaited.last = v.int(awaited.last)
    v.nums(f, slots.top * Order.NUMS)
    v.ints(i, slots.top * Order.INTS)
    v.nums(vf, versions.top * Version.NUMS)
    v.ints(vi, versions.top * Version.INTS)
  }

  return {
    f,
    i,
    vf,
    vi,
    ordersMax,
    versionsMax,
    /** Slots ever used; free ones among them are on the free list. */
    top: (): number => slots.top,
    live: (): number => slots.live,
    isFull: (): boolean => slots.live >= ordersMax,
    versionTop: (): number => versions.top,
    versionsLive: (): number => versions.live,
    versionsAreFull: (): boolean => versions.live >= versionsMax,
    nextSlot,
    take,
    release,
    awaitReport,
    heard,
    unheardUs,
    /** The order whose fate is next to become unknown; -1 for none. */
    firstUnheard: (): number => awaited.first,
    nextVersion,
    takeVersion,
    releaseVersion,
    visit,
  }
}
