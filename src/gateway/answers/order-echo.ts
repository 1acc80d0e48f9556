/**
 * An order written again from its checked record: what the sender forwards to the market. Nothing of the received bytes
 * is in it.
 */
import type { Terms } from '../../auth/approval-token.ts'
import type { Directory, InstrumentUnits } from '../../model/directory.ts'
import type { OrderView } from '../../model/engine-port.ts'
import { formatDecimal } from '../../model/numbers.ts'
import type { Words } from '../../model/parse/form.ts'
import { EXPIRE_TIME_GIVEN, PRICE_GIVEN, STOP_PX_GIVEN } from '../../model/parse/new-order.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import type { NEW_ORDER, REPLACE_ORDER } from '../../model/records/commands.ts'
import type { RecordOf } from '../../model/records/schema.ts'
import { ORD_TYPES, SIDES, TIMES_IN_FORCE } from '../../model/vocabulary.ts'

type OrderValues = RecordOf<typeof NEW_ORDER>
type ReplaceValues = RecordOf<typeof REPLACE_ORDER>

/** What the gateway still knows of a command when its answer comes. */
export interface EchoSource {
  readonly units: InstrumentUnits | undefined
  readonly order?: OrderValues
  readonly replace?: ReplaceValues
  /** The order that a replace names. */
  readonly view?: OrderView | undefined
  /** What was sent: a refusal shows by it what has no id or no units. */
  readonly words?: Words | undefined
}

export interface Echo {
  readonly clOrdID: string
  /** Of a replace; else empty. */
  readonly origClOrdID: string
  readonly session: string
  readonly terms: Terms
  /** Empty where it is open. */
  readonly venue: string
  /** Empty where the command does not say: of a replace they are the order's. */
  readonly trader: string
  readonly strategy: string
  readonly units: InstrumentUnits | undefined
  readonly isMarket: boolean
  /** Every name and code is one that the gate knows; else some of it is as it was sent. */
  readonly isKnown: boolean
}

/** -1 leaves the venue open. */
const UNKNOWN_VENUE = -2
const MARKET = ORD_TYPES.indexOf('Market')

export function echoOrder(
  values: OrderValues,
  units: InstrumentUnits | undefined,
  names: Directory,
  words: Words | undefined,
): Echo {
  const { flags, account, trader, strategy, venue, side, ordType, timeInForce } = values
  return {
    terms: {
      symbol: units?.symbol ?? sent(words, 'symbol'),
      account: account < 0 ? sent(words, 'account') : names.nameOf('ACCOUNT', account),
      side: SIDES[side] ?? sent(words, 'side'),
      ordType: ORD_TYPES[ordType] ?? sent(words, 'ordType'),
      timeInForce: TIMES_IN_FORCE[timeInForce] ?? sent(words, 'timeInForce'),
      expireTime: (flags & EXPIRE_TIME_GIVEN) === 0 ? '' : formatTimeUs(values.expireTimeUs),
      orderQty: qtyOf(values.orderQty, units, words),
      price: pxOf('price', values.price, (flags & PRICE_GIVEN) !== 0, units, words),
      stopPx: pxOf('stopPx', values.stopPx, (flags & STOP_PX_GIVEN) !== 0, units, words),
    },
    clOrdID: values.clOrdID,
    origClOrdID: '',
    session: names.nameOf('SESSION', values.session),
    venue: venue === UNKNOWN_VENUE ? sent(words, 'venue') : nameOf(names, 'VENUE', venue),
    trader: trader < 0 ? sent(words, 'trader') : names.nameOf('TRADER', trader),
    strategy: strategy < 0 ? sent(words, 'strategy') : names.nameOf('STRATEGY', strategy),
    units,
    isMarket: ordType === MARKET,
    isKnown: (account | trader | strategy | side | ordType | timeInForce) >= 0 && venue !== UNKNOWN_VENUE,
  }
}

export function echoReplace(
  values: ReplaceValues,
  order: OrderView | undefined,
  units: InstrumentUnits | undefined,
  names: Directory,
  words: Words | undefined,
): Echo {
  const { flags } = values
  return {
    terms: {
      ...standingTerms(order, units, names),
      orderQty: qtyOf(values.orderQty, units, words),
      price: pxOf('price', values.price, (flags & PRICE_GIVEN) !== 0, units, words),
      stopPx: pxOf('stopPx', values.stopPx, (flags & STOP_PX_GIVEN) !== 0, units, words),
    },
    clOrdID: values.clOrdID,
    origClOrdID: values.origClOrdID,
    session: names.nameOf('SESSION', values.session),
    venue: nameOf(names, 'VENUE', order?.venue ?? -1),
    trader: '',
    strategy: '',
    units,
    isMarket: order?.ordType === MARKET,
    isKnown: order !== undefined,
  }
}

/** A live order as a reader sees it. */
export function echoView(order: OrderView, names: Directory): Echo {
  const units = names.instrument(order.instrument)
  return {
    terms: {
      ...standingTerms(order, units, names),
      orderQty: qtyOf(order.orderQty, units, undefined),
      price: pxOf('price', order.price, order.price !== 0, units, undefined),
      stopPx: '',
    },
    clOrdID: order.clOrdID,
    origClOrdID: '',
    session: '',
    venue: nameOf(names, 'VENUE', order.venue),
    trader: nameOf(names, 'TRADER', order.trader),
    strategy: nameOf(names, 'STRATEGY', order.strategy),
    units,
    isMarket: false,
    isKnown: true,
  }
}

/** The terms that no replace changes. */
function standingTerms(order: OrderView | undefined, units: InstrumentUnits | undefined, names: Directory) {
  return {
    symbol: units?.symbol ?? '',
    account: nameOf(names, 'ACCOUNT', order?.account ?? -1),
    side: SIDES[order?.side ?? -1] ?? '',
    ordType: ORD_TYPES[order?.ordType ?? -1] ?? '',
    timeInForce: TIMES_IN_FORCE[order?.timeInForce ?? -1] ?? '',
    expireTime: '',
  }
}

/** As it was sent where the units are not known. */
function qtyOf(orderQty: number, units: InstrumentUnits | undefined, words: Words | undefined): string {
  return units === undefined ? sent(words, 'orderQty') : formatDecimal(orderQty, units.qtyDecimals)
}

/** Empty where none was given; as it was sent where the units are not known. */
function pxOf(
  field: 'price' | 'stopPx',
  px: number,
  isGiven: boolean,
  units: InstrumentUnits | undefined,
  words: Words | undefined,
): string {
  if (units === undefined) return sent(words, field)
  return isGiven ? formatDecimal(px, units.priceDecimals) : ''
}

/** The text of a field as it was sent; empty where it was not, or is not at hand any more. */
function sent(words: Words | undefined, field: string): string {
  const word = words?.[field]
  return typeof word === 'string' ? word : ''
}

/** Empty for what is not known. */
function nameOf(names: Directory, kind: 'ACCOUNT' | 'TRADER' | 'STRATEGY' | 'VENUE', id: number): string {
  return id < 0 ? '' : names.nameOf(kind, id)
}
