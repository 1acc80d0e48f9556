/**
 * Warning levels of limit rows: up when an approve takes use to a higher one, down when use has fallen well below.
 */

import type { EvaluatedRow, TwinEvent } from './events.ts'
import { ceilDiv, floorDiv, MAX } from './exact.ts'
import { C05, D01L, D01S, D02, D03, D04, D05, D06, D08 } from './rows.ts'
import { type Limit, parameter, type State } from './state.ts'

const WARNED_CONTROLS: readonly number[] = [C05, D01L, D01S, D02, D03, D04, D05, D06, D08]

/** Moves the standing levels by the rows of an approve. */
export function warn(state: State, rows: readonly EvaluatedRow[]): TwinEvent[] {
  return rows.filter(({ limit }) => WARNED_CONTROLS.includes(limit.control)).flatMap((row) => warnRow(state, row))
}

function warnRow(state: State, { limit, before, after }: EvaluatedRow): TwinEvent[] {
  const full = fullUse(state, limit)
  const margin = floorDiv(full * parameter(state, 'warnRearmBps'), 10_000n)
  const events: TwinEvent[] = []
  const standsAt = levelUse(limit, limit.level, full)
  if (standsAt !== null && before < standsAt - margin) {
    limit.level = highestReached(limit, full, before + margin)
    events.push({ name: 'LimitWarned', limit, use: before, level: limit.level, rising: 0 })
  }
  const reached = highestReached(limit, full, after)
  if (reached > limit.level) {
    limit.level = reached
    events.push({ name: 'LimitWarned', limit, use: after, level: reached, rising: 1 })
  }
  return events
}

/** The use that is the whole of a row; of a share of capital the money that it comes to, however old the capital is. */
function fullUse(state: State, limit: Limit): bigint {
  if (limit.control !== D08) return limit.hard
  const money = floorDiv(limit.hard * (state.capitals.get(limit.subject)?.base ?? 0n), 10_000n)
  return money < MAX ? money : MAX
}

/** Use at which level 1 to 4 stands; null for level 0 and for one that the row does not have. */
function levelUse(limit: Limit, level: number, full: bigint): bigint | null {
  const bps = limit.warnBps[level - 1] ?? 0n
  return bps === 0n ? null : ceilDiv(full * bps, 10_000n)
}

function highestReached(limit: Limit, full: bigint, use: bigint): number {
  for (let level = limit.warnBps.length; level > 0; level--) {
    const standsAt = levelUse(limit, level, full)
    if (standsAt !== null && use >= standsAt) return level
  }
  return 0
}
