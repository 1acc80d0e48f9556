/** Proposals: one person makes it, another approves it, and the engine carries its lines out, each as it is decided then. */
import assert from 'node:assert/strict'
import { PROPOSAL_LINES, PROPOSAL_STEP_LINES, PROPOSALS_KEPT, PROPOSALS_OPEN } from '../model/bounds.ts'
import { CONTROLS } from '../model/controls.ts'
import { MAX } from '../model/numbers.ts'
import { LINE_ID } from '../model/records/people-commands.ts'
import { BINDING_KINDS, DUTIES, NAME_KINDS } from '../model/vocabulary.ts'
import { lineOf } from '../simulator/commands/command.ts'
import { scenario } from '../simulator/scenario.ts'
import type { Scenario } from '../simulator/scenario-engine.ts'
import {
  agreed,
  approve,
  hashOf,
  inWords,
  propose,
  proposeLine,
  reject,
  stateOf,
  submitted,
  viewOf,
  workAll,
} from '../simulator/scenario-people.ts'

const QTY = CONTROLS.findIndex(({ code }) => code === 'MAX_ORDER_QTY')
const DUTY = BINDING_KINDS.indexOf('PRINCIPAL_DUTY')
const HOUR_US = 3_600_000_000
const OFFICERS = { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } } as const
const ALL_DUTIES = (1 << DUTIES.indexOf('limits:propose')) | (1 << DUTIES.indexOf('limits:approve'))

/** A scenario with two officers, Alice without their duties, and a machine with them. */
function people(title: string, play: (s: Scenario) => void): void {
  const openAndPlay = (s: Scenario) => {
    s.name('PRINCIPAL', 'ROBOT')
    s.applied('Binding', { kind: DUTY, a: s.id('ROBOT'), b: ALL_DUTIES, allow: 1 })
    play(s)
  }
  scenario(title, openAndPlay, OFFICERS)
}

const qty = (s: Scenario, subject: string, hard: number, more: object = {}) => ({
  ...{ control: QTY, subject: s.id(subject), objectKind: 0, object: -1, hard, action: 0, mode: 0, ...more },
})
const qtyLine = (s: Scenario, subject: string, hard: number) => lineOf('Limit', qty(s, subject, hard))
const hardOf = (s: Scenario, subject: string) =>
  [...s.engine.view.limits()].find((row) => row.control === QTY && row.subject === s.id(subject))?.hard

people('a limit that one person proposes is in force when another approves it', (s) => {
  s.limit('MAX_ORDER_QTY', 'A1', 100)
  const id = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 500)) as number
  assert.equal(stateOf(s, id), 'PENDING')
  assert.equal(hardOf(s, 'A1'), 100, 'asked for is not set')
  assert.equal(approve(s, 'OFFICER-B', id), 'ProposalMoved ProposalLineApplied Applied ProposalMoved')
  assert.equal(stateOf(s, id), 'DONE')
  assert.equal(hardOf(s, 'A1'), 500)
  s.working({ orderQty: 500 })
  assert.equal(s.order({ orderQty: 501 }).reason, 'MAX_ORDER_QTY')
})

people('nobody approves their own proposal, whatever machine sends it', (s) => {
  const id = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 500)) as number
  const again = { principal: s.id('OFFICER-A'), proposal: id, ...hashOf(s, id) }
  assert.equal(inWords(s.send('Approve', again)), 'MAKER_IS_CHECKER')
  assert.equal(inWords(s.send('Approve', { ...again, session: s.id('X2') })), 'MAKER_IS_CHECKER')
  assert.equal(inWords(s.send('Approve', { ...again, principal: -1 })), 'DUTY_MISSING')
  assert.equal(inWords(s.send('Approve', { ...again, principal: 9_999 })), 'DUTY_MISSING')
  assert.equal(approve(s, 'ALICE', id), 'DUTY_MISSING', 'a person without the duty')
  assert.equal(approve(s, 'ROBOT', id), 'DUTY_MISSING', 'a machine, whatever its duties')
  assert.equal(stateOf(s, id), 'PENDING')
  assert.equal(hardOf(s, 'A1'), MAX)
})

