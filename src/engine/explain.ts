/**
 * What the executions of an order that nobody knew were: a person says so before the latch that they set may end, and may
 * say whose they are (docs/reference/decision.md §11).
 */
import { reasonNumber } from '../model/codes.ts'
import { EXPLAIN_EXECUTION } from '../model/records/fate-commands.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { writeApplied, writeRefused } from './events-out.ts'
import type { ReportEvolver } from './evolve-report.ts'
import { Exec } from './state/executions.ts'
import { Key } from './state/latches.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const UNKNOWN_LATCH = reasonNumber('UNKNOWN_LATCH')
const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const DUTY_MISSING = reasonNumber('DUTY_MISSING')
const CAPACITY = reasonNumber('CAPACITY')
const MAY_EXPLAIN = 1 << DUTIES.indexOf('release:request')

const E = EXPLAIN_EXECUTION.at

export type Explain = ReturnType<typeof createExplain>

export function createExplain(state: State, reports: ReportEvolver) {
  const { latches, names, executions, books, cells, metrics, limits } = state

  function decide(tape: Tape, offset: number): void {
    const { latch: id, account, principal } = decode(tape, offset, EXPLAIN_EXECUTION)
    const latch = latches.get(id)
    if (latch === undefined) return writeRefused(tape, UNKNOWN_LATCH, E.latch)
    if (latch.cause !== UNKNOWN_EXECUTION) return writeRefused(tape, INVALID_VALUE, E.latch)
    if (!isPerson(principal)) return writeRefused(tape, DUTY_MISSING, E.principal)
    if (account !== -1) {
      if (!names.has(Kind.ACCOUNT, account)) return writeRefused(tape, UNKNOWN_NAME, E.account)
      const suspense = names.idOf(Kind.ACCOUNT, 'SUSPENSE')
      if (latch.keys[Kind.ACCOUNT] !== suspense || account === suspense) {
        return writeRefused(tape, INVALID_VALUE, E.account)
      }
      if (!hasRoom(account, latch.keys[Key.INSTRUMENT]!)) return writeRefused(tape, CAPACITY)
    }
    writeApplied(tape, id)
  }

  function isPerson(principal: number): boolean {
    if (!names.has(Kind.PRINCIPAL, principal) || names.isPerson[principal] === 0) return false
    return (names.duties[principal]! & MAY_EXPLAIN) !== 0
  }

  /** The account may need a book, a cell and sums of its own. */
  function hasRoom(account: number, instrument: number): boolean {
    if (books.head(names.ownerOf[account]!, instrument) < 0 && books.isFull()) return false
    return cells.pages() + 1 <= cells.pagesMax && !metrics.isFull() && !limits.entriesAreFull()
  }

  /** Applied behind an ExplainExecution: position and flow go to the account whose they are, in one step. */
  function evolve(tape: Tape, offset: number): void {
    const { latch: id, account } = decode(tape, offset, EXPLAIN_EXECUTION)
    const latch = latches.get(id)
    if (latch === undefined) throw new Error(`no latch ${id} to explain`)
    latch.explained = true
    const instrument = latch.keys[Key.INSTRUMENT]!
    const from = latch.keys[Kind.ACCOUNT]!
    for (const exec of executions.kept()) {
      if (executions.int(exec, Exec.UNEXPLAINED) === 0 || executions.int(exec, Exec.INSTR) !== instrument) continue
      if (executions.int(exec, Exec.ACCOUNT) !== from) continue
      executions.i[executions.rowOf(exec) * Exec.INTS + Exec.UNEXPLAINED] = 0
      if (account >= 0 && executions.int(exec, Exec.REVERSED) === 0) reports.reassign(exec, account)
    }
  }

  return { decide, evolve }
}
