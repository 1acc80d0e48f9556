/**
 * What limit rows remember of executions and refusals: how often a subject executed on each side, where its executions
 * went in the window that runs, and the stamps of its refusals. Kept by row slot, and by instrument where the row has one;
 * without such rows there is nothing here.
 */
import type { StateVisitor } from './state-visitor.ts'
import { Window } from './windows.ts'

/** Doubles of a watch: executions by side, and the window of executions that runs. */
export const enum Watch {
  SIZE = 8,
  BUYS = 0,
  SELLS = 1,
  /** When the window began, 0 for none, and the reference then. */
  START_US = 2,
  REF = 3,
  /** Sum of (px - ref) x qty of the buys, of (ref - px) x qty of the sells, and of their quantities. */
  DEV_BUY = 4,
  DEV_SELL = 5,
  QTY_BUY = 6,
  QTY_SELL = 7,
}

/** Instruments that a row's watches are told apart by; more than any size of the instrument table. */
const INSTRUMENTS = 2 ** 24

export type Watches = ReturnType<typeof createWatches>

export function createWatches() {
  const watches = new Map<number, Float64Array>()
  const refusals = new Map<number, Window>()
  const widths = new Map<number, number>()
  /** Subject of each latch that a row set. */
  const latched = new Map<number, number>()
  /**
   * Slots of rows that the events of the command under way took over their limit, and -1 - id of strategies that strayed
   * from a parent order. Not part of the state.
   */
  const tripped: number[] = []

  /** The watch of a row in an instrument, -1 for a row without; undefined where nothing was executed yet. */
  function find(slot: number, instrument: number): Float64Array | undefined {
    return watches.get(slot * INSTRUMENTS + instrument + 1)
  }

  function open(slot: number, instrument: number): Float64Array {
    const found = find(slot, instrument)
    if (found !== undefined) return found
    return made(slot * INSTRUMENTS + instrument + 1)
  }

  function made(key: number): Float64Array {
    const watch = new Float64Array(Watch.SIZE)
    watches.set(key, watch)
    return watch
  }

  /** Begins the count of executions of a row anew, in every instrument. */
  function restart(slot: number): void {
    for (const [key, watch] of watches) {
      if (Math.floor(key / INSTRUMENTS) === slot) watch.fill(0, Watch.BUYS, Watch.SELLS + 1)
    }
    refusals.get(slot)?.clear()
  }

  /** Forgets all of a row that was taken away. */
  function drop(slot: number): void {
    for (const key of [...watches.keys()]) if (Math.floor(key / INSTRUMENTS) === slot) watches.delete(key)
    refusals.delete(slot)
    widths.delete(slot)
  }

  /** Logs refusals of a row: as many as tell whether it is over `hard`. A window of another width begins empty. */
  function logRefusals(slot: number, hard: number, widthUs: number): void {
    const before = widths.get(slot) === widthUs ? refusals.get(slot) : undefined
    refusals.set(slot, before === undefined ? new Window(hard + 1, widthUs) : before.resized(hard + 1))
    widths.set(slot, widthUs)
  }

  function visit(v: StateVisitor): void {
    for (const key of v.data([...watches.keys()])) v.nums(v.isLoading ? made(key) : watches.get(key)!, Watch.SIZE)
    v.map(widths)
    v.map(latched)
    const capacities = v.data([...refusals].map(([slot, window]) => [slot, window.capacity] as const))
    for (const [slot, capacity] of capacities) {
      if (v.isLoading) refusals.set(slot, new Window(capacity, widths.get(slot)!))
      refusals.get(slot)!.visit(v)
    }
  }

  return { refusals, latched, tripped, find, open, restart, drop, logRefusals, visit }
}
