/** What tells of the fate of orders and executions, and who may: statuses, people's words, execution sources. Forms and constructors. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import {
  EXECUTION_SOURCE,
  EXPLAIN_EXECUTION,
  ORDER_STATUS,
  ORDER_TRIGGERED,
  RESOLVE_ORDER,
} from '../records/fate-commands.ts'
import { FIRST_TERMINAL_STATE, ORDER_STATES, ORDER_STATUSES } from '../vocabulary.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import { parseOrderID } from './execution.ts'
import {
  form,
  mayForeignId,
  mayId,
  mayName,
  mayText,
  mayTime,
  needCode,
  needId,
  needName,
  needNumber,
  needText,
  type WordsOf,
} from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const STEPS = ['request', 'approve']
const ENDS = ORDER_STATES.slice(FIRST_TERMINAL_STATE)

export const ORDER_STATUS_FORM = form(
  'OrderStatus',
  'What the execution source says that an order is now (FIX ExecutionReport with ExecType I).',
  [
    needName('symbol', 'Symbol (55): its decimals are those of cumQty.', EXAMPLE.symbol),
    needCode('status', ORDER_STATUSES, 'OrdStatus (39), or NOT_FOUND where the source does not know it.', 'WORKING'),
    needNumber(
      'cumQty',
      "quantity, at most the instrument's qtyDecimals",
      'CumQty (14): where it is not what is booked, nothing is released.',
      '100',
    ),
    mayId('orderID', 'OrderID (37) as the gate gave it; else owner and clOrdID name the order.', '4711-17'),
    mayForeignId('clOrdID', 'Any ClOrdID (11) of the order chain.', 'A-20261121-000017'),
    mayName('owner', 'Client whose clOrdID it is; the reporting client where it is not given.', EXAMPLE.session),
    mayTime('transactTime', 'TransactTime (60), evidence.', '2026-11-21T14:30:00.223456Z'),
    mayText('text', 'Text (58).', 'status after reconnect'),
  ],
  ['clOrdID', 'owner'],
)

export function orderStatus(
  words: WordsOf<typeof ORDER_STATUS_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof ORDER_STATUS> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  if (words.orderID === undefined && words.clOrdID === undefined) read.fail('MISSING_FIELD', 'clOrdID')
  const order = orderIDOf(read, words.orderID)
  const values = {
    session: sender.session,
    principal: sender.principal,
    orderSeq: order.seq,
    cumQty: read.amount('cumQty', words.cumQty, units?.qtyDecimals ?? 0),
    transactTimeUs: read.timeUs('transactTime', words.transactTime),
    orderSlot: order.slot,
    owner: words.owner === undefined ? sender.session : read.name('SESSION', 'owner', words.owner),
    status: read.code('status', words.status, ORDER_STATUSES),
    instrument: units?.id ?? -1,
    clOrdID: read.foreignID('clOrdID', words.clOrdID),
    text: evidenceText(words.text ?? ''),
  }
  return read.fault ?? { layout: ORDER_STATUS, values }
}

/** Parts of an OrderID; those of no order where it is not given. */
function orderIDOf(read: Reading, word: string | undefined): { readonly seq: number; readonly slot: number } {
  const none = { seq: 0, slot: -1 }
  if (word === undefined) return none
  const order = parseOrderID(word)
  if (order === null) read.fail('NOT_IN_SET', 'orderID', 'An orderID that the gate gave: sequence number-slot.')
  return order ?? none
}

export const TRIGGERED_FORM = form(
  'OrderTriggered',
  'What the execution source says of a stop that has become live (FIX ExecutionReport with ExecType L).',
  [
    mayId('orderID', 'OrderID (37) as the gate gave it; else owner and clOrdID name the order.', '4711-17'),
    mayForeignId('clOrdID', 'Any ClOrdID (11) of the order chain.', 'A-20261121-000017'),
    mayName('owner', 'Client whose clOrdID it is; the reporting client where it is not given.', EXAMPLE.session),
    mayTime('transactTime', 'TransactTime (60), evidence.', '2026-11-21T14:30:00.223456Z'),
    mayText('text', 'Text (58).', 'triggered by the trade at 101.00'),
  ],
  ['clOrdID', 'owner'],
)

