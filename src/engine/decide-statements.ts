/**
 * Decides statements (docs/reference/decision.md §12): opens them, takes their rows, and compares them when they are
 * closed. Until then nothing of a statement has an effect.
 */
import { STATEMENT_DIFFERENCES, STATEMENT_ROWS, STATEMENT_ROWS_ALL } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { POSITION } from '../model/records/commands.ts'
import { ADOPT_STATEMENT, POSITION_STATEMENT } from '../model/records/day-commands.ts'
import { STATEMENT_COMPARED, STATEMENT_DIFFERS } from '../model/records/day-events.ts'
import { decode, encode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { hashWords } from '../model/statement-hash.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { writeApplied, writeRefused } from './events-out.ts'
import { positionDifferences } from './position-differences.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')
const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const MAKER_IS_CHECKER = reasonNumber('MAKER_IS_CHECKER')
const STATEMENT_REPEATED = reasonNumber('STATEMENT_REPEATED')
const STATEMENT_NOT_OPEN = reasonNumber('STATEMENT_NOT_OPEN')
const STATEMENT_MISMATCH = reasonNumber('STATEMENT_MISMATCH')
const STATEMENT_OF_OTHER_DATE = reasonNumber('STATEMENT_OF_OTHER_DATE')
const NOTHING_TO_ADOPT = reasonNumber('NOTHING_TO_ADOPT')

const POSITIONS_WRITE = 1 << DUTIES.indexOf('positions:write')
const OPENS = 0
/** Cell pages that executions, which cannot be refused, may still open. */
const PAGES_MARGIN = 64
/** A row names the cells of account, desk, trader and strategy. */
const CELLS_A_ROW = 4

export class StatementDecider {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  position(tape: Tape, offset: number): void {
    const at = POSITION_STATEMENT.at
    const command = decode(tape, offset, POSITION_STATEMENT)
    const { account, tradeDate, rows, step } = command
    if (step !== OPENS && step !== 1) return writeRefused(tape, INVALID_VALUE, at.step)
    if (!this.#state.names.has(Kind.ACCOUNT, account)) return writeRefused(tape, UNKNOWN_NAME, at.account)
    if (tradeDate !== this.#state.dateOf(account)) return writeRefused(tape, STATEMENT_OF_OTHER_DATE, at.tradeDate)
    if (step === OPENS) this.#open(tape, command)
    else this.#close(tape, command, rows)
  }

  #open(tape: Tape, command: RecordOf<typeof POSITION_STATEMENT>): void {
    const { statements } = this.#state
    const { account, rows } = command
    if (!(rows >= 0 && rows <= STATEMENT_ROWS)) return writeRefused(tape, INVALID_VALUE, POSITION_STATEMENT.at.rows)
    const last = statements.settled.get(account)
    const isSame =
      last?.tradeDate === command.tradeDate &&
      last.count === rows &&
      last.hash0 === command.hash0 &&
      last.hash1 === command.hash1
    if (isSame) return writeRefused(tape, STATEMENT_REPEATED)
    if (statements.rowsKept() + rows > STATEMENT_ROWS_ALL) return writeRefused(tape, CAPACITY)
    writeApplied(tape, account)
  }

  #close(tape: Tape, command: RecordOf<typeof POSITION_STATEMENT>, rows: number): void {
    const { statements } = this.#state
    const { account, hash0, hash1, session, principal } = command
    const open = statements.open.get(account)
    if (open === undefined || open.session !== session || open.principal !== principal) {
      return writeRefused(tape, STATEMENT_NOT_OPEN)
    }
    const came = hashWords(open.hash)
    const agrees =
      open.tradeDate === command.tradeDate &&
      rows === open.count &&
      open.rows.length === open.count &&
      hash0 === open.hash0 &&
      hash1 === open.hash1 &&
      hash0 === came.hash0 &&
      hash1 === came.hash1
    if (!agrees) return writeRefused(tape, STATEMENT_MISMATCH)
    const differences = positionDifferences(this.#state, open)
    if (!differences.every(({ stated }) => Number.isSafeInteger(stated))) return writeRefused(tape, INVALID_VALUE)
    for (const difference of differences.slice(0, STATEMENT_DIFFERENCES)) {
      encode(tape, STATEMENT_DIFFERS, { ...difference, account })
    }
    encode(tape, STATEMENT_COMPARED, { account, differences: differences.length })
  }

  /** A Position command that is a row: its names and its quantity were judged. */
  row(tape: Tape, offset: number): void {
    const { account, session, principal } = decode(tape, offset, POSITION)
    const open = this.#state.statements.open.get(account)
    if (open === undefined || open.session !== session || open.principal !== principal) {
      return writeRefused(tape, STATEMENT_NOT_OPEN, POSITION.at.account)
    }
    if (open.rows.length >= open.count) return writeRefused(tape, STATEMENT_MISMATCH)
    writeApplied(tape)
  }

  adopt(tape: Tape, offset: number): void {
    const { names, statements, cells, books } = this.#state
    const at = ADOPT_STATEMENT.at
    const { account, tradeDate, hash0, hash1, principal } = decode(tape, offset, ADOPT_STATEMENT)
    const isPerson = names.has(Kind.PRINCIPAL, principal) && names.isPerson[principal] !== 0
    if (!isPerson || (names.duties[principal]! & POSITIONS_WRITE) === 0) {
      return writeRefused(tape, DUTY_MISSING, at.principal)
    }
    if (!names.has(Kind.ACCOUNT, account)) return writeRefused(tape, UNKNOWN_NAME, at.account)
    const waits = statements.differing.get(account)
    const isSeen = waits?.tradeDate === tradeDate && waits.hash0 === hash0 && waits.hash1 === hash1
    if (waits === undefined || !isSeen) return writeRefused(tape, NOTHING_TO_ADOPT)
    // The positions that it is about went on: only the statement of the date in force can be compared with them.
    if (tradeDate !== this.#state.dateOf(account)) return writeRefused(tape, STATEMENT_OF_OTHER_DATE, at.tradeDate)
    if (principal === waits.principal) return writeRefused(tape, MAKER_IS_CHECKER, at.principal)
    const most = waits.rows.length * CELLS_A_ROW + PAGES_MARGIN
    if (cells.pages() + most > cells.pagesMax || books.isFull() || books.books() + waits.rows.length > books.booksMax) {
      return writeRefused(tape, CAPACITY)
    }
    writeApplied(tape, account)
  }
}
