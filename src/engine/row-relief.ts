/**
 * What an order keeps of the use of a limit row, and whether the row needs it to go (docs/reference/decision.md §18). Sums
 * are those that stand, less what goes with orders whose cancels are asked for.
 */
import { ceilMulDiv } from '../model/numbers.ts'
import { CELL_KIND, guarded, ObjectKind, objectOf } from './exposure.ts'
import { Cell } from './state/cells.ts'
import { InstrumentFlag } from './state/instruments.ts'
import { Row } from './state/limit-row.ts'
import { B01, B02, B08, B12, C05, D01L, D01S, D02, D03, D05, D06, D08, limitKey } from './state/limit-version.ts'
import { larger, Metric } from './state/metrics.ts'
import { ENTITIES_MAX } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
import { flowValue } from './value.ts'

/** Controls whose rows can be enforced: their use, or the order itself, is what rests. */
export const ENFORCED: readonly number[] = [B01, B02, B08, B12, C05, D01L, D01S, D02, D03, D05, D06, D08]

/** What is kept by group in `use`: one amount, and the ends of each entity. */
const AMOUNT = 0
const LONG = 1
const SHORT = 2
const PLACES = 1 + ENTITIES_MAX * 2

export type RowRelief = ReturnType<typeof createRowRelief>

