/** Executions of unknown orders: a person explains them before their latch may end, and may say whose they are. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { PX } from '../simulator/scenario-given.ts'

function stranger(s: Scenario, execID: string, qty: number, account = ''): void {
  s.fill('whose', qty, PX, { execID, instrument: s.id('ACME'), account: s.id(account), side: 0 })
}

function latchOf(s: Scenario): number {
  return [...s.engine.view.latches()].at(-1)?.latch ?? -1
}

function explain(s: Scenario, account = '', principal = 'ALICE', latch = latchOf(s)): void {
  s.send('ExplainExecution', { latch, account: s.id(account), principal: s.id(principal) })
}

function ask(s: Scenario, step: number, principal: string): void {
  s.send('Release', { latch: latchOf(s), state: 0, step, principal: s.id(principal) })
}

scenario('the latch of an unknown execution does not end before a person has explained it', (s) => {
  stranger(s, 'E1', 40, 'A1')
  ask(s, 0, 'ALICE')
  assert.equal(s.refusal, 'NOT_EXPLAINED')
  explain(s)
  assert.equal(s.refusal, undefined)
  s.release(latchOf(s))
  s.working({})
  assert.equal(s.cell('A1').position, 40)
})

scenario('one more execution must be explained too: who asked did not know of it', (s) => {
  stranger(s, 'E1', 40, 'A1')
  explain(s)
  ask(s, 0, 'ALICE')
  stranger(s, 'E2', 1, 'A1')
  ask(s, 1, 'BOB')
  assert.equal(s.refusal, 'NOT_REQUESTED')
  ask(s, 0, 'ALICE')
  assert.equal(s.refusal, 'NOT_EXPLAINED')
})

scenario('what SUSPENSE holds goes to the account whose it is, with its flow, in one step', (s) => {
  stranger(s, 'E1', 40)
  stranger(s, 'E2', 2)
  s.report('TradeCancel', 'whose', { execRefID: 'E2' })
  const firm = s.exposure('FIRM')
  explain(s, 'A3')
  assert.deepEqual([s.cell('SUSPENSE').position, s.cell('A3').position], [0, 40])
  assert.deepEqual([s.exposure('SUSPENSE').executed, s.exposure('A3').executed], [0, 40 * PX])
  assert.deepEqual(s.exposure('FIRM'), firm)
  s.report('TradeCancel', 'whose', { execRefID: 'E1' })
  assert.deepEqual([s.cell('A3').position, s.exposure('A3').executed], [0, 0], 'a bust finds it where it is now')
})

scenario('of the day before the position goes, its flow went at the roll', (s) => {
  stranger(s, 'E1', 40)
  s.roll(20270118)
  explain(s, 'A3')
  assert.deepEqual([s.cell('SUSPENSE').position, s.cell('A3').position, s.exposure('A3').executed], [0, 40, 0])
})

scenario('only what was not explained yet goes', (s) => {
  stranger(s, 'E1', 40)
  explain(s)
  stranger(s, 'E2', 2)
  explain(s, 'A3')
  assert.deepEqual([s.cell('SUSPENSE').position, s.cell('A3').position], [40, 2])
})

for (const [title, account, principal, refusal] of [
  ['by a session', '', 'X1', 'DUTY_MISSING'],
  ['to what is no account', 'D1', 'ALICE', 'UNKNOWN_NAME'],
  ['to SUSPENSE itself', 'SUSPENSE', 'ALICE', 'INVALID_VALUE'],
] as const) {
  scenario(`an explanation ${title}: ${refusal}`, (s) => {
    stranger(s, 'E1', 40)
    explain(s, account, principal)
    assert.equal(s.refusal, refusal)
  })
}

scenario('what is booked to the named account is not moved, and other latches are not explained', (s) => {
  stranger(s, 'E1', 40, 'A1')
  explain(s, 'A3')
  assert.equal(s.refusal, 'INVALID_VALUE')
  s.kill('BLOCKED', { account: 'A1' })
  explain(s)
  assert.equal(s.refusal, 'INVALID_VALUE')
  explain(s, '', 'ALICE', 77)
  assert.equal(s.refusal, 'UNKNOWN_LATCH')
})
