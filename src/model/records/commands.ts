/**
 * The command table: every record type that the sequencer stamps, with its fields. Types below 128 are commands, the
 * others events. Numbers are for ever; a later version of a record only appends fields.
 *
 * Every command opens with the same four fields. Ids are those that the engine gave at definition; -1 is "none" or, in
 * an order, "named but not known" (the name then stands in `unresolved`).
 */
import { ID_CHARS, NAME_CHARS, TEXT_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { CONNECTION_COMMANDS } from './connection-commands.ts'
import { CONTROL_COMMANDS } from './control-commands.ts'
import { DAY_COMMANDS } from './day-commands.ts'
import { FATE_COMMANDS } from './fate-commands.ts'
import { CANCEL_FIELDS, JOURNAL_COMMANDS } from './journal-commands.ts'
import { PEOPLE_COMMANDS } from './people-commands.ts'
import { f64, i32, note, optional, type RecordLayout, text } from './schema.ts'

/** FIX NewOrderSingle (D). */
const ORDER_FIELDS = [
  f64('orderQty', 'qty', 'OrderQty (38).'),
  f64('price', 'price', 'Price (44); 0 without flag 1.'),
  f64('stopPx', 'price', 'StopPx (99); 0 without flag 2.'),
  f64('expireTimeUs', 'timeUs', 'ExpireTime (126) of a GTD order; else 0.'),
  f64('transactTimeUs', 'timeUs', "The client's TransactTime (60), evidence only; 0 if none."),
  f64('receivedTimeUs', 'timeUs', 'When the gateway had read it, evidence only.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('account', 'id', 'ACCOUNT.'),
  i32('trader', 'id', 'TRADER.'),
  i32('strategy', 'id', 'STRATEGY; "manual" is a strategy that the hierarchy defines.'),
  i32('venue', 'id', 'VENUE; -1 leaves the venue open, -2 one that is not known.'),
  i32('side', 'code', 'Index in SIDES; -1 for another value.'),
  i32('ordType', 'code', 'Index in ORD_TYPES; -1 for another value.'),
  i32('timeInForce', 'code', 'Index in TIMES_IN_FORCE; -1 for another value.'),
  i32('flags', 'flags', '1 price given, 2 stopPx given, 4 expireTime given.'),
  i32('locate', 'id', 'Locate for a short sale; -1 none, -2 one that is not known.'),
  text('clOrdID', ID_CHARS, 'ClOrdID (11).'),
  text('parentClOrdID', ID_CHARS, 'clOrdID of the parent order whose slice this is; empty if none.'),
  note('unresolved', 'Names that no id was found for, as field=name pairs.'),
] as const

export const NEW_ORDER = command(1, 4, 'NewOrder', 'One proposed order (FIX NewOrderSingle).', [
  ...ORDER_FIELDS,
  optional(f64('confirmSeq', 'seq', 'Soft block that a person has confirmed; 0 none. Since version 2.')),
  optional(f64('overrideSeq', 'seq', 'Override that two people have agreed on; 0 none. Since version 3.')),
  optional(f64('holdUs', 'durationUs', 'How long it may be held; 0 as the parameter says. Since version 4.')),
])

export const REPLACE_ORDER = command(
  2,
  1,
  'ReplaceOrder',
  'A new version of an order (FIX OrderCancelReplaceRequest).',
  [
    f64('orderQty', 'qty', 'New total quantity, executed part included.'),
    f64('price', 'price', 'New price; 0 without flag 1.'),
    f64('stopPx', 'price', 'New stop price; 0 without flag 2.'),
    f64('transactTimeUs', 'timeUs', "The client's TransactTime, evidence only."),
    f64('receivedTimeUs', 'timeUs', 'When the gateway had read it, evidence only.'),
    i32('flags', 'flags', '1 price given, 2 stopPx given.'),
    text('clOrdID', ID_CHARS, 'ClOrdID of the new version.'),
    text('origClOrdID', ID_CHARS, 'OrigClOrdID (41): the newest version, accepted or pending.'),
  ],
)

export const CANCEL_ORDER = command(3, 1, 'CancelOrder', 'A cancel (FIX OrderCancelRequest). Always passes.', [
  ...CANCEL_FIELDS,
])

export const NOT_SENT = command(4, 1, 'NotSent', 'The owner says that an approved order, or version, was never sent.', [
  text('clOrdID', ID_CHARS, 'The order or the version.'),
])

export const CONFIRM = command(5, 1, 'Confirm', 'A person confirms a soft block.', [
  f64('confirmSeq', 'seq', 'Sequence number of the soft-blocked decision.'),
  note('reason', 'Why.'),
])

export const EVALUATE = command(6, 1, 'Evaluate', 'A what-if: judged like a new order, reserves nothing.', [
  ...ORDER_FIELDS,
  i32('control', 'code', 'Index of the one control asked for; -1 for all.'),
])

export const EXECUTION_REPORT = command(7, 1, 'ExecutionReport', 'FIX ExecutionReport (8) from an execution source.', [
  f64('orderSeq', 'seq', 'OrderID as the gate gave it: sequence number of the NewOrder; 0 if the clOrdID names it.'),
  f64('lastQty', 'qty', 'LastQty (32).'),
  f64('lastPx', 'price', 'LastPx (31).'),
  f64('cumQty', 'qty', 'CumQty (14): checked, never booked; -1 if not given.'),
  f64('transactTimeUs', 'timeUs', 'TransactTime (60), evidence only.'),
  i32('orderSlot', 'id', 'Slot part of the OrderID; -1 if the clOrdID names the order.'),
  i32('owner', 'id', 'SESSION whose clOrdID it is.'),
  i32('execType', 'code', 'Index in EXEC_TYPES.'),
  i32('venue', 'id', 'VENUE that executed; -1 if not given.'),
  i32('account', 'id', 'For an order that the gate does not know.'),
  i32('trader', 'id', 'For an order that the gate does not know.'),
  i32('strategy', 'id', 'For an order that the gate does not know.'),
  i32('instrument', 'id', 'For an order that the gate does not know.'),
  i32('side', 'code', 'For an order that the gate does not know.'),
  text('execID', ID_CHARS, 'ExecID (17): the key with source, venue and trade date.'),
  text('execRefID', ID_CHARS, 'ExecRefID (19) of a bust or a correct.'),
  text('clOrdID', ID_CHARS, 'ClOrdID (11).'),
  text('origClOrdID', ID_CHARS, 'OrigClOrdID (41).'),
  note('text', 'Text (58).'),
])

export const POSITION = command(8, 2, 'Position', 'A start-of-day position: at once, or a row of an open statement.', [
  f64('qty', 'qty', 'Signed position.'),
  i32('account', 'id', 'ACCOUNT.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('trader', 'id', 'TRADER; -1 where not allocated.'),
  i32('strategy', 'id', 'STRATEGY; -1 where not allocated.'),
  i32('statement', 'flags', '1 a row of the open PositionStatement of its account; 0 stated at once.'),
])

export const QUOTE = command(9, 1, 'Quote', 'Best bid and offer, last trade, or both.', [
  f64('bidPx', 'price', 'Best bid; without flag 1 there is none.'),
  f64('askPx', 'price', 'Best offer; without flag 2 there is none.'),
  f64('lastPx', 'price', 'Last trade; without flag 4 it is unchanged.'),
  f64('sourceTimeUs', 'timeUs', "The feed's own time, evidence only."),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('feed', 'id', 'FEED; its heartbeat says whether the quote is alive.'),
  i32('flags', 'flags', '1 bid, 2 ask, 4 last trade, 8 the sides are not updated, only the last trade is.'),
])

export const FEED_HEARTBEAT = command(10, 1, 'FeedHeartbeat', 'A feed is alive.', [
  f64('sourceTimeUs', 'timeUs', "The feed's own time, evidence only."),
  i32('feed', 'id', 'FEED.'),
])

export const INSTRUMENT_STATE = command(11, 1, 'InstrumentState', 'Halt, Rule 201, prior close, manual price.', [
  f64('priorClose', 'price', 'Prior close, with flag 1.'),
  f64('manualPx', 'price', 'Approved manual price, with flag 2; flag 2 with manualUntilUs 0 takes it away.'),
  f64('manualUntilUs', 'timeUs', 'When the manual price ends.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('halted', 'flags', '1 halted, 0 not, with flag 4.'),
  i32('rule201', 'flags', '1 the Rule 201 price test applies, 0 not, with flag 8.'),
  i32('active', 'flags', '1 tradable, 0 not, with flag 16.'),
  i32('flags', 'flags', 'Which of the fields are given: 1, 2, 4, 8, 16 as above.'),
])

export const SESSION_PHASE = command(12, 2, 'SessionPhase', "A venue's phase of the day.", [
  i32('venue', 'id', 'VENUE.'),
  i32('phase', 'code', 'Index in SESSION_PHASES.'),
  i32('sweep', 'id', 'The gate itself looks for orders that end with the day: 1 + the first slot looked at; else 0.'),
])

export const INSTRUMENT = command(13, 1, 'Instrument', 'Defines an instrument, or changes what may change.', [
  f64('tick', 'price', 'Smallest price step, in price units.'),
  f64('lot', 'qty', 'Smallest quantity step, in quantity units.'),
  f64('qtyMax', 'qty', 'Largest order that the venue takes.'),
  f64('multiplierN', 'number', 'Contract multiplier as n/d.'),
  f64('multiplierD', 'number', 'See multiplierN.'),
  f64('priceUnitsPerCurrency', 'number', '1, or 100 where the price is in a minor unit such as pence.'),
  f64('priorClose', 'price', 'Prior close; with flag 8.'),
  i32('priceDecimals', 'number', 'pd: price is in 10^-pd.'),
  i32('qtyDecimals', 'number', 'qd: quantity is in 10^-qd.'),
  i32('currency', 'id', 'CURRENCY of the price.'),
  i32('sector', 'id', 'SECTOR; -1 is UNCLASSIFIED, which has a limit of its own.'),
  i32('assetClass', 'id', 'ASSET_CLASS.'),
  i32('underlying', 'id', 'INSTRUMENT; -1 where it is its own.'),
  i32('feed', 'id', 'FEED that quotes it.'),
  i32('flags', 'flags', '1 price may be negative, 2 inverse contract, 4 Reg SHO applies, 8 priorClose given.'),
  text('symbol', NAME_CHARS, 'Symbol (55).'),
])

export const HIERARCHY = command(
  14,
  1,
  'Hierarchy',
  'Defines a name: a scope, venue, feed, sector, currency and so on.',
  [
    i32('kind', 'code', 'Index in NAME_KINDS.'),
    i32('entity', 'id', 'ENTITY of an account.'),
    i32('client', 'id', 'CLIENT of an account.'),
    i32('desk', 'id', "DESK of a trader; an account's home desk."),
    i32('trader', 'id', 'TRADER responsible for a strategy.'),
    i32('owner', 'id', 'OWNER (beneficial owner) of an account.'),
    i32(
      'flags',
      'flags',
      'VENUE: 1 replaces are not atomic. OWNER: 1 self-match across venues, 2 resting orders are canceled first. PRINCIPAL: 1 person. STRATEGY: 1 algorithm.',
    ),
    text('name', NAME_CHARS, 'The name, unique in its kind.'),
  ],
)

export const BINDING = command(15, 1, 'Binding', 'Permits, or forbids again, what two names may do together.', [
  i32('kind', 'code', 'Index in BINDING_KINDS; a and b are what its words name, in that order.'),
  i32('a', 'id', 'First name.'),
  i32('b', 'id', 'Second name; a bit set of duties for PRINCIPAL_DUTY.'),
  i32('allow', 'flags', '1 permits, 0 forbids.'),
])

export const LIST = command(16, 1, 'List', 'An entry of the restricted list or of the easy-to-borrow list.', [
  f64('fromUs', 'timeUs', 'Effective from.'),
  f64('untilUs', 'timeUs', 'Effective until; 0 for no end.'),
  i32('list', 'code', 'Index in LIST_KINDS.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('subject', 'id', 'Subject that it is for; -1 for everyone.'),
  i32('mode', 'code', 'Index in LIST_MODES.'),
])

export const LOCATE = command(17, 1, 'Locate', 'Shares that may be borrowed for short sales (Reg SHO 203(b)(1)).', [
  f64('qty', 'qty', 'Quantity located.'),
  f64('untilUs', 'timeUs', 'When the locate ends.'),
  i32('account', 'id', 'ACCOUNT that it is for.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  text('locateID', ID_CHARS, 'Its id.'),
  text('source', NAME_CHARS, 'Who located.'),
])

export const FX = command(18, 1, 'Fx', 'The rate of a currency to the base currency.', [
  f64('rate', 'number', 'Base currency per unit, as an integer in 10^-decimals.'),
  i32('decimals', 'number', 'Decimals of the rate.'),
  i32('currency', 'id', 'CURRENCY.'),
  i32('haircutBps', 'bps', 'Haircut on either side.'),
])

export const CAPITAL = command(19, 1, 'Capital', 'The base that a share of capital is a share of.', [
  f64('amount', 'money', 'Capital or net asset value.'),
  f64('floor', 'money', 'The base is the larger of the amount and this.'),
  f64('asOfUs', 'timeUs', 'As of when; older than one business day blocks.'),
  i32('subject', 'id', 'Subject.'),
])

export const ADV = command(20, 1, 'Adv', 'Average daily volume of an instrument.', [
  f64('qty', 'qty', 'Average daily volume.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('days', 'count', 'Days that it averages.'),
])

export const PARAMETER = command(21, 1, 'Parameter', 'Sets a parameter that can change a decision.', [
  f64('value', 'number', "In the parameter's own unit."),
  i32('parameter', 'code', 'Index in PARAMETERS.'),
])

export const LIMIT = command(22, 2, 'Limit', 'Sets a limit row, or takes it away.', [
  f64('hard', 'number', "In the control's unit; an order passes at equality. MAX is unlimited, 0 nothing allowed."),
  f64('hardForReducing', 'number', 'For orders that pass the cumulative reduce-only test; at least hard. 0: as hard.'),
  f64('soft', 'number', 'Soft level; 0 for none.'),
  f64('param', 'number', 'C01, B09: window in microseconds. B03: ticks that the band has at least. Else 0.'),
  f64('effectiveUs', 'timeUs', 'Effective from; 0 at once.'),
  f64('expiresUs', 'timeUs', 'When it reverts; 0 never.'),
  f64('warn1Bps', 'bps', 'Warning level as a share of hard; 0 for none.'),
  f64('warn2Bps', 'bps', 'See warn1Bps.'),
  f64('warn3Bps', 'bps', 'See warn1Bps.'),
  f64('warn4Bps', 'bps', 'See warn1Bps.'),
  i32('control', 'code', 'Index in CONTROLS.'),
  i32('subject', 'id', 'Subject.'),
  i32('objectKind', 'code', 'Index in OBJECT_KINDS.'),
  i32('object', 'id', 'Id of that kind; -1 is each.'),
  i32('action', 'code', 'Index in LIMIT_ACTIONS.'),
  i32('mode', 'code', 'Index in LIMIT_MODES.'),
  i32(
    'flags',
    'flags',
    '1 takes the row away, 2 enforces it on what rests, 4 temporary: expiresUs must be given, 8 drops what waits to replace it.',
  ),
  note('reason', 'Why.'),
  i32('phase', 'code', 'B03: index in SESSION_PHASES + 1 of the only phase that the row is for; 0 any.'),
])

export const KILL = command(23, 1, 'Kill', 'Sets a latch over a conjunction of scopes; -1 is any.', [
  i32('entity', 'id', 'ENTITY.'),
  i32('client', 'id', 'CLIENT.'),
  i32('desk', 'id', 'DESK.'),
  i32('trader', 'id', 'TRADER.'),
  i32('account', 'id', 'ACCOUNT.'),
  i32('strategy', 'id', 'STRATEGY.'),
  i32('sessionScope', 'id', 'SESSION.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('underlying', 'id', 'INSTRUMENT.'),
  i32('assetClass', 'id', 'ASSET_CLASS.'),
  i32('sector', 'id', 'SECTOR.'),
  i32('venue', 'id', 'VENUE.'),
  i32('side', 'code', '0 buys, 1 everything that sells, -1 both.'),
  i32('state', 'code', 'Index in TRADING_STATES, not ACTIVE.'),
  note('reason', 'Why.'),
])

export const KILL_SWEEP = command(
  24,
  2,
  'KillSweep',
  'Requests the cancels of a latch, at most 256 order slots a time; or those that a limit asks for, of at most 256 orders.',
  [
    i32('latch', 'id', 'Latch; -1 where a limit asks.'),
    i32('fromSlot', 'id', 'First slot looked at; 0 where a limit asks.'),
    optional(
      f64('beforeSeq', 'seq', 'Where a limit asks: only orders older than this are asked; 0 all. Since version 2.'),
    ),
    optional(
      i32('limit', 'flags', '1 where the limit asks that is first in line; 0 where a latch does. Since version 2.'),
    ),
  ],
)

export const RELEASE = command(25, 2, 'Release', 'Asks for, or approves, the release of one latch.', [
  i32('latch', 'id', 'Latch.'),
  i32('state', 'code', 'Index in TRADING_STATES that it goes to; ACTIVE ends it.'),
  i32('step', 'code', '0 request, 1 approve: another person than the one who requested.'),
  text('reason', TEXT_CHARS, 'Why.'),
  note('rootCause', 'Of a request: what had happened, and why it will not happen again. Since version 2.'),
])

export const DAY_ROLL = command(
  26,
  1,
  'DayRoll',
  'Ends a trade date: zeroes executed flow, carries orders at new marks.',
  [
    i32('calendar', 'id', 'ENTITY whose accounting day ends; -1 the firm.'),
    i32('tradeDate', 'date', 'The date that begins, as yyyymmdd.'),
  ],
)

export const TICK = command(27, 1, 'Tick', 'Time passes: due timers fire.', [])

export const GENESIS = command(28, 3, 'Genesis', 'The first record of a journal.', [
  i32('profile', 'code', '0 demo, 1 production.'),
  i32('ledgerDecimals', 'number', 'ld: money is in 10^-ld of the base currency.'),
  i32('tradeDate', 'date', 'First trade date, as yyyymmdd.'),
  text('firm', NAME_CHARS, 'Firm id.'),
  text('baseCurrency', NAME_CHARS, 'Base currency.'),
  text(
    'officer1',
    NAME_CHARS,
    'PRINCIPAL 0, a person with OFFICER_DUTIES; FIRST_OFFICER_DUTIES before version 3. A demo may have none.',
  ),
  text('officer2', NAME_CHARS, 'PRINCIPAL 1, likewise.'),
])

export const COMMANDS: readonly RecordLayout[] = [
  ...CONTROL_COMMANDS,
  NEW_ORDER,
  REPLACE_ORDER,
  CANCEL_ORDER,
  NOT_SENT,
  CONFIRM,
  EVALUATE,
  EXECUTION_REPORT,
  POSITION,
  QUOTE,
  FEED_HEARTBEAT,
  INSTRUMENT_STATE,
  SESSION_PHASE,
  INSTRUMENT,
  HIERARCHY,
  BINDING,
  LIST,
  LOCATE,
  FX,
  CAPITAL,
  ADV,
  PARAMETER,
  LIMIT,
  KILL,
  KILL_SWEEP,
  RELEASE,
  DAY_ROLL,
  TICK,
  GENESIS,
  ...FATE_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...DAY_COMMANDS,
  ...JOURNAL_COMMANDS,
  ...PEOPLE_COMMANDS,
]
