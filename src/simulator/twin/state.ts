/**
 * Everything that the twin remembers, as plain objects. Nothing here is a sum: what follows from orders and bookings is
 * computed from them when it is asked for.
 */
import { PARAMETERS, type ParameterName, parameterIndex } from '../../model/parameters.ts'
import { FIRST_TERMINAL_STATE, type NameKind } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import type { Ratio } from './exact.ts'
import type {
  Calendar,
  ComparedDifference,
  Hold,
  ListEntry,
  LiveList,
  Locate,
  Offset,
  ParkedBust,
  Proposal,
  Statement,
  UsedId,
  Watched,
} from './kept.ts'

/** Cells by whose they are; each is of an account and an instrument too. */
export const CELL_KINDS = ['ACCOUNT', 'DESK', 'TRADER', 'STRATEGY'] as const
export type CellKind = (typeof CELL_KINDS)[number]

/** A name of any kind but an instrument; parents that its kind does not have are -1. */
export interface Name {
  readonly kind: NameKind
  readonly id: number
  readonly name: string
  readonly entity: number
  readonly client: number
  readonly desk: number
  readonly trader: number
  readonly owner: number
  flags: number
}

/** Whose an order or a booking is, and where. -1 is none. */
export interface Keys {
  readonly entity: number
  readonly client: number
  readonly desk: number
  readonly trader: number
  readonly account: number
  readonly strategy: number
  readonly session: number
  readonly instrument: number
  readonly venue: number
}

export interface Instrument {
  readonly id: number
  readonly symbol: string
  readonly pd: number
  readonly qd: number
  readonly tick: bigint
  readonly lot: bigint
  readonly qtyMax: bigint
  readonly multiplier: Ratio
  readonly priceUnits: bigint
  readonly currency: number
  readonly sector: number
  readonly assetClass: number
  readonly underlying: number
  readonly feed: number
  readonly mayBeNegative: boolean
  readonly inverse: boolean
  readonly regSho: boolean
}

/** What the market says of an instrument. */
export interface Market {
  bid: bigint | null
  ask: bigint | null
  quotedUs: number
  quoteFeed: number
  last: bigint | null
  lastUs: number
  priorClose: bigint | null
  priorCloseUs: number
  manual: bigint | null
  manualUs: number
  manualUntilUs: number
  halted: boolean
  rule201: boolean
  active: boolean
  /** Average daily volume and when it was told; null if it never was. */
  adv: { readonly qty: bigint; readonly timeUs: number } | null
  mark: bigint | null
  /** Time of the first quarantined quote since the sides were last set; null if there is none. */
  quarantinedUs: number | null
  tradedSinceQuarantine: boolean
}

export interface Rate {
  readonly rate: Ratio
  readonly haircutBps: bigint
}

export interface Currency {
  /** When the latest rate came. */
  givenUs: number
  given: Rate | null
  /** Of the trade date: values orders and fills. */
  frozen: Rate | null
  /** Values cells. */
  cells: Rate | null
}

/** One version of an order; n/d turns price unit x quantity unit into ledger units. */
export interface Version {
  readonly clOrdID: string
  readonly orderQty: bigint
  readonly price: bigint | null
  readonly stopPx: bigint | null
  /** Stop price that it had before its order triggered. */
  readonly waitedFor?: bigint | null
  readonly v: bigint
  unit: Ratio
}

export interface Order {
  readonly seq: number
  readonly keys: Keys
  readonly owner: number
  readonly side: number
  /** Of a stop that has triggered what it has become. */
  ordType: number
  triggered: boolean
  readonly timeInForce: number
  readonly locate: number
  approvedUs: number
  /** All versions not yet gone; the first is the accepted one, the others pend. */
  versions: Version[]
  cum: bigint
  state: number
  /** A report has taken effect on it: the market knows it. */
  reported: boolean
  cancelRequested: boolean
  /** When its approval token ends. */
  tokenExpiryUs: number
  /** What it waits for while it is held; null for every other order. */
  hold: Hold | null
  /** Latch whose sweep asked for its cancel; 0 where none did. */
  requestedBy: number
  readonly parent: Parent | null
  /** Quantity and flow that it executed while it lived. */
  sliceQty: bigint
  sliceFlow: bigint
  /** Every clOrdID that was approved for it. */
  readonly ids: string[]
}

