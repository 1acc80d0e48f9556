/**
 * Exposure from scratch: cells, gross, long, short, E, O and N, each summed from the orders and bookings when asked for.
 */
import { OBJECT_KINDS } from '../../model/vocabulary.ts'
import { abs, ceilDiv, floorDiv, larger, MAX, smaller, sum } from './exact.ts'
import { cellUnits } from './rates.ts'
import {
  type Booking,
  CELL_KINDS,
  type CellKind,
  instrumentAt,
  isLive,
  type Keys,
  liveOrders,
  marketAt,
  type Name,
  type Order,
  type State,
} from './state.ts'
import { leavesOfOrder, openValueOfOrder } from './value.ts'

export interface Cell {
  readonly kind: CellKind
  /** Entity, client, account and instrument, and of desk, trader and strategy the one that the cell is of. */
  readonly keys: Keys
  position: bigint
  buys: bigint
  sells: bigint
  /** Profit since the trade date began, in price units x quantity units. */
  profit: bigint
  /** Executed, or an execution of it reversed, on the trade date. */
  touched: boolean
}

export interface Worth {
  readonly up: bigint
  readonly down: bigint
  readonly gross: bigint
}

/** What a limit row is about besides its subject. */
export interface ObjectOf {
  readonly kind: number
  readonly id: number
}

export const NO_OBJECT: ObjectOf = { kind: 0, id: -1 }

/** A moment's cells with their worth, and its live orders with what they reserve. */
export interface Snapshot {
  readonly cells: ReadonlyMap<string, Cell>
  readonly worths: ReadonlyMap<Cell, Worth>
  readonly live: readonly { readonly order: Order; readonly leaves: bigint; readonly openValue: bigint }[]
}

export function snapshot(state: State): Snapshot {
  const live = liveOrders(state).map((order) => ({
    order,
    leaves: leavesOfOrder(state, order),
    openValue: openValueOfOrder(state, order),
  }))
  const cells = new Map<string, Cell>()
  for (const booking of state.bookings) {
    const { keys, qty, basis, touched, reversed } = booking
    const { mark } = marketAt(state, keys.instrument)
    const isTouched = touched === state.tradeDate
    if (reversed && !isTouched) continue
    for (const cell of cellsOf(cells, keys, booking.cells)) {
      cell.touched ||= isTouched
      if (reversed) continue
      cell.position += qty
      if (mark !== null && basis !== null) cell.profit += qty * (mark - basis)
    }
  }
  for (const { order, leaves } of live) {
    for (const cell of cellsOf(cells, order.keys, CELL_KINDS)) {
      if (order.side === 0) cell.buys += leaves
      else cell.sells += leaves
    }
  }
  return { cells, live, worths: new Map([...cells.values()].map((cell) => [cell, worth(state, cell)])) }
}

/** The cells that a quantity with these keys belongs to, made where they are missing. */
function cellsOf(cells: Map<string, Cell>, keys: Keys, kinds: readonly CellKind[]): Cell[] {
  return kinds.flatMap((kind) => {
    if (ownerOfCell(keys, kind) < 0) return []
    const key = cellKey(kind, keys)
    const cell = cells.get(key) ?? emptyCell(kind, keys)
    cells.set(key, cell)
    return [cell]
  })
}

function emptyCell(kind: CellKind, keys: Keys): Cell {
  const of = (own: CellKind, id: number) => (own === kind ? id : -1)
  const desk = of('DESK', keys.desk)
  const trader = of('TRADER', keys.trader)
  const strategy = of('STRATEGY', keys.strategy)
  const own = { ...keys, desk, trader, strategy, session: -1, venue: -1 }
  return { kind, keys: own, position: 0n, buys: 0n, sells: 0n, profit: 0n, touched: false }
}

function ownerOfCell(keys: Keys, kind: CellKind): number {
  if (kind === 'ACCOUNT') return keys.account
  if (kind === 'DESK') return keys.desk
  return kind === 'TRADER' ? keys.trader : keys.strategy
}

function cellKey(kind: CellKind, keys: Keys): string {
  return `${kind}:${ownerOfCell(keys, kind)}:${keys.account}:${keys.instrument}`
}

/** The cell of a kind that an order with these keys belongs to; empty if nothing is in it yet. */
export function cellOf(snap: Snapshot, kind: CellKind, keys: Keys): Cell {
  return snap.cells.get(cellKey(kind, keys)) ?? emptyCell(kind, keys)
}

