/**
 * What the engine said, as plain values: a decision with its reason, its controls and its rows by name; an event with its
 * reasons by code. Read with the record layouts alone.
 */
import { reasonAt } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import { layoutOfType, ORDER_DECIDED, ROW_FAILED, ROW_ID_MASK, ROW_SOFT, ROW_WAIVED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import {
  NAME_KINDS,
  type NameKind,
  OBJECT_KINDS,
  ORDER_STATES,
  OUTCOMES,
  type Outcome,
  REF_SOURCES,
  RESULTS,
  type Result,
} from '../model/vocabulary.ts'

/** One limit row of a decision's evaluation vector. */
export interface DecidedRow {
  readonly control: string
  readonly subject: string
  /** Empty, or kind and name, as SECTOR:TECH; a star is "each". */
  readonly object: string
  readonly before: number
  readonly after: number
  readonly failed: boolean
  readonly soft: boolean
  readonly waived: boolean
}

export interface Decision {
  readonly outcome: Outcome
  readonly reason: string
  /** Result by control; controls that were not judged are not in it. */
  readonly results: Readonly<Record<string, Result>>
  readonly rows: readonly DecidedRow[]
  readonly qtyPassing: number
  readonly valuationPx: number
  readonly protectionPx: number
  readonly openValue: number
  readonly refPx: number
  readonly refSource: string
  /** Control and subject of LIMIT_MISSING, as MAX_ORDER_QTY A1. */
  readonly missing: string
  readonly rule: number
  readonly crossing: number
  readonly orderSeq: number
  readonly firstSeq: number
  readonly slot: number
  readonly tokenExpiryUs: number
}

/** An event but a decision: its name and fields, reasons and order states in words. */
export interface Said {
  readonly event: string
  readonly [field: string]: number | string
}

/** Fields that hold the number of a reason. */
const REASON_FIELDS: readonly string[] = ['reason', 'alarm', 'cause']

/** Decodes every event from `offset` to the tape's end. */
export function saidFrom(tape: Tape, offset: number): Said[] {
  const said: Said[] = []
  for (let at = offset; at < tape.end; at += lengthAt(tape, at)) {
    const layout = layoutOfType(typeAt(tape, at))
    if (layout === undefined) throw new Error(`no record has the type ${typeAt(tape, at)}`)
    const values: Record<string, number | string> = decode(tape, at, layout)
    for (const field of REASON_FIELDS) {
      const number = values[field]
      if (typeof number === 'number') values[field] = reasonAt(number).code
    }
    if (layout.name === 'OrderMoved' || layout.name === 'HoldEnded')
      values.state = ORDER_STATES[values.state as number] ?? ''
    said.push({ event: layout.name, ...values })
  }
  return said
}

/** Decodes the decision at `offset`. */
export function decisionAt(engine: DecisionEngine, tape: Tape, offset: number): Decision {
  const values = decode(tape, offset, ORDER_DECIDED)
  const { qtyPassing, valuationPx, protectionPx, openValue, refPx, rule, crossing, orderSeq, firstSeq, slot } = values
  return {
    outcome: OUTCOMES[values.outcome] ?? 'REJECT',
    reason: reasonAt(values.reason).code,
    results: resultsOf([values.results0, values.results1, values.results2]),
    rows: rowsAt(engine, tape, offset + ORDER_DECIDED.bytes, values.rows),
    qtyPassing,
    valuationPx,
    protectionPx,
    openValue,
    refPx,
    refSource: REF_SOURCES[values.refSource] ?? '',
    missing: values.missing < 0 ? '' : `${CONTROLS[values.missing]?.code} ${nameOf(engine, values.missingSubject)}`,
    rule,
    crossing,
    orderSeq,
    firstSeq,
    slot,
    tokenExpiryUs: values.tokenExpiryUs,
  }
}

/** Sixteen controls a word, two bits each. */
function resultsOf(words: readonly number[]): Record<string, Result> {
  const results: Record<string, Result> = {}
  for (const { index, code } of CONTROLS) {
    const bits = ((words[index >> 4] ?? 0) >>> ((index & 15) * 2)) & 3
    if (bits !== 0) results[code] = RESULTS[bits] ?? 'NOT_APPLICABLE'
  }
  return results
}

/** Three columns: ids padded to 8 bytes, use before, use after. */
function rowsAt(engine: DecisionEngine, tape: Tape, at: number, count: number): DecidedRow[] {
  const uses = (at >> 3) + ((count + 1) >> 1)
  return Array.from({ length: count }, (_, index) => {
    const id = tape.i32[(at >> 2) + index] ?? 0
    const row = engine.view.limitVersion(id & ROW_ID_MASK)
    if (row === undefined) throw new Error(`no limit row has the id ${id & ROW_ID_MASK}`)
    return {
      control: CONTROLS[row.control]?.code ?? '',
      subject: nameOf(engine, row.subject),
      object: objectOf(engine, row.objectKind, row.object),
      before: tape.f64[uses + index] ?? Number.NaN,
      after: tape.f64[uses + count + index] ?? Number.NaN,
      failed: (id & ROW_FAILED) !== 0,
      soft: (id & ROW_SOFT) !== 0,
      waived: (id & ROW_WAIVED) !== 0,
    }
  })
}

function nameOf(engine: DecisionEngine, subject: number): string {
  return engine.directory.subjectOf(subject)?.name ?? ''
}

function objectOf(engine: DecisionEngine, objectKind: number, object: number): string {
  const kind = OBJECT_KINDS[objectKind] ?? 'NONE'
  if (kind === 'NONE') return ''
  return `${kind}:${object < 0 ? '*' : engine.directory.nameOf(nameKindOf(kind), object)}`
}

/** The kind of names that an object kind's ids are of. */
export function nameKindOf(objectKind: string): NameKind {
  if (objectKind === 'UNDERLYING') return 'INSTRUMENT'
  const kind = NAME_KINDS.find((name) => name === objectKind)
  if (kind === undefined) throw new Error(`no names are of the kind ${objectKind}`)
  return kind
}
