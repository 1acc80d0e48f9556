/** Limit rows that are being enforced on what rests, and how far each has come. */
import type { StateVisitor } from './state-visitor.ts'

export interface Enforcement {
  /** Slot of the limit row. */
  readonly slot: number
  /** Orders from this sequence number on have been gone through in this pass; 0 at its begin. */
  beforeSeq: number
  /** Cancels that this pass has asked for. */
  asked: number
}

export type Enforcements = ReturnType<typeof createEnforcements>

export function createEnforcements() {
  const open: Enforcement[] = []

  function get(slot: number): Enforcement | undefined {
    return open.find((enforcement) => enforcement.slot === slot)
  }

  function begin(slot: number): void {
    end(slot)
    open.push({ slot, beforeSeq: 0, asked: 0 })
  }

  function end(slot: number): void {
    const at = open.findIndex((enforcement) => enforcement.slot === slot)
    if (at >= 0) open.splice(at, 1)
  }

  function visit(v: StateVisitor): void {
    v.list(open)
  }

  return { first: (): Enforcement | undefined => open[0], get, begin, end, visit }
}
