/** REJECT_STORM: refusals by gate and market within a window latch the strategy or the session; cancels pass. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScenario, scenario } from '../../simulator/scenario.ts'
import type { Scenario } from '../../simulator/scenario-engine.ts'
import { SECOND } from '../../simulator/scenario-given.ts'

const WINDOW = { param: SECOND }
const refused = (s: Scenario, given = {}) => s.order({ orderQty: 0, ...given })
const latches = (s: Scenario) => s.saidOf('ControlLatched').map(({ cause }) => cause)

scenario('the refusal over the limit latches; cancels pass', (s) => {
  s.limit('REJECT_STORM', 'S1', 2, WINDOW)
  const id = s.working()
  refused(s)
  refused(s)
  assert.deepEqual(latches(s), [])
  s.working()
  refused(s)
  assert.deepEqual(latches(s), ['REJECT_STORM'])
  assert.equal(s.order().reason, 'BLOCKED')
  assert.equal(s.cancel(id)?.reason, 'NONE')
  s.release(1)
  s.working()
  refused(s)
  refused(s)
  assert.deepEqual(latches(s), [])
})

scenario('a refusal as old as the window counts no more', (s) => {
  s.limit('REJECT_STORM', 'X1', 1, WINDOW)
  refused(s)
  s.wait(SECOND)
  refused(s)
  assert.deepEqual(latches(s), [])
  s.wait(SECOND - 1)
  refused(s)
  assert.deepEqual(latches(s), ['REJECT_STORM'])
})

scenario('the market refuses too, and a conflict counts at the session', (s) => {
  s.limit('REJECT_STORM', 'X1', 2, WINDOW)
  const id = s.working()
  s.order({ clOrdID: id, orderQty: 7 })
  s.report('Rejected', s.working())
  const replaced = s.working()
  s.report('ReplaceRejected', s.replaced(replaced, { orderQty: 50 }))
  assert.deepEqual(latches(s), ['REJECT_STORM'])
})

scenario('zero latches at the first refusal, absent never', (s) => {
  s.limit('REJECT_STORM', 'S1', 0, WINDOW)
  s.unlimit('REJECT_STORM', 'S1', WINDOW)
  refused(s)
  assert.deepEqual(latches(s), [])
  s.limit('REJECT_STORM', 'S1', 0, WINDOW)
  refused(s)
  assert.deepEqual(latches(s), ['REJECT_STORM'])
})

scenario('who is not bound does not bring a strategy down', (s) => {
  s.limit('REJECT_STORM', 'S1', 0, WINDOW)
  s.bind('SESSION_ACCOUNT', 'X2', 'A1', 0)
  assert.equal(s.order({ session: 'X2' }).reason, 'NOT_PERMITTED')
  assert.deepEqual(latches(s), [])
})

test('a strategy or a session, and a window', () => {
  const s = openScenario()
  assert.throws(() => s.limit('REJECT_STORM', 'A1', 1, WINDOW), /INVALID_VALUE/)
  assert.throws(() => s.limit('REJECT_STORM', 'S1', 1), /INVALID_VALUE/)
})
