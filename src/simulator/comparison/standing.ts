/**
 * Compares what stands: every live order, cell, exposure, mark, latch and row in use, the engine's against the twin's.
 */
import type { CellView, EngineView, ExposureView } from '../../model/engine-port.ts'
import type { Command } from '../commands/command.ts'
import { sum } from '../twin/exact.ts'
import {
  type Cell,
  countAt,
  endsAt,
  executedAt,
  grossAt,
  NO_OBJECT,
  openAt,
  type Snapshot,
  snapshot,
} from '../twin/exposure.ts'
import { useOf } from '../twin/limits.ts'
import { isHeldBack, isReady } from '../twin/readiness.ts'
import { limitKey } from '../twin/rows.ts'
import { type Latch, liveOrders, type Name, type Order, type State } from '../twin/state.ts'
import { leavesOfOrder, openValueOfOrder } from '../twin/value.ts'
import type { Ledger } from './decisions.ts'
import { Difference, same } from './difference.ts'

export function compareStanding(
  given: Command | undefined,
  view: EngineView,
  state: State,
  ledger: Ledger,
  nowUs: number,
): void {
  const snap = snapshot(state)
  compareOrders(given, view, state)
  compareCells(given, view, snap)
  for (const subject of state.subjects) compareExposure(given, view.exposure(subject.id), state, snap, subject)
  compareMarkets(given, view, state)
  compareLatches(given, view, state)
  for (const { kind, id } of state.subjects) if (kind === 'ACCOUNT') compareReadiness(given, view, state, id)
  compareLimits(given, view, state, snap, ledger, nowUs)
}

function compareOrders(given: Command | undefined, view: EngineView, state: State): void {
  const theirs = new Map([...view.orders()].map((order) => [order.orderSeq, order]))
  const ours = liveOrders(state)
  const listed = (seqs: Iterable<number>) => [...seqs].sort((a, b) => a - b).join(' ')
  same(given, 'live orders', listed(theirs.keys()), listed(ours.map(({ seq }) => seq)))
  same(given, 'openOrders', view.openOrders, ours.length)
  for (const order of ours) {
    const their = theirs.get(order.seq)
    const expected = standingOf(state, order)
    for (const [field, value] of Object.entries(expected)) {
      same(given, `order ${order.seq} ${field}`, (their as unknown as Record<string, unknown>)[field], value)
    }
  }
}

function standingOf(state: State, order: Order) {
  const { account, trader, strategy, desk, session, instrument, venue } = order.keys
  return {
    state: order.state,
    cumQty: order.cum,
    leavesQty: leavesOfOrder(state, order),
    openValue: openValueOfOrder(state, order),
    pendingReplaces: order.versions.length - 1,
    cancelRequested: order.cancelRequested,
    side: order.side,
    ordType: order.ordType,
    triggered: order.triggered,
    ...{ account, trader, strategy, desk, session, instrument, venue },
  }
}

function compareCells(given: Command | undefined, view: EngineView, snap: Snapshot): void {
  const theirs = new Map([...view.cells()].filter(isHeld).map((cell) => [keyOfView(cell), cell]))
  const ours = new Map([...snap.cells.values()].filter(isFilled).map((cell) => [keyOfCell(cell), cell]))
  const listed = (keys: Iterable<string>) => [...keys].sort().join(' ')
  same(given, 'cells', listed(theirs.keys()), listed(ours.keys()))
  for (const [key, cell] of ours) {
    const their = theirs.get(key) as CellView
    const worth = snap.worths.get(cell)
    same(given, `cell ${key} P`, their.position, cell.position)
    same(given, `cell ${key} B`, their.buyLeaves, cell.buys)
    same(given, `cell ${key} S`, their.sellLeaves, cell.sells)
    same(given, `cell ${key} up`, their.up, worth?.up)
    same(given, `cell ${key} dn`, their.down, worth?.down)
  }
}