people('only people with the duty propose, and only what a proposal may carry', (s) => {
  assert.equal(propose(s, 'ALICE', 'Limit', qty(s, 'A1', 500)), 'DUTY_MISSING')
  assert.equal(propose(s, 'ROBOT', 'Limit', qty(s, 'A1', 500)), 'DUTY_MISSING')
  assert.equal(propose(s, 'OFFICER-A', 'Kill', { state: 3 }), 'NOT_PROPOSABLE')
  assert.equal(propose(s, 'OFFICER-A', 'Approve', { proposal: 1 }), 'NOT_PROPOSABLE')
  assert.equal(propose(s, 'OFFICER-A', 'Tick', {}), 'NOT_PROPOSABLE')
  assert.equal(
    propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', -1)),
    'INVALID_VALUE',
    'refused at once, not at the approval',
  )
  assert.equal(propose(s, 'OFFICER-A', 'Limit', { ...qty(s, 'A1', 1), subject: 9_999 }), 'UNKNOWN_NAME')
  assert.equal(proposeLine(s, 'OFFICER-A', '', qtyLine(s, 'A1', 1)), 'INVALID_VALUE', 'no key')
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', undefined), 'INVALID_VALUE', 'nothing proposed')
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 1), 2), 'INVALID_VALUE', 'flags')
  const sent = { ...qtyLine(s, 'A1', 1), values: { ...qtyLine(s, 'A1', 1).values, principal: s.id('OFFICER-B') } }
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', sent as never), 'INVALID_VALUE', 'a line has no sender of its own')
  assert.deepEqual([...s.engine.view.proposals()], [])
})

people('a proposal that nobody approves in time expires', (s) => {
  const id = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 500)) as number
  s.wait(8 * HOUR_US - 1)
  s.tick()
  assert.equal(stateOf(s, id), 'PENDING')
  s.wait(1)
  s.tick()
  assert.equal(inWords(s.said), 'ProposalMoved TimerFired')
  assert.equal(stateOf(s, id), 'EXPIRED')
  assert.equal(approve(s, 'OFFICER-B', id), 'PROPOSAL_STATE')
  assert.equal(reject(s, 'OFFICER-B', id), 'PROPOSAL_STATE')
  assert.equal(hardOf(s, 'A1'), MAX)
})

people('its maker withdraws a proposal, another person with the duty rejects it', (s) => {
  for (const [who, said] of [
    ['OFFICER-A', 'ProposalMoved'],
    ['OFFICER-B', 'ProposalMoved'],
    ['ALICE', 'DUTY_MISSING'],
    ['ROBOT', 'DUTY_MISSING'],
  ] as const) {
    const id = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 500)) as number
    assert.equal(reject(s, who, id), said, who)
    assert.equal(stateOf(s, id), said === 'ProposalMoved' ? 'REJECTED' : 'PENDING', who)
    if (said !== 'ProposalMoved') continue
    assert.equal(reject(s, who, id), 'ProposalRepeated', 'said again')
    assert.equal(approve(s, 'OFFICER-B', id), 'PROPOSAL_STATE')
  }
  assert.equal(reject(s, 'OFFICER-A', 9_999), 'UNKNOWN_PROPOSAL')
  assert.equal(approve(s, 'OFFICER-B', 9_999), 'UNKNOWN_PROPOSAL')
})

people('the same again changes nothing; the same key with something else is refused', (s) => {
  const id = proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 500))
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 500)), id)
  assert.equal(inWords(s.said), 'ProposalRepeated')
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 501)), 'PROPOSAL_CONFLICT')
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 500), 1), 'PROPOSAL_CONFLICT')
  assert.notEqual(proposeLine(s, 'OFFICER-B', 'K', qtyLine(s, 'A1', 500)), id, 'keys are those of the maker')
  assert.equal(approve(s, 'OFFICER-B', id as number), 'ProposalMoved ProposalLineApplied Applied ProposalMoved')
  assert.equal(approve(s, 'OFFICER-B', id as number), 'ProposalRepeated')
  assert.equal(proposeLine(s, 'OFFICER-A', 'K', qtyLine(s, 'A1', 500)), id, 'also when it is done')
})

people('what is approved is what was seen: the hash of the lines must match', (s) => {
  const id = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 500)) as number
  const other = propose(s, 'OFFICER-A', 'Limit', qty(s, 'A1', 501)) as number
  const said = s.send('Approve', { principal: s.id('OFFICER-B'), proposal: id, ...hashOf(s, other) })
  assert.equal(inWords(said), 'CONTENT_MISMATCH')
  assert.notDeepEqual(hashOf(s, id), hashOf(s, other))
  assert.equal(stateOf(s, id), 'PENDING')
})

