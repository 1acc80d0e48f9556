/**
 * The limit rows of an order: collects the lists that match, measures each subject once, and walks the rows with no more
 * than a load and a compare each. Rows whose measure is their own (windows, collars, shares of capital) go by their
 * control's file. The evaluation vector is written straight to where the decision's record will stand.
 */
import { ROWS_PER_DECISION } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { ORDER_DECIDED, ROW_FAILED, ROW_WAIVED } from '../model/records/events.ts'
import type { Tape } from '../model/records/tape.ts'
import { loosenForReducing, measureDailyGross } from './controls/daily-gross.ts'
import { measureDuplicateOrder } from './controls/duplicate-order.ts'
import { measureIntradayNet } from './controls/intraday-net.ts'
import { measureMaxOpenOrders } from './controls/max-open-orders.ts'
import { measureMaxOrderNotional } from './controls/max-order-notional.ts'
import { measureMaxOrderQty, measureOwnUnits } from './controls/max-order-qty.ts'
import { measureMessageRate } from './controls/message-rate.ts'
import { measureOpenOrderNotional } from './controls/open-order-notional.ts'
import { measurePortfolioGross } from './controls/portfolio-gross.ts'
import { measurePriceCollar } from './controls/price-collar.ts'
import { measureSectorConcentration } from './controls/sector-concentration.ts'
import { CELL_KIND, ObjectKind, objectOf } from './exposure.ts'
import { type Judgement, Verdict, X } from './judgement.ts'
import { B01, B02, B03, B09, C01, D02, D03, D05, D06, D08, Row, RowFlag } from './state/limits.ts'
import type { State } from './state/state.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const CAPITAL_UNAVAILABLE = reasonNumber('CAPITAL_UNAVAILABLE')
/** Reason that a control's rows give. */
const REASON_OF = Int32Array.from(CONTROLS, (row) => (row.family === 'limit' ? reasonNumber(row.code) : RISK_ERROR))
/** 1 for controls that need the order's value: not judged without a reference price. */
const NEEDS_VALUE = Int32Array.from(CONTROLS, (row) =>
  [B02, B03, D02, D03, D05, D06, D08].includes(row.index as number) ? 1 : 0,
)

/** Collects the lists of rows that match the order, in the order of the evaluation vector. */
export function collectRows(state: State, j: Judgement): void {
  const { limits } = state
  const { none, kindMask } = limits
  let lists = 0
  for (let place = 0; place < 8; place++) {
    const subject = j.subjects[place]!
    const cell = CELL_KIND[place]!
    j.list[lists] = none[subject]!
    j.listSubject[lists] = subject
    j.listMetric[lists] = subject
    j.listCell[lists++] = cell
    if (kindMask[subject] === 0) continue
    for (let kind = ObjectKind.INSTRUMENT; kind <= ObjectKind.VENUE; kind++) {
      if ((kindMask[subject]! & (1 << kind)) === 0) continue
      const object = objectOf(state, kind, j.instrument, j.venue)
      if (object < 0) continue
      const entry = limits.entry(subject, kind, object)
      j.list[lists] = entry >= 0 ? limits.entryRows[entry]! : limits.each[subject * 6 + kind]!
      j.listSubject[lists] = subject
      j.listMetric[lists] = entry >= 0 ? limits.entryMetric[entry]! : state.metrics.zero
      j.listCell[lists++] = cell
      if (place !== 0) continue
      const mask = entry >= 0 ? limits.entryMask[entry]! : limits.eachMask[subject * 6 + kind]!
      if (kind === ObjectKind.SECTOR) j.sectorMask = mask
      else if (kind === ObjectKind.ASSET_CLASS) j.assetClassMask = mask
    }
  }
  j.lists = lists
}

