/**
 * One sender does not use up what all share: whoever has as many proposals, or parent orders, as one may is refused by name, and
 * the next one works on. Of soft blocks the same is tested with them.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  PARENTS_OF_SESSION,
  PROPOSAL_BYTES,
  PROPOSAL_BYTES_OF_MAKER,
  PROPOSAL_LINES,
  PROPOSALS_OF_MAKER,
} from '../model/bounds.ts'
import { parameterIndex } from '../model/parameters.ts'
import { LIMIT } from '../model/records/commands.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'
import { PROPOSAL_STATES } from '../model/vocabulary.ts'
import { type Command, command, encodeCommand, lineOf } from '../simulator/commands/command.ts'
import { scenario } from '../simulator/scenario.ts'
import { saidFrom } from '../simulator/scenario-decision.ts'
import { type Scenario, SIZES } from '../simulator/scenario-engine.ts'
import { approve, proposeLine, reject, stateOf } from '../simulator/scenario-people.ts'
import { createEngine } from './engine.ts'
import { createProposals, type Proposal } from './state/proposals.ts'

const OFFICERS = { genesis: { officer1: 'OFFICER-A', officer2: 'OFFICER-B' } } as const
const MORE_LINES = 1
const stateCalled = (name: (typeof PROPOSAL_STATES)[number]) => PROPOSAL_STATES.indexOf(name) as Proposal['state']

/** What is said to a command by an engine that begins with the saved state of this one. */
function afterLoading(s: Scenario, given: Command): string {
  const saved: Uint8Array[] = []
  s.engine.save((bytes) => saved.push(bytes.slice()))
  const bytes = new Uint8Array(Buffer.concat(saved))
  const engine = createEngine({ sizes: SIZES, rules: { version: 1, rules: [], firstRefusal: () => -1 }, hashSeed: 7 })
  let at = 0
  engine.load((into) => {
    const part = bytes.subarray(at, at + into.length)
    into.set(part)
    at += part.length
    return part.length
  })
  const tape = Tape.ofBytes(1 << 16)
  engine.execute(tape, encodeCommand(tape, given))
  const [said] = saidFrom(tape, lengthAt(tape, 0))
  return said?.reason === undefined ? `${said?.event}` : `${said.reason}`
}

scenario(
  'one person floods the proposals, and another still proposes',
  (s) => {
    const drafts: (number | string)[] = []
    for (let at = 0; at < PROPOSALS_OF_MAKER; at++)
      drafts.push(proposeLine(s, 'OFFICER-A', `${at}`, undefined, MORE_LINES))
    assert.ok(drafts.every((id) => typeof id === 'number'))
    assert.equal(proposeLine(s, 'OFFICER-A', 'more', undefined, MORE_LINES), 'PROPOSALS_OF_MAKER')
    const more = { session: -1, key: 'more', title: 'a test', flags: MORE_LINES, seq: s.seq + 1, timeUs: s.timeUs }
    assert.equal(afterLoading(s, command('Propose', { ...more, principal: s.id('OFFICER-A') })), 'PROPOSALS_OF_MAKER')
    assert.equal(afterLoading(s, command('Propose', { ...more, principal: s.id('OFFICER-B') })), 'ProposalMoved')
    const line = lineOf('Parameter', { parameter: parameterIndex('tokenLifeUs'), value: 3_000_000 })
    const id = proposeLine(s, 'OFFICER-B', 'his', line) as number
    approve(s, 'OFFICER-A', id)
    assert.equal(stateOf(s, id), 'DONE')
    reject(s, 'OFFICER-A', drafts[0] as number)
    assert.equal(typeof proposeLine(s, 'OFFICER-A', 'more', undefined, MORE_LINES), 'number', 'one has ended')
    assert.equal(proposeLine(s, 'OFFICER-A', 'and more', undefined, MORE_LINES), 'PROPOSALS_OF_MAKER')
  },
  OFFICERS,
)

test('one maker fills no more than its share of the bytes, which is enough for the longest proposal', () => {
  assert.ok(PROPOSAL_LINES * LIMIT.bytes <= PROPOSAL_BYTES_OF_MAKER)
  assert.ok(2 * PROPOSAL_BYTES_OF_MAKER <= PROPOSAL_BYTES)
  const proposals = createProposals()
  const made = (maker: number): Proposal => {
    const one: Proposal = {
      ...{ id: proposals.next, maker, key: `${proposals.next}`, title: '', madeUs: 0, isLong: true },
      ...{ first0: 0, first1: 0, state: stateCalled('DRAFT'), expiresUs: 0, checker: -1, lines: [], count: 0 },
      ...{ kinds: 0, hash0: 0, hash1: 0, next: 0, ids: [], refused: 0, refusals: [] },
    }
    proposals.add(one)
    return one
  }
  const [first, second] = [made(0), made(0)]
  proposals.addLine(first, new Uint8Array(PROPOSAL_BYTES_OF_MAKER - 1024), 0)
  proposals.addLine(second, new Uint8Array(512), 0)
  assert.deepEqual([proposals.isTooMuch(0, 512), proposals.isTooMuch(0, 520)], [false, true])
  assert.equal(proposals.isTooMuch(1, 520), false)
  proposals.end(first, stateCalled('REJECTED'))
  assert.equal(proposals.isTooMuch(0, PROPOSAL_BYTES_OF_MAKER - 512), false)
  assert.equal(proposals.isTooMuch(0, PROPOSAL_BYTES_OF_MAKER - 511), true)
})

scenario('one client floods the parents, and another still tells of one', (s) => {
  const parent = (session: string, parentClOrdID: string) => ({
    ...{ session: s.id(session), strategy: s.id('S1'), account: -1, instrument: 0, side: 0, orderQty: 5 },
    parentClOrdID,
  })
  for (let at = 0; at < PARENTS_OF_SESSION; at++) s.send('Parent', parent('X1', `${at}`))
  assert.equal(s.refusal, undefined)
  s.send('Parent', parent('X1', 'more'))
  assert.equal(s.refusal, 'PARENTS_OF_SESSION')
  s.applied('Parent', parent('X1', '7'))
  s.applied('Parent', parent('X2', 'mine'))
  const stamp = { seq: s.seq + 1, timeUs: s.timeUs, principal: -1 }
  assert.equal(afterLoading(s, command('Parent', { ...stamp, ...parent('X1', 'more') })), 'PARENTS_OF_SESSION')
  assert.equal(afterLoading(s, command('Parent', { ...stamp, ...parent('X2', 'more') })), 'Applied')
  s.roll(20270118)
  s.roll(20270119)
  s.applied('Parent', parent('X1', 'more'))
})
