/** Applies the events of order commands to the state. Reads the command and its events from the tape, nothing else. */
import { reasonNumber } from '../model/codes.ts'
import { CANCEL_ORDER, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { CANCEL_DECIDED, CANCEL_REQUESTED, ORDER_DECIDED, ORDER_MOVED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import { hashDuplicate } from './content.ts'
import type { Judgement } from './judgement.ts'
import type { OrderLife, OrderTerms } from './order-life.ts'
import { Kind } from './state/names.ts'
import { Ended, ORDER_ENDED } from './state/order-ids.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const UNKNOWN_INSTRUMENT = reasonNumber('UNKNOWN_INSTRUMENT')
const UNKNOWN_VENUE = reasonNumber('UNKNOWN_VENUE')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const CLORDID_CONFLICT = reasonNumber('CLORDID_CONFLICT')

const APPROVE = 1
const DUPLICATE = 2
const APPROVED = 0
const WORKING = 1
const PENDING_CANCEL = 2
const FILLED = 5

const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
const C = CANCEL_ORDER.at
const E = ORDER_DECIDED.at
const M = ORDER_MOVED.at

export class OrderEvolver {
  readonly #state: State
  readonly #life: OrderLife
  /** Only for the scratch of the duplicate hash. */
  readonly #j: Judgement
  readonly #terms: OrderTerms = { qty: 0, px: 0, stopPx: 0, v: 0, n: 0, d: 0 }

  constructor(state: State, life: OrderLife, j: Judgement) {
    this.#state = state
    this.#life = life
    this.#j = j
  }

  /** OrderDecided behind a NewOrder. */
  newDecided(tape: Tape, command: number, event: number): void {
    const state = this.#state
    const { ids, orders } = state
    const c = command >> 2
    const e = event >> 2
    const i32 = tape.i32
    const session = i32[c + N.session]!
    if (!state.names.has(Kind.SESSION, session)) return
    const outcome = i32[e + E.outcome]!
    const reason = i32[e + E.reason]!
    this.#stamp(session)
    const repeated = outcome === DUPLICATE || reason === CLORDID_CONFLICT
    // The venue is sought last: without it the subjects are known all the same.
    const unnamed = reason >= UNKNOWN_INSTRUMENT && reason < UNKNOWN_VENUE
    const idSlot = i32[e + E.idSlot]!
    if (!repeated && !unnamed && idSlot >= 0)
      this.#stampSubjects(i32[c + N.account]!, i32[c + N.trader]!, i32[c + N.strategy]!)
    if (idSlot < 0) return
    const id = command + N.clOrdID
    const added = ids.add(tape, id, session, ids.hashOf(tape, id, session))
    if (added !== idSlot) throw new Error('a clOrdID is not in the slot that its decision names')
    const slot = outcome === APPROVE ? i32[e + E.slot]! : -1
    ids.record(added, state.seq, i32[e + E.contentHash0]!, i32[e + E.contentHash1]!, slot, -1)
    if (slot < 0) return
    const oi = slot * Order.INTS
    orders.i[oi + Order.SIDE] = i32[c + N.side]!
    orders.i[oi + Order.TYPE] = i32[c + N.ordType]!
    orders.i[oi + Order.TIF] = i32[c + N.timeInForce]!
    orders.i[oi + Order.INSTR] = i32[c + N.instrument]!
    orders.i[oi + Order.VENUE] = i32[c + N.venue]!
    orders.i[oi + Order.LOCATE] = i32[c + N.locate]!
    orders.i[oi + Order.SUBJECT + 4] = i32[c + N.trader]!
    orders.i[oi + Order.SUBJECT + 5] = i32[c + N.account]!
    orders.i[oi + Order.SUBJECT + 6] = i32[c + N.strategy]!
    orders.i[oi + Order.SUBJECT + 7] = session
    this.#readTerms(tape, event, tape.f64[(command >> 3) + N.orderQty]!, tape.f64[(command >> 3) + N.price]!)
    this.#terms.stopPx = tape.f64[(command >> 3) + N.stopPx]!
    const expireUs = tape.f64[(command >> 3) + N.expireTimeUs]!
    this.#life.open(slot, added, this.#terms, state.seq, expireUs, tape.f64[(event >> 3) + E.tokenExpiryUs]!)
    orders.f[slot * Order.NUMS + Order.PROTECTION] = tape.f64[(event >> 3) + E.protectionPx]!
    // Without a row too: one that is set now counts the orders of its whole window.
    hashDuplicate(tape, command, this.#j)
    state.duplicates.remember(this.#j.duplicate0, this.#j.duplicate1, state.timeUs)
  }

  /** OrderDecided behind a ReplaceOrder. */
  replaceDecided(tape: Tape, command: number, event: number): void {
    const state = this.#state
    const { ids, orders } = state
    const c = command >> 2
    const e = event >> 2
    const i32 = tape.i32
    const session = i32[c + R.session]!
    if (!state.names.has(Kind.SESSION, session)) return
    const slot = i32[e + E.slot]!
    const outcome = i32[e + E.outcome]!
    this.#stamp(session)
    if (slot >= 0) this.#stampOrder(slot)
    else this.#stampEnded(tape, command + R.origClOrdID, session, i32[e + E.reason]!)
    const idSlot = i32[e + E.idSlot]!
    if (idSlot < 0) return
    const id = command + R.clOrdID
    const added = ids.add(tape, id, session, ids.hashOf(tape, id, session))
    if (added !== idSlot) throw new Error('a clOrdID is not in the slot that its decision names')
    const version = outcome === APPROVE ? i32[e + E.versionSlot]! : -1
    const order = outcome === APPROVE ? slot : -1
    ids.record(added, state.seq, i32[e + E.contentHash0]!, i32[e + E.contentHash1]!, order, version)
    if (outcome !== APPROVE) return
    const f = command >> 3
    this.#readTerms(tape, event, tape.f64[f + R.orderQty]!, tape.f64[f + R.price]!)
    this.#terms.stopPx = tape.f64[f + R.stopPx]!
    this.#life.addVersion(slot, version, added, this.#terms)
    orders.f[slot * Order.NUMS + Order.PROTECTION] = tape.f64[(event >> 3) + E.protectionPx]!
  }

  #readTerms(tape: Tape, event: number, qty: number, px: number): void {
    const f = event >> 3
    this.#terms.qty = qty
    this.#terms.px = px
    this.#terms.v = tape.f64[f + E.valuationPx]!
    this.#terms.n = tape.f64[f + E.unitN]!
    this.#terms.d = tape.f64[f + E.unitD]!
  }

  cancelDecided(tape: Tape, command: number, event: number): void {
    const { orders, names } = this.#state
    const session = tape.i32[(command >> 2) + C.session]!
    const slot = tape.i32[(event >> 2) + CANCEL_DECIDED.at.slot]!
    if (names.has(Kind.SESSION, session)) this.#stamp(session)
    if (slot < 0)
      return this.#stampEnded(tape, command + C.origClOrdID, tape.i32[(command >> 2) + C.owner]!, ORDER_TERMINAL)
    this.#stampOrder(slot)
    const at = slot * Order.INTS + Order.STATE
    if (orders.i[at] === APPROVED || orders.i[at] === WORKING) orders.i[at] = PENDING_CANCEL
  }

  /** OrderMoved behind a report, a NotSent or a sweep. `reported` marks that the market knows the order. */
  moved(tape: Tape, event: number, reported: boolean): void {
    const { orders } = this.#state
    const e = event >> 2
    const slot = tape.i32[e + M.slot]!
    const version = tape.i32[e + M.versionSlot]!
    if (reported) orders.i[slot * Order.INTS + Order.REPORTED] = 1
    switch (tape.i32[e + M.change]) {
      case 1:
        this.#life.acceptVersion(slot, version)
        break
      case 2:
        this.#life.rejectVersion(slot, version)
        break
      case 3:
        this.#life.end(slot, tape.i32[e + M.state]!)
        return
      default:
        break
    }
    orders.i[slot * Order.INTS + Order.STATE] = tape.i32[e + M.state]!
    if (this.#life.isExhausted(slot)) this.#life.end(slot, FILLED)
  }

  cancelRequested(tape: Tape, event: number): void {
    const { orders } = this.#state
    const slot = tape.i32[(event >> 2) + CANCEL_REQUESTED.at.slot]!
    orders.f[slot * Order.NUMS + Order.CANCEL_SEQ] = this.#state.seq
    orders.i[slot * Order.INTS + Order.LATCH] = tape.i32[(event >> 2) + CANCEL_REQUESTED.at.latch]!
  }

  /** Counts the message against the rates of one subject. */
  #stamp(subject: number): void {
    const { limits, timeUs } = this.#state
    const slots = limits.windowSlots[subject]!
    for (let at = 0; at < slots.length; at++) limits.windows[slots[at]!]!.stamp(timeUs)
  }

  /** The subjects of a new order beside its session. */
  #stampSubjects(account: number, trader: number, strategy: number): void {
    const { names } = this.#state
    this.#stamp(0)
    this.#stamp(names.entityOf[account]!)
    this.#stamp(names.clientOf[account]!)
    this.#stamp(names.deskOf[trader]!)
    this.#stamp(trader)
    this.#stamp(account)
    this.#stamp(strategy)
  }

  /** The subjects of an order that has ended: its id still says which they were. */
  #stampEnded(tape: Tape, at: number, session: number, reason: number): void {
    if (reason !== ORDER_TERMINAL) return
    const { ids } = this.#state
    const id = ids.find(tape, at, session, ids.hashOf(tape, at, session))
    if (id < 0 || ids.orderOf(id) !== ORDER_ENDED) return
    this.#stampSubjects(ids.endedOf(id, Ended.ACCOUNT), ids.endedOf(id, Ended.TRADER), ids.endedOf(id, Ended.STRATEGY))
  }

  /** The subjects of a live order beside the sending session. */
  #stampOrder(slot: number): void {
    const { orders } = this.#state
    for (let place = 0; place < 7; place++) this.#stamp(orders.i[slot * Order.INTS + Order.SUBJECT + place]!)
  }
}
