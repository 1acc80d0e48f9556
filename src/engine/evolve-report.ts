/** Applies executions: positions, executed flow, the memory of execIDs; and reversals. */
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED, EXECUTION_REVERSED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import type { Shift } from './exposure.ts'
import type { OrderLife } from './order-life.ts'
import { Exec } from './state/executions.ts'
import { Bound } from './state/names.ts'
import { Order } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { Subjects } from './subjects.ts'

const B = EXECUTION_BOOKED.at
const APPROVED = 0
const WORKING = 1
const UNKNOWN = 3
const FILLED = 5

export class ReportEvolver {
  readonly #state: State
  readonly #life: OrderLife
  readonly #shift: Shift
  readonly #subjectsOf: Subjects
  readonly #subjects = new Int32Array(8)

  constructor(state: State, life: OrderLife, shift: Shift, subjects: Subjects) {
    this.#state = state
    this.#life = life
    this.#shift = shift
    this.#subjectsOf = subjects
  }

  booked(tape: Tape, command: number, event: number): void {
    const { executions, orders } = this.#state
    const e = event >> 2
    const f = event >> 3
    const i32 = tape.i32
    const slot = i32[e + B.slot]!
    const qty = tape.f64[f + B.qty]!
    const amount = tape.f64[f + B.amount]!
    const instrument = i32[e + B.instrument]!
    const account = i32[e + B.account]!
    const trader = i32[e + B.trader]!
    const strategy = i32[e + B.strategy]!
    const side = i32[e + B.side]!
    const session = i32[e + B.session]!
    const venue = i32[e + B.flowVenue]!
    const exec = executions.add(tape, event + B.execID, i32[e + B.source]!, i32[e + B.venue]!)
    executions.setNum(exec, Exec.QTY, qty)
    executions.setNum(exec, Exec.PX, tape.f64[f + B.px]!)
    executions.setNum(exec, Exec.AMOUNT, amount)
    executions.setInt(exec, Exec.ACCOUNT, account)
    executions.setInt(exec, Exec.TRADER, trader)
    executions.setInt(exec, Exec.STRATEGY, strategy)
    executions.setInt(exec, Exec.INSTR, instrument)
    executions.setInt(exec, Exec.SIDE, side)
    executions.setInt(exec, Exec.ORDER, slot)
    executions.setInt(exec, Exec.FLOW_VENUE, venue)
    executions.setInt(exec, Exec.CONTENT0, i32[e + B.contentHash0]!)
    executions.setInt(exec, Exec.CONTENT1, i32[e + B.contentHash1]!)
    executions.setInt(exec, Exec.SESSION, session)
    if (slot >= 0) {
      this.#shift.flow(orders.i, slot * Order.INTS + Order.SUBJECT, instrument, venue, 0, 0, amount)
      const at = slot * Order.INTS + Order.STATE
      if (orders.i[at] === APPROVED || orders.i[at] === UNKNOWN) orders.i[at] = WORKING
      orders.i[slot * Order.INTS + Order.REPORTED] = 1
      this.#life.fill(slot, qty)
      if (this.#life.isExhausted(slot)) this.#life.end(slot, FILLED)
      return
    }
    if (tape.f64[f + B.orderSeq]! > 0) this.#useLocate(tape, command, qty)
    this.#subjectsOf.setSubjects(this.#subjects, account, trader, strategy, session)
    this.#shift.flow(this.#subjects, 0, instrument, venue, 0, 0, amount)
    this.#movePosition(instrument, account, side === 0 ? qty : -qty)
  }

  /** A fill of an order that has ended uses its locate all the same. */
  #useLocate(tape: Tape, command: number, qty: number): void {
    const { ids, locates } = this.#state
    const at = command + EXECUTION_REPORT.at.clOrdID
    const owner = tape.i32[(command >> 2) + EXECUTION_REPORT.at.owner]!
    const id = ids.find(tape, at, owner, ids.hashOf(tape, at, owner))
    const locate = id < 0 ? -1 : ids.endedLocateOf(id)
    if (locate >= 0) locates.used[locate] = locates.used[locate]! + qty
  }

  reversed(tape: Tape, event: number): void {
    const { executions } = this.#state
    const exec = tape.i32[(event >> 2) + EXECUTION_REVERSED.at.execSlot]!
    executions.setInt(exec, Exec.REVERSED, 1)
    const account = executions.int(exec, Exec.ACCOUNT)
    const instrument = executions.int(exec, Exec.INSTR)
    this.#subjectsOf.subjectsOfExecution(exec, this.#subjects)
    const qty = executions.num(exec, Exec.QTY)
    // Flow of the day before was zeroed at the roll: only today's amounts are still in the sums.
    const today = (exec & 1) === 0
    const amount = today ? executions.num(exec, Exec.AMOUNT) : 0
    this.#shift.flow(this.#subjects, 0, instrument, executions.int(exec, Exec.FLOW_VENUE), 0, 0, -amount)
    this.#movePosition(instrument, account, executions.int(exec, Exec.SIDE) === 0 ? -qty : qty)
  }

  #movePosition(instrument: number, account: number, dP: number): void {
    const { names, cells, books } = this.#state
    const subjects = this.#subjects
    const entity = names.entityOrdinal[subjects[1]!]!
    const owners = [
      names.binding(Bound.OWN_ACCOUNT, account, account),
      subjects[3]! < 0 ? -1 : names.binding(Bound.DESK_ACCOUNT, subjects[3]!, account),
      subjects[4]! < 0 ? -1 : names.binding(Bound.TRADER_ACCOUNT, subjects[4]!, account),
      subjects[6]! < 0 ? -1 : names.binding(Bound.STRATEGY_ACCOUNT, subjects[6]!, account),
    ]
    for (let kind = 0; kind < 4; kind++) {
      // A binding that was taken back keeps its cell: what was traded under it stays where it is.
      if (owners[kind]! <= 0) continue
      const cell = cells.open((owners[kind]! >> 1) - 1, instrument)
      this.#shift.cell(kind, cell, instrument, entity, dP, 0, 0, subjects, 0)
    }
    books.addPosition(books.openHead(names.ownerOf[account]!, instrument), dP)
  }
}
