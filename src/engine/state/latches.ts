/**
 * Latches: trading states over conjunctions of scope keys. Few at a time, so an order looks at all of them; none costs
 * nothing.
 */
import { Kind } from './names.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Keys of a latch, -1 where any: eight subjects (firm unused), then these. */
export const enum Key {
  INSTRUMENT = 8,
  UNDERLYING = 9,
  ASSET_CLASS = 10,
  SECTOR = 11,
  VENUE = 12,
  /** 0 buys, 1 sells. */
  SIDE = 13,
  COUNT = 14,
}

/** KILLED in TRADING_STATES: the state that asks for cancels. */
export const KILLED_STATE = 3

/** Most latches in force at once; a kill over it falls back to the whole firm. */
export const LATCHES_MAX = 4096

export interface Latch {
  readonly id: number
  readonly keys: Int32Array
  state: number
  readonly cause: number
  readonly principal: number
  readonly setSeq: number
  releaseRequestedBy: number
  releaseState: number
  /** Of an unknown execution: a person has said what it was. */
  explained: boolean
  /** Orders that ended under it while it was a kill, and how many of those were filled: too late for a cancel. */
  ended: number
  filled: number
  /** Next order slot that a sweep looks at; -1 once the sweep is complete or none is due. */
  sweepFrom: number
}

export type Latches = ReturnType<typeof createLatches>

export function createLatches() {
  const active: Latch[] = []

  function get(id: number): Latch | undefined {
    return active.find((latch) => latch.id === id)
  }

  function set(latch: Latch): void {
    active.push(latch)
    latches.count = active.length
    latches.next = Math.max(latches.next, latch.id + 1)
  }

  function end(id: number): void {
    const at = active.findIndex((latch) => latch.id === id)
    if (at >= 0) active.splice(at, 1)
    latches.count = active.length
  }

  /** There is something new to explain: who asked for a release did not know of it. */
  function reopen(cause: number, account: number, instrument: number): void {
    for (const latch of active) {
      if (latch.cause !== cause || latch.keys[Kind.ACCOUNT] !== account || latch.keys[Key.INSTRUMENT] !== instrument) {
        continue
      }
      latch.explained = false
      latch.releaseRequestedBy = -1
      latch.releaseState = -1
    }
  }

  function visit(v: StateVisitor): void {
    latches.next = v.int(latches.next)
    v.list(active)
    latches.count = active.length
  }

  const latches = {
    active,
    /** Id of the next latch. */
    next: 1,
    /** Latches in force: what an order looks at first, and nearly always last. */
    count: 0,
    isFull: (): boolean => active.length >= LATCHES_MAX,
    get,
    set,
    reopen,
    end,
    visit,
  }
  return latches
}
