/** Applies executions: positions, executed flow, the memory of execIDs; and reversals. */
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import type { Shift } from './exposure.ts'
import type { OrderLife } from './order-life.ts'
import { Exec } from './state/executions.ts'
import { Bound, Kind } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'
import { setSubjects, subjectsOfExecution } from './subjects.ts'

const B = EXECUTION_BOOKED.at
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const FILLED = 5

const X = EXECUTION_REPORT.at
const V = EXECUTION_REVERSED.at

export type ReportEvolver = ReturnType<typeof createReportEvolver>

export function createReportEvolver(state: State, life: OrderLife, shift: Shift) {
  const { executions, names, cells, books, ids, locates } = state
  const orders = state.orders.i
  const subjects = new Int32Array(8)
  /** Values of the bindings whose cells a position is kept in; 0 or less where there is none. */
  const bindings = new Int32Array(4)

  function booked(tape: Tape, command: number, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const f = event >> 3
    const slot = i32[e + B.slot]!
    const exec = executions.add(tape, event + B.execID, i32[e + B.source]!, i32[e + B.venue]!)
    executions.setNum(exec, Exec.QTY, f64[f + B.qty]!)
    executions.setNum(exec, Exec.PX, f64[f + B.px]!)
    executions.setNum(exec, Exec.AMOUNT, f64[f + B.amount]!)
    executions.setInt(exec, Exec.ACCOUNT, i32[e + B.account]!)
    executions.setInt(exec, Exec.TRADER, i32[e + B.trader]!)
    executions.setInt(exec, Exec.STRATEGY, i32[e + B.strategy]!)
    executions.setInt(exec, Exec.INSTR, i32[e + B.instrument]!)
    executions.setInt(exec, Exec.SIDE, i32[e + B.side]!)
    executions.setInt(exec, Exec.ORDER, slot)
    executions.setInt(exec, Exec.FLOW_VENUE, i32[e + B.flowVenue]!)
    executions.setInt(exec, Exec.CONTENT0, i32[e + B.contentHash0]!)
    executions.setInt(exec, Exec.CONTENT1, i32[e + B.contentHash1]!)
    executions.setInt(exec, Exec.SESSION, i32[e + B.session]!)
    if (slot >= 0) bookOrder(slot, f64[f + B.qty]!, f64[f + B.amount]!)
    else bookRest(tape, command, event)
  }

  /** The flow of an order's execution goes where the order's own flow is. */
  function bookOrder(slot: number, qty: number, amount: number): void {
    const oi = slot * Order.INTS
    const at = oi + Order.STATE
    if (orders[at] === APPROVED || orders[at] === UNKNOWN) orders[at] = WORKING
    orders[oi + Order.REPORTED] = 1
    life.fill(slot, qty, amount)
    if (life.isExhausted(slot)) life.end(slot, FILLED)
  }

  /** An execution that no live order carries. */
  function bookRest(tape: Tape, command: number, event: number): void {
    const { f64, i32 } = tape
    const e = event >> 2
    const f = event >> 3
    const qty = f64[f + B.qty]!
    const account = i32[e + B.account]!
    const instrument = i32[e + B.instrument]!
    if (f64[f + B.orderSeq]! > 0) useLocate(tape, command, qty)
    setSubjects(state, subjects, account, i32[e + B.trader]!, i32[e + B.strategy]!, i32[e + B.session]!)
    shift.flow(subjects, 0, instrument, i32[e + B.flowVenue]!, 0, 0, f64[f + B.amount]!)
    movePosition(instrument, account, i32[e + B.side] === 0 ? qty : -qty)
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
    const exec = tape.i32[(event >> 2) + V.execSlot]!
    executions.setInt(exec, Exec.REVERSED, 1)
    const account = executions.int(exec, Exec.ACCOUNT)
    const instrument = executions.int(exec, Exec.INSTR)
    subjectsOfExecution(state, exec, subjects)
    const qty = executions.num(exec, Exec.QTY)
    // Flow of the day before was zeroed at the roll: only today's amounts are still in the sums.
    const today = (exec & 1) === 0
    const amount = today ? executions.num(exec, Exec.AMOUNT) : 0
    shift.flow(subjects, 0, instrument, executions.int(exec, Exec.FLOW_VENUE), 0, 0, -amount)
    movePosition(instrument, account, executions.int(exec, Exec.SIDE) === 0 ? -qty : qty)
  }

  function movePosition(instrument: number, account: number, dP: number): void {
    const entity = names.entityOrdinal[subjects[Kind.ENTITY]!]!
    const desk = subjects[Kind.DESK]!
    const trader = subjects[Kind.TRADER]!
    const strategy = subjects[Kind.STRATEGY]!
    bindings[0] = names.binding(Bound.OWN_ACCOUNT, account, account)
    bindings[1] = desk < 0 ? -1 : names.binding(Bound.DESK_ACCOUNT, desk, account)
    bindings[2] = trader < 0 ? -1 : names.binding(Bound.TRADER_ACCOUNT, trader, account)
    bindings[3] = strategy < 0 ? -1 : names.binding(Bound.STRATEGY_ACCOUNT, strategy, account)
    for (let kind = 0; kind < 4; kind++) {
      // A binding that was taken back keeps its cell: what was traded under it stays where it is.
      if (bindings[kind]! <= 0) continue
      const cell = cells.open((bindings[kind]! >> 1) - 1, instrument)
      shift.cell(kind, cell, instrument, entity, dP, 0, 0, subjects, 0)
    }
    books.addPosition(books.openHead(names.ownerOf[account]!, instrument), dP)
  }

  return { booked, reversed }
}
