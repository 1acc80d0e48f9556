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

export class Metrics {
  readonly f: Float64Array
  /** long and short by row and entity. */
  readonly ends: Float64Array
  rows: number
  /** A row that stays 0: for an object that nothing has touched. */
  readonly zero: number

  constructor(scopes: number, objects: number) {
    const rowsMax = scopes + objects + 1
    this.f = new Float64Array(rowsMax * Metric.SIZE)
    this.ends = new Float64Array(rowsMax * ENTITIES_MAX * 2)
    this.zero = scopes
    this.rows = scopes + 1
  }

  get isFull(): boolean {
    return (this.rows + 64) * Metric.SIZE > this.f.length
  }

  addRow(): number {
    const row = this.rows++
    if (row * Metric.SIZE >= this.f.length) throw new Error('metric rows are used up: the decision should have refused')
    return row
  }

  /** Adds changes of position value in one entity. */
  addEnds(row: number, entity: number, up: number, dn: number, gross: number): void {
    const f = this.f
    const ends = this.ends
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
  addFlow(row: number, open: number, count: number, executed: number): void {
    const f = this.f
    const m = row * Metric.SIZE
    f[m + Metric.OPEN] = f[m + Metric.OPEN]! + open
    f[m + Metric.COUNT] = f[m + Metric.COUNT]! + count
    f[m + Metric.EXECUTED] = f[m + Metric.EXECUTED]! + executed
  }

  clear(row: number): void {
    this.f.fill(0, row * Metric.SIZE, (row + 1) * Metric.SIZE)
    this.ends.fill(0, row * ENTITIES_MAX * 2, (row + 1) * ENTITIES_MAX * 2)
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.rows * Metric.SIZE)
    hash.nums(this.ends, this.rows * ENTITIES_MAX * 2)
  }
}

/** The larger absolute end. */
export function larger(long: number, short: number): number {
  const a = long < 0 ? -long : long
  const b = short < 0 ? -short : short
  return a > b ? a : b
}
