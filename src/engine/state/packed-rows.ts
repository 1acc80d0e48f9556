/**
 * The limit rows as an order walks them: what a calm row needs stands side by side, in the order of its list, so that the
 * walk follows no slot. All of it is derived from the rows and their compiled lists; the state hash does not see it.
 */
import { CONTROLS } from '../../model/controls.ts'
import { SESSION_PHASES } from '../../model/vocabulary.ts'

/** Most rows that one row of an object costs: itself, and a copy of each "each" row of another control or phase. */
const COPIES = CONTROLS.filter((control) => control.family === 'limit').length + SESSION_PHASES.length
/** Places beyond what stands at once: a list that is compiled again takes new ones. */
const SPARE = 1 << 14

export type PackedRows = ReturnType<typeof createPackedRows>

/** `rows`: how many there can be at most. */
export function createPackedRows(rows: number) {
  const room = rows * COPIES + SPARE
  /** Of the row in each place: its CALM, its versioned id, its slot and its control. */
  const calm = new Float64Array(room)
  const id = new Int32Array(room)
  const slot = new Int32Array(room)
  const control = new Int32Array(room)
  let end = 0

  /** First of `count` places behind all others; -1 where there is no room: clear, and pack all lists again. */
  function take(count: number): number {
    if (end + count > room) return -1
    end += count
    return end - count
  }

  /** Sets CALM of a row again, in the list that stands in `count` places from `first` on. */
  function setCalm(row: number, value: number, first: number, count: number): void {
    for (let place = first; place < first + count; place++) if (slot[place] === row) calm[place] = value
  }

  function clear(): void {
    end = 0
  }

  return { calm, id, slot, control, take, setCalm, clear }
}
