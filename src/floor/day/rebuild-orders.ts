/**
 * Turns a day's published events back into the orders that people sent. The exchange publishes an order only when it
 * comes to rest, so what it traded on arrival is missing and has to be found in the trades.
 *
 *   published                           rebuilt
 *   ADD                                 new: price and quantity of the ADD
 *   trades of an order, then its ADD    new before the first trade: quantity = those trades + the ADD's
 *   trades of an order never ADDed      new before the first trade: quantity = its trades, limit = its worst trade
 *
 * An order's price and quantity are so those that it was sent with, but for one thing that no feed shows: the unfilled
 * rest of an order that was never ADDed (cancelled on arrival), and how far above its worst trade its limit was.
 */
import type {
  AddEvent,
  Aggressor,
  CancelEvent,
  DayEvent,
  DayPx,
  DayQty,
  DaySide,
  DayTimeUs,
  TradeEvent,
} from './day-event.ts'
import { DayFileError } from './day-event.ts'

/** Which of the three rules above gave the order. */
export type OrderOrigin = 'added' | 'tradedThenAdded' | 'neverAdded'

export interface NewStep {
  readonly kind: 'new'
  readonly orderNo: number
  readonly side: DaySide
  /** The limit. */
  readonly px: DayPx
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
  readonly origin: OrderOrigin
}

export interface CancelStep {
  readonly kind: 'cancel'
  readonly orderNo: number
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
}

export interface TradeStep {
  readonly kind: 'trade'
  readonly bidOrderNo: number
  readonly askOrderNo: number
  readonly aggressor: Aggressor
  readonly px: DayPx
  readonly qty: DayQty
  readonly timeUs: DayTimeUs
}

/** The place in the list is the order; many steps share a timestamp. */
export type DayStep = NewStep | CancelStep | TradeStep

/** What all events together say about one order. */
interface Traces {
  readonly side: DaySide
  /** The ADD's; of an order never ADDed the worst price it traded at so far. */
  px: DayPx
  qty: DayQty
  origin: OrderOrigin
  sent: boolean
}

/** @throws DayFileError where the events contradict each other. */
export function rebuildOrders(events: readonly DayEvent[]): DayStep[] {
  const tracesByOrder = gatherTraces(events)
  const steps: DayStep[] = []
  const send = (orderNo: number, timeUs: DayTimeUs) => {
    const traces = tracesByOrder.get(orderNo)
    if (traces === undefined || traces.sent) return
    traces.sent = true
    const { side, px, qty, origin } = traces
    steps.push({ kind: 'new', orderNo, side, px, qty, timeUs, origin })
  }
  for (const event of events) {
    const { timeUs, px, qty } = event
    if (event.kind === 'add') send(event.orderNo, timeUs)
    else if (event.kind === 'cancel') steps.push({ kind: 'cancel', orderNo: event.orderNo, qty, timeUs })
    else {
      const { bidOrderNo, askOrderNo, aggressor } = event
      // The order that was hit was there first.
      for (const orderNo of aggressor === 'Buy' ? [askOrderNo, bidOrderNo] : [bidOrderNo, askOrderNo]) {
        send(orderNo, timeUs)
      }
      steps.push({ kind: 'trade', bidOrderNo, askOrderNo, aggressor, px, qty, timeUs })
    }
  }
  return steps
}

function gatherTraces(events: readonly DayEvent[]): Map<number, Traces> {
  const tracesByOrder = new Map<number, Traces>()
  for (const event of events) {
    if (event.kind === 'add') traceAdd(tracesByOrder, event)
    else if (event.kind === 'trade') {
      traceTrade(tracesByOrder, event.bidOrderNo, 'Buy', event)
      traceTrade(tracesByOrder, event.askOrderNo, 'Sell', event)
    } else checkCancel(tracesByOrder.get(event.orderNo), event)
  }
  return tracesByOrder
}

function traceAdd(tracesByOrder: Map<number, Traces>, event: AddEvent): void {
  const { orderNo, side, px, qty } = event
  const traces = tracesByOrder.get(orderNo)
  if (traces === undefined) {
    tracesByOrder.set(orderNo, { side, px, qty, origin: 'added', sent: false })
    return
  }
  // Until its ADD every order looks like one that is never ADDed.
  if (traces.origin !== 'neverAdded') throw contradiction(event, `order ${orderNo} is added twice`)
  if (traces.side !== side) throw contradiction(event, `order ${orderNo} is added on the other side of its trades`)
  traces.origin = 'tradedThenAdded'
  traces.px = px
  traces.qty += qty
}

function checkCancel(traces: Traces | undefined, event: CancelEvent): void {
  const { orderNo, side } = event
  if (traces === undefined) {
    throw contradiction(event, `order ${orderNo} is cancelled before anything else is known of it`)
  }
  if (traces.side !== side) throw contradiction(event, `order ${orderNo} is cancelled on the other side`)
}

function traceTrade(tracesByOrder: Map<number, Traces>, orderNo: number, side: DaySide, event: TradeEvent): void {
  const { px, qty } = event
  const traces = tracesByOrder.get(orderNo)
  if (traces === undefined) {
    tracesByOrder.set(orderNo, { side, px, qty, origin: 'neverAdded', sent: false })
    return
  }
  if (traces.side !== side) throw contradiction(event, `order ${orderNo} trades on both sides`)
  if (traces.origin !== 'neverAdded') return
  traces.qty += qty
  traces.px = side === 'Buy' ? Math.max(traces.px, px) : Math.min(traces.px, px)
}

function contradiction(event: DayEvent, text: string): DayFileError {
  return new DayFileError(`biz_index ${event.bizIndex}: ${text}`)
}
