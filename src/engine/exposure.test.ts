/** The exposure algebra: what an order reserves, where it counts, what a fill moves, and that an end gives all of it back. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { OrderGiven } from '../simulator/scenario-given.ts'

const sell = (orderQty: number, price = 10_001): OrderGiven => ({ side: 'Sell', orderQty, price })
const buy = (orderQty: number, price = 9_999): OrderGiven => ({ orderQty, price })

scenario('the worst case of a cell: all buys done, or all sells done', (s) => {
  s.position('A1', 'ACME', 50)
  s.working(buy(30))
  s.working(buy(20))
  s.working(sell(10))
  assert.deepEqual(s.cell('A1'), { position: 50, buyLeaves: 50, sellLeaves: 10 })
  const { gross, long, short, net } = s.exposure('A1')
  assert.deepEqual({ gross, long, short, net }, { gross: 1_000_000, long: 1_000_000, short: 400_000, net: 1_000_000 })
})

scenario('the worst case of a short cell is its short end', (s) => {
  s.position('A1', 'ACME', -50)
  s.working(sell(30))
  s.working(buy(60))
  const { gross, long, short, net } = s.exposure('A1')
  assert.deepEqual({ gross, long, short, net }, { gross: 800_000, long: 100_000, short: -800_000, net: 800_000 })
})

scenario('an order counts at its eight subjects, and nowhere else', (s) => {
  s.working(buy(100, 9_000))
  for (const subject of ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1']) {
    const { gross, open, openOrders, executed } = s.exposure(subject)
    assert.deepEqual([gross, open, openOrders, executed], [1_000_000, 900_000, 1, 0], subject)
  }
  const session = s.exposure('X1')
  assert.deepEqual(
    [session.gross, session.open, session.openOrders],
    [0, 900_000, 1],
    'a session has flow, no position',
  )
  for (const subject of ['A2', 'A3', 'T2', 'D2', 'manual', 'X2', 'EX']) {
    const { gross, open, openOrders } = s.exposure(subject)
    assert.deepEqual([gross, open, openOrders], [0, 0, 0], subject)
  }
})

scenario('an account nets its traders; the traders, their desks and strategies do not net each other', (s) => {
  s.fill(s.working({ orderQty: 100 }), 100)
  s.fill(s.working({ ...sell(100), trader: 'T2', strategy: 'manual' }), 100)
  assert.deepEqual([s.cell('A1').position, s.cell('A1', 'ACME', 'T1').position], [0, 100])
  const gross = ['FIRM', 'A1', 'T1', 'T2', 'D1', 'D2', 'S1', 'manual'].map((subject) => s.exposure(subject).gross)
  assert.deepEqual(gross, [0, 0, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000])
  const executed = ['FIRM', 'A1', 'T1', 'T2'].map((subject) => s.exposure(subject).executed)
  assert.deepEqual(executed, [2_000_000, 2_000_000, 1_000_000, 1_000_000])
})

scenario('a fill moves quantity from leaves to position in one step: no worst case moves', (s) => {
  const id = s.working({ orderQty: 100 })
  const before = s.exposure('FIRM')
  for (const [qty, left] of [
    [1, 99],
    [59, 40],
    [40, 0],
  ] as const) {
    s.fill(id, qty)
    assert.deepEqual(s.cell('A1'), { position: 100 - left, buyLeaves: left, sellLeaves: 0 })
    const { gross, long, executed, open } = s.exposure('FIRM')
    assert.deepEqual([gross, long, executed + open], [before.gross, before.long, before.open])
    assert.equal(open, left * 10_000)
  }
  assert.equal(s.live(id), undefined, 'filled')
})

scenario('a fill at a better price executes less than was reserved, one at a worse price more', (s) => {
  s.fill(s.working({ orderQty: 10 }), 10, 9_900)
  assert.deepEqual([s.exposure('A1').executed, s.exposure('A1').open], [99_000, 0])
  s.fill(s.working(sell(10)), 10, 10_500)
  assert.equal(s.exposure('A1').executed, 99_000 + 105_000)
})

scenario('the mark values what stands: orders and positions move with it, reserved flow does not', (s) => {
  s.position('A1', 'ACME', 50)
  s.working(buy(50))
  s.quote('ACME', 10_199, 10_201)
  const { gross, open } = s.exposure('A1')
  assert.deepEqual([gross, open], [1_020_000, 50 * 9_999])
})

/** Ways to end an order that nothing was executed of. */
const ENDINGS: readonly (readonly [title: string, end: (s: Scenario, id: string) => unknown])[] = [
  ['canceled', (s, id) => s.report('Canceled', id)],
  ['rejected', (s, id) => s.report('Rejected', id)],
  ['expired', (s, id) => s.report('Expired', id)],
  ['done for the day', (s, id) => s.report('DoneForDay', id)],
  ['never sent', (s, id) => s.notSent(id)],
  [
    'acknowledged, cancel requested, canceled',
    (s, id) => [s.report('New', id), s.cancel(id), s.report('Canceled', id)],
  ],
]
const ORDERS: readonly (readonly [title: string, order: OrderGiven])[] = [
  ['a buy', buy(77, 9_733)],
  ['a sell below the reference', sell(77, 9_733)],
  ['a short sale', { ...sell(77), side: 'SellShort' }],
  ['a market order', { ordType: 'Market', orderQty: 77 }],
  ['a stop', { ordType: 'Stop', side: 'Sell', stopPx: 9_500, orderQty: 77 }],
  ['a stop limit', { ordType: 'StopLimit', stopPx: 10_500, price: 10_600, orderQty: 77 }],
  ['an order at a venue', { ...buy(77), venue: 'V2' }],
]
for (const [order, given] of ORDERS) {
  scenario(`what ${order} reserved is given back to the last unit, however it ends`, (s) => {
    s.position('A1', 'ACME', 50, 'T1', 'S1')
    for (const on of ['INSTRUMENT:*', 'SECTOR:TECH', 'ASSET_CLASS:*']) s.limit('PORTFOLIO_GROSS', 'A1', 1e12, { on })
    for (const on of ['VENUE:*', 'UNDERLYING:*']) s.limit('DAILY_GROSS', 'T1', 1e12, { on })
    const before = s.standing()
    for (const [title, end] of ENDINGS) {
      const id = s.working(given)
      assert.notEqual(s.standing(), before)
      end(s, id)
      assert.equal(s.standing(), before, title)
    }
  })
}

