/**
 * Each rule of the rebuild as a handful of events and the exact list of steps that they must become.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Aggressor, DayEvent, DaySide } from './day-event.ts'
import { rebuildOrders } from './rebuild-orders.ts'

/** Events numbered and timed by their place: the first is number 1 at 10 us, the second 2 at 20 us. */
type Draft = (place: { bizIndex: number; timeUs: number }) => DayEvent

const add = (orderNo: number, side: DaySide, px: number, qty: number): Draft => {
  return (place) => ({ kind: 'add', orderNo, side, px, qty, ...place })
}
const cancel = (orderNo: number, side: DaySide, px: number, qty: number): Draft => {
  return (place) => ({ kind: 'cancel', orderNo, side, px, qty, ...place })
}
const trade = (bidOrderNo: number, askOrderNo: number, aggressor: Aggressor, px: number, qty: number): Draft => {
  return (place) => ({ kind: 'trade', bidOrderNo, askOrderNo, aggressor, px, qty, ...place })
}

const rebuild = (...drafts: Draft[]) =>
  rebuildOrders(drafts.map((draft, index) => draft({ bizIndex: index + 1, timeUs: (index + 1) * 10 })))

test('an order that only rests is its ADD, and its cancel follows', () => {
  assert.deepEqual(rebuild(add(1, 'Buy', 99, 5), cancel(1, 'Buy', 99, 5)), [
    { kind: 'new', orderNo: 1, side: 'Buy', px: 99, qty: 5, timeUs: 10, origin: 'added' },
    { kind: 'cancel', orderNo: 1, qty: 5, timeUs: 20 },
  ])
})

test('trades after the ADD do not enlarge the order', () => {
  assert.deepEqual(rebuild(add(1, 'Sell', 101, 5), trade(2, 1, 'Buy', 101, 3), trade(3, 1, 'Buy', 101, 2)), [
    { kind: 'new', orderNo: 1, side: 'Sell', px: 101, qty: 5, timeUs: 10, origin: 'added' },
    { kind: 'new', orderNo: 2, side: 'Buy', px: 101, qty: 3, timeUs: 20, origin: 'neverAdded' },
    { kind: 'trade', bidOrderNo: 2, askOrderNo: 1, aggressor: 'Buy', px: 101, qty: 3, timeUs: 20 },
    { kind: 'new', orderNo: 3, side: 'Buy', px: 101, qty: 2, timeUs: 30, origin: 'neverAdded' },
    { kind: 'trade', bidOrderNo: 3, askOrderNo: 1, aggressor: 'Buy', px: 101, qty: 2, timeUs: 30 },
  ])
})

test('trades before the ADD are part of the order, which is sent before the first of them at the price of the ADD', () => {
  const steps = rebuild(
    add(1, 'Sell', 101, 5),
    add(2, 'Sell', 102, 5),
    trade(3, 1, 'Buy', 101, 5),
    trade(3, 2, 'Buy', 102, 4),
    add(3, 'Buy', 102, 7),
    trade(3, 4, 'Sell', 102, 6),
    cancel(3, 'Buy', 102, 1),
  )
  assert.deepEqual(steps.slice(2), [
    { kind: 'new', orderNo: 3, side: 'Buy', px: 102, qty: 16, timeUs: 30, origin: 'tradedThenAdded' },
    { kind: 'trade', bidOrderNo: 3, askOrderNo: 1, aggressor: 'Buy', px: 101, qty: 5, timeUs: 30 },
    { kind: 'trade', bidOrderNo: 3, askOrderNo: 2, aggressor: 'Buy', px: 102, qty: 4, timeUs: 40 },
    { kind: 'new', orderNo: 4, side: 'Sell', px: 102, qty: 6, timeUs: 60, origin: 'neverAdded' },
    { kind: 'trade', bidOrderNo: 3, askOrderNo: 4, aggressor: 'Sell', px: 102, qty: 6, timeUs: 60 },
    { kind: 'cancel', orderNo: 3, qty: 1, timeUs: 70 },
  ])
})

