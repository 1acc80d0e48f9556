/**
 * Metric rows: the sums that limit rows read. Row s is subject s alone; rows behind the subjects are a subject in one
 * object (instrument, underlying, sector, asset class, venue), kept only where a limit row asks for them.
 */
import { numsColumnOf } from './columns.ts'
import { ENTITIES_MAX } from './names.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Doubles in a metric row. */
export const enum Metric {
  SIZE = 8,
  /** Where a row begins is its number shifted by this: a product would be checked for overflow. */
  SHIFT = 3,
  GROSS = 0,
  EXECUTED = 1,
  OPEN = 2,
  COUNT = 3,
  /** Sum over entities of max(|long|, |short|). */
  NET = 4,
  /** Of a subject in one instrument, in its quantity units: P + B, P - S, and what was executed on the trade date. */
  LONG_QTY = 5,
  SHORT_QTY = 6,
  TRADED_QTY = 7,
}
/** Doubles of a row in `ends`: long and short of each entity. */
export const enum Ends {
  SIZE = 32,
  SHIFT = 5,
}
if (ENTITIES_MAX * 2 !== Ends.SIZE) throw new Error('a metric row has no long and short of each entity')

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(scopes: number, objects: number) {
  const rowsMax = scopes + objects + 1
  const f = new Float64Array(rowsMax * Metric.SIZE)
  /** long and short by row and entity. */
  const ends = new Float64Array(rowsMax * Ends.SIZE)
  /** A row that stays 0: for an object that nothing has touched. */
  const zero = scopes
  const used = { rows: scopes + 1 }

  function addRow(): number {
    const row = used.rows++
    if (row >= rowsMax) throw new Error('metric rows are used up: the decision should have refused')
    return row
  }

  /** Adds changes of position value in one entity. */
  function addEnds(row: number, entity: number, up: number, dn: number, gross: number): void {
    const at = (row * Ends.SIZE + entity * 2) | 0
    const m = (row * Metric.SIZE) | 0
    const long0 = ends[at]!
    const short0 = ends[(at + 1) | 0]!
    const long1 = long0 + up
    const short1 = short0 + dn
    ends[at] = long1
    ends[(at + 1) | 0] = short1
    f[(m + Metric.GROSS) | 0] = f[(m + Metric.GROSS) | 0]! + gross
    f[(m + Metric.NET) | 0] = f[(m + Metric.NET) | 0]! - larger(long0, short0) + larger(long1, short1)
  }

  /** Adds changes of flow. */
  function addFlow(row: number, open: number, count: number, executed: number): void {
    const m = (row * Metric.SIZE) | 0
    f[(m + Metric.OPEN) | 0] = f[(m + Metric.OPEN) | 0]! + open
    f[(m + Metric.COUNT) | 0] = f[(m + Metric.COUNT) | 0]! + count
    f[(m + Metric.EXECUTED) | 0] = f[(m + Metric.EXECUTED) | 0]! + executed
  }

  /** Adds changes of P + B, of P - S and of what was executed, of a subject in one instrument. */
  function addQuantity(row: number, long: number, short: number, traded: number): void {
    const m = (row * Metric.SIZE) | 0
    f[(m + Metric.LONG_QTY) | 0] = f[(m + Metric.LONG_QTY) | 0]! + long
    f[(m + Metric.SHORT_QTY) | 0] = f[(m + Metric.SHORT_QTY) | 0]! + short
    f[(m + Metric.TRADED_QTY) | 0] = f[(m + Metric.TRADED_QTY) | 0]! + traded
  }

  function visit(v: StateVisitor): void {
    used.rows = v.int(used.rows)
    v.nums(f, used.rows * Metric.SIZE)
    v.nums(ends, used.rows * Ends.SIZE)
  }

  const last = Metric.SIZE - 1

  return {
    f,
    ends,
    /** Columns of `f`, and of `ends`: index them with where a row, or an entity in a row, begins. */
    grossOf: numsColumnOf(f, Metric.GROSS, last),
    executedOf: numsColumnOf(f, Metric.EXECUTED, last),
    openOf: numsColumnOf(f, Metric.OPEN, last),
    countOf: numsColumnOf(f, Metric.COUNT, last),
    netOf: numsColumnOf(f, Metric.NET, last),
    longQtyOf: numsColumnOf(f, Metric.LONG_QTY, last),
    shortQtyOf: numsColumnOf(f, Metric.SHORT_QTY, last),
    tradedQtyOf: numsColumnOf(f, Metric.TRADED_QTY, last),
    longOf: numsColumnOf(ends, 0, 1),
    shortOf: numsColumnOf(ends, 1, 1),
    zero,
    rows: (): number => used.rows,
    isFull: (): boolean => used.rows + 64 > rowsMax,
    addRow,
    addEnds,
    addFlow,
    addQuantity,
    visit,
  }
}

/** The larger absolute end. */
export function larger(long: number, short: number): number {
  return Math.max(Math.abs(long), Math.abs(short))
}
