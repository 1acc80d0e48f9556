/** Profit of each subject since the trade date began, and what a DAILY_LOSS row has seen of it. */
import type { StateVisitor } from './state-visitor.ts'

export type Profits = ReturnType<typeof createProfits>

export function createProfits(scopes: number, instruments: number) {
  /** Sum of the cells' profits, in ledger units, and how many cells have one that is not known. */
  const money = new Float64Array(scopes)
  const unknown = new Int32Array(scopes)
  /** Sequence number of the command that last moved the sum by a mark. */
  const markedSeq = new Float64Array(scopes)
  /** Mark of each instrument when the trade date began, or when it got its first one. */
  const startMark = new Float64Array(instruments)
  /** Slots of the rows in the order of their subjects, and how many marks in succession each has found at or over its limit. */
  const rows: number[] = []
  const marksBeyond = new Map<number, number>()

  function watch(slot: number, subjectOf: (slot: number) => number): void {
    if (rows.includes(slot)) return
    rows.push(slot)
    rows.sort((a, b) => subjectOf(a) - subjectOf(b))
  }

  function drop(slot: number): void {
    const at = rows.indexOf(slot)
    if (at < 0) return
    rows.splice(at, 1)
    marksBeyond.delete(slot)
  }

  function visit(v: StateVisitor): void {
    for (const column of [money, markedSeq]) v.nums(column, scopes)
    v.ints(unknown, scopes)
    v.nums(startMark, instruments)
    v.list(rows)
    v.map(marksBeyond)
  }

  return { money, unknown, markedSeq, startMark, rows, marksBeyond, watch, drop, visit }
}