/** Rows of the collected lists that will be evaluated. */
function countRows(state: State, j: Judgement): number {
  let rows = 0
  const all = j.valued && j.replaces < 0
  for (let at = 0; at < j.lists; at++) {
    const list = j.list[at]!
    if (all) rows += list.length
    else for (const slot of list) if (isJudged(state, j, slot)) rows++
  }
  if (rows > ROWS_PER_DECISION) throw new Error('more limit rows match than a decision can record')
  return rows
}

/** Rows that need a value wait for one; a replace is no duplicate. */
function isJudged(state: State, j: Judgement, slot: number): boolean {
  const control = state.limits.i[slot * Row.INTS + Row.CONTROL]!
  if (!j.valued && NEEDS_VALUE[control] !== 0) return false
  return control !== B09 || j.replaces < 0
}

/** Measures what depends on the subject, or on the subject in one object. */
function measureSubject(state: State, j: Judgement, subject: number, metric: number, cell: number): void {
  measureDailyGross(state, j, metric)
  measureOpenOrderNotional(state, j, metric)
  measureMaxOpenOrders(state, j, metric)
  // A session has no position.
  if (cell < 0) return
  measurePortfolioGross(state, j, metric, cell)
  measureIntradayNet(state, j, subject, metric, cell)
}

/** Measures what depends on the order alone. */
function measureOrder(state: State, j: Judgement): void {
  measureMaxOrderQty(state, j)
  measureMaxOrderNotional(j)
}

/** Evaluates the collected rows; the vector goes to the tape behind the decision's fixed part. */
export function evaluateRows(state: State, j: Judgement, tape: Tape): void {
  const rows = countRows(state, j)
  j.rows = rows
  const { limits } = state
  const lf = limits.f
  const li = limits.i
  const { measures, result } = j
  // An imported constant is a load and three checks at each use (docs/decisions/0012-hot-loops.md): once is enough.
  const stride = Row.NUMS
  const calmAt = Row.CALM
  const hardAt = Row.HARD
  const rowAt = Row.ID
  const flagsAt = Row.FLAGS
  const upAt = Row.WARN_UP
  const downAt = Row.WARN_DOWN
  const special = RowFlag.SPECIAL
  const f64 = tape.f64
  const i32 = tape.i32
  const at = tape.end + ORDER_DECIDED.bytes
  let idAt = at >> 2
  let beforeAt = (at + (((rows + 1) >> 1) << 3)) >> 3
  let afterAt = beforeAt + rows
  const all = j.valued && j.replaces < 0
  // The vector's odd half word is not cleared by whoever writes the record.
  if ((rows & 1) === 1) i32[idAt + rows] = 0
  let passedControls = 0
  measureOrder(state, j)
  for (let place = 0; place < j.lists; place++) {
    const list = j.list[place]!
    const count = list.length
    if (count === 0) continue
    measureSubject(state, j, j.listSubject[place]!, j.listMetric[place]!, j.listCell[place]!)
    let passed = 0
    for (let row = 0; row < count; row++) {
      const slot = list[row]!
      // Doubles and ints of a row have the same stride, and the control stands first.
      const i = slot * stride
      const control = li[i]!
      const used = measures[control * 2 + 1]!
      if (all && used <= lf[i + calmAt]!) {
        // Nearly every row of nearly every order ends here.
        i32[idAt++] = li[i + rowAt]!
        f64[beforeAt++] = measures[control * 2]!
        f64[afterAt++] = used
        passed |= 1 << control
        continue
      }
      if (!all && !isJudged(state, j, slot)) continue
      let before = measures[control * 2]!
      let after = measures[control * 2 + 1]!
      let passes = true
      if ((li[i + flagsAt]! & special) === 0) passes = after <= lf[i + hardAt]! || after <= before
      else {
        passes = fitsSpecial(state, j, slot, control, j.listMetric[place]!, j.listCell[place]!)
        before = j.x[X.BEFORE]!
        after = j.x[X.AFTER]!
      }
      f64[beforeAt++] = before
      f64[afterAt++] = after
      if (passes) {
        i32[idAt++] = li[i + rowAt]!
        passed |= 1 << control
      } else i32[idAt++] = li[i + rowAt]! | fail(state, j, slot, control, place)
      if (after >= lf[i + upAt]! || before < lf[i + downAt]!) warn(j, slot, before, after)
    }
    passedControls |= passed
  }
  for (let control = 0; control < CONTROLS.length; control++) {
    if ((passedControls & (1 << control)) !== 0 && result[control] === 0) result[control] = Verdict.PASS
  }
}

