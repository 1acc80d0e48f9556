/**
 * Decides what leaves an order's fate unknown no longer, a status from the execution source or two people's word, and that a
 * stop has become live (docs/reference/decision.md §11). Changes nothing, writes events.
 */
import { reasonNumber } from '../model/codes.ts'
import { ORDER_STATUS, ORDER_TRIGGERED, RESOLVE_ORDER } from '../model/records/fate-commands.ts'
import { ORDER_ALARMED } from '../model/records/fate-events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { DUTIES, FIRST_TERMINAL_STATE, ORDER_STATES, ORDER_STATUSES } from '../model/vocabulary.ts'
import { Change, writeApplied, writeMoved, writeRefused } from './events-out.ts'
import { type OrderFinder, Sought } from './find-order.ts'
import { Kind } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { Trigger } from './trigger.ts'

const UNKNOWN_ORDER = reasonNumber('UNKNOWN_ORDER')
const ORDER_TERMINAL = reasonNumber('ORDER_TERMINAL')
const ORDER_UNKNOWN_STATE = reasonNumber('ORDER_UNKNOWN_STATE')
const EXEC_CONFLICT = reasonNumber('EXEC_CONFLICT')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CUM_QTY_MISMATCH = reasonNumber('CUM_QTY_MISMATCH')
const NOT_EXECUTION_SOURCE = reasonNumber('NOT_EXECUTION_SOURCE')
const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const NOT_REQUESTED = reasonNumber('NOT_REQUESTED')
const MAKER_IS_CHECKER = reasonNumber('MAKER_IS_CHECKER')
const CAPACITY = reasonNumber('CAPACITY')
const NOT_A_STOP = reasonNumber('NOT_A_STOP')

const APPROVED = 0
const [WORKING, PENDING_CANCEL, UNKNOWN, HELD, FILLED, CANCELED, REJECTED, EXPIRED, NOT_SENT] = ORDER_STATES.map(
  (_, index) => index,
).slice(1) as [number, number, number, number, number, number, number, number, number]
const NOT_FOUND = ORDER_STATUSES.indexOf('NOT_FOUND')
const STATUS_FILLED = ORDER_STATUSES.indexOf('FILLED')
const STATUS_PENDING_CANCEL = ORDER_STATUSES.indexOf('PENDING_CANCEL')
/** State that a status ends an order in, by index in ORDER_STATUSES. */
const ENDS: readonly (number | undefined)[] = [undefined, undefined, FILLED, CANCELED, REJECTED, EXPIRED, undefined]

const S = ORDER_STATUS.at
const R = RESOLVE_ORDER.at
const T = ORDER_TRIGGERED.at

export type FateDecider = ReturnType<typeof createFateDecider>

