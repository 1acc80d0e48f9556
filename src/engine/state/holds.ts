/**
 * Held orders: reserved and not answered, until the orders that they cross have ended. Each waits for order slots; who
 * waits for a slot is found the other way round, and follows from the holds.
 */
import { HOLDS } from '../../model/bounds.ts'
import { TIMER_KINDS } from '../../model/vocabulary.ts'
import type { StateVisitor } from './state-visitor.ts'
import type { Timers } from './timers.ts'

const TIMER = TIMER_KINDS.indexOf('HOLD')

export interface Hold {
  readonly slot: number
  readonly orderSeq: number
  readonly deadlineUs: number
  /** Soft block that the order says was confirmed, 0 for none; its content without that; what an equal order has alike. */
  readonly confirmSeq: number
  readonly order0: number
  readonly order1: number
  readonly duplicate0: number
  readonly duplicate1: number
  /** Slots of the orders that must still end. */
  readonly waitsFor: number[]
  /** The last of them has ended: it is to be decided again. */
  isReady: boolean
}

export type Holds = ReturnType<typeof createHolds>

export function createHolds(timers: Timers) {
  /** By slot, oldest first. */
  const bySlot = new Map<number, Hold>()
  /** Slots of the held orders that wait for the order in a slot. */
  const waiters = new Map<number, number[]>()
  let ready = 0

  function get(slot: number): Hold | undefined {
    return bySlot.get(slot)
  }

  function add(hold: Hold): void {
    bySlot.set(hold.slot, hold)
    timers.set(TIMER, hold.slot, hold.deadlineUs)
  }

  function wait(slot: number, crossing: number): void {
    bySlot.get(slot)!.waitsFor.push(crossing)
    link(slot, crossing)
  }

  function link(slot: number, crossing: number): void {
    const others = waiters.get(crossing)
    if (others === undefined) waiters.set(crossing, [slot])
    else others.push(slot)
  }

  /** The order in the slot has ended, held or waited for. */
  function ended(slot: number): void {
    remove(slot)
    for (const waiter of waiters.get(slot) ?? []) {
      const hold = bySlot.get(waiter)!
      hold.waitsFor.splice(hold.waitsFor.indexOf(slot), 1)
      if (hold.waitsFor.length > 0) continue
      hold.isReady = true
      ready++
    }
    waiters.delete(slot)
  }

  /** The order in the slot is held no longer. */
  function remove(slot: number): void {
    const hold = bySlot.get(slot)
    if (hold === undefined) return
    bySlot.delete(slot)
    timers.clear(TIMER, slot)
    if (hold.isReady) ready--
    for (const crossing of hold.waitsFor) unlink(slot, crossing)
  }

  function unlink(slot: number, crossing: number): void {
    const others = waiters.get(crossing)!
    others.splice(others.indexOf(slot), 1)
    if (others.length === 0) waiters.delete(crossing)
  }

  /** The oldest one that is to be decided again. */
  function firstReady(): Hold | undefined {
    if (ready === 0) return undefined
    for (const hold of bySlot.values()) if (hold.isReady) return hold
    return undefined
  }

  function visit(v: StateVisitor): void {
    v.map(bySlot)
    if (!v.isLoading) return
    for (const { slot, waitsFor, isReady } of bySlot.values()) {
      for (const crossing of waitsFor) link(slot, crossing)
      if (isReady) ready++
    }
  }

  return {
    get,
    add,
    wait,
    ended,
    remove,
    firstReady,
    count: (): number => bySlot.size,
    isFull: (): boolean => bySlot.size >= HOLDS,
    all: (): Iterable<Hold> => bySlot.values(),
    visit,
  }
}
