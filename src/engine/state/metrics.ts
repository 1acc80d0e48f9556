/**
 * Metric rows: the sums that limit rows read. Row s is subject s alone; rows behind the subjects are a subject in one
 * object (instrument, underlying, sector, asset class, venue), kept only where a limit row asks for them.
 */
import { ENTITIES_MAX } from './names.ts'
import type { StateHash } from './state-hash.ts'

/** Doubles in a metric row. */
export const METRIC = 8
export const GROSS = 0
export const EXECUTED = 1
export const OPEN = 2
export const COUNT = 3
/** Sum over entities of max(|long|, |short|). */
export const NET = 4

export class Metrics {
  readonly f: Float64Array
  /** long and short by row and entity. */
  readonly ends: Float64Array
  rows: number
  /** A row that stays 0: for an object that nothing has touched. */
  readonly zero: number

  constructor(scopes: number, objects: number) {
    const rowsMax = scopes + objects + 1
    this.f = new Float64Array(rowsMax * METRIC)
    this.ends = new Float64Array(rowsMax * ENTITIES_MAX * 2)
    this.zero = scopes
    this.rows = scopes + 1
  }

  get isFull(): boolean {
    return (this.rows + 64) * METRIC > this.f.length
  }

  addRow(): number {
    const row = this.rows++
    if (row * METRIC >= this.f.length) throw new Error('metric rows are used up: the decision should have refused')
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
    const m = row * METRIC
    f[m + GROSS] = f[m + GROSS]! + gross
    f[m + NET] = f[m + NET]! - larger(long0, short0) + larger(long1, short1)
  }

  /** Adds changes of flow. */
  addFlow(row: number, open: number, count: number, executed: number): void {
    const f = this.f
    const m = row * METRIC
    f[m + OPEN] = f[m + OPEN]! + open
    f[m + COUNT] = f[m + COUNT]! + count
    f[m + EXECUTED] = f[m + EXECUTED]! + executed
  }

  clear(row: number): void {
    this.f.fill(0, row * METRIC, (row + 1) * METRIC)
    this.ends.fill(0, row * ENTITIES_MAX * 2, (row + 1) * ENTITIES_MAX * 2)
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.rows * METRIC)
    hash.nums(this.ends, this.rows * ENTITIES_MAX * 2)
  }
}

/** The larger absolute end. */
export function larger(long: number, short: number): number {
  const a = long < 0 ? -long : long
  const b = short < 0 ? -short : short
  return a > b ? a : b
}