/** A quantity that entered a position: a statement row or an execution. `amount` is its executed flow. */
export interface Booking {
  keys: Keys
  readonly qty: bigint
  readonly amount: bigint
  readonly px: bigint
  readonly tradeDate: number
  readonly orderSeq: number
  /** The kinds of cell that it enters, where the keys name one. */
  readonly cells: readonly CellKind[]
  /** Key, content and side of an execution; null for a statement row. */
  readonly execution: { readonly key: string; readonly content: string; readonly side: number } | null
  /** Command that booked it; 0 of what was stated by hand. */
  readonly seq: number
  /** Whether it was taken back, and on which trade date of its account. */
  reversed: boolean
  reversedOn: number
  /** Of an order that nobody knew, and no person has said yet what it was. */
  unexplained?: boolean
  /** Price that its profit is counted from: its own, since the roll the mark of then; null while there is no mark. */
  basis: bigint | null
  /** The last trade date on which it was booked or reversed; 0 for a statement row. */
  touched: number
}

/** Of what no execution brought. */
export const BOOKED_BY_HAND = { seq: 0, reversed: false, reversedOn: 0 }

export interface Limit {
  readonly control: number
  readonly subject: number
  readonly objectKind: number
  readonly object: number
  readonly hard: bigint
  readonly hardForReducing: bigint
  readonly soft: bigint
  readonly param: bigint
  readonly warnBps: readonly bigint[]
  readonly action: number
  readonly mode: number
  /** Phase + 1 that a collar is for; 0 any. */
  readonly phase: number
  /** Warning level that stands. */
  level: number
  /** Of an E05 row: marks in succession that found the loss at or over hard. */
  marksBeyond: number
  /** Of a C01 row: times of the newest hard + 1 messages. */
  stamps: number[]
}

/** A parent order, or a basket: instrument and side -1. */
export interface Parent {
  readonly id: number
  readonly key: string
  readonly terms: string
  readonly account: number
  readonly strategy: number
  readonly instrument: number
  readonly side: number
  readonly qty: bigint
  readonly notional: bigint
  readonly lines: number
  readonly expireUs: number
  readonly tradeDate: number
  /** Orders that were approved as its slices. */
  slices: number
}

export interface Latch {
  readonly id: number
  state: number
  readonly cause: number
  /** By the names of the Kill command's fields; -1 is any. */
  readonly keys: Readonly<Record<string, number>>
  requestedBy: number
  /** Its orders were looked at; a table of more slots than one sweep takes is not mirrored here. */
  swept: boolean
  requestedState: number
  /** Orders that ended under it while it was a kill, and how many of those were filled. */
  ended: number
  filled: number
  /** Of an unknown execution: a person has said what it was. */
  explained: boolean
  /** Subject of the row that set it; undefined for every other latch. */
  watched?: number
}

/** An order over soft levels that was not let through. */
export interface Confirmation {
  readonly id: number
  readonly seq: number
  readonly session: number
  readonly content: string
  /** The very rows, as they were set then. */
  readonly rows: readonly Limit[]
  readonly expiresUs: number
  isConfirmed: boolean
}

/** A row that refused, in the very version, and the use that it refused. */
export interface OverriddenRow {
  readonly limit: Limit
  readonly most: bigint
}

/** A refused order that two people could let pass. */
export interface Refusal {
  readonly seq: number
  readonly timeUs: number
  readonly keys: Keys
  readonly side: number
  readonly content: string
  readonly rows: readonly OverriddenRow[]
}

/** What was asked for, and perhaps approved, of one refusal. */
export interface Override extends Omit<Refusal, 'timeUs'> {
  readonly id: number
  readonly decisionSeq: number
  readonly controls: string
  readonly requester: number
  readonly expiresUs: number
  isApproved: boolean
}

