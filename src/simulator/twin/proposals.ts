/** Proposals: what one person asks for and another approves, line by line. */
import { PROPOSAL_STEP_LINES, PROPOSALS_KEPT, PROPOSALS_OF_MAKER, PROPOSALS_OPEN } from '../../model/bounds.ts'

import { LINE_ID } from '../../model/records/people-commands.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import type { Command, ValuesOfCommand } from '../commands/command.ts'
import { hashOfLines, type LineHash } from '../commands/line-hash.ts'
import { refused, type TwinEvent } from './events.ts'
import type { Proposal } from './kept.ts'
import { dutiesOf } from './names.ts'
import { duration, type Limit, nameAt, type State } from './state.ts'
import { holds, isGoverned, mayTakePart } from './two-people.ts'

const DRAFT = 0
const PENDING = 1
const APPLYING = 2
const DONE = 3
const REJECTED = 4
const EXPIRED = 5
/** Fields of a line that are no ids. */
const NO_IDS: readonly string[] = ['session', 'principal', 'seq', 'timeUs']

/** Carries a command out in a state, as two people have approved it. */
export type CarryOut = (state: State, given: Command) => TwinEvent[]

const isOpen = ({ state }: Proposal) => state < DONE

export function propose(state: State, given: Command & { name: 'Propose' }, carryOut: CarryOut): TwinEvent[] {
  const { principal, key, flags, title } = given.values
  const line = given.inner
  if (!isPerson(state, principal)) return refused('DUTY_MISSING')
  if (key === '' || flags < 0 || flags > 1) return refused('INVALID_VALUE')
  const all = [...state.proposals.values()]
  const known = all.find((other) => other.maker === principal && other.key === key)
  const content = JSON.stringify([flags, title, line ?? null])
  if (known !== undefined) return known.content === content ? [repeated(known)] : refused('PROPOSAL_CONFLICT')
  if (flags === 0 && line === undefined) return refused('INVALID_VALUE')
  const open = all.filter(isOpen)
  if (open.filter(({ maker }) => maker === principal).length >= PROPOSALS_OF_MAKER) return refused('PROPOSALS_OF_MAKER')
  if (open.length >= PROPOSALS_OPEN) return refused('CAPACITY')
  if (line !== undefined) {
    const refusal = lineRefusal(state, line, principal, 0)
    if (refusal !== null) return refused(refusal)
    const tried = flags === 0 ? carryOut(copied(state, line), stamped(line, given.values))[0] : undefined
    if (tried?.name === 'Refused') return [tried]
  }
  const proposal: Proposal = {
    ...{ id: ++state.proposalsMade, maker: principal, key, content, state: flags === 0 ? PENDING : DRAFT },
    ...{ expiresUs: expiry(state, given.values.timeUs), checker: -1, lines: line === undefined ? [] : [line] },
    ...{ count: line === undefined ? 0 : 1, hash: hashOfLines(line === undefined ? [] : [line]), ids: [], refused: 0 },
  }
  state.proposals.set(proposal.id, proposal)
  return [moved(proposal)]
}

/** A state that the line may be tried on: of a limit only the rows change, and copying all the rest takes long. */
function copied(state: State, line: Command): State {
  if (line.name !== 'Limit') return structuredClone(state)
  const rows = [...state.limits].map(([key, row]): [string, Limit] => [key, { ...row, stamps: [...row.stamps] }])
  const { scheduled, terms } = state
  return { ...state, limits: new Map(rows), scheduled: new Map(scheduled), terms: new Map(terms) }
}

