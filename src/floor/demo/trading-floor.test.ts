/**
 * The demo floor against a gate that approves what it is told to: nothing reaches the venue without an approval, a kill
 * empties the venue, a stop leaves nothing behind, and the same seed does the same.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CancelRequest, CancelRequests, OrderAnswer } from '../client/answers.ts'
import type { ExecutionBody, NewOrderBody } from '../client/bodies.ts'
import { GateUnreachable } from '../client/gate-error.ts'
import { createRandom } from '../day/random.ts'
import type { DailyUse } from './day-allowance.ts'
import { DEMO_LISTINGS } from './listings.ts'
import { MISTAKES } from './mistakes.ts'
import { patientGate } from './patient-gate.ts'
import { demoStrategies, deskOf, MANUAL_SEATS, TEMPTATIONS } from './seats.ts'
import type { LiveOrder } from './ticket.ts'
import type { FloorGate } from './trading-floor.ts'
import { TradingFloor } from './trading-floor.ts'

const REFUSED: OrderAnswer = {
  ...{ approved: false, duplicate: false, orderID: '', reason: 'MAX_ORDER_QTY', text: '', failed: [] },
  ...{ protectionPx: undefined, timeUs: 0 },
}

/** Approves small orders in what is listed; keeps what it was told. */
class FakeGate implements FloorGate {
  readonly orders: NewOrderBody[] = []
  readonly approved = new Map<string, NewOrderBody>()
  readonly reports: ExecutionBody[] = []
  readonly log: string[] = []
  uses: readonly DailyUse[] = []
  cancels = 0
  replaces = 0
  #requests: CancelRequest[] = []
  #wake: () => void = () => {}

  async newOrder(body: NewOrderBody): Promise<OrderAnswer> {
    this.orders.push(body)
    this.log.push(JSON.stringify(body))
    if (Number(body.orderQty) > 10_000 || body.symbol === 'NOSUCH') return REFUSED
    const orderID = `${this.orders.length}-0`
    this.approved.set(orderID, body)
    return { ...REFUSED, approved: true, orderID, reason: '', protectionPx: '100.00' }
  }

  async replace(): Promise<OrderAnswer> {
    this.replaces++
    return { ...REFUSED, approved: true, reason: '' }
  }

  async cancel(): Promise<void> {
    this.cancels++
  }

  async executions(bodies: readonly ExecutionBody[]): Promise<void> {
    this.reports.push(...bodies)
    for (const body of bodies) this.log.push(JSON.stringify(body))
  }

  async quotes(): Promise<void> {}
  async heartbeat(): Promise<void> {}

  async dailyUses(): Promise<readonly DailyUse[]> {
    return this.uses
  }

  async cancelRequests(afterSeq: number, signal: AbortSignal): Promise<CancelRequests> {
    if (this.#requests.length === 0 && !signal.aborted) {
      await new Promise<void>((settle) => {
        this.#wake = settle
        signal.addEventListener('abort', () => settle(), { once: true })
      })
    }
    const requests = this.#requests.splice(0)
    return { requests, next: requests.at(-1)?.seq ?? afterSeq }
  }

  request(requests: readonly CancelRequest[]): void {
    this.#requests.push(...requests)
    this.#wake()
  }

  /** Orders that were approved and of which no end was reported. */
  open(): string[] {
    const done = new Set(this.reports.filter(({ execType }) => execType === 'Canceled').map(({ orderID }) => orderID))
    const filled = new Map<string, number>()
    for (const { execType, orderID = '', cumQty } of this.reports) {
      if (execType === 'Fill') filled.set(orderID, Number(cumQty))
    }
    return [...this.approved].flatMap(([orderID, { orderQty }]) =>
      done.has(orderID) || filled.get(orderID) === Number(orderQty) ? [] : [orderID],
    )
  }
}

