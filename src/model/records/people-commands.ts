/**
 * Commands of people: proposals of what takes two of them, overrides of refused orders. A record whose document says so carries one other command
 * record as its tail, whole and unstamped, behind its fixed part.
 */
import { ID_CHARS, TEXT_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, note, type RecordLayout, text } from './schema.ts'

export const PROPOSE = command(
  46,
  1,
  'Propose',
  'A person proposes what takes two; a tail is its first line, without flag 1 its only one.',
  [
    i32('flags', 'flags', '1 more lines follow: a draft until ProposalSubmit.'),
    text('key', ID_CHARS, "Idempotency key among the maker's proposals."),
    text('title', TEXT_CHARS, 'What it is for.'),
  ],
)

export const APPROVE = command(47, 1, 'Approve', 'Another person than the maker approves a proposal: it is applied.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('contentHash0', 'number', 'Hash of the lines that the person has seen.'),
  i32('contentHash1', 'number', 'See contentHash0.'),
  note('reason', 'Why.'),
])

export const REJECT_PROPOSAL = command(
  48,
  1,
  'RejectProposal',
  'Ends a proposal: its maker withdraws it, or another.',
  [i32('proposal', 'id', 'Proposal.'), note('reason', 'Why.')],
)

export const OVERRIDE = command(49, 1, 'Override', 'Asks for, approves or revokes the override of one refused order.', [
  f64('decisionSeq', 'seq', 'Of a request and its approval: sequence number of the decision that refused the order.'),
  f64('overrideSeq', 'seq', 'Of an approval and a revocation: sequence number of the request.'),
  i32('step', 'code', '0 request, 1 approve: another person than the one who requested; 2 revoke.'),
  i32('controls0', 'flags', 'Of a request and its approval: bit i is control i, the rows of which are let pass.'),
  i32('controls1', 'flags', 'Controls 32 to 63.'),
  note('reason', 'Why.'),
])

export const PROPOSAL_LINE = command(50, 1, 'ProposalLine', 'The next line of a draft; the tail is its command.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('line', 'count', 'Its place, from 0.'),
])

export const PROPOSAL_SUBMIT = command(51, 1, 'ProposalSubmit', 'A draft is complete, and waits for approval.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('lines', 'count', 'How many it has.'),
  i32('contentHash0', 'number', 'Hash of its lines, as the answer to the last one gave it.'),
  i32('contentHash1', 'number', 'See contentHash0.'),
])

export const PROPOSAL_STEP = command(52, 1, 'ProposalStep', 'Applies the next lines of an approved proposal.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('fromLine', 'count', 'First line that it applies.'),
])

/**
 * In a line, an id of this or above is the id of the name or instrument that line `id - LINE_ID` of the same proposal
 * defines, when it is applied: one proposal may define a name and use it.
 */
export const LINE_ID = 0x40000000

export const PEOPLE_COMMANDS: readonly RecordLayout[] = [
  PROPOSE,
  APPROVE,
  REJECT_PROPOSAL,
  OVERRIDE,
  PROPOSAL_LINE,
  PROPOSAL_SUBMIT,
  PROPOSAL_STEP,
]
