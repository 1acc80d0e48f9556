/**
 * Every bound in one place: the longest texts, the largest tables, the most of anything that a sender can make us keep.
 */

/** Longest clOrdID, origClOrdID, execID, in characters (a UUID has 36). */
export const ID_CHARS = 40
/** Longest name of an account, symbol, strategy and the like. */
export const NAME_CHARS = 32
/** Longest free text: a reason, a reject text, unresolved names. */
export const TEXT_CHARS = 120
/** Most unresolved replaces of one order. */
export const PENDING_REPLACES = 8
/** Most limit rows that one decision evaluates: an order that more of them match is refused with RISK_ERROR. */
export const ROWS_PER_DECISION = 128
/** Orders that one KillSweep command looks at. */
export const SWEEP_ORDERS = 256
/** Timers that one Tick fires at most. */
export const TIMERS_PER_TICK = 64
/** Rows of one statement, and of all statements together that wait to be closed or adopted. */
export const STATEMENT_ROWS = 10_000
export const STATEMENT_ROWS_ALL = 100_000
/** Rows of a list of live orders, and order slots, that one StatementSweep looks at; orders that it tests again. */
export const LIST_SWEEP_ROWS = 64
export const LIST_SWEEP_SLOTS = 256
export const LIST_SWEEP_TESTS = 8
/** Differences of a statement that are named by events; all of them can be read while it waits. */
export const STATEMENT_DIFFERENCES = 256
/** Entries of one calendar; zones, and intervals of one zone: two a year for over two centuries. */
export const CALENDAR_DAYS = 4096
export const ZONES = 64
export const ZONE_INTERVALS = 512
/** How far ahead what is known of a zone must reach for it to be extended without a second person. */
export const ZONE_NOTICE_US = 366 * 86_400_000_000
/** Lines of one proposal, bytes of all that are open, and how many may be open at once. */
export const PROPOSAL_LINES = 100_000
export const PROPOSAL_BYTES = 64 * 1024 * 1024
export const PROPOSALS_OPEN = 1_000
/** Of these, what one maker may have: another goes on proposing. Bytes are enough for the longest proposal. */
export const PROPOSALS_OF_MAKER = 250
export const PROPOSAL_BYTES_OF_MAKER = 32 * 1024 * 1024
/** Proposals that have ended and can still be read, without their lines. */
export const PROPOSALS_KEPT = 1_000
/** Refused lines of one proposal that are remembered one by one; the others are counted. */
export const PROPOSAL_REFUSALS = 100
/** Lines of an approved proposal that one command applies. */
export const PROPOSAL_STEP_LINES = 64
/** Soft blocks that wait to be confirmed, or to be used. */
export const CONFIRMATIONS = 4_096
/** Of these, what one session may have: the orders of another still come to be confirmed. */
export const CONFIRMATIONS_OF_SESSION = 1_024
/** Parent orders and baskets at once, of all and of one session: a flood of them may not fill the memory. */
export const PARENTS = 65_536
export const PARENTS_OF_SESSION = 16_384
/** Overrides that wait to be approved, or to be used. */
export const OVERRIDES = 256
/** Refused orders that an override may still be asked for, and rows of one that it may be asked for. */
export const REFUSALS_KEPT = 2_048
export const REFUSAL_ROWS = 32
/** Orders that are held at once, orders that one of them waits for, and how long one may be held, in µs. */
export const HOLDS = 512
export const HOLD_CROSSINGS = 64
export const HOLD_MAX_US = 30_000_000
/** Warning levels of one limit row. */
export const WARN_LEVELS = 4
/** Controls that a decision's bitmap has room for. */
export const CONTROLS_MAX = 160

/** Sizes of the engine's tables. What is over them is refused with CAPACITY; they stand in each segment's header. */
export interface EngineSizes {
  /** Open orders, and orders with unresolved versions. */
  readonly orders: number
  /** clOrdIDs kept per trade date (two dates are kept). */
  readonly idsPerDay: number
  readonly instruments: number
  /** Subjects of all kinds together. */
  readonly scopes: number
  /** Pages of eight cells: one per (account, instrument) that ever held an order or a position. */
  readonly cellPages: number
  /** (owner, instrument, venue) books of resting orders. */
  readonly books: number
  readonly limitRows: number
  /** Executions kept per trade date. */
  readonly executionsPerDay: number
  readonly locates: number
  /** Orders remembered for the duplicate check at once. */
  readonly duplicates: number
}

/** Sizes of the demo profile and of tests. */
export const DEMO_SIZES: EngineSizes = {
  orders: 1 << 17,
  idsPerDay: 1 << 20,
  instruments: 1 << 13,
  scopes: 1 << 12,
  cellPages: 1 << 16,
  books: 1 << 16,
  limitRows: 1 << 15,
  executionsPerDay: 1 << 19,
  locates: 1 << 12,
  duplicates: 1 << 16,
}
