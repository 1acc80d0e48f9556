/**
 * Scratch of one decision: the order as it is judged, what it would do to exposure, the rows evaluated, the results.
 * One instance for ever; typed arrays and small integers only, so that a decision makes no objects.
 */

import { CONTROLS_MAX, ROWS_PER_DECISION } from '../model/bounds.ts'
import { CONTROLS } from '../model/controls.ts'
import { FACTS } from '../model/rules.ts'
import { SUBJECT_KINDS } from '../model/vocabulary.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'

// Numbers of the order under judgement, in `x`.
export const enum X {
  NOW = 0,
  QTY = 1,
  PX = 2,
  STOP = 3,
  REF = 4,
  REF_US = 5,
  PROTECTION = 6,
  V = 7,
  N = 8,
  D = 9,
  /** Value of the total quantity (B02), and of this version's leaves. */
  VALUE = 10,
  OPEN_VERSION = 11,
  /** Reserved open value and leaves of the order, before and after. */
  OPEN_OLD = 12,
  OPEN_NEW = 13,
  LEAVES_OLD = 14,
  LEAVES_NEW = 15,
  CUM = 16,
  /** Aggressive deviation from the reference, in price units and in bps. */
  DEV = 17,
  DEV_BPS = 18,
  /** Of the row under evaluation: use before, use after, the limit that holds. */
  BEFORE = 19,
  AFTER = 20,
  LIMIT = 21,
  /** Leaves that can still execute if this version is accepted. */
  LEAVES = 22,
  QTY_PASSING = 23,
  EXPIRE = 24,
  SIZE = 32,
}
export const enum Verdict {
  NOT_APPLICABLE = 0,
  PASS = 1,
  FAIL = 2,
  ALERT = 3,
}

const CONTROL_COUNT: number = CONTROLS.length
/** Precedence of each control: the lowest that fails names the reason. */
const PRECEDENCE = Int32Array.from(CONTROLS, (control) => control.precedence)
const PRECEDENCE_NONE = 1_000_000

/** Most lists that match one order: eight subjects, each with up to six kinds of object. */
const LISTS_MAX = 48
const NO_ROWS: readonly number[] = Object.freeze([])

export class Judgement {
  readonly x = scratchNums(X.SIZE)
  /** Subjects in the order of NAME_KINDS: firm, entity, client, desk, trader, account, strategy, session. */
  readonly subjects = scratchInts(SUBJECT_KINDS)
  /** Cell offsets (-1 where the page was never touched) and owner codes: account, desk, trader, strategy. */
  readonly cells = scratchInts(4)
  readonly owners = scratchInts(4)
  /** Change of up, dn and gross of the four cells. */
  readonly dUp = scratchNums(4)
  readonly dDn = scratchNums(4)
  readonly dGross = scratchNums(4)
  readonly facts = scratchNums(FACTS.length)

  instrument = -1
  entity = 0
  venue = -1
  owner = -1
  side = 0
  buys = true
  ordType = 0
  timeInForce = 0
  /** Slot of the order that a replace replaces; -1 for a new order. */
  replaces = -1
  /** True where a live order of an earlier date is tested again, as if it replaced itself. */
  restates = false
  /** True where the order's message was counted when it came: a test of what stands is no message. */
  isCounted = false
  /** How long the order says that it may be held; 0 where it says nothing. */
  holdUs = 0
  nonAtomic = false
  refSource = 0
  /** True where money rows can be evaluated: reference, mark and value are known. */
  valued = false
  /** True where the order passes the cumulative reduce-only test on the account cell. */
  reducing = false
  locate = -1
  /** Parent that the order is a slice of; -1 for none, -2 where it names one that is not known. */
  parent = -1
  rule = -1
  crossing = -1
  missing = -1
  missingSubject = -1
  /** Soft block that the order says was confirmed, 0 for none, and the rows that are passed by that. */
  confirmSeq = 0
  confirmed: readonly number[] = NO_ROWS
  /** Rows over their soft levels that nobody has confirmed. */
  softRows = 0
  content0 = 0
  content1 = 0
  /** The same without what the order says of a confirmation: a second sending must match it. */
  order0 = 0
  order1 = 0
  duplicate0 = 0
  duplicate1 = 0
  /** Sequence number of the command that `duplicate0` and `duplicate1` are of, where the decision needed them. */
  duplicateSeq = -1

