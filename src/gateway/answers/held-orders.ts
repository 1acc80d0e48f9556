/**
 * Orders that are held: who waits for the answer, and what it was. The decision comes with another command than the order's
 * own, a cancel's report, a kill, a deadline, so it is found in the durable blocks and goes to whoever asked by the order.
 */
import { NEW_ORDER } from '../../model/records/commands.ts'
import { isCommandAt, ORDER_DECIDED } from '../../model/records/events.ts'
import { HOLD_DECIDE } from '../../model/records/fate-commands.ts'
import { HOLD_ENDED } from '../../model/records/fate-events.ts'
import { lengthAt, Tape, typeAt } from '../../model/records/tape.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import type { Remembered } from './decision-memory.ts'

/** Answers that are kept for repeats; older ones are in the journal. */
const KEPT = 4_096
const HELD = ORDER_STATES.indexOf('HELD')

/** Somebody who has sent a held order, first or again. */
export interface Waiter {
  /** Told once; the decision may be read during the call only. */
  tell(decision: Remembered): void
  /** The gate ends before there is an answer. */
  giveUp(): void
}

interface Held {
  /** The NewOrder; undefined where it came before this process and nobody has sent it again. */
  order: Uint8Array | undefined
  instrument: number
  readonly waiters: Waiter[]
}

export class HeldOrders {
  readonly #held = new Map<number, Held>()
  /** The order with what was decided on it, by the order's sequence number, oldest first. */
  readonly #decided = new Map<number, Remembered>()
  #isClosed = false

  /** @param held sequence numbers of the orders that are held when the gate starts */
  constructor(held: Iterable<number>) {
    for (const orderSeq of held) this.#held.set(orderSeq, { order: undefined, instrument: -1, waiters: [] })
  }

  isHeld(orderSeq: number): boolean {
    return this.#held.has(orderSeq)
  }

  /** What was decided on an order that was held; undefined where that is not known any more. */
  decided(orderSeq: number): Remembered | undefined {
    return this.#decided.get(orderSeq)
  }

  /** The order is held: keeps its NewOrder, which may be a repeat. */
  keep(orderSeq: number, tape: Tape, command: number, instrument: number): void {
    const held = this.#held.get(orderSeq) ?? { order: undefined, instrument, waiters: [] }
    this.#held.set(orderSeq, held)
    if (held.order !== undefined) return
    held.order = tape.u8.slice(command, command + lengthAt(tape, command))
    held.instrument = instrument
  }

  /** Somebody waits for the answer to a held order. */
  wait(orderSeq: number, waiter: Waiter): void {
    if (this.#isClosed) waiter.giveUp()
    else this.#held.get(orderSeq)?.waiters.push(waiter)
  }

  /** Looks through durable entries for answers to held orders. */
  published(tape: Tape, start: number, end: number): void {
    if (this.#held.size === 0) return
    let command = start
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (isCommandAt(tape, at)) command = at
      else if (isAnswer(tape, command, at)) this.#answer(tape, command, at)
    }
  }

  #answer(tape: Tape, command: number, event: number): void {
    const orderSeq = orderSeqAt(tape, event)
    const held = this.#held.get(orderSeq)
    if (held === undefined) return
    this.#held.delete(orderSeq)
    if (held.order === undefined) return
    const decision = decisionOn(held.order, held.instrument, tape, command, event)
    this.#decided.set(orderSeq, decision)
    for (const oldest of this.#decided.keys()) {
      if (this.#decided.size <= KEPT) break
      this.#decided.delete(oldest)
    }
    let fault: unknown
    for (const waiter of held.waiters) {
      // One that cannot be told is no reason to leave the others without an answer.
      try {
        waiter.tell(decision)
      } catch (cause) {
        fault ??= cause
      }
    }
    if (fault !== undefined) throw fault
  }

  /** Nothing is answered any more; the orders stay held. */
  close(): void {
    this.#isClosed = true
    for (const { waiters } of this.#held.values()) for (const waiter of waiters.splice(0)) waiter.giveUp()
  }
}

/** Sequence number of the held order that the event answers; 0 where it answers none. */
export function heldOrderOf(tape: Tape, command: number, event: number): number {
  return isAnswer(tape, command, event) ? orderSeqAt(tape, event) : 0
}

function orderSeqAt(tape: Tape, event: number): number {
  const at = typeAt(tape, event) === HOLD_ENDED.type ? HOLD_ENDED.at.orderSeq : ORDER_DECIDED.at.orderSeq
  return tape.f64[(event >> 3) + at] as number
}

/** True where the event ends a hold for good: it is not only taken out to be decided on. */
function isAnswer(tape: Tape, command: number, event: number): boolean {
  const type = typeAt(tape, event)
  if (type === HOLD_ENDED.type) return tape.i32[(event >> 2) + HOLD_ENDED.at.state] !== HELD
  return type === ORDER_DECIDED.type && typeAt(tape, command) === HOLD_DECIDE.type
}

/** The order as if it had come with the command that decided on it, and the event behind it. */
function decisionOn(order: Uint8Array, instrument: number, from: Tape, command: number, event: number): Remembered {
  const bytes = lengthAt(from, event)
  const tape = Tape.ofBytes(order.byteLength + bytes)
  tape.u8.set(order)
  tape.u8.set(from.u8.subarray(event, event + bytes), order.byteLength)
  tape.end = order.byteLength + bytes
  const { seq, timeUs } = NEW_ORDER.at
  tape.f64[seq] = from.f64[(command >> 3) + seq] as number
  tape.f64[timeUs] = from.f64[(command >> 3) + timeUs] as number
  return { tape, command: 0, decision: order.byteLength, instrument }
}
