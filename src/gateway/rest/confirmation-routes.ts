/** Soft blocks: what waits for a person, and the person's word. */
import { CONFIRM_FORM, confirmOrder } from '../../model/parse/confirmation.ts'
import type { WordsOf } from '../../model/parse/form.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import type { OrderDecisions } from '../answers/order-decisions.ts'
import type { Gate } from '../gate.ts'
import { seesAll } from '../visibility.ts'
import { decisionJson, profileTail } from './decision-json.ts'
import type { Route } from './route.ts'
import type { Sequencing } from './sequencing.ts'

const TAG = 'Orders'

export function confirmationRoutes(gate: Gate, decisions: OrderDecisions, sequencing: Sequencing): readonly Route[] {
  const { directory, view } = gate
  return [
    {
      method: 'POST',
      url: '/confirmations/:confirmId',
      duties: ['orders:confirm'],
      tag: TAG,
      summary: 'Confirm one order over a soft level',
      description:
        'By a person, with a reason. Then the client sends the same order again, under a new clOrdID and with confirmId: the rows that it was blocked by let it pass once, everything else judges it anew.',
      form: CONFIRM_FORM,
      answer: 'CommandAnswer',
      answerDescription: 'What became of it.',
      sequenced: true,
      handle: (call, rows) =>
        sequencing.rows(call, rows, (words) =>
          confirmOrder(words as WordsOf<typeof CONFIRM_FORM>, directory, call.caller),
        ),
    },
    {
      method: 'GET',
      url: '/confirmations',
      duties: ['orders:confirm', 'risk:read'],
      tag: TAG,
      summary: 'Orders that wait to be confirmed',
      description: 'Each with the answer that it got: the order as it was checked, and the rows that it is over.',
      answer: 'Confirmations',
      answerDescription: 'Soft blocks, oldest first, until they are used or have expired.',
      sequenced: false,
      handle: (call) => {
        const { caller } = call
        const seen = [...view.confirmations()].filter(({ session }) => seesAll(caller) || session === caller.session)
        const waiting = seen.map(({ confirmSeq, session, expiresUs, confirmer, reason }) => {
          const head = {
            confirmId: confirmSeq,
            client: directory.subjectOf(session)?.name,
            expires: formatTimeUs(expiresUs),
            confirmedBy: confirmer < 0 ? undefined : directory.nameOf('PRINCIPAL', confirmer),
            reason: confirmer < 0 ? undefined : reason,
          }
          const decided = decisions.earlier(confirmSeq, false)
          const answer = decided === undefined ? '' : `,"answer":${decisionJson(decided, profileTail(gate))}`
          return `${JSON.stringify(head).slice(0, -1)}${answer}}`
        })
        call.send(200, `{"confirmations":[${waiting.join(',')}],"seq":${view.seq}${profileTail(gate)}}`)
      },
    },
  ]
}
