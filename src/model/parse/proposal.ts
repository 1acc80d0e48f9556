/** Proposals: forms and constructors. A line is the path and the body of the request that would carry it out directly. */
import type { Directory } from '../directory.ts'
import { RequestError } from '../errors.ts'
import { APPROVE, PROPOSAL_LINE, PROPOSAL_SUBMIT, PROPOSE, REJECT_PROPOSAL } from '../records/people-commands.ts'
import { ALGO_FORM, algo } from './algo.ts'
import {
  CALENDAR_DAY_FORM,
  CALENDAR_FORM,
  calendar,
  calendarDay,
  ZONE_TRANSITIONS_FORM,
  zoneTransitions,
} from './calendar.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import {
  type Form,
  form,
  mayBody,
  mayCode,
  mayFlag,
  mayNumber,
  mayText,
  needBody,
  needCode,
  needId,
  needNumber,
  needText,
  type Words,
  type WordsOf,
} from './form.ts'
import { BINDING_FORM, binding, HIERARCHY_FORM, hierarchy } from './hierarchy.ts'
import { INSTRUMENT_FORM, instrument } from './instrument.ts'
import { DAY_ROLL_FORM, dayRoll } from './kill.ts'
import { LIMIT_FORM, limit } from './limit.ts'
import { INSTRUMENT_STATE_FORM, instrumentState } from './market.ts'
import { type Command, Reading, type Sender } from './reading.ts'
import * as reference from './reference.ts'

type Construct<W> = (words: W, names: Directory, sender: Sender) => Command | RequestError

interface Kind {
  readonly form: Form
  readonly construct: Construct<Words>
}

/** A form and the constructor that takes what is read by it. */
function kindOf<F extends Form>(form: F, construct: Construct<WordsOf<F>>): Kind {
  return { form, construct: (words, names, sender) => construct(words as WordsOf<F>, names, sender) }
}

/** What a line may be, by the path of the request that would carry it out directly. */
export const LINE_KINDS: Readonly<Record<string, Kind>> = {
  '/limits': kindOf(LIMIT_FORM, limit),
  '/parameters': kindOf(reference.PARAMETER_FORM, reference.parameter),
  '/hierarchy': kindOf(HIERARCHY_FORM, hierarchy),
  '/bindings': kindOf(BINDING_FORM, binding),
  '/instruments': kindOf(INSTRUMENT_FORM, instrument),
  '/instruments/state': kindOf(INSTRUMENT_STATE_FORM, instrumentState),
  '/lists': kindOf(reference.LIST_FORM, reference.list),
  '/locates': kindOf(reference.LOCATE_FORM, reference.locate),
  '/fx': kindOf(reference.FX_FORM, reference.fx),
  '/capital': kindOf(reference.CAPITAL_FORM, reference.capital),
  '/adv': kindOf(reference.ADV_FORM, reference.adv),
  '/algos': kindOf(ALGO_FORM, algo),
  '/zones/transitions': kindOf(ZONE_TRANSITIONS_FORM, zoneTransitions),
  '/calendars': kindOf(CALENDAR_FORM, calendar),
  '/calendars/days': kindOf(CALENDAR_DAY_FORM, calendarDay),
  '/day-roll': kindOf(DAY_ROLL_FORM, dayRoll),
  '/positions': kindOf(reference.POSITION_FORM, reference.position),
}
const PATHS = Object.keys(LINE_KINDS)
const PATH_DOC =
  'Path of the request that would carry it out directly; /instruments/state names its symbol in the body.'
const BODY_DOC = 'Its body, one object.'
const BODY = JSON.stringify({
  control: 'MAX_ORDER_NOTIONAL',
  subject: `ACCOUNT:${EXAMPLE.account}`,
  hard: '1500000.00',
})
const HASH = 'Hash of the lines, as the last answer, and the proposal itself, say it: 16 hex digits.'
const EXAMPLE_HASH = '9f86d081884c7d65'

export const PROPOSE_FORM = form(
  'Propose',
  'Proposes one command, or opens a draft of many.',
  [
    needId('key', 'Idempotency key of yours: the same again changes nothing.', 'limits-2026-11-21'),
    needText('title', 'What it is for.', 'Quarterly review'),
    mayCode('path', PATHS, PATH_DOC, '/limits'),
    mayBody('body', BODY_DOC, BODY),
    mayFlag('draft', 'true: lines follow, and a submission. Else path and body are all that is proposed.', false),
  ],
  ['path', 'body'],
)

export const LINE_FORM = form('ProposalLine', 'Adds the next line to a draft.', [
  needNumber('proposal', 'id', 'Proposal.', '12'),
  mayNumber('line', 'count', 'Its place, from 0; the next one where not given. Said, a repeat changes nothing.', '0'),
  needCode('path', PATHS, PATH_DOC, '/limits'),
  needBody('body', BODY_DOC, BODY),
])