people('lines come in their order, from the maker, and are submitted as they are', (s) => {
  const [maker, other] = [s.id('OFFICER-A'), s.id('OFFICER-B')]
  const id = proposeLine(s, 'OFFICER-A', 'K', undefined, 1) as number
  const line = (at: number, hard: number, principal = maker, proposal = id) =>
    inWords(s.send('ProposalLine', { principal, proposal, line: at }, qtyLine(s, 'A1', hard)))
  const submit = (lines: number, hash = hashOf(s, id), principal = maker) =>
    inWords(s.send('ProposalSubmit', { principal, proposal: id, lines, ...hash }))
  assert.equal(submit(0), 'CONTENT_MISMATCH', 'nothing to approve')
  assert.equal(line(1, 500), 'LINE_OUT_OF_ORDER')
  assert.equal(line(0, 500, other), 'NOT_THE_MAKER')
  assert.equal(line(0, 500, maker, 77), 'UNKNOWN_PROPOSAL')
  assert.equal(line(0, 500), 'ProposalLineAdded')
  assert.equal(line(0, 500), 'ProposalRepeated')
  assert.equal(line(0, 501), 'PROPOSAL_CONFLICT')
  const early = hashOf(s, id)
  assert.equal(line(1, 600), 'ProposalLineAdded')
  assert.equal(approve(s, 'OFFICER-B', id), 'PROPOSAL_STATE', 'a draft waits for its maker')
  assert.equal(submit(1), 'CONTENT_MISMATCH')
  assert.equal(submit(2, early), 'CONTENT_MISMATCH')
  assert.equal(submit(2, hashOf(s, id), other), 'NOT_THE_MAKER')
  assert.equal(submit(2), 'ProposalMoved')
  assert.equal(submit(2), 'ProposalRepeated')
  assert.equal(line(2, 700), 'PROPOSAL_STATE', 'nothing is added to what waits for approval')
  approve(s, 'OFFICER-B', id)
  assert.equal(hardOf(s, 'A1'), 600)
})

people('each line is decided in the state that the line before it left, and a refused one is counted', (s) => {
  const hierarchy = { kind: NAME_KINDS.indexOf('ACCOUNT'), client: s.id('C1'), desk: s.id('D1'), trader: -1 }
  const account = lineOf('Hierarchy', { ...hierarchy, entity: s.id('E1'), owner: s.id('O1'), name: 'NEW' })
  const kind = BINDING_KINDS.indexOf('TRADER_ACCOUNT')
  const id = submitted(s, 'OFFICER-A', [
    qtyLine(s, 'A1', 500),
    account,
    lineOf('Binding', { kind, a: s.id('T1'), b: LINE_ID + 1, allow: 1 }),
    lineOf('Limit', { ...qty(s, 'A1', 77), subject: 9_999 }),
    lineOf('Limit', { ...qty(s, 'A1', 77), subject: LINE_ID + 1 }),
    lineOf('Limit', { ...qty(s, 'A1', 88), subject: LINE_ID + 0 }),
    lineOf('Limit', { ...qty(s, 'A1', 99), subject: LINE_ID + 3 }),
  ])
  approve(s, 'OFFICER-B', id)
  const { applied, refused, refusals } = viewOf(s, id)
  const reasons = s.saidOf('ProposalLineApplied').map(({ reason }) => reason)
  // Neither a limit row nor a refused line is a name.
  assert.deepEqual(reasons, ['NONE', 'NONE', 'NONE', 'UNKNOWN_NAME', 'NONE', 'UNKNOWN_NAME', 'UNKNOWN_NAME'])
  assert.deepEqual([applied, refused, refusals.map(({ line }) => line)], [7, 3, [3, 5, 6]])
  assert.equal(hardOf(s, 'NEW'), 77)
  s.position('NEW', 'ACME', 5, 'T1')
})

people('a line may name only lines before it', (s) => {
  const id = proposeLine(s, 'OFFICER-A', 'K', undefined, 1) as number
  for (const [named, said] of [
    [LINE_ID, 'INVALID_VALUE'],
    [LINE_ID + 1, 'INVALID_VALUE'],
  ] as const) {
    const line = lineOf('Limit', { ...qty(s, 'A1', 5), subject: named })
    assert.equal(inWords(s.send('ProposalLine', { principal: s.id('OFFICER-A'), proposal: id, line: 0 }, line)), said)
  }
})