/** A floor that runs for so many beats as fast as it can. */
async function runFloor(seed: number, beats: number, onBeat: (beat: number, gate: FakeGate) => void = () => {}) {
  const gate = new FakeGate()
  const stop = new AbortController()
  const said: string[] = []
  const mistakes = new Set<string>()
  const dates: string[] = []
  let remembered: readonly LiveOrder[] = []
  let beat = 0
  const floor = new TradingFloor({
    ...{ gate, listings: DEMO_LISTINGS, strategies: demoStrategies(), mistakes: MISTAKES, manualSeats: MANUAL_SEATS },
    ...{ deskOf, inventory: new Map() },
    ...{ temptations: TEMPTATIONS, venueName: 'XSIM', session: 'floor-ems', runId: 'R', random: createRandom(seed, 1) },
    ...{ tradeDate: '20261120', today: () => (beat < 100 ? '20261121' : '20261122') },
    beginDate: async (date) => void dates.push(date),
    remember: (orders) => {
      remembered = orders
    },
    wait: async () => {
      onBeat(++beat, gate)
      if (beat >= beats) stop.abort()
      await new Promise((settle) => setImmediate(settle))
    },
    onAnswer: (_ticket, _answer, mistake) => {
      if (mistake !== undefined) mistakes.add(mistake)
    },
    say: (text) => said.push(text),
  })
  await floor.run(stop.signal)
  return { gate, said, mistakes, floor, dates, remembered }
}

test('a floor sends every kind of message, makes every mistake, and leaves nothing behind', async () => {
  const { gate, said, mistakes, floor, dates, remembered } = await runFloor(3, 2_000)
  assert.deepEqual(said, [])
  assert.ok(gate.orders.length > 1_000 && gate.cancels > 50 && gate.replaces > 50)
  assert.equal(mistakes.size, MISTAKES.length, [...mistakes].join(', '))
  for (const execType of ['New', 'Fill', 'Canceled', 'Replaced']) {
    assert.ok(
      gate.reports.some((report) => report.execType === execType),
      execType,
    )
  }
  assert.deepEqual(dates, ['20261121', '20261122'], 'a date begins once')
  assert.deepEqual(remembered, [])
  assert.equal(floor.liveOrders, 0)
  assert.deepEqual(gate.open(), [])
})

test('nothing of a refused order is ever reported', async () => {
  const { gate } = await runFloor(4, 500)
  assert.ok(gate.approved.size < gate.orders.length)
  for (const { orderID = '' } of gate.reports) assert.ok(gate.approved.has(orderID), orderID)
})

test('the same seed sends the same messages, another seed others', async () => {
  const [one, same, other] = await Promise.all([runFloor(5, 200), runFloor(5, 200), runFloor(6, 200)])
  assert.deepEqual(one.gate.log, same.gate.log)
  assert.notDeepEqual(one.gate.log, other.gate.log)
})

test('the gate asks for cancels, also of orders that the venue does not know: all are reported', async () => {
  const strange = { seq: 900, orderID: '77-7', clOrdID: 'old', session: 'your-ems', symbol: 'JNJ' }
  let asked: string[] = []
  const { gate } = await runFloor(7, 300, (beat, asking) => {
    if (beat !== 200) return
    asked = asking.open()
    asking.request([
      strange,
      ...asked.map((orderID, index) => ({ ...strange, seq: 901 + index, orderID, clOrdID: orderID })),
    ])
  })
  assert.ok(asked.length > 0)
  const canceled = new Set(gate.reports.filter((report) => report.execType === 'Canceled').map((one) => one.orderID))
  for (const orderID of ['77-7', ...asked]) assert.ok(canceled.has(orderID), orderID)
  const report = gate.reports.find(({ orderID }) => orderID === strange.orderID)
  assert.deepEqual([report?.owner, report?.symbol], ['your-ems', 'JNJ'], 'whose order it is, and its instrument')
})

test('a gate that is away is asked again until it answers, or until we stop', async () => {
  const gate = new FakeGate()
  let failures = 3
  gate.heartbeat = async () => {
    if (failures-- > 0) throw new GateUnreachable('POST /feeds', new Error('refused'))
  }
  const said: string[] = []
  const stop = new AbortController()
  const say = (text: string) => said.push(text)
  await patientGate(gate, { signal: stop.signal, wait: async () => {}, say }).heartbeat()
  assert.deepEqual(said, ['waiting for the gate: POST /feeds: refused', 'the gate is there again'])
  failures = 1
  stop.abort()
  await assert.rejects(patientGate(gate, { signal: stop.signal, wait: async () => {}, say }).heartbeat())
})
