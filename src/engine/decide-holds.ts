/**
 * Decides what becomes of held orders (docs/reference/decision.md §19): they are decided again once the orders that they
 * wait for have ended, or refused at their deadline. Changes nothing, writes events.
 */
import { reasonNumber } from '../model/codes.ts'
import { HOLD_DECIDE } from '../model/records/fate-commands.ts'
import { HOLD_ENDED } from '../model/records/fate-events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { ORDER_STATES } from '../model/vocabulary.ts'
import { writeHoldEnded, writeRefused } from './events-out.ts'
import type { Hold } from './state/holds.ts'
import type { State } from './state/state.ts'

const UNKNOWN_ORDER = reasonNumber('UNKNOWN_ORDER')
const ORDER_UNKNOWN_STATE = reasonNumber('ORDER_UNKNOWN_STATE')
const WASH_HOLD_EXPIRED = reasonNumber('WASH_HOLD_EXPIRED')
const RISK_ERROR = reasonNumber('RISK_ERROR')
const HELD = ORDER_STATES.indexOf('HELD')
const REJECTED = ORDER_STATES.indexOf('REJECTED')

/** Writes the decision on a held order that was withdrawn, and the refusal of one that cannot be judged. */
export interface HeldOrders {
  decideHeld(tape: Tape, slot: number): void
  refuseHeld(tape: Tape, slot: number, reason: number): void
}

export class HoldDecider {
  readonly #state: State
  readonly #orders: HeldOrders
  readonly #onError: (error: unknown) => void

  constructor(state: State, orders: HeldOrders, onError: (error: unknown) => void) {
    this.#state = state
    this.#orders = orders
    this.#onError = onError
  }

  /** Takes the order's reservation out, so that it does not stand in its own way; `follow` decides. */
  begin(tape: Tape, offset: number): void {
    const { holds, timeUs } = this.#state
    const { orderSeq, slot } = decode(tape, offset, HOLD_DECIDE)
    const hold = holds.get(slot)
    if (hold === undefined || hold.orderSeq !== orderSeq) return writeRefused(tape, UNKNOWN_ORDER)
    if (!hold.isReady) return writeRefused(tape, ORDER_UNKNOWN_STATE)
    if (hold.deadlineUs <= timeUs) return this.#expire(tape, hold)
    writeHoldEnded(tape, orderSeq, slot, HELD, 0)
  }

  /** Behind a HoldEnded that has taken effect. */
  follow(tape: Tape, event: number): void {
    const { slot, state } = decode(tape, event, HOLD_ENDED)
    if (state !== HELD) return
    const before = tape.end
    try {
      this.#orders.decideHeld(tape, slot)
    } catch (error) {
      tape.end = before
      this.#onError(error)
      this.#orders.refuseHeld(tape, slot, RISK_ERROR)
    }
  }

  /** A HoldDecide that failed: the order is refused, so that it is not asked for again. */
  fail(tape: Tape, offset: number, reason: number): void {
    const { orderSeq, slot } = decode(tape, offset, HOLD_DECIDE)
    const hold = this.#state.holds.get(slot)
    if (hold?.orderSeq !== orderSeq) return writeRefused(tape, reason)
    writeHoldEnded(tape, orderSeq, slot, REJECTED, reason)
  }

  /** The deadline of the order in the slot. */
  expire(tape: Tape, slot: number): void {
    const hold = this.#state.holds.get(slot)
    if (hold === undefined) throw new RangeError(`no held order has the timer ${slot}`)
    this.#expire(tape, hold)
  }

  #expire(tape: Tape, { orderSeq, slot }: Hold): void {
    writeHoldEnded(tape, orderSeq, slot, REJECTED, WASH_HOLD_EXPIRED)
  }
}
