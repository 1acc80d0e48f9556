/** Schemas of the answers about proposals. */
import { PROPOSAL_STATES } from '../../model/vocabulary.ts'
import { integer, list, PROFILE, REASON, SEQ, some, TIME, text } from './openapi-words.ts'

const HEAD = {
  proposal: integer('Its id.'),
  state: text('State.', { enum: PROPOSAL_STATES }),
  title: text('What it is for.'),
  key: text("The maker's idempotency key."),
  maker: text('Person that proposed it.'),
  checker: text('Person that approved or rejected it.'),
  made: TIME,
  expires: TIME,
  lines: integer('How many lines it has.'),
  contentHash: text('Hash of its lines: what an approval says.', { examples: ['9f86d081884c7d65'] }),
  applied: integer('Lines that were carried out so far.'),
  refused: integer('Lines of these that were refused.'),
  refusals: list(
    some('A refused line.', { line: integer('Its place.'), reason: REASON }, ['line', 'reason']),
    'The first refused lines.',
  ),
}
const REQUIRED = Object.keys(HEAD).filter((field) => field !== 'checker')
const LINE = some(
  'A line.',
  {
    line: integer('Its place, from 0.'),
    command: text('Record that it would write, as Limit.'),
    sets: { type: 'object', description: 'What it would set; amounts with their unit, other numbers as stored.' },
    now: { type: 'object', description: 'What holds now: level and use of a limit row, value of a parameter.' },
  },
  ['line'],
)

export const PROPOSAL_SCHEMAS = {
  Proposal: some(
    'A proposal and its lines.',
    { ...HEAD, content: list(LINE, 'Lines, from the one asked for.'), seq: SEQ, profile: PROFILE },
    [...REQUIRED, 'content', 'seq'],
  ),
  Proposals: some(
    'Proposals.',
    {
      proposals: list(some('A proposal.', HEAD, REQUIRED), 'Oldest first.'),
      seq: SEQ,
      profile: PROFILE,
    },
    ['proposals', 'seq'],
  ),
}