function isHeld({ position, buyLeaves, sellLeaves }: CellView): boolean {
  return position !== 0 || buyLeaves !== 0 || sellLeaves !== 0
}

function isFilled({ position, buys, sells }: Cell): boolean {
  return position !== 0n || buys !== 0n || sells !== 0n
}

function keyOfView({ kind, subject, account, instrument }: CellView): string {
  return `${kind}:${subject}:${account}:${instrument}`
}

function keyOfCell({ kind, keys }: Cell): string {
  const subject = { ACCOUNT: keys.account, DESK: keys.desk, TRADER: keys.trader, STRATEGY: keys.strategy }[kind]
  return `${kind}:${subject}:${keys.account}:${keys.instrument}`
}

function compareExposure(
  given: Command | undefined,
  their: ExposureView,
  state: State,
  snap: Snapshot,
  subject: Name,
): void {
  const ends = [...endsAt(state, snap, subject, NO_OBJECT).values()]
  const expected = {
    gross: grossAt(state, snap, subject, NO_OBJECT),
    long: sum(ends.map(({ long }) => long)),
    short: sum(ends.map(({ short }) => short)),
    executed: executedAt(state, subject, NO_OBJECT),
    open: openAt(state, snap, subject, NO_OBJECT),
    openOrders: countAt(state, snap, subject, NO_OBJECT),
  }
  for (const [field, value] of Object.entries(expected)) {
    same(given, `exposure of ${subject.kind} ${subject.name} ${field}`, their[field as keyof ExposureView], value)
  }
}

function compareMarkets(given: Command | undefined, view: EngineView, state: State): void {
  for (const { id, symbol } of state.instruments) {
    const market = state.markets[id]
    const their = view.instrument(id)
    if (market === undefined || their === undefined) throw new Difference(given, `instrument ${symbol}`, their, market)
    if (market.mark !== null) same(given, `mark of ${symbol}`, their.mark, market.mark)
    same(given, `halted ${symbol}`, their.halted, market.halted)
    same(given, `rule201 ${symbol}`, their.rule201, market.rule201)
  }
}

function compareLatches(given: Command | undefined, view: EngineView, state: State): void {
  const listed = (latches: Iterable<Pick<Latch, 'id' | 'state' | 'cause' | 'ended' | 'filled'>>) =>
    [...latches]
      .map(({ id, state, cause, ended, filled }) => `${id}:${state}:${cause}:${ended}:${filled}`)
      .sort()
      .join(' ')
  const theirs = [...view.latches()].map(({ latch, ...rest }) => ({ ...rest, id: latch }))
  same(given, 'latches', listed(theirs), listed(state.latches.values()))
}

function compareReadiness(given: Command | undefined, view: EngineView, state: State, account: number): void {
  const { ready, blocked } = view.readiness(account)
  same(given, `account ${account} ready`, ready, isReady(state, account))
  same(given, `account ${account} blocked`, blocked, isHeldBack(state, account))
}

function compareLimits(
  given: Command | undefined,
  view: EngineView,
  state: State,
  snap: Snapshot,
  ledger: Ledger,
  nowUs: number,
): void {
  const theirs = new Map([...view.limits()].map((limit) => [ledger.rows.get(limit.version) ?? '?', limit]))
  const listed = (keys: Iterable<string>) => [...keys].sort().join(' ')
  same(given, 'limit rows', listed(theirs.keys()), listed(state.limits.keys()))
  for (const limit of state.limits.values()) {
    const key = limitKey(limit)
    same(given, `limit ${key} hard`, theirs.get(key)?.hard, limit.hard)
    const isForEach = limit.objectKind !== 0 && limit.object === -1
    const use = isForEach ? null : useOf(state, limit, state.subjects[limit.subject] as Name, nowUs, snap)
    if (use !== null) same(given, `limit ${key} use`, theirs.get(key)?.use, use)
  }
}
