/**
 * SELF_MATCH: an order may not be able to trade with a resting order of the same beneficial owner.
 *
 * Rule      a buy at px refuses where a resting sell has price <= px, a sell where a resting buy has price >= px; same instrument,
 *           same venue; orders without a venue, and owners marked cross-venue, meet all venues. A market order is infinite. Where
 *           the owner has resting orders canceled first, the order is held until they have ended, in place of refused.
 * Units     Price units of the instrument.
 * Reads     Price levels of the owner's live orders: pending cancels, unknown orders and both prices of a replace included;
 *           untriggered stops not. Changes nothing.
 * On breach ordRejReason Other 99; the text names the crossing order only to its own desk.
 * Source    CEA 4c(a); CME 534; FINRA 5210.02; MAR Annex II.
 */
import { reasonNumber } from '../../model/codes.ts'
import { type Judgement, X } from '../judgement.ts'
import { INFINITE_PX } from '../state/books.ts'
import type { State } from '../state/state.ts'

const SELF_MATCH = reasonNumber('SELF_MATCH')
const MARKET = 0
/** Stop and StopLimit come behind Market and Limit, in the same order: triggered, each is the type two places before it. */
export const FIRST_STOP = 2

/** The price that an order tests and rests at in its owner's book; stops do not rest until they are triggered. */
export function bookPrice(ordType: number, buys: boolean, px: number): number {
  if (ordType === MARKET) return buys ? INFINITE_PX : -INFINITE_PX
  return px
}

/** True where an order of this type rests in the book before a trigger. */
export function rests(ordType: number): boolean {
  return ordType < FIRST_STOP
}

export function createSelfMatch(state: State, j: Judgement) {
  const { x } = j
  const { books } = state
  const { ownerCrossVenue } = state.names

  function judgeSelfMatch(): number {
    const head = books.head(j.owner, j.instrument)
    return head < 0 ? 0 : meet(head)
  }

  function meet(head: number): number {
    const px = bookPrice(j.ordType, j.buys, x[X.PX]!)
    const book = books.crossing(head, j.venue, ownerCrossVenue[j.owner] !== 0, j.buys, px)
    return book < 0 ? 0 : refuse(book)
  }

  function refuse(book: number): number {
    j.crossing = books.latestAtBest(book, !j.buys)
    return SELF_MATCH
  }

  return { judgeSelfMatch }
}
