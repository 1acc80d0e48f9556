/** Applies statements of positions: opens them, keeps their rows, settles them, and restates cells that one adopts. */
import { formatDecimal } from '../model/numbers.ts'
import { POSITION } from '../model/records/commands.ts'
import { ADOPT_STATEMENT, POSITION_STATEMENT } from '../model/records/day-commands.ts'
import { STATEMENT_COMPARED } from '../model/records/day-events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { NO_ROWS_HASH, rowLine, withRow } from '../model/statement-hash.ts'
import type { Shift } from './exposure.ts'
import { positionDifferences } from './position-differences.ts'
import type { Profit } from './profit.ts'
import { Cell } from './state/cells.ts'
import { Bound, Kind } from './state/names.ts'
import type { State } from './state/state.ts'
import type { PositionStatement } from './state/statements.ts'

const OPENS = 0
/** Place among the eight subjects of the owner of a cell of each kind. */
const PLACE_OF_KIND = Int32Array.of(5, 3, 4, 6)

export class StatementEvolver {
  readonly #state: State
  readonly #shift: Shift
  readonly #profit: Profit
  readonly #subjects = new Int32Array(8)

  constructor(state: State, shift: Shift, profit: Profit) {
    this.#state = state
    this.#shift = shift
    this.#profit = profit
  }

  opened(tape: Tape, offset: number): void {
    const { account, tradeDate, rows, hash0, hash1, session, principal, step } = decode(
      tape,
      offset,
      POSITION_STATEMENT,
    )
    if (step !== OPENS) return
    const statement = { account, tradeDate, count: rows, hash0, hash1, session, principal }
    this.#state.statements.open.set(account, { ...statement, rows: [], hash: NO_ROWS_HASH })
  }

  row(tape: Tape, offset: number): void {
    const { names, instruments, statements } = this.#state
    const { account, instrument, qty, trader, strategy } = decode(tape, offset, POSITION)
    const open = statements.open.get(account)
    if (open === undefined) throw new Error('a row of a statement that is not open')
    open.rows.push({ instrument, qty, trader, strategy })
    const line = rowLine(
      names.nameOf(Kind.INSTRUMENT, instrument),
      formatDecimal(qty, instruments.qtyDecimals[instrument]!),
      trader < 0 ? '' : names.nameOf(Kind.TRADER, trader),
      strategy < 0 ? '' : names.nameOf(Kind.STRATEGY, strategy),
    )
    open.hash = withRow(open.hash, line)
  }

  compared(tape: Tape, event: number): void {
    const { statements } = this.#state
    const { account, differences } = decode(tape, event, STATEMENT_COMPARED)
    const open = statements.open.get(account)
    if (open === undefined) throw new Error('a statement was compared that is not open')
    if (differences === 0) statements.settle(open)
    else statements.setDiffering(open)
  }

  adopted(tape: Tape, offset: number): void {
    const { statements } = this.#state
    const statement = statements.differing.get(decode(tape, offset, ADOPT_STATEMENT).account)
    if (statement === undefined) throw new Error('a statement was adopted that does not wait')
    const instruments = new Set(positionDifferences(this.#state, statement).map(({ instrument }) => instrument))
    for (const instrument of instruments) this.#restate(statement, instrument)
    statements.settle(statement)
  }

  /** Brings the start of every cell of the account in the instrument to the statement; what came since stays on top. */
  #restate({ account, rows }: PositionStatement, instrument: number): void {
    const { names, cells } = this.#state
    const stated = new Map<number, number>()
    const add = (binding: number, qty: number) => {
      if (binding <= 0) return
      const owner = (binding >> 1) - 1
      stated.set(owner, (stated.get(owner) ?? 0) + qty)
    }
    for (const row of rows) {
      if (row.instrument !== instrument) continue
      const desk = row.trader >= 0 ? names.deskOf[row.trader]! : names.deskOf[account]!
      add(names.binding(Bound.OWN_ACCOUNT, account, account), row.qty)
      add(names.binding(Bound.DESK_ACCOUNT, desk, account), row.qty)
      if (row.trader >= 0) add(names.binding(Bound.TRADER_ACCOUNT, row.trader, account), row.qty)
      if (row.strategy >= 0) add(names.binding(Bound.STRATEGY_ACCOUNT, row.strategy, account), row.qty)
    }
    for (const owner of stated.keys()) cells.open(owner, instrument)
    for (let page = cells.firstPage[instrument]!; page >= 0; page = cells.pageNext[page]!) {
      if (cells.blockAccount[cells.pageBlock[page]!] !== account) continue
      for (let place = 0; place < cells.ownersIn(page); place++) {
        const cell = (page * 8 + place) * Cell.SIZE
        const owner = cells.ownerAt(cell)
        this.#setStart(account, instrument, cell, owner, stated.get(owner) ?? 0)
      }
    }
  }

  #setStart(account: number, instrument: number, cell: number, owner: number, qty: number): void {
    const { names, cells, books } = this.#state
    const dP = qty - cells.f[cell + Cell.START]!
    if (dP === 0) return
    const kind = cells.ownerKind[owner]!
    const entity = names.entityOf[account]!
    const subjects = this.#subjects
    subjects.set([0, entity, names.clientOf[account]!, -1, -1, account, -1, -1])
    subjects[PLACE_OF_KIND[kind]!] = cells.ownerSubject[owner]!
    cells.f[cell + Cell.START] = qty
    if (kind === 0) books.addPosition(books.openHead(names.ownerOf[account]!, instrument), dP)
    this.#shift.cell(kind, cell, instrument, names.entityOrdinal[entity]!, dP, subjects, 0)
    this.#profit.stated(kind, cell, instrument, dP, subjects, 0)
  }
}
