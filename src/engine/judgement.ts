/**
 * Scratch of one decision: the order as it is judged, what it would do to exposure, the rows evaluated, the results.
 * One instance for ever; typed arrays and small integers only, so that a decision makes no objects.
 */

import { CONTROLS_MAX, ROWS_PER_DECISION } from '../model/bounds.ts'
import { CONTROLS } from '../model/controls.ts'
import { ORDER_DECIDED } from '../model/records/events.ts'
import { FACTS } from '../model/rules.ts'
import { SUBJECT_KINDS } from '../model/vocabulary.ts'
import { createDecisionScratch } from './decision-scratch.ts'
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

/** Where the results stand in a decision: 16 controls a word, two bits each; and how many words this version's controls need. */
const RESULTS = ORDER_DECIDED.at.results0
const RESULT_WORDS = Math.ceil(CONTROLS.length / 16)
/** Precedence of each control: the lowest that fails names the reason. */
const PRECEDENCE = Int32Array.from(CONTROLS, (control) => control.precedence)
const PRECEDENCE_NONE = 1_000_000

/** Most lists that match one order: eight subjects, each with up to six kinds of object. */
const LISTS_MAX = 48
const NO_ROWS: readonly number[] = Object.freeze([])

/** Word of the results in which a control's stands, and its PASS there. */
export const wordOf = (control: number): number => control >> 4
export const passOf = (control: number): number => Verdict.PASS << ((control & 15) * 2)

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
  /** Override that the order names, 0 for none; the rows that are passed by that, and the use up to which each is. */
  overrideSeq = 0
  overridden: readonly number[] = NO_ROWS
  overriddenMost: readonly number[] = NO_ROWS
  /** Rows over their soft levels that nobody has confirmed. */
  softRows = 0
  content0 = 0
  content1 = 0
  /** The same without what the order says of a confirmation or an override: a second sending must match it. */
  order0 = 0
  order1 = 0
  duplicate0 = 0
  duplicate1 = 0
  /** Sequence number of the command that `duplicate0` and `duplicate1` are of, where the decision needed them. */
  duplicateSeq = -1

  /** Hash of the clOrdID that the decision would use up, and the command's sequence number; -1 where none is. */
  idHash = 0
  idSeq = -1
  /** Sequence number of the new order whose cells `cells` are; -1 where they are of none. */
  resolvedSeq = -1

  /** Use before and after by control, of the subject (and object) whose rows are being walked. */
  readonly measures = new Float64Array(CONTROLS_MAX * 2)

  /** The lists of rows that match: where each stands in the packed rows, its subject, metric row and cell kind. */
  lists = 0
  /** How many rows they hold. */
  collected = 0
  readonly listAt = scratchInts(LISTS_MAX)
  readonly listCount = scratchInts(LISTS_MAX)
  readonly listSubject = scratchInts(LISTS_MAX)
  readonly listMetric = scratchInts(LISTS_MAX)
  readonly listCell = scratchInts(LISTS_MAX)
  /** Controls of the firm's rows for the order's sector and asset class, a bit each. */
  sectorMask = 0
  assetClassMask = 0

  /** The decision's record: it holds the results and the evaluation vector as soon as they are found. */
  readonly record = createDecisionScratch()
  /** How many rows were evaluated. */
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

  /** Reason number by control index; of a control that did not fail it is an earlier decision's. */
  readonly #reason = scratchInts(CONTROLS_MAX)
  /** Precedence and reason of the failing control that is first. */
  #first = PRECEDENCE_NONE
  #firstReason = 0

  reset(): void {
    const { x } = this
    const results = this.record.i
    for (let word = RESULTS; word < RESULTS + RESULT_WORDS; word = (word + 1) | 0) results[word] = 0
    this.idSeq = -1
    this.resolvedSeq = -1
    this.#first = PRECEDENCE_NONE
    this.#firstReason = 0
    this.rows = 0
    this.lists = 0
    this.failedRows = 0
    this.warnedRows = 0
    this.softRows = 0
    this.confirmSeq = 0
    this.confirmed = NO_ROWS
    this.overrideSeq = 0
    this.overridden = NO_ROWS
    this.overriddenMost = NO_ROWS
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
    // One by one: each is a store to a place that the compiler knows.
    x[X.REF] = 0
    x[X.REF_US] = 0
    x[X.PROTECTION] = 0
    x[X.V] = 0
    x[X.N] = 0
    x[X.D] = 0
    x[X.VALUE] = 0
    x[X.OPEN_VERSION] = 0
    x[X.OPEN_OLD] = 0
    x[X.OPEN_NEW] = 0
    x[X.LEAVES_OLD] = 0
    x[X.LEAVES_NEW] = 0
    x[X.CUM] = 0
    x[X.DEV] = 0
    x[X.DEV_BPS] = 0
    x[X.BEFORE] = 0
    x[X.AFTER] = 0
    x[X.LIMIT] = 0
    x[X.LEAVES] = 0
    x[X.QTY_PASSING] = 0
    x[X.EXPIRE] = 0
  }

  /** Records a gate's verdict: reason 0 passes. The first reason that a control gives stands. */
  verdict(control: number, reason: number): void {
    if (reason !== 0) this.fail(control, reason)
    else this.pass(control)
  }

  /** What a control has come to. */
  resultOf(control: number): number {
    return (this.record.i[RESULTS + (control >> 4)]! >>> ((control & 15) * 2)) & 3
  }

  /** What a control passes stands where nothing has failed it. */
  pass(control: number): void {
    const results = this.record.i
    const word = RESULTS + (control >> 4)
    const shift = (control & 15) * 2
    if (((results[word]! >>> shift) & 3) === 0) results[word] = results[word]! | (Verdict.PASS << shift)
  }

  /** The same for several controls of one word of results: `passed` has their PASS where each one's result stands. */
  passAll(word: number, passed: number): void {
    const results = this.record.i
    const given = results[RESULTS + word]!
    // A result that is given has one of its two bits set.
    results[RESULTS + word] = given | (passed & ~(given | (given >>> 1)))
  }

  /** Records that a row of the control refuses and may not. */
  alert(control: number): void {
    if (this.resultOf(control) !== Verdict.FAIL) this.#setResult(control, Verdict.ALERT)
  }

  #setResult(control: number, verdict: number): void {
    const results = this.record.i
    const word = RESULTS + (control >> 4)
    const shift = (control & 15) * 2
    results[word] = (results[word]! & ~(3 << shift)) | (verdict << shift)
  }

  /** Records that a control refuses. */
  fail(control: number, reason: number): void {
    if (this.resultOf(control) === Verdict.FAIL) return
    this.#setResult(control, Verdict.FAIL)
    this.#reason[control] = reason
    if (PRECEDENCE[control]! >= this.#first) return
    this.#first = PRECEDENCE[control]!
    this.#firstReason = reason
  }

  /** True where a control fails for this reason. */
  failsFor(reason: number): boolean {
    for (let control = 0; control < CONTROLS.length; control++) {
      if (this.#reason[control] === reason && this.resultOf(control) === Verdict.FAIL) return true
    }
    return false
  }

  /** Reason of the failing control that is first by precedence; 0 where none fails. */
  firstReason(): number {
    return this.#firstReason
  }
}
