/**
 * An order written again from its checked record: what the sender forwards to the market. Nothing of the received bytes
 * is in it.
 */
import type { Terms } from '../../auth/approval-token.ts'
import type { Directory, InstrumentUnits } from '../../model/directory.ts'
import type { OrderView } from '../../model/engine-port.ts'
import { formatDecimal } from '../../model/numbers.ts'
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
}

export interface Echo {
  /** `"clOrdID":…` and, of a replace, `"origClOrdID":…`. */
  readonly ids: string
  readonly json: string
  readonly terms: Terms
  readonly session: string
  readonly clOrdID: string
  /** Empty where it is open. */
  readonly venue: string
  readonly units: InstrumentUnits | undefined
  readonly isMarket: boolean
}

const MARKET = ORD_TYPES.indexOf('Market')

export function echoOrder(values: OrderValues, units: InstrumentUnits | undefined, names: Directory): Echo {
  const { flags } = values
  return echo(
    {
      symbol: units?.symbol ?? '',
      account: nameOf(names, 'ACCOUNT', values.account),
      side: SIDES[values.side] ?? '',
      ordType: ORD_TYPES[values.ordType] ?? '',
      timeInForce: TIMES_IN_FORCE[values.timeInForce] ?? '',
      expireTime: (flags & EXPIRE_TIME_GIVEN) === 0 ? '' : formatTimeUs(values.expireTimeUs),
      ...amounts(values, flags, units),
    },
    { clOrdID: values.clOrdID, origClOrdID: '', session: names.nameOf('SESSION', values.session) },
    nameOf(names, 'VENUE', values.venue),
    `,"trader":${quote(nameOf(names, 'TRADER', values.trader))},"strategy":${quote(nameOf(names, 'STRATEGY', values.strategy))}`,
    units,
    values.ordType === MARKET,
  )
}

export function echoReplace(
  values: ReplaceValues,
  order: OrderView | undefined,
  units: InstrumentUnits | undefined,
  names: Directory,
): Echo {
  return echo(
    {
      symbol: units?.symbol ?? '',
      account: nameOf(names, 'ACCOUNT', order?.account ?? -1),
      side: SIDES[order?.side ?? -1] ?? '',
      ordType: ORD_TYPES[order?.ordType ?? -1] ?? '',
      timeInForce: TIMES_IN_FORCE[order?.timeInForce ?? -1] ?? '',
      expireTime: '',
      ...amounts(values, values.flags, units),
    },
    {
      clOrdID: values.clOrdID,
      origClOrdID: values.origClOrdID,
      session: names.nameOf('SESSION', values.session),
    },
    nameOf(names, 'VENUE', order?.venue ?? -1),
    '',
    units,
    order?.ordType === MARKET,
  )
}

/** A live order as a reader sees it. */
export function echoView(order: OrderView, names: Directory): string {
  const units = names.instrument(order.instrument)
  const priced = order.price === 0 ? 0 : PRICE_GIVEN
  return echo(
    {
      symbol: units?.symbol ?? '',
      account: nameOf(names, 'ACCOUNT', order.account),
      side: SIDES[order.side] ?? '',
      ordType: ORD_TYPES[order.ordType] ?? '',
      timeInForce: TIMES_IN_FORCE[order.timeInForce] ?? '',
      expireTime: '',
      ...amounts({ orderQty: order.orderQty, price: order.price, stopPx: 0 }, priced, units),
    },
    { clOrdID: order.clOrdID, origClOrdID: '', session: '' },
    nameOf(names, 'VENUE', order.venue),
    `,"trader":${quote(nameOf(names, 'TRADER', order.trader))},"strategy":${quote(nameOf(names, 'STRATEGY', order.strategy))}`,
    units,
    false,
  ).json
}

function amounts(
  values: { readonly orderQty: number; readonly price: number; readonly stopPx: number },
  flags: number,
  units: InstrumentUnits | undefined,
) {
  if (units === undefined) return { orderQty: '', price: '', stopPx: '' }
  const { priceDecimals, qtyDecimals } = units
  return {
    orderQty: formatDecimal(values.orderQty, qtyDecimals),
    price: (flags & PRICE_GIVEN) === 0 ? '' : formatDecimal(values.price, priceDecimals),
    stopPx: (flags & STOP_PX_GIVEN) === 0 ? '' : formatDecimal(values.stopPx, priceDecimals),
  }
}

function echo(
  terms: Terms,
  ids: { readonly clOrdID: string; readonly origClOrdID: string; readonly session: string },
  venue: string,
  who: string,
  units: InstrumentUnits | undefined,
  isMarket: boolean,
): Echo {
  const clOrdID = quote(ids.clOrdID)
  const { symbol, account, side, orderQty, ordType, price, stopPx, timeInForce, expireTime } = terms
  const json =
    `{"clOrdID":${clOrdID},"symbol":${quote(symbol)},"account":${quote(account)}${who}` +
    `${venue === '' ? '' : `,"venue":${quote(venue)}`},"side":"${side}","orderQty":"${orderQty}","ordType":"${ordType}"` +
    `${price === '' ? '' : `,"price":"${price}"`}${stopPx === '' ? '' : `,"stopPx":"${stopPx}"`}` +
    `,"timeInForce":"${timeInForce}"${expireTime === '' ? '' : `,"expireTime":"${expireTime}"`}}`
  const orig = ids.origClOrdID === '' ? '' : `,"origClOrdID":${quote(ids.origClOrdID)}`
  return {
    ids: `"clOrdID":${clOrdID}${orig}`,
    json,
    terms,
    session: ids.session,
    clOrdID: ids.clOrdID,
    venue,
    units,
    isMarket,
  }
}

/** Empty for what is not known. */
function nameOf(names: Directory, kind: 'ACCOUNT' | 'TRADER' | 'STRATEGY' | 'VENUE', id: number): string {
  return id < 0 ? '' : names.nameOf(kind, id)
}

/** Names and ids rarely need an escape, and then only of quote or backslash. */
function quote(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`
}

const ESCAPED = /[^\x20\x21\x23-\x5b\x5d-\x7e]/
