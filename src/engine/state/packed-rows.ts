/**
 * The limit rows as an order walks them: what a calm row needs stands side by side, in the order of its list, so that the
 * walk follows no slot. All of it is derived from the rows and their compiled lists; the state hash does not see it.
 */
import { CONTROLS } from '../../model/controls.ts'
import { Row } from './limit-row.ts'

/** Most rows that one row of an object costs: itself, and a copy of each "each" row of another control. */
const COPIES = CONTROLS.filter((control) => control.family === 'limit').length
/** Places beyond what stands at once: a list that is compiled again takes new ones. */
const SPARE = 1 << 14

export type PackedRows = ReturnType<typeof createPackedRows>

/** `f` and `i` are the rows by slot; `rows` is how many there can be at most. */
export function createPackedRows(rows: number, f: Float64Array, i: Int32Array) {
  const room = rows * COPIES + SPARE
  /** CALM of each place's row. */
  const calm = new Float64Array(room)
  /** Versioned row id. */
  const id = new Int32Array(room)
  const slot = new Int32Array(room)
  const control = new Int32Array(room)
  let end = 0

  /** First place of a list that is copied behind all others; -1 where there is no room: clear, and put all again. */
  function put(list: Int32Array): number {
    if (end + list.length > room) return -1
    const first = end
    for (let at = 0; at < list.length; at++) {
      const row = list[at] * Row.INTS
      calm[end] = f[list[at] * Row.NUMS + Row.CALM]
      id[end] = i[row + Row.ID]
      slot[end] = list[at]
      control[end++] = i[row + Row.CONTROL]
    }
    return first
  }

  /** Copies CALM of a row again, in a list that has it. */
  function refresh(row: number, first: number, count: number): void {
    for (let place = first; place < first + count; place++) {
      if (slot[place] === row) calm[place] = f[row * Row.NUMS + Row.CALM]
    }
  }

  function clear(): void {
    end = 0
  }

  return { calm, id, slot, control, put, refresh, clear }
}
