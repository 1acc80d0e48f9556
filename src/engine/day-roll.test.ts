/** The roll of the trade date: flow begins anew, rates and marks are taken, and everything that rests stays. */
import assert from 'node:assert/strict'
import { MAX } from '../model/numbers.ts'
import { scenario } from '../simulator/scenario.ts'
import { SECOND } from '../simulator/scenario-given.ts'

const NEXT = 20270118

scenario('executed flow is zero everywhere; what is open, held and counted stays', (s) => {
  s.limit('DAILY_GROSS', 'A1', 1e12, { on: 'SECTOR:*' })
  s.limit('DAILY_GROSS', 'T1', 1e12, { on: 'VENUE:V1' })
  const id = s.working({ venue: 'V1' })
  s.fill(id, 40)
  s.roll(NEXT)
  for (const subject of ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1', 'X1']) {
    const { executed, open, openOrders } = s.exposure(subject)
    assert.deepEqual([executed, open, openOrders], [0, 600_000, 1], subject)
  }
  assert.deepEqual(s.cell('A1'), { position: 40, buyLeaves: 60, sellLeaves: 0 })
  const uses = [...s.engine.view.limits()].filter(({ hard }) => hard === 1e12).map(({ use }) => use)
  assert.deepEqual(uses, [Number.NaN, 600_000])
  assert.equal(s.engine.directory.tradeDate, NEXT)
})

/** Dates that no roll goes to from 20270115. */
const NOT_LATER: readonly (readonly [date: number, reason: string])[] = [
  [20270115, 'DAY_ROLLED'],
  [20270114, 'DAY_ROLLED'],
  [0, 'INVALID_VALUE'],
  [20271301, 'INVALID_VALUE'],
  [20270100, 'INVALID_VALUE'],
  [20270301, 'INVALID_VALUE'],
  [99991231, 'INVALID_VALUE'],
]
for (const [tradeDate, reason] of NOT_LATER) {
  scenario(`a roll to ${tradeDate}: ${reason}`, (s) => {
    s.fill(s.working({}), 40)
    const before = s.standing()
    s.send('DayRoll', { calendar: -1, tradeDate })
    assert.equal(s.refusal, reason)
    assert.equal(s.standing(), before)
  })
}

scenario('latches, rates and the memory of duplicates stay', (s) => {
  s.limit('MESSAGE_RATE', 'X1', 2)
  s.kill('BLOCKED', { account: 'A2' })
  s.order({})
  s.order({})
  s.roll(NEXT)
  assert.equal(s.order({}).reason, 'MESSAGE_RATE')
  assert.equal(s.order({ account: 'A2', session: 'X2' }).reason, 'BLOCKED')
})

scenario('marks move to their references, however little those have moved', (s) => {
  s.position('A1', 'ACME', 100)
  s.quote('ACME', 10_004, 10_006)
  assert.equal(s.engine.view.instrument(s.id('ACME'))?.mark, 10_000, 'within revalueBps')
  s.roll(NEXT)
  assert.equal(s.engine.view.instrument(s.id('ACME'))?.mark, 10_005)
  assert.equal(s.exposure('FIRM').gross, 1_000_500)
  assert.deepEqual(s.saidOf('MarkMoved'), [])
})

scenario('a mark without a reference stays where it was', (s) => {
  s.position('A1', 'ACME', 100)
  s.wait(10 * SECOND)
  s.roll(NEXT)
  assert.equal(s.exposure('A1').gross, 1_000_000)
})

scenario('a bust of yesterday takes back the position; its flow went at the roll', (s) => {
  const id = s.working({})
  s.fill(id, 40, 10_000, { execID: 'E' })
  s.roll(NEXT)
  s.fill(id, 10, 10_000)
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.deepEqual([s.cell('A1').position, s.exposure('A1').executed], [10, 100_000])
})

scenario('a correct of yesterday books at today into the flow of today', (s) => {
  const id = s.working({})
  s.fill(id, 40, 10_000, { execID: 'E' })
  s.roll(NEXT)
  s.report('TradeCorrect', id, { execID: 'G', execRefID: 'E', lastQty: 30, lastPx: 10_000 })
  assert.deepEqual([s.cell('A1').position, s.exposure('A1').executed], [30, 300_000])
})

scenario('an execution of the date before the last is not known any more: its bust waits', (s) => {
  const id = s.working({})
  s.fill(id, 40, 10_000, { execID: 'E' })
  s.roll(NEXT)
  s.roll(20270119)
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.equal(s.saidOf('ExecutionParked').length, 1)
  assert.equal(s.cell('A1').position, 40)
})

scenario('of two executions by one id the one of today is meant', (s) => {
  const id = s.working({})
  s.fill(id, 40, 10_000, { execID: 'E' })
  s.roll(NEXT)
  s.fill(id, 10, 10_000, { execID: 'E' })
  s.report('TradeCancel', id, { execRefID: 'E' })
  assert.deepEqual([s.cell('A1').position, s.exposure('A1').executed], [40, 0])
})

scenario('an order of yesterday is filled, replaced and canceled today', (s) => {
  const id = s.working({ timeInForce: 'GTC' })
  s.replaced(id, { clOrdID: 'r', orderQty: 150 })
  s.roll(NEXT)
  s.fill(id, 40)
  s.report('Replaced', 'r')
  assert.deepEqual(s.cell('A1'), { position: 40, buyLeaves: 110, sellLeaves: 0 })
  assert.deepEqual([s.exposure('FIRM').executed, s.exposure('FIRM').open], [400_000, 1_100_000])
  s.cancel('r')
  s.report('Canceled', id)
  assert.deepEqual([s.exposure('FIRM').open, s.exposure('FIRM').openOrders], [0, 0])
})

scenario('midnight is no roll: flow stays until the calendar says so', (s) => {
  s.fill(s.working({}), 40)
  s.wait(12 * 3_600 * SECOND)
  s.heartbeat()
  assert.equal(s.exposure('A1').executed, 400_000)
})

scenario(
  'a rate that makes an open order worth more than can be held: it counts as the most, and is given back',
  (s) => {
    s.name('CURRENCY', 'EUR')
    const rate = (value: number) => s.applied('Fx', { currency: s.id('EUR'), rate: value, decimals: 0, haircutBps: 0 })
    rate(1)
    s.instrument('EURO', { currency: s.id('EUR') })
    s.quote('EURO', 9_999, 10_001)
    const id = s.working({ instrument: 'EURO', orderQty: 8e11 })
    rate(2)
    s.roll(NEXT)
    assert.deepEqual([s.exposure('FIRM').open, s.exposure('FIRM').gross], [MAX, MAX])
    assert.equal(s.order({ orderQty: 1 }).reason, 'DAILY_GROSS')
    s.report('Canceled', id)
    assert.deepEqual([s.exposure('FIRM').open, s.exposure('FIRM').gross], [0, 0])
    s.working({ orderQty: 1 })
  },
)
