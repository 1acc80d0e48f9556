/**
 * The exposure algebra (docs/reference/decision.md §1): how a change of position and leaves moves cells and sums.
 * `createProjection` computes it for an order under judgement; `createShift` applies it. Every limit reads what these
 * two keep.
 */

import { type Judgement, X } from './judgement.ts'
import { InstrumentFlag } from './state/instruments.ts'
import { Ends, Metric } from './state/metrics.ts'
import { Order } from './state/orders.ts'
import { scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'
import { flowValue } from './value.ts'

/** Cell kind of each subject kind: firm, entity, client and account add up account cells; a session has none. */
export const CELL_KIND = Int32Array.of(0, 0, 0, 1, 2, 0, 3, -1)

/** Object kinds in the order of OBJECT_KINDS. */
export const enum ObjectKind {
  INSTRUMENT = 1,
  UNDERLYING = 2,
  SECTOR = 3,
  ASSET_CLASS = 4,
  VENUE = 5,
  /** Kinds, the one of rows without object included. */
  COUNT = 6,
}

/** What an order under judgement would do to exposure. */
export function createProjection(state: State, j: Judgement) {
  const { x, cells, dUp, dDn, dGross } = j
  const { pOf, bOf, sOf, upOf, dnOf } = state.cells
  const { flags } = state.instruments
  const { upValue, downValue } = state.value

  /**
   * Puts into the scratch what the order does at its total quantity `x[X.QTY]`: values, reserved leaves and open value,
   * changes of the four cells. Returns false where something is no safe integer.
   */
  function project(): boolean {
    projectLeaves()
    const inverse = (flags[j.instrument]! & InstrumentFlag.INVERSE) !== 0
    const qty = x[X.QTY]!
    const leaves = x[X.LEAVES]!
    const value = flowValue(inverse, x[X.V]!, qty, x[X.N]!, x[X.D]!)
    const open = leaves === qty ? value : flowValue(inverse, x[X.V]!, leaves, x[X.N]!, x[X.D]!)
    if (!(value >= 0) || !(open >= 0)) return false
    x[X.VALUE] = value
    x[X.OPEN_VERSION] = open
    const openOld = x[X.OPEN_OLD]!
    if (j.nonAtomic) x[X.OPEN_NEW] = openOld + open
    else x[X.OPEN_NEW] = open > openOld ? open : openOld
    if (!projectCells()) return false
    j.reducing = isReducing(state, j, 0)
    return true
  }

  function projectCells(): boolean {
    const instrument = j.instrument
    const buys = j.buys === true
    const more = x[X.LEAVES_NEW]! - x[X.LEAVES_OLD]!
    for (let kind = 0; kind < 4; kind++) {
      const cell = cells[kind]!
      let up0 = 0
      let dn0 = 0
      let qty = buys ? more : -more
      if (cell >= 0) {
        up0 = upOf[cell]!
        dn0 = dnOf[cell]!
        qty += pOf[cell]! + (buys ? bOf[cell]! : -sOf[cell]!)
      }
      const up1 = buys ? upValue(instrument, qty) : up0
      const dn1 = buys ? dn0 : downValue(instrument, qty)
      // NaN compares false: a value that cannot be held ends here.
      if (!(up1 >= dn1)) return false
      dUp[kind] = up1 - up0
      dDn[kind] = dn1 - dn0
      dGross[kind] = (up1 > -dn1 ? up1 : -dn1) - (up0 > -dn0 ? up0 : -dn0)
    }
    return true
  }

  /** The part of the projection that needs no price: what can still execute, and the leaves that would be reserved. */
  function projectLeaves(): void {
    const rest = x[X.QTY]! - x[X.CUM]!
    // A replace to less than is executed is refused, and must not look as if it reduced what others hold open.
    const leaves = rest < 0 ? 0 : rest
    const leavesOld = x[X.LEAVES_OLD]!
    x[X.LEAVES] = leaves
    if (j.nonAtomic) x[X.LEAVES_NEW] = leavesOld + leaves
    else x[X.LEAVES_NEW] = leaves > leavesOld ? leaves : leavesOld
  }

  return { project, projectLeaves }
}

/** True where, on the cell of `kind`, the order's side can do no more than close the position. */
export function isReducing(state: State, j: Judgement, kind: number): boolean {
  const { pOf, bOf, sOf } = state.cells
  const cell = j.cells[kind]!
  const more = j.x[X.LEAVES_NEW]! - j.x[X.LEAVES_OLD]!
  // A cell that was never touched holds nothing that could be reduced.
  if (cell < 0) return more <= 0
  if (j.buys) return bOf[cell]! + more <= -pOf[cell]!
  return sOf[cell]! + more <= pOf[cell]!
}

/** Id of the object of a kind that an order in `instrument` at `venue` has; -1 where it has none. */
export function objectOf(state: State, kind: number, instrument: number, venue: number): number {
  switch (kind) {
    case ObjectKind.INSTRUMENT:
      return instrument
    case ObjectKind.UNDERLYING:
      return state.instruments.underlyingOf(instrument)
    case ObjectKind.SECTOR:
      return state.instruments.sector[instrument]!
    case ObjectKind.ASSET_CLASS:
      return state.instruments.assetClass[instrument]!
    default:
      return venue
  }
}

/** Changes that `Shift.order` applies to an order's cells and sums; its caller sets them. EXECUTED is 0 in between. */
export const enum Delta {
  /** Position, open buys and open sells of the cells, in quantity units. */
  P = 0,
  B = 1,
  S = 2,
  /** Open value, open orders and executed value, in ledger units. */
  OPEN = 3,
  COUNT = 4,
  EXECUTED = 5,
  /** Executed quantity of what no live order carries. */
  TRADED = 6,
  SIZE = 7,
}

export type Shift = ReturnType<typeof createShift>

/** Applies changes of position, leaves and flow to cells and to every sum of the subjects that count them. */
export function createShift(state: State) {
  const { limits, metrics } = state
  const { pOf, bOf, sOf, upOf, dnOf } = state.cells
  const orders = state.orders.i
  const { grossOf, executedOf, openOf, countOf, netOf, longQtyOf, shortQtyOf, tradedQtyOf, longOf, shortOf } = metrics
  const { kindMask } = limits
  const { upValue, downValue } = state.value
  const kindOf = CELL_KIND
  const delta = scratchNums(Delta.SIZE)
  /** Changes of up, dn and gross of an order's four cells, and of one cell alone in the place behind them. */
  const dUp = scratchNums(5)
  const dDn = scratchNums(5)
  const dGross = scratchNums(5)

  /**
   * Applies `delta` to the four cells of the order whose ints start at `oi`, and to its subjects and their objects. An
   * order's quantity is on one side: what it reserves and what it executes move one end of each cell.
   */
  function order(oi: number): void {
    const moves = delta[Delta.P] !== 0 || delta[Delta.B] !== 0 || delta[Delta.S] !== 0
    if (moves) orderCells(oi)
    const entity = orders[(oi + Order.ENTITY_ORDINAL) | 0]! << 1
    for (let place = 0; place < 8; place = (place + 1) | 0) {
      const subject = orders[(oi + Order.SUBJECT + place) | 0]!
      addFlow(subject)
      if (moves && place < 7) addEnds(subject, entity, kindOf[place]!)
      if (kindMask[subject] !== 0) orderObjects(subject, oi, moves ? kindOf[place]! : -1)
    }
  }

  function orderCells(oi: number): void {
    const instrument = orders[(oi + Order.INSTR) | 0]!
    const movesUp = delta[Delta.P]! + delta[Delta.B]! !== 0
    const movesDn = delta[Delta.P]! - delta[Delta.S]! !== 0
    for (let kind = 0; kind < 4; kind = (kind + 1) | 0) {
      const cell = orders[(oi + Order.CELL_AT + kind) | 0]!
      const p = pOf[cell]! + delta[Delta.P]!
      const b = bOf[cell]! + delta[Delta.B]!
      const s = sOf[cell]! + delta[Delta.S]!
      pOf[cell] = p
      bOf[cell] = b
      sOf[cell] = s
      const up0 = upOf[cell]!
      const dn0 = dnOf[cell]!
      const up1 = movesUp ? guarded(upValue(instrument, p + b)) : up0
      const dn1 = movesDn ? guarded(downValue(instrument, p - s)) : dn0
      upOf[cell] = up1
      dnOf[cell] = dn1
      dUp[kind] = up1 - up0
      dDn[kind] = dn1 - dn0
      dGross[kind] = (up1 > -dn1 ? up1 : -dn1) - (up0 > -dn0 ? up0 : -dn0)
    }
  }

  /** Adds the flow of `delta` to a metric row. */
  function addFlow(row: number): void {
    const at = row << Metric.SHIFT
    openOf[at] = openOf[at]! + delta[Delta.OPEN]!
    countOf[at] = countOf[at]! + delta[Delta.COUNT]!
    executedOf[at] = executedOf[at]! + delta[Delta.EXECUTED]!
  }

  /** Adds the changes of the cell in place `kind` to a metric row; `entity` is twice the entity's ordinal. */
  function addEnds(row: number, entity: number, kind: number): void {
    const at = ((row << Ends.SHIFT) + entity) | 0
    const long0 = longOf[at]!
    const short0 = shortOf[at]!
    const long1 = long0 + dUp[kind]!
    const short1 = short0 + dDn[kind]!
    longOf[at] = long1
    shortOf[at] = short1
    const net0 = larger(long0, short0)
    const m = row << Metric.SHIFT
    grossOf[m] = grossOf[m]! + dGross[kind]!
    netOf[m] = netOf[m]! - net0 + larger(long1, short1)
  }

  /** `kind` is the place of the cell changes, -1 where no cell moves. Positions have no venue. */
  function orderObjects(subject: number, oi: number, kind: number): void {
    const instrument = orders[oi + Order.INSTR]!
    const venue = orders[oi + Order.VENUE]!
    const entity = orders[oi + Order.ENTITY_ORDINAL]! * 2
    const mask = kindMask[subject]!
    for (let object = ObjectKind.INSTRUMENT; object <= ObjectKind.VENUE; object++) {
      if ((mask & (1 << object)) === 0) continue
      const row = objectRow(subject, object, objectOf(state, object, instrument, venue))
      if (row < 0) continue
      addFlow(row)
      if (kind >= 0 && object !== ObjectKind.VENUE) addEnds(row, entity, kind)
      if (object === ObjectKind.INSTRUMENT) orderQuantity(row, kind)
    }
  }

  /** A session has what it traded and no position. */
  function orderQuantity(row: number, kind: number): void {
    const p = delta[Delta.P]!
    const at = row << Metric.SHIFT
    tradedQtyOf[at] = tradedQtyOf[at]! + (p < 0 ? -p : p)
    if (kind >= 0) addQuantity(row, p + delta[Delta.B]!, p - delta[Delta.S]!)
  }

  /** Adds changes of P + B and P - S to the row of a subject in one instrument. */
  function addQuantity(row: number, long: number, short: number): void {
    const at = row << Metric.SHIFT
    longQtyOf[at] = longQtyOf[at]! + long
    shortQtyOf[at] = shortQtyOf[at]! + short
  }

  /** Positions have no venue: position rows take the four other objects. */
  function endsObjects(subject: number, instrument: number, entity: number, kind: number): void {
    const mask = kindMask[subject]!
    for (let object = ObjectKind.INSTRUMENT; object < ObjectKind.VENUE; object++) {
      if ((mask & (1 << object)) === 0) continue
      const row = objectRow(subject, object, objectOf(state, object, instrument, -1))
      if (row >= 0) addEnds(row, entity, kind)
    }
  }

  function flowObjects(subject: number, instrument: number, venue: number): void {
    const mask = kindMask[subject]!
    for (let object = ObjectKind.INSTRUMENT; object <= ObjectKind.VENUE; object++) {
      if ((mask & (1 << object)) === 0) continue
      const row = objectRow(subject, object, objectOf(state, object, instrument, venue))
      if (row < 0) continue
      addFlow(row)
      if (object === ObjectKind.INSTRUMENT) {
        const at = row << Metric.SHIFT
        tradedQtyOf[at] = tradedQtyOf[at]! + delta[Delta.TRADED]!
      }
    }
  }

  /** Metric row of (subject, object): made on first touch where "each" rows stand; -1 where none is kept. */
  function objectRow(subject: number, kind: number, object: number): number {
    if (object < 0) return -1
    const entry = limits.entry(subject, kind, object)
    if (entry >= 0) return limits.entryMetric[entry]!
    if (limits.eachCount[subject * ObjectKind.COUNT + kind] === 0) return -1
    return limits.entryMetric[limits.openEntry(subject, kind, object, metrics)]!
  }

  /**
   * Moves the position of one cell. `subjects` holds the eight subjects from `from` on, -1 where one is not known; those
   * that count cells of this kind follow.
   */
  function cell(
    kind: number,
    offset: number,
    instrument: number,
    entity: number,
    dP: number,
    subjects: Int32Array,
    from: number,
  ): void {
    pOf[offset] = pOf[offset]! + dP
    for (let place = 0; place < 7; place++) {
      const subject = subjects[from + place]!
      if (kindOf[place] !== kind || subject < 0) continue
      if ((kindMask[subject]! & (1 << ObjectKind.INSTRUMENT)) === 0) continue
      const row = objectRow(subject, ObjectKind.INSTRUMENT, instrument)
      if (row >= 0) addQuantity(row, dP, dP)
    }
    value(kind, offset, instrument, entity, subjects, from)
  }

  /** Values a cell again at the mark in force. */
  function value(
    kind: number,
    offset: number,
    instrument: number,
    entity: number,
    subjects: Int32Array,
    from: number,
  ): void {
    const up0 = upOf[offset]!
    const dn0 = dnOf[offset]!
    const up1 = guarded(upValue(instrument, pOf[offset]! + bOf[offset]!))
    const dn1 = guarded(downValue(instrument, pOf[offset]! - sOf[offset]!))
    if (up1 === up0 && dn1 === dn0) return
    upOf[offset] = up1
    dnOf[offset] = dn1
    dUp[4] = up1 - up0
    dDn[4] = dn1 - dn0
    dGross[4] = (up1 > -dn1 ? up1 : -dn1) - (up0 > -dn0 ? up0 : -dn0)
    for (let place = 0; place < 7; place++) {
      if (kindOf[place] !== kind) continue
      const subject = subjects[from + place]!
      if (subject < 0) continue
      addEnds(subject, entity * 2, 4)
      if (kindMask[subject] !== 0) endsObjects(subject, instrument, entity * 2, 4)
    }
  }

  /** Adds executed value and quantity of what no live order carries to the subjects and their objects. */
  function flow(
    subjects: Int32Array,
    from: number,
    instrument: number,
    venue: number,
    executed: number,
    traded: number,
  ): void {
    delta[Delta.OPEN] = 0
    delta[Delta.COUNT] = 0
    delta[Delta.EXECUTED] = executed
    delta[Delta.TRADED] = traded
    for (let place = 0; place < 8; place++) {
      const subject = subjects[from + place]!
      if (subject < 0) continue
      addFlow(subject)
      if (kindMask[subject] !== 0) flowObjects(subject, instrument, venue)
    }
    delta[Delta.EXECUTED] = 0
  }

  return { delta, order, cell, value, flow }
}

/** The larger absolute end. */
function larger(long: number, short: number): number {
  const a = long < 0 ? -long : long
  const b = short < 0 ? -short : short
  return a > b ? a : b
}

/** A value of what stands that cannot be held (a mark or a rate has moved): it is pinned at the bound, over every limit. */
export function guarded(value: number): number {
  return Number.isNaN(value) ? Number.MAX_SAFE_INTEGER : value
}
