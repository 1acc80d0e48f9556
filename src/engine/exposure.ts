/**
 * The exposure algebra (docs/reference/decision.md §1): how a change of position and leaves moves cells and sums.
 * `project` computes it for an order under judgement; `shift` applies it. Every limit reads what these two keep.
 */
import { type Judgement, X } from './judgement.ts'
import { Cell } from './state/cells.ts'
import { InstrumentFlag } from './state/instruments.ts'
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
}

/**
 * Puts into the scratch what the order does at total quantity `qty`: values, reserved leaves and open value, changes of
 * the four cells. Returns false where something is no safe integer.
 */
export function project(state: State, j: Judgement, qty: number): boolean {
  const x = j.x
  projectLeaves(j, qty)
  const inverse = (state.instruments.flags[j.instrument]! & InstrumentFlag.INVERSE) !== 0
  const v = x[X.V]!
  const n = x[X.N]!
  const d = x[X.D]!
  const leaves = x[X.LEAVES]!
  const value = flowValue(inverse, v, qty, n, d)
  const open = leaves === qty ? value : flowValue(inverse, v, leaves, n, d)
  if (!(value >= 0) || !(open >= 0)) return false
  x[X.VALUE] = value
  x[X.OPEN_VERSION] = open
  const openOld = x[X.OPEN_OLD]!
  const leavesOld = x[X.LEAVES_OLD]!
  if (j.nonAtomic) x[X.OPEN_NEW] = openOld + open
  else x[X.OPEN_NEW] = open > openOld ? open : openOld
  const more = x[X.LEAVES_NEW]! - leavesOld
  const f = state.cells.f
  for (let kind = 0; kind < 4; kind++) {
    const cell = j.cells[kind]!
    let up0 = 0
    let dn0 = 0
    let up1: number
    let dn1: number
    if (cell < 0) {
      up1 = j.buys ? state.value.upValue(j.instrument, more) : 0
      dn1 = j.buys ? 0 : state.value.downValue(j.instrument, -more)
    } else {
      up0 = f[cell + Cell.UP]!
      dn0 = f[cell + Cell.DN]!
      up1 = j.buys ? state.value.upValue(j.instrument, f[cell + Cell.P]! + f[cell + Cell.B]! + more) : up0
      dn1 = j.buys ? dn0 : state.value.downValue(j.instrument, f[cell + Cell.P]! - f[cell + Cell.S]! - more)
    }
    // NaN compares false: a value that cannot be held ends here.
    if (!(up1 >= dn1)) return false
    j.dUp[kind] = up1 - up0
    j.dDn[kind] = dn1 - dn0
    const gross0 = up0 > -dn0 ? up0 : -dn0
    const gross1 = up1 > -dn1 ? up1 : -dn1
    j.dGross[kind] = gross1 - gross0
  }
  j.reducing = isReducing(state, j, 0)
  return true
}

/** The part of the projection that needs no price: what can still execute, and the leaves that would be reserved. */
export function projectLeaves(j: Judgement, qty: number): void {
  const x = j.x
  const leaves = qty - x[X.CUM]!
  const leavesOld = x[X.LEAVES_OLD]!
  x[X.LEAVES] = leaves
  if (j.nonAtomic) x[X.LEAVES_NEW] = leavesOld + leaves
  else x[X.LEAVES_NEW] = leaves > leavesOld ? leaves : leavesOld
}

