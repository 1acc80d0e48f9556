/**
 * Self-match: the live orders of the same beneficial owner that the candidate could trade with.
 */
import { type Candidate, isBuy } from './candidate.ts'
import { liveOrders, nameAt, type Order, type State, type Version } from './state.ts'
import { LIMIT, MARKET } from './value.ts'

/** Stops that are not triggered cannot execute: they neither rest in the book nor are tested against it. */
export function canExecute(ordType: number): boolean {
  return ordType === MARKET || ordType === LIMIT
}

export function crossingOrders(state: State, candidate: Candidate): number[] {
  return liveOrders(state)
    .filter((order) => order !== candidate.order && order.owner === candidate.owner)
    .filter((order) => order.keys.instrument === candidate.keys.instrument && canExecute(order.ordType))
    .filter((order) => (order.side === 0) !== isBuy(candidate) && meets(state, candidate, order))
    .filter((order) => order.versions.some((version) => crosses(candidate, version)))
    .map((order) => order.seq)
}

function meets(state: State, { keys, owner }: Candidate, resting: Order): boolean {
  const isCrossVenue = ((nameAt(state, 'OWNER', owner)?.flags ?? 0) & 1) === 1
  return isCrossVenue || keys.venue < 0 || resting.keys.venue < 0 || resting.keys.venue === keys.venue
}

/** A price that is null is a market order's: it meets every price. */
function crosses(candidate: Candidate, resting: Version): boolean {
  if (candidate.price === null || resting.price === null) return true
  return isBuy(candidate) ? candidate.price >= resting.price : candidate.price <= resting.price
}
