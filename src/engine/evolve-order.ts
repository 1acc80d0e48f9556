/** Applies the events of order commands to the state. Reads the command and its events from the tape, nothing else. */

import { ID_CHARS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { CANCEL_ORDER, NEW_ORDER, REPLACE_ORDER } from '../model/records/commands.ts'
import { CANCEL_DECIDED, CANCEL_REQUESTED, ORDER_DECIDED, ORDER_MOVED } from '../model/records/events.ts'
import { readText, type Tape } from '../model/records/tape.ts'
import type { Content } from './content.ts'
import { Change } from './events-out.ts'
import type { ConfirmationEvolver } from './evolve-confirmations.ts'
import type { HoldEvolver } from './evolve-holds.ts'
import type { OverrideEvolver } from './evolve-overrides.ts'
import { type Judgement, Verdict } from './judgement.ts'
import { type OrderLife, Term } from './order-life.ts'
import { Kind } from './state/names.ts'
import { Ended, ORDER_ENDED } from './state/order-ids.ts'
import { Order } from './state/orders.ts'
import { scratchInts } from './state/scratch.ts'
import type { State } from './state/state.ts'
import type { Watcher } from './watch.ts'

const UNKNOWN_INSTRUMENT = reasonNumber('UNKNOWN_INSTRUMENT')
const UNKNOWN_VENUE = reasonNumber('UNKNOWN_VENUE')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const CLORDID_CONFLICT = reasonNumber('CLORDID_CONFLICT')

const REJECT = 0
const APPROVE = 1
const DUPLICATE = 2
const APPROVED = 0
const WORKING = 1
const PENDING_CANCEL = 2
const UNKNOWN = 3
const FILLED = 5
const REJECTED = 7
const HELD = 3
const SOFT_BLOCK = 4

const MARKET_ACCESS = controlIndex('MARKET_ACCESS')
/** Where the result of MARKET_ACCESS stands in a decision: 16 results of two bits a word. */
const ACCESS_WORD = ORDER_DECIDED.at.results0 + (MARKET_ACCESS >> 4)
const ACCESS_BIT = (MARKET_ACCESS & 15) * 2

const PARENT_CHILD = controlIndex('PARENT_CHILD')
const PARENT_WORD = ORDER_DECIDED.at.results0 + (PARENT_CHILD >> 4)
const PARENT_BIT = (PARENT_CHILD & 15) * 2

const N = NEW_ORDER.at
const R = REPLACE_ORDER.at
const C = CANCEL_ORDER.at
const E = ORDER_DECIDED.at
const M = ORDER_MOVED.at
const D = CANCEL_DECIDED.at
const Q = CANCEL_REQUESTED.at

export type OrderEvolver = ReturnType<typeof createOrderEvolver>

/** `j` is only for what the decision on the same command has found already: hashes, bindings and cells. */
export function createOrderEvolver(
  state: State,
  life: OrderLife,
  j: Judgement,
  content: Content,
  watcher: Watcher,
  confirmations: ConfirmationEvolver,
  overrides: OverrideEvolver,
  holds: HoldEvolver,
) {
  const { ids, orders, limits, names, duplicates } = state
  const { parents } = state
  const { windowCount } = limits
  const { terms } = life
  const { entityOf, clientOf, deskOf } = names
  const { hashDuplicate } = content
  const stamped = scratchInts(Kind.SESSION)
  /** True while a message that was refused is stamped. */
  let isRefused = false

  /** OrderDecided behind a NewOrder. */
  function newDecided(tape: Tape, command: number, event: number): void {
    const { i32 } = tape
    const c = command >> 2
    const e = event >> 2
    const session = i32[c + N.session]!
    if (!names.has(Kind.SESSION, session)) return
    const outcome = i32[e + E.outcome]!
    const reason = i32[e + E.reason]!
    isRefused = outcome === REJECT
    if (parents.made > 0 && isRefused) notice(tape, event, parentNamed(tape, command, session), i32[c + N.strategy]!)
    stamp(session)
    const repeated = outcome === DUPLICATE || reason === CLORDID_CONFLICT
    // The venue is sought last: without it the subjects are known all the same.
    const unnamed = reason >= UNKNOWN_INSTRUMENT && reason < UNKNOWN_VENUE
    const idSlot = i32[e + E.idSlot]!
    // Who is not bound to the account and the trader does not use up their rates.
    const isBound = ((i32[e + ACCESS_WORD]! >> ACCESS_BIT) & 3) !== Verdict.FAIL
    if (!repeated && !unnamed && isBound && idSlot >= 0) {
      stampSubjects(i32[c + N.account]!, i32[c + N.trader]!, i32[c + N.strategy]!)
    }
    if (idSlot < 0) return
    const slot = outcome === APPROVE || outcome === HELD ? i32[e + E.slot]! : -1
    useId(tape, command + N.clOrdID, session, e, slot, -1)
    if (slot >= 0) open(tape, command, event, slot, idSlot, session)
    if (outcome === SOFT_BLOCK) confirmations.blocked(tape, command, event, session)
    else if (isRefused && i32[e + E.rows]! > 0) overrides.refused(tape, command, event)
  }

  function open(tape: Tape, command: number, event: number, slot: number, idSlot: number, session: number): void {
    const { f64, i32 } = tape
    const c = command >> 2
    const f = command >> 3
    const oi = slot * Order.INTS
    const i = orders.i
    i[oi + Order.SIDE] = i32[c + N.side]!
    i[oi + Order.TYPE] = i32[c + N.ordType]!
    i[oi + Order.TIF] = i32[c + N.timeInForce]!
    i[oi + Order.INSTR] = i32[c + N.instrument]!
    i[oi + Order.VENUE] = i32[c + N.venue]!
    i[oi + Order.LOCATE] = i32[c + N.locate]!
    i[oi + Order.SUBJECT + Kind.TRADER] = i32[c + N.trader]!
    i[oi + Order.SUBJECT + Kind.ACCOUNT] = i32[c + N.account]!
    i[oi + Order.SUBJECT + Kind.STRATEGY] = i32[c + N.strategy]!
    i[oi + Order.SUBJECT + Kind.SESSION] = session
    // The cells that the decision just now has found; a recovery, and a first order in a name, finds them as the order opens.
    const isResolved = j.resolvedSeq === state.seq
    for (let kind = 0; kind < 4; kind++) i[(oi + Order.CELL_AT + kind) | 0] = isResolved ? j.cells[kind]! : -1
    terms[Term.QTY] = f64[f + N.orderQty]!
    terms[Term.PX] = f64[f + N.price]!
    terms[Term.STOP] = f64[f + N.stopPx]!
    terms[Term.EXPIRE] = f64[f + N.expireTimeUs]!
    readDecided(tape, event)
    if (parents.made > 0) parents.adopt(slot, parentNamed(tape, command, session))
    life.open(slot, idSlot)
    if (i32[(event >> 2) + E.outcome] === HELD) return holds.began(tape, command, slot)
    // Without a row too: one that is set now counts the orders of its whole window.
    if (j.duplicateSeq !== state.seq) hashDuplicate(tape, command)
    duplicates.remember(j.duplicate0, j.duplicate1, state.timeUs)
  }

  function parentNamed(tape: Tape, command: number, session: number): number {
    return parents.idOf(session, readText(tape, command + N.parentClOrdID, ID_CHARS))
  }

  /** A slice that its parent has no room for: the strategy that sent it has lost count. */
  function notice(tape: Tape, event: number, parent: number, strategy: number): void {
    const isExcess = ((tape.i32[(event >> 2) + PARENT_WORD]! >> PARENT_BIT) & 3) === Verdict.FAIL
    if (isExcess && parents.get(parent) !== undefined) watcher.strayed(strategy)
  }

  /** OrderDecided behind a ReplaceOrder. */
  function replaceDecided(tape: Tape, command: number, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const session = i32[(command >> 2) + R.session]!
    if (!names.has(Kind.SESSION, session)) return
    const slot = i32[e + E.slot]!
    const approved = i32[e + E.outcome] === APPROVE
    isRefused = i32[e + E.outcome] === REJECT
    if (parents.made > 0 && isRefused && slot >= 0) {
      notice(tape, event, parents.parentOf[slot]!, orders.i[slot * Order.INTS + Order.SUBJECT + Kind.STRATEGY]!)
    }
    stamp(session)
    if (slot >= 0) stampOrder(slot)
    else stampEnded(tape, command + R.origClOrdID, session, i32[e + E.reason]!)
    const idSlot = i32[e + E.idSlot]!
    if (idSlot < 0) return
    const version = approved ? i32[e + E.versionSlot]! : -1
    useId(tape, command + R.clOrdID, session, e, approved ? slot : -1, version)
    if (!approved) return
    const f = command >> 3
    terms[Term.QTY] = f64[f + R.orderQty]!
    terms[Term.PX] = f64[f + R.price]!
    terms[Term.STOP] = f64[f + R.stopPx]!
    readDecided(tape, event)
    life.addVersion(slot, version, idSlot)
  }

  /** The clOrdID is used up by the decision whose ints start at `e`. */
  function useId(tape: Tape, at: number, session: number, e: number, slot: number, version: number): void {
    const { i32 } = tape
    // Where the command was decided just now, its id was hashed; a recovery hashes it here.
    const isHashed = j.idSeq === state.seq
    j.idSeq = -1
    const idSlot = ids.add(tape, at, session, isHashed ? j.idHash : ids.hashOf(tape, at, session))
    if (idSlot !== i32[e + E.idSlot]) throw new Error('a clOrdID is not in the slot that its decision names')
    ids.record(idSlot, state.seq, i32[e + E.contentHash0]!, i32[e + E.contentHash1]!, slot, version)
  }

  /** The terms that the decision fixed. */
  function readDecided(tape: Tape, event: number): void {
    const { f64 } = tape
    const f = event >> 3
    terms[Term.V] = f64[f + E.valuationPx]!
    terms[Term.N] = f64[f + E.unitN]!
    terms[Term.D] = f64[f + E.unitD]!
    terms[Term.PROTECTION] = f64[f + E.protectionPx]!
    terms[Term.TOKEN] = f64[f + E.tokenExpiryUs]!
  }

  function cancelDecided(tape: Tape, command: number, event: number): void {
    const session = tape.i32[(command >> 2) + C.session]!
    const slot = tape.i32[(event >> 2) + D.slot]!
    isRefused = false
    if (names.has(Kind.SESSION, session)) stamp(session)
    if (slot < 0) {
      return stampEnded(tape, command + C.origClOrdID, tape.i32[(command >> 2) + C.owner]!, ORDER_TERMINAL)
    }
    stampOrder(slot)
    const at = slot * Order.INTS + Order.STATE
    if (orders.i[at] === APPROVED || orders.i[at] === WORKING) orders.i[at] = PENDING_CANCEL
  }

  /**
   * OrderMoved behind a report, a status, a NotSent or a sweep. `reported`: the market knows the order. `executed`: an
   * execution report says so, whose refusals count.
   */
  function moved(tape: Tape, event: number, reported: boolean, executed: boolean): void {
    const e = event >> 2
    const slot = tape.i32[e + M.slot]!
    const version = tape.i32[e + M.versionSlot]!
    const orderState = tape.i32[e + M.state]!
    if (reported) life.known(slot)
    else if (orderState === UNKNOWN) orders.heard(slot)
    if (executed && isRefusal(tape.i32[e + M.change]!, orderState)) {
      watcher.refused(orders.i[slot * Order.INTS + Order.SUBJECT + Kind.SESSION]!)
      watcher.refused(orders.i[slot * Order.INTS + Order.SUBJECT + Kind.STRATEGY]!)
    }
    switch (tape.i32[e + M.change]) {
      case Change.VERSION_ACCEPTED:
        life.acceptVersion(slot, version)
        break
      case Change.VERSION_DROPPED:
        life.rejectVersion(slot, version)
        break
      case Change.TERMINAL:
        life.end(slot, orderState)
        return
      default:
        break
    }
    orders.i[slot * Order.INTS + Order.STATE] = orderState
    if (life.isExhausted(slot)) life.end(slot, FILLED)
  }

  function cancelRequested(tape: Tape, event: number): void {
    const slot = tape.i32[(event >> 2) + Q.slot]!
    orders.f[slot * Order.NUMS + Order.CANCEL_SEQ] = state.seq
    orders.i[slot * Order.INTS + Order.LATCH] = tape.i32[(event >> 2) + Q.latch]!
  }

  /** Counts the message against the rates of one subject. */
  function stamp(subject: number): void {
    if (windowCount[subject] !== 0) stampWindows(subject)
    if (isRefused === true) watcher.refused(subject)
  }

  function stampWindows(subject: number): void {
    const slots = limits.windowSlots[subject]!
    for (let at = 0; at < slots.length; at++) limits.windows[slots[at]!]!.stamp(state.timeUs)
  }

  /** The subjects of a new order beside its session. */
  function stampSubjects(account: number, trader: number, strategy: number): void {
    stamped[Kind.FIRM] = 0
    stamped[Kind.ENTITY] = entityOf[account]!
    stamped[Kind.CLIENT] = clientOf[account]!
    stamped[Kind.DESK] = deskOf[trader]!
    stamped[Kind.TRADER] = trader
    stamped[Kind.ACCOUNT] = account
    stamped[Kind.STRATEGY] = strategy
    for (let place = 0; place < Kind.SESSION; place++) stamp(stamped[place]!)
  }

  /** The subjects of an order that has ended: its id still says which they were. */
  function stampEnded(tape: Tape, at: number, session: number, reason: number): void {
    if (reason !== ORDER_TERMINAL) return
    const id = ids.find(tape, at, session, ids.hashOf(tape, at, session))
    if (id < 0 || ids.orderOf(id) !== ORDER_ENDED) return
    stampSubjects(ids.endedOf(id, Ended.ACCOUNT), ids.endedOf(id, Ended.TRADER), ids.endedOf(id, Ended.STRATEGY))
  }

  /** The subjects of a live order beside the sending session. */
  function stampOrder(slot: number): void {
    const at = slot * Order.INTS + Order.SUBJECT
    for (let place = 0; place < Kind.SESSION; place++) stamp(orders.i[at + place]!)
  }

  return { newDecided, replaceDecided, cancelDecided, moved, cancelRequested }
}

/** True where the market refused an order, or a version of it. */
function isRefusal(change: number, to: number): boolean {
  return change === Change.VERSION_DROPPED || (change === Change.TERMINAL && to === REJECTED)
}
