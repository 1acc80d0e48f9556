/** What a limit row's use is now, for readers: rows that judge single orders have none. */
import { Row } from './state/limit-row.ts'
import { C01, C05, D01L, D01S, D02, D03, D04, D05, D06, D08, E05 } from './state/limit-version.ts'
import { larger, Metric } from './state/metrics.ts'
import { ENTITIES_MAX } from './state/names.ts'
import type { State } from './state/state.ts'

/** Use of a row in its control's unit (D08: money); NaN for single-order controls and for "each" rows. */
export function rowUse(state: State, slot: number): number {
  const { limits, metrics } = state
  const i = slot * Row.INTS
  const kind = limits.i[i + Row.KIND]!
  const subject = limits.i[i + Row.SUBJECT]!
  let metric = subject
  if (kind !== 0) {
    const object = limits.i[i + Row.OBJECT]!
    if (object < 0) return Number.NaN
    const entry = limits.entry(subject, kind, object)
    if (entry < 0) return Number.NaN
    metric = limits.entryMetric[entry]!
  }
  const m = metric * Metric.SIZE
  switch (limits.i[i + Row.CONTROL]) {
    case C01:
      return limits.windows[slot]?.countAt(state.timeUs) ?? 0
    case C05:
      return metrics.f[m + Metric.COUNT]!
    case D03:
      return metrics.f[m + Metric.EXECUTED]! + metrics.f[m + Metric.OPEN]!
    case D01L:
      return metrics.f[m + Metric.LONG_QTY]!
    case D01S:
      return 0 - metrics.f[m + Metric.SHORT_QTY]!
    case D04:
      return metrics.f[m + Metric.EXECUTED]!
    case D06:
      return metrics.f[m + Metric.OPEN]!
    case D05:
    case D08:
      return metrics.f[m + Metric.GROSS]!
    case E05:
      return Math.max(0, 0 - state.profits.money[subject]!)
    case D02:
      return netOf(state, subject, metric)
    default:
      return Number.NaN
  }
}

/** Net use: the larger absolute end; over several entities the sum of each one's. */
export function netOf(state: State, subject: number, metric: number): number {
  const { metrics, names } = state
  if (names.isMultiEntity(subject)) return metrics.f[metric * Metric.SIZE + Metric.NET]!
  return larger(longOf(state, metric), shortOf(state, metric))
}

export function longOf(state: State, metric: number): number {
  let sum = 0
  for (let entity = 0; entity < ENTITIES_MAX; entity++) sum += state.metrics.ends[(metric * ENTITIES_MAX + entity) * 2]!
  return sum
}

export function shortOf(state: State, metric: number): number {
  let sum = 0
  for (let entity = 0; entity < ENTITIES_MAX; entity++) {
    sum += state.metrics.ends[(metric * ENTITIES_MAX + entity) * 2 + 1]!
  }
  return sum
}
