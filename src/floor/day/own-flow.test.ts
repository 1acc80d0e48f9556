/**
 * The firm's part of a day: which steps are its own, and the order in which it sees its orders, fills and the market.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Aggressor, DaySide } from './day-event.ts'
import { assignOwnership } from './firm.ts'
import { ownFlow } from './own-flow.ts'
import type { DayStep } from './rebuild-orders.ts'

const TEN_US = 10 * 3_600_000_000
const ALL = { seed: 1, share: 1 }
const NONE = { seed: 1, share: 0 }

const order = (orderNo: number, side: DaySide, px: number, qty: number, timeUs = TEN_US): DayStep => {
  return { kind: 'new', orderNo, side, px, qty, timeUs, origin: 'added' }
}
const cancel = (orderNo: number, qty: number, timeUs = TEN_US): DayStep => ({ kind: 'cancel', orderNo, qty, timeUs })
const trade = (
  bidOrderNo: number,
  askOrderNo: number,
  aggressor: Aggressor,
  px: number,
  qty: number,
  timeUs = TEN_US,
): DayStep => ({ kind: 'trade', bidOrderNo, askOrderNo, aggressor, px, qty, timeUs })

test('the firm sees orders before quotes, fills before the last trade, the one that was hit first', () => {
  const steps = [
    order(1, 'Sell', 101, 5),
    order(2, 'Buy', 101, 5, TEN_US + 100_000),
    trade(2, 1, 'Buy', 101, 5, TEN_US + 100_000),
  ]
  const flow = [...ownFlow(steps, ALL)].filter(({ kind }) => kind !== 'phase')
  assert.deepEqual(
    flow.map(({ kind }) => kind),
    ['order', 'quote', 'order', 'fill', 'fill', 'last', 'quote'],
  )
  const timeUs = TEN_US + 100_000
  const fill = { kind: 'fill', px: 101, qty: 5, timeUs, tradeNo: 1 } as const
  assert.deepEqual(flow.slice(3, 6), [
    { ...fill, orderNo: 1, side: 'Sell', isAggressor: false, ownContraOrderNo: 2 },
    { ...fill, orderNo: 2, side: 'Buy', isAggressor: true, ownContraOrderNo: 1 },
    { kind: 'last', px: 101, qty: 5, timeUs },
  ])
})

test('the orders of others are only market data', () => {
  const steps = [order(1, 'Sell', 101, 5), order(2, 'Buy', 101, 2), trade(2, 1, 'Buy', 101, 2), cancel(1, 3)]
  const kinds = new Set([...ownFlow(steps, NONE)].map(({ kind }) => kind))
  assert.deepEqual([...kinds].sort(), ['last', 'phase', 'quote'])
})

test('a fill names the contra only when it is the firm’s', () => {
  const orderNos = Array.from({ length: 100 }, (_, index) => index + 1)
  const isOwn = (orderNo: number) => assignOwnership(orderNo, { seed: 7, share: 0.3 }) !== undefined
  const ours = orderNos.find(isOwn) ?? 0
  const theirs = orderNos.find((orderNo) => !isOwn(orderNo)) ?? 0
  const steps = [order(theirs, 'Buy', 99, 2), order(ours, 'Sell', 99, 4), trade(theirs, ours, 'Sell', 99, 2)]
  const flow = [...ownFlow([...steps, cancel(ours, 2)], { seed: 7, share: 0.3 })]
  const mine = flow.filter(({ kind }) => kind === 'order' || kind === 'fill' || kind === 'cancel')
  const timeUs = TEN_US
  assert.deepEqual(mine, [
    {
      kind: 'order',
      orderNo: ours,
      side: 'Sell',
      px: 99,
      qty: 4,
      timeUs,
      ownership: assignOwnership(ours, { seed: 7, share: 0.3 }),
    },
    {
      kind: 'fill',
      orderNo: ours,
      side: 'Sell',
      px: 99,
      qty: 2,
      timeUs,
      tradeNo: 1,
      isAggressor: true,
      ownContraOrderNo: undefined,
    },
    { kind: 'cancel', orderNo: ours, qty: 2, timeUs },
  ])
})

test('phases start in their place among quotes that were held, and all of them come', () => {
  const lunchUs = 11.5 * 3_600_000_000
  const steps = [
    order(1, 'Buy', 98, 5, lunchUs - 60_000),
    order(2, 'Buy', 99, 5, lunchUs - 55_000),
    order(3, 'Buy', 97, 5, lunchUs + 60_000),
  ]
  const flow = [...ownFlow(steps, NONE)]
  assert.deepEqual(
    flow.map((item) => (item.kind === 'phase' ? item.phase : item.kind)),
    [
      ...['OPENING_AUCTION', 'PRE_OPEN', 'CONTINUOUS'],
      ...['quote', 'quote', 'CLOSED', 'CONTINUOUS', 'CLOSING_AUCTION', 'CLOSED'],
    ],
  )
  const times = flow.map(({ timeUs }) => timeUs)
  assert.deepEqual(
    times,
    [...times].sort((a, b) => a - b),
  )
})
