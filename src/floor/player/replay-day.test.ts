/**
 * A made-up day through a gate that refuses what it is told to: what cannot happen is dropped and counted, and the proof
 * finds a cent.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderAnswer } from '../client/answers.ts'
import type { CancelBody, ExecutionBody, NewOrderBody, QuoteBody } from '../client/bodies.ts'
import type { FlowItem, OwnFill, OwnOrder } from '../day/own-flow.ts'
import { dayWorld } from '../world/day-world.ts'
import { planDay } from './day-plan.ts'
import type { GateExposure } from './exposure-proof.ts'
import { recomputeExposure } from './recompute-exposure.ts'
import type { ReplayGate, ReplayOptions } from './replay-day.ts'
import { replayDay } from './replay-day.ts'

const SECOND = 1_000_000
const ownership = { account: 'ACC-1', trader: 'TRADER-1', desk: 'DESK-1', strategy: 'STRAT-1' }
const parents = { firm: 'F', session: 'EMS', entityOf: () => 'E', clientOf: () => 'C' }

function order(orderNo: number, seconds: number, side: 'Buy' | 'Sell' = 'Buy'): OwnOrder {
  return { kind: 'order', orderNo, side, px: 1_800_000, qty: 300_000, timeUs: seconds * SECOND, ownership }
}

function fill(orderNo: number, seconds: number, shares: number, ownContraOrderNo?: number): OwnFill {
  const trade = { side: 'Buy', px: 1_799_990, qty: shares * 1_000, tradeNo: seconds, isAggressor: true } as const
  return { kind: 'fill', orderNo, timeUs: seconds * SECOND, ownContraOrderNo, ...trade }
}

function cancel(orderNo: number, seconds: number): FlowItem {
  return { kind: 'cancel', orderNo, qty: 300_000, timeUs: seconds * SECOND }
}

/** Refuses the orders of the given numbers; its exposure is what the test says. */
class FakeGate implements ReplayGate {
  readonly sent: string[] = []
  exposure: (sent: readonly string[]) => readonly GateExposure[] = () => []
  readonly #refused: readonly number[]

  constructor(...refused: readonly number[]) {
    this.#refused = refused
  }

  async newOrder({ clOrdID, orderQty, price }: NewOrderBody, timeUs: number): Promise<OrderAnswer> {
    this.sent.push(`order ${clOrdID} ${orderQty} ${price} @${timeUs / SECOND}`)
    const approved = !this.#refused.includes(Number(clOrdID.split('-')[1]))
    const reason = approved ? '' : 'SELF_MATCH'
    const failed = approved ? [] : ['SELF_MATCH']
    return {
      approved,
      duplicate: false,
      orderID: `${clOrdID}-0`,
      reason,
      text: '',
      failed,
      protectionPx: undefined,
      timeUs,
    }
  }

  async cancel({ origClOrdID }: CancelBody): Promise<void> {
    this.sent.push(`cancel ${origClOrdID}`)
  }

  async executions(bodies: readonly ExecutionBody[]): Promise<void> {
    for (const { execType, clOrdID, lastQty = '', cumQty, execID } of bodies) {
      this.sent.push(`${execType} ${clOrdID} ${lastQty}/${cumQty} ${execID}`)
    }
  }

  async quotes(bodies: readonly QuoteBody[], timeUs: number): Promise<readonly number[]> {
    for (const { bidPx, askPx, lastPx } of bodies) this.sent.push(`quote ${bidPx}/${askPx}/${lastPx}`)
    return bodies.map(() => timeUs)
  }

  async heartbeat(timeUs: number): Promise<number> {
    return timeUs
  }

  async phase(): Promise<void> {}

  async exposures(): Promise<readonly GateExposure[]> {
    return this.exposure(this.sent)
  }
}

function options(gate: ReplayGate, flow: readonly FlowItem[]): ReplayOptions {
  return {
    gate,
    day: { rebuilt: 44, messages: [...planDay(flow)], priorClosePx: 179_500, priorClose: '1795' },
    names: { symbol: '600519', venue: 'XSHG', session: 'EMS', prefix: 'D' },
    parents,
    positions: [],
    world: {
      ...dayWorld('F', 'EMS', '1795'),
      limits: [
        { control: 'D05', subject: { kind: 'ACCOUNT', name: 'ACC-1' }, hard: '1000' },
        { control: 'D08', subject: { kind: 'FIRM', name: 'F' }, object: { kind: 'SECTOR' }, hard: '50' },
      ],
    },
    parameters: {
      ...{ revalueBps: 25, heartbeatMaxUs: 3 * SECOND, lastMaxUs: 300 * SECOND, spreadCapBps: 500 },
      ...{ jumpBps: 1_000, quarantineUs: SECOND },
    },
    unit: { n: 1n, d: 1n },
    ledgerDecimals: 2,
    ...{ baseCurrency: 'CNY', tradeDate: '2023-02-07', file: 'made up' },
    pace: async () => {},
    nowMs: () => 0,
    onProgress: () => {},
  }
}

