/** Events of the trade date's beginning: what statements came to, and calendars that cannot roll. */
import { f64, i32, layout, type RecordLayout } from './schema.ts'

export const STATEMENT_DIFFERS = layout(160, 1, 'StatementDiffers', 'One position that a statement says otherwise.', [
  f64('stated', 'qty', 'Start-of-day position by the statement.'),
  f64('carried', 'qty', 'Start-of-day position as it was carried.'),
  i32('account', 'id', 'ACCOUNT.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('trader', 'id', "TRADER whose position it is; -1 the account's."),
  i32('strategy', 'id', "STRATEGY whose position it is; -1 the account's."),
])

export const STATEMENT_COMPARED = layout(161, 1, 'StatementCompared', 'A complete statement was compared.', [
  i32('account', 'id', 'ACCOUNT.'),
  i32('differences', 'count', 'Positions that differ; the first of them stand before this. 0: the statement agrees.'),
])

/** What a row of a venue's list, or an order that is not on it, came to; `verdict` of LiveOrderChecked. */
export const LIVE_ORDER_VERDICTS = ['AGREES', 'DIFFERS', 'MISSING', 'ADOPTED'] as const

export const LIVE_ORDER_CHECKED = layout(162, 1, 'LiveOrderChecked', "An order was compared with a venue's list.", [
  f64('orderSeq', 'seq', 'Order; of an adopted one the number of this command.'),
  f64('valuationPx', 'price', 'Of an adopted order: price that flow metrics value it at.'),
  f64('unitN', 'number', 'Of an adopted order: ledger units per price unit and quantity unit, as n/d.'),
  f64('unitD', 'number', 'See unitN.'),
  i32('slot', 'id', 'Slot of the order.'),
  i32('account', 'id', 'ACCOUNT of the list.'),
  i32('venue', 'id', 'VENUE of the list.'),
  i32('row', 'count', 'Row of the list; -1 of an order that is not on it.'),
  i32('verdict', 'code', 'AGREES, DIFFERS, MISSING or ADOPTED.'),
  i32('alarm', 'code', 'Reason number; 0 if none.'),
  i32('state', 'code', 'State of the order from now on, index in ORDER_STATES.'),
  i32('idSlot', 'id', 'Of an adopted order: slot of its clOrdID; -1 where that was used before.'),
])

export const LIST_SWEPT = layout(163, 1, 'ListSwept', 'A StatementSweep looked at its rows or slots.', [
  i32('account', 'id', 'ACCOUNT.'),
  i32('venue', 'id', 'VENUE.'),
  i32(
    'next',
    'id',
    'Where the next sweep goes on; -1 when the list is settled, -2 when it could not be compared and is dropped.',
  ),
])

export const CALENDAR_STUCK = layout(164, 1, 'CalendarStuck', 'A calendar cannot roll by itself: a person must.', [
  i32('calendar', 'id', 'ENTITY; -1 the firm.'),
  i32('tradeDate', 'date', 'The date that it should roll to; 0 where it knows none.'),
  i32('reason', 'code', 'Reason number.'),
])

export const DAY_EVENTS: readonly RecordLayout[] = [
  STATEMENT_DIFFERS,
  STATEMENT_COMPARED,
  LIVE_ORDER_CHECKED,
  LIST_SWEPT,
  CALENDAR_STUCK,
]