scenario('an order that ends half filled leaves its position and its flow, nothing else', (s) => {
  const id = s.working(buy(100))
  s.fill(id, 37, 9_950)
  s.replaced(id, { orderQty: 150, price: 9_990 })
  s.report('Canceled', id)
  assert.deepEqual(s.cell('A1'), { position: 37, buyLeaves: 0, sellLeaves: 0 })
  for (const subject of ['FIRM', 'E1', 'C1', 'D1', 'T1', 'A1', 'S1']) {
    const { gross, short, executed, open, openOrders } = s.exposure(subject)
    assert.deepEqual([gross, short, executed, open, openOrders], [370_000, 370_000, 368_150, 0, 0], subject)
  }
})

scenario('sums of a parent are the sums of its children', (s) => {
  s.fill(s.working(buy(100)), 60)
  s.working({ ...buy(70), account: 'A2', trader: 'T2', strategy: 'manual' })
  s.fill(s.working({ ...sell(30), account: 'A3', session: 'X2' }), 10, 10_001, { owner: s.id('X2') })
  s.position('A2', 'ACME', -40)
  const sum = (subjects: readonly string[]) =>
    subjects
      .map((subject) => s.exposure(subject))
      .map(({ gross, long, short, executed, open, openOrders }) => [gross, long, short, executed, open, openOrders])
      .reduce((left, right) => left.map((value, at) => value + (right[at] ?? 0)))
  for (const parent of ['FIRM', 'E1', 'C1']) assert.deepEqual(sum([parent]), sum(['A1', 'A2', 'A3']), parent)
  const flow = (subjects: readonly string[]) => sum(subjects).slice(3)
  assert.deepEqual(flow(['FIRM']), flow(['D1', 'D2']))
  assert.deepEqual(flow(['FIRM']), flow(['T1', 'T2']))
  assert.deepEqual(flow(['FIRM']), flow(['S1', 'manual']))
  assert.deepEqual(flow(['FIRM']), flow(['X1', 'X2']))
})

