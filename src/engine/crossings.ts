/**
 * The resting orders that an order under judgement could trade with, where its owner has them canceled first
 * (docs/reference/decision.md §19): which they are, and the events that ask for their cancels.
 */
import { HOLD_CROSSINGS } from '../model/bounds.ts'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import type { Tape } from '../model/records/tape.ts'
import { bookPrice, rests } from './controls/self-match.ts'
import { writeCancelRequested, writeHoldWaits } from './events-out.ts'
import { type Judgement, Verdict, X } from './judgement.ts'
import { Kind } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'

const H01 = controlIndex('SELF_MATCH')
const HELD = 4
const CONTROL_COUNT = CONTROLS.length

export function createCrossings(state: State, j: Judgement) {
  const { orders, books, names, ownerOrders } = state
  const { f, i, vf, vi } = orders
  const { x } = j
  /** Slots of the crossing orders. */
  const found: number[] = []

  /**
   * True where nothing but resting orders stands in the way, and their owner has them canceled first. An order that is held
   * itself is not at the market, and is not canceled for another: who crosses it is refused.
   */
  function mayBeAwaited(): boolean {
    if (names.ownerCancelsFirst[j.owner] === 0 || !isAlone()) return false
    found.length = 0
    let isHeld = false
    const first = ownerOrders.firstOf[books.head(j.owner, j.instrument)]!
    for (let slot = first; slot >= 0; slot = ownerOrders.laterOf[slot]!) {
      if (!crosses(slot)) continue
      found.push(slot)
      if (i[slot * Order.INTS + Order.STATE] === HELD) isHeld = true
    }
    return found.length > 0 && !isHeld
  }

  /** True where self-match is all that refuses the order. */
  function isAlone(): boolean {
    for (let control = 0; control < CONTROL_COUNT; control++) {
      if (control !== H01 && j.resultOf(control) === Verdict.FAIL) return false
    }
    return true
  }

  function areTooMany(): boolean {
    return found.length > HOLD_CROSSINGS
  }

  function crosses(slot: number): boolean {
    const oi = slot * Order.INTS
    if (!rests(i[oi + Order.TYPE]!) || (i[oi + Order.SIDE] === 0) === j.buys) return false
    const venue = i[oi + Order.VENUE]!
    const isApart = venue !== j.venue && venue >= 0 && j.venue >= 0
    if (isApart && names.ownerCrossVenue[j.owner] === 0) return false
    if (meets(slot, f[slot * Order.NUMS + Order.PX]!)) return true
    for (let version = i[oi + Order.VERSION]!; version >= 0; version = vi[version * Version.INTS + Version.OLDER]!) {
      if (meets(slot, vf[version * Version.NUMS + Version.PX]!)) return true
    }
    return false
  }

  /** True where the order in the slot, at this price, could trade with the order under judgement. */
  function meets(slot: number, px: number): boolean {
    const own = bookPrice(j.ordType, j.buys, x[X.PX]!)
    const resting = bookPrice(i[slot * Order.INTS + Order.TYPE]!, !j.buys, px)
    return j.buys ? resting <= own : resting >= own
  }

  /** Writes for whom the order in `slot` waits, oldest first, and asks for their cancels where nobody has yet. */
  function write(tape: Tape, slot: number): void {
    const seqOf = (of: number) => f[of * Order.NUMS + Order.SEQ]!
    for (const crossing of found.sort((a, b) => seqOf(a) - seqOf(b))) {
      writeHoldWaits(tape, state.seq, slot, seqOf(crossing), crossing)
      if (f[crossing * Order.NUMS + Order.CANCEL_SEQ] !== 0) continue
      const session = i[crossing * Order.INTS + Order.SUBJECT + Kind.SESSION]!
      writeCancelRequested(tape, seqOf(crossing), crossing, -1, session)
    }
  }

  return { mayBeAwaited, areTooMany, write }
}
