/**
 * Decides lists of live orders (docs/reference/decision.md §13): opens them, takes their rows, closes them; and, sweep by
 * sweep, compares a closed list with the orders that stand. Changes nothing.
 */
import {
  LIST_SWEEP_ROWS,
  LIST_SWEEP_SLOTS,
  LIST_SWEEP_TESTS,
  STATEMENT_ROWS,
  STATEMENT_ROWS_ALL,
} from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { LIVE_ORDER_STATEMENT, STATEMENT_SWEEP } from '../model/records/day-commands.ts'
import { LIST_SWEPT, LIVE_ORDER_CHECKED } from '../model/records/day-events.ts'
import { decode, encode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { TIMES_IN_FORCE } from '../model/vocabulary.ts'
import type { OrderDecider } from './decide-order.ts'
import { isPrice } from './decide-reference.ts'
import { writeApplied, writeCancelRequested, writeHoldEnded, writeLatchSet, writeRefused } from './events-out.ts'
import { Ref } from './market.ts'
import { Has, InstrumentFlag } from './state/instruments.ts'
import { Key } from './state/latches.ts'
import { Bound, Kind } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { LiveOrderList, LiveOrderRow } from './state/statements.ts'
import type { Trigger } from './trigger.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const HIERARCHY_MISMATCH = reasonNumber('HIERARCHY_MISMATCH')
const CAPACITY = reasonNumber('CAPACITY')
const HOLD_ENDED = reasonNumber('HOLD_ENDED')
const RISK_ERROR = reasonNumber('RISK_ERROR')
const STATEMENT_NOT_OPEN = reasonNumber('STATEMENT_NOT_OPEN')
const STATEMENT_MISMATCH = reasonNumber('STATEMENT_MISMATCH')
const STATEMENT_OF_OTHER_DATE = reasonNumber('STATEMENT_OF_OTHER_DATE')
const LIVE_ORDER_MISSING = reasonNumber('LIVE_ORDER_MISSING')
const LIVE_ORDER_DIFFERS = reasonNumber('LIVE_ORDER_DIFFERS')
const LIVE_ORDER_ADOPTED = reasonNumber('LIVE_ORDER_ADOPTED')
const RESTATED_ORDER_REFUSED = reasonNumber('RESTATED_ORDER_REFUSED')

const [OPENS, ROW, CLOSES] = [0, 1, 2]
/** Verdicts, indices in LIVE_ORDER_VERDICTS. */
const [AGREES, DIFFERS, MISSING, ADOPTED] = [0, 1, 2, 3]
/** Of a sweep: the list is at its end, or could not be compared. */
const SETTLED = -1
const DROPPED = -2
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const HELD = 4
const BLOCKED = 2
const MARKET = 0
const STOP_TYPE = 2
const HAS_PRICE = 1
const HAS_STOP = 2
const HAS_EXPIRY = 4
const GTC = TIMES_IN_FORCE.indexOf('GTC')
const GTD = TIMES_IN_FORCE.indexOf('GTD')
/** Cell pages and orders that what cannot be refused may still open. */
const PAGES_MARGIN = 1024

export class LiveOrderDecider {
  readonly #state: State
  readonly #restate: OrderDecider['restate']
  readonly #trigger: Trigger
  readonly #onError: (error: unknown) => void

  constructor(state: State, restate: OrderDecider['restate'], trigger: Trigger, onError: (error: unknown) => void) {
    this.#state = state
    this.#restate = restate
    this.#trigger = trigger
    this.#onError = onError
  }

  statement(tape: Tape, offset: number): void {
    const { names, statements } = this.#state
    const at = LIVE_ORDER_STATEMENT.at
    const command = decode(tape, offset, LIVE_ORDER_STATEMENT)
    const { account, venue, session, principal, step } = command
    if (step < OPENS || step > CLOSES) return writeRefused(tape, INVALID_VALUE, at.step)
    if (!names.has(Kind.ACCOUNT, account)) return writeRefused(tape, UNKNOWN_NAME, at.account)
    if (!names.has(Kind.VENUE, venue)) return writeRefused(tape, UNKNOWN_NAME, at.venue)
    const isOfDate = command.tradeDate === this.#state.dateOf(account)
    if (step !== ROW && !isOfDate) return writeRefused(tape, STATEMENT_OF_OTHER_DATE, at.tradeDate)
    if (step === OPENS) return this.#open(tape, command)
    const list = statements.listOf(account, venue)
    if (list === undefined || list.next >= 0 || list.session !== session || list.principal !== principal) {
      return writeRefused(tape, STATEMENT_NOT_OPEN)
    }
    if (step === ROW) return this.#row(tape, command, list)
    const isWhole =
      list.tradeDate === command.tradeDate && list.count === command.rows && list.rows.length === list.count
    if (!isWhole) return writeRefused(tape, STATEMENT_MISMATCH, at.rows)
    writeApplied(tape)
  }

  #open(tape: Tape, command: RecordOf<typeof LIVE_ORDER_STATEMENT>): void {
    const { names, statements, timeUs } = this.#state
    const at = LIVE_ORDER_STATEMENT.at
    const { account, owner, trader, strategy, rows, asOfUs } = command
    if (!(rows >= 0 && rows <= STATEMENT_ROWS)) return writeRefused(tape, INVALID_VALUE, at.rows)
    if (!(Number.isSafeInteger(asOfUs) && asOfUs > 0 && asOfUs <= timeUs)) {
      return writeRefused(tape, INVALID_VALUE, at.asOfUs)
    }
    if (!names.has(Kind.SESSION, owner)) return writeRefused(tape, UNKNOWN_NAME, at.owner)
    if (!this.#isBound(Kind.TRADER, trader, account)) return writeRefused(tape, HIERARCHY_MISMATCH, at.trader)
    if (!this.#isBound(Kind.STRATEGY, strategy, account)) return writeRefused(tape, HIERARCHY_MISMATCH, at.strategy)
    if (statements.rowsKept() + rows > STATEMENT_ROWS_ALL) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  #isBound(kind: Kind.TRADER | Kind.STRATEGY, subject: number, account: number): boolean {
    const { names } = this.#state
    const binding = kind === Kind.TRADER ? Bound.TRADER_ACCOUNT : Bound.STRATEGY_ACCOUNT
    return names.has(kind, subject) && names.isPermitted(binding, subject, account)
  }

  #row(tape: Tape, command: RecordOf<typeof LIVE_ORDER_STATEMENT>, list: LiveOrderList): void {
    const { names, instruments, orders } = this.#state
    const at = LIVE_ORDER_STATEMENT.at
    const { instrument, side, ordType, timeInForce, flags, leavesQty, cumQty, owner } = command
    if (list.rows.length >= list.count) return writeRefused(tape, STATEMENT_MISMATCH)
    if (!(instrument >= 0 && instrument < instruments.count)) return writeRefused(tape, UNKNOWN_NAME, at.instrument)
    if (owner !== -1 && !names.has(Kind.SESSION, owner)) return writeRefused(tape, UNKNOWN_NAME, at.owner)
    const bad = (field: number) => writeRefused(tape, INVALID_VALUE, field)
    if (!(side >= 0 && side <= 3)) return bad(at.side)
    if (!(ordType >= 0 && ordType <= 3)) return bad(at.ordType)
    if (TIMES_IN_FORCE[timeInForce] === undefined) return bad(at.timeInForce)
    if (!(Number.isSafeInteger(leavesQty) && leavesQty > 0)) return bad(at.leavesQty)
    if (!(Number.isSafeInteger(cumQty + leavesQty) && cumQty >= 0)) return bad(at.cumQty)
    // Types in the order Market, Limit, Stop, StopLimit: bit 0 has a price, bit 1 a stop price, as the flags have.
    if (((flags ^ ordType) & HAS_PRICE) !== 0) return bad(at.price)
    if (((flags ^ ordType) & HAS_STOP) !== 0) return bad(at.stopPx)
    const negative = (instruments.flags[instrument]! & InstrumentFlag.NEGATIVE_PRICE) !== 0
    if ((flags & HAS_PRICE) !== 0 && !isPrice(command.price, negative)) return bad(at.price)
    if ((flags & HAS_STOP) !== 0 && !isPrice(command.stopPx, negative)) return bad(at.stopPx)
    if (((flags & HAS_EXPIRY) !== 0) !== (timeInForce === GTD)) return bad(at.expireTimeUs)
    if ((flags & ~(HAS_PRICE | HAS_STOP | HAS_EXPIRY)) !== 0) return bad(at.flags)
    if ((flags & HAS_EXPIRY) !== 0 && !Number.isSafeInteger(command.expireTimeUs)) return bad(at.expireTimeUs)
    if (command.clOrdID === '') return bad(at.clOrdID)
    if (orders.live() + list.count > orders.ordersMax || !this.#hasRoom()) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  #hasRoom(): boolean {
    const { orders, books, cells, metrics, limits } = this.#state
    if (orders.isFull() || books.isFull() || metrics.isFull() || limits.entriesAreFull()) return false
    return cells.pages() + PAGES_MARGIN <= cells.pagesMax
  }

  sweep(tape: Tape, offset: number): void {
    const { account, venue, from } = decode(tape, offset, STATEMENT_SWEEP)
    const list = this.#state.statements.listOf(account, venue)
    if (list === undefined || list.next < 0 || list.next !== from) return writeRefused(tape, STATEMENT_NOT_OPEN)
    const next = from < list.rows.length ? this.#sweepRows(tape, list) : this.#sweepSlots(tape, list)
    encode(tape, LIST_SWEPT, { account, venue, next })
  }

  /** A sweep that failed: its list is dropped, and nobody trades for the account until a person has looked. */
  drop(tape: Tape, offset: number, reason: number): void {
    const { account, venue } = decode(tape, offset, STATEMENT_SWEEP)
    writeRefused(tape, reason)
    if (this.#state.statements.listOf(account, venue) === undefined) return
    this.#block(tape, account, -1, reason)
    encode(tape, LIST_SWEPT, { account, venue, next: DROPPED })
  }

  /** Ends behind a row that adopts an order or differs from one: what follows is judged with that in place. */
  #sweepRows(tape: Tape, list: LiveOrderList): number {
    const from = list.next
    const end = Math.min(list.rows.length, from + LIST_SWEEP_ROWS)
    const listed = new Set(list.listed)
    let tests = 0
    for (let at = from; at < end; at++) {
      if (tests === LIST_SWEEP_TESTS) return at
      const row = list.rows[at]!
      const slot = this.#orderOf(list, row)
      if (slot < 0) {
        this.#adopt(tape, list, at)
        return at + 1
      }
      if (listed.has(slot) || !this.#agrees(slot, row)) {
        this.#differ(tape, list, at, slot, listed.has(slot))
        return at + 1
      }
      listed.add(slot)
      tests += this.#confirm(tape, list, at, slot)
    }
    return end
  }

  /** Slot of the live order of the account that the row names, -1 for none. */
  #orderOf({ account, venue, owner }: LiveOrderList, row: LiveOrderRow): number {
    const { orders, ids } = this.#state
    const { orderSlot: numbered } = row
    const isLive = (slot: number) => slot >= 0 && slot < orders.top() && orders.i[slot * Order.INTS + Order.LIVE] !== 0
    let slot = -1
    if (row.orderSeq > 0 && isLive(numbered) && orders.f[numbered * Order.NUMS + Order.SEQ] === row.orderSeq) {
      slot = numbered
    } else {
      const id = ids.findText(row.clOrdID, row.owner >= 0 ? row.owner : owner)
      slot = id < 0 ? -1 : ids.orderOf(id)
    }
    if (!isLive(slot) || orders.i[slot * Order.INTS + Order.SUBJECT + Kind.ACCOUNT] !== account) return -1
    const own = orders.i[slot * Order.INTS + Order.VENUE]!
    return own === venue || own < 0 ? slot : -1
  }

  /** True where the venue says of the order what one of its versions says. */
  #agrees(slot: number, row: LiveOrderRow): boolean {
    const { f, i, vf, vi } = this.#state.orders
    const oi = slot * Order.INTS
    const of = slot * Order.NUMS
    if (i[oi + Order.STATE] === HELD || i[oi + Order.INSTR] !== row.instrument) return false
    if ((i[oi + Order.SIDE] === 0) !== (row.side === 0)) return false
    // A venue says of a stop that has triggered what it was, or what it has become.
    const wasStop = this.#trigger.isWaiting(slot) || this.#trigger.hasBeen(slot)
    const hasNone = wasStop && (row.flags & HAS_STOP) === 0
    const has = (qty: number, px: number, stop: number) => {
      const left = qty - f[of + Order.CUM]!
      return left === row.leavesQty && px === row.price && (stop === row.stopPx || hasNone)
    }
    if (has(f[of + Order.QTY]!, f[of + Order.PX]!, f[of + Order.STOP]!)) return true
    for (let version = i[oi + Order.VERSION]!; version >= 0; version = vi[version * Version.INTS + Version.OLDER]!) {
      const at = version * Version.NUMS
      if (has(vf[at + Version.QTY]!, vf[at + Version.PX]!, vf[at + Version.STOP]!)) return true
    }
    return false
  }

  /** The order is as the venue says. Returns 1 where it was tested again. */
  #confirm(tape: Tape, list: LiveOrderList, row: number, slot: number): number {
    const { f, i, vf } = this.#state.orders
    const oi = slot * Order.INTS
    const of = slot * Order.NUMS
    const standing = i[oi + Order.STATE]!
    const to = standing === APPROVED || standing === UNKNOWN ? WORKING : standing
    const stays = i[oi + Order.TIF] === GTC || i[oi + Order.TIF] === GTD
    const newest = i[oi + Order.VERSION]!
    const qty = newest < 0 ? f[of + Order.QTY]! : vf[newest * Version.NUMS + Version.QTY]!
    // What is to be canceled anyway, or has nothing left to execute, is not asked.
    if (this.#trigger.isWaiting(slot) && (list.rows[row]!.flags & HAS_STOP) === 0) {
      // It is no stop any more: that it has triggered was not told, or is on its way.
      this.#trigger.write(tape, slot, qty > f[of + Order.CUM]!)
      this.#check(tape, list, row, slot, AGREES, 0, to)
      return 1
    }
    const isTested = stays && to === WORKING && f[of + Order.CANCEL_SEQ] === 0 && qty > f[of + Order.CUM]!
    const reason = isTested ? this.#test(tape, slot) : 0
    this.#check(tape, list, row, slot, AGREES, reason === 0 ? 0 : RESTATED_ORDER_REFUSED, to)
    const session = i[oi + Order.SUBJECT + Kind.SESSION]!
    if (reason !== 0) writeCancelRequested(tape, f[of + Order.SEQ]!, slot, -1, session)
    return isTested ? 1 : 0
  }

  #test(tape: Tape, slot: number): number {
    const before = tape.end
    try {
      return this.#restate(tape, slot, false)
    } catch (error) {
      tape.end = before
      this.#onError(error)
      return RISK_ERROR
    }
  }

  /** The order is unknown from now on; where the venue has more of it than is reserved nobody trades on in it. */
  #differ(tape: Tape, list: LiveOrderList, at: number, slot: number, isSecond: boolean): void {
    const { f, i } = this.#state.orders
    const oi = slot * Order.INTS
    const row = list.rows[at]!
    // The market has an order that was not approved: nobody decides on it any more.
    if (i[oi + Order.STATE] === HELD) writeHoldEnded(tape, f[slot * Order.NUMS + Order.SEQ]!, slot, UNKNOWN, HOLD_ENDED)
    this.#check(tape, list, at, slot, DIFFERS, LIVE_ORDER_DIFFERS, UNKNOWN)
    const isOther =
      i[oi + Order.INSTR] !== row.instrument ||
      (i[oi + Order.SIDE] === 0) !== (row.side === 0) ||
      isSecond ||
      row.leavesQty > f[slot * Order.NUMS + Order.LEAVES]!
    if (isOther) this.#block(tape, list.account, row.instrument, LIVE_ORDER_DIFFERS)
  }

  #check(
    tape: Tape,
    { account, venue }: LiveOrderList,
    row: number,
    slot: number,
    verdict: number,
    alarm: number,
    state: number,
  ): void {
    const orderSeq = this.#state.orders.f[slot * Order.NUMS + Order.SEQ]!
    encode(tape, LIVE_ORDER_CHECKED, { orderSeq, slot, account, venue, row, verdict, alarm, state, idSlot: -1 })
  }

  /** An order that nobody knows is taken over as it is: it is there, whatever the limits say. */
  #adopt(tape: Tape, list: LiveOrderList, row: number): void {
    const { orders, ids, instruments, seq } = this.#state
    const { account, venue } = list
    const told = list.rows[row]!
    const { instrument } = told
    if (!this.#hasRoom() || !this.#canHold(account, told)) return this.#block(tape, account, instrument, CAPACITY)
    const isFree = ids.findText(told.clOrdID, ownerOf(list, told)) < 0 && !ids.isFull()
    encode(tape, LIVE_ORDER_CHECKED, {
      orderSeq: seq,
      valuationPx: this.#valuation(told),
      unitN: instruments.flowN[instrument]!,
      unitD: instruments.flowD[instrument]!,
      slot: orders.nextSlot(),
      account,
      venue,
      row,
      verdict: ADOPTED,
      alarm: LIVE_ORDER_ADOPTED,
      state: WORKING,
      idSlot: isFree ? ids.nextSlot() : -1,
    })
  }

  /** False where the account's sums would not be exact any more: other orders' reservations would be lost in them. */
  #canHold(account: number, { instrument, leavesQty }: LiveOrderRow): boolean {
    const { names, cells } = this.#state
    const owner = names.ownerCode(Bound.OWN_ACCOUNT, account, account)
    const cell = owner < 0 ? -1 : cells.find(owner, instrument)
    return cell < 0 || cells.holds(cell, leavesQty)
  }

  /** Valued as a new order; what has no reference goes by the mark, else by its own price, else by the worst. */
  #valuation({ instrument, side, ordType, price, stopPx }: LiveOrderRow): number {
    const { market, value, instruments, timeUs } = this.#state
    const own = ordType === MARKET ? Number.NaN : ordType === STOP_TYPE ? stopPx : price
    const source = market.refSource(instrument, timeUs, false)
    const marked = (instruments.has[instrument]! & Has.MARK) !== 0 ? instruments.mark[instrument]! : own
    const ref = source === Ref.NONE ? marked : market.refPrice(instrument, source)
    const px = ordType === MARKET ? ref : price
    const v = value.valuationPrice(instrument, side === 0, ordType === STOP_TYPE, px, stopPx, ref)
    if (!Number.isNaN(v)) return v
    return (instruments.flags[instrument]! & InstrumentFlag.INVERSE) !== 0 ? 1 : Number.MAX_SAFE_INTEGER
  }

  /** Orders of the account at the venue that were there when the list was made, and are not on it. */
  #sweepSlots(tape: Tape, list: LiveOrderList): number {
    const { orders } = this.#state
    const from = list.next - list.rows.length
    const end = Math.min(from + LIST_SWEEP_SLOTS, orders.top())
    for (let slot = from; slot < end; slot++) {
      const oi = slot * Order.INTS
      const standing = orders.i[oi + Order.STATE]!
      if (orders.i[oi + Order.LIVE] === 0 || standing === UNKNOWN || standing === HELD) continue
      if (orders.i[oi + Order.SUBJECT + Kind.ACCOUNT] !== list.account) continue
      if (orders.i[oi + Order.VENUE] !== list.venue || list.listed.has(slot)) continue
      if (orders.f[slot * Order.NUMS + Order.TIME]! >= list.asOfUs) continue
      this.#check(tape, list, -1, slot, MISSING, LIVE_ORDER_MISSING, UNKNOWN)
    }
    return end >= orders.top() ? SETTLED : list.rows.length + end
  }

  /** Latches (account, instrument) BLOCKED for a cause, unless such a latch stands. */
  #block(tape: Tape, account: number, instrument: number, cause: number): void {
    const { latches } = this.#state
    const stands = latches.active.some(
      (latch) =>
        latch.cause === cause && latch.keys[Kind.ACCOUNT] === account && latch.keys[Key.INSTRUMENT] === instrument,
    )
    if (!stands) writeLatchSet(tape, latches.next, account, instrument, BLOCKED, cause)
  }
}

/** SESSION that an adopted order is of. */
export function ownerOf(list: LiveOrderList, row: LiveOrderRow): number {
  return row.owner >= 0 ? row.owner : list.owner
}
