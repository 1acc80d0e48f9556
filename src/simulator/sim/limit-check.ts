/**
 * No limit is exceeded in reserved units. An approve leaves each row that it evaluated within its limit, or with less use
 * than before it. And with marks, rates and limits as they are and no fill, the use that stands never comes over a limit
 * that it was not over already.
 */
import { controlIndex } from '../../model/controls.ts'
import type { EngineView } from '../../model/engine-port.ts'
import { EXEC_TYPES, type ExecType } from '../../model/vocabulary.ts'
import { type Command, type CommandName, inWords } from '../commands/command.ts'
import type { RecordedEvent } from '../commands/recorded-events.ts'

const APPROVE = 1
const HELD = 3
const BLOCK = 0
const ENFORCE = 0
/** Their limit is no number that the use is compared with as it stands: bands, shares of capital. */
const OWN_LIMIT = ['PRICE_COLLAR', 'SECTOR_CONCENTRATION'].map(controlIndex)
/** Sums of what stands, whatever the time. */
const SUMS = ['DAILY_GROSS', 'PORTFOLIO_GROSS', 'OPEN_ORDER_NOTIONAL', 'MAX_OPEN_ORDERS'].map(controlIndex)
/** What raises no sum but by an approve. */
const QUIET: readonly CommandName[] = [
  ...(['NewOrder', 'ReplaceOrder', 'CancelOrder', 'NotSent', 'Evaluate', 'Kill', 'KillSweep', 'Release'] as const),
  ...(['Tick', 'HoldDecide', 'FeedHeartbeat', 'List', 'Locate', 'Binding', 'Confirm', 'Override'] as const),
]
const QUIET_REPORTS = (['New', 'Canceled', 'Rejected', 'Expired', 'CancelRejected'] as const).map((type: ExecType) =>
  EXEC_TYPES.indexOf(type),
)

export class LimitCheck {
  /** Use of each row at the last look. */
  #uses = new Map<number, number>()
  #isQuiet = false

  /** @throws Error where an approve exceeds a row */
  entry(given: Command, recorded: readonly RecordedEvent[], view: EngineView): void {
    const isReport = given.name === 'ExecutionReport' && QUIET_REPORTS.includes(given.values.execType)
    const books = recorded.some(({ name }) => name === 'ExecutionBooked')
    if (books || !(isReport || QUIET.includes(given.name))) this.#isQuiet = false
    for (const { name, values, rows } of recorded) {
      if (name !== 'OrderDecided' || given.name === 'Evaluate') continue
      if (values.outcome !== APPROVE && values.outcome !== HELD) continue
      for (const { row, failed, waived, before, after } of rows) {
        const limit = view.limitVersion(row)
        if (limit === undefined || (failed && !waived))
          throw new Error(`approved in spite of row ${row}: ${inWords(given)}`)
        // Two people took the use over it.
        if (failed && limit.action === BLOCK && limit.mode === ENFORCE) this.#isQuiet = false
        const most = Math.max(limit.hard, limit.hardForReducing)
        if (failed || OWN_LIMIT.includes(limit.control) || after <= most || after <= before) continue
        throw new Error(`${before} -> ${after} over ${most} of control ${limit.control}: ${inWords(given)}`)
      }
    }
  }

  /** Looks at what stands. @throws Error where use has come over a limit though only orders came */
  look(view: EngineView): void {
    const uses = new Map<number, number>()
    for (const { row, control, hard, hardForReducing, action, mode, use } of view.limits()) {
      if (!SUMS.includes(control) || action !== BLOCK || mode !== ENFORCE || Number.isNaN(use)) continue
      uses.set(row, use)
      const most = Math.max(hard, hardForReducing, this.#uses.get(row) ?? 0)
      if (this.#isQuiet && use > most) throw new Error(`the use of row ${row} stands at ${use}, its limit at ${most}`)
    }
    this.#uses = uses
    this.#isQuiet = true
  }
}
