/**
 * Bindings: a value by (kind, a, b). Two tables hold the same: one that grows and that the state hash runs over, and
 * before it one of fixed size that stands in constants, because an order asks for a dozen of them.
 */
import { IntTable } from './int-table.ts'
import type { StateVisitor } from './state-visitor.ts'

/** Bindings a subject that the fixed table has room for; more than that are asked of the other. */
const ROOM = 8

/** Ints in a slot of the fixed table: kind and a in one, b, value + 1 (0 where the slot is empty), unused. */
const enum Slot {
  SIZE = 4,
  KEY = 0,
  B = 1,
  VALUE = 2,
}

export type Bindings = ReturnType<typeof createBindings>

export function createBindings(scopes: number) {
  const all = new IntTable(256)
  let slots = 16
  while (slots < scopes * ROOM * 2) slots *= 2
  const words = new Int32Array(slots * Slot.SIZE)
  const mask = slots - 1
  const room = slots >> 1
  let used = 0
  let spilled = false

  /** Offset of the key's slot, or of the empty one where it would go. */
  function slotOf(key: number, b: number): number {
    const mixed = Math.imul(key, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77)
    let slot = (mixed ^ (mixed >>> 15)) & mask
    for (;;) {
      const at = slot * Slot.SIZE
      if (words[at + Slot.VALUE] === 0 || (words[at + Slot.KEY] === key && words[at + Slot.B] === b)) return at
      slot = (slot + 1) & mask
    }
  }

  /** The value of a binding, or -1 where there was never one. */
  function get(kind: number, a: number, b: number): number {
    const key = (kind << 24) | a
    const value = words[slotOf(key, b) + Slot.VALUE]
    return value === 0 && spilled ? all.get(key, b) : value - 1
  }

  function set(kind: number, a: number, b: number, value: number): void {
    const key = (kind << 24) | a
    all.set(key, b, value)
    place(key, b, value)
  }

  function place(key: number, b: number, value: number): void {
    const at = slotOf(key, b)
    if (words[at + Slot.VALUE] === 0) {
      if (used >= room) {
        spilled = true
        return
      }
      used++
    }
    words[at + Slot.KEY] = key
    words[at + Slot.B] = b
    words[at + Slot.VALUE] = value + 1
  }

  function visit(v: StateVisitor): void {
    all.visit(v)
    if (v.isLoading) all.each(place)
  }

  return { get, set, visit }
}
