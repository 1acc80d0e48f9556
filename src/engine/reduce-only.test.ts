/** REDUCE_ONLY over every kind of scope: judged on the cell of the latched scope, with everything that works counted. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import type { KillGiven, OrderGiven } from '../simulator/scenario-given.ts'

/** An order of A1, T1, S1 is under each of them. */
const SCOPES: readonly (readonly [title: string, scope: KillGiven])[] = [
  ['the firm', {}],
  ['an entity', { entity: 'E1' }],
  ['a client', { client: 'C1' }],
  ['a desk', { desk: 'D1' }],
  ['a trader', { trader: 'T1' }],
  ['an account', { account: 'A1' }],
  ['a strategy', { strategy: 'S1' }],
  ['a session', { sessionScope: 'X1' }],
  ['an instrument', { instrument: 'ACME' }],
  ['a trader in an account', { trader: 'T1', account: 'A1' }],
  ['a desk in an instrument', { desk: 'D1', instrument: 'ACME' }],
]

const close = (short: boolean, orderQty: number, more: OrderGiven = {}): OrderGiven =>
  short ? { side: 'Buy', price: 9_999, orderQty, ...more } : { side: 'Sell', price: 10_001, orderQty, ...more }
const holds = (s: Scenario, qty: number, trader = 'T1', strategy = 'S1') =>
  s.position('A1', 'ACME', qty, trader, strategy)

for (const [title, scope] of SCOPES) {
  for (const short of [false, true]) {
    const of = `REDUCE_ONLY on ${title}, ${short ? 'short' : 'long'}`
    const qty = short ? -100 : 100
    const more = (orderQty: number): OrderGiven => close(!short, orderQty)

    scenario(`${of}: several orders that each look reducing may not flip it together`, (s) => {
      holds(s, qty)
      s.kill('REDUCE_ONLY', scope)
      s.working(close(short, 60))
      assert.equal(s.order(close(short, 60)).reason, 'REDUCE_ONLY')
      s.working(close(short, 40))
      assert.equal(s.order(close(short, 1)).reason, 'REDUCE_ONLY')
    })

    scenario(`${of}: nothing that increases it`, (s) => {
      holds(s, qty)
      s.kill('REDUCE_ONLY', scope)
      assert.equal(s.order(more(1)).reason, 'REDUCE_ONLY')
    })

    scenario(`${of}: what worked before the latch counts, and what ended does not`, (s) => {
      holds(s, qty)
      const [open, gone] = [s.working(close(short, 30)), s.working(close(short, 30))]
      s.kill('REDUCE_ONLY', scope)
      s.report('Canceled', gone)
      assert.equal(s.order(close(short, 71)).reason, 'REDUCE_ONLY')
      s.working(close(short, 70))
      assert.notEqual(s.live(open), undefined)
    })

    scenario(`${of}: a fill takes position and leaves alike, and flat is flat`, (s) => {
      holds(s, qty)
      s.kill('REDUCE_ONLY', scope)
      const id = s.working(close(short, 100))
      s.fill(id, 60)
      assert.equal(s.order(close(short, 1)).reason, 'REDUCE_ONLY')
      s.fill(id, 40)
      for (const order of [close(short, 1), more(1)]) assert.equal(s.order(order).reason, 'REDUCE_ONLY')
    })

    scenario(`${of}: an overfill that flipped it may be bought or sold back, and no more`, (s) => {
      holds(s, qty)
      s.kill('REDUCE_ONLY', scope)
      s.fill(s.working(close(short, 100)), 110)
      assert.equal(s.order(close(short, 1)).reason, 'REDUCE_ONLY')
      assert.equal(s.order(more(11)).reason, 'REDUCE_ONLY')
      s.working(more(10))
    })
  }
}

/** Whose position makes room: T2 and `manual` of desk D2 hold in the same account. */
const OTHERS: readonly (readonly [title: string, scope: KillGiven, makesRoom: boolean])[] = [
  ['the firm', {}, true],
  ['an account', { account: 'A1' }, true],
  ['an instrument', { instrument: 'ACME' }, true],
  ['a session', { sessionScope: 'X1' }, true],
  ['a desk', { desk: 'D1' }, false],
  ['a trader', { trader: 'T1' }, false],
  ['a strategy', { strategy: 'S1' }, false],
  ['a trader in an account', { trader: 'T1', account: 'A1' }, false],
  ['a desk in an account', { desk: 'D1', account: 'A1' }, false],
  ['a strategy of a trader', { strategy: 'S1', trader: 'T1' }, false],
]
for (const [title, scope, makesRoom] of OTHERS) {
  scenario(`REDUCE_ONLY on ${title}: what others hold in the account ${makesRoom ? 'makes' : 'makes no'} room`, (s) => {
    holds(s, 100, 'T2', 'manual')
    s.kill('REDUCE_ONLY', scope)
    assert.equal(s.order(close(false, 100)).reason, makesRoom ? 'NONE' : 'REDUCE_ONLY')
  })
}

scenario('REDUCE_ONLY: one account never makes room for another', (s) => {
  s.position('A2', 'ACME', 100, 'T1', 'S1')
  for (const scope of [{}, { desk: 'D1' }, { trader: 'T1' }, { strategy: 'S1' }, { instrument: 'ACME' }]) {
    const latch = s.kill('REDUCE_ONLY', scope)
    assert.equal(s.order(close(false, 1)).reason, 'REDUCE_ONLY', JSON.stringify(scope))
    s.release(latch)
  }
})

scenario('REDUCE_ONLY: of two latches each judges its own cell', (s) => {
  holds(s, 100)
  holds(s, 50, 'T1', 'manual')
  s.kill('REDUCE_ONLY', { trader: 'T1' })
  s.kill('REDUCE_ONLY', { strategy: 'S1' })
  // The later statement is the trader's as a whole.
  assert.equal(s.order(close(false, 51)).reason, 'REDUCE_ONLY', 'the strategy holds 100, the trader 50')
  s.working(close(false, 50))
})
