/**
 * REPEATED_EXECUTION: a strategy that executes too often stops until two people let it go on.
 *
 * Rule      executions of one side since the last release <= limit; with parameter 1 those of both sides together. The execution over
 *           it latches the subject BLOCKED; the release of that latch counts anew, no roll and no restart does.
 * Units     Count.
 * Reads     Executions of the subject, or of the subject in the row's instrument. The count is kept where executions are booked.
 * On breach ordRejReason: Other 99.
 * Source    MiFID II RTS 6 Art. 15(3); FIX RiskLimitType 17.
 */
import { type Judgement, X } from '../judgement.ts'
import { Row } from '../state/limit-row.ts'
import type { State } from '../state/state.ts'
import { Watch } from '../state/watches.ts'

const BOTH_SIDES = 1

export function createRepeatedExecution(state: State, j: Judgement) {
  const { x } = j
  const { watches } = state
  const rows = state.limits.f
  const ints = state.limits.i

  /** Returns true where the order leaves no more to execute: it passes whatever was executed. */
  function measureRepeatedExecution(slot: number): boolean {
    const hasObject = ints[slot * Row.INTS + Row.KIND] !== 0
    const watch = watches.find(slot, hasObject ? j.instrument : -1)
    const buys = watch?.[Watch.BUYS] ?? 0
    const sells = watch?.[Watch.SELLS] ?? 0
    const side = j.buys ? buys : sells
    const count = rows[slot * Row.NUMS + Row.PARAM] === BOTH_SIDES ? buys + sells : side
    x[X.BEFORE] = count
    x[X.AFTER] = count
    return x[X.LEAVES_NEW]! <= x[X.LEAVES_OLD]!
  }

  return { measureRepeatedExecution }
}
