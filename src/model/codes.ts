/**
 * Every reason that the gate can give for not doing what a command asked, in one table: number, code, the control that
 * it belongs to, its FIX OrdRejReason (103), and what to do about it. Numbers are in the journal: append only, never
 * reuse. `docs/reference/errors.md` is generated from here.
 */

export interface ReasonRow {
  readonly number: number
  readonly code: string
  /** Id of the control that gives it, or 'command' for one that no control judges. */
  readonly control: string
  /** FIX OrdRejReason (103) on 5.0 SP2 and on 4.2/4.4. */
  readonly fix: readonly [number, number]
  readonly text: string
}

const row = (number: number, code: string, control: string, fix50: number, fix44: number, text: string): ReasonRow => ({
  number,
  code,
  control,
  fix: [fix50, fix44],
  text,
})

export const REASONS: readonly ReasonRow[] = [
  row(0, 'NONE', 'command', 0, 0, 'Nothing was refused.'),
  // Trading state and access.
  row(10, 'KILLED', 'M04', 0, 0, 'A kill stands over a scope of this order. Only cancels pass.'),
  row(11, 'BLOCKED', 'M04', 0, 0, 'A scope of this order is blocked. Only cancels and reducing replaces pass.'),
  row(12, 'REDUCE_ONLY', 'M04', 0, 0, 'A scope of this order may only reduce its position.'),
  row(20, 'NOT_PERMITTED', 'A02', 6, 99, 'The session is not bound to this account, trader or venue.'),
  // Structure.
  row(30, 'UNSUPPORTED_ORDER_TYPE', 'A01', 11, 99, 'OrdType or TimeInForce is none that this version knows.'),
  row(31, 'INVALID_SIDE', 'A01', 99, 99, 'Side is none that this version knows.'),
  row(32, 'INVALID_QTY', 'A01', 13, 13, 'orderQty must be positive, a multiple of the lot and inside the instrument.'),
  row(33, 'INVALID_PRICE', 'A01', 18, 99, 'price is missing, given for a type without one, off the tick, or negative.'),
  row(
    34,
    'INVALID_STOP_PX',
    'A01',
    18,
    99,
    'stopPx is missing, given for a type without one, off the tick, or negative.',
  ),
  row(35, 'INVALID_EXPIRY', 'A01', 99, 99, 'expireTime is missing for GTD, given without it, or not in the future.'),
  row(36, 'VALUE_OUT_OF_RANGE', 'A01', 13, 13, 'The value of the order cannot be held exactly.'),
  row(37, 'CAPACITY', 'A01', 0, 99, 'A table of the gate is full. Raise its size in the configuration.'),
  // Names and permissions.
  row(40, 'UNKNOWN_INSTRUMENT', 'A03', 1, 1, 'No instrument has this symbol.'),
  row(41, 'UNKNOWN_ACCOUNT', 'A03', 15, 15, 'No account has this name.'),
  row(42, 'UNKNOWN_TRADER', 'A03', 99, 99, 'No trader has this name.'),
  row(43, 'UNKNOWN_STRATEGY', 'A03', 99, 99, 'No strategy has this name.'),
  row(44, 'UNKNOWN_VENUE', 'A03', 99, 99, 'No venue has this name.'),
  row(45, 'HIERARCHY_MISMATCH', 'A03', 99, 99, 'The trader or the strategy is not permitted on this account.'),
  row(46, 'INSTRUMENT_NOT_PERMITTED', 'A03', 99, 99, 'The account may not trade this asset class.'),
  row(50, 'INSTRUMENT_INACTIVE', 'A06', 2, 2, 'The instrument is not active, or its venue is closed.'),
  row(51, 'FX_STALE', 'A06', 99, 99, 'The FX rate of its currency is too old. Only what reduces passes.'),
  row(60, 'LIMIT_MISSING', 'A05', 99, 99, 'A mandatory limit is not set. Nothing passes without it.'),
  // Single order.
  row(70, 'MAX_ORDER_QTY', 'B01', 26, 3, 'orderQty is over a limit.'),
  row(80, 'PRICE_COLLAR', 'B03', 16, 99, 'The price is too far on the aggressive side of the reference.'),
  row(81, 'REF_PRICE_UNAVAILABLE', 'B03', 19, 99, 'No reference price is fresh enough to judge or value the order.'),
  row(90, 'MARKET_ORDER_PROTECTION', 'B05', 99, 99, 'A market order needs a reference price and a collar.'),
  row(100, 'MAX_ORDER_NOTIONAL', 'B02', 27, 3, 'The value of the order is over a limit.'),
  row(110, 'DUPLICATE_ORDER', 'B09', 6, 6, 'The same order was sent too often within the window.'),
  row(120, 'MESSAGE_RATE', 'C01', 3, 3, 'Too many messages within the window.'),
  row(130, 'MAX_OPEN_ORDERS', 'C05', 3, 3, 'Too many open orders.'),
  row(140, 'SELF_MATCH', 'H01', 99, 99, 'The order could trade with a resting order of the same beneficial owner.'),
  // Regulation: the rule's own code stands in the decision's rule id.
  row(
    150,
    'REGULATORY_RULE',
    'I00',
    99,
    99,
    'A regulatory rule refuses the order; the rule and its citation are named.',
  ),
  // Exposure.
  row(155, 'OPEN_ORDER_NOTIONAL', 'D06', 25, 3, 'The value of open orders would be over a limit.'),
  row(160, 'DAILY_GROSS', 'D03', 25, 3, "The day's executed and open notional would be over a limit."),
  row(170, 'PORTFOLIO_GROSS', 'D05', 25, 3, 'The worst-case gross position would be over a limit.'),
  row(180, 'INTRADAY_NET', 'D02', 25, 3, 'The worst-case net position would be over a limit.'),
  row(
    190,
    'SECTOR_CONCENTRATION',
    'D08',
    25,
    3,
    'The worst-case gross in the sector would be over a share of capital.',
  ),
  row(
    191,
    'CAPITAL_UNAVAILABLE',
    'D08',
    25,
    3,
    'The capital that the sector limit is a share of is missing or too old.',
  ),
  // Controls beyond the mandatory ones.
  row(310, 'MAX_LONG_POSITION', 'D01L', 25, 3, 'The worst-case long position would be over a limit.'),
  row(311, 'MAX_SHORT_POSITION', 'D01S', 25, 3, 'The worst-case short position would be over a limit.'),
  row(312, 'GROSS_EXECUTED', 'D04', 25, 3, "The day's executed notional is over a limit: only reducing orders pass."),
  row(313, 'MAX_ORDER_PCT_ADV', 'B07', 26, 3, 'orderQty is over a share of the average daily volume.'),
  row(
    314,
    'CUM_PCT_ADV',
    'B08',
    26,
    3,
    "The day's executed and open quantity would be over a share of the daily volume.",
  ),
  row(
    315,
    'ADV_UNAVAILABLE',
    'B07',
    26,
    3,
    'The average daily volume that a limit is a share of is missing or too old.',
  ),
  row(316, 'PRICE_COLLAR_WINDOW', 'B04', 16, 99, 'Own executions of this side have moved too far from the reference.'),
  row(317, 'REPEATED_EXECUTION', 'C03', 99, 99, 'Executed too often since a person last let it trade.'),
  row(318, 'REJECT_STORM', 'C06', 99, 99, 'Too many refusals within the window.'),
  row(319, 'DAILY_LOSS', 'E05', 25, 3, "The day's loss has reached a limit: only reducing orders pass."),
  row(
    320,
    'PROFIT_UNAVAILABLE',
    'E05',
    25,
    3,
    'A position has no mark to tell its profit by: only reducing orders pass.',
  ),
  row(321, 'BASKET_TOTAL', 'B12', 27, 3, 'The gross value of the basket would be over a limit.'),
  row(
    322,
    'PARENT_CHILD',
    'B13',
    99,
    99,
    'The slices would come to more than their parent order. The strategy is blocked.',
  ),
  row(
    323,
    'PARENT_MISMATCH',
    'B13',
    99,
    99,
    'The slice is of another account, strategy, instrument or side than its parent, or late.',
  ),
  row(324, 'PARENT_UNKNOWN', 'B13', 99, 99, 'No parent order of this client has this parentClOrdID.'),
  row(
    325,
    'ALGO_NOT_REGISTERED',
    'A07',
    99,
    99,
    'The strategy is an algorithm without a registration that was approved for here.',
  ),
  row(
    326,
    'MARKET_DATA',
    'B16',
    99,
    99,
    'The feed of the instrument was not heard of for too long, or its book is crossed.',
  ),
  // Commands as such.
  row(200, 'RISK_ERROR', 'command', 99, 99, 'A control failed to give a result. The order is refused.'),
  row(201, 'CLORDID_CONFLICT', 'command', 6, 6, 'This clOrdID was used with other content.'),
  row(202, 'UNKNOWN_ORDER', 'command', 5, 5, 'No live order of this client has this clOrdID.'),
  row(203, 'ORDER_TERMINAL', 'command', 0, 0, 'The order has ended.'),
  row(204, 'REPLACE_STALE', 'command', 99, 99, 'The replace does not name the newest version of the order.'),
  row(205, 'REPLACE_PENDING_MAX', 'command', 99, 99, 'Eight replaces of this order are unresolved.'),
  row(206, 'NOT_SENT_REFUSED', 'command', 99, 99, 'The order is known at the market: an execution report exists.'),
  row(207, 'UNSUPPORTED_COMMAND', 'command', 99, 99, 'This version does not carry out this command.'),
  row(208, 'ORDER_UNKNOWN_STATE', 'command', 99, 99, 'The command does not fit the state of the order.'),
  row(210, 'EXEC_CONFLICT', 'command', 99, 99, 'This execID was reported with other content. Nothing was booked.'),
  row(211, 'EXEC_DUPLICATE', 'command', 99, 99, 'This execID was booked before.'),
  row(212, 'UNKNOWN_EXECUTION', 'command', 99, 99, 'An execution of an order that the gate does not know.'),
  row(213, 'OVERFILL', 'command', 99, 99, 'More was executed than was ordered.'),
  row(214, 'LATE_FILL', 'command', 99, 99, 'An execution of an order that had ended.'),
  row(215, 'CUM_QTY_MISMATCH', 'command', 99, 99, 'cumQty of the report is not the sum of the executions.'),
  row(216, 'UNKNOWN_EXEC_REF', 'command', 99, 99, 'The execution to bust or correct is not known.'),
  row(220, 'UNKNOWN_NAME', 'command', 99, 99, 'A name in the command is not known.'),
  row(221, 'NAME_CONFLICT', 'command', 99, 99, 'The name exists with other parents; reassignment is at the day roll.'),
  row(222, 'INVALID_VALUE', 'command', 99, 99, 'A value of the command is outside its range.'),
  row(223, 'UNKNOWN_LATCH', 'command', 99, 99, 'No latch has this id.'),
  row(224, 'MAKER_IS_CHECKER', 'command', 99, 99, 'The one who asked may not be the one who approves.'),
  row(225, 'NOT_REQUESTED', 'command', 99, 99, 'A release must be requested before it is approved.'),
  row(226, 'DUTY_MISSING', 'command', 99, 99, 'The principal does not hold the duty that this command needs.'),
  row(227, 'CROSSED_QUOTE', 'command', 99, 99, 'Bid is not below ask: the quote gives no mid.'),
  row(228, 'QUOTE_QUARANTINED', 'command', 99, 99, 'The quote jumped too far and waits for a second one or a trade.'),
  row(229, 'BOOKING_OVERFLOW', 'command', 99, 99, 'A sum cannot be held exactly; the scope is blocked.'),
  row(
    230,
    'INSTRUMENT_IN_USE',
    'command',
    99,
    99,
    'Units of an instrument are fixed while it has orders or positions.',
  ),
  row(231, 'DAY_ROLLED', 'command', 99, 99, 'This date was rolled before.'),
  row(232, 'GENESIS_MISSING', 'command', 99, 99, 'The journal must open with a genesis record.'),
  row(233, 'GENESIS_REPEATED', 'command', 99, 99, 'The journal has its genesis record.'),
  row(234, 'LIMIT_BELOW_USE', 'command', 99, 99, 'The new limit is below the use; what raises the use is refused.'),
  // The fate of orders and executions.
  row(240, 'WASH_HOLD_EXPIRED', 'H01', 99, 99, 'The crossing orders did not end in time: the held order is refused.'),
  row(
    241,
    'HOLD_ENDED',
    'H01',
    99,
    99,
    'The held order was cancelled, was never to be sent, or is at the market unapproved.',
  ),
  row(
    242,
    'NOT_EXECUTION_SOURCE',
    'command',
    99,
    99,
    "This session is not the execution source of the order's account.",
  ),
  row(243, 'NOT_EXPLAINED', 'command', 99, 99, 'A person must explain the unknown execution before its release.'),
  row(244, 'NOT_A_STOP', 'command', 99, 99, 'The order is no stop that waits for its trigger.'),
  row(245, 'TRIGGER_REFUSED', 'command', 99, 99, 'A triggered stop would not pass now: its cancel is asked for.'),
  row(246, 'UNMATCHED_BUST', 'command', 99, 99, 'The execution that a bust or a correct is about never came.'),
  // What keeps a latch from ending.
  row(
    350,
    'RELEASE_ORDERS_UNKNOWN',
    'command',
    99,
    99,
    'Orders under the latch are UNKNOWN: find out first, or lower it.',
  ),
  row(
    351,
    'RELEASE_ORDERS_OPEN',
    'command',
    99,
    99,
    'Orders under the kill have not ended: wait for them, or lower it.',
  ),
  // Soft levels.
  row(280, 'SOFT_LIMIT', 'command', 0, 0, 'The use is over a soft level: a person must confirm this order.'),
  row(
    281,
    'UNKNOWN_CONFIRMATION',
    'A01',
    99,
    99,
    'No soft block waits under this number: expired, used, or never there.',
  ),
  row(
    282,
    'NOT_CONFIRMED',
    'A01',
    99,
    99,
    'Nobody has confirmed the soft block, or approved the override, that the order names.',
  ),
  row(283, 'CONFIRMATION_MISMATCH', 'A01', 99, 99, 'The order is not the one that was confirmed: no field may change.'),
  row(284, 'AGREED_BEFORE', 'command', 99, 99, 'It was confirmed, approved or asked for before.'),
  row(
    285,
    'UNKNOWN_OVERRIDE',
    'A01',
    99,
    99,
    'No override waits under this number: expired, used, revoked, stopped, or none.',
  ),
  row(
    286,
    'NOT_OVERRIDABLE',
    'command',
    99,
    99,
    'No row of such a control refused the order, it may not be overridden, or it is too old.',
  ),
  row(287, 'OVERRIDE_MISMATCH', 'A01', 99, 99, 'The order is not the one that was overridden: no field may change.'),
  // What takes two people.
  row(260, 'TWO_PEOPLE_NEEDED', 'command', 99, 99, 'This is no tightening: propose it, and another person approves.'),
  row(261, 'UNKNOWN_PROPOSAL', 'command', 99, 99, 'No proposal has this id.'),
  row(262, 'PROPOSAL_STATE', 'command', 99, 99, 'The proposal is not in the state that this command needs.'),
  row(263, 'NOT_THE_MAKER', 'command', 99, 99, 'Only who made the proposal may go on with it.'),
  row(264, 'CONTENT_MISMATCH', 'command', 99, 99, 'Number or hash of the lines are not those of the proposal.'),
  row(265, 'PROPOSAL_CONFLICT', 'command', 99, 99, 'This key, or this line, was used with other content.'),
  row(266, 'LINE_OUT_OF_ORDER', 'command', 99, 99, 'The line is not the next one of the draft.'),
  row(267, 'NOT_PROPOSABLE', 'command', 99, 99, 'No proposal may carry such a command.'),
  // The firm and its people.
  row(360, 'FIRM_NOT_OPENED', 'command', 99, 99, 'A production firm is blocked until two officers release it.'),
  row(361, 'PERSON_NOT_APPROVED', 'command', 99, 99, 'No machine makes a person, or changes what a person may do.'),
  // The trade date's beginning.
  row(290, 'ACCOUNT_NOT_READY', 'M04', 0, 99, 'Positions or live orders of the account are not settled for this date.'),
  row(291, 'STATEMENT_REPEATED', 'command', 99, 99, 'This very statement was settled for this date before.'),
  row(292, 'STATEMENT_NOT_OPEN', 'command', 99, 99, 'This sender has no open statement of the account.'),
  row(293, 'STATEMENT_MISMATCH', 'command', 99, 99, 'Number or hash of the rows are not those of the opening.'),
  row(294, 'STATEMENT_OF_OTHER_DATE', 'command', 99, 99, "The statement is not of the account's trade date."),
  row(295, 'NOTHING_TO_ADOPT', 'command', 99, 99, 'No such statement of the account waits to be adopted.'),
  row(296, 'LIVE_ORDER_MISSING', 'command', 99, 99, 'A live order is not on the list of its venue: it is unknown.'),
  row(297, 'LIVE_ORDER_DIFFERS', 'command', 99, 99, 'The venue says otherwise about a live order: it is unknown.'),
  row(298, 'LIVE_ORDER_ADOPTED', 'command', 99, 99, 'The venue has an order that the gate did not know: reserved.'),
  row(299, 'RESTATED_ORDER_REFUSED', 'command', 99, 99, 'An order of an earlier date would not pass today: cancel it.'),
  row(300, 'CALENDAR_MISSING', 'command', 99, 99, 'The firm, entity or venue has no calendar.'),
  row(301, 'ZONE_UNKNOWN', 'command', 99, 99, 'No zone data say when the next trade date begins.'),
  // What keeps the firm able to go on, whatever one of its people, or one sender, does.
  row(302, 'LAST_OFFICER', 'command', 99, 99, 'Fewer than two people would be left with a duty that opens the firm.'),
  row(303, 'PROPOSALS_OF_MAKER', 'command', 99, 99, 'This person has as much proposed as one may: end some of it.'),
  row(304, 'PARENTS_OF_SESSION', 'command', 99, 99, 'This client has told as many parent orders as one may.'),
  row(305, 'SOFT_BLOCKS_OF_SESSION', 'A01', 0, 99, 'As many orders of this client wait to be confirmed as may.'),
]

/** A number for each code. */
export type ReasonCode = string

const BY_CODE = new Map(REASONS.map((reason) => [reason.code, reason.number]))
const BY_NUMBER = new Map(REASONS.map((reason) => [reason.number, reason]))

/** The number of a reason code; throws for an unknown one. */
export function reasonNumber(code: string): number {
  const number = BY_CODE.get(code)
  if (number === undefined) throw new RangeError(`no reason has the code ${code}`)
  return number
}

/** The row of a reason number; throws for an unknown one. */
export function reasonAt(number: number): ReasonRow {
  const reason = BY_NUMBER.get(number)
  if (reason === undefined) throw new RangeError(`no reason has the number ${number}`)
  return reason
}
