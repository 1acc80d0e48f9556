/**
 * The life of a live order in the state: it opens, its reservation follows every change of what can still execute, it
 * ends. Reservations are pure functions of (leaves, v, n, d), so what is released is exactly what was added.
 */
import { bookPrice, rests } from './controls/self-match.ts'
import { guarded, type Shift } from './exposure.ts'
import { INVERSE } from './state/instruments.ts'
import { DESK_ACCOUNT, OWN_ACCOUNT, STRATEGY_ACCOUNT, TRADER_ACCOUNT } from './state/names.ts'
import {
  ENDED_ACCOUNT,
  ENDED_INSTRUMENT,
  ENDED_SIDE,
  ENDED_STRATEGY,
  ENDED_TRADER,
  ENDED_VENUE,
} from './state/order-ids.ts'
import {
  BOOK,
  CANCEL_SEQ,
  CELL_AT,
  CUM,
  D,
  ENTITY_ORDINAL,
  EXPIRE,
  HEAD,
  ID_SLOT,
  INSTR,
  LATCH,
  LEAVES,
  N,
  OF,
  OI,
  OPENED,
  ORDER_LOCATE,
  ORDER_VENUE,
  PROTECTION,
  PX,
  QTY,
  REPORTED,
  SEQ,
  SIDE,
  STATE,
  STOP,
  SUBJECT,
  TIME,
  TOKEN,
  TYPE,
  V,
  V_D,
  V_ID,
  V_N,
  V_OLDER,
  V_PX,
  V_QTY,
  V_STOP,
  V_V,
  VERSION,
  VERSIONS,
  VF,
  VI,
} from './state/orders.ts'
import type { State } from './state/state.ts'
import { flowValue } from './value.ts'

const SELL_LONG = 1

/** What a new order or a version is made of; one scratch object, filled by the events. */
export interface OrderTerms {
  qty: number
  px: number
  stopPx: number
  v: number
  n: number
  d: number
}

export class OrderLife {
  readonly #state: State
  readonly #shift: Shift
  readonly #ended = new Int32Array(6)

  constructor(state: State, shift: Shift) {
    this.#state = state
    this.#shift = shift
  }

  /**
   * Opens the order in `slot`, whose ints SIDE, TYPE, TIF, INSTR, ORDER_VENUE, ORDER_LOCATE and subjects trader, account,
   * strategy, session are set, and reserves it in full.
   */
  open(slot: number, idSlot: number, terms: OrderTerms, seq: number, expireUs: number, tokenUs: number): void {
    const state = this.#state
    const { orders, names, cells, books } = state
    const f = orders.f
    const i = orders.i
    const of = slot * OF
    const oi = slot * OI
    const instrument = i[oi + INSTR]!
    const account = i[oi + SUBJECT + 5]!
    const trader = i[oi + SUBJECT + 4]!
    i[oi + SUBJECT] = 0
    i[oi + SUBJECT + 1] = names.entityOf[account]!
    i[oi + SUBJECT + 2] = names.clientOf[account]!
    const desk = names.deskOf[trader]!
    i[oi + SUBJECT + 3] = desk
    i[oi + ENTITY_ORDINAL] = names.entityOrdinal[names.entityOf[account]!]!
    i[oi + CELL_AT] = cells.open(names.ownerCode(OWN_ACCOUNT, account, account), instrument)
    i[oi + CELL_AT + 1] = cells.open(names.ownerCode(DESK_ACCOUNT, desk, account), instrument)
    i[oi + CELL_AT + 2] = cells.open(names.ownerCode(TRADER_ACCOUNT, trader, account), instrument)
    i[oi + CELL_AT + 3] = cells.open(names.ownerCode(STRATEGY_ACCOUNT, i[oi + SUBJECT + 6]!, account), instrument)
    const owner = names.ownerOf[account]!
    i[oi + HEAD] = books.openHead(owner, instrument)
    i[oi + BOOK] = books.open(owner, instrument, i[oi + ORDER_VENUE]!)
    f[of + QTY] = terms.qty
    f[of + CUM] = 0
    f[of + PX] = terms.px
    f[of + STOP] = terms.stopPx
    f[of + V] = terms.v
    f[of + N] = terms.n
    f[of + D] = terms.d
    f[of + OPENED] = 0
    f[of + LEAVES] = 0
    f[of + SEQ] = seq
    f[of + TIME] = state.timeUs
    f[of + TOKEN] = tokenUs
    f[of + EXPIRE] = expireUs
    f[of + CANCEL_SEQ] = 0
    f[of + PROTECTION] = 0
    i[oi + STATE] = 0
    i[oi + ID_SLOT] = idSlot
    i[oi + VERSION] = -1
    i[oi + VERSIONS] = 0
    i[oi + REPORTED] = 0
    i[oi + LATCH] = -1
    orders.take(slot)
    this.#rest(slot, terms.px)
    this.#shift.flow(i, oi + SUBJECT, instrument, i[oi + ORDER_VENUE]!, 0, 1, 0)
    this.reprice(slot, 0)
  }

