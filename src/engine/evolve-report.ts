/** Applies executions: positions, executed flow, the memory of execIDs; and reversals. */

import { reasonNumber } from '../model/codes.ts'
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import type { Shift } from './exposure.ts'
import type { OrderLife } from './order-life.ts'
import type { Profit } from './profit.ts'
import { Cell } from './state/cells.ts'
import { Exec } from './state/executions.ts'
import { Bound } from './state/names.ts'
import { Order } from './state/orders.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'
import type { Subjects } from './subjects.ts'
import type { Watcher } from './watch.ts'

const B = EXECUTION_BOOKED.at
const R = EXECUTION_REVERSED.at
const X = EXECUTION_REPORT.at
/** Subject 0. Profits begin anew at its roll. */
const FIRM = 0
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const FILLED = 5
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')

export type ReportEvolver = ReturnType<typeof createReportEvolver>

export function createReportEvolver(
  state: State,
  life: OrderLife,
  shift: Shift,
  subjectsOf: Subjects,
  watcher: Watcher,
  profit: Profit,
) {
  const { executions, orders, ids, locates, names, cells, books, latches } = state
  const orderInts = orders.i
  const execNums = executions.f
  const execInts = executions.i
  /** Subjects of an execution that no live order carries. */
  const subjects = scratchInts(8)
  /** Those of them whose sums still hold its flow. */
  const flowing = scratchInts(8)
  const { zeroedSeq } = state.calendars
  /** How far it moves the position. */
  const moved = scratchNums(1)
  /** At what price it is had. */
  const had = scratchNums(1)
  const { startMark } = state.profits

  function booked(tape: Tape, command: number, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const slot = i32[e + B.slot]!
    remember(tape, event)
    if (slot < 0) return bookedToNone(tape, command, event)
    const at = slot * Order.INTS
    const standing = orderInts[at + Order.STATE]!
    if (standing === APPROVED || standing === UNKNOWN) orderInts[at + Order.STATE] = WORKING
    life.known(slot)
    life.fill(slot, f64[(event >> 3) + B.qty]!, f64[(event >> 3) + B.amount]!)
    for (let kind = 0; kind < 4; kind++)
      profitOf(kind, orderInts[at + Order.CELL_AT + kind]!, event, tape, at + Order.SUBJECT)
    watcher.profited(orderInts, at + Order.SUBJECT)
    watch(tape, event, orderInts, at + Order.SUBJECT)
    if (life.isExhausted(slot)) life.end(slot, FILLED)
  }

  function profitOf(kind: number, cell: number, event: number, tape: Tape, from: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const qty = f64[(event >> 3) + B.qty]!
    const px = f64[(event >> 3) + B.px]!
    profit.traded(kind, cell, i32[e + B.instrument]!, i32[e + B.side] === 0 ? qty : -qty, px, orderInts, from)
  }

  /** Keeps the execution under its key. */
  function remember(tape: Tape, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const f = event >> 3
    const row = executions.rowOf(executions.add(tape, event + B.execID, i32[e + B.source]!, i32[e + B.venue]!))
    const n = row * Exec.NUMS
    const i = row * Exec.INTS
    execNums[n + Exec.QTY] = f64[f + B.qty]!
    execNums[n + Exec.PX] = f64[f + B.px]!
    execNums[n + Exec.AMOUNT] = f64[f + B.amount]!
    execNums[n + Exec.SEQ] = state.seq
    execInts[i + Exec.ACCOUNT] = i32[e + B.account]!
    execInts[i + Exec.TRADER] = i32[e + B.trader]!
    execInts[i + Exec.STRATEGY] = i32[e + B.strategy]!
    execInts[i + Exec.INSTR] = i32[e + B.instrument]!
    execInts[i + Exec.SIDE] = i32[e + B.side]!
    execInts[i + Exec.ORDER] = i32[e + B.slot]!
    execInts[i + Exec.CONTENT0] = i32[e + B.contentHash0]!
    execInts[i + Exec.CONTENT1] = i32[e + B.contentHash1]!
    execInts[i + Exec.SESSION] = i32[e + B.session]!
    execInts[i + Exec.FLOW_VENUE] = i32[e + B.flowVenue]!
    if (i32[e + B.alarm] !== UNKNOWN_EXECUTION) return
    execInts[i + Exec.UNEXPLAINED] = 1
    latches.reopen(UNKNOWN_EXECUTION, i32[e + B.account]!, i32[e + B.instrument]!)
  }

  /** An execution of an order that has ended, or that nobody knows, goes straight into the position. */
  function bookedToNone(tape: Tape, command: number, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const f = event >> 3
    const account = i32[e + B.account]!
    const instrument = i32[e + B.instrument]!
    const qty = f64[f + B.qty]!
    if (f64[f + B.orderSeq]! > 0) useLocate(tape, command, qty)
    subjectsOf.setSubjects(subjects, account, i32[e + B.trader]!, i32[e + B.strategy]!, i32[e + B.session]!)
    shift.flow(subjects, 0, instrument, i32[e + B.flowVenue]!, f64[f + B.amount]!, qty)
    moved[0] = i32[e + B.side] === 0 ? qty : -qty
    had[0] = f64[f + B.px]!
    movePosition(instrument, account)
    watcher.profited(subjects, 0)
    // A correct executes nothing anew.
    if (f64[f + B.orderSeq]! > 0 || i32[e + B.alarm] !== 0) watch(tape, event, subjects, 0)
  }

  function watch(tape: Tape, event: number, of: Int32Array, from: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const f = event >> 3
    watcher.executed(of, from, i32[e + B.instrument]!, i32[e + B.side] === 0, f64[f + B.qty]!, f64[f + B.px]!)
  }

  /** A fill of an order that has ended uses its locate all the same. */
  function useLocate(tape: Tape, command: number, qty: number): void {
    const at = command + X.clOrdID
    const owner = tape.i32[(command >> 2) + X.owner]!
    const id = ids.find(tape, at, owner, ids.hashOf(tape, at, owner))
    const locate = id < 0 ? -1 : ids.endedLocateOf(id)
    if (locate >= 0) locates.used[locate] = locates.used[locate]! + qty
  }

  function reversed(tape: Tape, event: number): void {
    const exec = tape.i32[(event >> 2) + R.execSlot]!
    execInts[executions.rowOf(exec) * Exec.INTS + Exec.REVERSED] = 1
    enter(exec, -1)
    watcher.profited(subjects, 0)
  }

  /** What was booked to one account was another's: it leaves the one and enters the other, with its flow. */
  function reassign(exec: number, account: number): void {
    enter(exec, -1)
    carry(exec)
    const left = subjects.slice()
    const i = executions.rowOf(exec) * Exec.INTS
    execInts[i + Exec.ACCOUNT] = account
    execInts[i + Exec.TRADER] = -1
    execInts[i + Exec.STRATEGY] = -1
    enter(exec, 1)
    carry(exec)
    // On the way nobody has lost anything: sums are looked at when it has arrived.
    watcher.profited(subjects, 0)
    watcher.profited(left, 0)
  }

  /** Adds a kept execution to flow and position, or with sign -1 takes it out. */
  function enter(exec: number, sign: number): void {
    const row = executions.rowOf(exec)
    const i = row * Exec.INTS
    const instrument = execInts[i + Exec.INSTR]!
    const qty = execNums[row * Exec.NUMS + Exec.QTY]! * sign
    subjectsOf.subjectsOfExecution(exec, subjects)
    // What was executed before a subject's day began went from its sums at the roll.
    for (let place = 0; place < 8; place++) {
      const subject = subjects[place]!
      const isIn = subject >= 0 && execNums[row * Exec.NUMS + Exec.SEQ]! > zeroedSeq[subject]!
      flowing[place] = isIn ? subject : -1
    }
    const amount = execNums[row * Exec.NUMS + Exec.AMOUNT]!
    shift.flow(flowing, 0, instrument, execInts[i + Exec.FLOW_VENUE]!, amount * sign, qty)
    moved[0] = execInts[i + Exec.SIDE] === 0 ? qty : -qty
    // What was there when the date began is had at the mark of then.
    const isOfToday = execNums[row * Exec.NUMS + Exec.SEQ]! > zeroedSeq[FIRM]!
    had[0] = isOfToday ? execNums[row * Exec.NUMS + Exec.PX]! : startMark[instrument]!
    movePosition(instrument, execInts[i + Exec.ACCOUNT]!)
  }

  /** Moves the position of the account, and of those subjects that are or were bound to it. */
  function movePosition(instrument: number, account: number): void {
    moveCell(0, names.binding(Bound.OWN_ACCOUNT, account, account), instrument)
    if (subjects[3]! >= 0) moveCell(1, names.binding(Bound.DESK_ACCOUNT, subjects[3]!, account), instrument)
    if (subjects[4]! >= 0) moveCell(2, names.binding(Bound.TRADER_ACCOUNT, subjects[4]!, account), instrument)
    if (subjects[6]! >= 0) moveCell(3, names.binding(Bound.STRATEGY_ACCOUNT, subjects[6]!, account), instrument)
    books.addPosition(books.openHead(names.ownerOf[account]!, instrument), moved[0]!)
  }

  /** What was entered just now and executed before its account's date began was carried into that date. */
  function carry(exec: number): void {
    const row = executions.rowOf(exec)
    const account = execInts[row * Exec.INTS + Exec.ACCOUNT]!
    if (execNums[row * Exec.NUMS + Exec.SEQ]! > zeroedSeq[account]!) return
    const instrument = execInts[row * Exec.INTS + Exec.INSTR]!
    carryCell(names.binding(Bound.OWN_ACCOUNT, account, account), instrument)
    if (subjects[3]! >= 0) carryCell(names.binding(Bound.DESK_ACCOUNT, subjects[3]!, account), instrument)
    if (subjects[4]! >= 0) carryCell(names.binding(Bound.TRADER_ACCOUNT, subjects[4]!, account), instrument)
    if (subjects[6]! >= 0) carryCell(names.binding(Bound.STRATEGY_ACCOUNT, subjects[6]!, account), instrument)
  }

  function carryCell(binding: number, instrument: number): void {
    if (binding <= 0) return
    const at = cells.open((binding >> 1) - 1, instrument) + Cell.START
    cells.f[at] = cells.f[at]! + moved[0]!
  }

  /** A binding that was taken back keeps its cell: what was traded under it stays where it is. */
  function moveCell(kind: number, binding: number, instrument: number): void {
    if (binding <= 0) return
    const entity = names.entityOrdinal[subjects[1]!]!
    const cell = cells.open((binding >> 1) - 1, instrument)
    shift.cell(kind, cell, instrument, entity, moved[0]!, subjects, 0)
    profit.traded(kind, cell, instrument, moved[0]!, had[0]!, subjects, 0)
  }

  return { booked, reversed, reassign }
}
