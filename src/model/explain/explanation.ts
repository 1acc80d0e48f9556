/**
 * Why an order was let through or refused, in words: read from the recorded OrderDecided, the command before it and the
 * versions of the limit rows that it names. No number is reckoned again.
 */
import { reasonAt } from '../codes.ts'
import { CONTROLS, controlAt } from '../controls.ts'
import { formatDecimal } from '../numbers.ts'
import { formatTimeUs } from '../parse/timestamps.ts'
import { EVALUATE, NEW_ORDER, REPLACE_ORDER } from '../records/commands.ts'
import { ORDER_DECIDED } from '../records/events.ts'
import { decode } from '../records/schema.ts'
import { type Tape, typeAt } from '../records/tape.ts'
import type { RuleInfo } from '../rules.ts'
import { OUTCOMES, type Outcome, REF_SOURCES, RESULTS, type RefSource, type Result } from '../vocabulary.ts'
import { formatMoney } from './amounts.ts'
import { type RowFilter, type RowSources, type RowUse, readRows, sayRow } from './row-use.ts'

/** What the words of a decision come from. */
export interface Sources extends RowSources {
  readonly rules: readonly RuleInfo[]
}

export interface Explanation {
  readonly seq: number
  readonly timeUs: number
  readonly outcome: Outcome
  /** Absent from an approve. `control` is the id in the catalogue, `command` where no control judged. */
  readonly reason: { readonly code: string; readonly control: string; readonly text: string } | undefined
  /** Codes of all controls that refused, in the order of the control table. */
  readonly failed: readonly string[]
  /** The rows that were asked for; those that failed, where nothing else was asked. */
  readonly rows: readonly RowUse[]
  readonly rowsEvaluated: number
  readonly reference:
    | { readonly px: string; readonly source: RefSource; readonly time: string; readonly ageUs: number }
    | undefined
  readonly versions: {
    readonly limits: number
    readonly reference: number
    readonly fx: number
    readonly parameters: number
  }
  /** The largest quantity that would have passed, other things equal; absent from an approve. */
  readonly qtyPassing: string | undefined
  readonly openValue: string
  readonly protectionPx: string | undefined
  readonly rule: RuleInfo | undefined
  /** Result of each control that was judged, by code. */
  readonly results: Readonly<Record<string, Result>>
}

const E = ORDER_DECIDED.at
const REJECT = 0
const refused: RowFilter = (failed) => failed

/**
 * Explains the OrderDecided at `event` of the command at `command`. `instrument` is that of the order that a replace
 * names; a new order names its own.
 */
export function explain(
  tape: Tape,
  command: number,
  event: number,
  sources: Sources,
  instrument: number,
  wanted: RowFilter = refused,
): Explanation {
  const { names } = sources
  const decided = decode(tape, event, ORDER_DECIDED)
  const units = names.instrument(instrument)
  const px = (value: number) => formatDecimal(value, units?.priceDecimals ?? 0)
  const timeUs = tape.f64[(command >> 3) + NEW_ORDER.at.timeUs] as number
  const rows = readRows(tape, event, sources, instrument, wanted)
  const rule = decided.rule >= 0 ? sources.rules[decided.rule] : undefined
  const results = resultsAt(tape, event)
  return {
    seq: tape.f64[(command >> 3) + NEW_ORDER.at.seq] as number,
    timeUs,
    outcome: OUTCOMES[decided.outcome] as Outcome,
    reason: decided.reason === 0 ? undefined : reasonOf(tape, command, decided, sources, rows, rule),
    failed: Object.keys(results).filter((code) => results[code] === 'FAIL'),
    rows,
    rowsEvaluated: decided.rows,
    reference:
      decided.refSource === 0
        ? undefined
        : {
            px: px(decided.refPx),
            source: REF_SOURCES[decided.refSource] as RefSource,
            time: formatTimeUs(decided.refTimeUs),
            ageUs: timeUs - decided.refTimeUs,
          },
    versions: {
      limits: decided.limitsVersion,
      reference: decided.referenceVersion,
      fx: decided.fxVersion,
      parameters: decided.parametersVersion,
    },
    qtyPassing: decided.outcome === REJECT ? formatDecimal(decided.qtyPassing, units?.qtyDecimals ?? 0) : undefined,
    openValue: formatMoney(decided.openValue, names.ledgerDecimals),
    protectionPx: decided.protectionPx === 0 ? undefined : px(decided.protectionPx),
    rule,
    results,
  }
}

/** Results by control code; controls that were not applicable are left out. */
export function resultsAt(tape: Tape, event: number): Record<string, Result> {
  const results: Record<string, Result> = {}
  for (const control of CONTROLS) {
    const result = resultAt(tape, event, control.index)
    if (result !== 'NOT_APPLICABLE') results[control.code] = result
  }
  return results
}

/** Result of one control in the OrderDecided at `event`. */
export function resultAt(tape: Tape, event: number, control: number): Result {
  const word = tape.i32[(event >> 2) + E.results0 + (control >> 4)] as number
  return RESULTS[(word >>> ((control & 15) * 2)) & 3] as Result
}

type Decided = ReturnType<typeof decode<(typeof ORDER_DECIDED)['fields']>>

function reasonOf(
  tape: Tape,
  command: number,
  decided: Decided,
  sources: Sources,
  rows: readonly RowUse[],
  rule: RuleInfo | undefined,
): NonNullable<Explanation['reason']> {
  const { code, control, text } = reasonAt(decided.reason)
  const say = (detail: string) => ({ code, control, text: `${code}: ${detail}` })
  if (rule !== undefined) return say(`${rule.refusal} (${rule.id}; ${rule.citation})`)
  if (code === 'LIMIT_MISSING' && decided.missing >= 0) {
    const subject = sources.names.subjectOf(decided.missingSubject)
    const whose = subject === undefined ? '' : `, ${subject.kind.toLowerCase()}=${subject.name}`
    return say(`control=${controlAt(decided.missing).code}${whose}`)
  }
  const breach = rows.find((row) => row.failed && !row.waived && row.control.id === control)
  // Missing data fails a control without a row of its own that could say so.
  if (breach !== undefined && !code.endsWith('_UNAVAILABLE')) return say(sayRow(breach))
  const unresolved = unresolvedOf(tape, command)
  return say(code.startsWith('UNKNOWN_') && unresolved !== '' ? unresolved : text)
}

function unresolvedOf(tape: Tape, command: number): string {
  const type = typeAt(tape, command)
  if (type === NEW_ORDER.type) return decode(tape, command, NEW_ORDER).unresolved
  if (type === EVALUATE.type) return decode(tape, command, EVALUATE).unresolved
  return type === REPLACE_ORDER.type ? `origClOrdID=${decode(tape, command, REPLACE_ORDER).origClOrdID}` : ''
}