function warn(j: Judgement, slot: number, before: number, after: number): void {
  const at = j.warnedRows++
  j.warnedSlot[at] = slot
  j.warnedBefore[at] = before
  j.warnedAfter[at] = after
}

/** Records a row that the order does not fit; returns the flags of its id. */
function fail(state: State, j: Judgement, slot: number, control: number, place: number): number {
  if ((state.limits.i[slot * Row.INTS + Row.FLAGS]! & RowFlag.WAIVED) !== 0) {
    if (j.result[control] !== Verdict.FAIL) j.result[control] = Verdict.ALERT
    return ROW_FAILED | ROW_WAIVED
  }
  const at = j.failedRows++
  j.failedSlot[at] = slot
  j.failedSubject[at] = j.listSubject[place]!
  j.failedMetric[at] = j.listMetric[place]!
  j.failedCell[at] = j.listCell[place]!
  if (j.result[control] !== Verdict.FAIL) {
    j.result[control] = Verdict.FAIL
    j.reason[control] = REASON_OF[control]!
    if (control === D08 && !measureSectorConcentration(state, j, slot, j.listMetric[place]!, j.listCell[place]!)) {
      j.reason[control] = CAPITAL_UNAVAILABLE
    }
  }
  return ROW_FAILED
}

/** Judges a row that has a measure or a limit of its own; leaves before, after and the limit in the scratch. */
function fitsSpecial(state: State, j: Judgement, slot: number, control: number, metric: number, cell: number): boolean {
  const x = j.x
  x[X.LIMIT] = state.limits.f[slot * Row.NUMS + Row.HARD]!
  switch (control) {
    case B01:
      measureOwnUnits(j)
      break
    case B03:
      measurePriceCollar(state, j, slot)
      break
    case B09:
      measureDuplicateOrder(state, j, slot)
      break
    case C01:
      // A message always adds one: that the count saturates must not look as if it did not.
      measureMessageRate(state, j, slot)
      return x[X.AFTER]! <= x[X.LIMIT]!
    case D08:
      if (!measureSectorConcentration(state, j, slot, metric, cell)) return false
      break
    case D03:
    case D06:
      x[X.BEFORE] = j.measures[control * 2]!
      x[X.AFTER] = j.measures[control * 2 + 1]!
      loosenForReducing(state, j, slot)
      break
    default:
      throw new Error(`no control measures limit slot ${slot} by itself`)
  }
  return x[X.AFTER]! <= x[X.LIMIT]! || x[X.AFTER]! <= x[X.BEFORE]!
}

/** True where every row that refused would let the order pass as it is projected now. */
export function refusedRowsFit(state: State, j: Judgement): boolean {
  measureOrder(state, j)
  for (let at = 0; at < j.failedRows; at++) {
    const slot = j.failedSlot[at]!
    const control = state.limits.i[slot * Row.INTS + Row.CONTROL]!
    const metric = j.failedMetric[at]!
    const cell = j.failedCell[at]!
    measureSubject(state, j, j.failedSubject[at]!, metric, cell)
    if ((state.limits.i[slot * Row.INTS + Row.FLAGS]! & RowFlag.SPECIAL) !== 0) {
      if (!fitsSpecial(state, j, slot, control, metric, cell)) return false
    } else {
      const after = j.measures[control * 2 + 1]!
      if (!(after <= state.limits.f[slot * Row.NUMS + Row.HARD]! || after <= j.measures[control * 2]!)) return false
    }
  }
  return true
}
