/** The limit rows behind a decision: three columns of the record, read as rows. */
import { ORDER_DECIDED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'

/** Use of one row, with ROW_FAILED and ROW_WAIVED in its id. */
export interface EvaluatedRow {
  readonly id: number
  readonly before: number
  readonly after: number
}

/** @param at offset of an OrderDecided record */
export function rowsAt(tape: Tape, at: number): EvaluatedRow[] {
  const count = decode(tape, at, ORDER_DECIDED).rows
  const ids = at + ORDER_DECIDED.bytes
  const before = (ids >> 3) + ((count + 1) >> 1)
  return [...Array(count).keys()].map((i) => ({
    id: tape.i32[(ids >> 2) + i] as number,
    before: tape.f64[before + i] as number,
    after: tape.f64[before + count + i] as number,
  }))
}
