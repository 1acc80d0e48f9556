/** What must be true before a latch may end, and that a kill counts what became of the orders under it. */
import assert from 'node:assert/strict'
import { TRADING_STATES, type TradingState } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'

/** Asks as ALICE and approves as BOB; what each was answered. */
function tryRelease(s: Scenario, latch: number, state: TradingState = 'ACTIVE'): readonly string[] {
  return (['ALICE', 'BOB'] as const).map((person, step) => {
    s.send('Release', { latch, state: TRADING_STATES.indexOf(state), step, principal: s.id(person), rootCause: 'test' })
    return s.refusal ?? 'APPLIED'
  })
}

const progress = (s: Scenario) => [...s.engine.view.latches()].map(({ ended, filled }) => [ended, filled])

/** What becomes of a live order under a kill, and what a release of the kill to ACTIVE is then answered. */
const ORDERS: readonly (readonly [title: string, then: (s: Scenario, id: string) => unknown, said: string])[] = [
  ['was not sent yet', () => {}, 'RELEASE_ORDERS_OPEN'],
  ['works', (s, id) => s.report('New', id), 'RELEASE_ORDERS_OPEN'],
  ['was filled in part', (s, id) => s.fill(id, 40), 'RELEASE_ORDERS_OPEN'],
  ['is being canceled', (s, id) => s.cancel(id), 'RELEASE_ORDERS_OPEN'],
  ['was canceled', (s, id) => s.report('Canceled', id), 'APPLIED'],
  ['was filled, too late for the cancel', (s, id) => s.fill(id, 100), 'APPLIED'],
  ['expired', (s, id) => s.report('Expired', id), 'APPLIED'],
  ['was never sent', (s, id) => s.notSent(id), 'APPLIED'],
]
for (const [title, then, said] of ORDERS) {
  scenario(`release of a kill whose order ${title}: ${said}`, (s) => {
    const id = s.working({})
    const latch = s.kill('KILLED')
    s.sweepAll()
    then(s, id)
    assert.equal(tryRelease(s, latch)[0], said)
    assert.equal([...s.engine.view.latches()].length, said === 'APPLIED' ? 0 : 1)
  })
}

scenario('release: every order under it must have ended', (s) => {
  const [one, two] = [s.working({}), s.working({ account: 'A2' })]
  const whole = s.kill('KILLED')
  s.sweepAll()
  s.report('Canceled', one)
  assert.equal(tryRelease(s, whole)[0], 'RELEASE_ORDERS_OPEN', 'the other account has one')
  s.report('Canceled', two)
  assert.deepEqual(tryRelease(s, whole), ['APPLIED', 'APPLIED'])
})

scenario('release: the order of another scope keeps no latch', (s) => {
  s.working({ account: 'A2' })
  assert.deepEqual(tryRelease(s, s.kill('KILLED', { account: 'A1' })), ['APPLIED', 'APPLIED'])
})

scenario('release to a state that still stops something asks for nothing', (s) => {
  s.working({})
  const latch = s.kill('KILLED')
  s.sweepAll()
  assert.deepEqual(tryRelease(s, latch, 'BLOCKED'), ['APPLIED', 'APPLIED'])
  assert.deepEqual(tryRelease(s, latch, 'REDUCE_ONLY'), ['APPLIED', 'APPLIED'])
})

scenario('release in steps does not go around the list: what was asked to cancel must have ended', (s) => {
  const id = s.working({})
  const latch = s.kill('KILLED')
  s.sweepAll()
  s.release(latch, 'BLOCKED')
  assert.deepEqual(tryRelease(s, latch), ['RELEASE_ORDERS_OPEN', 'NOT_REQUESTED'])
  s.report('Canceled', id)
  assert.deepEqual(tryRelease(s, latch), ['APPLIED', 'APPLIED'])
})

scenario('release of a latch that never killed leaves orders working', (s) => {
  s.working({})
  for (const state of ['REDUCE_ONLY', 'BLOCKED'] as const) {
    assert.deepEqual(tryRelease(s, s.kill(state)), ['APPLIED', 'APPLIED'], state)
  }
})

scenario('a kill counts every order that ends under it, and which were filled', (s) => {
  const before = s.working({})
  s.report('Canceled', before)
  const [canceled, filled, expired, open] = [s.working({}), s.working({}), s.working({}), s.working({})]
  const elsewhere = s.working({ account: 'A2' })
  s.kill('KILLED', { account: 'A1' })
  s.kill('KILLED')
  s.kill('BLOCKED')
  s.report('Canceled', canceled)
  s.fill(filled, 60)
  s.fill(filled, 40)
  s.sweepAll()
  s.report('Expired', expired)
  s.fill(elsewhere, 100)
  assert.notEqual(s.live(open), undefined)
  assert.deepEqual(progress(s), [
    [3, 1],
    [4, 2],
    [0, 0],
  ])
})

scenario('the live orders under a latch are those that it covers', (s) => {
  const ids = [s.working({}), s.working({ account: 'A2' }), s.working({ side: 'Sell', account: 'A3' })]
  s.report('Canceled', ids[1] ?? '')
  s.kill('KILLED', { desk: 'D1', side: 0 })
  const [latch] = [...s.engine.view.latches()]
  assert.deepEqual(
    [...s.engine.view.ordersUnder(latch?.keys ?? {})].map(({ clOrdID }) => clOrdID),
    [ids[0]],
  )
  assert.deepEqual([...s.engine.view.ordersUnder({})].length, 2, 'no key is the whole firm')
})
