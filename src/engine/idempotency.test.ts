/** clOrdIDs: a repeat gets the first decision and never a second reservation, for as long as the id is kept. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { OrderGiven } from '../simulator/scenario-given.ts'

const o = { clOrdID: 'o' }
const said = ({ outcome, reason }: { outcome: string; reason: string }) => `${outcome} ${reason}`

/** What has become of the first order by the time that it is sent again. */
const FIRST: readonly (readonly [title: string, order: OrderGiven, then: (s: Scenario) => unknown])[] = [
  ['in flight', {}, () => {}],
  ['filled in part', {}, (s) => s.fill('o', 40)],
  ['filled', {}, (s) => s.fill('o', 100)],
  ['canceled', {}, (s) => s.report('Canceled', 'o')],
  ['never sent', {}, (s) => s.notSent('o')],
  ['replaced', {}, (s) => [s.replaced('o', { clOrdID: 'r', orderQty: 50 }), s.report('Replaced', 'r')]],
  ['refused by a limit', { orderQty: 2_000_000 }, () => {}],
  ['refused by its structure', { orderQty: 0 }, () => {}],
  ['refused for a name', { instrument: '?' }, () => {}],
  ['refused for access', { session: 'EX' }, () => {}],
  ['refused by a kill that was released', {}, () => {}],
]
for (const [title, order, then] of FIRST) {
  scenario(`an order that was ${title}, sent again: DUPLICATE, the first decision stands`, (s) => {
    s.limit('MAX_ORDER_QTY', 'A1', 1_000_000)
    const latch = title.includes('kill') ? s.kill('KILLED') : -1
    s.order({ ...o, ...order })
    const firstSeq = s.seq
    then(s)
    if (latch >= 0) s.release(latch)
    for (let time = 0; time < 3; time++) {
      s.wait(100_000)
      const again = s.order({ ...o, ...order })
      assert.deepEqual([said(again), again.firstSeq, again.slot], ['DUPLICATE NONE', firstSeq, -1])
      assert.deepEqual([again.results, again.rows, again.tokenExpiryUs], [{}, [], 0], 'nothing is judged')
    }
  })
}

/** Any other content under the same id. */
const OTHER: readonly (readonly [field: string, order: OrderGiven])[] = [
  ['quantity', { orderQty: 101 }],
  ['price', { price: 9_999 }],
  ['side', { side: 'Sell' }],
  ['type', { ordType: 'Market' }],
  ['stop price', { ordType: 'StopLimit', stopPx: 10_000 }],
  ['time in force', { timeInForce: 'GTC' }],
  ['expiry', { timeInForce: 'GTD', expireTimeUs: 2e15 }],
  ['account', { account: 'A2' }],
  ['trader', { trader: 'T2' }],
  ['strategy', { strategy: 'manual' }],
  ['venue', { venue: 'V1' }],
  ['instrument', { instrument: '?' }],
  ['parent', { parentClOrdID: 'P' }],
  ['locate', { locate: -2 }],
]
scenario('the same id with any other content: CLORDID_CONFLICT, judged on nothing', (s) => {
  s.working(o)
  for (const [field, order] of OTHER) {
    const conflict = s.order({ ...o, ...order })
    assert.deepEqual([said(conflict), conflict.results], ['REJECT CLORDID_CONFLICT', {}], field)
  }
  assert.equal(said(s.order(o)), 'DUPLICATE NONE', 'the first content stands')
})

scenario('evidence, and who sent it, may differ', (s) => {
  s.working(o)
  const values = {
    session: s.id('X1'),
    clOrdID: 'o',
    instrument: s.id('ACME'),
    account: s.id('A1'),
    trader: s.id('T1'),
  }
  const order = {
    ...values,
    strategy: s.id('S1'),
    venue: -1,
    ordType: 1,
    orderQty: 100,
    price: 10_000,
    flags: 1,
    locate: -1,
  }
  const before = s.standing()
  s.send('NewOrder', { ...order, transactTimeUs: 5, receivedTimeUs: 7, principal: s.id('BOB') })
  assert.equal(s.said[0]?.outcome, 2)
  assert.equal(s.standing(), before)
})

scenario('names that are not known are content: two orders for two unknown names are two', (s) => {
  const values = {
    session: s.id('X1'),
    clOrdID: 'o',
    instrument: -1,
    account: s.id('A1'),
    trader: s.id('T1'),
    venue: -1,
  }
  const order = { ...values, strategy: s.id('S1'), ordType: 1, orderQty: 100, price: 10_000, flags: 1, locate: -1 }
  s.send('NewOrder', { ...order, unresolved: 'symbol=ONE' })
  s.send('NewOrder', { ...order, unresolved: 'symbol=TWO' })
  assert.deepEqual([s.said[0]?.outcome, s.said[0]?.reason], [0, 'CLORDID_CONFLICT'])
  s.send('NewOrder', { ...order, unresolved: 'symbol=ONE' })
  assert.equal(s.said[0]?.outcome, 2)
})

