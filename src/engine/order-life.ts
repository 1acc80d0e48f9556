/**
 * The life of a live order in the state: it opens, its reservation follows every change of what can still execute, it
 * ends. Reservations are pure functions of (leaves, v, n, d), so what is released is exactly what was added.
 */

import { ORDER_STATES } from '../model/vocabulary.ts'
import { bookPrice, FIRST_STOP, rests } from './controls/self-match.ts'
import { latchCoversOrder } from './controls/trading-state.ts'
import { Delta, guarded, type Shift } from './exposure.ts'
import { InstrumentFlag } from './state/instruments.ts'
import { KILLED_STATE } from './state/latches.ts'
import { Bound, Kind } from './state/names.ts'
import { Ended } from './state/order-ids.ts'
import { Order, OrderMark, Version } from './state/orders.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'
import { flowValue } from './value.ts'

const SELL_LONG = 1
const FILLED = ORDER_STATES.indexOf('FILLED')

/** What a new order or a version is made of, in `OrderLife.terms`, set by the events. */
export const enum Term {
  QTY = 0,
  PX = 1,
  STOP = 2,
  /** Valuation price and the frozen ratio. */
  V = 3,
  N = 4,
  D = 5,
  PROTECTION = 6,
  /** Expiry of the order and of its approval token, in µs. */
  EXPIRE = 7,
  TOKEN = 8,
  SIZE = 9,
}

/** What a reservation is brought to, and what was executed since it was last. */
const enum Reserve {
  LEAVES = 0,
  OPEN = 1,
  EXECUTED = 2,
  SIZE = 3,
}

export type OrderLife = ReturnType<typeof createOrderLife>

