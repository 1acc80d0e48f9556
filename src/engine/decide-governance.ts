/** Decides limits, kills, sweeps and releases; and, afterwards, whether a limit stands below its use. */
import { SWEEP_ORDERS, WARN_LEVELS } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { MAX } from '../model/numbers.ts'
import { KILL, KILL_SWEEP, LIMIT, RELEASE } from '../model/records/commands.ts'
import { LIMIT_BREACHED } from '../model/records/events.ts'
import { decode, encode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { DUTIES, ORDER_STATES, SESSION_PHASES, TRADING_STATES } from '../model/vocabulary.ts'
import { latchCoversOrder } from './controls/trading-state.ts'
import { writeApplied, writeCancelRequested, writeHoldEnded, writeRefused, writeSwept } from './events-out.ts'
import { openItem } from './release-checklist.ts'
import { ENFORCED } from './row-relief.ts'
import { LATCHES_MAX } from './state/latches.ts'
import { Row } from './state/limit-row.ts'
import {
  B03,
  B04,
  B08,
  B09,
  B12,
  C01,
  C03,
  C06,
  D01L,
  D01S,
  D02,
  D05,
  D08,
  E05,
  limitKey,
} from './state/limit-version.ts'
import { Kind } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'
import { rowUse } from './view-rows.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const UNKNOWN_LATCH = reasonNumber('UNKNOWN_LATCH')
const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const MAKER_IS_CHECKER = reasonNumber('MAKER_IS_CHECKER')
const NOT_REQUESTED = reasonNumber('NOT_REQUESTED')
const KILLED = reasonNumber('KILLED')
const LIMIT_BELOW_USE = reasonNumber('LIMIT_BELOW_USE')

const RELEASE_REQUEST = 1 << DUTIES.indexOf('release:request')
const RELEASE_APPROVE = 1 << DUTIES.indexOf('release:approve')
const HELD = ORDER_STATES.indexOf('HELD')
const CANCELED = ORDER_STATES.indexOf('CANCELED')
const REMOVE = 1
/** What rests beyond the limit is cancelled: of a row that refuses, and whose use is what rests. */
const ENFORCE_ON_RESTING = 2
const TEMPORARY = 4
const FLAGS_MAX = 15
const INSTRUMENT_OBJECT = 1
const SECTOR_OBJECT = 3
const DAY_US = 86_400_000_000
/** Largest count that a message rate can be limited to and still be logged stamp by stamp. */
const RATE_MAX = 1_000_000

export class GovernanceDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  limit(tape: Tape, offset: number): void {
    const { limits } = this.#state
    const command = decode(tape, offset, LIMIT)
    const field = this.#badField(command)
    if (field !== null) return writeRefused(tape, field[0], field[1])
    const { control, subject, objectKind, param, phase } = command
    const key = limitKey(control, subject, objectKind, objectNamed(command), param, phase)
    const slot = limits.slotOf(key)
    if (command.effectiveUs > this.#state.timeUs) {
      return this.#state.limitTerms.isFull() ? writeRefused(tape, CAPACITY) : writeApplied(tape)
    }
    const previous = slot < 0 ? -1 : limits.i[slot * Row.INTS + Row.ID]!
    if ((command.flags & REMOVE) !== 0) {
      if (slot < 0) return writeRefused(tape, UNKNOWN_NAME, LIMIT.at.control)
      return writeApplied(tape, limits.versions.length, slot, previous)
    }
    if (slot < 0 && (limits.isFull() || limits.entriesAreFull() || this.#state.metrics.isFull())) {
      return writeRefused(tape, CAPACITY)
    }
    // A row for each object opens one for every object that stands, at most one an instrument.
    const opensMany = slot < 0 && command.objectKind !== 0 && command.object === -1
    if (opensMany && !limits.objects.fits(this.#state.instruments.count)) return writeRefused(tape, CAPACITY)
    writeApplied(tape, limits.versions.length, slot < 0 ? limits.nextSlot() : slot, previous)
  }

  /** Reason and field of the first value that is not allowed; null where all are. */
  #badField(command: RecordOf<typeof LIMIT>): readonly [number, number] | null {
    const { names, instruments } = this.#state
    const at = LIMIT.at
    const { control, subject, objectKind, object } = command
    const bad = (field: number) => [INVALID_VALUE, field] as const
    if (CONTROLS[control]?.family !== 'limit') return bad(at.control)
    if (!(subject >= 0 && subject < names.count(0))) return [UNKNOWN_NAME, at.subject]
    if (!(objectKind >= 0 && objectKind <= 5)) return bad(at.objectKind)
    if (objectKind !== 0 && object < -1) return bad(at.object)
    if (objectKind !== 0 && object >= 0) {
      const known = [
        false,
        object < instruments.count,
        object < instruments.count,
        names.has(Kind.SECTOR, object),
        names.has(Kind.ASSET_CLASS, object),
        names.has(Kind.VENUE, object),
      ]
      if (!known[objectKind]) return [UNKNOWN_NAME, at.object]
    }
    if (
      (control === C01 || control === B09 || control === C06 || control === E05 || control === B12) &&
      objectKind !== 0
    ) {
      return bad(at.objectKind)
    }
    if (control === B04 && objectKind !== INSTRUMENT_OBJECT) return bad(at.objectKind)
    if (control === C03 && objectKind > INSTRUMENT_OBJECT) return bad(at.objectKind)
    const subjectKind = names.subjectKind[subject]!
    if (control === C06 && subjectKind !== Kind.STRATEGY && subjectKind !== Kind.SESSION) return bad(at.subject)
    if (control === D08 && objectKind !== SECTOR_OBJECT) return bad(at.objectKind)
    const isQuantity = control === D01L || control === D01S || control === B08
    // Quantities of two instruments have no sum.
    if (isQuantity && objectKind !== INSTRUMENT_OBJECT) return bad(at.objectKind)
    const positional = control === D02 || control === D05 || control === D08 || control === E05 || isQuantity
    if (positional && subjectKind === Kind.SESSION) return bad(at.subject)
    // Positions have no venue.
    if (positional && objectKind === 5) return bad(at.objectKind)
    if (!isAmount(command.hard)) return bad(at.hard)
    if (
      command.hardForReducing !== 0 &&
      !(isAmount(command.hardForReducing) && command.hardForReducing >= command.hard)
    ) {
      return bad(at.hardForReducing)
    }
    if (control === C01 && command.hard > RATE_MAX && command.hard !== MAX) return bad(at.hard)
    if (control === C06 && command.hard > RATE_MAX) return bad(at.hard)
    if (control === E05) {
      if (TRADING_STATES[command.param] === undefined) return bad(at.param)
    } else if (control === C03) {
      if (command.param !== 0 && command.param !== 1) return bad(at.param)
    } else if (control === C01 || control === B09 || control === B04 || control === C06) {
      if (!(Number.isSafeInteger(command.param) && command.param > 0 && command.param <= DAY_US)) return bad(at.param)
    } else if (control === B03) {
      if (!(Number.isSafeInteger(command.param) && command.param >= 0 && command.param <= 1e9)) return bad(at.param)
    } else if (command.param !== 0) return bad(at.param)
    const phases = control === B03 ? SESSION_PHASES.length : 0
    if (!(command.phase >= 0 && command.phase <= phases)) return bad(at.phase)
    if (!isAmount(command.soft)) return bad(at.soft)
    const { effectiveUs, expiresUs, flags } = command
    const { timeUs } = this.#state
    if (flags < 0 || flags > FLAGS_MAX) return bad(at.flags)
    const cannotBeEnforced =
      (flags & REMOVE) !== 0 || !ENFORCED.includes(control) || command.action === 1 || command.mode === 1
    if ((flags & ENFORCE_ON_RESTING) !== 0 && cannotBeEnforced) return bad(at.flags)
    if (!isAmount(effectiveUs)) return bad(at.effectiveUs)
    if (!isAmount(expiresUs)) return bad(at.expiresUs)
    if (expiresUs === 0 && (flags & TEMPORARY) !== 0) return bad(at.expiresUs)
    // An end that is over, or that comes before the beginning, would be no limit; a row taken away has no end.
    if (expiresUs !== 0 && (expiresUs <= timeUs || expiresUs <= effectiveUs || (flags & REMOVE) !== 0)) {
      return bad(at.expiresUs)
    }
    let before = 0
    for (let level = 0; level < WARN_LEVELS; level++) {
      const bps = warnBpsOf(command)[level]!
      if (bps === 0) continue
      if (!(Number.isSafeInteger(bps) && bps > before && bps <= 10_000)) return bad(at.warn1Bps + level)
      before = bps
    }
    if (!(command.action >= 0 && command.action <= 2)) return bad(at.action)
    if (!(command.mode >= 0 && command.mode <= 1)) return bad(at.mode)
    return null
  }

  /** Follow-up of a limit: one LimitBreached where it stands below the use. What rests is touched by sweeps alone. */
  followLimit(tape: Tape, slot: number): void {
    const { limits } = this.#state
    const use = rowUse(this.#state, slot)
    if (use > limits.f[slot * Row.NUMS + Row.MONEY]!) {
      encode(tape, LIMIT_BREACHED, { use, row: limits.i[slot * Row.INTS + Row.ID]!, slot, reason: LIMIT_BELOW_USE })
    }
  }

  kill(tape: Tape, offset: number): void {
    const { names, instruments, latches } = this.#state
    const command = decode(tape, offset, KILL)
    const at = KILL.at
    if (!(command.state >= 1 && command.state <= 3)) return writeRefused(tape, INVALID_VALUE, at.state)
    if (!(command.side >= -1 && command.side <= 1)) return writeRefused(tape, INVALID_VALUE, at.side)
    const keys: readonly (readonly [number, number, number])[] = [
      [Kind.ENTITY, command.entity, at.entity],
      [Kind.CLIENT, command.client, at.client],
      [Kind.DESK, command.desk, at.desk],
      [Kind.TRADER, command.trader, at.trader],
      [Kind.ACCOUNT, command.account, at.account],
      [Kind.STRATEGY, command.strategy, at.strategy],
      [Kind.SESSION, command.sessionScope, at.sessionScope],
      [Kind.ASSET_CLASS, command.assetClass, at.assetClass],
      [Kind.SECTOR, command.sector, at.sector],
      [Kind.VENUE, command.venue, at.venue],
    ]
    for (const [kind, id, field] of keys) {
      if (id !== -1 && !names.has(kind, id)) return writeRefused(tape, UNKNOWN_NAME, field)
    }
    for (const field of ['instrument', 'underlying'] as const) {
      if (command[field] !== -1 && !(command[field] >= 0 && command[field] < instruments.count)) {
        return writeRefused(tape, UNKNOWN_NAME, at[field])
      }
    }
    // With no room for one more latch the whole firm stops: slot 1 says so.
    writeApplied(tape, latches.next, latches.active.length >= LATCHES_MAX ? 1 : 0)
  }

  sweep(tape: Tape, offset: number): void {
    const { latches, orders } = this.#state
    const { latch: id, fromSlot } = decode(tape, offset, KILL_SWEEP)
    const latch = latches.get(id)
    if (latch === undefined || latch.sweepFrom !== fromSlot) return writeRefused(tape, UNKNOWN_LATCH)
    const end = Math.min(fromSlot + SWEEP_ORDERS, orders.top())
    for (let slot = fromSlot; slot < end; slot++) {
      const oi = slot * Order.INTS
      if (orders.i[oi + Order.LIVE] === 0 || orders.f[slot * Order.NUMS + Order.CANCEL_SEQ] !== 0) continue
      if (!latchCoversOrder(this.#state, latch, slot)) continue
      const orderSeq = orders.f[slot * Order.NUMS + Order.SEQ]!
      // What is held is not at the market: it needs no cancel there.
      if (orders.i[oi + Order.STATE] === HELD) writeHoldEnded(tape, orderSeq, slot, CANCELED, KILLED)
      else writeCancelRequested(tape, orderSeq, slot, id, orders.i[oi + Order.SUBJECT + Kind.SESSION]!)
    }
    writeSwept(tape, id, end >= orders.top() ? -1 : end)
  }

  release(tape: Tape, offset: number): void {
    const command = decode(tape, offset, RELEASE)
    const latch = this.#state.latches.get(command.latch)
    if (latch === undefined) return writeRefused(tape, UNKNOWN_LATCH, RELEASE.at.latch)
    if (!this.#mayRelease(command.principal, command.step)) {
      return writeRefused(tape, DUTY_MISSING, RELEASE.at.principal)
    }
    if (command.step !== 0 && command.step !== 1) return writeRefused(tape, INVALID_VALUE, RELEASE.at.step)
    if (!(command.state >= 0 && command.state < latch.state)) return writeRefused(tape, INVALID_VALUE, RELEASE.at.state)
    const open = command.state === 0 ? openItem(this.#state, latch) : 0
    if (command.step === 0) return open === 0 ? writeApplied(tape, command.latch) : writeRefused(tape, open)
    if (latch.releaseRequestedBy < 0 || latch.releaseState !== command.state) return writeRefused(tape, NOT_REQUESTED)
    if (command.principal === latch.releaseRequestedBy) {
      return writeRefused(tape, MAKER_IS_CHECKER, RELEASE.at.principal)
    }
    if (open !== 0) return writeRefused(tape, open)
    writeApplied(tape, command.latch)
  }

  /** Only people release, each with the duty of the step. */
  #mayRelease(principal: number, step: number): boolean {
    const { names } = this.#state
    if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false
    return (names.duties[principal]! & (step === 1 ? RELEASE_APPROVE : RELEASE_REQUEST)) !== 0
  }
}

/** Object of a Limit command: none, whatever it says, where the kind is NONE. */
export function objectNamed(command: RecordOf<typeof LIMIT>): number {
  return command.objectKind === 0 ? -1 : command.object
}

/** The warning levels of a Limit command. */
export function warnBpsOf(command: RecordOf<typeof LIMIT>): readonly number[] {
  return [command.warn1Bps, command.warn2Bps, command.warn3Bps, command.warn4Bps]
}

function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
