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

export class Orders {
  readonly f: Float64Array
  readonly i: Int32Array
  readonly vf: Float64Array
  readonly vi: Int32Array
  readonly ordersMax: number
  readonly versionsMax: number
  /** Slots ever used; free ones among them are on the free list. */
  top = 0
  live = 0
  versionTop = 0
  versionsLive = 0
  #free = -1
  #versionFree = -1

  constructor(ordersMax: number) {
    this.ordersMax = ordersMax
    this.versionsMax = (ordersMax >> 1) + 1024
    this.f = new Float64Array(ordersMax * Order.NUMS)
    this.i = new Int32Array(ordersMax * Order.INTS)
    this.vf = new Float64Array(this.versionsMax * Version.NUMS)
    this.vi = new Int32Array(this.versionsMax * Version.INTS)
  }

  get isFull(): boolean {
    return this.live >= this.ordersMax
  }

  get versionsAreFull(): boolean {
    return this.versionsLive >= this.versionsMax
  }

  /** The slot that the next approve will use. */
  nextSlot(): number {
    return this.#free >= 0 ? this.#free : this.top
  }

  take(slot: number): void {
    if (slot === this.#free) this.#free = this.i[slot * Order.INTS + Order.NEXT_FREE]!
    else if (slot === this.top) this.top++
    else throw new Error(`order slot ${slot} is not the next free one`)
    this.live++
    this.i[slot * Order.INTS + Order.LIVE] = 1
  }

  /** Ends a slot; its columns stay readable until the slot is used again. */
  release(slot: number): void {
    this.i[slot * Order.INTS + Order.LIVE] = 0
    this.i[slot * Order.INTS + Order.NEXT_FREE] = this.#free
    this.#free = slot
    this.live--
  }

  nextVersion(): number {
    return this.#versionFree >= 0 ? this.#versionFree : this.versionTop
  }

  takeVersion(version: number): void {
    if (version === this.#versionFree) this.#versionFree = this.vi[version * Version.INTS + Version.OLDER]!
    else if (version === this.versionTop) this.versionTop++
    else throw new Error(`version slot ${version} is not the next free one`)
    this.versionsLive++
  }

  releaseVersion(version: number): void {
    this.vi[version * Version.INTS + Version.OLDER] = this.#versionFree
    this.#versionFree = version
    this.versionsLive--
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.top * Order.NUMS)
    hash.ints(this.i, this.top * Order.INTS)
    hash.nums(this.vf, this.versionTop * Version.NUMS)
    hash.ints(this.vi, this.versionTop * Version.INTS)
    hash.int(this.#free)
    hash.int(this.#versionFree)
  }
}
