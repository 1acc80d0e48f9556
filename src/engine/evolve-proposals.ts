/** Applies what became of proposals. */
import { PROPOSAL_REFUSALS } from '../model/bounds.ts'
import { parameterIndex } from '../model/parameters.ts'
import { PROPOSAL_LINE, PROPOSE } from '../model/records/people-commands.ts'
import { PROPOSAL_LINE_APPLIED, PROPOSAL_MOVED } from '../model/records/people-events.ts'
import { decode, tailAt } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { kindOf } from './command-duties.ts'
import { lineAt } from './decide-proposals.ts'
import { hashOfLine, type Proposal, ProposalState } from './state/proposals.ts'
import type { State } from './state/state.ts'

const LIFE = parameterIndex('proposalLifeUs')
const TIMER = TIMER_KINDS.indexOf('PROPOSAL')
const MORE_LINES = 1

export class ProposalEvolver {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  moved(tape: Tape, command: number, event: number): void {
    const { proposals, timers } = this.#state
    const { proposal: id, state } = decode(tape, event, PROPOSAL_MOVED)
    const proposal = proposals.get(id) ?? this.#made(tape, command, id, state)
    const principal = tape.i32[(command >> 2) + PROPOSE.at.principal]!
    if (state <= ProposalState.PENDING) {
      proposal.state = state
      proposal.expiresUs = this.#state.timeUs + this.#state.parameters[LIFE]!
      timers.set(TIMER, id, proposal.expiresUs)
      return
    }
    timers.clear(TIMER, id)
    if (state === ProposalState.APPLYING) return proposals.begin(proposal, principal)
    if (state === ProposalState.REJECTED) proposal.checker = principal
    proposals.end(proposal, state)
  }

  #made(tape: Tape, command: number, id: number, state: ProposalState): Proposal {
    const { proposals, timeUs } = this.#state
    const { principal, key, title, flags } = decode(tape, command, PROPOSE)
    const tail = tailAt(tape, command, PROPOSE)
    const line = tail < 0 ? undefined : lineAt(tape, tail)
    const [first0, first1] = line === undefined ? [0, 0] : hashOfLine(0, 0, line)
    const proposal: Proposal = {
      ...{ id, maker: principal, key, title, madeUs: timeUs, isLong: flags === MORE_LINES, first0, first1 },
      ...{ state, expiresUs: 0, checker: -1, lines: [], count: 0, kinds: 0, hash0: 0, hash1: 0 },
      ...{ next: 0, ids: [], refused: 0, refusals: [] },
    }
    proposals.add(proposal)
    if (line !== undefined) proposals.addLine(proposal, line, kindOf(tape, tail))
    return proposal
  }

  lineAdded(tape: Tape, command: number): void {
    const { proposals } = this.#state
    const proposal = proposals.get(decode(tape, command, PROPOSAL_LINE).proposal)!
    const tail = tailAt(tape, command, PROPOSAL_LINE)
    proposals.addLine(proposal, lineAt(tape, tail), kindOf(tape, tail))
  }

  lineApplied(tape: Tape, event: number): void {
    const { proposal: id, line, reason, id: defined } = decode(tape, event, PROPOSAL_LINE_APPLIED)
    const proposal = this.#state.proposals.get(id)!
    proposal.next = line + 1
    proposal.ids.push(defined)
    if (reason === 0) return
    proposal.refused++
    if (proposal.refusals.length < PROPOSAL_REFUSALS) proposal.refusals.push({ line, reason })
  }
}
