/**
 * What is stopped and how far its kill has come: latches, progress, what a kill would meet. The counts are made from the
 * engine's state when they are asked for; only who was handed what is remembered, by the delivery.
 */

import { reasonNumber } from '../../model/codes.ts'
import type { LatchView, OrderView } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import { formatMoney } from '../../model/explain/amounts.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { form, needNumber, type WordsOf } from '../../model/parse/form.ts'
import { KILL_FORM, kill } from '../../model/parse/kill.ts'
import { Reading } from '../../model/parse/reading.ts'
import { type Duty, type NameKind, ORDER_STATES, TRADING_STATES } from '../../model/vocabulary.ts'
import { reasonJson } from '../answers/command-answer.ts'
import type { Caller } from '../caller.ts'
import type { CancelDelivery } from '../cancel-delivery.ts'
import type { Gate } from '../gate.ts'
import { latchesFor, latchScope, seesAll } from '../visibility.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'

/** Name kinds of latch keys that are not subjects. */
/** Scopes that a person chooses from a list; an instrument is written. */
const LISTED: Readonly<Record<string, NameKind>> = {
  ...{ entity: 'ENTITY', client: 'CLIENT', desk: 'DESK', trader: 'TRADER', account: 'ACCOUNT', strategy: 'STRATEGY' },
  ...{ session: 'SESSION', assetClass: 'ASSET_CLASS', sector: 'SECTOR', venue: 'VENUE' },
}
const UNKNOWN_EXECUTION = reasonNumber('UNKNOWN_EXECUTION')
const KILLED = TRADING_STATES.indexOf('KILLED')
const PENDING_CANCEL = ORDER_STATES.indexOf('PENDING_CANCEL')
const UNKNOWN = ORDER_STATES.indexOf('UNKNOWN')
/** Open orders that one answer lists; the counts are of all. */
const LISTED_MAX = 200
const MAY_ACT: readonly Duty[] = ['kill', 'release:request', 'release:approve']
const MAY_LOOK: readonly Duty[] = ['risk:read', ...MAY_ACT]

const LATCH_FORM = form('KillQuery', 'Which kill.', [needNumber('latch', 'id', 'Latch.', '3')])
const PREVIEW_FORM = form(
  'KillPreview',
  'The scopes that a kill would name.',
  KILL_FORM.fields.filter(({ name }) => name !== 'state' && name !== 'reason'),
  ['trader'],
)

export function killRoutes(gate: Gate, delivery: CancelDelivery): readonly Route[] {
  const read = (row: Omit<Route, 'method' | 'tag' | 'sequenced'>): Route => ({
    ...row,
    method: 'GET',
    tag: 'Kill',
    sequenced: false,
  })
  return [
    read({
      url: '/latches',
      duties: MAY_LOOK,
      summary: 'What is stopped',
      description: 'Latches in force, with their scopes and pending releases.',
      answer: 'Latches',
      answerDescription: 'Latches.',
      handle: (call) =>
        send(gate, call, { latches: latchesFor(gate, call.caller).map((one) => latchJson(gate, call.caller, one)) }),
    }),
    read({
      url: '/kills',
      duties: MAY_LOOK,
      summary: 'How far the kills have come',
      description: 'Every latch that is KILLED: whether all its orders have ended, and the counts that say why not.',
      answer: 'Kills',
      answerDescription: 'Kills in force.',
      handle: (call) => {
        const killed = latchesFor(gate, call.caller).filter(({ state }) => state === KILLED)
        send(gate, call, { kills: killed.map((latch) => progressJson(gate, delivery, call.caller, latch)) })
      },
    }),
    read({
      url: '/kills/:latch',
      duties: MAY_LOOK,
      summary: 'How far one kill has come, with what is still open',
      description: `The counts of all its orders, and up to ${LISTED_MAX} of those that have not ended; a client sees its own among them.`,
      form: LATCH_FORM,
      answer: 'Kill',
      answerDescription: 'The kill.',
      errors: ['NOT_FOUND'],
      handle: (call, rows) => showKill(gate, delivery, call, rows[0] as WordsOf<typeof LATCH_FORM>),
    }),
    read({
      url: '/kill-preview',
      duties: MAY_ACT,
      summary: 'What a kill would meet',
      description: 'Live orders that have every scope named, and their value. Changes nothing.',
      form: PREVIEW_FORM,
      answer: 'KillPreview',
      answerDescription: 'Orders now.',
      errors: ['UNKNOWN_NAME', 'FIELD_CONFLICT'],
      handle: (call, rows) => showPreview(gate, call, rows[0] as WordsOf<typeof KILL_FORM>),
    }),
    read({
      url: '/kill-scopes',
      duties: MAY_ACT,
      summary: 'Names that a kill can name',
      description: 'By scope, in order of definition. Instruments are not listed.',
      answer: 'KillScopes',
      answerDescription: 'Names.',
      handle: (call) => send(gate, call, { scopes: scopeNames(gate) }),
    }),
  ]
}