scenario('a position is stated, not added: sent twice it changes nothing', (s) => {
  s.position('A1', 'ACME', 70, 'T1', 'S1')
  const before = s.standing()
  s.position('A1', 'ACME', 70, 'T1', 'S1')
  assert.equal(s.standing(), before)
  s.position('A1', 'ACME', -20, 'T1', 'S1')
  assert.deepEqual([s.cell('A1').position, s.cell('A1', 'ACME', 'S1').position], [-20, -20])
  assert.deepEqual([s.exposure('A1').gross, s.exposure('A1').executed], [200_000, 0])
})

scenario('a position is not stated for a trader or a strategy that is not bound to the account', (s) => {
  s.bind('TRADER_ACCOUNT', 'T1', 'A1', 0)
  const row = { account: s.id('A1'), instrument: s.id('ACME'), qty: 5, trader: -1, strategy: -1 }
  for (const given of [{ trader: s.id('T1') }, { strategy: s.id('A2') }, { trader: 60 }]) {
    s.send('Position', { ...row, ...given })
    assert.equal(s.refusal, 'HIERARCHY_MISMATCH', JSON.stringify(given))
  }
})

scenario('a market order reserves at the edge of its collar and gives that back', (s) => {
  s.limit('PRICE_COLLAR', 'A1', 100)
  const id = s.working({ ordType: 'Market', orderQty: 10 })
  assert.equal(s.exposure('A1').open, 101_000)
  s.fill(id, 4, 10_000)
  assert.deepEqual([s.exposure('A1').open, s.exposure('A1').executed], [60_600, 40_000])
  s.report('Canceled', id)
  assert.deepEqual([s.exposure('A1').open, s.exposure('A1').executed], [0, 40_000])
})

scenario('without a mark a cell is worth nothing, and no order in it passes', (s) => {
  s.instrument('BETA', {})
  s.position('A1', 'BETA', 100)
  assert.equal(s.exposure('A1').gross, 0)
  assert.equal(s.order({ instrument: 'BETA' }).reason, 'REF_PRICE_UNAVAILABLE')
  s.quote('BETA', 4_999, 5_001)
  assert.equal(s.exposure('A1').gross, 500_000)
})

scenario('a position whose worth cannot be held: no order that adds to it passes', (s) => {
  s.position('A1', 'ACME', 8e11)
  s.quote('ACME', 9_999, 10_001)
  s.limit('MAX_ORDER_QTY', 'A1', 1e12)
  const { outcome, reason } = s.order({ orderQty: 2e11, price: 10_000 })
  assert.equal(`${outcome} ${reason}`, 'REJECT VALUE_OUT_OF_RANGE')
})

scenario('a mark that takes a position past what can be held pins it there, over every limit', (s) => {
  s.position('A1', 'ACME', 8e11)
  s.quote('ACME', 99_990_000, 99_990_002)
  s.lastTrade('ACME', 99_990_001)
  s.quote('ACME', 99_990_000, 99_990_002)
  assert.equal(s.exposure('A1').gross, Number.MAX_SAFE_INTEGER)
  assert.notEqual(s.order({ orderQty: 1, price: 99_990_001 }).outcome, 'APPROVE')
})