export const SUBMIT_FORM = form('ProposalSubmit', 'A draft is complete.', [
  needNumber('proposal', 'id', 'Proposal.', '12'),
  needNumber('lines', 'count', 'How many lines it has.', '2'),
  needId('contentHash', HASH, EXAMPLE_HASH),
])

export const APPROVE_FORM = form('Approve', 'Another person than the maker approves.', [
  needNumber('proposal', 'id', 'Proposal.', '12'),
  needId('contentHash', HASH, EXAMPLE_HASH),
  mayText('reason', 'Why.', 'Checked against the mandate'),
])

export const REJECT_FORM = form('RejectProposal', 'Withdraws a proposal of yours, or rejects one.', [
  needNumber('proposal', 'id', 'Proposal.', '12'),
  mayText('reason', 'Why.', 'Not before the review'),
])

const NOBODY: Sender = { session: -1, principal: -1 }
const ID_MAX = 0x7fffffff

/** Reads the body of a line, a text of JSON, by its form. */
export type ReadBody = (text: string, of: Form) => Words | RequestError

/** The command of a line. `names` knows what the lines before it define. */
function lineOf(path: string, body: string, names: Directory, readBody: ReadBody): Command | RequestError {
  const kind = Object.hasOwn(LINE_KINDS, path) ? LINE_KINDS[path] : undefined
  if (kind === undefined) return new RequestError('NOT_IN_SET', 'path', `One of ${PATHS.join(', ')}.`)
  const words = readBody(body, kind.form)
  const made = words instanceof RequestError ? words : kind.construct(words, names, NOBODY)
  return made instanceof RequestError ? new RequestError(made.code, `body.${made.field}`, made.text) : made
}

export function propose(
  words: WordsOf<typeof PROPOSE_FORM>,
  names: Directory,
  sender: Sender,
  readBody: ReadBody,
): Command<typeof PROPOSE> | RequestError {
  const read = new Reading(names)
  const { path, body, draft = false } = words
  if (!draft && path === undefined) read.fail('MISSING_FIELD', 'path')
  if ((path === undefined) !== (body === undefined)) read.fail('MISSING_FIELD', path === undefined ? 'path' : 'body')
  const values = {
    ...{ session: sender.session, principal: sender.principal, flags: draft ? 1 : 0 },
    key: read.id('key', words.key),
    title: evidenceText(words.title ?? ''),
  }
  if (read.fault !== undefined) return read.fault
  if (path === undefined || body === undefined) return { layout: PROPOSE, values }
  const tail = lineOf(path, body, names, readBody)
  return tail instanceof RequestError ? tail : { layout: PROPOSE, values, tail }
}

/** @param next place of the line where the words do not say one */
export function proposalLine(
  words: WordsOf<typeof LINE_FORM>,
  names: Directory,
  sender: Sender,
  readBody: ReadBody,
  next: number,
): Command<typeof PROPOSAL_LINE> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal },
    proposal: read.integer('proposal', words.proposal, 0, ID_MAX),
    line: words.line === undefined ? next : read.integer('line', words.line, 0, ID_MAX),
  }
  if (read.fault !== undefined) return read.fault
  const tail = lineOf(words.path ?? '', words.body ?? '', names, readBody)
  return tail instanceof RequestError ? tail : { layout: PROPOSAL_LINE, values, tail }
}

export function submitProposal(
  words: WordsOf<typeof SUBMIT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof PROPOSAL_SUBMIT> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal },
    proposal: read.integer('proposal', words.proposal, 0, ID_MAX),
    lines: read.integer('lines', words.lines, 0, ID_MAX),
    ...hashOf(read, words.contentHash),
  }
  return read.fault ?? { layout: PROPOSAL_SUBMIT, values }
}

export function approveProposal(
  words: WordsOf<typeof APPROVE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof APPROVE> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal },
    proposal: read.integer('proposal', words.proposal, 0, ID_MAX),
    ...hashOf(read, words.contentHash),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: APPROVE, values }
}

export function rejectProposal(
  words: WordsOf<typeof REJECT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof REJECT_PROPOSAL> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal },
    proposal: read.integer('proposal', words.proposal, 0, ID_MAX),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: REJECT_PROPOSAL, values }
}

/** A content hash as people say it. */
export function formatHash(hash0: number, hash1: number): string {
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
  return hex(hash0) + hex(hash1)
}

function hashOf(read: Reading, word = '') {
  if (!/^[0-9a-f]{16}$/.test(word)) read.fail('OUT_OF_RANGE', 'contentHash', '16 hex digits.')
  const half = (from: number) => Number.parseInt(word.slice(from, from + 8), 16) | 0
  return { contentHash0: half(0), contentHash1: half(8) }
}
