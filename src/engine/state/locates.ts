/** Locates (Reg SHO 203(b)(1)): quantity that may be sold short against each, used as orders are approved. */
import type { StateVisitor } from './state-visitor.ts'

export type Locates = ReturnType<typeof createLocates>

export function createLocates(max: number) {
  const qty = new Float64Array(max)
  /** Reserved by open orders, and used up by executions; a used locate is not free again. */
  const reserved = new Float64Array(max)
  const used = new Float64Array(max)
  const untilUs = new Float64Array(max)
  const account = new Int32Array(max)
  const instrument = new Int32Array(max)
  const ids = new Map<string, number>()

  function idOf(locateID: string): number {
    return ids.get(locateID) ?? -1
  }

  function define(locateID: string): number {
    const id = ids.size
    ids.set(locateID, id)
    return id
  }

  /**
   * What is left for an order of this account in this instrument; 0 where the locate is not for it, or has ended. `own`
   * is what the order itself has reserved of it.
   */
  function available(id: number, ofAccount: number, ofInstrument: number, nowUs: number, own: number): number {
    if (id < 0 || account[id] !== ofAccount || instrument[id] !== ofInstrument) return 0
    if (nowUs >= untilUs[id]!) return 0
    return Math.max(0, qty[id]! - reserved[id]! - used[id]! + own)
  }

  function visit(v: StateVisitor): void {
    v.map(ids)
    for (const column of [qty, reserved, used, untilUs]) v.nums(column, ids.size)
    v.ints(account, ids.size)
    v.ints(instrument, ids.size)
  }

  return {
    max,
    qty,
    reserved,
    used,
    untilUs,
    account,
    instrument,
    count: (): number => ids.size,
    idOf,
    define,
    available,
    visit,
  }
}
