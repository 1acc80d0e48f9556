/** What takes two people: propose, complete, approve, end; and what waits for approval. */
import { RequestError } from '../../model/errors.ts'
import { type Form, form, mayNumber, needNumber, type Words, type WordsOf } from '../../model/parse/form.ts'
import * as parse from '../../model/parse/proposal.ts'
import { type Command, Reading } from '../../model/parse/reading.ts'
import type { Duty } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import type { Exchange } from './exchange.ts'
import { readObject } from './json-words.ts'
import { lineJson, proposalJson, rowsInForce } from './proposal-json.ts'
import { ProposedNames } from './proposed-names.ts'
import { BULK_BYTES, type Route } from './route.ts'
import type { Sequencing } from './sequencing.ts'

const OWN: readonly Duty[] = ['reference:write', 'positions:write', 'lists:write', 'quotes:write', 'day:roll', 'admin']
const MAY_PROPOSE: readonly Duty[] = ['limits:propose', ...OWN]
const MAY_APPROVE: readonly Duty[] = ['limits:approve', ...OWN]
const MAY_END: readonly Duty[] = ['limits:propose', 'limits:approve', ...OWN]
const MAY_LOOK: readonly Duty[] = ['risk:read', 'audit:read', 'limits:propose', 'limits:approve']
const ROWS_MAX = 1000
const LINES_SHOWN = 1000
/** Drafts whose names are remembered. */
const DRAFTS_MAX = 16

const PROPOSAL_FORM = form('ProposalQuery', 'Which proposal, and which of its lines.', [
  needNumber('proposal', 'id', 'Proposal.', '12'),
  mayNumber('from', 'count', 'First line to show; 0 where not given.', '0'),
])

interface Row {
  readonly url: string
  readonly duties: readonly Duty[]
  readonly summary: string
  readonly description: string
  readonly form: Form
  readonly rowsMax?: number
  readonly construct: (words: Words, call: Exchange) => Command | RequestError
}

