/** Orders: the blocking call in front of the market, replace, cancel, not-sent, and what an order has come to. */

import { dutyBit } from '../../auth/duties.ts'
import { RequestError } from '../../model/errors.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { form, needId, type WordsOf } from '../../model/parse/form.ts'
import { ORDER_FORM, type OrderWords } from '../../model/parse/new-order.ts'
import {
  CANCEL_FORM,
  cancelOrder,
  MASS_CANCEL_FORM,
  massCancel,
  NOT_SENT_FORM,
  notSent,
  REPLACE_FORM,
} from '../../model/parse/order-change.ts'
import { Reading } from '../../model/parse/reading.ts'
import { ORDER_STATES } from '../../model/vocabulary.ts'
import { cancelAnswer } from '../answers/command-answer.ts'
import type { Decided, Later, OrderDecisions } from '../answers/order-decisions.ts'
import { echoView } from '../answers/order-echo.ts'
import { orderCommand, replaceCommand } from '../commands/order-commands.ts'
import { writeCommand } from '../commands/write-command.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import type { RateLimits } from '../ratelimit/rate-limits.ts'
import { decisionJson, echoJson, profileTail } from './decision-json.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'
import type { Sequencing } from './sequencing.ts'

export interface OrderServices {
  readonly gate: Gate
  readonly rates: RateLimits
  readonly decisions: OrderDecisions
  readonly sequencing: Sequencing
  readonly metrics: Metrics
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
}

const TAG = 'Orders'
const AGENT = dutyBit('cancels:execute')
export const NO_SESSION = 'The client has no session at the gate: the hierarchy defines SESSION of its name.'
export const GATE_ENDS = 'The gate ends while the order is held: ask again with the same id.'
const ORDER_QUERY_FORM = form('OrderQuery', 'Names an order.', [
  needId('clOrdID', 'Any clOrdID of the order chain.', 'A-20261121-000017'),
])

export function orderRoutes(services: OrderServices): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/orders',
      duties: ['orders:write'],
      tag: TAG,
      summary: 'May this order go to the market?',
      description:
        'Judges the order by every control, reserves its worst case where it is approved, and answers when the decision is durable. Send the order to the market only on outcome APPROVED, with the token, as it stands in `order`. No answer means no. Where the owner has resting orders canceled first, an order that crosses some is held, and answered when they have ended, at its deadline (holdUs) at the latest; sent again meanwhile, it waits likewise.',
      form: ORDER_FORM,
      answer: 'OrderAnswer',
      answerDescription: 'The decision: APPROVED or REJECTED.',
      errors: ['NOT_BOUND', 'STALE_ORDER'],
      sequenced: true,
      counts: 'order',
      handle: (call, rows) => placeOrder(services, call, rows[0] as OrderWords),
    },
    {
      method: 'POST',
      url: '/orders/:origClOrdID/replace',
      duties: ['orders:write'],
      tag: TAG,
      summary: 'May this order be changed?',
      description:
        'Judges the new version like a new order of its total quantity. Refused, the old version works on; approved, both are reserved at the larger until a report settles it.',
      form: REPLACE_FORM,
      answer: 'OrderAnswer',
      answerDescription: 'The decision on the new version.',
      errors: ['NOT_BOUND', 'STALE_ORDER'],
      sequenced: true,
      counts: 'order',
      handle: (call, rows) => changeOrder(services, call, rows[0] as WordsOf<typeof REPLACE_FORM>),
    },
    {
      method: 'POST',
      url: '/orders/:origClOrdID/cancel',
      duties: ['orders:write', 'cancels:execute'],
      tag: TAG,
      summary: 'Tell the gate of a cancel',
      description:
        'Always passes, needs no token and is never refused for the rate. Send the cancel to the market at once and tell the gate beside it. What the gate does not need of the body, and a body that it cannot read, is passed over; an id that no order has gets PASS with UNKNOWN_ORDER. For the own orders a token does for five minutes after its end.',
      form: CANCEL_FORM,
      answer: 'CancelAnswer',
      answerDescription: 'The cancel passes.',
      errors: ['NOT_BOUND', 'UNKNOWN_NAME'],
      sequenced: true,
      counts: 'order',
      unlimited: true,
      lenient: true,
      late: true,
      handle: (call, rows) => cancel(services, call, rows[0] as WordsOf<typeof CANCEL_FORM>),
    },
    {
      method: 'POST',
      url: '/orders/:clOrdID/not-sent',
      duties: ['orders:write'],
      tag: TAG,
      summary: 'The approved order was never sent',
      description:
        'Gives the reservation back. Refused with NOT_SENT_REFUSED once any execution report names the order.',
      form: NOT_SENT_FORM,
      answer: 'CommandAnswer',
      answerDescription: 'What became of it.',
      errors: ['NOT_BOUND'],
      sequenced: true,
      unlimited: true,
      handle: (call, rows) => {
        if (call.caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
        services.sequencing.rows(call, rows, (words) =>
          notSent(words as WordsOf<typeof NOT_SENT_FORM>, services.gate.directory, call.caller),
        )
      },
    },
    {
      method: 'POST',
      url: '/mass-cancels',
      duties: ['orders:write'],
      tag: TAG,
      summary: 'Cancel all orders of this client',
      description:
        'The gate asks for the cancel of each, of this client and of cancel agents, as GET /cancel-requests tells, until it has ended. Orders that come behind it are not meant. Never refused for the rate.',
      form: MASS_CANCEL_FORM,
      answer: 'CommandAnswer',
      answerDescription: 'It is durable; the cancels follow.',
      errors: ['NOT_BOUND'],
      sequenced: true,
      unlimited: true,
      handle: (call, rows) => {
        if (call.caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
        services.sequencing.rows(call, rows, (words) =>
          massCancel(words as WordsOf<typeof MASS_CANCEL_FORM>, services.gate.directory, call.caller),
        )
      },
    },
    {
      method: 'GET',
      url: '/orders/:clOrdID',
      duties: ['orders:write', 'risk:read'],
      tag: TAG,
      summary: 'An order of this client: live, or refused',
      description:
        'State, quantities and reservation of an order that has not ended, by any clOrdID of its chain; of one that was refused the decision, without its reason where only the journal still has that.',
      form: ORDER_QUERY_FORM,
      answer: 'OrderOrDecision',
      answerDescription: 'The order, or the decision that refused it.',
      errors: ['UNKNOWN_ORDER'],
      sequenced: false,
      handle: (call, rows) => showOrder(services, call, rows[0] as WordsOf<typeof ORDER_QUERY_FORM>),
    },
  ]
}

