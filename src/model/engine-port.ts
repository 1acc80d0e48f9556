/**
 * What the engine offers to those around it: the sequencer drives it, replay applies it, the gateway reads names and
 * exposure from it. Everything here is synchronous and free of clock, randomness and I/O.
 */
import type { Directory } from './directory.ts'
import type { Tape } from './records/tape.ts'

/** Writes one command at the tape's end and returns its offset. */
export type WriteCommand = (tape: Tape) => number

export interface DecisionEngine {
  readonly directory: Directory
  readonly view: EngineView
  /**
   * Decides the command at `offset`, the last record on the tape, appends its events behind it and applies them. The
   * tape needs ENTRY_BYTES_MAX of room behind the command. Throws only on a programmer error; then the process must end.
   */
  execute(tape: Tape, offset: number): void
  /** Applies the recorded events of the entry (command and events) at `offset`; returns the offset behind it. */
  apply(tape: Tape, offset: number): number
  /** The command that must be sequenced, at this time, before any other that is stamped with it: a Tick; null if none. */
  due(timeUs: number): WriteCommand | null
  /**
   * Work that goes on between the commands of others, a command of its own each time: the next step of a sweep, of a venue's
   * close, of a list of live orders or of a proposal; null if none.
   */
  nextWork(): WriteCommand | null
  /** Hash of the whole state, 16 hex digits: equal states, equal hash. */
  stateHash(): string
  /** Writes the whole state. `write` is done with the bytes when it returns: they are the state itself. */
  save(write: (bytes: Uint8Array) => void): void
  /**
   * Loads what an engine of the same engineVersion, sizes and hashSeed saved; into one that has executed nothing yet.
   * `read` fills as much of the array as it can and says how many bytes that were; 0 only at the end.
   *
   * @throws Error where the bytes do not fit; the engine is then of no more use
   */
  load(read: (into: Uint8Array) => number): void
}

/** Most bytes that the events of one command take. */
export const ENTRY_BYTES_MAX = 64 * 1024

/** An order as the gate knows it. Quantities, prices and money are integers in the instrument's and ledger's units. */
export interface OrderView {
  readonly orderSeq: number
  readonly slot: number
  /** Index in ORDER_STATES. */
  readonly state: number
  readonly clOrdID: string
  /** When it was approved. */
  readonly timeUs: number
  readonly session: number
  readonly account: number
  readonly trader: number
  readonly strategy: number
  readonly desk: number
  readonly instrument: number
  readonly venue: number
  readonly side: number
  readonly ordType: number
  readonly timeInForce: number
  readonly orderQty: number
  readonly cumQty: number
  readonly leavesQty: number
  readonly price: number
  readonly openValue: number
  readonly pendingReplaces: number
  readonly cancelRequested: boolean
  /** The gate took it over from a venue's list. */
  readonly adopted: boolean
  /** It was a stop, which can execute now: ordType is what it has become. */
  readonly triggered: boolean
}

/** Orders whose fate is unknown. */
export interface UnknownOrdersView {
  /** All of them, named or not. */
  readonly count: number
  /** When the oldest was approved; 0 where there is none. */
  readonly oldestUs: number
  /** Oldest first. */
  readonly orders: readonly OrderView[]
}

/** What has become of an approved order or replace since its decision. */
export interface StandingView {
  /** Index in ORDER_STATES of the order now; -1 where only that it has ended is still known. */
  readonly state: number
  /** True while this very version is the accepted one or pending. */
  readonly isLive: boolean
  /** True where it may still go to the market: live in APPROVED or WORKING, nothing executed, no cancel asked for, no latch. */
  readonly maySend: boolean
}

/** Exposure of a subject, or of a subject in one object. */
export interface ExposureView {
  readonly gross: number
  readonly long: number
  readonly short: number
  readonly net: number
  readonly executed: number
  readonly open: number
  readonly openOrders: number
}

/** A cell of §1 of docs/reference/decision.md; kind is ACCOUNT, DESK, TRADER or STRATEGY. */
export interface CellView {
  readonly kind: 'ACCOUNT' | 'DESK' | 'TRADER' | 'STRATEGY'
  readonly subject: number
  readonly account: number
  readonly instrument: number
  readonly position: number
  readonly buyLeaves: number
  readonly sellLeaves: number
  readonly up: number
  readonly down: number
}

