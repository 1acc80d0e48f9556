/** An execution report (FIX ExecutionReport): form and constructor. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { EXECUTION_REPORT } from '../records/commands.ts'
import { EXEC_TYPES, SIDES } from '../vocabulary.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayCode,
  mayForeignId,
  mayId,
  mayName,
  mayNumber,
  mayText,
  mayTime,
  needCode,
  needForeignId,
  needName,
  type WordsOf,
} from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

export const EXECUTION_FORM = form(
  'ExecutionReport',
  'What the market did to an order. Names follow FIX.',
  [
    needForeignId('execID', 'ExecID (17): with source, venue and trade date the key of the report.', 'E-55012'),
    needCode('execType', EXEC_TYPES, 'ExecType (150); Fill covers partial and full fills.', 'Fill'),
    needName('symbol', 'Symbol (55): its decimals are those of the quantities and prices.', EXAMPLE.symbol),
    mayId('orderID', 'OrderID (37) as the gate gave it; else owner and clOrdID name the order.', '4711-17'),
    mayForeignId('clOrdID', 'ClOrdID (11) of the version that the report is about.', 'A-20261121-000017'),
    mayForeignId('origClOrdID', 'OrigClOrdID (41).', 'A-20261121-000016'),
    mayName('owner', 'Client whose clOrdID it is; the reporting client where it is not given.', EXAMPLE.session),
    mayNumber(
      'lastQty',
      "quantity, at most the instrument's qtyDecimals",
      'LastQty (32) of a fill or a correct.',
      '100',
    ),
    mayNumber(
      'lastPx',
      "price, at most the instrument's priceDecimals",
      'LastPx (31) of a fill or a correct.',
      EXAMPLE.price,
    ),
    mayNumber('cumQty', "quantity, at most the instrument's qtyDecimals", 'CumQty (14): checked, never booked.', '100'),
    mayForeignId('execRefID', 'ExecRefID (19): the execution that a bust or a correct is about.', 'E-55011'),
    mayName('venue', 'Venue that executed (LastMkt 30).', EXAMPLE.venue),
    mayName('account', 'Of an order that the gate does not know: where to book it.', EXAMPLE.account),
    mayName('trader', 'Of an order that the gate does not know.', EXAMPLE.trader),
    mayName('strategy', 'Of an order that the gate does not know.', EXAMPLE.strategy),
    mayCode('side', SIDES, 'Of an order that the gate does not know.', 'Buy'),
    mayTime('transactTime', 'TransactTime (60), evidence.', '2026-11-21T14:30:00.223456Z'),
    mayText('text', 'Text (58).', 'partial fill'),
  ],
  ['clOrdID', 'owner', 'lastQty', 'lastPx', 'venue'],
)

const TRADES: readonly string[] = ['Fill', 'TradeCorrect']
const REFERRING: readonly string[] = ['TradeCancel', 'TradeCorrect']
const ORDER_ID = /^([1-9][0-9]{0,15})-(0|[1-9][0-9]{0,9})$/

export function executionReport(
  words: WordsOf<typeof EXECUTION_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof EXECUTION_REPORT> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const { execType = '', lastQty, lastPx, cumQty } = words
  const orderID = words.orderID === undefined ? undefined : parseOrderID(words.orderID)
  if (orderID === null) read.fail('NOT_IN_SET', 'orderID', 'An orderID that the gate gave: sequence number-slot.')
  if (words.orderID === undefined && words.clOrdID === undefined) read.fail('MISSING_FIELD', 'clOrdID')
  if (TRADES.includes(execType)) {
    if (lastQty === undefined) read.fail('MISSING_FIELD', 'lastQty')
    if (lastPx === undefined) read.fail('MISSING_FIELD', 'lastPx')
  }
  if (REFERRING.includes(execType) && words.execRefID === undefined) read.fail('MISSING_FIELD', 'execRefID')
  const qd = units?.qtyDecimals ?? 0
  const values = {
    session: sender.session,
    principal: sender.principal,
    orderSeq: orderID?.seq ?? 0,
    lastQty: read.amount('lastQty', lastQty, qd),
    lastPx: read.decimal('lastPx', lastPx, units?.priceDecimals ?? 0),
    cumQty: cumQty === undefined ? -1 : read.amount('cumQty', cumQty, qd),
    transactTimeUs: read.timeUs('transactTime', words.transactTime),
    orderSlot: orderID?.slot ?? -1,
    owner: words.owner === undefined ? sender.session : read.name('SESSION', 'owner', words.owner),
    execType: read.code('execType', execType, EXEC_TYPES),
    // What happened is booked even where a name is strange: to the suspense account, with an alarm.
    venue: read.reportedName('VENUE', 'venue', words.venue),
    account: read.reportedName('ACCOUNT', 'account', words.account),
    trader: read.reportedName('TRADER', 'trader', words.trader),
    strategy: read.reportedName('STRATEGY', 'strategy', words.strategy),
    instrument: units?.id ?? -1,
    side: read.code('side', words.side, SIDES),
    execID: read.foreignID('execID', words.execID),
    execRefID: read.foreignID('execRefID', words.execRefID),
    clOrdID: read.foreignID('clOrdID', words.clOrdID),
    origClOrdID: read.foreignID('origClOrdID', words.origClOrdID),
    text: '',
  }
  values.text = evidenceText(`${words.text ?? ''} ${read.unresolved}`.trim())
  if (lastQty !== undefined && values.lastQty === 0) read.fail('OUT_OF_RANGE', 'lastQty', 'A fill has a quantity.')
  return read.fault ?? { layout: EXECUTION_REPORT, values }
}

/** OrderID on every wire: sequence number of the order and its slot. */
export function formatOrderID(orderSeq: number, slot: number): string {
  return `${orderSeq}-${slot}`
}

/** The parts of an OrderID, or null where the text is none. */
export function parseOrderID(text: string): { readonly seq: number; readonly slot: number } | null {
  const match = ORDER_ID.exec(text)
  if (match === null) return null
  const seq = Number(match[1])
  const slot = Number(match[2])
  return seq <= Number.MAX_SAFE_INTEGER && slot <= 0x7fffffff ? { seq, slot } : null
}