  /** Adds a pending version; both prices count for self-match until it is settled. */
  addVersion(slot: number, version: number, idSlot: number, terms: OrderTerms): void {
    const { orders } = this.#state
    orders.takeVersion(version)
    const vf = version * VF
    orders.vf[vf + V_QTY] = terms.qty
    orders.vf[vf + V_PX] = terms.px
    orders.vf[vf + V_STOP] = terms.stopPx
    orders.vf[vf + V_V] = terms.v
    orders.vf[vf + V_N] = terms.n
    orders.vf[vf + V_D] = terms.d
    orders.vi[version * VI + V_ID] = idSlot
    orders.vi[version * VI + V_OLDER] = orders.i[slot * OI + VERSION]!
    orders.i[slot * OI + VERSION] = version
    orders.i[slot * OI + VERSIONS] = orders.i[slot * OI + VERSIONS]! + 1
    this.#rest(slot, terms.px)
    this.reprice(slot, 0)
  }

  /** The version is accepted: it becomes the order, older versions are gone, newer ones stay pending. */
  acceptVersion(slot: number, version: number): void {
    const { orders, ids } = this.#state
    const of = slot * OF
    const oi = slot * OI
    const vf = version * VF
    let older = orders.vi[version * VI + V_OLDER]!
    while (older >= 0) {
      const next = orders.vi[older * VI + V_OLDER]!
      this.#dropVersion(slot, older)
      older = next
    }
    orders.vi[version * VI + V_OLDER] = -1
    this.#leave(slot, orders.f[of + PX]!)
    orders.f[of + QTY] = orders.vf[vf + V_QTY]!
    orders.f[of + PX] = orders.vf[vf + V_PX]!
    orders.f[of + STOP] = orders.vf[vf + V_STOP]!
    orders.f[of + V] = orders.vf[vf + V_V]!
    orders.f[of + N] = orders.vf[vf + V_N]!
    orders.f[of + D] = orders.vf[vf + V_D]!
    const id = orders.vi[version * VI + V_ID]!
    ids.setVersion(id, -1)
    ids.setNext(id, orders.i[oi + ID_SLOT]!)
    orders.i[oi + ID_SLOT] = id
    this.#unlinkVersion(slot, version)
    this.reprice(slot, 0)
  }

  /** The version was refused at the market, or never sent. */
  rejectVersion(slot: number, version: number): void {
    const { orders } = this.#state
    const older = orders.vi[version * VI + V_OLDER]!
    // Newer versions now follow on the one before it.
    let newer = orders.i[slot * OI + VERSION]!
    if (newer === version) newer = -1
    else while (orders.vi[newer * VI + V_OLDER] !== version) newer = orders.vi[newer * VI + V_OLDER]!
    this.#dropVersion(slot, version)
    if (newer >= 0) orders.vi[newer * VI + V_OLDER] = older
    else orders.i[slot * OI + VERSION] = older
    this.reprice(slot, 0)
  }

