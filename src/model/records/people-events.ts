/** Events of proposals. */
import { i32, layout, type RecordLayout } from './schema.ts'

/**
 * A line of an approved proposal was carried out. Its tail is the line's command with the ids and the stamp that it was
 * decided with; the events behind it, up to the next ProposalLineApplied, are that command's and not the entry's.
 */
export const PROPOSAL_LINE_APPLIED = layout(
  150,
  1,
  'ProposalLineApplied',
  'A line of an approved proposal was carried out; the tail is its command, its events stand behind.',
  [
    i32('proposal', 'id', 'Proposal.'),
    i32('line', 'count', 'Place of the line, from 0.'),
    i32('reason', 'code', 'Reason number where the command was refused; 0 where it took effect.'),
    i32('id', 'id', 'Id that the command defined; -1 if none.'),
  ],
)

export const PROPOSAL_MOVED = layout(151, 1, 'ProposalMoved', 'A proposal was made, or changed its state.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('state', 'code', 'Index in PROPOSAL_STATES.'),
  i32('lines', 'count', 'Lines that it has.'),
  i32('refused', 'count', 'Of a DONE proposal: lines that were refused when they were applied.'),
  i32('contentHash0', 'number', 'Hash of its lines.'),
  i32('contentHash1', 'number', 'See contentHash0.'),
])

export const PROPOSAL_REPEATED = layout(152, 1, 'ProposalRepeated', 'The maker said the same again: nothing changed.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('state', 'code', 'Index in PROPOSAL_STATES.'),
  i32('line', 'count', 'Line that is there; -1 of a proposal.'),
])

export const PROPOSAL_LINE_ADDED = layout(153, 1, 'ProposalLineAdded', 'A draft has one line more.', [
  i32('proposal', 'id', 'Proposal.'),
  i32('line', 'count', 'Its place, from 0.'),
  i32('contentHash0', 'number', 'Hash of its lines so far.'),
  i32('contentHash1', 'number', 'See contentHash0.'),
])

export const LIMIT_EFFECTIVE = layout(
  154,
  1,
  'LimitEffective',
  'A limit that waited for its time begins; the tail is its command, its events stand behind.',
  [i32('term', 'id', 'Id of its timer.')],
)

export const LIMIT_REVERTED = layout(
  155,
  1,
  'LimitReverted',
  'A temporary limit has ended: an alert; the tail restores what stood before, its events stand behind.',
  [i32('term', 'id', 'Id of its timer.'), i32('slot', 'id', 'Slot of the row.')],
)

export const PEOPLE_EVENTS: readonly RecordLayout[] = [
  LIMIT_EFFECTIVE,
  LIMIT_REVERTED,
  PROPOSAL_LINE_APPLIED,
  PROPOSAL_MOVED,
  PROPOSAL_REPEATED,
  PROPOSAL_LINE_ADDED,
]