test('of a refused order nothing is filled and nothing cancelled; the other side of its trade stands', async () => {
  const gate = new FakeGate(2)
  const flow = [order(1, 1), order(2, 2, 'Sell'), fill(1, 3, 100, 2), fill(2, 3, 100, 1), cancel(2, 4), cancel(1, 5)]
  const { counts } = await replayDay(options(gate, flow))
  assert.deepEqual(gate.sent, [
    'order D-1 300 1800 @1',
    'New D-1 /0 D-A1',
    'order D-2 300 1800 @2',
    'Fill D-1 100/100 D-F3-1',
    'cancel D-1',
    'Canceled D-1 /100 D-C1',
  ])
  const { approved, rejected, cancels, cancelsDropped, fills, fillsDropped, fillsDroppedQty, selfMatch } = counts
  assert.deepEqual(
    { approved, rejected, cancels, cancelsDropped, fills, fillsDropped, fillsDroppedQty },
    { approved: 1, rejected: 1, cancels: 1, cancelsDropped: 1, fills: 1, fillsDropped: 1, fillsDroppedQty: 100 },
  )
  assert.deepEqual(selfMatch, { inFile: 1, refused: 1, refusedOtherwise: 0, notFound: 0 })
})

test('no order is filled beyond what was approved, and what is open at the end expires', async () => {
  const gate = new FakeGate()
  const { counts } = await replayDay(options(gate, [order(1, 1), fill(1, 2, 250), fill(1, 3, 100), order(2, 4)]))
  assert.deepEqual(
    gate.sent.filter((line) => line.startsWith('Fill') || line.startsWith('Expired')),
    ['Fill D-1 250/250 D-F2-1', 'Fill D-1 50/300 D-F3-1', 'Expired D-2 /0 D-X2'],
  )
  assert.deepEqual([counts.fills, counts.fillsDropped, counts.fillsDroppedQty], [2, 1, 50])
})

test('quotes carry prices with the decimals of the instrument, and a last trade alone', async () => {
  const gate = new FakeGate()
  const level = (px: number) => ({ px, qty: 1_000 })
  await replayDay(
    options(gate, [
      { kind: 'quote', bid: level(1_799_990), ask: level(1_800_100), timeUs: SECOND },
      { kind: 'last', px: 1_800_100, qty: 1_000, timeUs: SECOND },
    ]),
  )
  assert.deepEqual(gate.sent, ['quote 1799.99/1800.1/undefined', 'quote undefined/undefined/1800.1'])
})

test('the proof agrees with a gate that reckons the same, and finds one that is a cent off', async () => {
  const approved = { kind: 'approved', orderNo: 1, ownership, side: 'Buy', qty: 300, valuationPx: 180_000 } as const
  const right = recomputeExposure([approved], { markPx: 179_500, n: 1n, d: 1n }, parents)
  const told = (cents: bigint) => (sent: readonly string[]) =>
    sent.some((line) => line.startsWith('Expired'))
      ? []
      : [...right].map(([subject, exposure]) => {
          const gross = exposure.gross + (subject === 'DESK:DESK-1' ? cents : 0n)
          return { subject, ...exposure, gross, net: exposure.long }
        })
  const prove = async (cents: bigint) => {
    const gate = new FakeGate()
    gate.exposure = told(cents)
    return replayDay(options(gate, [order(1, 1)]))
  }
  const agreed = await prove(0n)
  assert.deepEqual(agreed.proof.disagreements, [])
  assert.deepEqual(agreed.proof.checks, ['00:00 end', 'after expiry'])
  assert.equal(agreed.exposure.find(({ subject }) => subject === 'ACCOUNT:ACC-1')?.limits.D05, 100_000n)
  // 50 bps of a hundred million.
  const [sector] = agreed.sectors
  assert.deepEqual([sector?.subject, sector?.used, sector?.limit], ['FIRM:F', 53_850_000n, 50_000_000n])
  assert.deepEqual((await prove(1n)).proof.disagreements, [
    { at: '00:00 end', subject: 'DESK:DESK-1', field: 'gross', gate: '538500.01', recomputed: '538500' },
  ])
})

test("a sell is worth the market's price by a gate whose clock is not the day's", async () => {
  const midnightUs = 1_675_699_200_000_000
  const gate = new FakeGate()
  const newOrder = gate.newOrder.bind(gate)
  gate.newOrder = async (body, timeUs) => ({ ...(await newOrder(body, timeUs)), timeUs: midnightUs + timeUs })
  gate.quotes = async (bodies, timeUs) => bodies.map(() => midnightUs + timeUs)
  gate.heartbeat = async (timeUs) => midnightUs + timeUs
  // The mid is 1805, above the order's 1800.
  const valuationPx = 180_500
  const approved = { kind: 'approved', orderNo: 1, ownership, side: 'Sell', qty: 300, valuationPx } as const
  const right = recomputeExposure([approved], { markPx: valuationPx, n: 1n, d: 1n }, parents)
  gate.exposure = (sent) => {
    if (sent.some((line) => line.startsWith('Expired'))) return []
    return [...right].map(([subject, exposure]) => ({ subject, ...exposure, net: -exposure.short }))
  }
  const level = (px: number) => ({ px, qty: 1_000 })
  const quote = { kind: 'quote', bid: level(1_804_000), ask: level(1_806_000), timeUs: SECOND } as const
  const { proof } = await replayDay(options(gate, [quote, order(1, 2, 'Sell')]))
  assert.deepEqual(proof.disagreements, [])
})

test('a gate that has played the day before is refused', async () => {
  const gate = new FakeGate()
  const newOrder = gate.newOrder.bind(gate)
  gate.newOrder = async (body, timeUs) => ({ ...(await newOrder(body, timeUs)), duplicate: true })
  await assert.rejects(replayDay(options(gate, [order(1, 1)])), /has played the day before/)
})
