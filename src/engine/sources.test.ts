/** Execution sources: one session's reports are booked, the other's are compared, and nobody else's count. */
import assert from 'node:assert/strict'
import { COMPARISONS } from '../model/vocabulary.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import { PX } from '../simulator/scenario-given.ts'

const VENUE = 'V1'

/** EX is the source of A1, X2 is compared with it. */
function setSource(s: Scenario, venue = '', source = 'EX', compare = 'X2'): void {
  const [account, at] = [s.id('A1'), s.id(venue)]
  s.applied('ExecutionSource', { account, venue: at, source: s.id(source), compare: s.id(compare) })
}

function fillFrom(s: Scenario, session: string, id: string, execID: string, qty = 40, px = PX): void {
  s.fill(id, qty, px, { session: s.id(session), execID, venue: s.id(VENUE) })
}

function compared(s: Scenario): readonly unknown[] {
  return s.saidOf('ReportCompared').map(({ result }) => COMPARISONS[result as number])
}

const differences = (s: Scenario) => [...s.engine.view.executionSources()].map((pair) => pair.differences)

scenario('the report beside the source books nothing, and is compared: quantity, price, or it agrees', (s) => {
  setSource(s)
  const id = s.working({ venue: VENUE })
  fillFrom(s, 'EX', id, 'E1')
  const before = s.standing()
  for (const [qty, px, result, open] of [
    [40, PX, 'AGREES', 0],
    [41, PX, 'QTY_DIFFERS', 1],
    [40, PX + 1, 'PX_DIFFERS', 1],
    [40, PX, 'AGREES', 0],
  ] as const) {
    fillFrom(s, 'X2', id, 'E1', qty, px)
    assert.deepEqual([compared(s), differences(s)], [[result], [open]])
  }
  assert.equal(s.standing(), before)
})

scenario('what is missing at the source is open until it comes there', (s) => {
  setSource(s)
  const id = s.working({ venue: VENUE })
  fillFrom(s, 'X2', id, 'E1')
  assert.deepEqual([compared(s), differences(s), s.cell('A1').position], [['MISSING'], [1], 0])
  fillFrom(s, 'EX', id, 'E1', 30)
  assert.deepEqual([compared(s), differences(s), s.cell('A1').position], [['QTY_DIFFERS'], [1], 30])
  fillFrom(s, 'X2', id, 'E1', 30)
  assert.deepEqual([compared(s), differences(s)], [['AGREES'], [0]])
})

scenario('what the source busted is missing there', (s) => {
  setSource(s)
  const id = s.working({ venue: VENUE })
  fillFrom(s, 'EX', id, 'E1')
  s.report('TradeCancel', id, { execRefID: 'E1', venue: s.id(VENUE) })
  fillFrom(s, 'X2', id, 'E1')
  assert.deepEqual(compared(s), ['MISSING'])
})

scenario('reports of a third session are refused, those beside the source that are no trades are not compared', (s) => {
  setSource(s)
  const id = s.working({ venue: VENUE })
  fillFrom(s, 'X1', id, 'E1')
  assert.equal(s.refusal, 'NOT_EXECUTION_SOURCE')
  s.report('Canceled', id, { session: s.id('X1') })
  assert.equal(s.refusal, 'NOT_EXECUTION_SOURCE')
  s.report('Canceled', id, { session: s.id('X2') })
  assert.deepEqual(compared(s), ['NOT_COMPARED'])
  assert.notEqual(s.live(id), undefined)
  s.report('Canceled', id)
  assert.equal(s.live(id), undefined)
})

scenario('a venue of its own stands in place of the source for every venue', (s) => {
  setSource(s)
  setSource(s, 'V2', 'X2', 'EX')
  const [here, there] = [s.working({ venue: 'V1' }), s.working({ venue: 'V2' })]
  s.report('New', here)
  s.report('New', there)
  assert.deepEqual(compared(s), ['NOT_COMPARED'])
  s.report('New', there, { session: s.id('X2') })
  assert.equal(s.saidOf('OrderMoved').length, 1)
})

scenario('who is only compared books no execution of an unknown order either', (s) => {
  setSource(s)
  const unknown = { instrument: s.id('ACME'), side: 0, venue: s.id(VENUE) }
  s.fill('whose', 10, PX, { ...unknown, session: s.id('X2'), execID: 'E1' })
  assert.deepEqual([compared(s), s.cell('SUSPENSE').position], [['MISSING'], 0])
  s.report('TradeCancel', 'whose', { ...unknown, session: s.id('X2'), execRefID: 'E1' })
  assert.deepEqual(compared(s), ['NOT_COMPARED'])
  s.fill('whose', 10, PX, { ...unknown, execID: 'E1' })
  assert.equal(s.cell('SUSPENSE').position, 10)
})

scenario('without a source any session counts, and so again when it is taken away', (s) => {
  const id = s.working({ venue: VENUE })
  setSource(s)
  setSource(s, '', '', '')
  fillFrom(s, 'X2', id, 'E1')
  assert.equal(s.cell('A1').position, 40)
})

for (const [title, given, refusal] of [
  ['an account that is none', { account: 'D1' }, 'UNKNOWN_NAME'],
  ['a venue that is none', { venue: 'D1' }, 'UNKNOWN_NAME'],
  ['a source that is no session', { source: 'D1' }, 'UNKNOWN_NAME'],
  ['a session beside itself', { source: 'EX', compare: 'EX' }, 'INVALID_VALUE'],
  ['a session beside any', { source: '', compare: 'EX' }, 'INVALID_VALUE'],
] as const) {
  scenario(`a source of ${title}: ${refusal}`, (s) => {
    const { account, venue, source, compare } = { account: 'A1', venue: '', source: 'EX', compare: 'X2', ...given }
    const ids = { account: s.id(account), venue: s.id(venue), source: s.id(source), compare: s.id(compare) }
    s.send('ExecutionSource', ids)
    assert.equal(s.refusal, refusal)
  })
}

scenario('a difference is forgotten with the key of its execution, at the roll after the next', (s) => {
  setSource(s)
  fillFrom(s, 'X2', s.working({ venue: VENUE, timeInForce: 'GTC' }), 'E1')
  s.roll(20270118)
  assert.deepEqual(differences(s), [1])
  s.roll(20270119)
  assert.deepEqual(differences(s), [0])
})