export function proposalLine(state: State, { values, inner }: Command & { name: 'ProposalLine' }): TwinEvent[] {
  const proposal = state.proposals.get(values.proposal)
  if (proposal === undefined) return refused('UNKNOWN_PROPOSAL')
  if (proposal.maker !== values.principal) return refused('NOT_THE_MAKER')
  if (proposal.state !== DRAFT) return refused('PROPOSAL_STATE')
  if (inner === undefined) return refused('INVALID_VALUE')
  const known = proposal.lines[values.line]
  if (known !== undefined) {
    const isSame = JSON.stringify(known) === JSON.stringify(inner)
    return isSame ? [repeated(proposal, values.line)] : refused('PROPOSAL_CONFLICT')
  }
  if (values.line !== proposal.lines.length) return refused('LINE_OUT_OF_ORDER')
  const refusal = lineRefusal(state, inner, values.principal, values.line)
  if (refusal !== null) return refused(refusal)
  proposal.lines.push(inner)
  proposal.count++
  proposal.hash = hashOfLines(proposal.lines)
  return [{ name: 'ProposalLineAdded', proposal: proposal.id, line: values.line, ...proposal.hash }]
}

function lineRefusal(state: State, line: Command, maker: number, place: number): string | null {
  if (!isGoverned(line)) return 'NOT_PROPOSABLE'
  if (line.values.session !== -1 || line.values.principal !== -1) return 'INVALID_VALUE'
  if (lineIds(line).some((id) => id - LINE_ID >= place)) return 'INVALID_VALUE'
  return mayTakePart(line, dutiesOf(state, maker), 'limits:propose') ? null : 'DUTY_MISSING'
}

/** Ids that stand for lines. */
function lineIds(line: Command): number[] {
  return Object.values(line.values).filter((value) => typeof value === 'number' && isLineId(value)) as number[]
}

/** Amounts and times may be as large, ids of a line never larger. */
function isLineId(value: number): boolean {
  return value >= LINE_ID && value < LINE_ID + 100_000
}

export function submit(state: State, values: ValuesOfCommand<'ProposalSubmit'>): TwinEvent[] {
  const proposal = state.proposals.get(values.proposal)
  if (proposal === undefined) return refused('UNKNOWN_PROPOSAL')
  if (proposal.maker !== values.principal) return refused('NOT_THE_MAKER')
  if (proposal.state > PENDING) return refused('PROPOSAL_STATE')
  if (proposal.count === 0 || values.lines !== proposal.count || !isSeen(proposal, values)) {
    return refused('CONTENT_MISMATCH')
  }
  if (proposal.state === PENDING) return [repeated(proposal)]
  proposal.state = PENDING
  proposal.expiresUs = expiry(state, values.timeUs)
  return [moved(proposal)]
}

export function approve(state: State, values: ValuesOfCommand<'Approve'>, carryOut: CarryOut): TwinEvent[] {
  const proposal = state.proposals.get(values.proposal)
  if (proposal === undefined) return refused('UNKNOWN_PROPOSAL')
  if (!isPerson(state, values.principal) || !mayCheck(state, proposal, values.principal)) return refused('DUTY_MISSING')
  if (values.principal === proposal.maker) return refused('MAKER_IS_CHECKER')
  if (!isSeen(proposal, values)) return refused('CONTENT_MISMATCH')
  const isApproved = proposal.state === APPLYING || proposal.state === DONE
  if (isApproved && proposal.checker === values.principal) return [repeated(proposal)]
  if (proposal.state !== PENDING) return refused('PROPOSAL_STATE')
  proposal.state = APPLYING
  proposal.checker = values.principal
  state.applying.push(proposal.id)
  return [moved(proposal), ...applyLines(state, proposal, values, carryOut)]
}

export function step(state: State, values: ValuesOfCommand<'ProposalStep'>, carryOut: CarryOut): TwinEvent[] {
  const proposal = state.proposals.get(state.applying[0] ?? -1)
  if (proposal === undefined || proposal.id !== values.proposal || proposal.ids.length !== values.fromLine) {
    return refused('PROPOSAL_STATE')
  }
  return applyLines(state, proposal, values, carryOut)
}

interface Stamp {
  readonly seq: number
  readonly timeUs: number
}

