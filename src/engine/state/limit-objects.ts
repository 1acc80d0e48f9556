/**
 * The objects of limit rows: an entry a (subject, kind, object) that a row names or that an "each" row has met, with a
 * metric row of its own. Entries are never given back.
 */
import type { Metrics } from './metrics.ts'
import type { StateVisitor } from './state-visitor.ts'

const KINDS = 6
/** Entries that one order can open: it is refused before they could run out. */
const SPARE = 64

/** Ints in a slot of the index: subject and kind in one, object, entry + 1 (0 where the slot is empty), unused. */
const enum Found {
  SIZE = 4,
  KEY = 0,
  OBJECT = 1,
  ENTRY = 2,
}

export type LimitObjects = ReturnType<typeof createLimitObjects>

export function createLimitObjects(max: number) {
  const entrySubject = new Int32Array(max)
  const entryKind = new Int32Array(max)
  const entryObject = new Int32Array(max)
  const entryMetric = new Int32Array(max)
  let slots = 16
  while (slots < max * 2) slots *= 2
  const index = new Int32Array(slots * Found.SIZE)
  const mask = slots - 1

  /** Offset in the index of an entry, or of the empty slot where it would go. */
  function find(key: number, object: number): number {
    const mixed = Math.imul(key, 0x9e3779b1) ^ Math.imul(object, 0x85ebca77)
    let slot = (mixed ^ (mixed >>> 15)) & mask
    for (;;) {
      const at = slot * Found.SIZE
      if (index[at + Found.ENTRY] === 0) return at
      if (index[at + Found.KEY] === key && index[at + Found.OBJECT] === object) return at
      slot = (slot + 1) & mask
    }
  }

  /** Entry of (subject, kind, object), or -1. */
  function entry(subject: number, kind: number, object: number): number {
    return index[find(subject * KINDS + kind, object) + Found.ENTRY] - 1
  }

  /** Makes the entry of (subject, kind, object), which there is none of yet. */
  function add(subject: number, kind: number, object: number, metrics: Metrics): number {
    const made = objects.count++
    if (made >= max) throw new Error('limit objects are used up: should have been refused')
    entrySubject[made] = subject
    entryKind[made] = kind
    entryObject[made] = object
    entryMetric[made] = metrics.addRow()
    enter(made)
    return made
  }

  /** Enters an entry in the index. */
  function enter(made: number): void {
    const key = entrySubject[made]! * KINDS + entryKind[made]!
    const at = find(key, entryObject[made]!)
    index[at + Found.KEY] = key
    index[at + Found.OBJECT] = entryObject[made]!
    index[at + Found.ENTRY] = made + 1
  }

  function visit(v: StateVisitor): void {
    objects.count = v.int(objects.count)
    for (const column of [entrySubject, entryKind, entryObject, entryMetric]) v.ints(column, objects.count)
    if (v.isLoading) for (let made = 0; made < objects.count; made++) enter(made)
  }

  function isFull(): boolean {
    return objects.count + SPARE >= max
  }

  /** True where so many more entries fit. */
  function fits(more: number): boolean {
    return objects.count + more + SPARE < max
  }

  const objects = {
    entrySubject,
    entryKind,
    entryObject,
    entryMetric,
    /** Entries that are made: those below it. */
    count: 0,
    isFull,
    fits,
    entry,
    add,
    visit,
  }
  return objects
}