export function createOrderLife(state: State, shift: Shift) {
  const { orders, names, cells, books, ids, instruments, locates, latches, parents, resolutions } = state
  const { holds, ownerOrders } = state
  const { f, i, vf, vi } = orders
  const { delta } = shift
  const { entityOf, clientOf, deskOf, ownerOf, entityOrdinal, venueNonAtomic } = names
  const { ownerCancelsFirst } = names
  const { flags } = instruments
  const terms = scratchNums(Term.SIZE)
  const reserved = scratchNums(Reserve.SIZE)
  const ended = scratchInts(6)

  /**
   * Opens the order in `slot`, whose ints SIDE, TYPE, TIF, INSTR, VENUE, LOCATE, subjects trader, account, strategy, session,
   * and cells, -1 where they are not known, are set, with the terms, and reserves it in full.
   */
  function open(slot: number, idSlot: number): void {
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    place(oi)
    f[of + Order.QTY] = terms[Term.QTY]!
    f[of + Order.CUM] = 0
    f[of + Order.PX] = terms[Term.PX]!
    f[of + Order.STOP] = terms[Term.STOP]!
    f[of + Order.V] = terms[Term.V]!
    f[of + Order.N] = terms[Term.N]!
    f[of + Order.D] = terms[Term.D]!
    f[of + Order.OPENED] = 0
    f[of + Order.LEAVES] = 0
    f[of + Order.SEQ] = state.seq
    f[of + Order.TIME] = state.timeUs
    f[of + Order.TOKEN] = terms[Term.TOKEN]!
    f[of + Order.EXPIRE] = terms[Term.EXPIRE]!
    f[of + Order.CANCEL_SEQ] = 0
    f[of + Order.PROTECTION] = terms[Term.PROTECTION]!
    i[oi + Order.STATE] = 0
    i[oi + Order.ID_SLOT] = idSlot
    i[oi + Order.VERSION] = -1
    i[oi + Order.VERSIONS] = 0
    i[oi + Order.REPORTED] = 0
    i[oi + Order.LATCH] = -1
    i[oi + Order.MARKS] = 0
    orders.take(slot)
    orders.awaitReport(slot)
    if (ownerCancelsFirst[ownerOf[i[oi + Order.SUBJECT + Kind.ACCOUNT]!]!] !== 0) ownerOrders.add(slot)
    rest(oi, slot, terms[Term.PX]!)
    reserve(slot, 0, 1)
  }

  /** Gives the order its other subjects, its cells and its book. */
  function place(oi: number): void {
    const instrument = i[oi + Order.INSTR]!
    const account = i[oi + Order.SUBJECT + Kind.ACCOUNT]!
    const trader = i[oi + Order.SUBJECT + Kind.TRADER]!
    const desk = deskOf[trader]!
    const entity = entityOf[account]!
    i[oi + Order.SUBJECT] = 0
    i[oi + Order.SUBJECT + Kind.ENTITY] = entity
    i[oi + Order.SUBJECT + Kind.CLIENT] = clientOf[account]!
    i[oi + Order.SUBJECT + Kind.DESK] = desk
    i[oi + Order.ENTITY_ORDINAL] = entityOrdinal[entity]!
    const strategy = i[oi + Order.SUBJECT + Kind.STRATEGY]!
    openCell(oi + Order.CELL_AT, Bound.OWN_ACCOUNT, account, account, instrument)
    openCell(oi + Order.CELL_AT + 1, Bound.DESK_ACCOUNT, desk, account, instrument)
    openCell(oi + Order.CELL_AT + 2, Bound.TRADER_ACCOUNT, trader, account, instrument)
    openCell(oi + Order.CELL_AT + 3, Bound.STRATEGY_ACCOUNT, strategy, account, instrument)
    const owner = ownerOf[account]!
    i[oi + Order.HEAD] = books.openHead(owner, instrument)
    i[oi + Order.BOOK] = books.open(owner, instrument, i[oi + Order.VENUE]!)
  }

  /** Sets a cell that is not known yet. A binding that was taken back keeps its cell: an order that is taken over may be of it. */
  function openCell(at: number, kind: number, subject: number, account: number, instrument: number): void {
    if (i[at]! < 0) i[at] = cells.open((names.binding(kind, subject, account) >> 1) - 1, instrument)
  }

  /** Adds a pending version with the terms; both prices count for self-match until it is settled. */
  function addVersion(slot: number, version: number, idSlot: number): void {
    orders.takeVersion(version)
    const at = version * Version.NUMS
    const oi = slot * Order.INTS
    vf[at + Version.QTY] = terms[Term.QTY]!
    vf[at + Version.PX] = terms[Term.PX]!
    vf[at + Version.STOP] = terms[Term.STOP]!
    vf[at + Version.V] = terms[Term.V]!
    vf[at + Version.N] = terms[Term.N]!
    vf[at + Version.D] = terms[Term.D]!
    vi[version * Version.INTS + Version.ID] = idSlot
    vi[version * Version.INTS + Version.OLDER] = i[oi + Order.VERSION]!
    i[oi + Order.VERSION] = version
    i[oi + Order.VERSIONS] = i[oi + Order.VERSIONS]! + 1
    f[slot * Order.NUMS + Order.PROTECTION] = terms[Term.PROTECTION]!
    rest(oi, slot, terms[Term.PX]!)
    reprice(slot)
  }

  /** The version is accepted: it becomes the order, older versions are gone, newer ones stay pending. */
  function acceptVersion(slot: number, version: number): void {
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const at = version * Version.NUMS
    let older = vi[version * Version.INTS + Version.OLDER]!
    while (older >= 0) {
      const next = vi[older * Version.INTS + Version.OLDER]!
      dropVersion(slot, older)
      older = next
    }
    vi[version * Version.INTS + Version.OLDER] = -1
    leave(oi, slot, f[of + Order.PX]!)
    f[of + Order.QTY] = vf[at + Version.QTY]!
    f[of + Order.PX] = vf[at + Version.PX]!
    f[of + Order.STOP] = vf[at + Version.STOP]!
    f[of + Order.V] = vf[at + Version.V]!
    f[of + Order.N] = vf[at + Version.N]!
    f[of + Order.D] = vf[at + Version.D]!
    const id = vi[version * Version.INTS + Version.ID]!
    ids.setVersion(id, -1)
    ids.setNext(id, i[oi + Order.ID_SLOT]!)
    i[oi + Order.ID_SLOT] = id
    unlinkVersion(oi, version)
    reprice(slot)
  }

  /** The version was refused at the market, or never sent. */
  function rejectVersion(slot: number, version: number): void {
    const older = vi[version * Version.INTS + Version.OLDER]!
    // Newer versions now follow on the one before it.
    const newest = i[slot * Order.INTS + Order.VERSION]!
    const newer = newest === version ? -1 : newerThan(newest, version)
    dropVersion(slot, version)
    if (newer >= 0) vi[newer * Version.INTS + Version.OLDER] = older
    else i[slot * Order.INTS + Order.VERSION] = older
    reprice(slot)
  }

  /** Frees a version's slot and book price; its id stays one of the chain's. Links are the caller's. */
  function dropVersion(slot: number, version: number): void {
    const oi = slot * Order.INTS
    leave(oi, slot, vf[version * Version.NUMS + Version.PX]!)
    const id = vi[version * Version.INTS + Version.ID]!
    const base = i[oi + Order.ID_SLOT]!
    ids.setVersion(id, -1)
    ids.setNext(id, ids.nextOf(base))
    ids.setNext(base, id)
    orders.releaseVersion(version)
    i[oi + Order.VERSIONS] = i[oi + Order.VERSIONS]! - 1
  }

  /** Takes an accepted version out of the pending ones: it was the oldest that is left. */
  function unlinkVersion(oi: number, version: number): void {
    const newest = i[oi + Order.VERSION]!
    if (newest === version) i[oi + Order.VERSION] = -1
    else vi[newerThan(newest, version) * Version.INTS + Version.OLDER] = -1
    orders.releaseVersion(version)
    i[oi + Order.VERSIONS] = i[oi + Order.VERSIONS]! - 1
  }

  /** The version that follows on `version`, sought from the newest. */
  function newerThan(newest: number, version: number): number {
    let newer = newest
    while (vi[newer * Version.INTS + Version.OLDER] !== version) newer = vi[newer * Version.INTS + Version.OLDER]!
    return newer
  }

  /** An execution of `amount`: quantity moves from leaves to position, and value from open to executed, in one step. */
  function fill(slot: number, qty: number, amount: number): void {
    const at = slot * Order.NUMS + Order.CUM
    f[at] = f[at]! + qty
    reserved[Reserve.EXECUTED] = qty
    delta[Delta.EXECUTED] = amount
    reserve(slot, 0, 0)
    reserved[Reserve.EXECUTED] = 0
    delta[Delta.EXECUTED] = 0
  }

  /** True where nothing can execute any more: every version's leaves are 0. */
  function isExhausted(slot: number): boolean {
    if (f[slot * Order.NUMS + Order.LEAVES]! > 0) return false
    return i[slot * Order.INTS + Order.VERSION]! < 0
  }

  /** Ends the order: its reservation is gone, its ids say so, its slot is free. */
  function end(slot: number, endState: number): void {
    const oi = slot * Order.INTS
    for (let version = i[oi + Order.VERSION]!; version >= 0; ) {
      const older = vi[version * Version.INTS + Version.OLDER]!
      dropVersion(slot, version)
      version = older
    }
    i[oi + Order.VERSION] = -1
    unreserve(slot)
    close(slot, endState)
  }

  /** Takes the order out of its book, and gives all that it reserves back. */
  function unreserve(slot: number): void {
    leave(slot * Order.INTS, slot, f[slot * Order.NUMS + Order.PX]!)
    reserve(slot, 1, -1)
  }

  /** A held order counts nowhere from now on: neither against the limits that decide on it again, nor as a slice. */
  function withdraw(slot: number): void {
    unreserve(slot)
    if (parents.made > 0) parents.leave(slot)
  }

  /** A held order that was withdrawn is approved, with the terms: it is reserved as if it came now. */
  function approve(slot: number): void {
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    f[of + Order.V] = terms[Term.V]!
    f[of + Order.N] = terms[Term.N]!
    f[of + Order.D] = terms[Term.D]!
    f[of + Order.TIME] = state.timeUs
    f[of + Order.TOKEN] = terms[Term.TOKEN]!
    f[of + Order.PROTECTION] = terms[Term.PROTECTION]!
    i[oi + Order.STATE] = 0
    if (parents.made > 0) parents.adopt(slot, parents.parentOf[slot]!)
    orders.awaitReport(slot)
    rest(oi, slot, f[of + Order.PX]!)
    reserve(slot, 0, 1)
  }

  /** Ends an order that reserves nothing any more. */
  function close(slot: number, endState: number): void {
    const oi = slot * Order.INTS
    i[oi + Order.STATE] = endState
    if (latches.count > 0) countEnded(slot, endState)
    if (holds.count() > 0) holds.ended(slot)
    if (ownerOrders.count() > 0) ownerOrders.remove(slot)
    ended[Ended.INSTRUMENT] = i[oi + Order.INSTR]!
    ended[Ended.ACCOUNT] = i[oi + Order.SUBJECT + Kind.ACCOUNT]!
    ended[Ended.TRADER] = i[oi + Order.SUBJECT + Kind.TRADER]!
    ended[Ended.STRATEGY] = i[oi + Order.SUBJECT + Kind.STRATEGY]!
    ended[Ended.SIDE] = i[oi + Order.SIDE]!
    ended[Ended.VENUE] = i[oi + Order.VENUE]!
    const seq = f[slot * Order.NUMS + Order.SEQ]!
    const locate = i[oi + Order.LOCATE]!
    for (let id = i[oi + Order.ID_SLOT]!; id >= 0; id = ids.nextOf(id)) ids.end(id, seq, locate, ended)
    if (parents.made > 0) parents.parentOf[slot] = -1
    resolutions.forget(seq)
    orders.release(slot)
  }

  /** A report has taken effect on the order: the market knows it. */
  function known(slot: number): void {
    i[slot * Order.INTS + Order.REPORTED] = 1
    orders.heard(slot)
    resolutions.forget(f[slot * Order.NUMS + Order.SEQ]!)
  }

  /** Every kill over the order has one less to wait for. */
  function countEnded(slot: number, endState: number): void {
    for (const latch of latches.active) {
      if (latch.state !== KILLED_STATE || !latchCoversOrder(state, latch, slot)) continue
      latch.ended++
      if (endState === FILLED) latch.filled++
    }
  }

  /** The stop can execute: its versions enter the book, valued at no less than `least` (inverse: no more); 0 for no bound. */
  function trigger(slot: number, least: number): void {
    const oi = slot * Order.INTS
    const inverse = (flags[i[oi + Order.INSTR]!]! & InstrumentFlag.INVERSE) !== 0
    const bound = (v: number) => (least === 0 ? v : inverse ? Math.min(v, least) : Math.max(v, least))
    i[oi + Order.TYPE] = i[oi + Order.TYPE]! - FIRST_STOP
    i[oi + Order.MARKS] = i[oi + Order.MARKS]! | OrderMark.TRIGGERED
    f[slot * Order.NUMS + Order.V] = bound(f[slot * Order.NUMS + Order.V]!)
    rest(oi, slot, f[slot * Order.NUMS + Order.PX]!)
    for (let version = i[oi + Order.VERSION]!; version >= 0; version = vi[version * Version.INTS + Version.OLDER]!) {
      const at = version * Version.NUMS
      vf[at + Version.V] = bound(vf[at + Version.V]!)
      rest(oi, slot, vf[at + Version.PX]!)
    }
    reprice(slot)
  }

  /** Brings the reservation of a live order to what its versions can still execute. */
  function reprice(slot: number): void {
    reserve(slot, 0, 0)
  }

  /**
   * Computes leaves and open value over all versions again, none where the order `ends`, and brings cells, sums, the
   * owner's long sells and the locate to just that; `count` open orders more. What `fill` has executed moves along.
   */
  function reserve(slot: number, ends: number, count: number): void {
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    if (ends !== 0) {
      reserved[Reserve.LEAVES] = 0
      reserved[Reserve.OPEN] = 0
    } else versionsLeft(of, oi)
    const more = reserved[Reserve.LEAVES]! - f[of + Order.LEAVES]!
    const open = reserved[Reserve.OPEN]! - f[of + Order.OPENED]!
    const executed = reserved[Reserve.EXECUTED]!
    f[of + Order.LEAVES] = reserved[Reserve.LEAVES]!
    f[of + Order.OPENED] = reserved[Reserve.OPEN]!
    const side = i[oi + Order.SIDE]!
    const moves = more !== 0 || executed !== 0
    if (!moves && open === 0 && count === 0) return
    delta[Delta.P] = side === 0 ? executed : -executed
    delta[Delta.B] = side === 0 ? more : 0
    delta[Delta.S] = side === 0 ? 0 : more
    delta[Delta.OPEN] = open
    delta[Delta.COUNT] = count
    shift.order(oi)
    if (parents.made > 0) parents.move(slot, more + executed, open + delta[Delta.EXECUTED]!, count)
    if (executed !== 0) books.addPosition(i[oi + Order.HEAD]!, delta[Delta.P]!)
    if (side === SELL_LONG) books.addLongSells(i[oi + Order.HEAD]!, more)
    const locate = i[oi + Order.LOCATE]!
    if (locate >= 0 && moves) {
      locates.reserved[locate] = locates.reserved[locate]! + more
      locates.used[locate] = locates.used[locate]! + executed
    }
  }

  /** Puts leaves and open value over all versions of the order into `reserved`. */
  function versionsLeft(of: number, oi: number): void {
    const cum = f[of + Order.CUM]!
    const inverse = (flags[i[oi + Order.INSTR]!]! & InstrumentFlag.INVERSE) !== 0
    const left = f[of + Order.QTY]! - cum
    const leaves = left > 0 ? left : 0
    reserved[Reserve.LEAVES] = leaves
    reserved[Reserve.OPEN] = guarded(flowValue(inverse, f[of + Order.V]!, leaves, f[of + Order.N]!, f[of + Order.D]!))
    if (i[oi + Order.VERSION]! >= 0) addVersionsLeft(of, oi, inverse)
  }

  function addVersionsLeft(of: number, oi: number, inverse: boolean): void {
    const cum = f[of + Order.CUM]!
    const venue = i[oi + Order.VENUE]!
    const sums = venue >= 0 && venueNonAtomic[venue] !== 0
    for (let version = i[oi + Order.VERSION]!; version >= 0; version = vi[version * Version.INTS + Version.OLDER]!) {
      const at = version * Version.NUMS
      const left = vf[at + Version.QTY]! - cum
      const more = left > 0 ? left : 0
      const value = guarded(flowValue(inverse, vf[at + Version.V]!, more, vf[at + Version.N]!, vf[at + Version.D]!))
      const leaves = reserved[Reserve.LEAVES]!
      const open = reserved[Reserve.OPEN]!
      reserved[Reserve.LEAVES] = sums ? leaves + more : leaves > more ? leaves : more
      reserved[Reserve.OPEN] = sums ? open + value : open > value ? open : value
    }
  }

  function rest(oi: number, slot: number, px: number): void {
    const type = i[oi + Order.TYPE]!
    if (!rests(type)) return
    const buys = i[oi + Order.SIDE] === 0
    books.rest(i[oi + Order.BOOK]!, buys, bookPrice(type, buys, px), slot)
  }

  function leave(oi: number, slot: number, px: number): void {
    const type = i[oi + Order.TYPE]!
    if (!rests(type)) return
    const buys = i[oi + Order.SIDE] === 0
    books.leave(i[oi + Order.BOOK]!, buys, bookPrice(type, buys, px), slot)
  }

  return {
    ...{ terms, open, addVersion, acceptVersion, rejectVersion, fill, isExhausted, end, known, trigger, reprice },
    ...{ withdraw, approve, close },
  }
}
