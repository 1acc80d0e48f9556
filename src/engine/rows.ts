/**
 * The limit rows of an order: collects the lists that match, measures each subject once, and walks the rows. Runs of calm rows,
 * which is what nearly all rows are, take a compare and three stores a row; rows whose measure is their own (windows, collars,
 * shares of capital) go by their control's file.
 */
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_SOFT, ROW_WAIVED } from '../model/records/events.ts'
import type { Controls } from './controls.ts'
import { COLLECTED_MAX } from './decision-scratch.ts'
import { CELL_KIND, ObjectKind, objectOf } from './exposure.ts'
import { type Judgement, passOf, Verdict, wordOf, X } from './judgement.ts'
import { columnOf, numsColumnOf } from './state/columns.ts'
import { Row, RowFlag } from './state/limit-row.ts'
import { Run } from './state/packed-rows.ts'
import type { State } from './state/state.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const PROFIT_UNAVAILABLE = reasonNumber('PROFIT_UNAVAILABLE')
const ADV_UNAVAILABLE = reasonNumber('ADV_UNAVAILABLE')
const CAPITAL_UNAVAILABLE = reasonNumber('CAPITAL_UNAVAILABLE')
const B01 = controlIndex('MAX_ORDER_QTY')
const B02 = controlIndex('MAX_ORDER_NOTIONAL')
const B03 = controlIndex('PRICE_COLLAR')
const B09 = controlIndex('DUPLICATE_ORDER')
const C01 = controlIndex('MESSAGE_RATE')
const D02 = controlIndex('INTRADAY_NET')
const D03 = controlIndex('DAILY_GROSS')
const D05 = controlIndex('PORTFOLIO_GROSS')
const D06 = controlIndex('OPEN_ORDER_NOTIONAL')
const D08 = controlIndex('SECTOR_CONCENTRATION')
const D01L = controlIndex('MAX_LONG_POSITION')
const D01S = controlIndex('MAX_SHORT_POSITION')
const D04 = controlIndex('GROSS_EXECUTED')
const B04 = controlIndex('PRICE_COLLAR_WINDOW')
const B16 = controlIndex('MARKET_DATA')
const B12 = controlIndex('BASKET_TOTAL')
const E05 = controlIndex('DAILY_LOSS')
const C03 = controlIndex('REPEATED_EXECUTION')
const C06 = controlIndex('REJECT_STORM')
const B07 = controlIndex('MAX_ORDER_PCT_ADV')
const B08 = controlIndex('CUM_PCT_ADV')
const C05 = controlIndex('MAX_OPEN_ORDERS')
/** Where the evaluation vector begins in the decision's record, as an index of its ints and of its doubles. */
const VECTOR_INTS = ORDER_DECIDED.bytes >> 2
const VECTOR_NUMS = ORDER_DECIDED.bytes >> 3
/** The results of the controls of a run that has passed, by word. */
const passesOf = (...controls: number[]) =>
  Int32Array.of(0, 1).map((word) => controls.reduce((sum, one) => sum | (wordOf(one) === word ? passOf(one) : 0), 0))
const ORDER_PASS = passesOf(B01, B02)
const SUBJECT_PASS = passesOf(C05, D03, D05, D02)
const FAILED = ROW_FAILED
const WAIVED = ROW_WAIVED
const SOFT = ROW_SOFT
/** Reason that a control's rows give. */
const REASON_OF = Int32Array.from(CONTROLS, (row) => (row.family === 'limit' ? reasonNumber(row.code) : RISK_ERROR))
/** 1 for controls that need the order's value: not judged without a reference price. */
const NEEDS_VALUE = Int32Array.from(CONTROLS, (row) =>
  [B02, B03, D02, D03, D04, D05, D06, D08, E05, B12].includes(row.index as number) ? 1 : 0,
)

export type Rows = ReturnType<typeof createRows>

