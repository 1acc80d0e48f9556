/**
 * The limit rows as an order walks them: what a calm row needs stands side by side, in the order of its list, so that the
 * walk follows no slot. All of it is derived from the rows and their compiled lists; the state hash does not see it.
 */
import { CONTROLS } from '../../model/controls.ts'
import { SESSION_PHASES } from '../../model/vocabulary.ts'
import { columnOf, numsColumnOf } from './columns.ts'
import { B01, B02, C05, D02, D03, D05 } from './limit-version.ts'

/** Most rows that one row of an object costs: itself, and a copy of each "each" row of another control or phase. */
const COPIES = CONTROLS.filter((control) => control.family === 'limit').length + SESSION_PHASES.length
/** Places beyond what stands at once: a list that is compiled again takes new ones. */
const SPARE = 1 << 14

/** Rows that nearly every list holds one behind the other: the walk takes such a run in one step. */
export const enum Run {
  /** What stands here begins no run. */
  NONE = 0,
  /** MAX_ORDER_QTY, MAX_ORDER_NOTIONAL. */
  ORDER = 1,
  ORDER_ROWS = 2,
  /** MAX_OPEN_ORDERS, DAILY_GROSS, PORTFOLIO_GROSS, INTRADAY_NET. */
  SUBJECT = 2,
  SUBJECT_ROWS = 4,
}
const ORDER_RUN = [B01, B02]
const SUBJECT_RUN = [C05, D03, D05, D02]

export type PackedRows = ReturnType<typeof createPackedRows>

/** `rows`: how many there can be at most. */
export function createPackedRows(rows: number) {
  const room = rows * COPIES + SPARE
  const last = Run.SUBJECT_ROWS - 1
  /** Of the row in each place: its CALM, its versioned id, its slot, its control, and the run that begins with it. */
  const calm = new Float64Array(room + last)
  const id = new Int32Array(room + last)
  const slot = new Int32Array(room)
  const control = new Int32Array(room)
  const run = new Int32Array(room)
  let end = 0

  /** First of `count` places behind all others; -1 where there is no room: clear, and pack all lists again. */
  function take(count: number): number {
    if (end + count > room) return -1
    end += count
    return end - count
  }

  /** Notes the runs among the `count` rows from `first` on, whose controls are set. */
  function setRuns(first: number, count: number): void {
    const until = first + count
    for (let place = first; place < until; place++) {
      const begins = (controls: readonly number[]) =>
        place + controls.length <= until && controls.every((one, at) => control[place + at] === one)
      run[place] = begins(ORDER_RUN) ? Run.ORDER : begins(SUBJECT_RUN) ? Run.SUBJECT : Run.NONE
    }
  }

  /** Sets CALM of a row again, in the list that stands in `count` places from `first` on. */
  function setCalm(row: number, value: number, first: number, count: number): void {
    for (let place = first; place < first + count; place++) if (slot[place] === row) calm[place] = value
  }

  function clear(): void {
    end = 0
  }

  return {
    calm: numsColumnOf(calm, 0, last),
    id: columnOf(id, 0, last),
    /** CALM and id of the row so many places further on. */
    calm1: numsColumnOf(calm, 1, last),
    calm2: numsColumnOf(calm, 2, last),
    calm3: numsColumnOf(calm, 3, last),
    id1: columnOf(id, 1, last),
    id2: columnOf(id, 2, last),
    id3: columnOf(id, 3, last),
    slot,
    control,
    run,
    take,
    setRuns,
    setCalm,
    clear,
  }
}
