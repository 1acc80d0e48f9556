/**
 * The limit rows of an order: walks every row that matches, measures it, records it in the evaluation vector, and says
 * what fails. The switch calls each control's own file; V8 inlines them, so a control that no row uses costs nothing.
 */
import { ROWS_PER_DECISION } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { ROW_FAILED, ROW_WAIVED } from '../model/records/events.ts'
import { measureDailyGross } from './controls/daily-gross.ts'
import { measureDuplicateOrder } from './controls/duplicate-order.ts'
import { measureIntradayNet } from './controls/intraday-net.ts'
import { measureMaxOpenOrders } from './controls/max-open-orders.ts'
import { measureMaxOrderNotional } from './controls/max-order-notional.ts'
import { measureMaxOrderQty } from './controls/max-order-qty.ts'
import { measureMessageRate } from './controls/message-rate.ts'
import { measureOpenOrderNotional } from './controls/open-order-notional.ts'
import { measurePortfolioGross } from './controls/portfolio-gross.ts'
import { measurePriceCollar } from './controls/price-collar.ts'
import { measureSectorConcentration } from './controls/sector-concentration.ts'
import { CELL_KIND, OBJECT_INSTRUMENT, OBJECT_VENUE, objectOf } from './exposure.ts'
import { ALERT, FAIL, type Judgement, PASS, X_AFTER, X_BEFORE, X_LIMIT } from './judgement.ts'
import {
  B01,
  B02,
  B03,
  B09,
  C01,
  C05,
  D02,
  D03,
  D05,
  D06,
  D08,
  HARD,
  L_ACTION,
  L_CONTROL,
  L_MODE,
  L_ROW,
  LF,
  LI,
  WARN_DOWN,
  WARN_UP,
} from './state/limits.ts'
import type { State } from './state/state.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const CAPITAL_UNAVAILABLE = reasonNumber('CAPITAL_UNAVAILABLE')
/** Reason that a control's rows give. */
const REASON_OF = Int32Array.from(CONTROLS, (row) => (row.family === 'limit' ? reasonNumber(row.code) : RISK_ERROR))
/** 1 for controls whose rows are in money and need a value: not judged without a reference price. */
const NEEDS_VALUE = Int32Array.from(CONTROLS, (row) =>
  [B02, B03, D02, D03, D05, D06, D08].includes(row.index as number) ? 1 : 0,
)
/** 1 for controls whose use stands between orders, and so has warning levels. */
const HAS_USE = Int32Array.from(CONTROLS, (row) =>
  [C05, D02, D03, D05, D06, D08].includes(row.index as number) ? 1 : 0,
)

/** Measures a row: use before and after, and the limit that holds, into the scratch. False: fails whatever the use. */
function measure(state: State, j: Judgement, slot: number, metric: number, cell: number): boolean {
  j.x[X_LIMIT] = state.limits.f[slot * LF + HARD]!
  switch (state.limits.i[slot * LI + L_CONTROL]) {
    case B01:
      measureMaxOrderQty(state, j, slot)
      return true
    case B02:
      measureMaxOrderNotional(j)
      return true
    case B03:
      measurePriceCollar(state, j, slot)
      return true
    case B09:
      measureDuplicateOrder(state, j, slot)
      return true
    case C01:
      measureMessageRate(state, j, slot)
      return true
    case C05:
      measureMaxOpenOrders(state, j, metric)
      return true
    case D02:
      measureIntradayNet(state, j, slot, metric, cell)
      return true
    case D03:
      measureDailyGross(state, j, slot, metric)
      return true
    case D05:
      measurePortfolioGross(state, j, metric, cell)
      return true
    case D06:
      measureOpenOrderNotional(state, j, slot, metric)
      return true
    case D08:
      return measureSectorConcentration(state, j, slot, metric, cell)
    default:
      throw new Error(`no control measures limit slot ${slot}`)
  }
}

/** True where the order fits the row as it is projected now. Equality passes, and so does what does not raise the use. */
function fits(state: State, j: Judgement, slot: number, metric: number, cell: number): boolean {
  if (!measure(state, j, slot, metric, cell)) return false
  const after = j.x[X_AFTER]!
  if (after <= j.x[X_LIMIT]!) return true
  // A message always adds one; that the count saturates must not look as if it did not.
  return after <= j.x[X_BEFORE]! && state.limits.i[slot * LI + L_CONTROL] !== C01
}

