/**
 * Checks rebuilt orders against the day that they came from: nothing trades or cancels more than was sent, nothing
 * trades beyond its limit. Counts what there was.
 */
import type { DayPx, DayQty, DaySide, DayTimeUs } from './day-event.ts'
import type { DayStep, NewStep, OrderOrigin, TradeStep } from './rebuild-orders.ts'

/** Trades and cancels of an order exceed its quantity. */
export interface Overdrawn {
  readonly orderNo: number
  readonly qty: DayQty
  readonly tradedQty: DayQty
  readonly cancelledQty: DayQty
}

/** A trade on the wrong side of the order's limit: how a market order would look that rested at an odd price. */
export interface BeyondLimit {
  readonly orderNo: number
  readonly side: DaySide
  readonly limitPx: DayPx
  readonly tradePx: DayPx
  readonly timeUs: DayTimeUs
}

export interface DayReport {
  readonly orders: number
  readonly ordersBySide: Readonly<Record<DaySide, number>>
  readonly ordersByOrigin: Readonly<Record<OrderOrigin, number>>
  /** Quantities of the orders. The percentiles are nearest-rank. */
  readonly orderQty: Readonly<Record<'min' | 'p50' | 'p90' | 'p99' | 'max' | 'sum', DayQty>>
  readonly limitPx: Readonly<Record<'min' | 'max', DayPx>>
  readonly cancels: number
  /** Cancels that left something of the order alive. */
  readonly partialCancels: number
  readonly trades: number
  /** Trades of an auction: nobody is the aggressor. */
  readonly auctionTrades: number
  /** Trades whose aggressor is an order that was never ADDed. */
  readonly tradesByNeverAdded: number
  readonly tradedQty: DayQty
  /** Ends of orders: fully traded, ended by a cancel, or still alive at the close. */
  readonly filled: number
  readonly cancelled: number
  readonly alive: number
  /** Of those alive, the ones that had traded; and what is left of all of them. */
  readonly alivePartlyFilled: number
  readonly aliveQty: DayQty
  /** Both empty on a sound day. */
  readonly overdrawn: readonly Overdrawn[]
  readonly beyondLimit: readonly BeyondLimit[]
}

interface Progress {
  readonly order: NewStep
  tradedQty: DayQty
  cancelledQty: DayQty
}

/** Reports on the steps of `rebuildOrders`; finds faults, never throws for one. */
export function checkOrders(steps: readonly DayStep[]): DayReport {
  const progressByOrder = new Map<number, Progress>()
  const beyondLimit: BeyondLimit[] = []
  const trades: TradeStep[] = []
  let cancels = 0
  let partialCancels = 0
  let tradesByNeverAdded = 0
  for (const step of steps) {
    if (step.kind === 'new') {
      progressByOrder.set(step.orderNo, { order: step, tradedQty: 0, cancelledQty: 0 })
    } else if (step.kind === 'cancel') {
      cancels++
      const progress = known(progressByOrder, step.orderNo)
      progress.cancelledQty += step.qty
      if (leavesQty(progress) > 0) partialCancels++
    } else {
      trades.push(step)
      const bid = known(progressByOrder, step.bidOrderNo)
      const ask = known(progressByOrder, step.askOrderNo)
      const taker = step.aggressor === 'Buy' ? bid : step.aggressor === 'Sell' ? ask : undefined
      if (taker?.order.origin === 'neverAdded') tradesByNeverAdded++
      for (const progress of [bid, ask]) {
        progress.tradedQty += step.qty
        if (isBeyondLimit(progress.order, step.px)) beyondLimit.push(describeBeyond(progress.order, step))
      }
    }
  }
  const all = [...progressByOrder.values()]
  const alive = all.filter((progress) => leavesQty(progress) > 0)
  return {
    ...describeOrders(all.map(({ order }) => order)),
    cancels,
    partialCancels,
    trades: trades.length,
    auctionTrades: trades.filter(({ aggressor }) => aggressor === 'None').length,
    tradesByNeverAdded,
    tradedQty: sum(trades.map(({ qty }) => qty)),
    filled: all.filter(({ order, tradedQty }) => tradedQty === order.qty).length,
    cancelled: all.filter((progress) => progress.cancelledQty > 0 && leavesQty(progress) === 0).length,
    alive: alive.length,
    alivePartlyFilled: alive.filter(({ tradedQty }) => tradedQty > 0).length,
    aliveQty: sum(alive.map(leavesQty)),
    overdrawn: all.filter((progress) => leavesQty(progress) < 0).map(describeOverdrawn),
    beyondLimit,
  }
}

function known(progressByOrder: ReadonlyMap<number, Progress>, orderNo: number): Progress {
  const progress = progressByOrder.get(orderNo)
  if (progress === undefined) throw new Error(`order ${orderNo} is used before it is sent`)
  return progress
}

function leavesQty({ order, tradedQty, cancelledQty }: Progress): DayQty {
  return order.qty - tradedQty - cancelledQty
}

function isBeyondLimit(order: NewStep, tradePx: DayPx): boolean {
  return order.side === 'Buy' ? tradePx > order.px : tradePx < order.px
}

function describeBeyond({ orderNo, side, px }: NewStep, trade: TradeStep): BeyondLimit {
  return { orderNo, side, limitPx: px, tradePx: trade.px, timeUs: trade.timeUs }
}

function describeOverdrawn({ order, tradedQty, cancelledQty }: Progress): Overdrawn {
  return { orderNo: order.orderNo, qty: order.qty, tradedQty, cancelledQty }
}

function describeOrders(orders: readonly NewStep[]) {
  const ordersBySide = { Buy: 0, Sell: 0 }
  const ordersByOrigin = { added: 0, tradedThenAdded: 0, neverAdded: 0 }
  for (const { side, origin } of orders) {
    ordersBySide[side]++
    ordersByOrigin[origin]++
  }
  const sizes = orders.map(({ qty }) => qty).sort((a, b) => a - b)
  const prices = orders.map(({ px }) => px).sort((a, b) => a - b)
  const size = (percent: number) => nearestRank(sizes, percent)
  const orderQty = { min: size(0), p50: size(50), p90: size(90), p99: size(99), max: size(100), sum: sum(sizes) }
  const limitPx = { min: nearestRank(prices, 0), max: nearestRank(prices, 100) }
  return { orders: orders.length, ordersBySide, ordersByOrigin, orderQty, limitPx }
}

/** Zero for an empty list. */
function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
