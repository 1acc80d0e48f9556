/**
 * A proposed order (FIX NewOrderSingle): its form, and the one constructor that REST, gRPC and FIX share. The what-if
 * paths take the same form, but for the id.
 */
import { HOLD_MAX_US } from '../bounds.ts'
import type { Directory, InstrumentUnits } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { DECIMALS_MAX } from '../numbers.ts'
import type { EVALUATE, NEW_ORDER } from '../records/commands.ts'
import type { RecordOf } from '../records/schema.ts'
import { ORD_TYPES, SIDES, TIMES_IN_FORCE } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayCode,
  mayId,
  mayName,
  mayNumber,
  mayTime,
  needCode,
  needId,
  needName,
  needNumber,
  type WordsOf,
} from './form.ts'
import { Reading, type Sender } from './reading.ts'

export const PRICE_GIVEN = 1
export const STOP_PX_GIVEN = 2
export const EXPIRE_TIME_GIVEN = 4

const ORDER_FIELDS = [
  needName('symbol', 'Symbol (55) of a defined instrument.', EXAMPLE.symbol),
  needName('account', 'Account (1).', EXAMPLE.account),
  needName('trader', 'Who is responsible for the order.', EXAMPLE.trader),
  needName('strategy', 'Strategy that sends it; `manual` is one that the hierarchy defines.', EXAMPLE.strategy),
  mayName('venue', 'Where it goes; without it the order is judged against every venue.', EXAMPLE.venue),
  needCode('side', SIDES, 'Side (54).', 'Buy'),
  needNumber('orderQty', "quantity, at most the instrument's qtyDecimals", 'OrderQty (38).', '300'),
  needCode('ordType', ORD_TYPES, 'OrdType (40).', 'Limit'),
  mayNumber(
    'price',
    "price, at most the instrument's priceDecimals",
    'Price (44) of a Limit or StopLimit.',
    EXAMPLE.price,
  ),
  mayNumber(
    'stopPx',
    "price, at most the instrument's priceDecimals",
    'StopPx (99) of a Stop or StopLimit.',
    EXAMPLE.stopPx,
  ),
  mayCode('timeInForce', TIMES_IN_FORCE, 'TimeInForce (59); Day where it is not given.', 'Day'),
  mayTime('expireTime', 'ExpireTime (126) of a GTD order.', '2026-11-24T15:00:00Z'),
  mayTime('transactTime', "TransactTime (60): the client's own time, kept as evidence.", '2026-11-21T14:30:00.123456Z'),
  mayId('locateID', 'Locate that a short sale stands on (Reg SHO 203(b)(1)).', 'LOC-2291'),
  mayId('parentClOrdID', 'clOrdID of the parent order whose slice this is.', 'P-20261121-000002'),
] as const

export const ORDER_FORM = form(
  'NewOrderSingle',
  'One proposed order. Names follow FIX.',
  [
    needId(
      'clOrdID',
      'ClOrdID (11): unique for the client, used up by approve and reject alike; not . or .., which no URL can name.',
      'A-20261121-000017',
    ),
    ...ORDER_FIELDS,
    mayNumber('confirmId', 'seq', 'Soft block of this very order that a person has confirmed.', '4711'),
    mayNumber(
      'overrideId',
      'seq',
      'Override of this very order, when it was refused, that two people have agreed on.',
      '4712',
    ),
    mayNumber(
      'holdUs',
      'µs',
      'How long it may be held where orders of its owner that it crosses are canceled first; holdUs of the parameters where it is not given.',
      '500000',
    ),
  ],
  ['price', 'timeInForce'],
)
/** A what-if becomes no order, and so needs no id. */
export const WHAT_IF_FORM = form(
  'ProposedOrder',
  'An order that is only asked about. Names follow FIX.',
  [
    mayId('clOrdID', 'ClOrdID (11): for the record of the question. Not used up; an order may have the same.', 'ASK-1'),
    ...ORDER_FIELDS,
  ],
  ['price', 'timeInForce'],
)
export type OrderWords = WordsOf<typeof ORDER_FORM>

/** A checked order. `units` is undefined where the instrument is not known. */
export interface OrderCommand {
  readonly values: RecordOf<typeof NEW_ORDER>
  readonly units: InstrumentUnits | undefined
}

/** The checked order, or what is wrong with the request. Unknown names and codes are no fault: they are decided on. */
export function newOrder(
  words: OrderWords,
  names: Directory,
  sender: Sender,
  receivedTimeUs: number,
): OrderCommand | RequestError {
  const read = new Reading(names)
  const instrument = read.orderName('INSTRUMENT', 'symbol', words.symbol)
  const units = instrument < 0 ? undefined : names.instrument(instrument)
  const px = units?.priceDecimals ?? DECIMALS_MAX
  const known = units === undefined ? 0 : 1
  const { price, stopPx, expireTime } = words
  const values: RecordOf<typeof NEW_ORDER> = {
    seq: 0,
    timeUs: 0,
    session: sender.session,
    principal: sender.principal,
    // Without an instrument there are no decimals: the syntax is checked, the number is not kept.
    orderQty: read.decimal('orderQty', words.orderQty, units?.qtyDecimals ?? DECIMALS_MAX) * known,
    price: read.decimal('price', price, px) * known,
    stopPx: read.decimal('stopPx', stopPx, px) * known,
    expireTimeUs: read.timeUs('expireTime', expireTime),
    transactTimeUs: read.timeUs('transactTime', words.transactTime),
    receivedTimeUs,
    instrument,
    account: read.orderName('ACCOUNT', 'account', words.account),
    trader: read.orderName('TRADER', 'trader', words.trader),
    strategy: read.orderName('STRATEGY', 'strategy', words.strategy),
    venue: words.venue === undefined ? -1 : orUnknown(read.orderName('VENUE', 'venue', words.venue)),
    side: read.orderCode('side', words.side, SIDES),
    ordType: read.orderCode('ordType', words.ordType, ORD_TYPES),
    timeInForce: words.timeInForce === undefined ? 0 : read.orderCode('timeInForce', words.timeInForce, TIMES_IN_FORCE),
    flags:
      (price === undefined ? 0 : PRICE_GIVEN) |
      (stopPx === undefined ? 0 : STOP_PX_GIVEN) |
      (expireTime === undefined ? 0 : EXPIRE_TIME_GIVEN),
    locate: words.locateID === undefined ? -1 : locateOf(read, words.locateID),
    clOrdID: read.newID('clOrdID', words.clOrdID),
    parentClOrdID: read.id('parentClOrdID', words.parentClOrdID),
    unresolved: '',
    confirmSeq: words.confirmId === undefined ? 0 : read.integer('confirmId', words.confirmId, 1),
    overrideSeq: words.overrideId === undefined ? 0 : read.integer('overrideId', words.overrideId, 1),
    holdUs: words.holdUs === undefined ? 0 : read.integer('holdUs', words.holdUs, 1, HOLD_MAX_US),
  }
  values.unresolved = read.unresolved
  return read.fault ?? { values, units }
}

/** The same order as a what-if about one control. */
export function evaluate(order: OrderCommand, control: number): RecordOf<typeof EVALUATE> {
  return { ...order.values, control }
}

/** In `venue` and `locate` -1 is "none given"; a name that nobody knows is -2. */
const orUnknown = (id: number) => (id < 0 ? -2 : id)

function locateOf(read: Reading, locateID: string): number {
  const id = read.names.locateOf(read.id('locateID', locateID))
  if (id < 0) read.noteUnresolved('locateID', locateID)
  return orUnknown(id)
}