export interface State {
  begun: boolean
  profile: number
  ledgerDecimals: number
  tradeDate: number
  /** The trade date before; 0 if none. */
  lastDate: number
  /** The eight subject kinds share one id space. */
  readonly subjects: Name[]
  readonly names: Map<NameKind, Name[]>
  readonly instruments: Instrument[]
  readonly markets: Market[]
  readonly currencies: Map<number, Currency>
  readonly heardUs: Map<number, number>
  readonly phases: Map<number, number>
  /** By kind, a and b; false where it was permitted once and is forbidden now. */
  readonly bindings: Map<string, boolean>
  readonly lists: Map<string, ListEntry>
  readonly locates: Locate[]
  readonly locateIds: Map<string, number>
  readonly capitals: Map<number, { readonly base: bigint; readonly asOfUs: number }>
  readonly parameters: number[]
  readonly limits: Map<string, Limit>
  readonly latches: Map<number, Latch>
  latchesMade: number
  readonly parents: Map<string, Parent>
  parentsMade: number
  /** True for the strategies whose last registration is approved for this gate. */
  readonly algos: Map<number, boolean>
  /** By row and instrument. */
  readonly watches: Map<string, Watched>
  readonly orders: Map<number, Order>
  readonly ids: Map<string, UsedId>
  readonly bookings: Booking[]
  /** Executions whose key is kept. */
  readonly executions: Map<string, Booking>
  /** Approved new orders with what makes two of them identical. */
  readonly approvals: { readonly timeUs: number; readonly likeness: string }[]
  /** Calendars of the firm, key 0, and of entities; and the trade dates of those entities. */
  readonly calendars: Map<number, Calendar>
  readonly dates: Map<number, number>
  /** Calendars that gave up a roll, until something changes them. */
  readonly stopped: Set<number>
  readonly zones: Map<string, readonly Offset[]>
  /** By subject: the command that zeroed its executed flow last. */
  readonly zeroed: Map<number, number>
  /** Lists of live orders by account and venue. */
  readonly liveLists: Map<string, LiveList>
  /** Position statements by account. */
  readonly opened: Map<number, Statement>
  readonly differing: Map<number, Statement>
  readonly settled: Map<number, Statement>
  /** Trade date of the last settled list of live orders, by account and venue. */
  readonly listed: Map<string, number>
  /** Date on which (account, venue) goes on needing a list, though no client may name the venue any more. */
  readonly askedFor: Map<string, number>
  /** Where an order lies in the engine's table; the twin has no table of its own. */
  readonly slots: Map<number, number>
  /** Limits that wait for their time, by the id of their timer. */
  readonly scheduled: Map<number, ValuesOfCommand<'Limit'>>
  /** Temporary rows by key: what each goes back to, null for nothing, and when. */
  readonly terms: Map<string, { readonly id: number; readonly base: Limit | null; readonly expiresUs: number }>
  termsMade: number
  /** Venues that have closed, and sessions that cancel, whose orders were not looked for yet: since which command. */
  readonly closings: Map<number, number>
  readonly massCancels: Map<number, { readonly seq: number; readonly orders: number }>
  /** Of a session: what is canceled when it is lost, after how long, and when that is; null while it is on. */
  readonly cancelsOnDisconnect: Map<number, { readonly orders: number; readonly graceUs: number; dueUs: number | null }>
  /** Rows, by key, that are being enforced on what rests, and how far each has come. */
  readonly enforced: Map<string, { readonly beforeSeq: number; readonly asked: number }>
  /** Execution source and the session compared with it, by account and venue. */
  readonly sources: Map<string, { readonly source: number; readonly compare: number }>
  /** Differences between them, by source, venue and execID. */
  readonly differences: Map<string, ComparedDifference>
  /** Busts and corrects that wait for their execution, by source, venue and execRefID. */
  readonly parked: Map<string, ParkedBust>
  /** Ends that one person has asked for, by order. */
  readonly resolutions: Map<number, { readonly state: number; readonly principal: number }>
  /** Soft blocks by the sequence number of their decision. */
  readonly confirmations: Map<number, Confirmation>
  confirmationsMade: number
  readonly refusals: Refusal[]
  /** By sequence number of the request. */
  readonly overrides: Map<number, Override>
  overridesMade: number
  readonly proposals: Map<number, Proposal>
  proposalsMade: number
  /** Approved proposals with lines left, in the order of their approval. */
  applying: number[]
}

