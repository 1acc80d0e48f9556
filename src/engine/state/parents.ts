/** Parent orders and baskets, and what their slices come to. */
import { PARENTS, PARENTS_OF_SESSION } from '../../model/bounds.ts'
import type { StateVisitor } from './state-visitor.ts'

export interface Parent {
  readonly key: string
  /** SESSION that told it. */
  readonly session: number
  readonly account: number
  readonly strategy: number
  /** -1 of a basket. */
  readonly instrument: number
  readonly side: number
  readonly qty: number
  readonly notional: number
  readonly lines: number
  readonly expireUs: number
  /** The trade date that it was told on. */
  readonly tradeDate: number
  /** Executed and open quantity of its slices, executed and open value, how many there were and how many are open. */
  used: number
  value: number
  slices: number
  open: number
}

export type Parents = ReturnType<typeof createParents>

export function createParents(ordersMax: number) {
  const byKey = new Map<string, number>()
  const parents = new Map<number, Parent>()
  /** How many each session has; made anew where a state is loaded. */
  const counts = new Map<number, number>()
  /** Parent of the order in each slot; -1 for none. */
  const parentOf = new Int32Array(ordersMax).fill(-1)

  function idOf(session: number, parentClOrdID: string): number {
    return byKey.get(keyOf(session, parentClOrdID)) ?? -1
  }

  function get(id: number): Parent | undefined {
    return parents.get(id)
  }

  function add(parent: Parent): void {
    byKey.set(parent.key, table.made)
    parents.set(table.made, parent)
    count(parent, 1)
    table.made++
  }

  function count({ session }: Parent, by: 1 | -1): void {
    counts.set(session, (counts.get(session) ?? 0) + by)
  }

  function adopt(slot: number, id: number): void {
    parentOf[slot] = id
    const parent = parents.get(id)
    if (parent !== undefined) parent.slices++
  }

  /** What was held as a slice is none, or not yet. */
  function leave(slot: number): void {
    const parent = parents.get(parentOf[slot]!)
    if (parent !== undefined) parent.slices--
  }

  /** A slice came to more, or less. */
  function move(slot: number, qty: number, value: number, count: number): void {
    const parent = parents.get(parentOf[slot]!)
    if (parent === undefined) return
    parent.used += qty
    parent.value += value
    parent.open += count
  }

  /** Forgets what was told before the date and has nothing open. */
  function forget(before: number): void {
    for (const [id, parent] of parents) {
      if (parent.open > 0 || parent.tradeDate >= before) continue
      parents.delete(id)
      byKey.delete(parent.key)
      count(parent, -1)
    }
  }

  function visit(v: StateVisitor): void {
    table.made = v.int(table.made)
    v.map(byKey)
    v.map(parents)
    if (v.isLoading) for (const parent of parents.values()) count(parent, 1)
    v.ints(parentOf, table.made === 0 ? 0 : ordersMax)
  }

  const table = {
    parentOf,
    /** How many were ever told: without one no order looks for its own. */
    made: 0,
    isFull: (): boolean => parents.size >= PARENTS,
    hasEnough: (session: number): boolean => (counts.get(session) ?? 0) >= PARENTS_OF_SESSION,
    idOf,
    get,
    add,
    adopt,
    leave,
    move,
    forget,
    visit,
  }
  return table
}

export function keyOf(session: number, parentClOrdID: string): string {
  return `${session}/${parentClOrdID}`
}
