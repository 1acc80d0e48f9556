/** Commands of the trade date's beginning: statements of positions and of live orders, and the calendars that roll it. */
import { ID_CHARS, NAME_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, note, type RecordLayout, text } from './schema.ts'

export const ADOPT_STATEMENT = command(
  44,
  1,
  'AdoptStatement',
  'A person makes a statement that differs the position: another one than who sent it.',
  [
    i32('account', 'id', 'ACCOUNT.'),
    i32('tradeDate', 'date', 'As-of date of the statement.'),
    i32('hash0', 'number', 'Hash of the statement that the person has seen, low word.'),
    i32('hash1', 'number', 'See hash0, high word.'),
    note('reason', 'Why.'),
  ],
)

export const LIVE_ORDER_STATEMENT = command(
  45,
  1,
  'LiveOrderStatement',
  "A venue's complete list of an account's live orders: opened, row by row, closed.",
  [
    f64('asOfUs', 'timeUs', 'Of the opening: when the list was made. Orders approved later are not missing in it.'),
    f64('orderSeq', 'seq', 'Of a row: OrderID as the gate gave it; 0 where the clOrdID names it.'),
    f64('leavesQty', 'qty', 'Of a row: LeavesQty (151).'),
    f64('cumQty', 'qty', 'Of a row: CumQty (14).'),
    f64('price', 'price', 'Of a row: Price (44); 0 without flag 1.'),
    f64('stopPx', 'price', 'Of a row: StopPx (99); 0 without flag 2.'),
    f64('expireTimeUs', 'timeUs', 'Of a row: ExpireTime (126) of a GTD order; else 0.'),
    i32('step', 'code', '0 opens, 1 a row, 2 closes.'),
    i32('account', 'id', 'ACCOUNT.'),
    i32('venue', 'id', 'VENUE.'),
    i32('tradeDate', 'date', 'Of opening and closing: the trade date that it is for.'),
    i32('rows', 'count', 'Of opening and closing: how many rows it has.'),
    i32('owner', 'id', 'SESSION whose order it is. Of the opening: for rows that name none.'),
    i32('trader', 'id', 'TRADER. Of the opening: for orders that nobody knows. Of a row -1 where not known.'),
    i32('strategy', 'id', 'STRATEGY. Of the opening: for orders that nobody knows. Of a row -1 where not known.'),
    i32('orderSlot', 'id', 'Of a row: slot part of the OrderID; -1 where the clOrdID names it.'),
    i32('instrument', 'id', 'Of a row: INSTRUMENT.'),
    i32('side', 'code', 'Of a row: index in SIDES.'),
    i32('ordType', 'code', 'Of a row: index in ORD_TYPES.'),
    i32('timeInForce', 'code', 'Of a row: index in TIMES_IN_FORCE.'),
    i32('flags', 'flags', 'Of a row: 1 price given, 2 stopPx given, 4 expireTime given.'),
    text('clOrdID', ID_CHARS, 'Of a row: ClOrdID (11) as the venue has it.'),
    text('venueOrderID', ID_CHARS, "Of a row: the venue's own OrderID (37), evidence only."),
  ],
)

export const POSITION_STATEMENT = command(
  54,
  1,
  'PositionStatement',
  "Opens or closes an account's complete position statement; its rows are Position commands in between.",
  [
    i32('step', 'code', '0 opens, 1 closes: only then it takes effect.'),
    i32('account', 'id', 'ACCOUNT.'),
    i32('tradeDate', 'date', 'The trade date that begins with these positions.'),
    i32('rows', 'count', 'How many rows it has.'),
    i32('hash0', 'number', 'FNV-1a of 64 bits over its rows, low word.'),
    i32('hash1', 'number', 'See hash0, high word.'),
  ],
)

const WHOSE = [
  i32('entity', 'id', 'ENTITY whose calendar it is; -1 the firm, or the venue.'),
  i32('venue', 'id', 'VENUE whose calendar it is; -1 where the firm or an entity is meant.'),
] as const

export const CALENDAR = command(57, 1, 'Calendar', 'When trade dates begin: of the firm, an entity or a venue.', [
  ...WHOSE,
  i32('rollSeconds', 'count', 'Seconds of the local day at which a trade date begins.'),
  i32('evening', 'flags', '1 it begins on the evening before: Monday on Sunday.'),
  i32('weekend', 'flags', 'Days of the week without trading: bit 0 Sunday to bit 6 Saturday.'),
  i32('closeSeconds', 'count', 'Of a venue: seconds of the local day at which it closes; -1 where not given.'),
  text('zone', NAME_CHARS, 'IANA zone, as America/New_York.'),
])

export const CALENDAR_DAY = command(58, 1, 'CalendarDay', 'A holiday or a half day of a calendar.', [
  ...WHOSE,
  i32('date', 'date', 'The date, as yyyymmdd.'),
  i32('kind', 'code', 'Index in CALENDAR_DAY_KINDS.'),
  i32('closeSeconds', 'count', 'Of a half day: seconds of the local day at which it closes; else -1.'),
])

export const ZONE_TRANSITIONS = command(
  59,
  1,
  'ZoneTransitions',
  'How far a zone is from UTC in an interval of time.',
  [
    f64('fromUs', 'timeUs', 'From this instant on; what was said of later instants is cut off.'),
    f64('untilUs', 'timeUs', 'Until before this instant; what comes after it is not known yet.'),
    i32('offsetSeconds', 'count', 'Local time less UTC.'),
    text('zone', NAME_CHARS, 'IANA zone.'),
  ],
)

export const STATEMENT_SWEEP = command(
  60,
  1,
  'StatementSweep',
  'Compares a closed list of live orders with the orders that stand, some rows or slots a time.',
  [
    i32('account', 'id', 'ACCOUNT.'),
    i32('venue', 'id', 'VENUE.'),
    i32('from', 'id', 'First row; or, behind the rows, their number and the first slot.'),
  ],
)

export const DAY_COMMANDS: readonly RecordLayout[] = [
  ADOPT_STATEMENT,
  LIVE_ORDER_STATEMENT,
  POSITION_STATEMENT,
  CALENDAR,
  CALENDAR_DAY,
  ZONE_TRANSITIONS,
  STATEMENT_SWEEP,
]
