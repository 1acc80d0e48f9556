/** People in a scenario: a maker proposes commands, a checker approves them. */
import assert from 'node:assert/strict'
import type { ProposalView } from '../model/engine-port.ts'
import { PROPOSAL_STATES } from '../model/vocabulary.ts'
import { type Command, type CommandName, lineOf } from './commands/command.ts'
import type { Said } from './scenario-decision.ts'
import type { Scenario } from './scenario-engine.ts'
import type { Given } from './scenario-given.ts'

/** A proposal of one command; returns its id, or why it was refused. */
export function propose<N extends CommandName>(s: Scenario, maker: string, name: N, given: Given<N>): number | string {
  return proposeLine(s, maker, `key ${s.seq}`, lineOf(name, given as never))
}

export function proposeLine(s: Scenario, maker: string, key: string, line: Command | undefined, flags = 0) {
  return idOf(s.send('Propose', { principal: s.id(maker), key, title: 'a test', flags }, line))
}

/** A draft with these lines, submitted; returns its id. */
export function submitted(s: Scenario, maker: string, lines: readonly Command[]): number {
  const principal = s.id(maker)
  const id = proposeLine(s, maker, `key ${s.seq}`, undefined, 1) as number
  lines.forEach((line, at) => {
    const [said] = s.send('ProposalLine', { principal, proposal: id, line: at }, line)
    assert.equal(said?.event, 'ProposalLineAdded', `line ${at}: ${said?.reason}`)
  })
  const [said] = s.send('ProposalSubmit', { principal, proposal: id, lines: lines.length, ...hashOf(s, id) })
  assert.equal(said?.event, 'ProposalMoved', `submit: ${said?.reason}`)
  return id
}

/** What was said to the approval, by the name of each event or the reason of a refusal. */
export function approve(s: Scenario, checker: string, proposal: number): string {
  return inWords(s.send('Approve', { principal: s.id(checker), proposal, ...hashOf(s, proposal) }))
}

export function reject(s: Scenario, who: string, proposal: number): string {
  return inWords(s.send('RejectProposal', { principal: s.id(who), proposal }))
}

/** One person proposes, another approves: the command must take effect. Returns the id that it defined. */
export function agreed<N extends CommandName>(
  s: Scenario,
  [maker, checker]: readonly [string, string],
  name: N,
  given: Given<N>,
): number {
  const id = propose(s, maker, name, given)
  assert.equal(typeof id, 'number', `${name}: ${id}`)
  const said = approve(s, checker, id as number)
  assert.equal(stateOf(s, id as number), 'DONE', `${name}: ${said}`)
  const line = s.saidOf('ProposalLineApplied')[0]
  assert.equal(line?.reason, 'NONE', name)
  return line?.id as number
}

/** Feeds all the work that the engine asks for; returns how many commands that took. */
export function workAll(s: Scenario): number {
  let steps = 0
  while (s.work()) steps++
  return steps
}

export function viewOf(s: Scenario, proposal: number): ProposalView {
  const view = s.engine.view.proposal(proposal)
  assert.ok(view !== undefined, `no proposal ${proposal}`)
  return view
}

export function stateOf(s: Scenario, proposal: number): string {
  return PROPOSAL_STATES[viewOf(s, proposal).state] ?? ''
}

export function hashOf(s: Scenario, proposal: number) {
  const { contentHash0, contentHash1 } = s.engine.view.proposal(proposal) ?? { contentHash0: 0, contentHash1: 0 }
  return { contentHash0, contentHash1 }
}

function idOf([said]: readonly Said[]): number | string {
  return (said?.event === 'Refused' ? said.reason : said?.proposal) as number | string
}

export function inWords(said: readonly Said[]): string {
  return said.map(({ event, reason }) => (event === 'Refused' ? reason : event)).join(' ')
}