test('the price of the ADD stands even where the trades before it were better', () => {
  const [, order] = rebuild(add(1, 'Buy', 99, 2), trade(1, 2, 'Sell', 99, 2), add(2, 'Sell', 95, 3))
  assert.deepEqual(order, {
    kind: 'new',
    orderNo: 2,
    side: 'Sell',
    px: 95,
    qty: 5,
    timeUs: 20,
    origin: 'tradedThenAdded',
  })
})

test('a never-added buy is limited by its highest trade', () => {
  const steps = rebuild(
    add(1, 'Sell', 101, 1),
    add(2, 'Sell', 103, 2),
    trade(9, 1, 'Buy', 101, 1),
    trade(9, 2, 'Buy', 103, 2),
  )
  assert.deepEqual(steps[2], {
    kind: 'new',
    orderNo: 9,
    side: 'Buy',
    px: 103,
    qty: 3,
    timeUs: 30,
    origin: 'neverAdded',
  })
  assert.deepEqual(
    steps.map(({ kind }) => kind),
    ['new', 'new', 'new', 'trade', 'trade'],
  )
})

test('a never-added sell is limited by its lowest trade', () => {
  const steps = rebuild(
    add(1, 'Buy', 99, 1),
    add(2, 'Buy', 97, 2),
    trade(1, 9, 'Sell', 99, 1),
    trade(2, 9, 'Sell', 97, 2),
  )
  assert.deepEqual(steps[2], {
    kind: 'new',
    orderNo: 9,
    side: 'Sell',
    px: 97,
    qty: 3,
    timeUs: 30,
    origin: 'neverAdded',
  })
})

test('where a trade is the first trace of both orders, the one that was hit is sent first', () => {
  const sent = (aggressor: Aggressor) =>
    rebuild(trade(1, 2, aggressor, 100, 1)).flatMap((step) => (step.kind === 'new' ? [step.orderNo] : []))
  assert.deepEqual(sent('Sell'), [1, 2])
  assert.deepEqual(sent('Buy'), [2, 1])
  assert.deepEqual(sent('None'), [1, 2])
})

test('an auction trade takes nothing from the rules', () => {
  assert.deepEqual(rebuild(add(1, 'Buy', 105, 4), add(2, 'Sell', 95, 4), trade(1, 2, 'None', 100, 4)), [
    { kind: 'new', orderNo: 1, side: 'Buy', px: 105, qty: 4, timeUs: 10, origin: 'added' },
    { kind: 'new', orderNo: 2, side: 'Sell', px: 95, qty: 4, timeUs: 20, origin: 'added' },
    { kind: 'trade', bidOrderNo: 1, askOrderNo: 2, aggressor: 'None', px: 100, qty: 4, timeUs: 30 },
  ])
})

test('contradictions are refused with their biz_index', () => {
  const cases: readonly (readonly [Draft[], RegExp])[] = [
    [[add(1, 'Buy', 9, 1), add(1, 'Buy', 9, 1)], /^DayFileError: biz_index 2: order 1 is added twice$/],
    [[cancel(1, 'Buy', 9, 1)], /^DayFileError: biz_index 1: order 1 is cancelled before anything else is known of it$/],
    [[cancel(1, 'Buy', 9, 1), add(1, 'Buy', 9, 1)], /^DayFileError: biz_index 1: order 1 is cancelled before/],
    [[trade(1, 2, 'Buy', 9, 1), trade(2, 3, 'Buy', 9, 1)], /^DayFileError: biz_index 2: order 2 trades on both sides$/],
    [
      [trade(1, 2, 'Buy', 9, 1), add(1, 'Sell', 9, 1)],
      /^DayFileError: biz_index 2: order 1 is added on the other side of its trades$/,
    ],
    [
      [add(1, 'Buy', 9, 1), cancel(1, 'Sell', 9, 1)],
      /^DayFileError: biz_index 2: order 1 is cancelled on the other side$/,
    ],
    [[trade(1, 1, 'Buy', 9, 1)], /^DayFileError: biz_index 1: order 1 trades on both sides$/],
    [
      [trade(1, 2, 'Buy', 9, 1), add(1, 'Buy', 9, 1), add(1, 'Buy', 9, 1)],
      /^DayFileError: biz_index 3: order 1 is added twice$/,
    ],
  ]
  for (const [drafts, message] of cases) assert.throws(() => rebuild(...drafts), message)
})