function placeOrder(services: OrderServices, call: Exchange, words: OrderWords): void {
  const { gate, decisions, sequencing, rates } = services
  const { caller } = call
  const limited = rates.newOrder(caller, words)
  if (limited !== undefined) return call.refuse(limited)
  if (caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
  const order = orderCommand(gate, decisions, words, caller, Date.now() * 1000)
  sequencing.one(call, {
    write: order.write,
    mayGoStale: true,
    answer: (tape, command, end) => {
      const decided = order.decided(tape, command, end, laterTo(call, textOf))
      return decided === undefined ? undefined : textOf(decided)
    },
  })

  function textOf(decided: Decided): string {
    return decisionJson(decided, profileTail(gate))
  }
}

/** Answers a call whose order is held, once that is decided. */
function laterTo(call: Exchange, textOf: (decided: Decided) => string): Later {
  return {
    decided: (decided) => call.send(200, textOf(decided)),
    gaveUp: () => call.refuse(new RequestError('OUTCOME_UNKNOWN', '', GATE_ENDS)),
  }
}

function changeOrder(services: OrderServices, call: Exchange, words: WordsOf<typeof REPLACE_FORM>): void {
  const { gate, decisions, sequencing, rates } = services
  const { caller } = call
  const limited = rates.replace(caller, words.origClOrdID)
  if (limited !== undefined) return call.refuse(limited)
  if (caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
  const replace = replaceCommand(gate, decisions, words, caller, Date.now() * 1000)
  sequencing.one(call, {
    write: replace.write,
    mayGoStale: true,
    answer: (tape, command, end) => {
      const decided = replace.decided(tape, command, end, laterTo(call, textOf))
      return decided === undefined ? undefined : textOf(decided)
    },
  })

  function textOf(decided: Decided): string {
    return decisionJson(decided, profileTail(gate))
  }
}

function cancel(services: OrderServices, call: Exchange, words: WordsOf<typeof CANCEL_FORM>): void {
  const { gate, sequencing, rates } = services
  const { caller } = call
  const own = caller.grant.clientID
  const owner = words.owner ?? own
  rates.cancel(caller, owner, words.origClOrdID)
  // A token that has ended does for the orders of its own client alone.
  if (owner !== own && (call.isLate || !caller.holds(AGENT))) {
    return call.refuse(new RequestError('FORBIDDEN', 'owner', "Only a cancel agent cancels another client's orders."))
  }
  if (owner === own && caller.session < 0) return call.refuse(new RequestError('NOT_BOUND', '', NO_SESSION))
  const receivedUs = Date.now() * 1000
  const tail = profileTail(gate)
  sequencing.one(call, {
    write: (tape) => writeCommand(tape, cancelOrder(words, gate.directory, caller, receivedUs)),
    answer: (tape, command, end) => `${JSON.stringify(cancelAnswer(tape, command, end)).slice(0, -1)}${tail}}`,
    neverRefused: true,
    onJournalDown: () => {
      services.spillCancel(own, owner, words.origClOrdID ?? '', words.clOrdID ?? '')
      call.send(200, `{"outcome":"PASS","durable":false${tail}}`)
    },
  })
}

function showOrder({ gate, decisions }: OrderServices, call: Exchange, words: WordsOf<typeof ORDER_QUERY_FORM>): void {
  const read = new Reading(gate.directory)
  const clOrdID = read.id('clOrdID', words.clOrdID)
  // What can be no clOrdID names no order.
  if (read.fault !== undefined) return call.refuse(new RequestError('UNKNOWN_ORDER', 'clOrdID'))
  const found = gate.view.orderOf(call.caller.session, clOrdID)
  if (found === undefined) {
    const refusal = decisions.refusalOf(call.caller.session, clOrdID)
    if (refusal === undefined) return call.refuse(new RequestError('UNKNOWN_ORDER', 'clOrdID'))
    return call.send(200, decisionJson(refusal, profileTail(gate)))
  }
  const { directory } = gate
  const qtyDecimals = directory.instrument(found.instrument)?.qtyDecimals ?? 0
  const body = JSON.stringify({
    orderID: formatOrderID(found.orderSeq, found.slot),
    clOrdID: found.clOrdID,
    state: ORDER_STATES[found.state],
    cumQty: formatDecimal(found.cumQty, qtyDecimals),
    leavesQty: formatDecimal(found.leavesQty, qtyDecimals),
    openValue: formatMoney(found.openValue, directory.ledgerDecimals),
    pendingReplaces: found.pendingReplaces,
    cancelRequested: found.cancelRequested,
    triggered: found.triggered || undefined,
  })
  call.send(200, `${body.slice(0, -1)},"order":${echoJson(echoView(found, directory))}${profileTail(gate)}}`)
}