export function createRows(state: State, j: Judgement, controls: Controls) {
  const { limits, metrics } = state
  const { x, subjects, measures, listAt, listCount, listSubject, listMetric, listCell } = j
  /** The decision's record: ids, uses before and uses after of the rows stand one column behind the other. */
  const { f, i } = j.record
  const { failedSlot, failedSubject, failedMetric, failedCell, warnedSlot, warnedBefore, warnedAfter } = j
  const lf = limits.f
  const li = limits.i
  const hardOf = numsColumnOf(lf, Row.HARD, Row.NUMS - 1)
  const softOf = numsColumnOf(lf, Row.SOFT, Row.NUMS - 1)
  const warnUpOf = numsColumnOf(lf, Row.WARN_UP, Row.NUMS - 1)
  const warnDownOf = numsColumnOf(lf, Row.WARN_DOWN, Row.NUMS - 1)
  const flagsAt = columnOf(li, Row.FLAGS, Row.INTS - 1)
  const { kindMask, noneAt, noneCount, eachAt, eachCount, entryAt, entryCount, entryMetric } = limits
  const { entryMask, eachMask } = limits
  const { calm, calm1, calm2, calm3, id, id1, id2, id3 } = limits.packed
  const packedSlot = limits.packed.slot
  const packedControl = limits.packed.control
  const packedRun = limits.packed.run
  const kindOf = CELL_KIND
  const { measureDailyGross, loosenForReducing, measureOpenOrderNotional, measureMaxOpenOrders } = controls
  const { measurePortfolioGross, measureIntradayNet, measureSectorConcentration } = controls
  const { measureMaxOrderQty, measureOwnUnits, measureMaxOrderNotional } = controls
  const { measurePriceCollar, standsInPhase, measureDuplicateOrder, measureMessageRate } = controls
  const { measurePriceCollarWindow, measureRepeatedExecution, measureRejectStorm } = controls
  const { measureMarketData } = controls
  const { isOfBasket, measureBasketTotal } = controls
  const { isProfitKnown, judgeDailyLoss } = controls
  const { isAdvKnown, measureMaxOrderPctAdv, measureCumPctAdv } = controls
  const { measureMaxLongPosition, measureMaxShortPosition, measureGrossExecuted } = controls

  /** Columns of the record, so that one compare checks the rows of a run. */
  const f1 = numsColumnOf(f, 1, 3)
  const f2 = numsColumnOf(f, 2, 3)
  const f3 = numsColumnOf(f, 3, 3)
  const f0 = numsColumnOf(f, 0, 3)
  const i0 = columnOf(i, 0, 3)
  const i1 = columnOf(i, 1, 3)
  const i2 = columnOf(i, 2, 3)
  const i3 = columnOf(i, 3, 3)

  /** Collects the lists of rows that match the order, in the order of the evaluation vector. */
  function collectRows(): void {
    j.lists = 0
    j.collected = 0
    j.sectorMask = 0
    j.assetClassMask = 0
    for (let place = 0; place < 8; place = (place + 1) | 0) {
      const subject = subjects[place]!
      const count = noneCount[subject]!
      if (count > 0) addList(noneAt[subject]!, count, subject, subject, place)
      if (kindMask[subject]! !== 0) collectObjects(subject, place)
    }
  }

  function addList(at: number, count: number, subject: number, metric: number, place: number): void {
    const list = j.lists
    listAt[list] = at
    listCount[list] = count
    listSubject[list] = subject
    listMetric[list] = metric
    listCell[list] = kindOf[place]!
    j.lists = (list + 1) | 0
    j.collected = (j.collected + count) | 0
  }

  function collectObjects(subject: number, place: number): void {
    const mask = kindMask[subject]!
    for (let kind = ObjectKind.INSTRUMENT; kind <= ObjectKind.VENUE; kind++) {
      if ((mask & (1 << kind)) === 0) continue
      const object = objectOf(state, kind, j.instrument, j.venue)
      if (object < 0) continue
      const entry = limits.entry(subject, kind, object)
      const each = subject * ObjectKind.COUNT + kind
      const count = entry >= 0 ? entryCount[entry]! : eachCount[each]!
      const metric = entry >= 0 ? entryMetric[entry]! : metrics.zero
      if (count > 0) addList(entry >= 0 ? entryAt[entry]! : eachAt[each]!, count, subject, metric, place)
      if (place !== 0) continue
      const controls = entry >= 0 ? entryMask[entry]! : eachMask[each]!
      if (kind === ObjectKind.SECTOR) j.sectorMask = controls
      else if (kind === ObjectKind.ASSET_CLASS) j.assetClassMask = controls
    }
  }

  /** Rows that need a value wait for one; a collar is for its phase; a replace is no duplicate. */
  function isJudged(control: number, slot: number, list: number): boolean {
    if (j.valued !== true && NEEDS_VALUE[control] !== 0) return false
    if (control === B03) return standsInPhase(slot, list)
    if (control === B12) return isOfBasket()
    return control !== B09 || j.replaces < 0
  }

  /** Measures what depends on the subject, or on the subject in one object. */
  function measureSubject(subject: number, metric: number, cell: number): void {
    measureDailyGross(metric)
    measureOpenOrderNotional(metric)
    measureMaxOpenOrders(metric)
    // A session has no position.
    if (cell < 0) return
    measurePortfolioGross(metric, cell)
    measureIntradayNet(subject, metric, cell)
  }

  /** Measures what depends on the order alone. */
  function measureOrder(): void {
    measureMaxOrderQty()
    measureMaxOrderNotional()
  }

  /** Evaluates the collected rows; the vector goes into the decision's record. */
  function evaluateRows(): void {
    measureOrder()
    const { lists, collected } = j
    if (collected > COLLECTED_MAX) throw new Error('more limit rows match than can be looked at')
    const beforeAt = (VECTOR_NUMS + ((collected + 1) >> 1)) | 0
    const afterAt = (beforeAt + collected) | 0
    // Without a value some measures are no numbers of this order: every row is looked at by itself.
    const runs = j.valued === true ? -1 : 0
    let passed = 0
    let row = 0
    for (let list = 0; list < lists; list++) {
      measureSubject(listSubject[list]!, listMetric[list]!, listCell[list]!)
      let at = listAt[list]!
      const end = (at + listCount[list]!) | 0
      while (at < end) {
        const run = packedRun[at]! & runs
        if (run === Run.SUBJECT && isSubjectCalm(at)) {
          putSubjectRun(at, (VECTOR_INTS + row) | 0, (beforeAt + row) | 0, (afterAt + row) | 0)
          passed |= Run.SUBJECT
          at = (at + Run.SUBJECT_ROWS) | 0
          row = (row + Run.SUBJECT_ROWS) | 0
        } else if (run === Run.ORDER && isOrderCalm(at)) {
          putOrderRun(at, (VECTOR_INTS + row) | 0, (beforeAt + row) | 0, (afterAt + row) | 0)
          passed |= Run.ORDER
          at = (at + Run.ORDER_ROWS) | 0
          row = (row + Run.ORDER_ROWS) | 0
        } else {
          if (evaluateRow(at, list, row, beforeAt)) row = (row + 1) | 0
          at = (at + 1) | 0
        }
      }
    }
    j.rows = row
    passRuns(passed)
    if (row !== collected) closeUp(beforeAt, afterAt, row)
    // The ids' odd half word is not cleared by anyone else.
    if ((row & 1) !== 0) i[VECTOR_INTS + row] = 0
  }

  function isSubjectCalm(at: number): boolean {
    return (
      measures[C05 * 2 + 1]! <= calm[at]! &&
      measures[D03 * 2 + 1]! <= calm1[at]! &&
      measures[D05 * 2 + 1]! <= calm2[at]! &&
      measures[D02 * 2 + 1]! <= calm3[at]!
    )
  }

  function isOrderCalm(at: number): boolean {
    return measures[B01 * 2 + 1]! <= calm[at]! && measures[B02 * 2 + 1]! <= calm1[at]!
  }

  /** The four rows from `at` on, with the uses of the subject, go to these places of the record. */
  function putSubjectRun(at: number, ids: number, before: number, after: number): void {
    i0[ids] = id[at]!
    i1[ids] = id1[at]!
    i2[ids] = id2[at]!
    i3[ids] = id3[at]!
    f0[before] = measures[C05 * 2]!
    f1[before] = measures[D03 * 2]!
    f2[before] = measures[D05 * 2]!
    f3[before] = measures[D02 * 2]!
    f0[after] = measures[C05 * 2 + 1]!
    f1[after] = measures[D03 * 2 + 1]!
    f2[after] = measures[D05 * 2 + 1]!
    f3[after] = measures[D02 * 2 + 1]!
  }

  /** The same of two rows, with the uses of the order alone. */
  function putOrderRun(at: number, ids: number, before: number, after: number): void {
    i0[ids] = id[at]!
    i1[ids] = id1[at]!
    f0[before] = measures[B01 * 2]!
    f1[before] = measures[B02 * 2]!
    f0[after] = measures[B01 * 2 + 1]!
    f1[after] = measures[B02 * 2 + 1]!
  }

  function passRuns(passed: number): void {
    if ((passed & Run.ORDER) !== 0) {
      j.passAll(0, ORDER_PASS[0]!)
      j.passAll(1, ORDER_PASS[1]!)
    }
    if ((passed & Run.SUBJECT) === 0) return
    j.passAll(0, SUBJECT_PASS[0]!)
    j.passAll(1, SUBJECT_PASS[1]!)
  }

  /** Some collected rows were not judged: the columns of uses move up behind the ids of those that were. */
  function closeUp(beforeAt: number, afterAt: number, rows: number): void {
    const to = VECTOR_NUMS + ((rows + 1) >> 1)
    f.copyWithin(to, beforeAt, beforeAt + rows)
    f.copyWithin(to + rows, afterAt, afterAt + rows)
  }

  /** Evaluates the row in one place into row `row` of the vector; returns false where it is not judged. */
  function evaluateRow(at: number, list: number, row: number, beforeAt: number): boolean {
    const control = packedControl[at]!
    let flags = 0
    if (measures[control * 2 + 1]! <= calm[at]! && j.valued === true) {
      x[X.BEFORE] = measures[control * 2]!
      x[X.AFTER] = measures[control * 2 + 1]!
    } else {
      if (!isJudged(control, packedSlot[at]!, list)) return false
      flags = examineRow(packedSlot[at]!, control, list)
    }
    if (flags === 0) j.pass(control)
    i0[(VECTOR_INTS + row) | 0] = id[at]! | flags
    f0[(beforeAt + row) | 0] = x[X.BEFORE]!
    f0[(beforeAt + j.collected + row) | 0] = x[X.AFTER]!
    return true
  }

  /** Evaluates one row at leisure: leaves use before and after in the scratch, returns the flags of its id. */
  function examineRow(slot: number, control: number, list: number): number {
    const at = slot << Row.SHIFT
    const passes = fits(slot, control, listMetric[list]!, listCell[list]!, Row.HARD) === true
    const flags = !passes ? fail(slot, control, list) : softOf[at]! > 0 ? soften(slot, control, list) : 0
    if (x[X.AFTER]! >= warnUpOf[at]! || x[X.BEFORE]! < warnDownOf[at]!) warn(slot)
    return flags
  }

  function warn(slot: number): void {
    const at = j.warnedRows++
    warnedSlot[at] = slot
    warnedBefore[at] = x[X.BEFORE]!
    warnedAfter[at] = x[X.AFTER]!
  }

  /** Records a row that the order does not fit; returns the flags of its id. */
  function fail(slot: number, control: number, list: number): number {
    if ((li[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0 || isOverridden(slot, control, list)) {
      j.alert(control)
      return FAILED | WAIVED
    }
    const at = j.failedRows++
    failedSlot[at] = slot
    failedSubject[at] = listSubject[list]!
    failedMetric[at] = listMetric[list]!
    failedCell[at] = listCell[list]!
    if (j.resultOf(control) !== Verdict.FAIL) j.fail(control, reasonOf(slot, control, list))
    return FAILED
  }

  /** True where two people let this order pass the row: up to the use that they saw, and not for want of what it is measured by. */
  function isOverridden(slot: number, control: number, list: number): boolean {
    const at = j.overridden.indexOf(li[slot * Row.INTS + Row.ID]!)
    if (at < 0 || !(x[X.AFTER]! <= j.overriddenMost[at]!)) return false
    return reasonOf(slot, control, list) === REASON_OF[control]
  }

  /** A row that the order fits: over its soft level a person must confirm the order. Returns the flags of its id. */
  function soften(slot: number, control: number, list: number): number {
    if (j.restates || (li[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0) return 0
    const before = x[X.BEFORE]!
    const after = x[X.AFTER]!
    const passes = fits(slot, control, listMetric[list]!, listCell[list]!, Row.SOFT)
    x[X.BEFORE] = before
    x[X.AFTER] = after
    if (passes) return 0
    j.alert(control)
    if (j.confirmed.includes(li[slot * Row.INTS + Row.ID]!)) return SOFT | WAIVED
    j.softRows++
    return SOFT
  }

  function reasonOf(slot: number, control: number, list: number): number {
    if ((control === B07 || control === B08) && !isAdvKnown()) return ADV_UNAVAILABLE
    if (control === E05 && !isProfitKnown(slot)) return PROFIT_UNAVAILABLE
    const lacksCapital = control === D08 && !measureSectorConcentration(slot, listMetric[list]!, listCell[list]!)
    return lacksCapital ? CAPITAL_UNAVAILABLE : REASON_OF[control]!
  }

  /**
   * Judges a row by its hard level, or by its soft one as if that were its hard one; leaves use before and after, and the
   * limit where the row has one of its own, in the scratch.
   */
  function fits(slot: number, control: number, metric: number, cell: number, level: Row.HARD | Row.SOFT): boolean {
    const at = slot << Row.SHIFT
    const most = level === Row.HARD ? hardOf[at]! : softOf[at]!
    x[X.LIMIT] = most
    if ((flagsAt[at]! & RowFlag.SPECIAL) === 0) {
      const before = measures[control * 2]!
      const after = measures[control * 2 + 1]!
      x[X.BEFORE] = before
      x[X.AFTER] = after
      return after <= most || after <= before
    }
    switch (control) {
      case B01:
        measureOwnUnits()
        break
      case B03:
        measurePriceCollar(slot)
        break
      case B09:
        measureDuplicateOrder(slot)
        break
      case C01:
        // A message always adds one: that the count saturates must not look as if it did not.
        measureMessageRate(slot)
        return x[X.AFTER]! <= x[X.LIMIT]!
      case D08:
        if (!measureSectorConcentration(slot, metric, cell)) return false
        if (level === Row.HARD) x[X.LIMIT] = lf[slot * Row.NUMS + Row.MONEY]!
        break
      case B16:
        return measureMarketData() || x[X.AFTER]! <= x[X.LIMIT]!
      case B12:
        measureBasketTotal()
        break
      case E05:
        return judgeDailyLoss(slot)
      case B04:
        return measurePriceCollarWindow(slot) || x[X.AFTER]! <= x[X.LIMIT]!
      case C03:
        return measureRepeatedExecution(slot) || x[X.AFTER]! <= x[X.LIMIT]!
      case C06:
        // The latch refuses, and it alone: a refusal that counts itself would never end.
        measureRejectStorm(slot)
        return true
      case B07:
        if (!measureMaxOrderPctAdv()) return false
        break
      case B08:
        return measureCumPctAdv(metric) && x[X.AFTER]! <= x[X.LIMIT]!
      case D01L:
        measureMaxLongPosition(metric)
        break
      case D01S:
        measureMaxShortPosition(metric)
        break
      case D04:
        // What is used before is what is used after: only the limit itself says whether it passes.
        if (measureGrossExecuted(metric)) return true
        loosenForReducing(slot)
        return x[X.AFTER]! <= x[X.LIMIT]!
      case D03:
      case D06:
        x[X.BEFORE] = measures[control * 2]!
        x[X.AFTER] = measures[control * 2 + 1]!
        loosenForReducing(slot)
        break
      default:
        throw new Error(`no control measures limit slot ${slot} by itself`)
    }
    return x[X.AFTER]! <= x[X.LIMIT]! || x[X.AFTER]! <= x[X.BEFORE]!
  }

  /** True where every row that refused would let the order pass as it is projected now. */
  function refusedRowsFit(): boolean {
    measureOrder()
    for (let at = 0; at < j.failedRows; at++) {
      const slot = failedSlot[at]!
      const metric = failedMetric[at]!
      const cell = failedCell[at]!
      measureSubject(failedSubject[at]!, metric, cell)
      if (!fits(slot, li[slot * Row.INTS + Row.CONTROL]!, metric, cell, Row.HARD)) return false
    }
    return true
  }

  return { collectRows, evaluateRows, refusedRowsFit }
}
