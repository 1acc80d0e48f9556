/** Applies executions: positions, executed flow, the memory of execIDs; and reversals. */

import { reasonNumber } from '../model/codes.ts'
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import type { Shift } from './exposure.ts'
import type { OrderLife } from './order-life.ts'
import { Exec } from './state/executions.ts'
import { Bound } from './state/names.ts'
import { Order } from './state/orders.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'
import type { Subjects } from './subjects.ts'

const B = EXECUTION_BOOKED.at
const R = EXECUTION_REVERSED.at
const X = EXECUTION_REPORT.at
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const FILLED = 5
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')

export type ReportEvolver = ReturnType<typeof createReportEvolver>

export function createReportEvolver(state: State, life: OrderLife, shift: Shift, subjectsOf: Subjects) {
  const { executions, orders, ids, locates, names, cells, books, latches } = state
  const orderInts = orders.i
  const execNums = executions.f
  const execInts = executions.i
  /** Subjects of an execution that no live order carries. */
  const subjects = scratchInts(8)
  /** How far it moves the position. */
  const moved = scratchNums(1)

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
    if (life.isExhausted(slot)) life.end(slot, FILLED)
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
    movePosition(instrument, account)
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
  }

  /** What was booked to one account was another's: it leaves the one and enters the other, with its flow. */
  function reassign(exec: number, account: number): void {
    enter(exec, -1)
    const i = executions.rowOf(exec) * Exec.INTS
    execInts[i + Exec.ACCOUNT] = account
    execInts[i + Exec.TRADER] = -1
    execInts[i + Exec.STRATEGY] = -1
    enter(exec, 1)
  }

  /** Adds a kept execution to flow and position, or with sign -1 takes it out. */
  function enter(exec: number, sign: number): void {
    const row = executions.rowOf(exec)
    const i = row * Exec.INTS
    const instrument = execInts[i + Exec.INSTR]!
    const qty = execNums[row * Exec.NUMS + Exec.QTY]! * sign
    subjectsOf.subjectsOfExecution(exec, subjects)
    // Flow of the day before was zeroed at the roll: only today's amounts are still in the sums.
    if (executions.isToday(exec)) {
      const amount = execNums[row * Exec.NUMS + Exec.AMOUNT]!
      shift.flow(subjects, 0, instrument, execInts[i + Exec.FLOW_VENUE]!, amount * sign, qty)
    }
    moved[0] = execInts[i + Exec.SIDE] === 0 ? qty : -qty
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

  /** A binding that was taken back keeps its cell: what was traded under it stays where it is. */
  function moveCell(kind: number, binding: number, instrument: number): void {
    if (binding <= 0) return
    const entity = names.entityOrdinal[subjects[1]!]!
    shift.cell(kind, cells.open((binding >> 1) - 1, instrument), instrument, entity, moved[0]!, subjects, 0)
  }

  return { booked, reversed, reassign }
}
