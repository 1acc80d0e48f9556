/**
 * The close of a venue: an order that ends with the day and of whose end no report came is not taken to have ended. Its
 * fate is unknown, and it stays reserved. The gate looks through the orders by steps, between the commands of others.
 */
import { SWEEP_ORDERS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { WriteCommand } from '../model/engine-port.ts'
import { SESSION_PHASE } from '../model/records/commands.ts'
import { SWEPT } from '../model/records/events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { SESSION_PHASES, TIMES_IN_FORCE } from '../model/vocabulary.ts'
import { Change, writeMoved, writeRefused, writeSwept } from './events-out.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CLOSED = SESSION_PHASES.indexOf('CLOSED')
const UNKNOWN = 3
const HELD = 4
const OUTLIVE_THE_DAY: readonly number[] = [TIMES_IN_FORCE.indexOf('GTC'), TIMES_IN_FORCE.indexOf('GTD')]

export type Close = ReturnType<typeof createClose>

export function createClose(state: State) {
  const { closings, orders } = state
  const { f, i } = orders

  /** The step that comes next, as the SessionPhase of the gate itself; null where no venue is being looked through. */
  function nextStep(): WriteCommand | null {
    const closing = closings.first()
    if (closing === undefined) return null
    const { about: venue, fromSlot } = closing
    return (tape) =>
      encode(tape, SESSION_PHASE, { session: -1, principal: -1, venue, phase: CLOSED, sweep: fromSlot + 1 })
  }

  /** True where the SessionPhase is a step; its events are then written. */
  function step(tape: Tape, offset: number): boolean {
    const { venue, sweep, session, principal } = decode(tape, offset, SESSION_PHASE)
    if (sweep === 0) return false
    const closing = closings.get(venue)
    const isOwn = session === -1 && principal === -1
    if (closing === undefined || closing.fromSlot !== sweep - 1 || !isOwn) {
      writeRefused(tape, INVALID_VALUE, SESSION_PHASE.at.sweep)
      return true
    }
    const end = Math.min(closing.fromSlot + SWEEP_ORDERS, orders.top())
    for (let slot = closing.fromSlot; slot < end; slot++) {
      if (isLost(slot, venue, closing.untilSeq)) {
        writeMoved(tape, f, slot * Order.NUMS + Order.SEQ, slot, UNKNOWN, -1, Change.STATE_ONLY)
      }
    }
    writeSwept(tape, -1, end >= orders.top() ? -1 : end)
    return true
  }

  function isLost(slot: number, venue: number, closedSeq: number): boolean {
    const oi = slot * Order.INTS
    const standing = i[oi + Order.STATE]!
    if (i[oi + Order.LIVE] === 0 || standing === UNKNOWN || standing === HELD) return false
    if (i[oi + Order.VENUE] !== venue || f[slot * Order.NUMS + Order.SEQ]! > closedSeq) return false
    return !OUTLIVE_THE_DAY.includes(i[oi + Order.TIF]!)
  }

  /** Applied behind a SessionPhase. */
  function phase(venue: number, now: number): void {
    const was = state.venuePhase[venue]
    state.venuePhase[venue] = now
    if (now === CLOSED && was !== CLOSED) closings.begin(venue, state.seq, 0)
  }

  /** Swept behind a SessionPhase. */
  function swept(tape: Tape, command: number, event: number): void {
    const { venue } = decode(tape, command, SESSION_PHASE)
    const { nextSlot } = decode(tape, event, SWEPT)
    closings.swept(venue, nextSlot)
  }

  return { nextStep, step, phase, swept }
}
