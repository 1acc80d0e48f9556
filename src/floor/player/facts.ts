/**
 * What the player knows to have happened, in the order in which it happened: the one source of its own recomputation of
 * the firm's exposure. Everything is in the instrument's integer units, and nothing in it was computed by the gate.
 */
import type { DaySide } from '../day/day-event.ts'
import type { Ownership } from '../day/firm.ts'

/** What the firm held before the day. */
export interface PositionFact {
  readonly kind: 'position'
  readonly account: string
  readonly trader: string
  readonly desk: string
  readonly strategy: string
  /** Signed. */
  readonly qty: number
}

export interface ApprovedFact {
  readonly kind: 'approved'
  readonly orderNo: number
  readonly ownership: Ownership
  readonly side: DaySide
  readonly qty: number
  /** The price that the order's open value is reckoned at, fixed when it was approved. */
  readonly valuationPx: number
}

export interface FilledFact {
  readonly kind: 'filled'
  readonly orderNo: number
  readonly qty: number
  readonly px: number
}

/** Cancelled or expired: nothing of the order is open any more. */
export interface EndedFact {
  readonly kind: 'ended'
  readonly orderNo: number
}

export type Fact = PositionFact | ApprovedFact | FilledFact | EndedFact
