/**
 * The limit rows of an order: collects the lists that match, measures each subject once, and walks the rows with no more
 * than a load and a compare each. Rows whose measure is their own (windows, collars, shares of capital) go by their
 * control's file. The evaluation vector is written straight to where the decision's record will stand.
 */
import { ROWS_PER_DECISION } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS, controlIndex } from '../model/controls.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_SOFT, ROW_WAIVED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import type { Controls } from './controls.ts'
import { CELL_KIND, ObjectKind, objectOf } from './exposure.ts'
import { type Judgement, Verdict, X } from './judgement.ts'
import { Row, RowFlag } from './state/limit-row.ts'
import { COMMON } from './state/limit-version.ts'
import { scratchInts, scratchNums } from './state/scratch.ts'
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
const ROWS_MAX: number = ROWS_PER_DECISION
/** Calm rows are of the common controls, whose indices fit a word of bits: the walk keeps what passed in one. */
const COMMON_BITS = Math.max(...COMMON) + 1
if (COMMON_BITS > 31) throw new Error('a common control has no bit in the walk over the rows')
const DECISION_BYTES = ORDER_DECIDED.bytes
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
  const { x, subjects, measures, result, listAt, listCount, listSubject, listMetric, listCell } = j
  const { failedSlot, failedSubject, failedMetric, failedCell, warnedSlot, warnedBefore, warnedAfter } = j
  const lf = limits.f
  const li = limits.i
  const { kindMask, noneAt, noneCount, eachAt, eachCount, entryAt, entryCount, entryMetric } = limits
  const { entryMask, eachMask } = limits
  const packedCalm = limits.packed.calm
  const packedId = limits.packed.id
  const packedSlot = limits.packed.slot
  const packedControl = limits.packed.control
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

  /** The evaluation vector: which row, and its use before and after. */
  const vectorId = scratchInts(ROWS_MAX + 1)
  const vectorBefore = scratchNums(ROWS_MAX)
  const vectorAfter = scratchNums(ROWS_MAX)

  /** Collects the lists of rows that match the order, in the order of the evaluation vector. */
  function collectRows(): void {
    j.lists = 0
    j.sectorMask = 0
    j.assetClassMask = 0
    for (let place = 0; place < 8; place++) {
      const subject = subjects[place]!
      const count = noneCount[subject]!
      if (count > 0) addList(noneAt[subject]!, count, subject, subject, place)
      if (kindMask[subject] !== 0) collectObjects(subject, place)
    }
  }

  function addList(at: number, count: number, subject: number, metric: number, place: number): void {
    const list = j.lists
    listAt[list] = at
    listCount[list] = count
    listSubject[list] = subject
    listMetric[list] = metric
    listCell[list] = kindOf[place]!
    j.lists = list + 1
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
    if (!j.valued && NEEDS_VALUE[control] !== 0) return false
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

  /** Evaluates the collected rows; the vector goes to the tape behind the decision's fixed part. */
  function evaluateRows(tape: Tape): void {
    measureOrder()
    j.rows = 0
    let passed = 0
    for (let list = 0; list < j.lists; list++) {
      measureSubject(listSubject[list]!, listMetric[list]!, listCell[list]!)
      passed |= walk(list)
    }
    for (let control = 0; control < COMMON_BITS; control++) {
      if ((passed & (1 << control)) !== 0) pass(control)
    }
    writeVector(tape)
  }

  /** A row of the control passed: its result stands where no other row gives a worse one. */
  function pass(control: number): void {
    if (result[control] === 0) result[control] = Verdict.PASS
  }

  /** Evaluates the rows of one list into the vector; returns the controls of calm rows, which passed, a bit each. */
  function walk(list: number): number {
    const end = listAt[list]! + listCount[list]!
    const valued = j.valued
    let row = j.rows
    let passed = 0
    for (let at = listAt[list]!; at < end; at++) {
      const control = packedControl[at]!
      const after = measures[control * 2 + 1]!
      if (after <= packedCalm[at]! && valued) {
        // Nearly every row of nearly every order ends here.
        vectorId[row] = packedId[at]!
        vectorBefore[row] = measures[control * 2]!
        vectorAfter[row] = after
        passed |= 1 << control
      } else {
        if (!isJudged(control, packedSlot[at]!, list)) continue
        const flags = evaluateRow(packedSlot[at]!, control, list)
        vectorId[row] = packedId[at]! | flags
        vectorBefore[row] = x[X.BEFORE]!
        vectorAfter[row] = x[X.AFTER]!
        if (flags === 0) pass(control)
      }
      row++
    }
    j.rows = row
    return passed
  }

  /** Ids, uses before and uses after stand one behind the other. The ids' odd half word is not cleared by anyone else. */
  function writeVector(tape: Tape): void {
    const rows = j.rows
    if (rows > ROWS_MAX) throw new Error('more limit rows match than a decision can record')
    const { f64, i32 } = tape
    const start = tape.end + DECISION_BYTES
    const idAt = start >> 2
    const beforeAt = (start + (((rows + 1) >> 1) << 3)) >> 3
    const afterAt = beforeAt + rows
    vectorId[rows] = 0
    const words = (rows + 1) & ~1
    for (let row = 0; row < words; row++) i32[idAt + row] = vectorId[row]!
    for (let row = 0; row < rows; row++) f64[beforeAt + row] = vectorBefore[row]!
    for (let row = 0; row < rows; row++) f64[afterAt + row] = vectorAfter[row]!
  }

  /** Evaluates one row at leisure: leaves use before and after in the scratch, returns the flags of its id. */
  function evaluateRow(slot: number, control: number, list: number): number {
    const at = slot * Row.NUMS
    const passes = fits(slot, control, listMetric[list]!, listCell[list]!, Row.HARD)
    const flags = !passes ? fail(slot, control, list) : lf[at + Row.SOFT]! > 0 ? soften(slot, control, list) : 0
    if (x[X.AFTER]! >= lf[at + Row.WARN_UP]! || x[X.BEFORE]! < lf[at + Row.WARN_DOWN]!) warn(slot)
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
      if (result[control] !== Verdict.FAIL) result[control] = Verdict.ALERT
      return FAILED | WAIVED
    }
    const at = j.failedRows++
    failedSlot[at] = slot
    failedSubject[at] = listSubject[list]!
    failedMetric[at] = listMetric[list]!
    failedCell[at] = listCell[list]!
    if (result[control] !== Verdict.FAIL) j.fail(control, reasonOf(slot, control, list))
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
    if (result[control] !== Verdict.FAIL) result[control] = Verdict.ALERT
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
    const most = lf[slot * Row.NUMS + level]!
    x[X.LIMIT] = most
    if ((li[slot * Row.INTS + Row.FLAGS]! & RowFlag.SPECIAL) === 0) {
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
