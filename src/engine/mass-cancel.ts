/**
 * All orders of a session are canceled together: because it asks, or because its connection was lost and it did not come
 * back in time. The gate looks through the orders by steps, between the commands of others.
 */
import { SWEEP_ORDERS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { WriteCommand } from '../model/engine-port.ts'
import { MASS_CANCEL, SESSION_STATUS } from '../model/records/connection-commands.ts'
import { SWEPT } from '../model/records/events.ts'
import { MASS_CANCEL_BEGUN } from '../model/records/fate-events.ts'
import { decode, encode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { MASS_CANCEL_ORDERS, SESSION_STATUSES, TIMER_KINDS, TIMES_IN_FORCE } from '../model/vocabulary.ts'
import { writeApplied, writeCancelRequested, writeHoldEnded, writeRefused, writeSwept } from './events-out.ts'
import { Kind } from './state/names.ts'
import type { OrderSweep } from './state/order-sweeps.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const HOLD_ENDED = reasonNumber('HOLD_ENDED')
const NONE = MASS_CANCEL_ORDERS.indexOf('NONE')
const DAY = MASS_CANCEL_ORDERS.indexOf('DAY')
const LOST = SESSION_STATUSES.indexOf('LOST')
const ON = SESSION_STATUSES.indexOf('ON')
const DISCONNECT = TIMER_KINDS.indexOf('DISCONNECT')
const HELD = 4
const CANCELED = 6
const GRACE_US_MAX = 3_600_000_000
const OUTLIVE_THE_DAY: readonly number[] = [TIMES_IN_FORCE.indexOf('GTC'), TIMES_IN_FORCE.indexOf('GTD')]

export type MassCancel = ReturnType<typeof createMassCancel>

export function createMassCancel(state: State) {
  const { massCancels, cancelsOnDisconnect, orders, names, timers } = state
  const { f, i } = orders

  /** A session asks for its own, or the gate for any session's. */
  function decide(tape: Tape, offset: number): void {
    const command = decode(tape, offset, MASS_CANCEL)
    const { session, owner } = command
    if (command.sweep !== 0) return step(tape, command)
    if (!names.has(Kind.SESSION, owner)) return writeRefused(tape, UNKNOWN_NAME, MASS_CANCEL.at.owner)
    if (!isOwn(command) && session !== owner) return writeRefused(tape, INVALID_VALUE, MASS_CANCEL.at.owner)
    if (command.orders === NONE || MASS_CANCEL_ORDERS[command.orders] === undefined) {
      return writeRefused(tape, INVALID_VALUE, MASS_CANCEL.at.orders)
    }
    writeApplied(tape, owner)
  }

  function step(tape: Tape, command: RecordOf<typeof MASS_CANCEL>): void {
    const sweep = massCancels.get(command.owner)
    if (sweep === undefined || sweep.fromSlot !== command.sweep - 1 || !isOwn(command)) {
      return writeRefused(tape, INVALID_VALUE, MASS_CANCEL.at.sweep)
    }
    const end = Math.min(sweep.fromSlot + SWEEP_ORDERS, orders.top())
    for (let slot = sweep.fromSlot; slot < end; slot++) {
      if (!isMeant(slot, sweep)) continue
      const orderSeq = f[slot * Order.NUMS + Order.SEQ]!
      // What is held is not at the market: it ends here.
      if (i[slot * Order.INTS + Order.STATE] === HELD) writeHoldEnded(tape, orderSeq, slot, CANCELED, HOLD_ENDED)
      else writeCancelRequested(tape, orderSeq, slot, -1, command.owner)
    }
    writeSwept(tape, -1, end >= orders.top() ? -1 : end)
  }

  /** A live order of the session whose cancel nobody has asked for. */
  function isMeant(slot: number, { about, untilSeq, orders: which }: OrderSweep): boolean {
    const oi = slot * Order.INTS
    const n = slot * Order.NUMS
    if (i[oi + Order.LIVE] === 0 || i[oi + Order.SUBJECT + Kind.SESSION] !== about) return false
    if (f[n + Order.SEQ]! > untilSeq || f[n + Order.CANCEL_SEQ] !== 0) return false
    return which !== DAY || !OUTLIVE_THE_DAY.includes(i[oi + Order.TIF]!)
  }

  /** The gate alone says what a session's connection is. */
  function status(tape: Tape, offset: number): void {
    const command = decode(tape, offset, SESSION_STATUS)
    const { owner, graceUs } = command
    if (!isOwn(command)) return writeRefused(tape, INVALID_VALUE, SESSION_STATUS.at.session)
    if (!names.has(Kind.SESSION, owner)) return writeRefused(tape, UNKNOWN_NAME, SESSION_STATUS.at.owner)
    if (SESSION_STATUSES[command.status] === undefined) {
      return writeRefused(tape, INVALID_VALUE, SESSION_STATUS.at.status)
    }
    if (MASS_CANCEL_ORDERS[command.orders] === undefined) {
      return writeRefused(tape, INVALID_VALUE, SESSION_STATUS.at.orders)
    }
    if (!(graceUs >= 0 && graceUs <= GRACE_US_MAX)) return writeRefused(tape, INVALID_VALUE, SESSION_STATUS.at.graceUs)
    writeApplied(tape, owner)
  }

  /** The time to come back is over. */
  function expire(tape: Tape, session: number): void {
    const lost = cancelsOnDisconnect.get(session)
    if (lost !== undefined) encode(tape, MASS_CANCEL_BEGUN, { owner: session, orders: lost.orders })
  }

  function begun(tape: Tape, command: number): void {
    const { owner, orders: which } = decode(tape, command, MASS_CANCEL)
    massCancels.begin(owner, state.seq, which)
  }

  /** MassCancelBegun. */
  function expired(tape: Tape, event: number): void {
    const { owner, orders: which } = decode(tape, event, MASS_CANCEL_BEGUN)
    cancelsOnDisconnect.remove(owner)
    massCancels.begin(owner, state.seq, which)
  }

  /** Swept behind a MassCancel. */
  function swept(tape: Tape, command: number, event: number): void {
    massCancels.swept(decode(tape, command, MASS_CANCEL).owner, decode(tape, event, SWEPT).nextSlot)
  }

  function told(tape: Tape, command: number): void {
    const { owner, status: now, orders: which, graceUs } = decode(tape, command, SESSION_STATUS)
    if (now === LOST) return lost(owner)
    timers.clear(DISCONNECT, owner)
    if (now === ON && which !== NONE) cancelsOnDisconnect.set({ session: owner, orders: which, graceUs })
    else cancelsOnDisconnect.remove(owner)
  }

  /** A session that is lost already has no more time than it had: a gate that starts again says of each that it is lost. */
  function lost(session: number): void {
    const one = cancelsOnDisconnect.get(session)
    if (one !== undefined && !timers.has(DISCONNECT, session))
      timers.set(DISCONNECT, session, state.timeUs + one.graceUs)
  }

  /** The step that comes next; null where no orders are being canceled together. */
  function nextStep(): WriteCommand | null {
    const sweep = massCancels.first()
    if (sweep === undefined) return null
    const { about: owner, orders: which, fromSlot } = sweep
    return (tape) =>
      encode(tape, MASS_CANCEL, { session: -1, principal: -1, owner, orders: which, sweep: fromSlot + 1 })
  }

  return { decide, status, expire, begun, expired, swept, told, nextStep }
}

/** True of a command of the gate itself. */
function isOwn({ session, principal }: { readonly session: number; readonly principal: number }): boolean {
  return session === -1 && principal === -1
}