/** A limit row in force, with its use now. */
export interface LimitView {
  readonly row: number
  readonly version: number
  readonly control: number
  readonly subject: number
  readonly objectKind: number
  readonly object: number
  readonly hard: number
  readonly hardForReducing: number
  readonly soft: number
  readonly param: number
  readonly warnBps: readonly number[]
  readonly action: number
  readonly mode: number
  /** Index in SESSION_PHASES + 1 of the only phase that it is for; 0 any. */
  readonly phase: number
  /** Use now; NaN for rows that judge single orders and so have none. */
  readonly use: number
}

/** What stands open between an execution source and the session compared with it. */
export interface ExecutionSourceView {
  readonly account: number
  /** -1 every venue that has no source of its own. */
  readonly venue: number
  /** SESSION; -1 any, or none. */
  readonly source: number
  readonly compare: number
  /** Executions of the account, at the venue where one is named, that differ or are missing at the source. */
  readonly differences: number
}

export interface LatchView {
  readonly latch: number
  readonly state: number
  /** Reason number of an automatic latch, 0 for a person's. */
  readonly cause: number
  readonly principal: number
  readonly setSeq: number
  readonly keys: Readonly<Record<string, number>>
  readonly releaseRequestedBy: number
  /** State that the pending release goes to; -1 where none was requested. */
  readonly releaseState: number
  /** Orders that ended under it while it was a kill, and how many of those were filled. */
  readonly ended: number
  readonly filled: number
  /** Every order slot was looked at. */
  readonly swept: boolean
  /** Of a latch of cause UNKNOWN_EXECUTION: a person has said what the executions were. */
  readonly explained: boolean
}

/** What a count of orders asks of each. */
export interface OrderStanding {
  readonly orderSeq: number
  /** Index in ORDER_STATES. */
  readonly state: number
  readonly session: number
  readonly venue: number
  readonly openValue: number
  readonly cancelRequested: boolean
}

/** An outstanding cancel request, derived from state. */
export interface CancelRequestView {
  /** Sequence number of the command that asked. */
  readonly seq: number
  readonly orderSeq: number
  readonly slot: number
  readonly clOrdID: string
  readonly session: number
  readonly latch: number
  /** Id of the venue; -1 where the order left it open. */
  readonly venue: number
  readonly instrument: number
}

export interface InstrumentView {
  readonly mark: number
  readonly refPx: number
  /** Index in REF_SOURCES. */
  readonly refSource: number
  readonly halted: boolean
  readonly rule201: boolean
}

/** One position that a statement says otherwise than it was carried; trader and strategy -1: the account's. */
export interface PositionDifferenceView {
  readonly instrument: number
  readonly trader: number
  readonly strategy: number
  readonly stated: number
  readonly carried: number
}

/** Whether an account may trade on its trade date, and what is missing. */
export interface ReadinessView {
  readonly tradeDate: number
  /** Positions and all lists are settled for the trade date. */
  readonly ready: boolean
  /** New orders are refused with ACCOUNT_NOT_READY. */
  readonly blocked: boolean
  readonly positions: 'MISSING' | 'OPEN' | 'DIFFERS' | 'SETTLED'
  /** Of the statement that differs: what an adoption names. */
  readonly statement: { readonly tradeDate: number; readonly hash0: number; readonly hash1: number } | undefined
  readonly differences: readonly PositionDifferenceView[]
  readonly venues: readonly { readonly venue: number; readonly liveOrders: 'MISSING' | 'OPEN' | 'SETTLED' }[]
  /** The next trade date and when it begins by itself; undefined where no calendar knows. */
  readonly nextRoll: { readonly tradeDate: number; readonly dueUs: number } | undefined
}

/** A proposal, open or lately ended. */
export interface ProposalView {
  readonly proposal: number
  /** Index in PROPOSAL_STATES. */
  readonly state: number
  /** Ids of principals; checker -1 if nobody approved or rejected it. */
  readonly maker: number
  readonly checker: number
  readonly key: string
  readonly title: string
  readonly madeUs: number
  readonly expiresUs: number
  readonly lines: number
  readonly contentHash0: number
  readonly contentHash1: number
  /** Lines that were carried out so far, and how many of them were refused; the first of these one by one. */
  readonly applied: number
  readonly refused: number
  readonly refusals: readonly { readonly line: number; readonly reason: number }[]
  /** The command record of a line, unstamped; undefined where it has none, or has ended. */
  line(line: number): Uint8Array | undefined
}

/** A parent order or a basket, and what its slices have come to. */
export interface ParentView {
  readonly account: number
  readonly strategy: number
  /** -1 of a basket. */
  readonly instrument: number
  readonly side: number
  readonly qty: number
  readonly notional: number
  readonly lines: number
  readonly expireUs: number
  /** Executed and open quantity of its slices, and their value. */
  readonly used: number
  readonly value: number
  readonly slices: number
  readonly open: number
}

