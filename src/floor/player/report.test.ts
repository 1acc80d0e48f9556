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
    counts: playedTally().counts(44),
    exposure: [{ subject: 'DESK:DESK-1', limits, ...sums }],
    sectors: [{ subject: 'FIRM:F', sector: 'Staples', used: 66_000_00n, limit: 66_500_00n, limitBps: 6_650 }],
    proof: { checks: ['09:25', 'close'], compared: 10, disagreements: [] },
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
  has(/2023-02-07 of events.csv.gz, played in 21.0 s/)
  has(/approved +2 +50.0 %/)
  has(/^SELF_MATCH +1 +1$/)
  has(/^DESK:DESK-1 +15000 of +20000 +75% +12345 of +50000 +24% +10 of +100000 +0% +7 of +- +- +2$/)
  has(/^Sector Staples of FIRM:F +66000 of +66500 +99%, 6650 bps of its capital \(D08\)$/)
  has(/^orders +4 +300 +400 +500 +600 +700$/)
  has(/10 numbers compared with the gate's, 0 differ/)
  has(/^Everything agrees.$/)
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