  /** Use before and after by control, of the subject (and object) whose rows are being walked. */
  readonly measures = new Float64Array(CONTROLS_MAX * 2)

  /** The lists of rows that match: where each stands in the packed rows, its subject, metric row and cell kind. */
  lists = 0
  readonly listAt = scratchInts(LISTS_MAX)
  readonly listCount = scratchInts(LISTS_MAX)
  readonly listSubject = scratchInts(LISTS_MAX)
  readonly listMetric = scratchInts(LISTS_MAX)
  readonly listCell = scratchInts(LISTS_MAX)
  /** Controls of the firm's rows for the order's sector and asset class, a bit each. */
  sectorMask = 0
  assetClassMask = 0

  /** How many rows were evaluated; the vector itself is written straight to the tape. */
  rows = 0
  /** Rows that refuse: limit slot, subject, metric row, cell kind. */
  failedRows = 0
  readonly failedSlot = scratchInts(ROWS_PER_DECISION)
  readonly failedSubject = scratchInts(ROWS_PER_DECISION)
  readonly failedMetric = scratchInts(ROWS_PER_DECISION)
  readonly failedCell = scratchInts(ROWS_PER_DECISION)
  /** Rows whose warning level moves if the order is approved: limit slot, use before, use after. */
  warnedRows = 0
  readonly warnedSlot = scratchInts(ROWS_PER_DECISION)
  readonly warnedBefore = scratchNums(ROWS_PER_DECISION)
  readonly warnedAfter = scratchNums(ROWS_PER_DECISION)

  /** Result and reason number by control index. */
  readonly result = scratchInts(CONTROLS_MAX)
  readonly reason = scratchInts(CONTROLS_MAX)
  /** Precedence and reason of the failing control that is first. */
  #first = PRECEDENCE_NONE
  #firstReason = 0

  reset(): void {
    const { result, reason, x } = this
    for (let control = 0; control < CONTROL_COUNT; control++) {
      result[control] = Verdict.NOT_APPLICABLE
      reason[control] = 0
    }
    this.#first = PRECEDENCE_NONE
    this.#firstReason = 0
    this.rows = 0
    this.lists = 0
    this.failedRows = 0
    this.warnedRows = 0
    this.softRows = 0
    this.confirmSeq = 0
    this.confirmed = NO_ROWS
    this.replaces = -1
    this.restates = false
    this.isCounted = false
    this.holdUs = 0
    this.parent = -1
    this.nonAtomic = false
    this.refSource = 0
    this.valued = false
    this.reducing = false
    this.rule = -1
    this.crossing = -1
    this.missing = -1
    this.missingSubject = -1
    for (let at = X.REF; at < X.SIZE; at++) x[at] = 0
  }

  /** Records a gate's verdict: reason 0 passes. The first reason that a control gives stands. */
  verdict(control: number, reason: number): void {
    if (reason !== 0) this.fail(control, reason)
    else if (this.result[control] === Verdict.NOT_APPLICABLE) this.result[control] = Verdict.PASS
  }

  /** Records that a control refuses. */
  fail(control: number, reason: number): void {
    if (this.result[control] === Verdict.FAIL) return
    this.result[control] = Verdict.FAIL
    this.reason[control] = reason
    if (PRECEDENCE[control]! >= this.#first) return
    this.#first = PRECEDENCE[control]!
    this.#firstReason = reason
  }

  /** Reason of the failing control that is first by precedence; 0 where none fails. */
  firstReason(): number {
    return this.#firstReason
  }
}