/** The registration that stands for a strategy. */
export interface AlgoView {
  readonly strategy: number
  readonly owner: number
  /** Profile of the gates that it is for: 0 demo, 1 production. */
  readonly environment: number
  readonly approved: number
  readonly algoId: string
  readonly version: string
  readonly parameterHash: string
  readonly killContact: string
}

/** An order over a soft level that waits to be confirmed, or to be sent again. */
export interface ConfirmationView {
  readonly confirmSeq: number
  readonly session: number
  readonly expiresUs: number
  /** PRINCIPAL that has confirmed it, -1 if none has, and why. */
  readonly confirmer: number
  readonly reason: string
}

/** A refused order that people may let pass rows that refused it. */
export interface OverrideView {
  readonly overrideSeq: number
  readonly decisionSeq: number
  readonly session: number
  readonly instrument: number
  /** Indices of the controls that it is asked for. */
  readonly controls: readonly number[]
  /** Versioned row ids, and the use up to which the order passes each. */
  readonly rows: readonly { readonly row: number; readonly most: number }[]
  readonly expiresUs: number
  /** PRINCIPAL that asked for it, and why. */
  readonly requester: number
  readonly requestReason: string
  /** PRINCIPAL that has approved it, -1 if none has, and why. */
  readonly approver: number
  readonly reason: string
}

/** Reads of the live state. Every call may walk tables: not for the order path. */
export interface EngineView {
  readonly seq: number
  readonly timeUs: number
  readonly openOrders: number
  /** Counts the changes of limits, as decisions record it. */
  readonly limitsVersion: number
  order(slot: number, orderSeq: number): OrderView | undefined
  /** The order that any clOrdID of its chain names. */
  orderOf(session: number, clOrdID: string): OrderView | undefined
  /** Sessions whose orders are canceled when their connection is lost. */
  coveredSessions(): readonly number[]
  /** True while the order lives; makes no objects. */
  isOpen(slot: number, orderSeq: number): boolean
  /** Instrument of the order, live or ended, that an id of its chain names while the id is kept; -1 if there is none. */
  instrumentOf(session: number, clOrdID: string): number
  /** What has become of the order or replace that was approved under this id; undefined where it was refused. */
  standing(session: number, clOrdID: string, slot: number, orderSeq: number): StandingView | undefined
  /** Sequence number of the first decision on an id that is kept, approve or refusal; 0 where there is none. */
  decidedSeqOf(session: number, clOrdID: string): number
  orders(): Iterable<OrderView>
  exposure(subject: number): ExposureView
  cells(): Iterable<CellView>
  limits(): Iterable<LimitView>
  /** The row, current or past, that a versioned row id names; undefined where it was never given. */
  limitVersion(row: number): LimitView | undefined
  /** Capital that shares of a subject are shares of; undefined where none is set, or a limit or capital was set since. */
  capitalOf(subject: number, limitsVersion: number): number | undefined
  latches(): Iterable<LatchView>
  executionSources(): Iterable<ExecutionSourceView>
  /** Of one session, or of all for -1; at most `most` are named. Walks over all orders. */
  unknownOrders(most: number, session: number): UnknownOrdersView
  /** Live orders that have all these keys, named as in LatchView. */
  ordersUnder(keys: Readonly<Record<string, number>>): Iterable<OrderView>
  /** Visits the same orders without making an object of each; `order` may be read during the call only. */
  countUnder(keys: Readonly<Record<string, number>>, visit: (order: OrderStanding) => void): void
  /** Outstanding requests whose command came after `seq`, oldest first, at most `most`. */
  cancelRequests(afterSeq: number, most: number): CancelRequestView[]
  /** The request that stands for a live order; undefined where none does. */
  cancelRequest(slot: number, orderSeq: number): CancelRequestView | undefined
  instrument(id: number): InstrumentView | undefined
  /** Sector of an instrument, as reference data has it now; -1 where the instrument is not known. */
  sectorOf(instrument: number): number
  parameter(index: number): number
  readiness(account: number): ReadinessView
  proposal(id: number): ProposalView | undefined
  /** Oldest first. */
  proposals(): Iterable<ProposalView>
  /** What the session told of under this id; undefined where it is not known, or any more. */
  parent(session: number, parentClOrdID: string): ParentView | undefined
  /** By strategy. */
  algos(): Iterable<AlgoView>
  /** Sequence numbers of the orders that are held, oldest first. */
  heldOrders(): Iterable<number>
  /** Oldest first. */
  confirmations(): Iterable<ConfirmationView>
  /** Oldest first. */
  overrides(): Iterable<OverrideView>
}
