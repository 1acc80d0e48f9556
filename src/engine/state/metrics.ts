/**
 * Metric rows: the sums that limit rows read. Row s is subject s alone; rows behind the subjects are a subject in one
 * object (instrument, underlying, sector, asset class, venue), kept only where a limit row asks for them.
 */
import { ENTITIES_MAX } from './names.ts'
import type { StateHash } from './state-hash.ts'

/** Doubles in a metric row. */
export const enum Metric {
  SIZE = 8,
  GROSS = 0,
  EXECUTED = 1,
  OPEN = 2,
  COUNT = 3,
  /** Sum over entities of max(|long|, |short|). */
  NET = 4,
}

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(scopes: number, objects: number) {
  const rowsMax = scopes + objects + 1
  const f = new Float64Array(rowsMax * Metric.SIZE)
  /** long and short by row and entity. */
  const ends = new Float64Array(rowsMax * ENTITIES_MAX * 2)
  /** A row that stays 0: for an object that nothing has touched. */
  const zero = scopes
  let rows = scopes + 1

  function addRow(): number {
    const row = rows++
    if (row * Metric.SIZE >= f.length) throw new Error('metric rows are used up: the decision should have refused')
    return row
  }

  /** Adds changes of position value in one entity. */
  function addEnds(row: number, entity: number, up: number, dn: number, gross: number): void {
    const at = (row * ENTITIES_MAX + entity) * 2
    const long0 = ends[at]!
    const short0 = ends[at + 1]!
    const long1 = long0 + up
    const short1 = short0 + dn
    ends[at] = long1
    ends[at + 1] = short1
    const m = row * Metric.SIZE
    f[m + Metric.GROSS] = f[m + Metric.GROSS]! + gross
    f[m + Metric.NET] = f[m + Metric.NET]! - larger(long0, short0) + larger(long1, short1)
  }

  /** Adds changes of flow. */
  function addFlow(row: number, open: number, count: number, executed: number): void {
    const m = row * Metric.SIZE
    f[m + Metric.OPEN] = f[m + Metric.OPEN]! + open
    f[m + Metric.COUNT] = f[m + Metric.COUNT]! + count
    f[m + Metric.EXECUTED] = f[m + Metric.EXECUTED]! + executed
  }

  function clear(row: number): void {
    f.fill(0, row * Metric.SIZE, (row + 1) * Metric.SIZE)
    ends.fill(0, row * ENTITIES_MAX * 2, (row + 1) * ENTITIES_MAX * 2)
  }

  function hashInto(hash: StateHash): void {
    hash.nums(f, rows * Metric.SIZE)
    hash.nums(ends, rows * ENTITIES_MAX * 2)
  }

  return {
    f,
    ends,
    rows: (): number => rows,
    zero,
    isFull: (): boolean => (rows + 64) * Metric.SIZE > f.length,
    addRow,
    addEnds,
    addFlow,
    clear,
    hashInto,
  }
}

/** The larger absolute end. */
export function larger(long: number, short: number): number {
  const a = long < 0 ? -long : long
  const b = short < 0 ? -short : short
  return a > b ? a : b
}
