/** What people say of a refused order: that it may pass after all, once, and that it may not. */
import { CONTROLS, controlBits } from '../controls.ts'
import type { Directory } from '../directory.ts'
import { RequestError } from '../errors.ts'
import { OVERRIDE } from '../records/people-commands.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayId, mayName, mayNumber, mayText, needNumber, needText, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const CODES = CONTROLS.filter(({ overridable }) => overridable).map(({ code }) => code)
const [REQUEST, APPROVE, REVOKE] = [0, 1, 2]

const CONTROLS_FIELD = {
  name: 'controls',
  kind: 'texts',
  required: true,
  doc: 'Controls that refused it, the rows of which are let pass. No other can be overridden.',
  example: ['MAX_ORDER_NOTIONAL'],
  values: CODES,
  most: CODES.length,
} as const
const OVERRIDE_FIELD = needNumber('overrideId', 'seq', 'The number that the answer to the request gave.', '4712')
const DECISION = 'The `seq` of the answer that refused the order.'

export const OVERRIDE_FORM = form(
  'Override',
  'Asks that one refused order may pass rows that refused it.',
  [
    mayNumber('decision', 'seq', `${DECISION} In its place: client and clOrdID.`, '4711'),
    mayName('client', 'Client that sent it.', EXAMPLE.session),
    mayId('clOrdID', 'Its ClOrdID (11).', 'A-20261121-000017'),
    CONTROLS_FIELD,
    needText('reason', 'Why this order, and why now.', 'Client order, agreed with the risk desk'),
  ],
  ['decision'],
)

export const APPROVE_OVERRIDE_FORM = form(
  'ApproveOverride',
  'Another person than the one who asked approves exactly that.',
  [
    OVERRIDE_FIELD,
    needNumber('decision', 'seq', DECISION, '4711'),
    { ...CONTROLS_FIELD, doc: 'Controls as they were asked for.' },
    needText('reason', 'Why.', 'Verified with the client'),
  ],
)

export const REVOKE_OVERRIDE_FORM = form('RevokeOverride', 'Takes an override back, approved or not.', [
  OVERRIDE_FIELD,
  mayText('reason', 'Why.', 'The client has withdrawn the order'),
])

/** Sequence number of the decision on an id; 0 where there is none that is kept. */
export type DecidedSeq = (session: number, clOrdID: string) => number

export function requestOverride(
  words: WordsOf<typeof OVERRIDE_FORM>,
  names: Directory,
  sender: Sender,
  decidedSeqOf: DecidedSeq,
): Command<typeof OVERRIDE> | RequestError {
  const read = new Reading(names)
  const { decision, client, clOrdID } = words
  const byID = client !== undefined || clOrdID !== undefined
  if (byID === (decision !== undefined)) {
    const text = 'Name the decision, or client and clOrdID.'
    return new RequestError(byID ? 'FIELD_CONFLICT' : 'MISSING_FIELD', 'decision', text)
  }
  if (byID && client === undefined) read.fail('MISSING_FIELD', 'client')
  if (byID && clOrdID === undefined) read.fail('MISSING_FIELD', 'clOrdID')
  const session = read.name('SESSION', 'client', client)
  const id = read.id('clOrdID', clOrdID)
  const values = {
    ...{ session: sender.session, principal: sender.principal, step: REQUEST },
    // An id that was decided on by none that is kept is refused on record.
    decisionSeq: byID ? decidedSeqOf(session, id) : read.integer('decision', decision, 1),
    ...controlsOf(read, words.controls),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: OVERRIDE, values }
}

export function approveOverride(
  words: WordsOf<typeof APPROVE_OVERRIDE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof OVERRIDE> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal, step: APPROVE },
    overrideSeq: read.integer('overrideId', words.overrideId, 1),
    decisionSeq: read.integer('decision', words.decision, 1),
    ...controlsOf(read, words.controls),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: OVERRIDE, values }
}

export function revokeOverride(
  words: WordsOf<typeof REVOKE_OVERRIDE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof OVERRIDE> | RequestError {
  const read = new Reading(names)
  const values = {
    ...{ session: sender.session, principal: sender.principal, step: REVOKE },
    overrideSeq: read.integer('overrideId', words.overrideId, 1),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: OVERRIDE, values }
}

function controlsOf(read: Reading, words: readonly string[] = []) {
  if (words.length === 0) read.fail('MISSING_FIELD', 'controls', 'Name at least one.')
  for (const word of words) read.code('controls', word, CODES)
  const [controls0, controls1] = controlBits(
    words.map((word) => CONTROLS.findIndex(({ code }) => code === word)).filter((control) => control >= 0),
  )
  return { controls0, controls1 }
}
