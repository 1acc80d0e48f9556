/**
 * The report on rebuilt orders: what it counts on a small sound day, and that it names every fault of a broken one.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkOrders } from './check-orders.ts'
import type { Aggressor, DaySide } from './day-event.ts'
import type { DayStep, OrderOrigin } from './rebuild-orders.ts'

const order = (orderNo: number, side: DaySide, px: number, qty: number, origin: OrderOrigin = 'added'): DayStep => {
  return { kind: 'new', orderNo, side, px, qty, timeUs: 0, origin }
}
const cancel = (orderNo: number, qty: number): DayStep => ({ kind: 'cancel', orderNo, qty, timeUs: 0 })
const trade = (bidOrderNo: number, askOrderNo: number, aggressor: Aggressor, px: number, qty: number): DayStep => {
  return { kind: 'trade', bidOrderNo, askOrderNo, aggressor, px, qty, timeUs: 7 }
}

test('a sound day in numbers', () => {
  const report = checkOrders([
    order(1, 'Sell', 100, 10),
    order(2, 'Buy', 99, 4),
    order(3, 'Buy', 98, 8),
    trade(2, 1, 'None', 100, 1),
    order(4, 'Buy', 101, 6, 'neverAdded'),
    trade(4, 1, 'Buy', 101, 6),
    order(5, 'Sell', 99, 5, 'tradedThenAdded'),
    trade(2, 5, 'Sell', 99, 3),
    cancel(3, 8),
    cancel(5, 1),
  ])
  assert.deepEqual(report, {
    orders: 5,
    ordersBySide: { Buy: 3, Sell: 2 },
    ordersByOrigin: { added: 3, tradedThenAdded: 1, neverAdded: 1 },
    orderQty: { min: 4, p50: 6, p90: 10, p99: 10, max: 10, sum: 33 },
    limitPx: { min: 98, max: 101 },
    cancels: 2,
    partialCancels: 1,
    trades: 3,
    auctionTrades: 1,
    tradesByNeverAdded: 1,
    tradedQty: 10,
    filled: 2,
    cancelled: 1,
    alive: 2,
    alivePartlyFilled: 2,
    aliveQty: 4,
    overdrawn: [],
    // The auction buys order 2 at 100, over its limit of 99.
    beyondLimit: [{ orderNo: 2, side: 'Buy', limitPx: 99, tradePx: 100, timeUs: 7 }],
  })
})

test('an order that trades or cancels more than it had is named', () => {
  const steps = [order(1, 'Sell', 100, 5), order(2, 'Buy', 100, 9), trade(2, 1, 'Buy', 100, 4)]
  assert.deepEqual(checkOrders([...steps, cancel(1, 1)]).overdrawn, [])
  assert.deepEqual(checkOrders([...steps, cancel(1, 2)]).overdrawn, [
    { orderNo: 1, qty: 5, tradedQty: 4, cancelledQty: 2 },
  ])
  assert.deepEqual(checkOrders([...steps, trade(2, 1, 'Buy', 100, 2)]).overdrawn, [
    { orderNo: 1, qty: 5, tradedQty: 6, cancelledQty: 0 },
  ])
})

test('a trade at the limit is fine, one unit beyond is named, on both sides', () => {
  const beyond = (px: number) =>
    checkOrders([order(1, 'Sell', 100, 5), order(2, 'Buy', 102, 5), trade(2, 1, 'Buy', px, 5)]).beyondLimit
  assert.deepEqual(beyond(99), [{ orderNo: 1, side: 'Sell', limitPx: 100, tradePx: 99, timeUs: 7 }])
  assert.deepEqual(beyond(100), [])
  assert.deepEqual(beyond(102), [])
  assert.deepEqual(beyond(103), [{ orderNo: 2, side: 'Buy', limitPx: 102, tradePx: 103, timeUs: 7 }])
})

test('an empty day is a report of zeros', () => {
  const report = checkOrders([])
  assert.deepEqual([report.orders, report.orderQty.max, report.limitPx.min, report.alive], [0, 0, 0, 0])
})
