/**
 * Closed sets of FIX and of Portcullis. A value is a string outside and its index in the list inside the records; the
 * order of a list is part of the journal's format: append only.
 */

/** FIX Side (54). Everything but Buy sells. */
export const SIDES = ['Buy', 'Sell', 'SellShort', 'SellShortExempt'] as const
export type Side = (typeof SIDES)[number]

/** FIX OrdType (40) that version 1 knows; every other value is UNSUPPORTED_ORDER_TYPE. */
export const ORD_TYPES = ['Market', 'Limit', 'Stop', 'StopLimit'] as const
export type OrdType = (typeof ORD_TYPES)[number]

/** FIX TimeInForce (59) that version 1 knows. */
export const TIMES_IN_FORCE = ['Day', 'GTC', 'IOC', 'FOK', 'GTD', 'AtTheOpening', 'AtTheClose'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

/**
 * What an execution report says happened (FIX ExecType 150). TradeCancel is a bust (H), TradeCorrect a correction (G).
 * Fill covers FIX "Trade (F)", partial or full.
 */
export const EXEC_TYPES = [
  'New',
  'Fill',
  'Canceled',
  'Replaced',
  'Rejected',
  'Expired',
  'DoneForDay',
  'TradeCancel',
  'TradeCorrect',
  'CancelRejected',
  'ReplaceRejected',
] as const
export type ExecType = (typeof EXEC_TYPES)[number]

/** Life of an order at the gate; the last five are terminal. HELD waits for its crossing orders to end. */
export const ORDER_STATES = [
  'APPROVED',
  'WORKING',
  'PENDING_CANCEL',
  'UNKNOWN',
  'HELD',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'NOT_SENT',
] as const
export type OrderState = (typeof ORDER_STATES)[number]
/** Index of the first terminal state in ORDER_STATES. */
export const FIRST_TERMINAL_STATE = 5

/** What an OrderStatus says of an order (FIX OrdStatus 39, and an order that the source does not know). */
export const ORDER_STATUSES = [
  'WORKING',
  'PENDING_CANCEL',
  'FILLED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
  'NOT_FOUND',
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** What a report of the session beside the execution source comes to. */
export const COMPARISONS = ['AGREES', 'QTY_DIFFERS', 'PX_DIFFERS', 'MISSING', 'NOT_COMPARED'] as const
export type Comparison = (typeof COMPARISONS)[number]

/** Trading states, from free to stopped; of several latches the worst wins. */
export const TRADING_STATES = ['ACTIVE', 'REDUCE_ONLY', 'BLOCKED', 'KILLED'] as const
export type TradingState = (typeof TRADING_STATES)[number]

/**
 * Kinds of names that commands speak of. The first eight are subjects: they carry limits, exposure and trading states.
 * A SESSION subject is an API client's session; OWNER is the beneficial owner, the group of self-match prevention.
 */
export const NAME_KINDS = [
  'FIRM',
  'ENTITY',
  'CLIENT',
  'DESK',
  'TRADER',
  'ACCOUNT',
  'STRATEGY',
  'SESSION',
  'OWNER',
  'VENUE',
  'FEED',
  'SECTOR',
  'ASSET_CLASS',
  'CURRENCY',
  'PRINCIPAL',
  'INSTRUMENT',
] as const
export type NameKind = (typeof NAME_KINDS)[number]
/** How many of NAME_KINDS are subjects. */
export const SUBJECT_KINDS = 8

/** What a limit row is about besides its subject; each kind but NONE may be one id or "each" (-1). */
export const OBJECT_KINDS = ['NONE', 'INSTRUMENT', 'UNDERLYING', 'SECTOR', 'ASSET_CLASS', 'VENUE'] as const
export type ObjectKind = (typeof OBJECT_KINDS)[number]

export const LIMIT_ACTIONS = ['BLOCK', 'ALERT', 'ALERT_AND_BLOCK'] as const
export type LimitAction = (typeof LIMIT_ACTIONS)[number]
export const LIMIT_MODES = ['ENFORCE', 'SHADOW'] as const
export type LimitMode = (typeof LIMIT_MODES)[number]

/** Where a reference price came from, best first. */
export const REF_SOURCES = ['NONE', 'MID', 'LAST', 'PRIOR_CLOSE', 'MANUAL'] as const
export type RefSource = (typeof REF_SOURCES)[number]

/** What a list does to an instrument, for everyone or for one subject. */
export const LIST_KINDS = ['RESTRICTED', 'EASY_TO_BORROW'] as const
export type ListKind = (typeof LIST_KINDS)[number]
/** Modes of a RESTRICTED entry; OFF takes it away. */
export const LIST_MODES = ['OFF', 'NO_TRADE', 'NO_BUY', 'NO_SELL', 'CLOSE_ONLY', 'ON'] as const
export type ListMode = (typeof LIST_MODES)[number]

export const SESSION_PHASES = ['CONTINUOUS', 'PRE_OPEN', 'OPENING_AUCTION', 'CLOSING_AUCTION', 'CLOSED'] as const
export type SessionPhase = (typeof SESSION_PHASES)[number]

/** What a Binding command permits; see the Binding record for what `a` and `b` name. */
export const BINDING_KINDS = [
  'TRADER_ACCOUNT',
  'STRATEGY_ACCOUNT',
  'SESSION_ACCOUNT',
  'SESSION_TRADER',
  'SESSION_VENUE',
  'ACCOUNT_ASSET_CLASS',
  'PRINCIPAL_DUTY',
] as const
export type BindingKind = (typeof BINDING_KINDS)[number]

/** What a principal may do. Its duties are a bit set, bit i for DUTIES[i]. */
export const DUTIES = [
  'orders:write',
  'orders:confirm',
  'executions:write',
  'quotes:write',
  'reference:write',
  'positions:write',
  'lists:write',
  'limits:propose',
  'limits:approve',
  'kill',
  'release:request',
  'release:approve',
  'override:request',
  'override:approve',
  'cancels:execute',
  'day:roll',
  'risk:read',
  'audit:read',
  'reports:sign',
  'admin',
] as const
export type Duty = (typeof DUTIES)[number]

/** What the two officers of a genesis record before version 3 may do. */
export const FIRST_OFFICER_DUTIES = [
  'limits:propose',
  'limits:approve',
  'kill',
  'release:request',
  'release:approve',
  'risk:read',
  'audit:read',
] as const satisfies readonly Duty[]

/**
 * What the two officers of the genesis record may do, as heads of risk: nothing of it alone but to stop, to tighten, to read,
 * and to confirm an order over a soft level, which is there for one person to look.
 */
export const OFFICER_DUTIES = [
  ...FIRST_OFFICER_DUTIES,
  'orders:confirm',
  'override:request',
  'override:approve',
] as const satisfies readonly Duty[]

/** Duties without which nobody opens the firm again, or lets anybody else do so: two people at least keep each. */
export const LASTING_DUTIES = [
  'limits:propose',
  'limits:approve',
  'release:request',
  'release:approve',
] as const satisfies readonly Duty[]

/** What falls due by itself. Of equal due times the kind that stands first here fires first. */
export const TIMER_KINDS = ['HOLD', 'LIMIT', 'PROPOSAL', 'CONFIRM', 'OVERRIDE', 'CALENDAR', 'DISCONNECT'] as const
export type TimerKind = (typeof TIMER_KINDS)[number]

/** Orders of a session that are canceled together: DAY leaves those that outlive the day (GTC, GTD). */
export const MASS_CANCEL_ORDERS = ['NONE', 'DAY', 'ALL'] as const
export type MassCancelOrders = (typeof MASS_CANCEL_ORDERS)[number]

/** What a session's connection is: LOGGED_OUT by the client's own word, LOST by any other end. */
export const SESSION_STATUSES = ['LOST', 'ON', 'LOGGED_OUT'] as const
export type SessionStatus = (typeof SESSION_STATUSES)[number]

/** What a calendar says of a date; NONE takes an entry away. A half day is a business day, on whatever weekday it falls. */
export const CALENDAR_DAY_KINDS = ['NONE', 'HOLIDAY', 'HALF_DAY'] as const
export type CalendarDayKind = (typeof CALENDAR_DAY_KINDS)[number]

/** Life of a proposal; the last three are its ends. */
export const PROPOSAL_STATES = ['DRAFT', 'PENDING', 'APPLYING', 'DONE', 'REJECTED', 'EXPIRED'] as const
export type ProposalState = (typeof PROPOSAL_STATES)[number]

/** Life of a soft block; the last two are its ends. */
export const CONFIRMATION_STATES = ['PENDING', 'CONFIRMED', 'USED', 'EXPIRED'] as const
export type ConfirmationState = (typeof CONFIRMATION_STATES)[number]

/** Life of an override; the last four are its ends. */
export const OVERRIDE_STATES = ['PENDING', 'APPROVED', 'USED', 'EXPIRED', 'REVOKED', 'STOPPED'] as const
export type OverrideState = (typeof OVERRIDE_STATES)[number]

/** Result of one control for one order, two bits each in a decision's bitmap. */
export const RESULTS = ['NOT_APPLICABLE', 'PASS', 'FAIL', 'ALERT'] as const
export type Result = (typeof RESULTS)[number]

/** Outcome of a decision on a new order, a replace or a what-if. */
export const OUTCOMES = ['REJECT', 'APPROVE', 'DUPLICATE', 'HELD', 'SOFT_BLOCK'] as const
export type Outcome = (typeof OUTCOMES)[number]