people('many lines are applied by steps, between which orders are decided', (s) => {
  const lines = Array.from({ length: 2 * PROPOSAL_STEP_LINES + 1 }, (_, at) => qtyLine(s, 'A1', 1_000 + at))
  const id = submitted(s, 'OFFICER-A', lines)
  approve(s, 'OFFICER-B', id)
  assert.equal(stateOf(s, id), 'APPLYING')
  assert.equal(hardOf(s, 'A1'), 1_000 + PROPOSAL_STEP_LINES - 1, 'the first are in force when it is answered')
  s.working({ orderQty: 1_000 + PROPOSAL_STEP_LINES - 1 })
  const step = { proposal: id, fromLine: 0 }
  assert.equal(inWords(s.send('ProposalStep', step)), 'PROPOSAL_STATE', 'no line is applied twice')
  assert.equal(reject(s, 'OFFICER-A', id), 'PROPOSAL_STATE', 'what is approved is not withdrawn')
  assert.equal(workAll(s), 2)
  assert.equal(stateOf(s, id), 'DONE')
  assert.equal(hardOf(s, 'A1'), 1_000 + 2 * PROPOSAL_STEP_LINES)
  assert.equal(inWords(s.send('ProposalStep', { proposal: id, fromLine: lines.length })), 'PROPOSAL_STATE')
})

people('a new person, and what it may do, come from two people', (s) => {
  const nobody = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
  const eve = agreed(s, ['OFFICER-A', 'OFFICER-B'], 'Hierarchy', {
    ...{ ...nobody, kind: NAME_KINDS.indexOf('PRINCIPAL'), name: 'EVE', flags: 1 },
  })
  agreed(s, ['OFFICER-B', 'OFFICER-A'], 'Binding', { kind: DUTY, a: eve, b: 3, allow: 1 })
  assert.equal(s.engine.directory.dutiesOf(s.id('EVE')), 3)
})

people('open proposals are bounded, and of ended ones the last are kept', (s) => {
  const keep = proposeLine(s, 'OFFICER-B', 'first', qtyLine(s, 'A1', 1)) as number
  const makers = ['OFFICER-B', 'OFFICER-A', 'ALICE', 'BOB', 'EVE']
  s.name('PRINCIPAL', 'EVE', {}, 1)
  for (const maker of makers.slice(2)) {
    s.applied('Binding', { kind: DUTY, a: s.id(maker), b: 1 << DUTIES.indexOf('limits:propose'), allow: 1 })
  }
  for (let at = 1; at < PROPOSALS_OPEN; at++) proposeLine(s, makers[at % 4] as string, `${at}`, qtyLine(s, 'A1', 1))
  assert.equal(proposeLine(s, 'EVE', 'one more', qtyLine(s, 'A1', 1)), 'CAPACITY')
  for (const { proposal } of [...s.engine.view.proposals()]) if (proposal !== keep) reject(s, 'OFFICER-A', proposal)
  for (let at = 0; at < 5; at++)
    reject(s, 'OFFICER-A', proposeLine(s, 'OFFICER-A', `again ${at}`, qtyLine(s, 'A1', 1)) as number)
  const all = [...s.engine.view.proposals()]
  assert.equal(all.length, PROPOSALS_KEPT + 1)
  assert.equal(all[0]?.proposal, keep, 'an open one is never dropped')
  assert.ok(PROPOSAL_LINES > PROPOSAL_STEP_LINES)
})

people('a line that names one which was refused is refused itself, and is never a row for each', (s) => {
  const instrument = lineOf('Hierarchy', { kind: NAME_KINDS.indexOf('VENUE'), name: '' })
  const row = { control: QTY, subject: s.id('FIRM'), objectKind: 5, object: LINE_ID, hard: 1_000_000_000 }
  const id = submitted(s, 'OFFICER-A', [instrument, lineOf('Limit', { ...row, action: 0, mode: 0 })])
  approve(s, 'OFFICER-B', id)
  assert.deepEqual(
    s.saidOf('ProposalLineApplied').map(({ reason }) => reason),
    ['INVALID_VALUE', 'UNKNOWN_NAME'],
  )
  assert.deepEqual(
    [...s.engine.view.limits()].filter(({ control, objectKind }) => control === QTY && objectKind === 5),
    [],
  )
})
