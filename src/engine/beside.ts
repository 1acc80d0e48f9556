/**
 * The session beside an execution source: its reports are compared with what the source's have booked, and book nothing
 * (docs/reference/decision.md §11).
 */
import { reasonNumber } from '../model/codes.ts'
import { EXECUTION_REPORT } from '../model/records/commands.ts'
import { EXECUTION_BOOKED } from '../model/records/events.ts'
import { EXECUTION_SOURCE } from '../model/records/fate-commands.ts'
import { REPORT_COMPARED } from '../model/records/fate-events.ts'
import { decode, encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { COMPARISONS, EXEC_TYPES } from '../model/vocabulary.ts'
import { writeApplied, writeRefused } from './events-out.ts'
import { Exec } from './state/executions.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const NOT_EXECUTION_SOURCE = reasonNumber('NOT_EXECUTION_SOURCE')
const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')
const CAPACITY = reasonNumber('CAPACITY')

const [AGREES, QTY_DIFFERS, PX_DIFFERS, MISSING, NOT_COMPARED] = COMPARISONS.map((_, index) => index) as [
  number,
  number,
  number,
  number,
  number,
]
const TRADES: readonly number[] = [EXEC_TYPES.indexOf('Fill'), EXEC_TYPES.indexOf('TradeCorrect')]

const X = EXECUTION_REPORT.at
const S = EXECUTION_SOURCE.at

export type Beside = ReturnType<typeof createBeside>

export function createBeside(state: State) {
  const { sources, comparisons, executions, names } = state

  /** An ExecutionReport from a session that is not the source of the account at the venue. */
  function report(tape: Tape, offset: number, account: number, venue: number): void {
    const { session, execType, execID, lastQty, lastPx, venue: reported } = decode(tape, offset, EXECUTION_REPORT)
    const pair = sources.of(account, venue)
    if (pair !== undefined && pair.compare !== session) return writeRefused(tape, NOT_EXECUTION_SOURCE, X.session)
    const said = { qty: lastQty, px: lastPx, account, venue: reported, source: pair?.source ?? -1, execID }
    if (!TRADES.includes(execType)) return void encode(tape, REPORT_COMPARED, { ...said, result: NOT_COMPARED })
    const found = executions.find(tape, offset + X.execID, said.source, reported, 2)
    const isBooked = found >= 0 && executions.int(found, Exec.REVERSED) === 0
    if (!isBooked) return write(tape, said, MISSING, 0, 0)
    const [qty, px] = [executions.num(found, Exec.QTY), executions.num(found, Exec.PX)]
    write(tape, said, resultOf(said, qty, px), qty, px)
  }

  function resultOf(said: { readonly qty: number; readonly px: number }, qty: number, px: number): number {
    if (said.qty !== qty) return QTY_DIFFERS
    return said.px === px ? AGREES : PX_DIFFERS
  }

  type Compared = Parameters<typeof resultOf>[0] & {
    readonly account: number
    readonly venue: number
    readonly source: number
    readonly execID: string
  }

  function write(tape: Tape, said: Compared, result: number, sourceQty: number, sourcePx: number): void {
    const fits = comparisons.of(said.source, said.venue, said.execID) !== undefined || !comparisons.isFull()
    const kept = result !== AGREES && fits ? 1 : 0
    encode(tape, REPORT_COMPARED, { ...said, result, sourceQty, sourcePx, kept })
  }

  /** The source's own execution, behind the ExecutionBooked at `event`: what was missing there is compared now. */
  function booked(tape: Tape, event: number): void {
    if (comparisons.isEmpty()) return
    const { source, venue, execID, qty, px } = decode(tape, event, EXECUTION_BOOKED)
    const open = comparisons.of(source, venue, execID)
    if (open !== undefined) write(tape, open, resultOf(open, qty, px), qty, px)
  }

  /** ReportCompared: a difference stands until both agree. */
  function compared(tape: Tape, event: number): void {
    const { source, venue, execID, account, qty, px, result, kept } = decode(tape, event, REPORT_COMPARED)
    if (result === AGREES) comparisons.settle(source, venue, execID)
    else if (kept === 1) comparisons.keep({ source, venue, execID, account, qty, px, result, rolls: 0 })
  }

  function setSource(tape: Tape, offset: number): void {
    const { account, venue, source, compare } = decode(tape, offset, EXECUTION_SOURCE)
    const isKnown = (kind: Kind, id: number) => id === -1 || names.has(kind, id)
    if (!names.has(Kind.ACCOUNT, account)) return writeRefused(tape, UNKNOWN_NAME, S.account)
    if (!isKnown(Kind.VENUE, venue)) return writeRefused(tape, UNKNOWN_NAME, S.venue)
    if (!isKnown(Kind.SESSION, source)) return writeRefused(tape, UNKNOWN_NAME, S.source)
    if (!isKnown(Kind.SESSION, compare)) return writeRefused(tape, UNKNOWN_NAME, S.compare)
    // Where every session is the source there is none beside it.
    if (compare >= 0 && (source < 0 || source === compare)) return writeRefused(tape, INVALID_VALUE, S.compare)
    if (sources.isFullFor(account, venue)) return writeRefused(tape, CAPACITY)
    writeApplied(tape)
  }

  /** Applied behind an ExecutionSource. */
  function sourceSet(tape: Tape, offset: number): void {
    const { account, venue, source, compare } = decode(tape, offset, EXECUTION_SOURCE)
    sources.set({ account, venue, source, compare })
  }

  return { report, booked, compared, setSource, sourceSet }
}
