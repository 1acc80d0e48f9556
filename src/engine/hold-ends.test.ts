/** How a hold ends without a decision: its deadline, a cancel, a kill, an enforced limit, a report in spite of all. */
import assert from 'node:assert/strict'
import { HOLD_MAX_US } from '../model/bounds.ts'
import { ORDER_STATES } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import { PX, SECOND } from '../simulator/scenario-given.ts'
import { cancelFirst, decided, held, inWords, resting, stateOf } from '../simulator/scenario-holds.ts'

scenario('its deadline ends a hold, at that very time, and releases it', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  s.report('New', crossed)
  const before = s.exposure('A1')
  const id = held(s)
  s.wait(SECOND - 1)
  assert.deepEqual(s.feedOwn(), [])
  s.wait(1)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED'])
  assert.equal(stateOf(s, id), 'ENDED')
  assert.deepEqual(s.exposure('A1'), before)
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), [], 'nothing comes of it any more')
})

scenario('the caller may ask for another deadline, up to the bound', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  s.report('New', crossed)
  held(s, { holdUs: 1 })
  held(s, { holdUs: HOLD_MAX_US, price: PX + 1 })
  s.wait(1)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED'])
  s.wait(HOLD_MAX_US - 2)
  assert.deepEqual(decided(s), [])
  s.wait(1)
  assert.deepEqual(decided(s), ['REJECTED WASH_HOLD_EXPIRED'])
  for (const holdUs of [-1, 0.5, HOLD_MAX_US + 1, Number.NaN]) {
    const { outcome, reason } = s.order({ holdUs })
    assert.equal(`${outcome} ${reason}`, 'REJECT INVALID_VALUE', String(holdUs))
  }
})

scenario('a decision that comes to its turn only at the deadline is a refusal', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  s.report('New', crossed)
  held(s)
  s.report('Canceled', crossed)
  s.wait(SECOND)
  // The decision, and not the Tick that is due at the same time.
  assert.ok(s.work())
  assert.deepEqual(s.said.flatMap(inWords), ['REJECTED WASH_HOLD_EXPIRED'])
})

scenario('a HoldDecide of an order that still waits, or of none, decides nothing', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s)
  const { orderSeq, slot } = s.live(id) as { orderSeq: number; slot: number }
  assert.equal(s.send('HoldDecide', { orderSeq, slot })[0]?.reason, 'ORDER_UNKNOWN_STATE')
  assert.equal(s.send('HoldDecide', { orderSeq: orderSeq + 1, slot })[0]?.reason, 'UNKNOWN_ORDER')
  assert.equal(s.send('HoldDecide', { orderSeq, slot: slot + 1 })[0]?.reason, 'UNKNOWN_ORDER')
  assert.equal(stateOf(s, id), 'HELD')
  s.notSent(crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(s.send('HoldDecide', { orderSeq, slot })[0]?.reason, 'UNKNOWN_ORDER')
})

scenario('a cancel ends a hold', (s) => {
  cancelFirst(s)
  resting(s)
  const before = s.exposure('A1')
  const id = held(s)
  s.cancel(id)
  assert.deepEqual(s.said.flatMap(inWords), ['CANCELED HOLD_ENDED'])
  assert.equal(stateOf(s, id), 'ENDED')
  assert.deepEqual(s.exposure('A1'), before)
  s.wait(SECOND)
  assert.deepEqual(decided(s), [], 'its deadline is gone with it')
})

scenario('not sent ends a hold', (s) => {
  cancelFirst(s)
  resting(s)
  const id = held(s)
  s.notSent(id)
  assert.deepEqual(s.said.flatMap(inWords), ['NOT_SENT HOLD_ENDED'])
  assert.equal(stateOf(s, id), 'ENDED')
})

scenario('a kill over it ends a hold with its sweep, and asks for no cancel of it', (s) => {
  cancelFirst(s)
  const crossed = resting(s, { trader: 'T2' })
  const id = held(s)
  const latch = s.kill('KILLED', { trader: 'T1' })
  assert.deepEqual(decided(s), ['CANCELED KILLED'])
  assert.equal(stateOf(s, id), 'ENDED')
  const ended = [...s.engine.view.latches()].find((one) => one.latch === latch)
  assert.deepEqual([ended?.ended, ended?.filled], [1, 0])
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), [])
})

scenario('a kill over what it crosses leaves it held', (s) => {
  cancelFirst(s)
  const crossed = resting(s, { trader: 'T2' })
  const id = held(s)
  s.kill('KILLED', { trader: 'T2' })
  assert.deepEqual(decided(s), [])
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
  assert.equal(stateOf(s, id), 'APPROVED')
})

for (const execType of ['New', 'Fill'] as const) {
  scenario(`a report ${execType} of a held order: the market has it, it stays reserved and is decided no more`, (s) => {
    cancelFirst(s)
    const crossed = resting(s)
    const id = held(s)
    if (execType === 'Fill') s.fill(id, 40)
    else s.report('New', id)
    assert.deepEqual(s.said.flatMap(inWords), [`${ORDER_STATES.indexOf('WORKING') === 1 ? 'WORKING' : ''} HOLD_ENDED`])
    assert.equal(stateOf(s, id), 'WORKING')
    assert.equal(s.live(id)?.leavesQty, execType === 'Fill' ? 60 : 100)
    s.report('Canceled', crossed)
    s.wait(SECOND)
    assert.deepEqual(decided(s), [])
    s.report('Canceled', id)
    assert.equal(stateOf(s, id), 'ENDED')
  })
}

scenario('a report that ends a held order ends the hold too', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s)
  s.report('Rejected', id)
  assert.deepEqual(s.said.flatMap(inWords), ['WORKING HOLD_ENDED'])
  assert.equal(stateOf(s, id), 'ENDED')
  s.report('Canceled', crossed)
  s.wait(SECOND)
  assert.deepEqual(decided(s), [])
})

scenario('an enforced limit ends what is held where it needs it to go, and asks the market for nothing', (s) => {
  cancelFirst(s)
  const works = s.working({ price: PX - 5 })
  resting(s)
  const id = held(s)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { enforce: true })
  const said = s.feedOwn()
  assert.deepEqual(said.flatMap(inWords), ['CANCELED HOLD_ENDED'])
  assert.deepEqual(
    said.filter(({ event }) => event === 'CancelRequested'),
    [],
  )
  assert.equal(stateOf(s, id), 'ENDED')
  assert.equal(s.live(works)?.cancelRequested, false)
  assert.equal(s.exposure('A1').openOrders, 1)
  assert.equal(s.engine.nextWork(), null)
})

scenario('an enforced limit that what is held does not hold up leaves it held', (s) => {
  cancelFirst(s)
  const crossed = resting(s)
  const id = held(s)
  s.limit('MAX_OPEN_ORDERS', 'A1', 1, { enforce: true })
  assert.deepEqual(s.feedOwn().flatMap(inWords), [])
  assert.equal(stateOf(s, id), 'HELD')
  s.report('Canceled', crossed)
  assert.deepEqual(decided(s), ['APPROVE NONE'])
})
