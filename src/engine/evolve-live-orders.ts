/** Applies lists of live orders: keeps them, marks what they confirm, and takes over the orders that nobody knew. */
import { LIVE_ORDER_STATEMENT } from '../model/records/day-commands.ts'
import { LIST_SWEPT, LIVE_ORDER_CHECKED, LIVE_ORDER_VERDICTS } from '../model/records/day-events.ts'
import { decode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { latchCoversOrder } from './controls/trading-state.ts'
import { ownerOf } from './decide-live-orders.ts'
import { type OrderLife, Term } from './order-life.ts'
import { KILLED_STATE } from './state/latches.ts'
import { Bound, Kind } from './state/names.ts'
import { Order, OrderMark } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { LiveOrderList } from './state/statements.ts'

const [OPENS, ROW] = [0, 1]
const SETTLED = -1
const MISSING = LIVE_ORDER_VERDICTS.indexOf('MISSING')
const ADOPTED = LIVE_ORDER_VERDICTS.indexOf('ADOPTED')

export class LiveOrderEvolver {
  readonly #state: State
  readonly #life: OrderLife

  constructor(state: State, life: OrderLife) {
    this.#state = state
    this.#life = life
  }

  statement(tape: Tape, offset: number): void {
    const { statements } = this.#state
    const command = decode(tape, offset, LIVE_ORDER_STATEMENT)
    const { account, venue, step, tradeDate, rows, asOfUs, owner, trader, strategy, session, principal } = command
    if (step === OPENS) {
      const sender = { session, principal, owner, trader, strategy }
      const list = { account, venue, tradeDate, count: rows, asOfUs, ...sender }
      return statements.openList({ ...list, rows: [], listed: new Set(), next: -1 })
    }
    const list = this.#listOf(account, venue)
    if (step !== ROW) list.next = 0
    else {
      const { orderSeq, orderSlot, leavesQty, cumQty, price, stopPx, expireTimeUs, instrument, side } = command
      const { ordType, timeInForce, flags, clOrdID } = command
      const who = { owner, trader, strategy, instrument, side, ordType, timeInForce, flags, clOrdID }
      list.rows.push({ orderSeq, orderSlot, leavesQty, cumQty, price, stopPx, expireTimeUs, ...who })
    }
  }

  #listOf(account: number, venue: number): LiveOrderList {
    const list = this.#state.statements.listOf(account, venue)
    if (list === undefined) throw new Error('a list of live orders that nobody opened')
    return list
  }

  checked(tape: Tape, event: number): void {
    const { i, heard } = this.#state.orders
    const values = decode(tape, event, LIVE_ORDER_CHECKED)
    const { slot, verdict } = values
    const list = this.#listOf(values.account, values.venue)
    if (verdict === ADOPTED) this.#adopt(list, values)
    i[slot * Order.INTS + Order.STATE] = values.state
    if (verdict === MISSING) return heard(slot)
    // The venue has spoken of it: nobody can say any more that it was not sent.
    this.#life.known(slot)
    list.listed.add(slot)
  }

  #adopt(list: LiveOrderList, { slot, idSlot, row, valuationPx, unitN, unitD }: RecordOf<typeof LIVE_ORDER_CHECKED>) {
    const { orders, ids, names, seq } = this.#state
    const { f, i } = orders
    const { terms } = this.#life
    const told = list.rows[row]!
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const owner = ownerOf(list, told)
    const bound = (binding: Bound, subject: number, other: number) =>
      subject >= 0 && names.isPermitted(binding, subject, list.account) ? subject : other
    if (idSlot >= 0) ids.record(ids.addText(told.clOrdID, owner), seq, 0, 0, slot, -1)
    i[oi + Order.SIDE] = told.side
    i[oi + Order.TYPE] = told.ordType
    i[oi + Order.TIF] = told.timeInForce
    i[oi + Order.INSTR] = told.instrument
    i[oi + Order.VENUE] = list.venue
    i[oi + Order.LOCATE] = -1
    i[oi + Order.SUBJECT + Kind.TRADER] = bound(Bound.TRADER_ACCOUNT, told.trader, list.trader)
    i[oi + Order.SUBJECT + Kind.ACCOUNT] = list.account
    i[oi + Order.SUBJECT + Kind.STRATEGY] = bound(Bound.STRATEGY_ACCOUNT, told.strategy, list.strategy)
    i[oi + Order.SUBJECT + Kind.SESSION] = owner
    i.fill(-1, oi + Order.CELL_AT, oi + Order.CELL_AT + 4)
    terms.fill(0)
    terms[Term.QTY] = told.leavesQty
    terms[Term.PX] = told.price
    terms[Term.STOP] = told.stopPx
    terms[Term.V] = valuationPx
    terms[Term.N] = unitN
    terms[Term.D] = unitD
    terms[Term.EXPIRE] = told.expireTimeUs
    this.#life.open(slot, idSlot)
    // What was executed before is in the position by the statement of positions.
    f[of + Order.QTY] = told.leavesQty + told.cumQty
    f[of + Order.CUM] = told.cumQty
    i[oi + Order.MARKS] = OrderMark.ADOPTED
    this.#sweepAgain(slot)
  }

  /** A kill whose sweep has passed this slot looks at it again: what is adopted under it is to be canceled too. */
  #sweepAgain(slot: number): void {
    for (const latch of this.#state.latches.active) {
      if (latch.state !== KILLED_STATE || !latchCoversOrder(this.#state, latch, slot)) continue
      latch.sweepFrom = latch.sweepFrom < 0 ? slot : Math.min(latch.sweepFrom, slot)
    }
  }

  swept(tape: Tape, event: number): void {
    const { account, venue, next } = decode(tape, event, LIST_SWEPT)
    const list = this.#listOf(account, venue)
    if (next < 0) this.#state.statements.endList(list, next === SETTLED)
    else list.next = next
  }
}