/** True where, on the cell of `kind`, the order's side can do no more than close the position. */
export function isReducing(state: State, j: Judgement, kind: number): boolean {
  const cell = j.cells[kind]!
  const f = state.cells.f
  const more = j.x[X.LEAVES_NEW]! - j.x[X.LEAVES_OLD]!
  // A cell that was never touched holds nothing that could be reduced.
  if (cell < 0) return more <= 0
  if (j.buys) return f[cell + Cell.B]! + more <= -f[cell + Cell.P]!
  return f[cell + Cell.S]! + more <= f[cell + Cell.P]!
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

/** Places in an order's subjects that count the cells of each kind; the first three of kind 0 come before these. */
const PLACE_OF_KIND = Int32Array.of(5, 3, 4, 6)

/** Applies changes of position, leaves and flow to cells and to every sum of the subjects that count them. */
export class Shift {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  /**
   * Changes P, B and S of one cell. `subjects` holds the eight subjects from `from` on, -1 where one is not known; those
   * that count cells of this kind follow.
   */
  cell(
    kind: number,
    offset: number,
    instrument: number,
    entity: number,
    dP: number,
    dB: number,
    dS: number,
    subjects: Int32Array,
    from: number,
  ): void {
    const f = this.#state.cells.f
    f[offset + Cell.P] = f[offset + Cell.P]! + dP
    f[offset + Cell.B] = f[offset + Cell.B]! + dB
    f[offset + Cell.S] = f[offset + Cell.S]! + dS
    this.value(kind, offset, instrument, entity, subjects, from)
  }

  /** Values a cell again at the mark in force. */
  value(kind: number, offset: number, instrument: number, entity: number, subjects: Int32Array, from: number): void {
    const f = this.#state.cells.f
    const up0 = f[offset + Cell.UP]!
    const dn0 = f[offset + Cell.DN]!
    const up1 = guarded(this.#state.value.upValue(instrument, f[offset + Cell.P]! + f[offset + Cell.B]!))
    const dn1 = guarded(this.#state.value.downValue(instrument, f[offset + Cell.P]! - f[offset + Cell.S]!))
    if (up1 === up0 && dn1 === dn0) return
    f[offset + Cell.UP] = up1
    f[offset + Cell.DN] = dn1
    const gross0 = up0 > -dn0 ? up0 : -dn0
    const gross1 = up1 > -dn1 ? up1 : -dn1
    const dUp = up1 - up0
    const dDn = dn1 - dn0
    const dGross = gross1 - gross0
    if (kind === 0) {
      this.#ends(subjects[from]!, instrument, entity, dUp, dDn, dGross)
      this.#ends(subjects[from + 1]!, instrument, entity, dUp, dDn, dGross)
      this.#ends(subjects[from + 2]!, instrument, entity, dUp, dDn, dGross)
    }
    this.#ends(subjects[from + PLACE_OF_KIND[kind]!]!, instrument, entity, dUp, dDn, dGross)
  }

  #ends(subject: number, instrument: number, entity: number, dUp: number, dDn: number, dGross: number): void {
    if (subject < 0) return
    this.#state.metrics.addEnds(subject, entity, dUp, dDn, dGross)
    if (this.#state.limits.kindMask[subject] !== 0) this.#objectEnds(subject, instrument, entity, dUp, dDn, dGross)
  }

  #objectEnds(subject: number, instrument: number, entity: number, dUp: number, dDn: number, dGross: number): void {
    const { limits, metrics } = this.#state
    const mask = limits.kindMask[subject]!
    // Positions have no venue: position rows take the four other objects.
    for (let kind = ObjectKind.INSTRUMENT; kind < ObjectKind.VENUE; kind++) {
      if ((mask & (1 << kind)) === 0) continue
      const row = this.#objectRow(subject, kind, objectOf(this.#state, kind, instrument, -1))
      if (row >= 0) metrics.addEnds(row, entity, dUp, dDn, dGross)
    }
  }

  /** Adds changes of flow to the subjects and their objects. */
  flow(
    subjects: Int32Array,
    from: number,
    instrument: number,
    venue: number,
    open: number,
    count: number,
    executed: number,
  ): void {
    const { limits, metrics } = this.#state
    for (let at = from; at < from + 8; at++) {
      const subject = subjects[at]!
      if (subject < 0) continue
      metrics.addFlow(subject, open, count, executed)
      const mask = limits.kindMask[subject]!
      if (mask === 0) continue
      for (let kind = ObjectKind.INSTRUMENT; kind <= ObjectKind.VENUE; kind++) {
        if ((mask & (1 << kind)) === 0) continue
        const row = this.#objectRow(subject, kind, objectOf(this.#state, kind, instrument, venue))
        if (row >= 0) metrics.addFlow(row, open, count, executed)
      }
    }
  }

  /** Metric row of (subject, object): made on first touch where "each" rows stand; -1 where none is kept. */
  #objectRow(subject: number, kind: number, object: number): number {
    if (object < 0) return -1
    const { limits, metrics } = this.#state
    const entry = limits.entry(subject, kind, object)
    if (entry >= 0) return limits.entryMetric[entry]!
    if (limits.each[subject * 6 + kind]!.length === 0) return -1
    return limits.entryMetric[limits.openEntry(subject, kind, object, metrics)]!
  }
}

/** A value of what stands that cannot be held (a mark or a rate has moved): it is pinned at the bound, over every limit. */
export function guarded(value: number): number {
  return Number.isNaN(value) ? Number.MAX_SAFE_INTEGER : value
}
