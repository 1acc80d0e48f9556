/**
 * What is judged: a new order, a what-if, or a replace of an order, at one quantity.
 */
import { larger } from './exact.ts'
import { type Cell, cellOf, type Snapshot } from './exposure.ts'
import type { Keys, Order, Parent, State, Version } from './state.ts'
import { instrumentAt } from './state.ts'
import { leavesOf, leavesOfOrder, openValue, openValueOfOrder, reservedLeaves, valueAt } from './value.ts'

export interface Candidate {
  readonly now: number
  readonly clOrdID: string
  readonly keys: Keys
  readonly owner: number
  readonly side: number
  readonly ordType: number
  readonly timeInForce: number
  /** Null where the command does not give it. */
  readonly price: bigint | null
  readonly stopPx: bigint | null
  readonly expireTimeUs: number | null
  readonly locate: number
  /** The command says something that no version knows. */
  readonly isUndefined: boolean
  readonly orderQty: bigint
  /** The order that is replaced; null for a new one. */
  readonly order: Order | null
  /** What makes two new orders identical; null for a replace. */
  readonly likeness: string | null
  /** Whose slice it is. */
  readonly parent: Parent | 'UNKNOWN' | null
  /** Soft block that the order says was confirmed, and what its content is; null where it says nothing. */
  readonly confirms: { readonly seq: number; readonly content: string } | null
  /** Override that the order names, likewise. */
  readonly overrides: { readonly seq: number; readonly content: string } | null
  /** An order that stands is tested again by its newest version, which pends or rests already. */
  readonly restates?: true
  /** A held order is decided again: its message was counted when it came. */
  readonly isHeld?: true
  /** How long it says that it may be held; 0 where it says nothing. */
  readonly holdUs?: number
}

/** What the candidate would reserve. */
export interface Measures {
  readonly orderQty: bigint
  /** Value of the whole order quantity. */
  readonly value: bigint
  readonly leavesChange: bigint
  readonly openValueChange: bigint
}

export function isBuy(candidate: Candidate): boolean {
  return candidate.side === 0
}

export function cumOf(candidate: Candidate): bigint {
  return candidate.order?.cum ?? 0n
}

/** How far the reserved leaves rise, at quantity q. */
export function leavesChange(state: State, candidate: Candidate, q: bigint): bigint {
  const { order } = candidate
  if (candidate.restates) return 0n
  const version = { orderQty: q } as Version
  const after = reservedLeaves(state, candidate.keys.venue, [...(order?.versions ?? []), version], cumOf(candidate))
  return after - (order === null ? 0n : leavesOfOrder(state, order))
}

export function measure(
  state: State,
  candidate: Candidate,
  { v, unit }: Pick<Version, 'v' | 'unit'>,
  q: bigint,
): Measures {
  const { order, clOrdID, price, stopPx } = candidate
  const instrument = instrumentAt(state, candidate.keys.instrument)
  const version: Version = { clOrdID, orderQty: q, price, stopPx, v, unit }
  const versions = [...(order?.versions ?? []), version]
  const openAfter = candidate.restates
    ? larger(openValueOfOrder(state, order as Order), valueAt(instrument, v, leavesOf(version, cumOf(candidate)), unit))
    : openValue(state, candidate.keys.venue, instrument, versions, cumOf(candidate))
  return {
    orderQty: q,
    value: valueAt(instrument, v, q, unit),
    leavesChange: leavesChange(state, candidate, q),
    openValueChange: openAfter - (order === null ? 0n : openValueOfOrder(state, order)),
  }
}

/** The cell as it would be with the candidate's reservation in it. */
export function cellWith(cell: Cell, candidate: Candidate, change: bigint): Cell {
  return isBuy(candidate) ? { ...cell, buys: cell.buys + change } : { ...cell, sells: cell.sells + change }
}

/** The cumulative reduce-only test: all open orders of this side together do not take the position past zero. */
export function reduces(cell: Cell, candidate: Candidate, change: bigint): boolean {
  const after = cellWith(cell, candidate, change)
  return isBuy(candidate) ? after.buys <= -cell.position : after.sells <= cell.position
}

export function reducesAccount(snap: Snapshot, candidate: Candidate, change: bigint): boolean {
  return reduces(cellOf(snap, 'ACCOUNT', candidate.keys), candidate, change)
}

/** A replace to less quantity at a price that is not more aggressive than that of the version which it names. */
export function isRetreat(candidate: Candidate): boolean {
  const named = candidate.order?.versions.at(-1)
  if (named === undefined || candidate.orderQty >= named.orderQty) return false
  // A price that is not given reads as 0 here; whether it must be given is judged elsewhere.
  if ((candidate.stopPx ?? 0n) !== (named.stopPx ?? 0n)) return false
  const [from, to] = [named.price ?? 0n, candidate.price ?? 0n]
  return isBuy(candidate) ? to <= from : to >= from
}

/** Leaves of the candidate: of a replace what is not executed yet. */
export function leavesOfCandidate(candidate: Candidate, q: bigint): bigint {
  return larger(0n, q - cumOf(candidate))
}
