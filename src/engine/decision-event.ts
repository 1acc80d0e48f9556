/** Writes the events of a decision: OrderDecided with its evaluation vector, and the warnings of an approve. */

import { WARN_LEVELS } from '../model/bounds.ts'
import { CONTROLS } from '../model/controls.ts'
import { parameterIndex } from '../model/parameters.ts'
import { LIMIT_WARNED, ORDER_DECIDED, rowsBytes } from '../model/records/events.ts'
import { beginRecord, type Tape } from '../model/records/tape.ts'
import { type Judgement, X } from './judgement.ts'
import { Row } from './state/limit-row.ts'
import { scratchNums } from './state/scratch.ts'
import type { State } from './state/state.ts'

const E = ORDER_DECIDED.at
const W = LIMIT_WARNED.at
const REARM = parameterIndex('warnRearmBps')
/** Words of the results bitmap, 16 controls each, that cover every control of this version. */
const RESULT_WORDS = Math.ceil(CONTROLS.length / 16)
const TYPE = ORDER_DECIDED.type
const RECORD_VERSION = ORDER_DECIDED.version
const FIXED_BYTES = ORDER_DECIDED.bytes
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
  const { x, result, warnedSlot, warnedBefore, warnedAfter } = j
  const numbers = scratchNums(Decided.SIZE)

  /** Writes the decision on the order under judgement. Its evaluation vector stands on the tape already. */
  function writeDecision(
    tape: Tape,
    outcome: number,
    reason: number,
    slot: number,
    version: number,
    idSlot: number,
  ): void {
    // Only the fixed part is begun, then the length is set right.
    const at = beginRecord(tape, TYPE, RECORD_VERSION, FIXED_BYTES)
    const bytes = FIXED_BYTES + rowsBytes(j.rows)
    const { f64, i32 } = tape
    const f = at >> 3
    const i = at >> 2
    i32[i + 1] = bytes
    tape.end = at + bytes
    f64[f + E.orderSeq] = numbers[Decided.ORDER_SEQ]!
    f64[f + E.firstSeq] = numbers[Decided.FIRST_SEQ]!
    f64[f + E.tokenExpiryUs] = numbers[Decided.TOKEN_EXPIRY]!
    if (j.valued) {
      f64[f + E.valuationPx] = x[X.V]!
      f64[f + E.unitN] = x[X.N]!
      f64[f + E.unitD] = x[X.D]!
      f64[f + E.protectionPx] = x[X.PROTECTION]!
    }
    f64[f + E.refPx] = x[X.REF]!
    f64[f + E.refTimeUs] = x[X.REF_US]!
    if (outcome === APPROVE || outcome === HELD) f64[f + E.openValue] = x[X.OPEN_VERSION]!
    if (outcome === REJECT) f64[f + E.qtyPassing] = x[X.QTY_PASSING]!
    i32[i + E.outcome] = outcome
    i32[i + E.reason] = reason
    i32[i + E.slot] = slot
    i32[i + E.versionSlot] = version
    i32[i + E.idSlot] = idSlot
    i32[i + E.refSource] = j.refSource
    i32[i + E.rule] = j.rule
    i32[i + E.fxVersion] = rates.version
    i32[i + E.limitsVersion] = state.limitsVersion
    i32[i + E.referenceVersion] = state.referenceVersion
    i32[i + E.parametersVersion] = state.parametersVersion
    i32[i + E.crossing] = j.crossing
    i32[i + E.contentHash0] = j.content0
    i32[i + E.contentHash1] = j.content1
    i32[i + E.missing] = j.missing
    i32[i + E.missingSubject] = j.missingSubject
    i32[i + E.rows] = j.rows
    for (let word = 0; word < RESULT_WORDS; word++) {
      let bits = 0
      for (let control = word * 16 + 15; control >= word * 16; control--) bits = (bits << 2) | result[control]!
      i32[i + E.results0 + word] = bits
    }
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
