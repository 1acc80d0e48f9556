/** Counting, reporting and progress of a played day. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OwnFill, OwnOrder } from '../day/own-flow.ts'
import type { DayOutcome } from './day-outcome.ts'
import { faultsOf } from './day-outcome.ts'
import { DayTally } from './day-tally.ts'
import { Progress } from './progress.ts'
import { reportText } from './report-text.ts'

const ownership = { account: 'ACC-1', trader: 'TRADER-1', desk: 'DESK-1', strategy: 'STRAT-1' }
const approved = { approved: true, reason: '', failed: [] }

function order(orderNo: number): OwnOrder {
  return { kind: 'order', orderNo, side: 'Buy', px: 1_800_000, qty: 100_000, timeUs: 0, ownership }
}

function fill(orderNo: number, tradeNo: number, ownContraOrderNo?: number): OwnFill {
  const trade = { side: 'Buy', px: 1_800_000, qty: 100_000, timeUs: 0, isAggressor: true } as const
  return { kind: 'fill', orderNo, tradeNo, ownContraOrderNo, ...trade }
}

function rejected(reason: string, ...failed: string[]) {
  return { approved: false, reason, failed }
}

function playedTally(): DayTally {
  const tally = new DayTally()
  tally.order(order(1), approved)
  tally.order(order(2), rejected('SELF_MATCH', 'SELF_MATCH', 'DAILY_GROSS'))
  tally.order(order(3), rejected('DAILY_GROSS', 'DAILY_GROSS'))
  tally.order(order(4), approved)
  tally.fill(fill(1, 1, 2), 100, 0)
  tally.fill(fill(2, 1, 1), 0, 100)
  tally.fill(fill(3, 2, 4), 0, 50)
  tally.fill(fill(4, 2, 3), 100, 0)
  tally.cancel(true)
  tally.cancel(false)
  tally.quotes(7)
  return tally
}

function outcome(changes: Partial<DayOutcome> = {}): DayOutcome {
  const latency = { count: 4, p50: 300, p90: 400, p99: 500, p999: 600, max: 700 }
  const limits = { D02: 50_000_00n, D03: 100_000_00n, D05: 20_000_00n }
  const sums = { gross: 15_000_00n, net: 12_345_67n, executed: 3_00n, open: 7_00n, openOrders: 2 }
  return {
    file: 'events.csv.gz',
    tradeDate: '2023-02-07',
    baseCurrency: 'USD',
    ledgerDecimals: 2,
    ...{ until: undefined, lastTime: '15:00' },
    counts: playedTally().counts(44),
    exposure: [{ subject: 'DESK:DESK-1', limits, ...sums }],
    sectors: [{ subject: 'FIRM:F', sector: 'Staples', used: 66_000_00n, limit: 66_500_00n, limitBps: 6_650 }],
    proof: { checks: ['09:25 PRE_OPEN', '15:00 end', 'after expiry'], compared: 1120, disagreements: [] },
    latency: { orders: latency, cancels: latency, executions: latency, quotes: latency },
    elapsedMs: 21_040,
    ...changes,
  }
}

test('counts refusals as the reason and at all, and what became of the trades with itself', () => {
  assert.deepEqual(playedTally().counts(44), {
    rebuilt: 44,
    decided: 4,
    approved: 2,
    rejected: 2,
    rejectedBy: { DAILY_GROSS: { asReason: 1, asAny: 2 }, SELF_MATCH: { asReason: 1, asAny: 1 } },
    cancels: 1,
    cancelsDropped: 1,
    fills: 2,
    fillsDropped: 2,
    fillsDroppedQty: 150,
    quotes: 7,
    selfMatch: { inFile: 2, refused: 1, refusedOtherwise: 1, notFound: 0 },
  })
})

test('the report names every number', () => {
  const lines = reportText(outcome()).split('\n')
  const has = (pattern: RegExp) =>
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern}\n${lines.join('\n')}`,
    )
  has(/^DEMO {2}The whole day 2023-02-07 of events.csv.gz, played in 21.0 s$/)
  has(/approved +2 +50.0 %/)
  has(/^Fills dropped +2 +150 shares that traded on the real day, and here cannot: the gate had refused the orders$/)
  has(/^ {2}refused as such +1 +the gate refused one of the two orders because/)
  has(/^SELF_MATCH +1 +1$/)
  has(/^Exposure and its limits at 15:00, after the last message and before open orders expire, USD$/)
  has(/^Subject +Gross +limit +Net +limit +Daily +limit +Open +limit +Open orders$/)
  has(/^DESK:DESK-1 +15,000.00 +20,000.00 +75% +12,345.67 +50,000.00 +24% +10.00 +100,000.00 +0% +7.00 +- +2$/)
  has(/^Sector Staples of FIRM:F: 66,000.00 of 66,500.00, 99%; the limit is 6650 bps of its capital$/)
  has(/^orders +4 +300 +400 +500 +600 +700$/)
  has(/^Exposure recomputed from scratch at 3 moments:$/)
  has(/^ {2}as the session changes its phase: 09:25 PRE_OPEN$/)
  has(/^ {2}after the last message, with what is open: 15:00 end$/)
  has(/^ {2}after every open order has expired/)
  has(/1,120 numbers compared with the gate's, 0 differ/)
  has(/^Everything agrees.$/)
})

test('a part of a day is not called the day', () => {
  const [title] = reportText(outcome({ until: '09:45', lastTime: '09:44' })).split('\n')
  assert.equal(title, 'DEMO  2023-02-07 up to 09:45 of events.csv.gz, played in 21.0 s')
})

test('a difference of one cent fails the report', () => {
  const disagreement = { at: 'close', subject: 'DESK:DESK-1', field: 'gross', gate: '1.00', recomputed: '1.01' }
  const failed = outcome({ proof: { checks: ['close'], compared: 10, disagreements: [disagreement] } })
  assert.deepEqual(faultsOf(failed), ['1 exposures disagree with the recomputation'])
  assert.match(reportText(failed), /close: DESK:DESK-1 gross is 1.00 at the gate, 1.01 recomputed\nFAILED/)
})

test('a proof that compared nothing is none', () => {
  assert.deepEqual(faultsOf(outcome({ proof: { checks: [], compared: 0, disagreements: [] } })), [
    'no exposure was compared',
  ])
})

test('a terminal sees a bar, redrawn at most ten times a second; a log sees ten lines', () => {
  const show = (isTTY: boolean) => {
    const written: string[] = []
    let nowMs = 0
    const progress = new Progress({ isTTY, write: (text) => written.push(text) }, 1_000, () => nowMs)
    for (let done = 1; done <= 1_000; done++, nowMs++) progress.update(done, () => `${done} orders`)
    progress.finish()
    return written
  }
  assert.equal(show(false).length, 10)
  assert.equal(show(false)[4], 'portcullis replay:  50 %  500 orders\n')
  assert.equal(show(true).length, 11)
  assert.equal(show(true).at(-1), '\r\x1b[K')
})
