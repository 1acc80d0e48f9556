/** Ends of orders of unknown fate that one person has asked for and no other has approved yet: one an order. */
import type { StateVisitor } from './state-visitor.ts'

/** Most that wait at once. */
const RESOLUTIONS_MAX = 4096

export interface Resolution {
  /** Index in ORDER_STATES of the end that is asked for. */
  readonly state: number
  readonly principal: number
}

export type Resolutions = ReturnType<typeof createResolutions>

export function createResolutions() {
  /** By sequence number of the order. */
  const asked = new Map<number, Resolution>()

  /** The order's fate is known by other means, or it has ended. */
  function forget(orderSeq: number): void {
    if (asked.size > 0) asked.delete(orderSeq)
  }

  function visit(v: StateVisitor): void {
    v.map(asked)
  }

  return {
    of: (orderSeq: number): Resolution | undefined => asked.get(orderSeq),
    isFull: (): boolean => asked.size >= RESOLUTIONS_MAX,
    /** A later request takes the place of an earlier one. */
    ask: (orderSeq: number, resolution: Resolution): void => void asked.set(orderSeq, resolution),
    forget,
    visit,
  }
}
