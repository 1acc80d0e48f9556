/**
 * Limit rows that watch what happens and stop their subject by themselves: executions that repeat, refusals that pile up. The
 * events of a command are counted as they are applied; a row that they take over its limit then sets a latch, which only
 * two people end.
 */
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { ceilMulDiv, MAX } from '../model/numbers.ts'
import { CONTROL_LATCHED } from '../model/records/control-events.ts'
import { LIMIT_BREACHED } from '../model/records/events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { Ref } from './market.ts'
import { Key, LATCHES_MAX } from './state/latches.ts'
import { Row, RowFlag } from './state/limit-row.ts'
import { B04, C03, C06, E05 } from './state/limit-version.ts'
import type { State } from './state/state.ts'
import { Watch } from './state/watches.ts'

const PARENT_CHILD = reasonNumber('PARENT_CHILD')
const KINDS = 6
const INSTRUMENT_OBJECT = 1
const FIRM = 0
const REDUCE_ONLY = 1
const BLOCKED = 2
const KILLED = 3
/** What the latch of a control says is its cause. */
const CAUSE_OF = new Map([C03, C06, E05].map((control) => [control, reasonNumber(CONTROLS[control]!.code)]))

export type Watcher = ReturnType<typeof createWatcher>

export function createWatcher(state: State) {
  const { limits, watches, instruments, market, latches, names, profits } = state
  const { f, i } = limits
  const { tripped } = watches

  /**
   * Counts an execution at every row of its subjects that watches executions. `subjects` holds the eight from `from` on, -1
   * where one is not known.
   */
  function executed(
    subjects: Int32Array,
    from: number,
    instrument: number,
    buys: boolean,
    qty: number,
    px: number,
  ): void {
    if (limits.watchRows === 0) return
    for (let place = 0; place < 8; place++) {
      const subject = subjects[from + place]!
      if (subject < 0) continue
      for (const slot of limits.none[subject]!) count(slot, -1, buys, qty, px)
      for (const slot of rowsIn(subject, instrument)) count(slot, instrument, buys, qty, px)
    }
  }

  /** Rows of the subject that match the instrument. */
  function rowsIn(subject: number, instrument: number): Int32Array {
    if ((limits.kindMask[subject]! & (1 << INSTRUMENT_OBJECT)) === 0) return limits.none[subject]!.subarray(0, 0)
    const entry = limits.entry(subject, INSTRUMENT_OBJECT, instrument)
    return entry >= 0 ? limits.entryRows[entry]! : limits.each[subject * KINDS + INSTRUMENT_OBJECT]!
  }

  function count(slot: number, instrument: number, buys: boolean, qty: number, px: number): void {
    const control = i[slot * Row.INTS + Row.CONTROL]
    if (control === C03) countExecution(slot, instrument, buys)
    else if (control === B04) moveWindow(watches.open(slot, instrument), slot, instrument, buys, qty, px)
  }

  function countExecution(slot: number, instrument: number, buys: boolean): void {
    const watch = watches.open(slot, instrument)
    const side = buys ? Watch.BUYS : Watch.SELLS
    watch[side] = watch[side]! + 1
    const after = executionsOf(watch, slot, buys)
    trip(slot, after - 1, after)
  }

  /** A row that only alerts says so once. */
  function trip(slot: number, before: number, after: number): void {
    const hard = hardOf(slot)
    if (after > hard && (!isWaived(slot) || before <= hard)) tripped.push(slot)
  }

  function isWaived(slot: number): boolean {
    return (i[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0
  }

  /** Executions that the row counts: those of the side, or of both. */
  function executionsOf(watch: Float64Array, slot: number, buys: boolean): number {
    if (f[slot * Row.NUMS + Row.PARAM] !== 0) return watch[Watch.BUYS]! + watch[Watch.SELLS]!
    return buys ? watch[Watch.BUYS]! : watch[Watch.SELLS]!
  }

  /** A window begins with the first execution that finds none running. */
  function moveWindow(
    watch: Float64Array,
    slot: number,
    instrument: number,
    buys: boolean,
    qty: number,
    px: number,
  ): void {
    const { timeUs } = state
    if (watch[Watch.START_US] === 0 || timeUs - watch[Watch.START_US]! >= f[slot * Row.NUMS + Row.PARAM]!) {
      watch.fill(0, Watch.START_US)
      watch[Watch.START_US] = timeUs
      const source = market.refSource(instrument, timeUs, false)
      watch[Watch.REF] = source === Ref.NONE ? instruments.mark[instrument]! : market.refPrice(instrument, source)
    }
    const beyond = buys ? px - watch[Watch.REF]! : watch[Watch.REF]! - px
    const dev = buys ? Watch.DEV_BUY : Watch.DEV_SELL
    const sum = buys ? Watch.QTY_BUY : Watch.QTY_SELL
    const product = ceilMulDiv(beyond, qty, 1, instruments.qtyUnit[instrument]!)
    watch[dev] = held(watch[dev]! + (Number.isNaN(product) ? Math.sign(beyond) * MAX : product))
    watch[sum] = held(watch[sum]! + qty)
  }

  /** Counts a refusal at the rows of one subject. */
  function refused(subject: number): void {
    if (limits.watchRows === 0) return
    for (const slot of limits.none[subject]!) {
      if (i[slot * Row.INTS + Row.CONTROL] !== C06) continue
      const window = watches.refusals.get(slot)
      if (window === undefined) continue
      const before = window.countAt(state.timeUs)
      window.stamp(state.timeUs)
      trip(slot, before, window.countAt(state.timeUs))
    }
  }

  /**
   * Writes what the next row does that this command's events took over its limit: it latches its subject, or, where it
   * only alerts, says so. Returns false where there is none left. To be applied before it is called again.
   */
  function actNext(tape: Tape): boolean {
    while (tripped.length > 0) {
      const slot = tripped.shift()!
      if (slot < 0) {
        if (latchStray(tape, -1 - slot)) return true
        continue
      }
      if (isWaived(slot)) {
        encode(tape, LIMIT_BREACHED, { use: hardOf(slot), row: rowOf(slot), slot, reason: causeOf(slot) })
        return true
      }
      const subject = latches.active.length >= LATCHES_MAX ? FIRM : i[slot * Row.INTS + Row.SUBJECT]!
      const cause = causeOf(slot)
      if (stands(subject, cause)) continue
      const id = latches.next
      const values = { use: hardOf(slot), latch: id, subject, state: stateOf(slot), cause, row: rowOf(slot), slot }
      encode(tape, CONTROL_LATCHED, values)
      return true
    }
    return false
  }

  /** The strategy sent a slice that its parent has no room for, or that is not the parent's. */
  function strayed(strategy: number): void {
    tripped.push(-1 - strategy)
  }

  function latchStray(tape: Tape, strategy: number): boolean {
    const subject = latches.active.length >= LATCHES_MAX ? FIRM : strategy
    if (stands(subject, PARENT_CHILD)) return false
    const values = { latch: latches.next, subject, state: BLOCKED, cause: PARENT_CHILD, row: -1, slot: -1 }
    encode(tape, CONTROL_LATCHED, values)
    return true
  }

  function stands(subject: number, cause: number): boolean {
    return latches.active.some((other) => other.cause === cause && watches.latched.get(other.id) === subject)
  }

  function latched(tape: Tape, event: number): void {
    const { latch, subject, state: to, cause } = decode(tape, event, CONTROL_LATCHED)
    const keys = new Int32Array(Key.COUNT).fill(-1)
    if (subject !== FIRM) keys[names.subjectKind[subject]!] = subject
    watches.latched.set(latch, subject)
    latches.set({
      id: latch,
      keys,
      state: to,
      cause,
      principal: -1,
      setSeq: state.seq,
      releaseRequestedBy: -1,
      releaseState: -1,
      explained: false,
      sweepFrom: to === KILLED ? 0 : -1,
      ended: 0,
      filled: 0,
    })
  }

  /** Two people end the latch, which still stands: what it was set for is counted anew. */
  function released(latch: number): void {
    const subject = watches.latched.get(latch)
    if (subject === undefined) return
    watches.latched.delete(latch)
    const cause = latches.get(latch)?.cause
    for (const slot of limits.inForce()) {
      if (i[slot * Row.INTS + Row.SUBJECT] === subject && CAUSE_OF.get(i[slot * Row.INTS + Row.CONTROL]!) === cause) {
        watches.restart(slot)
        profits.marksBeyond.delete(slot)
      }
    }
  }

  function stateOf(slot: number): number {
    if (i[slot * Row.INTS + Row.CONTROL] !== E05) return BLOCKED
    return Math.max(REDUCE_ONLY, f[slot * Row.NUMS + Row.PARAM]!)
  }

  /** An execution, or its reversal, moved the profits of these subjects. */
  function profited(subjects: Int32Array, from: number): void {
    for (const slot of profits.rows) {
      const subject = i[slot * Row.INTS + Row.SUBJECT]!
      for (let place = 0; place < 7; place++) if (subjects[from + place] === subject && isLost(slot)) tripped.push(slot)
    }
  }

  /** A mark moved profits: it takes two in succession, as one may be a spike. */
  function marked(): void {
    for (const slot of profits.rows) {
      if (profits.markedSeq[i[slot * Row.INTS + Row.SUBJECT]!] !== state.seq) continue
      const beyond = isLost(slot) ? (profits.marksBeyond.get(slot) ?? 0) + 1 : 0
      profits.marksBeyond.set(slot, Math.min(beyond, 2))
      if (beyond >= 2) tripped.push(slot)
    }
  }

  function isLost(slot: number): boolean {
    // A row that only alerts says so in each decision.
    return !isWaived(slot) && Math.max(0, 0 - profits.money[i[slot * Row.INTS + Row.SUBJECT]!]!) >= hardOf(slot)
  }

  function hardOf(slot: number): number {
    return f[slot * Row.NUMS + Row.HARD]!
  }

  function rowOf(slot: number): number {
    return i[slot * Row.INTS + Row.ID]!
  }

  function causeOf(slot: number): number {
    return CAUSE_OF.get(i[slot * Row.INTS + Row.CONTROL]!)!
  }

  return { executed, refused, strayed, profited, marked, actNext, latched, released }
}

/** A sum that a double cannot hold is pinned at the bound. */
function held(value: number): number {
  return value > MAX ? MAX : value < -MAX ? -MAX : value
}
