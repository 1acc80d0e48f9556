/**
 * One real day from the file to the firm's flow. The counts are golden: whoever changes one must be able to say why.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkOrders } from './check-orders.ts'
import type { DayEvent } from './day-event.ts'
import { deriveReferences } from './day-references.ts'
import { isCrossed, OrderBook } from './order-book.ts'
import type { FlowItem } from './own-flow.ts'
import { ownFlow } from './own-flow.ts'
import { loadEvents } from './read-events.ts'
import type { DayStep } from './rebuild-orders.ts'
import { rebuildOrders } from './rebuild-orders.ts'
import { isAuction, phaseAt } from './session-phase.ts'

const FILE = resolve(projectRoot(), '../shared/data/lob-sse-600519/events.csv.gz')
const skip = existsSync(FILE) ? false : 'the real day is not here: ../shared/data/lob-sse-600519/events.csv.gz'
const CHOICE = { seed: 600519, share: 0.3 }

/** The nearest folder above with a package.json: this file also runs compiled, from another depth. */
function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1
  return counts
}

describe('a real day, Shanghai 600519', { skip }, () => {
  let events: DayEvent[] = []
  let steps: DayStep[] = []
  let flow: FlowItem[] = []

  before(async () => {
    events = await loadEvents(FILE)
    steps = rebuildOrders(events)
    flow = [...ownFlow(steps, CHOICE)]
  })

  test('the events of the file', () => {
    assert.deepEqual(
      countBy(events, ({ kind }) => kind),
      { add: 31_612, cancel: 14_152, trade: 18_685 },
    )
  })

  test('the rebuilt orders, all sound', () => {
    assert.deepEqual(checkOrders(steps), {
      orders: 44_278,
      ordersBySide: { Buy: 22_563, Sell: 21_715 },
      ordersByOrigin: { added: 30_926, tradedThenAdded: 686, neverAdded: 12_666 },
      // From one share to 240,000; half of the orders are for one lot of 100 or less.
      orderQty: { min: 1_000, p50: 100_000, p90: 300_000, p99: 1_300_000, max: 240_000_000, sum: 8_215_320_000 },
      limitPx: { min: 1_615_500, max: 1_974_500 },
      cancels: 14_152,
      partialCancels: 0,
      trades: 18_685,
      auctionTrades: 546,
      tradesByNeverAdded: 16_652,
      tradedQty: 2_432_171_000,
      filled: 26_764,
      cancelled: 14_152,
      alive: 3_362,
      alivePartlyFilled: 9,
      aliveQty: 637_085_000,
      overdrawn: [],
      beyondLimit: [],
    })
  })

  test('each step is in its place: nothing is used before it is sent, time never runs backwards', () => {
    const sent = new Set<number>()
    let timeUs = 0
    for (const step of steps) {
      assert.ok(step.timeUs >= timeUs)
      timeUs = step.timeUs
      if (step.kind === 'new') {
        assert.ok(!sent.has(step.orderNo))
        sent.add(step.orderNo)
      } else if (step.kind === 'cancel') assert.ok(sent.has(step.orderNo))
      else assert.ok(sent.has(step.bidOrderNo) && sent.has(step.askOrderNo))
    }
  })

  test('the rebuilt orders match as the exchange matched them: always at the best price, never crossed at rest', () => {
    const book = new OrderBook()
    let continuousTrades = 0
    for (const step of steps) {
      const best = book.best()
      if (step.kind === 'trade' && step.aggressor !== 'None') {
        continuousTrades++
        assert.equal(step.aggressor === 'Buy' ? best.ask?.px : best.bid?.px, step.px)
      } else if (step.kind !== 'trade' && phaseAt(step.timeUs) === 'CONTINUOUS') {
        assert.ok(!isCrossed(best))
      }
      book.apply(step)
    }
    assert.equal(continuousTrades, 18_139)
    assert.ok(!isCrossed(book.best()))
  })

  test('the prices before the first quote', () => {
    assert.deepEqual(deriveReferences(steps), {
      openingPx: 1_808_080,
      priorClosePx: 1_795_000,
      priorCloseSource: 'priceLimits',
    })
  })

  test('the flow of the firm', () => {
    assert.deepEqual(
      countBy(flow, ({ kind }) => kind),
      { phase: 7, order: 13_149, cancel: 4_092, fill: 11_248, last: 18_685, quote: 26_407 },
    )
    const fills = flow.filter((item) => item.kind === 'fill')
    assert.equal(fills.filter((fill) => fill.ownContraOrderNo !== undefined).length, 2 * 1_700)
  })

  test('at most 20 quotes in any second, none in an auction, none crossed', () => {
    const quotes = flow.filter((item) => item.kind === 'quote')
    for (const [index, { bid, ask, timeUs }] of quotes.entries()) {
      const twentyBefore = quotes[index - 20]
      assert.ok(twentyBefore === undefined || timeUs - twentyBefore.timeUs >= 1_000_000)
      assert.ok(!isAuction(phaseAt(timeUs)))
      assert.ok(bid !== undefined && ask !== undefined && bid.px < ask.px)
    }
  })
})