export function createRowRelief(state: State) {
  const { orders, limits, metrics, cells, names, parents, instruments, value } = state
  const { f, i, vf, vi } = orders
  /** The row, its control, and what goes: quantity by cell and side, use by what the row counts. */
  let row = -1
  let control = -1
  /** The amount of a row that is about one thing. */
  let goneAll = 0
  const goneQty = new Map<number, number>()
  const goneUse = new Map<number, number>()

  /** From now on it is about the row in this slot, with nothing gone yet. */
  function begin(slot: number): void {
    row = slot
    control = limits.i[slot * Row.INTS + Row.CONTROL]!
    goneAll = 0
    goneQty.clear()
    goneUse.clear()
  }

  function counts(slot: number): boolean {
    return groupOf(slot) >= 0
  }

  /** What the order counts at in the row: an object of "each", a basket, else 0; -1 where it does not count. */
  function groupOf(slot: number): number {
    const ints = row * Row.INTS
    const oi = slot * Order.INTS
    const subject = limits.i[ints + Row.SUBJECT]!
    if (i[oi + Order.SUBJECT + names.subjectKind[subject]!] !== subject) return -1
    if (control === B12) return parents.get(parents.parentOf[slot]!)?.instrument === -1 ? parents.parentOf[slot]! : -1
    const kind = limits.i[ints + Row.KIND]!
    if (kind === 0) return 0
    const own = limits.i[ints + Row.OBJECT]!
    const object = objectOf(state, kind, i[oi + Order.INSTR]!, i[oi + Order.VENUE]!)
    if (own >= 0 || object < 0) return object === own ? 0 : -1
    // A row of the very object stands for that of each.
    return limits.slotOf(limitKey(control, subject, kind, object, 0, 0)) < 0 ? object : -1
  }

  function metricOf(group: number): number {
    const ints = row * Row.INTS
    const kind = limits.i[ints + Row.KIND]!
    const subject = limits.i[ints + Row.SUBJECT]!
    if (kind === 0) return subject
    const own = limits.i[ints + Row.OBJECT]!
    return limits.entryMetric[limits.entry(subject, kind, own < 0 ? group : own)]!
  }

  /** Takes what the order keeps of the row out of its use: it goes. */
  function lift(slot: number): void {
    const group = groupOf(slot)
    if (control === D02 || control === D05 || control === D08) liftEnds(slot, group)
    else if (group === 0) goneAll += amountOf(slot)
    else add(goneUse, group * PLACES + AMOUNT, amountOf(slot))
  }

  /** What the order alone keeps, where that adds up. */
  function amountOf(slot: number): number {
    const of = slot * Order.NUMS
    if (control === C05) return 1
    if (control === D03 || control === D06 || control === B12) return f[of + Order.OPENED]!
    const leaves = f[of + Order.LEAVES]!
    const buys = i[slot * Order.INTS + Order.SIDE] === 0
    if (control === B08) return leaves
    if (control === D01L) return buys ? leaves : 0
    return control === D01S && !buys ? leaves : 0
  }

  function cellOf(slot: number): number {
    const subject = limits.i[row * Row.INTS + Row.SUBJECT]!
    return i[slot * Order.INTS + Order.CELL_AT + CELL_KIND[names.subjectKind[subject]!]!]!
  }

  /** The long end of a cell in money without what goes, or with `sells` its short end, positive where it is short. */
  function endOf(cell: number, instrument: number, sells: boolean): number {
    const gone = goneQty.get(cell * 2 + (sells ? 1 : 0)) ?? 0
    const p = cells.f[cell + Cell.P]!
    if (!sells) return guarded(value.upValue(instrument, p + cells.f[cell + Cell.B]! - gone))
    return 0 - guarded(value.downValue(instrument, p - cells.f[cell + Cell.S]! + gone))
  }

  function liftEnds(slot: number, group: number): void {
    const oi = slot * Order.INTS
    const sells = i[oi + Order.SIDE] !== 0
    const instrument = i[oi + Order.INSTR]!
    const cell = cellOf(slot)
    const end = endOf(cell, instrument, sells)
    const other = endOf(cell, instrument, !sells)
    add(goneQty, cell * 2 + (sells ? 1 : 0), f[slot * Order.NUMS + Order.LEAVES]!)
    const left = endOf(cell, instrument, sells)
    add(goneUse, group * PLACES + AMOUNT, Math.max(end, other) - Math.max(left, other))
    const entity = i[oi + Order.ENTITY_ORDINAL]! * 2
    add(goneUse, group * PLACES + (sells ? SHORT : LONG) + entity, end - left)
  }

  /** True where the use of the row, without what goes, does not fit, and the order keeps it up. */
  function isNeeded(slot: number): boolean {
    if (control === B01 || control === B02) return isOverItself(slot)
    const group = groupOf(slot)
    if (control === D02) return isNetNeeded(slot, group)
    if (control === D05 || control === D08) return isGrossNeeded(slot, group)
    return amountOf(slot) > 0 && isOver(group, i[slot * Order.INTS + Order.INSTR]!)
  }

  function isOver(group: number, instrument: number): boolean {
    const most = limits.f[row * Row.NUMS + Row.MONEY]!
    const gone = group === 0 ? goneAll : (goneUse.get(group * PLACES + AMOUNT) ?? 0)
    if (control === B12) return parents.get(group)!.value - gone > most
    const m = metricOf(group) * Metric.SIZE
    const sums = metrics.f
    switch (control) {
      case C05:
        return sums[m + Metric.COUNT]! - gone > most
      case D03:
        return sums[m + Metric.EXECUTED]! + sums[m + Metric.OPEN]! - gone > most
      case D06:
        return sums[m + Metric.OPEN]! - gone > most
      case D01L:
        return sums[m + Metric.LONG_QTY]! - gone > most
      case D01S:
        return 0 - sums[m + Metric.SHORT_QTY]! - gone > most
      default:
        return isOverAdv(m, gone, instrument, most)
    }
  }

  /** A volume that was never told is a share of nothing: nothing fits it. */
  function isOverAdv(m: number, gone: number, instrument: number, most: number): boolean {
    const sums = metrics.f
    const open = sums[m + Metric.LONG_QTY]! - sums[m + Metric.SHORT_QTY]!
    const adv = instruments.adv[instrument]!
    if (!(adv > 0)) return true
    return !(ceilMulDiv(sums[m + Metric.TRADED_QTY]! + open - gone, 10_000, 1, adv) <= most)
  }

  function isGrossNeeded(slot: number, group: number): boolean {
    if (f[slot * Order.NUMS + Order.LEAVES]! === 0) return false
    const gross = metrics.f[metricOf(group) * Metric.SIZE + Metric.GROSS]!
    const gone = goneUse.get(group * PLACES + AMOUNT) ?? 0
    if (gross - gone <= limits.f[row * Row.NUMS + Row.MONEY]!) return false
    const sells = i[slot * Order.INTS + Order.SIDE] !== 0
    const instrument = i[slot * Order.INTS + Order.INSTR]!
    const cell = cellOf(slot)
    // The smaller end counts for nothing: what stands on it lowers nothing by going.
    return endOf(cell, instrument, sells) >= endOf(cell, instrument, !sells)
  }

  /** An end of one entity without what goes, positive on its own side. */
  function netEnd(group: number, entity: number, sells: boolean): number {
    const at = (metricOf(group) * ENTITIES_MAX + entity) * 2
    const gone = goneUse.get(group * PLACES + (sells ? SHORT : LONG) + entity * 2) ?? 0
    return sells ? 0 - metrics.ends[at + 1]! - gone : metrics.ends[at]! - gone
  }

  function isNetNeeded(slot: number, group: number): boolean {
    if (f[slot * Order.NUMS + Order.LEAVES]! === 0) return false
    const most = limits.f[row * Row.NUMS + Row.MONEY]!
    const own = i[slot * Order.INTS + Order.ENTITY_ORDINAL]!
    const sells = i[slot * Order.INTS + Order.SIDE] !== 0
    let use = 0
    if (!names.isMultiEntity(limits.i[row * Row.INTS + Row.SUBJECT]!)) {
      for (let entity = 0; entity < ENTITIES_MAX; entity++) use += netEnd(group, entity, sells)
      return use > most
    }
    for (let entity = 0; entity < ENTITIES_MAX; entity++) {
      use += larger(netEnd(group, entity, false), netEnd(group, entity, true))
    }
    return use > most && netEnd(group, own, sells) >= netEnd(group, own, !sells)
  }

  /** A row for single orders: one of the order's versions is over it. */
  function isOverItself(slot: number): boolean {
    const most = limits.f[row * Row.NUMS + Row.HARD]!
    const of = slot * Order.NUMS
    const oi = slot * Order.INTS
    const inOwnUnits = limits.i[row * Row.INTS + Row.KIND] === ObjectKind.INSTRUMENT
    const unit = inOwnUnits ? 1 : instruments.qtyUnit[i[oi + Order.INSTR]!]!
    const inverse = (instruments.flags[i[oi + Order.INSTR]!]! & InstrumentFlag.INVERSE) !== 0
    const isBeyond = (qty: number, v: number, n: number, d: number) =>
      (control === B01 ? Math.ceil(qty / unit) : guarded(flowValue(inverse, v, qty, n, d))) > most
    if (isBeyond(f[of + Order.QTY]!, f[of + Order.V]!, f[of + Order.N]!, f[of + Order.D]!)) return true
    for (let version = i[oi + Order.VERSION]!; version >= 0; version = vi[version * Version.INTS + Version.OLDER]!) {
      const at = version * Version.NUMS
      if (isBeyond(vf[at + Version.QTY]!, vf[at + Version.V]!, vf[at + Version.N]!, vf[at + Version.D]!)) return true
    }
    return false
  }

  return { begin, counts, lift, isNeeded }
}

function add(sums: Map<number, number>, key: number, amount: number): void {
  if (amount !== 0) sums.set(key, (sums.get(key) ?? 0) + amount)
}