export function proposalRoutes(gate: Gate, sequencing: Sequencing): readonly Route[] {
  const { directory } = gate
  const drafts = new Map<number, ProposedNames>()

  /** Names as the lines of a draft know them. */
  function namesOf(proposal: number): ProposedNames {
    const view = gate.view.proposal(proposal)
    const names = drafts.get(proposal) ?? new ProposedNames(directory)
    if (view === undefined) return names
    names.readLines(view)
    drafts.delete(proposal)
    drafts.set(proposal, names)
    const [oldest] = drafts.keys()
    if (drafts.size > DRAFTS_MAX && oldest !== undefined) drafts.delete(oldest)
    return names
  }

  const write = ({ construct, rowsMax, ...row }: Row): Route => ({
    ...row,
    method: 'POST',
    tag: 'Proposals',
    ...(rowsMax === undefined ? {} : { rowsMax, bodyBytesMax: BULK_BYTES }),
    answer: rowsMax === undefined ? 'CommandAnswer' : 'CommandAnswers',
    answerDescription: 'What became of it.',
    errors: ['UNKNOWN_NAME', 'FIELD_CONFLICT'],
    sequenced: true,
    handle: (call, rows) => sequencing.rows(call, rows, (words) => construct(words, call)),
  })

  return [
    write({
      url: '/proposals',
      duties: MAY_PROPOSE,
      summary: 'Propose what takes two people',
      description:
        'One command, by the path and body of the request that would carry it out directly; or, with draft, many, which follow as lines. It has no effect before another person approves it.',
      form: parse.PROPOSE_FORM,
      construct: (words, call) =>
        parse.propose(words as WordsOf<typeof parse.PROPOSE_FORM>, directory, call.caller, readObject),
    }),
    write({
      url: '/proposals/:proposal/lines',
      duties: MAY_PROPOSE,
      summary: 'Add lines to a draft',
      description: `An object, or an array of up to ${ROWS_MAX}. A line may name what a line before it defines.`,
      form: parse.LINE_FORM,
      rowsMax: ROWS_MAX,
      construct: (words, call) => {
        const id = Number(words.proposal)
        const next = gate.view.proposal(id)?.lines ?? 0
        const line = words as WordsOf<typeof parse.LINE_FORM>
        return parse.proposalLine(line, namesOf(id), call.caller, readObject, next)
      },
    }),
    write({
      url: '/proposals/:proposal/submit',
      duties: MAY_PROPOSE,
      summary: 'Submit a draft',
      description: 'Says how many lines it has and the hash of them: what was lost on the way is noticed here.',
      form: parse.SUBMIT_FORM,
      construct: (words, call) =>
        parse.submitProposal(words as WordsOf<typeof parse.SUBMIT_FORM>, directory, call.caller),
    }),
    write({
      url: '/proposals/:proposal/approve',
      duties: MAY_APPROVE,
      summary: 'Approve what another person proposed',
      description:
        'The first lines are in force when it is answered, the others follow by themselves. A line is decided when it is carried out: one that is refused then is counted, and the lines behind it are carried out all the same.',
      form: parse.APPROVE_FORM,
      construct: (words, call) =>
        parse.approveProposal(words as WordsOf<typeof parse.APPROVE_FORM>, directory, call.caller),
    }),
    write({
      url: '/proposals/:proposal/reject',
      duties: MAY_END,
      summary: 'Reject a proposal, or withdraw your own',
      description: 'What is approved is not taken back: propose the reverse.',
      form: parse.REJECT_FORM,
      construct: (words, call) =>
        parse.rejectProposal(words as WordsOf<typeof parse.REJECT_FORM>, directory, call.caller),
    }),
    {
      method: 'GET',
      url: '/proposals',
      duties: MAY_LOOK,
      tag: 'Proposals',
      summary: 'What is proposed',
      description:
        'Open proposals, and those that ended lately, oldest first. For people and overseers; a client sees none.',
      answer: 'Proposals',
      answerDescription: 'Proposals.',
      sequenced: false,
      handle: (call) =>
        send(gate, call, {
          proposals: seesAll(call.caller) ? [...gate.view.proposals()].map((one) => proposalJson(gate, one)) : [],
        }),
    },
    {
      method: 'GET',
      url: '/proposals/:proposal',
      duties: MAY_LOOK,
      tag: 'Proposals',
      summary: 'A proposal, its lines and what they would change',
      description: `At most ${LINES_SHOWN} lines at once. \`now\` of a limit is the row in force and its use.`,
      form: PROPOSAL_FORM,
      answer: 'Proposal',
      answerDescription: 'The proposal. The lines of one that has ended are in the journal.',
      errors: ['NOT_FOUND'],
      sequenced: false,
      handle: (call, rows) => showProposal(gate, call, rows[0] as Words, namesOf),
    },
  ]
}

function showProposal(gate: Gate, call: Exchange, words: Words, namesOf: (id: number) => ProposedNames): void {
  const read = new Reading(gate.directory)
  const id = read.integer('proposal', words.proposal as string, 0, 0x7fffffff)
  const from = words.from === undefined ? 0 : read.integer('from', words.from as string, 0, 0x7fffffff)
  if (read.fault !== undefined) return call.refuse(read.fault)
  // Other desks, their limits and their use stand in them: a client learns not even that there is one.
  const proposal = seesAll(call.caller) ? gate.view.proposal(id) : undefined
  if (proposal === undefined) return call.refuse(new RequestError('NOT_FOUND', 'proposal'))
  const names = namesOf(id)
  const stands = rowsInForce(gate)
  const content: object[] = []
  for (let line = from; line < from + LINES_SHOWN; line++) {
    const bytes = proposal.line(line)
    if (bytes === undefined) break
    content.push(lineJson(gate, names, stands, line, bytes))
  }
  send(gate, call, { ...proposalJson(gate, proposal), content })
}

/** Sends a read with the command that it is as of. */
function send(gate: Gate, call: Exchange, body: object): void {
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  call.send(200, JSON.stringify({ ...body, seq: gate.view.seq, profile }))
}