  /** Frees a version's slot and book price; its id stays one of the chain's. Links are the caller's. */
  #dropVersion(slot: number, version: number): void {
    const { orders, ids } = this.#state
    this.#leave(slot, orders.vf[version * VF + V_PX]!)
    const id = orders.vi[version * VI + V_ID]!
    const base = orders.i[slot * OI + ID_SLOT]!
    ids.setVersion(id, -1)
    ids.setNext(id, ids.nextOf(base))
    ids.setNext(base, id)
    orders.releaseVersion(version)
    orders.i[slot * OI + VERSIONS] = orders.i[slot * OI + VERSIONS]! - 1
  }

  /** Takes an accepted version out of the pending ones: it was the oldest that is left. */
  #unlinkVersion(slot: number, version: number): void {
    const { orders } = this.#state
    const oi = slot * OI
    let newer = orders.i[oi + VERSION]!
    if (newer === version) orders.i[oi + VERSION] = -1
    else {
      while (orders.vi[newer * VI + V_OLDER] !== version) newer = orders.vi[newer * VI + V_OLDER]!
      orders.vi[newer * VI + V_OLDER] = -1
    }
    orders.releaseVersion(version)
    orders.i[oi + VERSIONS] = orders.i[oi + VERSIONS]! - 1
  }

  /** An execution: quantity moves from leaves to position in one step. */
  fill(slot: number, qty: number): void {
    const { orders } = this.#state
    orders.f[slot * OF + CUM] = orders.f[slot * OF + CUM]! + qty
    this.reprice(slot, qty)
  }

  /** True where nothing can execute any more: every version's leaves are 0. */
  isExhausted(slot: number): boolean {
    const { orders } = this.#state
    if (orders.f[slot * OF + LEAVES]! > 0) return false
    return orders.i[slot * OI + VERSION]! < 0
  }

  /** Ends the order: its reservation is gone, its ids say so, its slot is free. */
  end(slot: number, state: number): void {
    const { orders, ids } = this.#state
    const oi = slot * OI
    for (let version = orders.i[oi + VERSION]!; version >= 0; ) {
      const older = orders.vi[version * VI + V_OLDER]!
      this.#dropVersion(slot, version)
      version = older
    }
    orders.i[oi + VERSION] = -1
    this.#leave(slot, orders.f[slot * OF + PX]!)
    orders.i[oi + STATE] = state
    this.#reserve(slot, 0, 0, 0)
    this.#shift.flow(orders.i, oi + SUBJECT, orders.i[oi + INSTR]!, orders.i[oi + ORDER_VENUE]!, 0, -1, 0)
    const ended = this.#ended
    ended[ENDED_INSTRUMENT] = orders.i[oi + INSTR]!
    ended[ENDED_ACCOUNT] = orders.i[oi + SUBJECT + 5]!
    ended[ENDED_TRADER] = orders.i[oi + SUBJECT + 4]!
    ended[ENDED_STRATEGY] = orders.i[oi + SUBJECT + 6]!
    ended[ENDED_SIDE] = orders.i[oi + SIDE]!
    ended[ENDED_VENUE] = orders.i[oi + ORDER_VENUE]!
    const seq = orders.f[slot * OF + SEQ]!
    const locate = orders.i[oi + ORDER_LOCATE]!
    for (let id = orders.i[oi + ID_SLOT]!; id >= 0; id = ids.nextOf(id)) ids.end(id, seq, locate, ended)
    orders.release(slot)
  }

  /** Computes leaves and open value over all versions again and reserves just that; `executed` moves to the position. */
  reprice(slot: number, executed: number): void {
    const { orders, names, instruments } = this.#state
    const of = slot * OF
    const oi = slot * OI
    const cum = orders.f[of + CUM]!
    const venue = orders.i[oi + ORDER_VENUE]!
    const sums = venue >= 0 && names.venueNonAtomic[venue] !== 0
    const inverse = (instruments.flags[orders.i[oi + INSTR]!]! & INVERSE) !== 0
    let leaves = Math.max(0, orders.f[of + QTY]! - cum)
    let open = guarded(flowValue(inverse, orders.f[of + V]!, leaves, orders.f[of + N]!, orders.f[of + D]!))
    for (let version = orders.i[oi + VERSION]!; version >= 0; version = orders.vi[version * VI + V_OLDER]!) {
      const vf = version * VF
      const more = Math.max(0, orders.vf[vf + V_QTY]! - cum)
      const value = guarded(flowValue(inverse, orders.vf[vf + V_V]!, more, orders.vf[vf + V_N]!, orders.vf[vf + V_D]!))
      leaves = sums ? leaves + more : Math.max(leaves, more)
      open = sums ? open + value : Math.max(open, value)
    }
    this.#reserve(slot, leaves, open, executed)
  }

  /** Brings cells, sums, the owner's long sells and the locate to the new reservation. */
  #reserve(slot: number, leaves: number, open: number, executed: number): void {
    const { orders, books, locates } = this.#state
    const f = orders.f
    const i = orders.i
    const of = slot * OF
    const oi = slot * OI
    const more = leaves - f[of + LEAVES]!
    const side = i[oi + SIDE]!
    const buys = side === 0
    if (more !== 0 || executed !== 0) {
      const dP = buys ? executed : -executed
      const dB = buys ? more : 0
      const dS = buys ? 0 : more
      const instrument = i[oi + INSTR]!
      const entity = i[oi + ENTITY_ORDINAL]!
      for (let kind = 0; kind < 4; kind++) {
        this.#shift.cell(kind, i[oi + CELL_AT + kind]!, instrument, entity, dP, dB, dS, i, oi + SUBJECT)
      }
      if (executed !== 0) books.addPosition(i[oi + HEAD]!, dP)
      if (side === SELL_LONG) books.addLongSells(i[oi + HEAD]!, more)
      const locate = i[oi + ORDER_LOCATE]!
      if (locate >= 0) {
        locates.reserved[locate] = locates.reserved[locate]! + more
        locates.used[locate] = locates.used[locate]! + executed
      }
    }
    f[of + LEAVES] = leaves
    const dOpen = open - f[of + OPENED]!
    f[of + OPENED] = open
    if (dOpen !== 0) this.#shift.flow(i, oi + SUBJECT, i[oi + INSTR]!, i[oi + ORDER_VENUE]!, dOpen, 0, 0)
  }

  #rest(slot: number, px: number): void {
    const { orders, books } = this.#state
    const oi = slot * OI
    const type = orders.i[oi + TYPE]!
    if (!rests(type)) return
    const buys = orders.i[oi + SIDE] === 0
    books.rest(orders.i[oi + BOOK]!, buys, bookPrice(type, buys, px), slot)
  }

  #leave(slot: number, px: number): void {
    const { orders, books } = this.#state
    const oi = slot * OI
    const type = orders.i[oi + TYPE]!
    if (!rests(type)) return
    const buys = orders.i[oi + SIDE] === 0
    books.leave(orders.i[oi + BOOK]!, buys, bookPrice(type, buys, px), slot)
  }
}