export function emptyState(): State {
  return {
    begun: false,
    profile: 0,
    ledgerDecimals: 0,
    tradeDate: 0,
    lastDate: 0,
    subjects: [],
    names: new Map(),
    instruments: [],
    markets: [],
    currencies: new Map(),
    heardUs: new Map(),
    phases: new Map(),
    bindings: new Map(),
    lists: new Map(),
    locates: [],
    locateIds: new Map(),
    capitals: new Map(),
    parameters: PARAMETERS.map((row) => row.value),
    limits: new Map(),
    latches: new Map(),
    latchesMade: 0,
    watches: new Map(),
    parents: new Map(),
    parentsMade: 0,
    algos: new Map(),
    orders: new Map(),
    ids: new Map(),
    bookings: [],
    executions: new Map(),
    approvals: [],
    calendars: new Map(),
    dates: new Map(),
    stopped: new Set(),
    zones: new Map(),
    zeroed: new Map(),
    liveLists: new Map(),
    opened: new Map(),
    differing: new Map(),
    settled: new Map(),
    listed: new Map(),
    askedFor: new Map(),
    slots: new Map(),
    scheduled: new Map(),
    terms: new Map(),
    termsMade: 0,
    closings: new Map(),
    massCancels: new Map(),
    cancelsOnDisconnect: new Map(),
    enforced: new Map(),
    resolutions: new Map(),
    sources: new Map(),
    differences: new Map(),
    parked: new Map(),
    confirmations: new Map(),
    confirmationsMade: 0,
    refusals: [],
    overrides: new Map(),
    overridesMade: 0,
    proposals: new Map(),
    proposalsMade: 0,
    applying: [],
  }
}

/** The subject with this id if it is of this kind. */
export function subjectAt(state: State, kind: NameKind, id: number): Name | undefined {
  const name = state.subjects[id]
  return name?.kind === kind ? name : undefined
}

/** Any name but an instrument, by kind and id. */
export function nameAt(state: State, kind: NameKind, id: number): Name | undefined {
  return subjectAt(state, kind, id) ?? state.names.get(kind)?.[id]
}

export function parameter(state: State, name: ParameterName): bigint {
  return BigInt(state.parameters[parameterIndex(name)] as number)
}

export function duration(state: State, name: ParameterName): number {
  return state.parameters[parameterIndex(name)] as number
}

/** Trade date of an account: its entity's, where that has a calendar. */
export function dateOf(state: State, account: number): number {
  return state.dates.get(state.subjects[account]?.entity ?? -1) ?? state.tradeDate
}

/** True where no more than the first so many flags are set. */
export function isSetOf(flags: number, first: number): boolean {
  return flags >= 0 && flags < 2 ** first
}

export function isBound(state: State, kind: string, a: number, b: number): boolean {
  return state.bindings.get(`${kind}:${a}:${b}`) === true
}

export function isLive(order: Order): boolean {
  return order.state < FIRST_TERMINAL_STATE
}

export function liveOrders(state: State): Order[] {
  return [...state.orders.values()].filter(isLive)
}

export function idKey(session: number, clOrdID: string): string {
  return `${session}|${clOrdID}`
}

/** The order, live or ended, that an id of its chain names while the id is kept. */
export function orderNamed(state: State, session: number, clOrdID: string): Order | undefined {
  const used = state.ids.get(idKey(session, clOrdID))
  return used === undefined ? undefined : state.orders.get(used.orderSeq)
}

export function instrumentAt(state: State, id: number): Instrument {
  const instrument = state.instruments[id]
  if (instrument === undefined) throw new RangeError(`no instrument ${id}`)
  return instrument
}

export function marketAt(state: State, id: number): Market {
  const market = state.markets[id]
  if (market === undefined) throw new RangeError(`no market of instrument ${id}`)
  return market
}
