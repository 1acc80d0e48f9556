/**
 * The events that an engine has appended behind a command, decoded, with the evaluated rows of a decision.
 */
import {
  layoutOfType,
  ORDER_DECIDED,
  ROW_FAILED,
  ROW_ID_MASK,
  ROW_SOFT,
  ROW_WAIVED,
} from '../../model/records/events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'

export interface RecordedRow {
  /** Versioned row id. */
  readonly row: number
  readonly failed: boolean
  readonly soft: boolean
  readonly waived: boolean
  readonly before: number
  readonly after: number
}

export interface RecordedEvent {
  readonly name: string
  readonly values: Readonly<Record<string, number | string>>
  readonly rows: readonly RecordedRow[]
}

/** Decodes every record from `offset` to the tape's end. */
export function recordedEvents(tape: Tape, offset: number): RecordedEvent[] {
  const events: RecordedEvent[] = []
  for (let at = offset; at < tape.end; at += lengthAt(tape, at)) {
    const layout = layoutOfType(typeAt(tape, at))
    if (layout === undefined) throw new Error(`no layout has the type ${typeAt(tape, at)}`)
    const values = decode(tape, at, layout)
    const rows = layout.type === ORDER_DECIDED.type ? rowsAt(tape, at + layout.bytes, values.rows as number) : []
    events.push({ name: layout.name, values, rows })
  }
  return events
}

/** Three columns: ids padded to 8 bytes, use before, use after. */
function rowsAt(tape: Tape, at: number, count: number): RecordedRow[] {
  const uses = (at >> 3) + ((count + 1) >> 1)
  return Array.from({ length: count }, (_, index) => {
    const id = tape.i32[(at >> 2) + index] ?? 0
    return {
      row: id & ROW_ID_MASK,
      failed: (id & ROW_FAILED) !== 0,
      soft: (id & ROW_SOFT) !== 0,
      waived: (id & ROW_WAIVED) !== 0,
      before: tape.f64[uses + index] ?? Number.NaN,
      after: tape.f64[uses + count + index] ?? Number.NaN,
    }
  })
}
