/**
 * The newest refused orders that two people could let pass: what was refused, by which rows, and at which use. A ring, so
 * that a refusal makes no objects; the oldest make way.
 */
import { REFUSAL_ROWS, REFUSALS_KEPT } from '../../model/bounds.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Columns of a kept refusal, in `f` and in `i`. */
export const enum Refusal {
  SEQ = 0,
  TIME = 1,
  /** The order's terms. */
  TERMS = 2,
  NUMS = 15,

  SESSION = 0,
  CONTENT0 = 1,
  CONTENT1 = 2,
  ACCOUNT = 3,
  TRADER = 4,
  STRATEGY = 5,
  INSTRUMENT = 6,
  VENUE = 7,
  SIDE = 8,
  ROWS = 9,
  INTS = 10,
}

const KEPT: number = REFUSALS_KEPT
const ROWS_MAX: number = REFUSAL_ROWS

export type Refusals = ReturnType<typeof createRefusals>

export function createRefusals() {
  const f = new Float64Array(KEPT * Refusal.NUMS)
  const i = new Int32Array(KEPT * Refusal.INTS)
  /** Versioned ids of the rows that refused, and their use after: ROWS_MAX places each. */
  const rowIds = new Int32Array(KEPT * ROWS_MAX)
  const rowUses = new Float64Array(KEPT * ROWS_MAX)
  /** How many were kept ever. */
  let made = 0

  /** Place that the next one takes. What stands there is over. */
  function next(): number {
    return made % KEPT
  }

  /** The refusal at the next place, filled by its caller, is kept. */
  function keep(): void {
    made++
  }

  /** Place of the refusal by the decision with this sequence number; -1 where it is not kept. */
  function find(seq: number): number {
    // What was let pass stands as 0.
    if (!(seq > 0)) return -1
    for (let age = 1; age <= Math.min(made, KEPT); age++) {
      const place = (made - age) % KEPT
      if (f[place * Refusal.NUMS + Refusal.SEQ] === seq) return place
    }
    return -1
  }

  /** Versioned ids of the rows that it is kept with. */
  function rowsOf(place: number): Int32Array {
    const at = place * ROWS_MAX
    return rowIds.subarray(at, at + i[place * Refusal.INTS + Refusal.ROWS]!)
  }

  /** Its order came through: it is not let pass twice. */
  function drop(seq: number): void {
    const place = find(seq)
    if (place >= 0) f[place * Refusal.NUMS + Refusal.SEQ] = 0
  }

  function visit(v: StateVisitor): void {
    made = v.num(made)
    const used = Math.min(made, KEPT)
    v.nums(f, used * Refusal.NUMS)
    v.ints(i, used * Refusal.INTS)
    v.ints(rowIds, used * ROWS_MAX)
    v.nums(rowUses, used * ROWS_MAX)
  }

  return { f, i, rowIds, rowUses, next, keep, find, rowsOf, drop, visit }
}
