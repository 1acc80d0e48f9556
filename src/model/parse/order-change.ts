/** What a client does to an order that it sent: replace, cancel, not-sent. Forms and constructors. */
import type { Directory, InstrumentUnits } from '../directory.ts'
import { RequestError } from '../errors.ts'
import { DECIMALS_MAX } from '../numbers.ts'
import { CANCEL_ORDER, NOT_SENT, REPLACE_ORDER } from '../records/commands.ts'
import { MASS_CANCEL } from '../records/connection-commands.ts'
import { MASS_CANCEL_ORDERS } from '../vocabulary.ts'
import { evidenceID, evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayForeignId,
  mayName,
  mayNumber,
  mayTime,
  needCode,
  needForeignId,
  needId,
  needNumber,
  type WordsOf,
} from './form.ts'
import { PRICE_GIVEN, STOP_PX_GIVEN } from './new-order.ts'
import { type Command, Reading, type Sender } from './reading.ts'

/** Kinds of orders that are canceled together. */
const CANCELED_TOGETHER = MASS_CANCEL_ORDERS.filter((orders) => orders !== 'NONE')

export const REPLACE_FORM = form(
  'OrderCancelReplaceRequest',
  'A new version of an order.',
  [
    needId('origClOrdID', 'OrigClOrdID (41): the newest version, accepted or pending.', 'A-20261121-000017'),
    needId('clOrdID', 'ClOrdID (11) of the new version.', 'A-20261121-000018'),
    needNumber(
      'orderQty',
      "quantity, at most the instrument's qtyDecimals",
      'New total, executed part included.',
      '200',
    ),
    mayNumber(
      'price',
      "price, at most the instrument's priceDecimals",
      'New price of a Limit or StopLimit.',
      EXAMPLE.price,
    ),
    mayNumber('stopPx', "price, at most the instrument's priceDecimals", 'New stop price.', EXAMPLE.stopPx),
    mayTime('transactTime', "TransactTime (60): the client's own time, kept as evidence.", '2026-11-21T14:30:01Z'),
  ],
  ['price'],
)

export const CANCEL_FORM = form('OrderCancelRequest', 'A cancel. It always passes.', [
  needForeignId('origClOrdID', 'Any clOrdID of the order chain.', 'A-20261121-000017'),
  mayForeignId('clOrdID', 'ClOrdID (11) of the cancel itself.', 'A-20261121-000019'),
  mayName('owner', 'Client whose order it is; only a cancel agent names another than itself.', EXAMPLE.session),
])

export const MASS_CANCEL_FORM = form('OrderMassCancelRequest', 'Cancels the orders of this client.', [
  needCode('orders', CANCELED_TOGETHER, 'DAY: all but GTC and GTD. ALL: those too.', 'ALL'),
])

export const NOT_SENT_FORM = form('NotSent', 'The owner says that an approved order, or version, was never sent.', [
  needId('clOrdID', 'The order, or the version.', 'A-20261121-000017'),
])

/** `units` are those of the order's instrument; undefined where the order is not known, which the engine refuses. */
export function replaceOrder(
  words: WordsOf<typeof REPLACE_FORM>,
  names: Directory,
  units: InstrumentUnits | undefined,
  sender: Sender,
  receivedTimeUs: number,
): Command<typeof REPLACE_ORDER> | RequestError {
  const read = new Reading(names)
  const px = units?.priceDecimals ?? DECIMALS_MAX
  const known = units === undefined ? 0 : 1
  const values = {
    session: sender.session,
    principal: sender.principal,
    orderQty: read.decimal('orderQty', words.orderQty, units?.qtyDecimals ?? DECIMALS_MAX) * known,
    price: read.decimal('price', words.price, px) * known,
    stopPx: read.decimal('stopPx', words.stopPx, px) * known,
    transactTimeUs: read.timeUs('transactTime', words.transactTime),
    receivedTimeUs,
    flags: (words.price === undefined ? 0 : PRICE_GIVEN) | (words.stopPx === undefined ? 0 : STOP_PX_GIVEN),
    clOrdID: read.newID('clOrdID', words.clOrdID),
    origClOrdID: read.id('origClOrdID', words.origClOrdID),
  }
  return read.fault ?? { layout: REPLACE_ORDER, values }
}

/** `owner` is the sender's own session unless the words name another; whether it may is the gateway's to ask. */
export function cancelOrder(
  words: WordsOf<typeof CANCEL_FORM>,
  names: Directory,
  sender: Sender,
  receivedTimeUs: number,
): Command<typeof CANCEL_ORDER> | RequestError {
  const { owner, clOrdID = '', origClOrdID = '' } = words
  const ownerID = owner === undefined ? sender.session : names.idOf('SESSION', owner)
  if (ownerID < 0 && owner !== undefined) {
    return new RequestError('UNKNOWN_NAME', 'owner', `No SESSION has the name ${evidenceText(owner)}.`)
  }
  const values = {
    session: sender.session,
    principal: sender.principal,
    receivedTimeUs,
    owner: ownerID,
    // An id that no order can have names none, which the engine says.
    clOrdID: evidenceID(clOrdID),
    origClOrdID: evidenceID(origClOrdID),
  }
  return { layout: CANCEL_ORDER, values }
}

/** Orders of the sender's own session. */
export function massCancel(
  words: WordsOf<typeof MASS_CANCEL_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof MASS_CANCEL> | RequestError {
  const read = new Reading(names)
  // NONE stands before those that a client may name.
  const orders = read.code('orders', words.orders, CANCELED_TOGETHER) + 1
  return read.fault ?? { layout: MASS_CANCEL, values: { session, principal, owner: session, orders, sweep: 0 } }
}

export function notSent(
  words: WordsOf<typeof NOT_SENT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof NOT_SENT> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    clOrdID: read.id('clOrdID', words.clOrdID),
  }
  return read.fault ?? { layout: NOT_SENT, values }
}