/** What the ends P + B and P - S of a cell are worth at the mark; 0 while the instrument has none. */
export function worth(state: State, cell: Cell): Worth {
  const long = cell.position + cell.buys
  const short = cell.position - cell.sells
  const instrument = instrumentAt(state, cell.keys.instrument)
  const { mark } = marketAt(state, cell.keys.instrument)
  const units = cellUnits(state, instrument)
  if (mark === null || units === null) return { up: 0n, down: 0n, gross: 0n }
  const upUnit = long >= 0n ? units.high : units.low
  const downUnit = short >= 0n ? units.low : units.high
  const px = abs(mark)
  const up = instrument.inverse ? ceilDiv(long * upUnit.n, px * upUnit.d) : ceilDiv(long * px * upUnit.n, upUnit.d)
  const down = instrument.inverse
    ? floorDiv(short * downUnit.n, px * downUnit.d)
    : floorDiv(short * px * downUnit.n, downUnit.d)
  return { up, down, gross: larger(up, -down) }
}

/** True where something with these keys counts at the subject. */
export function countsAt(keys: Keys, subject: Name): boolean {
  if (subject.kind === 'FIRM') return true
  return keys[subject.kind.toLowerCase() as keyof Keys] === subject.id
}

/** The kind of cell that a subject adds up; a session has no position. */
export function cellKindOf(subject: Name): CellKind | null {
  if (subject.kind === 'DESK' || subject.kind === 'TRADER' || subject.kind === 'STRATEGY') return subject.kind
  return subject.kind === 'SESSION' ? null : 'ACCOUNT'
}

/** Id of the object of this kind that something in an instrument, at a venue, belongs to; -1 if none. */
export function objectOf(state: State, kind: number, instrumentId: number, venue: number): number {
  const instrument = instrumentAt(state, instrumentId)
  switch (OBJECT_KINDS[kind]) {
    case 'INSTRUMENT':
      return instrumentId
    case 'UNDERLYING':
      return instrument.underlying
    case 'SECTOR':
      return instrument.sector
    case 'ASSET_CLASS':
      return instrument.assetClass
    case 'VENUE':
      return venue
    default:
      return -1
  }
}

function isIn(state: State, object: ObjectOf, instrument: number, venue: number): boolean {
  return object.kind === 0 || objectOf(state, object.kind, instrument, venue) === object.id
}

/** The subject's own cells in the object. */
export function cellsAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf): Cell[] {
  const kind = cellKindOf(subject)
  return [...snap.cells.values()].filter(
    (cell) => cell.kind === kind && countsAt(cell.keys, subject) && isIn(state, object, cell.keys.instrument, -1),
  )
}

/** Profit of a cell in money, rounded down: a loss at the high rate, a gain at the low one. */
export function profitOf(state: State, { profit, keys }: Cell): bigint {
  const instrument = instrumentAt(state, keys.instrument)
  const units = cellUnits(state, instrument)
  if (instrument.inverse || units === null) return 0n
  const { n, d } = profit < 0n ? units.high : units.low
  return larger(-MAX, smaller(MAX, floorDiv(profit * n, d)))
}

export function lossOf(state: State, snap: Snapshot, subject: Name): bigint {
  return larger(0n, -sum(cellsAt(state, snap, subject, NO_OBJECT).map((cell) => profitOf(state, cell))))
}

/** False where the subject has a position without a mark, or anything in an inverse contract. */
export function isProfitKnown(state: State, snap: Snapshot, subject: Name): boolean {
  return cellsAt(state, snap, subject, NO_OBJECT).every(({ keys, position, touched }) => {
    const { inverse } = instrumentAt(state, keys.instrument)
    if (inverse) return position === 0n && !touched
    return position === 0n || marketAt(state, keys.instrument).mark !== null
  })
}

export function grossAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf): bigint {
  return sum(cellsAt(state, snap, subject, object).map((cell) => (snap.worths.get(cell) as Worth).gross))
}

/** P + B and P - S of the subject's own cells in the object, as quantities. */
export function quantitiesAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf) {
  const cells = cellsAt(state, snap, subject, object)
  return {
    long: sum(cells.map(({ position, buys }) => position + buys)),
    short: sum(cells.map(({ position, sells }) => position - sells)),
  }
}

