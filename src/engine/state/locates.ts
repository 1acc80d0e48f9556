/** Locates (Reg SHO 203(b)(1)): quantity that may be sold short against each, used as orders are approved. */
import type { StateHash } from './state-hash.ts'

export class Locates {
  readonly max: number
  count = 0
  readonly qty: Float64Array
  /** Reserved by open orders, and used up by executions; a used locate is not free again. */
  readonly reserved: Float64Array
  readonly used: Float64Array
  readonly untilUs: Float64Array
  readonly account: Int32Array
  readonly instrument: Int32Array
  readonly #ids = new Map<string, number>()

  constructor(max: number) {
    this.max = max
    this.qty = new Float64Array(max)
    this.reserved = new Float64Array(max)
    this.used = new Float64Array(max)
    this.untilUs = new Float64Array(max)
    this.account = new Int32Array(max)
    this.instrument = new Int32Array(max)
  }

  idOf(locateID: string): number {
    return this.#ids.get(locateID) ?? -1
  }

  define(locateID: string): number {
    const id = this.count++
    this.#ids.set(locateID, id)
    return id
  }

  /**
   * What is left for an order of this account in this instrument; 0 where the locate is not for it, or has ended. `own`
   * is what the order itself has reserved of it.
   */
  available(id: number, account: number, instrument: number, nowUs: number, own: number): number {
    if (id < 0 || this.account[id] !== account || this.instrument[id] !== instrument) return 0
    if (nowUs >= this.untilUs[id]!) return 0
    return Math.max(0, this.qty[id]! - this.reserved[id]! - this.used[id]! + own)
  }

  hashInto(hash: StateHash): void {
    for (const column of [this.qty, this.reserved, this.used, this.untilUs]) hash.nums(column, this.count)
    hash.ints(this.account, this.count)
    hash.ints(this.instrument, this.count)
  }
}
