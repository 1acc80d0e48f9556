/**
 * Profit since the trade date began (docs/reference/decision.md §6): every quantity against what it was had at, an execution
 * its price, what stood before the mark of the roll. Exact in the instrument's own units; rounded once, downwards, into money.
 */
import { floorMulDiv, MAX } from '../model/numbers.ts'
import { CELL_KIND } from './exposure.ts'
import { Cell } from './state/cells.ts'
import { Has, InstrumentFlag } from './state/instruments.ts'
import type { State } from './state/state.ts'

export type Profit = ReturnType<typeof createProfit>

export function createProfit(state: State) {
  const { instruments, profits, cells } = state
  const { f } = cells
  const { has, flags, mark, highN, highD, lowN, lowD } = instruments
  const { money, unknown, markedSeq, startMark } = profits
  const kindOf = CELL_KIND

  /**
   * `qty` that was had at `px` entered the cell, whose position holds it already. `subjects` holds the eight subjects
   * from `from` on, -1 where one is not known.
   */
  function traded(
    kind: number,
    cell: number,
    instrument: number,
    qty: number,
    px: number,
    subjects: Int32Array,
    from: number,
  ): void {
    if (isInverse(instrument)) {
      const before = isUnknown(instrument, f[cell + Cell.P]! - qty, f[cell + Cell.PROFIT]!)
      f[cell + Cell.PROFIT] = 1
      add(kind, subjects, from, 0, 1 - before)
      return
    }
    f[cell + Cell.PROFIT] = sum(f[cell + Cell.PROFIT]!, qty * (mark[instrument]! - px))
    value(kind, cell, instrument, subjects, from)
  }

  /** The cell's position was stated, `qty` more than it was: it is had at the mark. */
  function stated(
    kind: number,
    cell: number,
    instrument: number,
    qty: number,
    subjects: Int32Array,
    from: number,
  ): void {
    const p = f[cell + Cell.P]!
    const profit = f[cell + Cell.PROFIT]!
    add(kind, subjects, from, 0, isUnknown(instrument, p, profit) - isUnknown(instrument, p - qty, profit))
  }

  /** The mark moved by `by`; the first one of an instrument is what its positions are had at. */
  function marked(
    kind: number,
    cell: number,
    instrument: number,
    by: number,
    isFirst: boolean,
    subjects: Int32Array,
    from: number,
  ): void {
    const p = f[cell + Cell.P]!
    if (isInverse(instrument)) return
    if (isFirst) {
      if (p !== 0) add(kind, subjects, from, 0, -1)
      return
    }
    f[cell + Cell.PROFIT] = sum(f[cell + Cell.PROFIT]!, p * by)
    const before = f[cell + Cell.PROFIT_MONEY]!
    value(kind, cell, instrument, subjects, from)
    if (f[cell + Cell.PROFIT_MONEY] === before) return
    for (let place = 0; place < 7; place++) {
      const subject = subjects[from + place]!
      if (kindOf[place] === kind && subject >= 0) markedSeq[subject] = state.seq
    }
  }

  /** Brings the money of a cell to its profit at the rates in force: a loss at the high one, a gain at the low one. */
  function value(kind: number, cell: number, instrument: number, subjects: Int32Array, from: number): void {
    if (isInverse(instrument)) return
    const profit = f[cell + Cell.PROFIT]!
    const loses = profit < 0
    const n = loses ? highN[instrument]! : lowN[instrument]!
    const d = loses ? highD[instrument]! : lowD[instrument]!
    const exact = profit === -MAX ? Number.NaN : floorMulDiv(1, profit, n, d)
    const after = Number.isNaN(exact) ? (loses ? -MAX : MAX) : exact
    const change = after - f[cell + Cell.PROFIT_MONEY]!
    if (change === 0) return
    f[cell + Cell.PROFIT_MONEY] = after
    add(kind, subjects, from, change, 0)
  }

  function add(kind: number, subjects: Int32Array, from: number, change: number, cellsUnknown: number): void {
    for (let place = 0; place < 7; place++) {
      const subject = subjects[from + place]!
      if (kindOf[place] !== kind || subject < 0) continue
      money[subject] = money[subject]! + change
      unknown[subject] = unknown[subject]! + cellsUnknown
    }
  }

  /** 1 where the profit of a cell is not known: without a mark, and of an inverse contract, which has no exact one. */
  function isUnknown(instrument: number, p: number, profit: number): number {
    if (isInverse(instrument)) return p !== 0 || profit !== 0 ? 1 : 0
    return p !== 0 && (has[instrument]! & Has.MARK) === 0 ? 1 : 0
  }

  function isInverse(instrument: number): boolean {
    return (flags[instrument]! & InstrumentFlag.INVERSE) !== 0
  }

  /** A trade date begins: what stands is had at the marks of now. Cells keep whether they are known. */
  function roll(
    forEachCell: (visit: (kind: number, cell: number, instrument: number, subjects: Int32Array) => void) => void,
  ): void {
    money.fill(0)
    unknown.fill(0)
    startMark.set(mark)
    forEachCell((kind, cell, instrument, subjects) => {
      f[cell + Cell.PROFIT] = 0
      f[cell + Cell.PROFIT_MONEY] = 0
      add(kind, subjects, 0, 0, isUnknown(instrument, f[cell + Cell.P]!, 0))
    })
  }

  return { traded, stated, marked, value, roll }
}

/**
 * The profit with one part more. What a double cannot hold exactly is a loss of MAX until the roll, whatever comes behind:
 * a part that was cut off could not be taken out again.
 */
function sum(profit: number, part: number): number {
  const after = profit + part
  return profit !== -MAX && Math.abs(part) <= MAX && Math.abs(after) <= MAX ? after : -MAX
}
