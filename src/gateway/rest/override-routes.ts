/** Overrides of refused orders: asked for, approved, taken back, and what waits. */
import { CONTROLS, controlAt } from '../../model/controls.ts'
import type { OverrideView } from '../../model/engine-port.ts'
import type { RequestError } from '../../model/errors.ts'
import { useAmount } from '../../model/explain/amounts.ts'
import type { Form, Words, WordsOf } from '../../model/parse/form.ts'
import * as parse from '../../model/parse/override.ts'
import type { Command } from '../../model/parse/reading.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { type Duty, OBJECT_KINDS, type ObjectKind, OVERRIDE_STATES } from '../../model/vocabulary.ts'
import type { OrderDecisions } from '../answers/order-decisions.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import { decisionJson, profileTail } from './decision-json.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'
import { amountJson } from './row-json.ts'
import type { Sequencing } from './sequencing.ts'

const TAG = 'Orders'

interface Row {
  readonly url: string
  readonly duties: readonly Duty[]
  readonly summary: string
  readonly description: string
  readonly form: Form
  readonly construct: (words: Words, call: Exchange) => Command | RequestError
}

export function overrideRoutes(gate: Gate, decisions: OrderDecisions, sequencing: Sequencing): readonly Route[] {
  const { directory, view } = gate
  const write = ({ construct, ...row }: Row): Route => ({
    ...row,
    method: 'POST',
    tag: TAG,
    answer: 'CommandAnswer',
    answerDescription: 'What became of it.',
    errors: ['UNKNOWN_NAME', 'FIELD_CONFLICT', 'NOT_IN_SET'],
    sequenced: true,
    handle: (call, rows) => sequencing.rows(call, rows, (words) => construct(words, call)),
  })
  return [
    write({
      url: '/overrides',
      duties: ['override:request'],
      summary: 'Ask that one refused order may pass',
      description:
        'By a person, for a refusal that is minutes old. Once another person has approved, the client sends the same order again, under a new clOrdID and with overrideId: the rows of the named controls let it pass once, up to the use that they refused, and everything else judges it anew.',
      form: parse.OVERRIDE_FORM,
      construct: (words, { caller }) =>
        parse.requestOverride(words as WordsOf<typeof parse.OVERRIDE_FORM>, directory, caller, (session, clOrdID) =>
          view.decidedSeqOf(session, clOrdID),
        ),
    }),
    write({
      url: '/overrides/:overrideId/approve',
      duties: ['override:approve'],
      summary: 'Approve an override that another person asked for',
      description: 'Says the decision and the controls again: approved is what was read, and nothing else.',
      form: parse.APPROVE_OVERRIDE_FORM,
      construct: (words, { caller }) =>
        parse.approveOverride(words as WordsOf<typeof parse.APPROVE_OVERRIDE_FORM>, directory, caller),
    }),
    write({
      url: '/overrides/:overrideId/revoke',
      duties: ['override:request', 'override:approve'],
      summary: 'Take an override back',
      description: 'By one person alone, as long as no order came through by it. A kill over the order does the same.',
      form: parse.REVOKE_OVERRIDE_FORM,
      construct: (words, { caller }) =>
        parse.revokeOverride(words as WordsOf<typeof parse.REVOKE_OVERRIDE_FORM>, directory, caller),
    }),
    {
      method: 'GET',
      url: '/overrides',
      duties: ['override:request', 'override:approve', 'orders:write', 'risk:read'],
      tag: TAG,
      summary: 'Overrides that wait',
      description:
        'Each with the rows that it lets pass, the use up to which, and the answer that refused the order, where that is still known. A client sees those of its own orders.',
      answer: 'Overrides',
      answerDescription: 'Overrides, oldest first, until they are used, taken back, stopped by a kill or have expired.',
      sequenced: false,
      handle: (call) => {
        const { caller } = call
        const seen = [...view.overrides()].filter(({ session }) => seesAll(caller) || session === caller.session)
        const waiting = seen.map((one) => {
          const decided = decisions.earlier(one.decisionSeq, false)
          const answer = decided === undefined ? '' : `,"answer":${decisionJson(decided, profileTail(gate))}`
          return `${JSON.stringify(overrideJson(gate, one)).slice(0, -1)}${answer}}`
        })
        call.send(200, `{"overrides":[${waiting.join(',')}],"seq":${view.seq}${profileTail(gate)}}`)
      },
    },
  ]
}

function overrideJson(gate: Gate, one: OverrideView): object {
  const { directory } = gate
  const isApproved = one.approver >= 0
  return {
    overrideId: one.overrideSeq,
    state: OVERRIDE_STATES[isApproved ? 1 : 0],
    decision: one.decisionSeq,
    client: directory.subjectOf(one.session)?.name,
    controls: CONTROLS.filter(({ index }) => one.controls.includes(index)).map(({ code }) => code),
    rows: one.rows.map((row) => rowJson(gate, one, row)),
    expires: formatTimeUs(one.expiresUs),
    requestedBy: directory.nameOf('PRINCIPAL', one.requester),
    requestReason: one.requestReason,
    approvedBy: isApproved ? directory.nameOf('PRINCIPAL', one.approver) : undefined,
    reason: isApproved ? one.reason : undefined,
  }
}

/** A row of which the order may come up to `most`. */
function rowJson({ directory, view }: Gate, one: OverrideView, { row, most }: OverrideView['rows'][number]): object {
  const limit = view.limitVersion(row)
  if (limit === undefined) return { version: row }
  const control = controlAt(limit.control)
  const kind = OBJECT_KINDS[limit.objectKind] as ObjectKind
  const object = kind === 'INSTRUMENT' && limit.object < 0 ? one.instrument : limit.object
  const subject = directory.subjectOf(limit.subject)
  return {
    version: row,
    control: control.code,
    subject: { kind: subject?.kind, name: subject?.name },
    most: amountJson(useAmount(control, kind, object, most, directory)),
  }
}
