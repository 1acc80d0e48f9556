/** All orders of a session canceled together: asked for, after a loss, by the kind of order, in steps. */
import assert from 'node:assert/strict'
import { MASS_CANCEL_ORDERS, type MassCancelOrders, SESSION_STATUSES, type SessionStatus } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { SECOND } from '../simulator/scenario-given.ts'

const GATE = { session: -1, principal: -1 }
const SLOTS_A_STEP = 256

function tell(s: Scenario, status: SessionStatus, orders: MassCancelOrders = 'NONE', graceUs = 2 * SECOND): void {
  const given = {
    owner: s.id('X1'),
    status: SESSION_STATUSES.indexOf(status),
    orders: MASS_CANCEL_ORDERS.indexOf(orders),
  }
  s.applied('SessionStatus', { ...GATE, ...given, graceUs })
}

function ask(s: Scenario, orders: MassCancelOrders, given: { session?: number; owner?: number; sweep?: number } = {}) {
  const own = { session: s.id('X1'), owner: s.id('X1') }
  return s.send('MassCancel', { ...own, orders: MASS_CANCEL_ORDERS.indexOf(orders), ...given })
}

/** Of these orders those whose cancel is asked for by what the gate feeds itself now. */
function asked(s: Scenario, ids: readonly string[]): string[] {
  const seqs = s.feedOwn().flatMap(({ event, orderSeq }) => (event === 'CancelRequested' ? [orderSeq] : []))
  return ids.filter((id) => seqs.includes(s.live(id)?.orderSeq))
}

scenario('a lost session has its orders canceled when the time to come back is over, and not before', (s) => {
  const ids = [s.working({}), s.working({})]
  tell(s, 'ON', 'ALL')
  tell(s, 'LOST')
  s.wait(2 * SECOND - 1)
  assert.deepEqual(asked(s, ids), [])
  s.wait(1)
  assert.deepEqual(asked(s, ids), ids)
  assert.deepEqual(asked(s, ids), [], 'once')
})

scenario('a session that comes back in time keeps its orders, and so does one that logs out', (s) => {
  const ids = [s.working({})]
  for (const end of ['ON', 'LOGGED_OUT'] as const) {
    tell(s, 'ON', 'ALL')
    tell(s, 'LOST')
    s.wait(SECOND)
    tell(s, end, 'ALL')
    s.wait(3 * SECOND)
    assert.deepEqual(asked(s, ids), [], end)
  }
  tell(s, 'LOST')
  s.wait(3 * SECOND)
  assert.deepEqual(asked(s, ids), [], 'what has logged out is not lost')
})

scenario('a session that is lost twice has no more time than it had', (s) => {
  const ids = [s.working({})]
  tell(s, 'ON', 'ALL')
  tell(s, 'LOST')
  s.wait(SECOND)
  tell(s, 'LOST')
  s.wait(SECOND)
  assert.deepEqual(asked(s, ids), ids)
})

scenario('without its asking nothing of a session is canceled', (s) => {
  const ids = [s.working({})]
  tell(s, 'ON')
  tell(s, 'LOST')
  s.wait(10 * SECOND)
  assert.deepEqual(asked(s, ids), [])
})

scenario('DAY leaves what outlives the day; ALL takes it too', (s) => {
  const day = s.working({})
  const ids = [day, s.working({ timeInForce: 'GTC' })]
  ask(s, 'DAY')
  assert.deepEqual(asked(s, ids), [day])
  ask(s, 'ALL')
  assert.deepEqual(asked(s, ids), ids.slice(1), 'what was asked for is not asked for again')
})

scenario('orders of others, and those that come behind, stay', (s) => {
  const mine = s.working({})
  const other = s.working({ session: 'X2' })
  ask(s, 'ALL')
  const later = s.working({})
  assert.deepEqual(asked(s, [mine, other, later]), [mine])
})

scenario('an order of unknown fate, and one whose cancel its owner sent, are asked for too', (s) => {
  const unknown = s.working({ venue: 'V1' })
  s.applied('SessionPhase', { venue: s.id('V1'), phase: 4 })
  s.feedOwn()
  const canceled = s.working({})
  s.cancel(canceled)
  ask(s, 'ALL')
  assert.deepEqual(asked(s, [unknown, canceled]), [unknown, canceled])
})

scenario('six hundred orders take three steps, between which others are decided', (s) => {
  for (let at = 0; at < 600; at++) s.working({})
  ask(s, 'ALL')
  const counts = []
  for (let step = 0; step < 3; step++) {
    s.working({})
    ask(s, 'ALL', { session: -1, sweep: SLOTS_A_STEP * step + 1 })
    counts.push(s.saidOf('CancelRequested').length)
  }
  assert.deepEqual(counts, [256, 256, 88])
  assert.equal(s.engine.nextWork(), null)
})

scenario('a narrower one that is asked for meanwhile takes nothing back', (s) => {
  const ids = [s.working({ timeInForce: 'GTC' }), s.working({})]
  ask(s, 'ALL')
  ask(s, 'DAY')
  assert.deepEqual(asked(s, ids), ids)
})

scenario('nobody cancels for another, and no client says what the gate alone says', (s) => {
  const other = s.id('X2')
  for (const given of [{ owner: other }, { sweep: 1 }, { session: -1, sweep: 1 }]) {
    ask(s, 'ALL', given)
    assert.equal(s.refusal, 'INVALID_VALUE', JSON.stringify(given))
  }
  ask(s, 'NONE')
  assert.equal(s.refusal, 'INVALID_VALUE')
  ask(s, 'ALL', { session: -1, owner: s.id('A1') })
  assert.equal(s.refusal, 'UNKNOWN_NAME')
  s.send('SessionStatus', { session: other, principal: -1, owner: other, status: 1, orders: 2 })
  assert.equal(s.refusal, 'INVALID_VALUE')
  for (const wrong of [{ status: 3 }, { orders: 3 }, { graceUs: -1 }, { graceUs: 3_600_000_001 }]) {
    s.send('SessionStatus', { ...GATE, owner: other, status: 1, orders: 2, graceUs: 0, ...wrong })
    assert.equal(s.refusal, 'INVALID_VALUE', JSON.stringify(wrong))
  }
})