export function createFateDecider(state: State, find: OrderFinder, trigger: Trigger) {
  const { orders, sources, resolutions, names } = state
  const { f, i, vf, vi } = orders

  function status(tape: Tape, offset: number): void {
    const command = decode(tape, offset, ORDER_STATUS)
    if (ORDER_STATUSES[command.status] === undefined) return writeRefused(tape, INVALID_VALUE, S.status)
    if (!Number.isSafeInteger(command.cumQty) || command.cumQty < 0) {
      return writeRefused(tape, INVALID_VALUE, S.cumQty)
    }
    const { orderSlot, owner, instrument } = command
    const slot = find.told(tape, (offset >> 3) + S.orderSeq, orderSlot, offset + S.clOrdID, owner)
    const isOther = slot >= 0 && instrument >= 0 && instrument !== i[slot * Order.INTS + Order.INSTR]
    const refusal = isOther ? EXEC_CONFLICT : refusalOf(slot, command.session)
    if (refusal !== 0) return writeRefused(tape, refusal)
    settle(tape, slot, command.status, command.cumQty)
  }

  /** Why `session` may not say anything of the order that was found: 0 where it may. */
  function refusalOf(slot: number, session: number): number {
    if (slot === Sought.CONFLICT) return EXEC_CONFLICT
    if (slot < 0) return slot === Sought.ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER
    const oi = slot * Order.INTS
    const isSource = sources.isSource(i[oi + Order.SUBJECT + Kind.ACCOUNT]!, i[oi + Order.VENUE]!, session)
    return isSource ? 0 : NOT_EXECUTION_SOURCE
  }

  /** The source says that a stop has become live: that it was told before changes nothing. */
  function triggered(tape: Tape, offset: number): void {
    const { orderSlot, owner, session } = decode(tape, offset, ORDER_TRIGGERED)
    const slot = find.told(tape, (offset >> 3) + T.orderSeq, orderSlot, offset + T.clOrdID, owner)
    const refusal = refusalOf(slot, session)
    if (refusal !== 0) return writeRefused(tape, refusal)
    const standing = i[slot * Order.INTS + Order.STATE]!
    if (standing === HELD) return writeRefused(tape, ORDER_UNKNOWN_STATE)
    if (trigger.isWaiting(slot)) return trigger.write(tape, slot, true)
    if (!trigger.hasBeen(slot)) return writeRefused(tape, NOT_A_STOP)
    move(tape, slot, standing === APPROVED || standing === UNKNOWN ? WORKING : standing, Change.STATE_ONLY)
  }

  function settle(tape: Tape, slot: number, told: number, cumQty: number): void {
    const standing = i[slot * Order.INTS + Order.STATE]!
    if (standing === HELD || (told === NOT_FOUND && !canBeLost(slot, standing))) {
      return writeRefused(tape, ORDER_UNKNOWN_STATE)
    }
    const cum = f[slot * Order.NUMS + Order.CUM]!
    if (cumQty !== cum || (told === STATUS_FILLED && cum < leastQty(slot))) return miss(tape, slot, cumQty, cum)
    if (told === NOT_FOUND) return move(tape, slot, isReported(slot) ? EXPIRED : NOT_SENT, Change.TERMINAL)
    const end = ENDS[told]
    if (end !== undefined) return move(tape, slot, end, Change.TERMINAL)
    const isCanceling = told === STATUS_PENDING_CANCEL || standing === PENDING_CANCEL
    move(tape, slot, isCanceling ? PENDING_CANCEL : WORKING, Change.STATE_ONLY)
  }

  /** What the source does not find may still be on its way to it while a token lives, or a replace pends. */
  function canBeLost(slot: number, standing: number): boolean {
    if (standing !== UNKNOWN || i[slot * Order.INTS + Order.VERSIONS]! > 0) return false
    return f[slot * Order.NUMS + Order.TOKEN]! < state.timeUs
  }

  function isReported(slot: number): boolean {
    return i[slot * Order.INTS + Order.REPORTED] !== 0
  }

  /** The smallest quantity of the order's versions. */
  function leastQty(slot: number): number {
    let least = f[slot * Order.NUMS + Order.QTY]!
    for (let version = i[slot * Order.INTS + Order.VERSION]!; version >= 0; ) {
      least = Math.min(least, vf[version * Version.NUMS + Version.QTY]!)
      version = vi[version * Version.INTS + Version.OLDER]!
    }
    return least
  }

  /** Executions are missing here or there: nothing is released before they are booked. */
  function miss(tape: Tape, slot: number, told: number, booked: number): void {
    move(tape, slot, UNKNOWN, Change.STATE_ONLY)
    const orderSeq = f[slot * Order.NUMS + Order.SEQ]!
    encode(tape, ORDER_ALARMED, { orderSeq, told, booked, slot, alarm: CUM_QTY_MISMATCH })
  }

  function move(tape: Tape, slot: number, to: number, change: number): void {
    writeMoved(tape, f, slot * Order.NUMS + Order.SEQ, slot, to, -1, change)
  }

  function resolve(tape: Tape, offset: number): void {
    const command = decode(tape, offset, RESOLVE_ORDER)
    const slot = find.byOrderID(tape, (offset >> 3) + R.orderSeq, command.orderSlot)
    if (slot < 0) return writeRefused(tape, slot === Sought.ENDED ? ORDER_TERMINAL : UNKNOWN_ORDER)
    const { step, principal } = command
    if (step !== 0 && step !== 1) return writeRefused(tape, INVALID_VALUE, R.step)
    if (!isPersonWith(principal, step)) return writeRefused(tape, DUTY_MISSING, R.principal)
    if (command.state < FIRST_TERMINAL_STATE || ORDER_STATES[command.state] === undefined) {
      return writeRefused(tape, INVALID_VALUE, R.state)
    }
    if (i[slot * Order.INTS + Order.STATE] !== UNKNOWN) return writeRefused(tape, ORDER_UNKNOWN_STATE)
    const asked = resolutions.of(command.orderSeq)
    if (step === 0) {
      if (asked === undefined && resolutions.isFull()) return writeRefused(tape, CAPACITY)
      return writeApplied(tape)
    }
    if (asked === undefined || asked.state !== command.state) return writeRefused(tape, NOT_REQUESTED)
    if (asked.principal === principal) return writeRefused(tape, MAKER_IS_CHECKER, R.principal)
    move(tape, slot, command.state, Change.TERMINAL)
  }

  function isPersonWith(principal: number, step: number): boolean {
    const duty = 1 << DUTIES.indexOf(step === 0 ? 'release:request' : 'release:approve')
    if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false
    return (names.duties[principal]! & duty) !== 0
  }

  /** Applied behind the request of a ResolveOrder. */
  function resolveAsked(tape: Tape, offset: number): void {
    const { orderSeq, state: end, principal } = decode(tape, offset, RESOLVE_ORDER)
    resolutions.ask(orderSeq, { state: end, principal })
  }

  return { status, triggered, resolve, resolveAsked }
}
