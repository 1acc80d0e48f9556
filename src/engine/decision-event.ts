/** Writes the events of a decision: OrderDecided with its evaluation vector, and the warnings of an approve. */
import { WARN_LEVELS } from '../model/bounds.ts'
import { parameterIndex } from '../model/parameters.ts'
import { LIMIT_WARNED, ORDER_DECIDED, rowsBytes } from '../model/records/events.ts'
import { beginRecord, type Tape } from '../model/records/tape.ts'
import { type Judgement, X } from './judgement.ts'
import { Row } from './state/limits.ts'
import type { State } from './state/state.ts'

const E = ORDER_DECIDED.at
const W = LIMIT_WARNED.at
const REARM = parameterIndex('warnRearmBps')
/** Words of the results bitmap: 16 controls each. */
const RESULT_WORDS = 10
const REJECT = 0
const APPROVE = 1

/** What a decision says beside the judgement. */
export interface Decided {
  outcome: number
  reason: number
  slot: number
  version: number
  idSlot: number
}

/** `numbers`: order sequence number, sequence number of the first decision, expiry of the token. */
export function writeDecision(state: State, tape: Tape, j: Judgement, decided: Decided, numbers: Float64Array): void {
  const rows = j.rows
  // The evaluation vector stands there already: only the fixed part is begun, then the length is set right.
  const at = beginRecord(tape, ORDER_DECIDED.type, ORDER_DECIDED.version, ORDER_DECIDED.bytes)
  const bytes = ORDER_DECIDED.bytes + rowsBytes(rows)
  tape.i32[(at >> 2) + 1] = bytes
  tape.end = at + bytes
  const f64 = tape.f64
  const i32 = tape.i32
  const f = at >> 3
  const i = at >> 2
  const x = j.x
  f64[f + E.orderSeq] = numbers[0]!
  f64[f + E.firstSeq] = numbers[1]!
  f64[f + E.tokenExpiryUs] = numbers[2]!
  if (j.valued) {
    f64[f + E.valuationPx] = x[X.V]!
    f64[f + E.unitN] = x[X.N]!
    f64[f + E.unitD] = x[X.D]!
    f64[f + E.protectionPx] = x[X.PROTECTION]!
  }
  f64[f + E.refPx] = x[X.REF]!
  f64[f + E.refTimeUs] = x[X.REF_US]!
  if (decided.outcome === APPROVE) f64[f + E.openValue] = x[X.OPEN_VERSION]!
  if (decided.outcome === REJECT) f64[f + E.qtyPassing] = x[X.QTY_PASSING]!
  i32[i + E.outcome] = decided.outcome
  i32[i + E.reason] = decided.reason
  i32[i + E.slot] = decided.slot
  i32[i + E.versionSlot] = decided.version
  i32[i + E.idSlot] = decided.idSlot
  i32[i + E.refSource] = j.refSource
  i32[i + E.rule] = j.rule
  i32[i + E.fxVersion] = state.rates.version
  i32[i + E.limitsVersion] = state.limitsVersion
  i32[i + E.referenceVersion] = state.referenceVersion
  i32[i + E.parametersVersion] = state.parametersVersion
  i32[i + E.crossing] = j.crossing
  i32[i + E.contentHash0] = j.content0
  i32[i + E.contentHash1] = j.content1
  i32[i + E.missing] = j.missing
  i32[i + E.missingSubject] = j.missingSubject
  i32[i + E.rows] = rows
  // The first two words cover every control that this version has.
  for (let word = 0; word < RESULT_WORDS && word * 16 < CONTROLS_USED; word++) {
    let bits = 0
    for (let control = 15; control >= 0; control--) bits = (bits << 2) | j.result[word * 16 + control]!
    i32[i + E.results0 + word] = bits
  }
}

/** How many controls there are, rounded up to whole words. */
const CONTROLS_USED = 32

/** LimitWarned events of the rows whose warning level an approve moves. */
export function writeWarnings(state: State, tape: Tape, j: Judgement): void {
  const { limits } = state
  for (let place = 0; place < j.warnedRows; place++) {
    const slot = j.warnedSlot[place]!
    const standing = limits.i[slot * Row.INTS + Row.LEVEL]!
    const before = j.warnedBefore[place]!
    const after = j.warnedAfter[place]!
    let level = standing
    // A level that is not set stands at infinity: a fall passes it by, a rise never reaches it.
    while (level > 0 && before < limits.rearmBelow(slot, level, state.parameters[REARM]!)) level--
    if (level < standing) writeWarning(tape, before, limits.i[slot * Row.INTS + Row.ID]!, slot, level, 0)
    let risen = level
    for (let at = level + 1; at <= WARN_LEVELS; at++) if (after >= limits.warningAt(slot, at)) risen = at
    if (risen > level) writeWarning(tape, after, limits.i[slot * Row.INTS + Row.ID]!, slot, risen, 1)
  }
}

function writeWarning(tape: Tape, use: number, row: number, slot: number, level: number, rising: number): void {
  const at = beginRecord(tape, LIMIT_WARNED.type, LIMIT_WARNED.version, LIMIT_WARNED.bytes)
  tape.f64[(at >> 3) + W.use] = use
  tape.i32[(at >> 2) + W.row] = row
  tape.i32[(at >> 2) + W.slot] = slot
  tape.i32[(at >> 2) + W.level] = level
  tape.i32[(at >> 2) + W.rising] = rising
}
