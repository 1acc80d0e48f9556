/** Writes the events of a decision: OrderDecided with its evaluation vector, and the warnings of an approve. */

import { WARN_LEVELS } from '../model/bounds.ts'
import { parameterIndex } from '../model/parameters.ts'
import { LIMIT_WARNED, ORDER_DECIDED } from '../model/records/events.ts'
import { beginRecord, type Tape } from '../model/records/tape.ts'
import { type Judgement, X } from './judgement.ts'
import { Row } from './state/limit-row.ts'
import { scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'

const E = ORDER_DECIDED.at
const W = LIMIT_WARNED.at
const REARM = parameterIndex('warnRearmBps')
const REJECT = 0
const APPROVE = 1
const HELD = 3
const LEVELS: number = WARN_LEVELS

/** Numbers that a decision says beside the judgement, in `DecisionEvent.numbers`. */
export const enum Decided {
  /** Sequence number of the order, 0 for none, and of the first decision on the clOrdID. */
  ORDER_SEQ = 0,
  FIRST_SEQ = 1,
  TOKEN_EXPIRY = 2,
  SIZE = 3,
}

export type DecisionEvent = ReturnType<typeof createDecisionEvent>

export function createDecisionEvent(state: State, j: Judgement) {
  const { limits, parameters, rates } = state
  const { x, warnedSlot, warnedBefore, warnedAfter } = j
  const { f, i, copyTo } = j.record
  const numbers = scratchNums(Decided.SIZE)

  /** Writes the decision on the order under judgement, whose results and evaluation vector stand in the record already. */
  function writeDecision(
    tape: Tape,
    outcome: number,
    reason: number,
    slot: number,
    version: number,
    idSlot: number,
  ): void {
    const isValued = j.valued === true
    f[E.orderSeq] = numbers[Decided.ORDER_SEQ]!
    f[E.firstSeq] = numbers[Decided.FIRST_SEQ]!
    f[E.tokenExpiryUs] = numbers[Decided.TOKEN_EXPIRY]!
    f[E.valuationPx] = isValued ? x[X.V]! : 0
    f[E.unitN] = isValued ? x[X.N]! : 0
    f[E.unitD] = isValued ? x[X.D]! : 0
    f[E.protectionPx] = isValued ? x[X.PROTECTION]! : 0
    f[E.refPx] = x[X.REF]!
    f[E.refTimeUs] = x[X.REF_US]!
    f[E.openValue] = outcome === APPROVE || outcome === HELD ? x[X.OPEN_VERSION]! : 0
    f[E.qtyPassing] = outcome === REJECT ? x[X.QTY_PASSING]! : 0
    i[E.outcome] = outcome
    i[E.reason] = reason
    i[E.slot] = slot
    i[E.versionSlot] = version
    i[E.idSlot] = idSlot
    i[E.refSource] = j.refSource
    i[E.rule] = j.rule
    i[E.fxVersion] = rates.version
    i[E.limitsVersion] = state.limitsVersion
    i[E.referenceVersion] = state.referenceVersion
    i[E.parametersVersion] = state.parametersVersion
    i[E.crossing] = j.crossing
    i[E.contentHash0] = j.content0
    i[E.contentHash1] = j.content1
    i[E.missing] = j.missing
    i[E.missingSubject] = j.missingSubject
    i[E.rows] = j.rows
    copyTo(tape, j.rows)
  }

  /** LimitWarned events of the rows whose warning level an approve moves. */
  function writeWarnings(tape: Tape): void {
    for (let place = 0; place < j.warnedRows; place++) {
      const slot = warnedSlot[place]!
      const standing = limits.i[slot * Row.INTS + Row.LEVEL]!
      const row = limits.i[slot * Row.INTS + Row.ID]!
      const before = warnedBefore[place]!
      const after = warnedAfter[place]!
      let level = standing
      // A level that is not set stands at infinity: a fall passes it by, a rise never reaches it.
      while (level > 0 && before < limits.rearmBelow(slot, level, parameters[REARM]!)) level--
      if (level < standing) writeWarning(tape, before, row, slot, level, 0)
      let risen = level
      for (let at = level + 1; at <= LEVELS; at++) if (after >= limits.warningAt(slot, at)) risen = at
      if (risen > level) writeWarning(tape, after, row, slot, risen, 1)
    }
  }

  return { numbers, writeDecision, writeWarnings }
}

function writeWarning(tape: Tape, use: number, row: number, slot: number, level: number, rising: number): void {
  const at = beginRecord(tape, LIMIT_WARNED.type, LIMIT_WARNED.version, LIMIT_WARNED.bytes)
  tape.f64[(at >> 3) + W.use] = use
  tape.i32[(at >> 2) + W.row] = row
  tape.i32[(at >> 2) + W.slot] = slot
  tape.i32[(at >> 2) + W.level] = level
  tape.i32[(at >> 2) + W.rising] = rising
}
