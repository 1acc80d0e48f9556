/**
 * Orders by slot: 16 doubles and 32 ints each, one free list. Pending replaces are versions in a pool of their own,
 * linked from the newest to the oldest.
 */
import type { StateHash } from './state-hash.ts'

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
  /** Slots ever used; free ones among them are on the free list. */
  let top = 0
  let live = 0
  let versionTop = 0
  let versionsLive = 0
  let free = -1
  let versionFree = -1
  const versionsMax = (ordersMax >> 1) + 1024
  const f = new Float64Array(ordersMax * Order.NUMS)
  const i = new Int32Array(ordersMax * Order.INTS)
  const vf = new Float64Array(versionsMax * Version.NUMS)
  const vi = new Int32Array(versionsMax * Version.INTS)

  /** The slot that the next approve will use. */
  function nextSlot(): number {
    return free >= 0 ? free : top
  }

  function take(slot: number): void {
    if (slot === free) free = i[slot * Order.INTS + Order.NEXT_FREE]!
    else if (slot === top) top++
    else throw new Error(`order slot ${slot} is not the next free one`)
    live++
    i[slot * Order.INTS + Order.LIVE] = 1
  }

  /** Ends a slot; its columns stay readable until the slot is used again. */
  function release(slot: number): void {
    i[slot * Order.INTS + Order.LIVE] = 0
    i[slot * Order.INTS + Order.NEXT_FREE] = free
    free = slot
    live--
  }

  function nextVersion(): number {
    return versionFree >= 0 ? versionFree : versionTop
  }

  function takeVersion(version: number): void {
    if (version === versionFree) versionFree = vi[version * Version.INTS + Version.OLDER]!
    else if (version === versionTop) versionTop++
    else throw new Error(`version slot ${version} is not the next free one`)
    versionsLive++
  }

  function releaseVersion(version: number): void {
    vi[version * Version.INTS + Version.OLDER] = versionFree
    versionFree = version
    versionsLive--
  }

  function hashInto(hash: StateHash): void {
    hash.nums(f, top * Order.NUMS)
    hash.ints(i, top * Order.INTS)
    hash.nums(vf, versionTop * Version.NUMS)
    hash.ints(vi, versionTop * Version.INTS)
    hash.int(free)
    hash.int(versionFree)
  }

  return {
    f,
    i,
    vf,
    vi,
    ordersMax,
    versionsMax,
    top: (): number => top,
    live: (): number => live,
    versionTop: (): number => versionTop,
    versionsLive: (): number => versionsLive,
    isFull: (): boolean => live >= ordersMax,
    versionsAreFull: (): boolean => versionsLive >= versionsMax,
    nextSlot,
    take,
    release,
    nextVersion,
    takeVersion,
    releaseVersion,
    hashInto,
  }
}