/** Evaluates every matching row of the eight subjects. */
export function evaluateRows(state: State, j: Judgement): void {
  const { limits } = state
  for (let place = 0; place < 8; place++) {
    const subject = j.subjects[place]!
    const cell = CELL_KIND[place]!
    evaluateList(state, j, limits.none[subject]!, subject, cell)
    const mask = limits.kindMask[subject]!
    if (mask !== 0) evaluateObjects(state, j, subject, mask, cell)
  }
}

function evaluateObjects(state: State, j: Judgement, subject: number, mask: number, cell: number): void {
  const { limits } = state
  for (let kind = OBJECT_INSTRUMENT; kind <= OBJECT_VENUE; kind++) {
    if ((mask & (1 << kind)) === 0) continue
    const object = objectOf(state, kind, j.instrument, j.venue)
    if (object < 0) continue
    const entry = limits.entry(subject, kind, object)
    if (entry >= 0) evaluateList(state, j, limits.entryRows[entry]!, limits.entryMetric[entry]!, cell)
    else evaluateList(state, j, limits.each[subject * 6 + kind]!, state.metrics.zero, cell)
  }
}

function evaluateList(state: State, j: Judgement, list: Int32Array, metric: number, cell: number): void {
  const { limits } = state
  const f = limits.f
  const i = limits.i
  const x = j.x
  for (let place = 0; place < list.length; place++) {
    const slot = list[place]!
    const control = i[slot * LI + L_CONTROL]!
    if (!j.valued && NEEDS_VALUE[control] !== 0) continue
    if (control === B09 && j.replaces >= 0) continue
    const row = j.rows
    if (row >= ROWS_PER_DECISION) throw new Error('more limit rows match than a decision can record')
    j.rows = row + 1
    const passes = fits(state, j, slot, metric, cell)
    const before = x[X_BEFORE]!
    const after = x[X_AFTER]!
    j.rowSlot[row] = slot
    j.rowMetric[row] = metric
    j.rowCell[row] = cell
    j.rowBefore[row] = before
    j.rowAfter[row] = after
    if (passes) {
      j.rowId[row] = i[slot * LI + L_ROW]!
      if (j.result[control] === 0) j.result[control] = PASS
      if (HAS_USE[control] !== 0 && (after >= f[slot * LF + WARN_UP]! || before < f[slot * LF + WARN_DOWN]!)) {
        j.warnedRow[j.warnedRows++] = row
      }
    } else if (i[slot * LI + L_ACTION] === 1 || i[slot * LI + L_MODE] === 1) {
      // Action ALERT or mode SHADOW: an explicit, recorded exemption.
      j.rowId[row] = i[slot * LI + L_ROW]! | ROW_FAILED | ROW_WAIVED
      if (j.result[control] !== FAIL) j.result[control] = ALERT
      if (HAS_USE[control] !== 0 && after >= f[slot * LF + WARN_UP]!) j.warnedRow[j.warnedRows++] = row
    } else {
      j.rowId[row] = i[slot * LI + L_ROW]! | ROW_FAILED
      j.failedRow[j.failedRows++] = row
      if (j.result[control] !== FAIL) {
        j.result[control] = FAIL
        j.reason[control] = control === D08 ? reasonOfSector(state, j, slot, metric, cell) : REASON_OF[control]!
      }
    }
  }
}

function reasonOfSector(state: State, j: Judgement, slot: number, metric: number, cell: number): number {
  return measureSectorConcentration(state, j, slot, metric, cell) ? REASON_OF[D08]! : CAPITAL_UNAVAILABLE
}

/** True where every row that refused would let the order pass as it is projected now. */
export function refusedRowsFit(state: State, j: Judgement): boolean {
  for (let place = 0; place < j.failedRows; place++) {
    const row = j.failedRow[place]!
    if (!fits(state, j, j.rowSlot[row]!, j.rowMetric[row]!, j.rowCell[row]!)) return false
  }
  return true
}