export function orderTriggered(
  words: WordsOf<typeof TRIGGERED_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof ORDER_TRIGGERED> | RequestError {
  const read = new Reading(names)
  if (words.orderID === undefined && words.clOrdID === undefined) read.fail('MISSING_FIELD', 'clOrdID')
  const order = orderIDOf(read, words.orderID)
  const values = {
    session: sender.session,
    principal: sender.principal,
    orderSeq: order.seq,
    transactTimeUs: read.timeUs('transactTime', words.transactTime),
    orderSlot: order.slot,
    owner: words.owner === undefined ? sender.session : read.name('SESSION', 'owner', words.owner),
    clOrdID: read.foreignID('clOrdID', words.clOrdID),
    text: evidenceText(words.text ?? ''),
  }
  return read.fault ?? { layout: ORDER_TRIGGERED, values }
}

export const RESOLVE_FORM = form('ResolveOrder', 'Two people say how an order of unknown fate ended.', [
  needId('orderID', 'OrderID (37) as the gate gave it.', '4711-17'),
  needCode('step', STEPS, 'One person requests, another approves.', 'request'),
  needCode('state', ENDS, 'How it ended.', 'CANCELED'),
  needText('reason', 'Why, and who said so.', 'The venue confirmed by telephone that it never came'),
])

export function resolveOrder(
  words: WordsOf<typeof RESOLVE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof RESOLVE_ORDER> | RequestError {
  const read = new Reading(names)
  const order = orderIDOf(read, words.orderID)
  read.code('state', words.state, ENDS)
  const values = {
    session: sender.session,
    principal: sender.principal,
    orderSeq: order.seq,
    orderSlot: order.slot,
    state: (ORDER_STATES as readonly string[]).indexOf(words.state ?? ''),
    step: read.code('step', words.step, STEPS),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: RESOLVE_ORDER, values }
}

export const EXPLAIN_FORM = form('ExplainExecution', 'Says what the executions of an unknown order were.', [
  needNumber('latch', 'id', 'Latch of cause UNKNOWN_EXECUTION.', '3'),
  mayName('account', 'Whose they are, where SUSPENSE holds them; they stay where not given.', EXAMPLE.account),
  needText('reason', 'What they were.', 'Traded by telephone while the gate was down'),
])

export function explainExecution(
  words: WordsOf<typeof EXPLAIN_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof EXPLAIN_EXECUTION> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    latch: read.integer('latch', words.latch, 0, 0x7fffffff),
    account: read.name('ACCOUNT', 'account', words.account),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: EXPLAIN_EXECUTION, values }
}

export const SOURCE_FORM = form(
  'ExecutionSource',
  'Whose reports of an account are booked, and whose are compared with them.',
  [
    needName('account', 'Account.', EXAMPLE.account),
    mayName('venue', 'Venue; every venue without a source of its own where not given.', EXAMPLE.venue),
    mayName('source', 'Client whose reports change state; any client where not given.', EXAMPLE.session),
    mayName('compare', "Client whose reports are compared with the source's; none where not given.", EXAMPLE.session),
  ],
  ['venue', 'source'],
)

export function executionSource(
  words: WordsOf<typeof SOURCE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof EXECUTION_SOURCE> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    account: read.name('ACCOUNT', 'account', words.account),
    venue: read.name('VENUE', 'venue', words.venue),
    source: read.name('SESSION', 'source', words.source),
    compare: read.name('SESSION', 'compare', words.compare),
  }
  return read.fault ?? { layout: EXECUTION_SOURCE, values }
}