function applyLines(state: State, proposal: Proposal, stamp: Stamp, carryOut: CarryOut): TwinEvent[] {
  const events: TwinEvent[] = []
  const from = proposal.ids.length
  proposal.lines.slice(from, from + PROPOSAL_STEP_LINES).forEach((line, at) => {
    const inner = stamped(resolved(line, proposal.ids), stamp)
    const said = lineIds(inner).length > 0 ? refused('UNKNOWN_NAME') : carryOut(state, inner)
    const [first] = said
    const defines = inner.name === 'Hierarchy' || inner.name === 'Instrument'
    const id = first?.name === 'Applied' && defines ? first.id : -1
    const reason = first?.name === 'Refused' ? first.reason : 0
    if (reason !== 0) proposal.refused++
    proposal.ids.push(id)
    events.push({ name: 'ProposalLineApplied', proposal: proposal.id, line: from + at, reason, id, inner }, ...said)
  })
  if (proposal.ids.length === proposal.count) {
    end(state, proposal, DONE)
    events.push(moved(proposal))
  }
  return events
}

/** The line with the ids that the lines it names were given, where they were. */
function resolved(line: Command, ids: readonly number[]): Command {
  const values = Object.entries(line.values).map(([field, value]) => {
    const isLine = typeof value === 'number' && isLineId(value) && !NO_IDS.includes(field)
    const defined = isLine ? (ids[value - LINE_ID] ?? -1) : -1
    return [field, defined >= 0 ? defined : value]
  })
  return { ...line, values: Object.fromEntries(values) } as Command
}

function stamped(line: Command, { seq, timeUs }: Stamp): Command {
  return { ...line, values: { ...line.values, seq, timeUs } } as Command
}

export function reject(state: State, values: ValuesOfCommand<'RejectProposal'>): TwinEvent[] {
  const proposal = state.proposals.get(values.proposal)
  if (proposal === undefined) return refused('UNKNOWN_PROPOSAL')
  const isMaker = values.principal === proposal.maker
  const mayEnd = isPerson(state, values.principal) && (isMaker || mayCheck(state, proposal, values.principal))
  if (!mayEnd) return refused('DUTY_MISSING')
  if (proposal.state === REJECTED && proposal.checker === values.principal) return [repeated(proposal)]
  if (proposal.state > PENDING) return refused('PROPOSAL_STATE')
  proposal.checker = values.principal
  end(state, proposal, REJECTED)
  return [moved(proposal)]
}

/** What expires first, of those that wait. */
export function firstExpiry(state: State) {
  const waiting = [...state.proposals.values()].filter((proposal) => proposal.state <= PENDING)
  const kind = TIMER_KINDS.indexOf('PROPOSAL')
  return waiting.map(({ expiresUs, id }) => ({ dueUs: expiresUs, kind, id }))
}

export function expire(state: State, id: number): TwinEvent[] {
  const proposal = state.proposals.get(id) as Proposal
  end(state, proposal, EXPIRED)
  return [moved(proposal)]
}

function end(state: State, proposal: Proposal, to: number): void {
  proposal.state = to
  // The lines stay with the twin: who may approve is judged by them.
  state.applying = state.applying.filter((id) => id !== proposal.id)
  const ended = [...state.proposals.values()].filter((other) => !isOpen(other))
  if (ended.length > PROPOSALS_KEPT) state.proposals.delete((ended[0] as Proposal).id)
}

export function isPerson(state: State, principal: number): boolean {
  return ((nameAt(state, 'PRINCIPAL', principal)?.flags ?? 0) & 1) === 1
}

function mayCheck(state: State, proposal: Proposal, principal: number): boolean {
  const duties = dutiesOf(state, principal)
  const isEntitled = holds(duties, 'limits:approve')
  const { lines } = proposal
  return isEntitled || (lines.length > 0 && lines.every((line) => mayTakePart(line, duties, 'limits:approve')))
}

function isSeen({ hash }: Proposal, { contentHash0, contentHash1 }: LineHash): boolean {
  return hash.contentHash0 === contentHash0 && hash.contentHash1 === contentHash1
}

function expiry(state: State, nowUs: number): number {
  return nowUs + duration(state, 'proposalLifeUs')
}

function moved({ id, state, count, refused, hash }: Proposal): TwinEvent {
  return { name: 'ProposalMoved', proposal: id, state, lines: count, refused, ...hash }
}

function repeated({ id, state }: Proposal, line = -1): TwinEvent {
  return { name: 'ProposalRepeated', proposal: id, state, line }
}
