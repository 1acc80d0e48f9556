/**
 * A real day as one firm lives through it: a seeded part of the orders is the firm's, with their cancels and fills; all
 * orders together make the market data that it sees. One list, in strict order.
 */
import type { SessionPhase } from '../../model/vocabulary.ts'
import type { DayPx, DayQty, DaySide, DayTimeUs } from './day-event.ts'
import type { Ownership, OwnershipChoice } from './firm.ts'
import { assignOwnership } from './firm.ts'
import type { QuoteTick } from './quote-feed.ts'
import { QuoteFeed } from './quote-feed.ts'
import type { DayStep, TradeStep } from './rebuild-orders.ts'
import type { PhaseStart } from './session-phase.ts'
import { SHANGHAI_PHASES } from './session-phase.ts'

export interface OwnOrder {
  readonly kind: 'order'
  readonly orderNo: number
  readonly side: DaySide
  readonly px: DayPx
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
  readonly ownership: Ownership
}

export interface OwnCancel {
  readonly kind: 'cancel'
  readonly orderNo: number
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
}

/** One side of a trade; a trade between two own orders gives two fills, the one that was hit first. */
export interface OwnFill {
  readonly kind: 'fill'
  readonly orderNo: number
  readonly side: DaySide
  readonly px: DayPx
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
  /** Number of the trade in the day, from 1: with the orderNo it names the fill for good. */
  readonly tradeNo: number
  readonly isAggressor: boolean
  /** The order on the other side when that is the firm's too: in reality a self-match happened here. */
  readonly ownContraOrderNo: number | undefined
}

/** A trade of anybody. */
export interface LastTick {
  readonly kind: 'last'
  readonly px: DayPx
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
}

export interface PhaseTick {
  readonly kind: 'phase'
  readonly phase: SessionPhase
  readonly timeUs: DayTimeUs
}

export type FlowItem = OwnOrder | OwnCancel | OwnFill | LastTick | QuoteTick | PhaseTick

/**
 * Yields the day in the order in which the firm learns or does things: an own order before the quote that it changes,
 * fills before the last trade that they cause. Times never run backwards; the place in the list is the order.
 */
export function* ownFlow(steps: readonly DayStep[], choice: OwnershipChoice): Generator<FlowItem> {
  const feed = new QuoteFeed()
  const phases = [...SHANGHAI_PHASES]
  const own = new Set<number>()
  let tradeNo = 0
  for (const step of steps) {
    yield* before(step.timeUs, feed, phases)
    if (step.kind === 'new') {
      const ownership = assignOwnership(step.orderNo, choice)
      if (ownership !== undefined) {
        own.add(step.orderNo)
        const { orderNo, side, px, qty, timeUs } = step
        yield { kind: 'order', orderNo, side, px, qty, timeUs, ownership }
      }
    } else if (step.kind === 'cancel') {
      if (own.has(step.orderNo)) yield step
    } else {
      tradeNo++
      yield* fillsOf(step, tradeNo, own)
      yield { kind: 'last', px: step.px, qty: step.qty, timeUs: step.timeUs }
    }
    const quote = feed.apply(step)
    if (quote !== undefined) yield quote
  }
  yield* before(Number.POSITIVE_INFINITY, feed, phases)
}

/** Yields what falls due up to a time: held quotes and the starts of phases, whichever is earlier. Empties `phases`. */
function* before(timeUs: DayTimeUs, feed: QuoteFeed, phases: PhaseStart[]) {
  for (let next = phases[0]; next !== undefined && next.timeUs <= timeUs; next = phases[0]) {
    const quote = feed.due(next.timeUs)
    if (quote !== undefined) yield quote
    yield { kind: 'phase', ...next } as const
    phases.shift()
  }
  const quote = feed.due(timeUs)
  if (quote !== undefined) yield quote
}

function* fillsOf(trade: TradeStep, tradeNo: number, own: ReadonlySet<number>): Generator<OwnFill> {
  const { bidOrderNo, askOrderNo, aggressor, px, qty, timeUs } = trade
  const bid = { orderNo: bidOrderNo, contraOrderNo: askOrderNo, side: 'Buy' } as const
  const ask = { orderNo: askOrderNo, contraOrderNo: bidOrderNo, side: 'Sell' } as const
  for (const { orderNo, contraOrderNo, side } of aggressor === 'Buy' ? [ask, bid] : [bid, ask]) {
    if (!own.has(orderNo)) continue
    const ownContraOrderNo = own.has(contraOrderNo) ? contraOrderNo : undefined
    const isAggressor = aggressor === side
    yield { kind: 'fill', orderNo, side, px, qty, timeUs, tradeNo, isAggressor, ownContraOrderNo }
  }
}