scenario('another session has its own ids', (s) => {
  s.working(o)
  s.working({ ...o, session: 'X2' })
  s.cancel('o', 'X2')
  assert.deepEqual([s.live('o')?.state, s.live('o', 'X2')?.state], [0, 2])
})

scenario('orders and replaces share the ids', (s) => {
  s.working(o)
  assert.equal(said(s.replace('o', { clOrdID: 'o', orderQty: 50 })), 'REJECT CLORDID_CONFLICT')
  s.replaced('o', { clOrdID: 'r', orderQty: 50 })
  assert.equal(said(s.order({ clOrdID: 'r', orderQty: 50 })), 'REJECT CLORDID_CONFLICT')
})

scenario('a replace sent again: DUPLICATE, and no second version', (s) => {
  s.working(o)
  s.replaced('o', { clOrdID: 'r', orderQty: 150 })
  const firstSeq = s.seq
  const again = s.replace('o', { clOrdID: 'r', orderQty: 150 })
  assert.deepEqual([said(again), again.firstSeq], ['DUPLICATE NONE', firstSeq])
  assert.deepEqual([s.live('o')?.pendingReplaces, s.cell('A1').buyLeaves], [1, 150])
  assert.equal(said(s.replace('o', { clOrdID: 'r', orderQty: 151 })), 'REJECT CLORDID_CONFLICT')
  s.report('Replaced', 'r')
  assert.equal(said(s.replace('o', { clOrdID: 'r', orderQty: 150 })), 'DUPLICATE NONE')
})

scenario('the id of a cancel is not kept', (s) => {
  s.working(o)
  s.send('CancelOrder', { session: s.id('X1'), owner: s.id('X1'), clOrdID: 'c', origClOrdID: 'o' })
  s.working({ clOrdID: 'c' })
})

scenario('a what-if uses up no id', (s) => {
  s.evaluate(o)
  s.working(o)
  assert.equal(s.evaluate(o).outcome, 'APPROVE', 'and asks for none')
})

// Ids are kept for two trade dates, and for as long as their order lives.
const DATES = [20270118, 20270119, 20270120, 20270121]
scenario('an ended order is known for one roll and forgotten at the second', (s) => {
  s.report('Canceled', s.working(o))
  s.roll(20270118)
  assert.equal(said(s.order(o)), 'DUPLICATE NONE')
  s.roll(20270119)
  assert.equal(said(s.order(o)), 'APPROVE NONE')
})

scenario('so is a refused one', (s) => {
  s.order({ ...o, orderQty: 0 })
  s.roll(20270118)
  assert.equal(said(s.order({ ...o, orderQty: 0 })), 'DUPLICATE NONE')
  s.roll(20270119)
  assert.equal(said(s.order({ ...o, orderQty: 0 })), 'REJECT INVALID_QTY')
})

scenario('an order that lives is known for ever, by every id of its chain', (s) => {
  s.working({ ...o, timeInForce: 'GTC' })
  s.replaced('o', { clOrdID: 'r1', orderQty: 110 })
  s.report('Replaced', 'r1')
  s.replaced('r1', { clOrdID: 'r2', orderQty: 120 })
  for (const date of DATES) {
    s.roll(date)
    assert.equal(said(s.order({ ...o, timeInForce: 'GTC' })), 'DUPLICATE NONE')
    assert.equal(said(s.replace('o', { clOrdID: 'r1', orderQty: 110 })), 'DUPLICATE NONE')
    assert.equal(said(s.replace('r1', { clOrdID: 'r2', orderQty: 120 })), 'DUPLICATE NONE')
    assert.equal(said(s.order({ ...o, timeInForce: 'GTC', orderQty: 7 })), 'REJECT CLORDID_CONFLICT')
  }
  s.fill('o', 30)
  s.report('Replaced', 'r2')
  s.replaced('r2', { orderQty: 90 })
  assert.equal(s.live('r1')?.cumQty, 30)
})

scenario('an order that ends is known for one roll more from then on', (s) => {
  s.working(o)
  for (const date of DATES) s.roll(date)
  s.report('Canceled', 'o')
  s.roll(20270122)
  assert.equal(said(s.order(o)), 'DUPLICATE NONE')
  s.fill('o', 10)
  assert.equal(s.saidOf('ExecutionBooked')[0]?.alarm, 'LATE_FILL')
  s.roll(20270125)
  assert.equal(said(s.order(o)), 'APPROVE NONE')
})

scenario('an execID is a key of its own trade date: on the next one it names another execution', (s) => {
  s.working({ ...o, timeInForce: 'GTC' })
  const position = () => s.cell('A1').position
  s.fill('o', 40, 10_000, { execID: 'E' })
  s.fill('o', 40, 10_000, { execID: 'E' })
  assert.deepEqual([s.refusal, position()], ['EXEC_DUPLICATE', 40])
  s.roll(20270118)
  s.fill('o', 40, 10_000, { execID: 'E' })
  assert.deepEqual([s.refusal, position()], [undefined, 80])
  s.fill('o', 40, 10_000, { execID: 'E' })
  assert.deepEqual([s.refusal, position()], ['EXEC_DUPLICATE', 80])
})
