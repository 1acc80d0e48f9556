/** Busts and corrects that come before their execution: they wait, meet it in its own command, or are told and given up. */
import assert from 'node:assert/strict'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { PX } from '../simulator/scenario-given.ts'

const bust = (s: Scenario, execRefID: string) => s.report('TradeCancel', 'o', { execID: `B${execRefID}`, execRefID })
const correct = (s: Scenario, execRefID: string, execID: string, lastQty: number, lastPx = PX) =>
  s.report('TradeCorrect', 'o', { execID, execRefID, lastQty, lastPx })
const events = (s: Scenario) => s.said.map(({ event }) => event)

scenario('an execution whose bust is there already is booked and reversed in one command', (s) => {
  s.working({ clOrdID: 'o' })
  bust(s, 'E')
  assert.deepEqual(events(s), ['ExecutionParked'])
  s.fill('o', 40, PX, { execID: 'E' })
  assert.deepEqual(events(s), ['ExecutionBooked', 'ParkedEnded', 'ExecutionReversed'])
  assert.deepEqual([s.cell('A1').position, s.exposure('A1').executed, s.live('o')?.cumQty], [0, 0, 40])
  bust(s, 'E')
  assert.equal(s.refusal, 'UNKNOWN_EXEC_REF', 'it is reversed')
})

scenario('corrects of corrects that come in any order all meet', (s) => {
  s.working({ clOrdID: 'o' })
  correct(s, 'G', 'H', 10)
  correct(s, 'E', 'G', 20)
  s.fill('o', 40, PX, { execID: 'E' })
  assert.equal(s.saidOf('ExecutionReversed').length, 2)
  assert.deepEqual([s.cell('A1').position, s.exposure('A1').executed], [10, 10 * PX])
  bust(s, 'H')
  assert.equal(s.cell('A1').position, 0)
})

scenario('the same bust twice waits once; another one of the same execution is a conflict', (s) => {
  s.working({ clOrdID: 'o' })
  correct(s, 'E', 'G', 20)
  correct(s, 'E', 'G', 20)
  assert.equal(s.refusal, 'EXEC_DUPLICATE')
  correct(s, 'E', 'G', 21)
  assert.equal(s.refusal, 'EXEC_CONFLICT')
  bust(s, 'E')
  assert.equal(s.refusal, 'EXEC_CONFLICT')
})

scenario('a correct that cannot be booked leaves its execution as it is, and blocks', (s) => {
  s.working({ clOrdID: 'o' })
  correct(s, 'E', 'G', 20, -1)
  s.fill('o', 40, PX, { execID: 'E' })
  assert.deepEqual(events(s), ['ExecutionBooked', 'ParkedEnded', 'LatchSet'])
  assert.equal(s.saidOf('ParkedEnded')[0]?.alarm, 'INVALID_VALUE')
  assert.equal(s.cell('A1').position, 40)
  assert.equal(s.order({}).reason, 'BLOCKED')
})

scenario('a correct under an execID that was booked since: both stand, and it blocks', (s) => {
  s.working({ clOrdID: 'o' })
  correct(s, 'E', 'G', 20)
  s.fill('o', 1, PX, { execID: 'G' })
  s.fill('o', 40, PX, { execID: 'E' })
  assert.equal(s.saidOf('ParkedEnded')[0]?.alarm, 'EXEC_CONFLICT')
  assert.equal(s.cell('A1').position, 41)
  assert.equal(s.order({}).reason, 'BLOCKED')
})

for (const [title, given, refusal] of [
  ['of nothing', { execRefID: '' }, 'UNKNOWN_EXEC_REF'],
  ['of itself', { execRefID: 'G' }, 'UNKNOWN_EXEC_REF'],
  ['to no quantity', { execRefID: 'E', lastQty: 0 }, 'INVALID_VALUE'],
  ['to a quantity that is no number', { execRefID: 'E', lastQty: Number.NaN }, 'INVALID_VALUE'],
  ['to a price that is no number', { execRefID: 'E', lastQty: 1, lastPx: Number.NaN }, 'INVALID_VALUE'],
] as const) {
  scenario(`a correct ${title} does not wait: ${refusal}`, (s) => {
    s.report('TradeCorrect', 'o', { execID: 'G', lastQty: 1, lastPx: PX, ...given })
    assert.equal(s.refusal, refusal)
  })
}

scenario('what never comes is told at the roll after the next, and is waited for no longer', (s) => {
  s.working({ clOrdID: 'o', timeInForce: 'GTC' })
  bust(s, 'E')
  s.roll(20270118)
  assert.deepEqual(s.saidOf('ParkedEnded'), [])
  bust(s, 'F')
  s.roll(20270119)
  assert.deepEqual(
    s.saidOf('ParkedEnded').map(({ execRefID, alarm }) => [execRefID, alarm]),
    [['E', 'UNMATCHED_BUST']],
  )
  s.fill('o', 40, PX, { execID: 'E' })
  s.fill('o', 30, PX, { execID: 'F' })
  assert.equal(s.cell('A1').position, 40)
})

scenario('with 256 waiting the next one is refused and blocks what it names', (s) => {
  s.working({ clOrdID: 'o' })
  for (let at = 0; at < 256; at++) bust(s, `E${at}`)
  s.report('TradeCancel', 'o', { execID: 'B', execRefID: 'E256', account: s.id('A1'), instrument: s.id('ACME') })
  assert.equal(s.refusal, 'CAPACITY')
  assert.equal(s.saidOf('LatchSet').length, 1)
  assert.equal(s.order({}).reason, 'BLOCKED')
})

scenario('all that can wait may meet in one command', (s) => {
  s.working({ clOrdID: 'o' })
  for (let at = 0; at < 50; at++) correct(s, `E${at}`, `E${at + 1}`, 1 + at)
  s.fill('o', 40, PX, { execID: 'E0' })
  assert.equal(s.saidOf('ExecutionBooked').length, 51)
  assert.equal(s.cell('A1').position, 50)
})