function latchJson(gate: Gate, caller: Caller, latch: LatchView) {
  const principal = (id: number) => (id < 0 ? '' : gate.directory.nameOf('PRINCIPAL', id))
  return {
    latch: latch.latch,
    state: TRADING_STATES[latch.state],
    scope: latchScope(gate, caller, latch),
    cause: latch.cause === 0 ? undefined : reasonJson(latch.cause),
    principal: principal(latch.principal),
    setSeq: latch.setSeq,
    releaseRequestedBy: principal(latch.releaseRequestedBy),
    releaseState: TRADING_STATES[latch.releaseState],
    swept: latch.swept,
    explained: latch.cause === UNKNOWN_EXECUTION ? latch.explained : undefined,
  }
}

/** The latch with the counts of its orders. Complete is what every order under it has ended is called. */
function progressJson(gate: Gate, delivery: CancelDelivery, caller: Caller, latch: LatchView) {
  const counts = { open: 0, requested: 0, deliveredToOwner: 0, deliveredToAgent: 0, undeliverable: 0 }
  const states = { acknowledged: 0, unknown: 0 }
  const isHeard = delivery.hearing()
  gate.view.countUnder(latch.keys, (order) => {
    const { owner, agent } = delivery.delivered(order.orderSeq)
    counts.open++
    if (order.cancelRequested) counts.requested++
    if (owner) counts.deliveredToOwner++
    if (agent) counts.deliveredToAgent++
    if (latch.state === KILLED && !isHeard(order)) counts.undeliverable++
    if (order.state === PENDING_CANCEL) states.acknowledged++
    if (order.state === UNKNOWN) states.unknown++
  })
  const killed = counts.open === 0 ? 'KILLED_COMPLETE' : 'KILLED_INCOMPLETE'
  return {
    ...latchJson(gate, caller, latch),
    status: latch.state === KILLED ? killed : TRADING_STATES[latch.state],
    orders: counts.open + latch.ended,
    ...counts,
    ...states,
    terminal: latch.ended,
    tooLate: latch.filled,
  }
}

function showKill(gate: Gate, delivery: CancelDelivery, call: Exchange, words: WordsOf<typeof LATCH_FORM>): void {
  const read = new Reading(gate.directory)
  const id = read.integer('latch', words.latch, 0)
  if (read.fault !== undefined) return call.refuse(read.fault)
  const latch = latchesFor(gate, call.caller).find((one) => one.latch === id)
  if (latch === undefined) return call.refuse(new RequestError('NOT_FOUND', 'latch', 'No such latch is in force.'))
  const openOrders: object[] = []
  const isHeard = delivery.hearing()
  for (const order of gate.view.ordersUnder(latch.keys)) {
    if (!seesAll(call.caller) && order.session !== call.caller.session) continue
    if (openOrders.length === LISTED_MAX) break
    openOrders.push(orderJson(gate, delivery, order, isHeard(order)))
  }
  send(gate, call, { ...progressJson(gate, delivery, call.caller, latch), openOrders })
}

function orderJson({ directory }: Gate, delivery: CancelDelivery, order: OrderView, heard: boolean): object {
  const { owner, agent } = delivery.delivered(order.orderSeq)
  return {
    orderID: formatOrderID(order.orderSeq, order.slot),
    clOrdID: order.clOrdID,
    session: directory.nameOf('SESSION', order.session),
    symbol: directory.instrument(order.instrument)?.symbol,
    state: ORDER_STATES[order.state],
    requested: order.cancelRequested,
    deliveredToOwner: owner,
    deliveredToAgent: agent,
    heard,
  }
}

function showPreview(gate: Gate, call: Exchange, words: WordsOf<typeof KILL_FORM>): void {
  const { directory, view } = gate
  const asked = kill({ ...words, state: undefined, reason: 'preview' } as typeof words, directory, call.caller)
  if (asked instanceof RequestError) return call.refuse(asked)
  const { sessionScope, ...keys } = asked.values as Record<string, number>
  let orders = 0
  let openValue = 0
  view.countUnder({ ...keys, session: sessionScope ?? -1 }, (order) => {
    orders++
    openValue += order.openValue
  })
  send(gate, call, {
    orders,
    notional: formatMoney(openValue, directory.ledgerDecimals),
    currency: directory.baseCurrency,
  })
}

function scopeNames({ directory }: Gate): object {
  const names = Object.entries(LISTED).map(([scope, kind]) => [
    scope,
    directory.idsOf(kind).map((id) => directory.nameOf(kind, id)),
  ])
  return Object.fromEntries(names)
}

/** Sends a read with the command that it is as of. */
function send(gate: Gate, call: Exchange, body: object): void {
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  call.send(200, JSON.stringify({ ...body, seq: gate.view.seq, profile }))
}