/** What was executed on the trade date, in quantity units. */
export function tradedAt(state: State, subject: Name, object: ObjectOf): bigint {
  return sum(executedToday(state, subject, object).map(({ qty }) => abs(qty)))
}

/** Long and short ends per legal entity. */
export function endsAt(
  state: State,
  snap: Snapshot,
  subject: Name,
  object: ObjectOf,
): Map<number, { long: bigint; short: bigint }> {
  const ends = new Map<number, { long: bigint; short: bigint }>()
  for (const cell of cellsAt(state, snap, subject, object)) {
    const { entity } = cell.keys
    const { up, down } = snap.worths.get(cell) as Worth
    const { long, short } = ends.get(entity) ?? { long: 0n, short: 0n }
    ends.set(entity, { long: long + up, short: short + down })
  }
  return ends
}

/** E: executed flow of the trade date. */
export function executedAt(state: State, subject: Name, object: ObjectOf): bigint {
  return sum(executedToday(state, subject, object).map((booking) => booking.amount))
}

/** True where the subject's day had begun when it was booked. */
export function isSince(state: State, booking: Booking, subject: Name): boolean {
  return booking.seq > (state.zeroed.get(subject.id) ?? 0)
}

/** The calendar that a subject rolls with: that of the one entity all its accounts are of, else the firm's, 0. */
export function calendarOf(state: State, subject: Name): number {
  if (subject.kind === 'FIRM' || subject.kind === 'SESSION') return 0
  const own = subject.kind === 'ENTITY' ? [subject.id] : accountsOf(state, subject).map(entityOf(state))
  const [entity = 0, ...others] = new Set(own)
  return others.length === 0 && state.calendars.has(entity) ? entity : 0
}

function entityOf(state: State): (account: number) => number {
  return (account) => (state.subjects[account] as Name).entity
}

function executedToday(state: State, subject: Name, object: ObjectOf): Booking[] {
  return state.bookings
    .filter((booking) => !booking.reversed && isSince(state, booking, subject) && booking.execution !== null)
    .filter(({ keys }) => countsAt(keys, subject) && isIn(state, object, keys.instrument, keys.venue))
}

function liveAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf) {
  return snap.live.filter(
    ({ order }) => countsAt(order.keys, subject) && isIn(state, object, order.keys.instrument, order.keys.venue),
  )
}

/** O: open value of the live orders. */
export function openAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf): bigint {
  return sum(liveAt(state, snap, subject, object).map(({ openValue }) => openValue))
}

/** N: count of live orders. */
export function countAt(state: State, snap: Snapshot, subject: Name, object: ObjectOf): bigint {
  return BigInt(liveAt(state, snap, subject, object).filter(({ order }) => isLive(order)).length)
}

/** True where D02 adds the larger ends of several entities instead of testing one end. */
export function isOfSeveralEntities(state: State, subject: Name): boolean {
  if (subject.kind === 'FIRM') return true
  return entitiesOf(state, subject).length > 1
}

/** The entities of every account that the subject was ever bound to. */
export function entitiesOf(state: State, subject: Name): number[] {
  return [...new Set(accountsOf(state, subject).map(entityOf(state)))]
}

/** Every account that the subject was ever bound to. */
function accountsOf(state: State, subject: Name): number[] {
  const accounts = state.subjects.filter(({ kind }) => kind === 'ACCOUNT')
  const everBound = (kind: string, id: number, account: number) => state.bindings.has(`${kind}:${id}:${account}`)
  const traders = state.subjects.filter(({ kind, desk }) => kind === 'TRADER' && desk === subject.id)
  return accounts
    .filter((account) => {
      if (subject.kind === 'ENTITY') return account.entity === subject.id
      if (subject.kind === 'CLIENT') return account.client === subject.id
      if (subject.kind === 'TRADER') return everBound('TRADER_ACCOUNT', subject.id, account.id)
      if (subject.kind === 'STRATEGY') return everBound('STRATEGY_ACCOUNT', subject.id, account.id)
      if (subject.kind !== 'DESK') return account.id === subject.id
      return account.desk === subject.id || traders.some(({ id }) => everBound('TRADER_ACCOUNT', id, account.id))
    })
    .map(({ id }) => id)
}
