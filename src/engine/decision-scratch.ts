/**
 * The record of the decision under way, made where every field's place is a constant to the compiler: the results of the controls
 * and the evaluation vector are written here as they are found, and the whole goes to the tape by one copy of memory.
 */
import { ROWS_PER_DECISION } from '../model/bounds.ts'
import { ORDER_DECIDED, rowsBytes } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'

/** Rows that may be collected, of which no more than ROWS_PER_DECISION can be judged. */
export const COLLECTED_MAX = 2_048
const ROWS_MAX: number = ROWS_PER_DECISION
const FIXED_BYTES = ORDER_DECIDED.bytes
const LARGEST_WORDS = (FIXED_BYTES + rowsBytes(ROWS_PER_DECISION)) >> 3

export type DecisionScratch = ReturnType<typeof createDecisionScratch>

export function createDecisionScratch() {
  const buffer = new ArrayBuffer(FIXED_BYTES + rowsBytes(COLLECTED_MAX))
  const f = new Float64Array(buffer)
  const i = new Int32Array(buffer)
  /** The first words of the record, by how many they are: a copy needs no new object. */
  const firstWords = Array.from({ length: LARGEST_WORDS + 1 }, (_, words) => f.subarray(0, words))
  i[0] = ORDER_DECIDED.type | (ORDER_DECIDED.version << 16)

  /** Appends the record with its first `rows` rows to the tape. */
  function copyTo(tape: Tape, rows: number): void {
    if (rows > ROWS_MAX) throw new Error('more limit rows match than a decision can record')
    const bytes = FIXED_BYTES + rowsBytes(rows)
    const { end } = tape
    if (end + bytes > tape.f64.length * 8) throw new RangeError('the tape is full')
    i[1] = bytes
    tape.f64.set(firstWords[bytes >> 3]!, end >> 3)
    tape.end = end + bytes
  }

  return { f, i, copyTo }
}
