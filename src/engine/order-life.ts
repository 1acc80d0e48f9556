/**
 * The life of a live order in the state: it opens, its reservation follows every change of what can still execute, it
 * ends. Reservations are pure functions of (leaves, v, n, d), so what is released is exactly what was added.
 */
import { bookPrice, rests } from './controls/self-match.ts'
import { guarded, type Shift } from './exposure.ts'
import { InstrumentFlag } from './state/instruments.ts'
import { Bound } from './state/names.ts'
import { Ended } from './state/order-ids.ts'
import { Order, Version } from './state/orders.ts'
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
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const instrument = i[oi + Order.INSTR]!
    const account = i[oi + Order.SUBJECT + 5]!
    const trader = i[oi + Order.SUBJECT + 4]!
    i[oi + Order.SUBJECT] = 0
    i[oi + Order.SUBJECT + 1] = names.entityOf[account]!
    i[oi + Order.SUBJECT + 2] = names.clientOf[account]!
    const desk = names.deskOf[trader]!
    i[oi + Order.SUBJECT + 3] = desk
    i[oi + Order.ENTITY_ORDINAL] = names.entityOrdinal[names.entityOf[account]!]!
    i[oi + Order.CELL_AT] = cells.open(names.ownerCode(Bound.OWN_ACCOUNT, account, account), instrument)
    i[oi + Order.CELL_AT + 1] = cells.open(names.ownerCode(Bound.DESK_ACCOUNT, desk, account), instrument)
    i[oi + Order.CELL_AT + 2] = cells.open(names.ownerCode(Bound.TRADER_ACCOUNT, trader, account), instrument)
    i[oi + Order.CELL_AT + 3] = cells.open(
      names.ownerCode(Bound.STRATEGY_ACCOUNT, i[oi + Order.SUBJECT + 6]!, account),
      instrument,
    )
    const owner = names.ownerOf[account]!
    i[oi + Order.HEAD] = books.openHead(owner, instrument)
    i[oi + Order.BOOK] = books.open(owner, instrument, i[oi + Order.VENUE]!)
    f[of + Order.QTY] = terms.qty
    f[of + Order.CUM] = 0
    f[of + Order.PX] = terms.px
    f[of + Order.STOP] = terms.stopPx
    f[of + Order.V] = terms.v
    f[of + Order.N] = terms.n
    f[of + Order.D] = terms.d
    f[of + Order.OPENED] = 0
    f[of + Order.LEAVES] = 0
    f[of + Order.SEQ] = seq
    f[of + Order.TIME] = state.timeUs
    f[of + Order.TOKEN] = tokenUs
    f[of + Order.EXPIRE] = expireUs
    f[of + Order.CANCEL_SEQ] = 0
    f[of + Order.PROTECTION] = 0
    i[oi + Order.STATE] = 0
    i[oi + Order.ID_SLOT] = idSlot
    i[oi + Order.VERSION] = -1
    i[oi + Order.VERSIONS] = 0
    i[oi + Order.REPORTED] = 0
    i[oi + Order.LATCH] = -1
    orders.take(slot)
    this.#rest(slot, terms.px)
    this.#shift.flow(i, oi + Order.SUBJECT, instrument, i[oi + Order.VENUE]!, 0, 1, 0)
    this.reprice(slot, 0)
  }

  /** Adds a pending version; both prices count for self-match until it is settled. */
  addVersion(slot: number, version: number, idSlot: number, terms: OrderTerms): void {
    const { orders } = this.#state
    orders.takeVersion(version)
    const vf = version * Version.NUMS
    orders.vf[vf + Version.QTY] = terms.qty
    orders.vf[vf + Version.PX] = terms.px
    orders.vf[vf + Version.STOP] = terms.stopPx
    orders.vf[vf + Version.V] = terms.v
    orders.vf[vf + Version.N] = terms.n
    orders.vf[vf + Version.D] = terms.d
    orders.vi[version * Version.INTS + Version.ID] = idSlot
    orders.vi[version * Version.INTS + Version.OLDER] = orders.i[slot * Order.INTS + Order.VERSION]!
    orders.i[slot * Order.INTS + Order.VERSION] = version
    orders.i[slot * Order.INTS + Order.VERSIONS] = orders.i[slot * Order.INTS + Order.VERSIONS]! + 1
    this.#rest(slot, terms.px)
    this.reprice(slot, 0)
  }

  /** The version is accepted: it becomes the order, older versions are gone, newer ones stay pending. */
  acceptVersion(slot: number, version: number): void {
    const { orders, ids } = this.#state
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const vf = version * Version.NUMS
    let older = orders.vi[version * Version.INTS + Version.OLDER]!
    while (older >= 0) {
      const next = orders.vi[older * Version.INTS + Version.OLDER]!
      this.#dropVersion(slot, older)
      older = next
    }
    orders.vi[version * Version.INTS + Version.OLDER] = -1
    this.#leave(slot, orders.f[of + Order.PX]!)
    orders.f[of + Order.QTY] = orders.vf[vf + Version.QTY]!
    orders.f[of + Order.PX] = orders.vf[vf + Version.PX]!
    orders.f[of + Order.STOP] = orders.vf[vf + Version.STOP]!
    orders.f[of + Order.V] = orders.vf[vf + Version.V]!
    orders.f[of + Order.N] = orders.vf[vf + Version.N]!
    orders.f[of + Order.D] = orders.vf[vf + Version.D]!
    const id = orders.vi[version * Version.INTS + Version.ID]!
    ids.setVersion(id, -1)
    ids.setNext(id, orders.i[oi + Order.ID_SLOT]!)
    orders.i[oi + Order.ID_SLOT] = id
    this.#unlinkVersion(slot, version)
    this.reprice(slot, 0)
  }

  /** The version was refused at the market, or never sent. */
  rejectVersion(slot: number, version: number): void {
    const { orders } = this.#state
    const older = orders.vi[version * Version.INTS + Version.OLDER]!
    // Newer versions now follow on the one before it.
    let newer = orders.i[slot * Order.INTS + Order.VERSION]!
    if (newer === version) newer = -1
    else
      while (orders.vi[newer * Version.INTS + Version.OLDER] !== version)
        newer = orders.vi[newer * Version.INTS + Version.OLDER]!
    this.#dropVersion(slot, version)
    if (newer >= 0) orders.vi[newer * Version.INTS + Version.OLDER] = older
    else orders.i[slot * Order.INTS + Order.VERSION] = older
    this.reprice(slot, 0)
  }

  /** Frees a version's slot and book price; its id stays one of the chain's. Links are the caller's. */
  #dropVersion(slot: number, version: number): void {
    const { orders, ids } = this.#state
    this.#leave(slot, orders.vf[version * Version.NUMS + Version.PX]!)
    const id = orders.vi[version * Version.INTS + Version.ID]!
    const base = orders.i[slot * Order.INTS + Order.ID_SLOT]!
    ids.setVersion(id, -1)
    ids.setNext(id, ids.nextOf(base))
    ids.setNext(base, id)
    orders.releaseVersion(version)
    orders.i[slot * Order.INTS + Order.VERSIONS] = orders.i[slot * Order.INTS + Order.VERSIONS]! - 1
  }

  /** Takes an accepted version out of the pending ones: it was the oldest that is left. */
  #unlinkVersion(slot: number, version: number): void {
    const { orders } = this.#state
    const oi = slot * Order.INTS
    let newer = orders.i[oi + Order.VERSION]!
    if (newer === version) orders.i[oi + Order.VERSION] = -1
    else {
      while (orders.vi[newer * Version.INTS + Version.OLDER] !== version)
        newer = orders.vi[newer * Version.INTS + Version.OLDER]!
      orders.vi[newer * Version.INTS + Version.OLDER] = -1
    }
    orders.releaseVersion(version)
    orders.i[oi + Order.VERSIONS] = orders.i[oi + Order.VERSIONS]! - 1
  }

  /** An execution: quantity moves from leaves to position in one step. */
  fill(slot: number, qty: number): void {
    const { orders } = this.#state
    orders.f[slot * Order.NUMS + Order.CUM] = orders.f[slot * Order.NUMS + Order.CUM]! + qty
    this.reprice(slot, qty)
  }

  /** True where nothing can execute any more: every version's leaves are 0. */
  isExhausted(slot: number): boolean {
    const { orders } = this.#state
    if (orders.f[slot * Order.NUMS + Order.LEAVES]! > 0) return false
    return orders.i[slot * Order.INTS + Order.VERSION]! < 0
  }

  /** Ends the order: its reservation is gone, its ids say so, its slot is free. */
  end(slot: number, state: number): void {
    const { orders, ids } = this.#state
    const oi = slot * Order.INTS
    for (let version = orders.i[oi + Order.VERSION]!; version >= 0; ) {
      const older = orders.vi[version * Version.INTS + Version.OLDER]!
      this.#dropVersion(slot, version)
      version = older
    }
    orders.i[oi + Order.VERSION] = -1
    this.#leave(slot, orders.f[slot * Order.NUMS + Order.PX]!)
    orders.i[oi + Order.STATE] = state
    this.#reserve(slot, 0, 0, 0)
    this.#shift.flow(orders.i, oi + Order.SUBJECT, orders.i[oi + Order.INSTR]!, orders.i[oi + Order.VENUE]!, 0, -1, 0)
    const ended = this.#ended
    ended[Ended.INSTRUMENT] = orders.i[oi + Order.INSTR]!
    ended[Ended.ACCOUNT] = orders.i[oi + Order.SUBJECT + 5]!
    ended[Ended.TRADER] = orders.i[oi + Order.SUBJECT + 4]!
    ended[Ended.STRATEGY] = orders.i[oi + Order.SUBJECT + 6]!
    ended[Ended.SIDE] = orders.i[oi + Order.SIDE]!
    ended[Ended.VENUE] = orders.i[oi + Order.VENUE]!
    const seq = orders.f[slot * Order.NUMS + Order.SEQ]!
    const locate = orders.i[oi + Order.LOCATE]!
    for (let id = orders.i[oi + Order.ID_SLOT]!; id >= 0; id = ids.nextOf(id)) ids.end(id, seq, locate, ended)
    orders.release(slot)
  }

  /** Computes leaves and open value over all versions again and reserves just that; `executed` moves to the position. */
  reprice(slot: number, executed: number): void {
    const { orders, names, instruments } = this.#state
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const cum = orders.f[of + Order.CUM]!
    const venue = orders.i[oi + Order.VENUE]!
    const sums = venue >= 0 && names.venueNonAtomic[venue] !== 0
    const inverse = (instruments.flags[orders.i[oi + Order.INSTR]!]! & InstrumentFlag.INVERSE) !== 0
    let leaves = Math.max(0, orders.f[of + Order.QTY]! - cum)
    let open = guarded(
      flowValue(inverse, orders.f[of + Order.V]!, leaves, orders.f[of + Order.N]!, orders.f[of + Order.D]!),
    )
    for (
      let version = orders.i[oi + Order.VERSION]!;
      version >= 0;
      version = orders.vi[version * Version.INTS + Version.OLDER]!
    ) {
      const vf = version * Version.NUMS
      const more = Math.max(0, orders.vf[vf + Version.QTY]! - cum)
      const value = guarded(
        flowValue(inverse, orders.vf[vf + Version.V]!, more, orders.vf[vf + Version.N]!, orders.vf[vf + Version.D]!),
      )
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
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const more = leaves - f[of + Order.LEAVES]!
    const side = i[oi + Order.SIDE]!
    const buys = side === 0
    if (more !== 0 || executed !== 0) {
      const dP = buys ? executed : -executed
      const dB = buys ? more : 0
      const dS = buys ? 0 : more
      const instrument = i[oi + Order.INSTR]!
      const entity = i[oi + Order.ENTITY_ORDINAL]!
      for (let kind = 0; kind < 4; kind++) {
        this.#shift.cell(kind, i[oi + Order.CELL_AT + kind]!, instrument, entity, dP, dB, dS, i, oi + Order.SUBJECT)
      }
      if (executed !== 0) books.addPosition(i[oi + Order.HEAD]!, dP)
      if (side === SELL_LONG) books.addLongSells(i[oi + Order.HEAD]!, more)
      const locate = i[oi + Order.LOCATE]!
      if (locate >= 0) {
        locates.reserved[locate] = locates.reserved[locate]! + more
        locates.used[locate] = locates.used[locate]! + executed
      }
    }
    f[of + Order.LEAVES] = leaves
    const dOpen = open - f[of + Order.OPENED]!
    f[of + Order.OPENED] = open
    if (dOpen !== 0) this.#shift.flow(i, oi + Order.SUBJECT, i[oi + Order.INSTR]!, i[oi + Order.VENUE]!, dOpen, 0, 0)
  }

  #rest(slot: number, px: number): void {
    const { orders, books } = this.#state
    const oi = slot * Order.INTS
    const type = orders.i[oi + Order.TYPE]!
    if (!rests(type)) return
    const buys = orders.i[oi + Order.SIDE] === 0
    books.rest(orders.i[oi + Order.BOOK]!, buys, bookPrice(type, buys, px), slot)
  }

  #leave(slot: number, px: number): void {
    const { orders, books } = this.#state
    const oi = slot * Order.INTS
    const type = orders.i[oi + Order.TYPE]!
    if (!rests(type)) return
    const buys = orders.i[oi + Order.SIDE] === 0
    books.leave(orders.i[oi + Order.BOOK]!, buys, bookPrice(type, buys, px), slot)
  }
}
