/** Applies what becomes of held orders: for whom they wait, that they are decided again, and their end. */
import { reasonNumber } from '../model/codes.ts'
import { controlIndex } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { ORDER_DECIDED } from '../model/records/events.ts'
import { HOLD_DECIDE } from '../model/records/fate-commands.ts'
import { HOLD_ENDED, HOLD_WAITS } from '../model/records/fate-events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { FIRST_TERMINAL_STATE, ORDER_STATES } from '../model/vocabulary.ts'
import { type Content, confirmSeqAt, holdUsAt } from './content.ts'
import { type Judgement, Verdict } from './judgement.ts'
import { type OrderLife, Term } from './order-life.ts'
import { Kind } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { Watcher } from './watch.ts'

const HOLD_US = parameterIndex('holdUs')
const HELD = ORDER_STATES.indexOf('HELD')
const REJECTED = ORDER_STATES.indexOf('REJECTED')
const WASH_HOLD_EXPIRED = reasonNumber('WASH_HOLD_EXPIRED')
const RISK_ERROR = reasonNumber('RISK_ERROR')
const APPROVE = 1
const PARENT_CHILD = controlIndex('PARENT_CHILD')
const PARENT_WORD = ORDER_DECIDED.at.results0 + (PARENT_CHILD >> 4)
const PARENT_BIT = (PARENT_CHILD & 15) * 2

export type HoldEvolver = ReturnType<typeof createHoldEvolver>

/** `j` is only for the scratch of the hashes. */
export function createHoldEvolver(state: State, life: OrderLife, j: Judgement, content: Content, watcher: Watcher) {
  const { orders, holds, parameters, duplicates, parents } = state
  const { i } = orders
  const { terms } = life

  /** The order in the slot, just opened by the NewOrder at `command`, is held. */
  function began(tape: Tape, command: number, slot: number): void {
    const confirmSeq = confirmSeqAt(tape, command)
    const holdUs = holdUsAt(tape, command)
    content.hashNewOrder(tape, command)
    content.hashDuplicate(tape, command)
    const hashes = { order0: j.order0, order1: j.order1, duplicate0: j.duplicate0, duplicate1: j.duplicate1 }
    const deadlineUs = state.timeUs + (holdUs > 0 ? holdUs : parameters[HOLD_US]!)
    i[slot * Order.INTS + Order.STATE] = HELD
    // Nobody can have sent it: no report is awaited.
    orders.heard(slot)
    holds.add({ slot, orderSeq: state.seq, deadlineUs, confirmSeq, ...hashes, waitsFor: [], isReady: false })
  }

  function waits(tape: Tape, event: number): void {
    const { slot, crossingSlot } = decode(tape, event, HOLD_WAITS)
    holds.wait(slot, crossingSlot)
  }

  function ended(tape: Tape, event: number): void {
    const { slot, state: to, reason } = decode(tape, event, HOLD_ENDED)
    if (to === HELD) return life.withdraw(slot)
    if (reason === WASH_HOLD_EXPIRED || reason === RISK_ERROR) countRefusal(slot)
    holds.remove(slot)
    if (to < FIRST_TERMINAL_STATE) {
      i[slot * Order.INTS + Order.STATE] = to
      return
    }
    life.withdraw(slot)
    life.close(slot, to)
  }

  /** OrderDecided behind a HoldDecide. */
  function decided(tape: Tape, command: number, event: number): void {
    const { slot } = decode(tape, command, HOLD_DECIDE)
    const e = event >> 2
    const hold = holds.get(slot)!
    if (tape.i32[e + ORDER_DECIDED.at.outcome] === APPROVE) {
      holds.remove(slot)
      readTerms(tape, event)
      life.approve(slot)
      return duplicates.remember(hold.duplicate0, hold.duplicate1, state.timeUs)
    }
    const isExcess = ((tape.i32[e + PARENT_WORD]! >> PARENT_BIT) & 3) === Verdict.FAIL
    if (parents.made > 0 && isExcess && parents.get(parents.parentOf[slot]!) !== undefined) {
      watcher.strayed(i[slot * Order.INTS + Order.SUBJECT + Kind.STRATEGY]!)
    }
    countRefusal(slot)
    life.close(slot, REJECTED)
  }

  function readTerms(tape: Tape, event: number): void {
    const { f64 } = tape
    const f = event >> 3
    terms[Term.V] = f64[f + ORDER_DECIDED.at.valuationPx]!
    terms[Term.N] = f64[f + ORDER_DECIDED.at.unitN]!
    terms[Term.D] = f64[f + ORDER_DECIDED.at.unitD]!
    terms[Term.PROTECTION] = f64[f + ORDER_DECIDED.at.protectionPx]!
    terms[Term.TOKEN] = f64[f + ORDER_DECIDED.at.tokenExpiryUs]!
  }

  /** The refusal of a new order, at its subjects: the session's first. */
  function countRefusal(slot: number): void {
    const at = slot * Order.INTS + Order.SUBJECT
    watcher.refused(i[at + Kind.SESSION]!)
    for (let place = 0; place < Kind.SESSION; place++) watcher.refused(i[at + place]!)
  }

  return { began, waits, ended, decided }
}
