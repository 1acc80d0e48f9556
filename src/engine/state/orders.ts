/**
 * Orders by slot: 16 doubles and 32 ints each, one free list. Pending replaces are versions in a pool of their own,
 * linked from the newest to the oldest.
 */
import type { StateHash } from './state-hash.ts'

/** Doubles and ints in an order. */
export const OF = 16
export const OI = 32

// Doubles.
export const QTY = 0
export const CUM = 1
export const PX = 2
export const STOP = 3
/** Valuation price and the frozen ratio. */
export const V = 4
export const N = 5
export const D = 6
/** Reserved open value and reserved leaves: exactly what is counted in the metrics and cells. */
export const OPENED = 7
export const LEAVES = 8
export const SEQ = 9
export const TIME = 10
export const TOKEN = 11
export const EXPIRE = 12
/** Sequence number of the command that asked for the cancel; 0 for none. */
export const CANCEL_SEQ = 13
export const PROTECTION = 14

// Ints.
export const STATE = 0
export const SIDE = 1
export const TYPE = 2
export const TIF = 3
export const INSTR = 4
export const ORDER_VENUE = 5
/** Subjects in the order firm, entity, client, desk, trader, account, strategy, session. */
export const SUBJECT = 6
/** Offsets of the four cells: account, desk, trader, strategy. */
export const CELL_AT = 14
export const BOOK = 18
export const ID_SLOT = 19
/** Newest pending version, -1 for none. */
export const VERSION = 20
export const VERSIONS = 21
export const ORDER_LOCATE = 22
/** 1 once an execution report named the order. */
export const REPORTED = 23
export const LATCH = 24
export const NEXT_FREE = 25
/** 1 while the slot holds a live order. */
export const LIVE = 26
/** First book of the owner in the instrument. */
export const HEAD = 27
export const ENTITY_ORDINAL = 28

/** Doubles and ints in a version. */
export const VF = 8
export const VI = 4
export const V_QTY = 0
export const V_PX = 1
export const V_STOP = 2
export const V_V = 3
export const V_N = 4
export const V_D = 5
export const V_ID = 0
/** The next older pending version, -1 for none. */
export const V_OLDER = 1

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
    this.f = new Float64Array(ordersMax * OF)
    this.i = new Int32Array(ordersMax * OI)
    this.vf = new Float64Array(this.versionsMax * VF)
    this.vi = new Int32Array(this.versionsMax * VI)
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
    if (slot === this.#free) this.#free = this.i[slot * OI + NEXT_FREE]!
    else if (slot === this.top) this.top++
    else throw new Error(`order slot ${slot} is not the next free one`)
    this.live++
    this.i[slot * OI + LIVE] = 1
  }

  /** Ends a slot; its columns stay readable until the slot is used again. */
  release(slot: number): void {
    this.i[slot * OI + LIVE] = 0
    this.i[slot * OI + NEXT_FREE] = this.#free
    this.#free = slot
    this.live--
  }

  nextVersion(): number {
    return this.#versionFree >= 0 ? this.#versionFree : this.versionTop
  }

  takeVersion(version: number): void {
    if (version === this.#versionFree) this.#versionFree = this.vi[version * VI + V_OLDER]!
    else if (version === this.versionTop) this.versionTop++
    else throw new Error(`version slot ${version} is not the next free one`)
    this.versionsLive++
  }

  releaseVersion(version: number): void {
    this.vi[version * VI + V_OLDER] = this.#versionFree
    this.#versionFree = version
    this.versionsLive--
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.top * OF)
    hash.ints(this.i, this.top * OI)
    hash.nums(this.vf, this.versionTop * VF)
    hash.ints(this.vi, this.versionTop * VI)
    hash.int(this.#free)
    hash.int(this.#versionFree)
  }
}
