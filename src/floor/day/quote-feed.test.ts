/**
 * Best bid and offer: what the book says after each step, silence while it is crossed or in an auction, and the pace.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DaySide } from './day-event.ts'
import { isCrossed, OrderBook } from './order-book.ts'
import { QuoteFeed } from './quote-feed.ts'
import type { DayStep } from './rebuild-orders.ts'
import { phaseAt } from './session-phase.ts'

const TEN_US = 10 * 3_600_000_000
const MS = 1_000

const order = (orderNo: number, side: DaySide, px: number, qty: number, timeUs = TEN_US): DayStep => {
  return { kind: 'new', orderNo, side, px, qty, timeUs, origin: 'added' }
}
const cancel = (orderNo: number, qty: number, timeUs = TEN_US): DayStep => ({ kind: 'cancel', orderNo, qty, timeUs })
const trade = (bidOrderNo: number, askOrderNo: number, px: number, qty: number, timeUs = TEN_US): DayStep => {
  return { kind: 'trade', bidOrderNo, askOrderNo, aggressor: 'Buy', px, qty, timeUs }
}

/** Every quote of some steps as `time in ms after ten: bid qty@px / ask qty@px`. */
function quotesOf(...steps: DayStep[]): string[] {
  const feed = new QuoteFeed()
  const quotes = steps.flatMap((step) => [feed.due(step.timeUs), feed.apply(step)])
  quotes.push(feed.due(Number.POSITIVE_INFINITY))
  const show = (level: { px: number; qty: number } | undefined) => (level ? `${level.qty}@${level.px}` : 'none')
  return quotes.flatMap((quote) =>
    quote ? [`${(quote.timeUs - TEN_US) / MS}: ${show(quote.bid)} / ${show(quote.ask)}`] : [],
  )
}

test('the book sums levels and finds the next best when one is gone', () => {
  const book = new OrderBook()
  const best = (step: DayStep) => {
    book.apply(step)
    const { bid, ask } = book.best()
    return [bid?.qty, bid?.px, ask?.px, ask?.qty]
  }
  assert.deepEqual(best(order(1, 'Buy', 98, 5)), [5, 98, undefined, undefined])
  assert.deepEqual(best(order(2, 'Buy', 99, 1)), [1, 99, undefined, undefined])
  assert.deepEqual(best(order(3, 'Buy', 99, 2)), [3, 99, undefined, undefined])
  assert.deepEqual(best(order(4, 'Sell', 102, 7)), [3, 99, 102, 7])
  assert.deepEqual(best(order(5, 'Sell', 101, 4)), [3, 99, 101, 4])
  assert.deepEqual(best(cancel(2, 1)), [2, 99, 101, 4])
  assert.deepEqual(best(cancel(3, 2)), [5, 98, 101, 4])
  assert.deepEqual(best(order(6, 'Buy', 101, 6)), [6, 101, 101, 4])
  assert.equal(isCrossed(book.best()), true)
  assert.deepEqual(best(trade(6, 5, 101, 4)), [2, 101, 102, 7])
  assert.equal(isCrossed(book.best()), false)
})

test('the book refuses an order that it does not hold and more than a level holds', () => {
  const book = new OrderBook()
  book.apply(order(1, 'Buy', 98, 5))
  assert.throws(() => book.apply(cancel(2, 5)), /order 2 is not in the book/)
  assert.throws(() => book.apply(cancel(1, 6)), /more is taken from the level 98 than it holds/)
})

test('a change after a quiet time goes out at once, later ones wait for the latest of their 50 ms', () => {
  const steps = [
    order(1, 'Buy', 98, 5, TEN_US),
    order(2, 'Sell', 102, 5, TEN_US + 10 * MS),
    order(3, 'Buy', 99, 5, TEN_US + 30 * MS),
    order(4, 'Buy', 100, 5, TEN_US + 60 * MS),
    order(5, 'Buy', 101, 5, TEN_US + 200 * MS),
  ]
  assert.deepEqual(quotesOf(...steps), [
    '0: 5@98 / none',
    '50: 5@99 / 5@102',
    '100: 5@100 / 5@102',
    '200: 5@101 / 5@102',
  ])
})

test('a held quote is due before a step of the same time', () => {
  const steps = [
    order(1, 'Buy', 98, 5, TEN_US),
    order(2, 'Buy', 99, 5, TEN_US + 20 * MS),
    order(3, 'Buy', 100, 5, TEN_US + 50 * MS),
  ]
  assert.deepEqual(quotesOf(...steps), ['0: 5@98 / none', '50: 5@99 / none', '100: 5@100 / none'])
})

test('a change that is undone while it is held is never told, nor one behind the best', () => {
  const steps = [
    order(1, 'Buy', 98, 5, TEN_US),
    order(2, 'Buy', 99, 5, TEN_US + 10 * MS),
    cancel(2, 5, TEN_US + 20 * MS),
    order(3, 'Buy', 97, 5, TEN_US + 500 * MS),
  ]
  assert.deepEqual(quotesOf(...steps), ['0: 5@98 / none'])
})

test('nothing is told in the middle of a match', () => {
  const steps = [
    order(1, 'Sell', 101, 5, TEN_US),
    order(2, 'Sell', 102, 5, TEN_US),
    order(3, 'Buy', 102, 8, TEN_US + 100 * MS),
    trade(3, 1, 101, 5, TEN_US + 100 * MS),
    trade(3, 2, 102, 3, TEN_US + 100 * MS),
  ]
  assert.deepEqual(quotesOf(...steps), ['0: none / 5@101', '100: none / 2@102'])
})

test('an auction is silent, crossed or not, until its last trade', () => {
  const auctionUs = 9.25 * 3_600_000_000
  const openUs = auctionUs + 10 * 60_000_000
  assert.equal(phaseAt(auctionUs), 'OPENING_AUCTION')
  assert.equal(phaseAt(openUs), 'PRE_OPEN')
  const steps = [
    order(1, 'Buy', 98, 5, auctionUs),
    order(2, 'Sell', 103, 5, auctionUs),
    order(3, 'Buy', 102, 5, auctionUs),
    order(4, 'Sell', 100, 2, auctionUs),
    order(5, 'Sell', 101, 2, auctionUs),
    trade(3, 4, 101, 2, openUs),
    trade(3, 5, 101, 2, openUs),
  ]
  assert.deepEqual(quotesOf(...steps), [`${(openUs - TEN_US) / MS}: 1@102 / 5@103`])
})
