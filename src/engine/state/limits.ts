/**
 * Limit rows by slot, compiled into the lists that an order walks: per subject one list without object, and per
 * (subject, object) one that already holds the "each" rows that no explicit row replaces.
 */
import { WARN_LEVELS } from '../../model/bounds.ts'
import { CONTROLS } from '../../model/controls.ts'
import { ceilMulDiv, floorMulDiv } from '../../model/numbers.ts'
import { SESSION_PHASES } from '../../model/vocabulary.ts'
import { createLimitObjects } from './limit-objects.ts'
import { Row, RowFlag } from './limit-row.ts'
import { B03, B09, C01, C03, flagsOf, limitKey, type RowVersion, STANDING, WATCHED } from './limit-version.ts'
import type { Metrics } from './metrics.ts'
import { createPackedRows } from './packed-rows.ts'
import type { StateVisitor } from './state-visitor.ts'
import { Window } from './windows.ts'

const KINDS = 6
const EMPTY = new Int32Array(0)
/** `ownNext` of an entry that never had a row of its own. */
const NEVER = -2

export type Limits = ReturnType<typeof createLimits>

export function createLimits(max: number, scopes: number) {
  const f = new Float64Array(max * Row.NUMS)
  const i = new Int32Array(max * Row.INTS)
  /** Share of the row's money at which each warning level stands; 0 where it is not set. */
  const warnBps = new Float64Array(max * WARN_LEVELS)
  /** Rows given so far: the next versioned id. */
  const versions: RowVersion[] = []
  /** Rows in force, by key. */
  const byKey = new Map<string, number>()
  const freeSlots: number[] = []
  /** Slots of the message rates of each (subject, kind, object). */
  const rates = new Map<string, number[]>()
  /** Window of each C01 row slot, the slots of each subject's windows, and how many it has. */
  const windows: (Window | undefined)[] = []
  const windowSlots: Int32Array[] = Array.from({ length: scopes }, () => EMPTY)
  const windowCount = new Int32Array(scopes)

  /** Rows without object, and rows of each kind for "each", per subject; and which controls they hold, a bit each. */
  const none: Int32Array[] = Array.from({ length: scopes }, () => EMPTY)
  const noneMask = new Int32Array(scopes)
  const each: Int32Array[] = Array.from({ length: scopes * KINDS }, () => EMPTY)
  const eachMask = new Int32Array(scopes * KINDS)
  /** Bit k: the subject has rows for objects of kind k. */
  const kindMask = new Int32Array(scopes)

  /** Objects that rows ask sums for: which rows match each, and which controls they hold. */
  const entriesMax = objectEntries(max)
  const objects = createLimitObjects(entriesMax)
  const { entry, entrySubject, entryKind, entryObject, entryMetric } = objects
  const entryMask = new Int32Array(entriesMax)
  const entryRows: Int32Array[] = []
  /** 1 where rows name the entry's object; else it has the list of "each", and the places of that too. */
  const entryOwn = new Int32Array(entriesMax)
  /** The entries of a (subject, kind) that have, or had, rows of their own. */
  const ownFirst = new Int32Array(scopes * KINDS).fill(-1)
  const ownNext = new Int32Array(entriesMax).fill(NEVER)
  /** Where the walk reads each list: its first place among the packed rows and how many it has. */
  const packed = createPackedRows(max)
  const noneAt = new Int32Array(scopes)
  const noneCount = new Int32Array(scopes)
  const eachAt = new Int32Array(scopes * KINDS)
  const eachCount = new Int32Array(scopes * KINDS)
  const entryAt = new Int32Array(entriesMax)
  const entryCount = new Int32Array(entriesMax)

  function isFull(): boolean {
    return limits.slots >= max && freeSlots.length === 0
  }

  function slotOf(key: string): number {
    return byKey.get(key) ?? -1
  }

  /** Slot that a new row will get. */
  function nextSlot(): number {
    return freeSlots[freeSlots.length - 1] ?? limits.slots
  }

  /** Entry of (subject, kind, object), made where there was none, with a metric row of its own. */
  function openEntry(subject: number, kind: number, object: number, metrics: Metrics): number {
    const found = entry(subject, kind, object)
    if (found >= 0) return found
    const made = objects.add(subject, kind, object, metrics)
    shareEach(made)
    return made
  }

  /** Puts a row version in force in its slot. The caller made the entry of its object. */
  function put(version: RowVersion): void {
    const { slot } = version
    if (slot === limits.slots) limits.slots++
    else if (freeSlots[freeSlots.length - 1] === slot) freeSlots.pop()
    versions[version.row] = version
    const nums = slot * Row.NUMS
    const ints = slot * Row.INTS
    f[nums + Row.HARD] = version.hard
    f[nums + Row.HARD_REDUCING] = version.hardForReducing
    f[nums + Row.SOFT] = version.soft
    f[nums + Row.PARAM] = version.param
    f[nums + Row.MONEY] = version.hard
    i[ints + Row.CONTROL] = version.control
    i[ints + Row.ID] = version.row
    i[ints + Row.FLAGS] = flagsOf(version)
    i[ints + Row.PHASE] = version.phase
    i[ints + Row.SUBJECT] = version.subject
    i[ints + Row.KIND] = version.kind
    i[ints + Row.OBJECT] = version.object
    i[ints + Row.LEVEL] = 0
    for (let at = 0; at < WARN_LEVELS; at++) warnBps[slot * WARN_LEVELS + at] = version.warnBps[at] ?? 0
    stand(version)
    setLevel(slot, 0, 0)
    compile(version.subject, version.kind, version.object)
  }

  /** Enters a row version that is in force among those that are, with the window that it counts in. */
  function stand(version: RowVersion): void {
    const { slot } = version
    const { control, subject, kind, object, param, phase } = version
    const key = limitKey(control, subject, kind, object, param, phase)
    if (!byKey.has(key)) {
      byKey.set(key, slot)
      if (version.control === B09) limits.duplicateRows++
      if (version.phase > 0) limits.phaseRows++
      if (WATCHED.includes(version.control)) limits.watchRows++
      if (version.control === C01) {
        const scope = `${version.subject}/${version.kind}/${version.object}`
        const standing = rates.get(scope)
        if (standing === undefined) rates.set(scope, [slot])
        else standing.push(slot)
      }
    }
    if (version.control === C01) putWindow(version)
  }

  /** Takes a row away. */
  function remove(slot: number, row: number): void {
    const ints = slot * Row.INTS
    const control = i[ints + Row.CONTROL]
    const subject = i[ints + Row.SUBJECT]
    const kind = i[ints + Row.KIND]
    const object = i[ints + Row.OBJECT]
    const phase = i[ints + Row.PHASE]
    byKey.delete(limitKey(control, subject, kind, object, f[slot * Row.NUMS + Row.PARAM], phase))
    versions[row] = { ...versions[i[ints + Row.ID]]!, row }
    windows[slot] = undefined
    freeSlots.push(slot)
    if (control === B09) limits.duplicateRows--
    if (phase > 0) limits.phaseRows--
    if (WATCHED.includes(control)) limits.watchRows--
    if (control === C01) {
      const standing = rates.get(`${subject}/${kind}/${object}`)!
      standing.splice(standing.indexOf(slot), 1)
    }
    compile(subject, kind, object)
  }

  function putWindow(version: RowVersion): void {
    // An unlimited row needs no log: nothing can be over it.
    if (version.hard > 1e6) {
      windows[version.slot] = undefined
      return
    }
    const before = windows[version.slot]
    windows[version.slot] =
      before === undefined ? new Window(version.hard + 1, version.param) : before.resized(version.hard + 1)
  }

  /** Compiles again every list that a row of (subject, kind, object) stands in. */
  function compile(subject: number, kind: number, object: number): void {
    if (kind !== 0) kindMask[subject] = kindMask[subject] | (1 << kind)
    if (kind === 0) {
      const rows = rowsOf(subject, 0, -1)
      none[subject] = rows
      noneMask[subject] = maskOf(rows)
      windowSlots[subject] = rows.filter((slot) => windows[slot] !== undefined)
      windowCount[subject] = windowSlots[subject]!.length
      place(rows, noneAt, noneCount, subject)
    } else if (object >= 0) compileEntry(entry(subject, kind, object))
    else compileEach(subject, kind)
  }

  function listEach(subject: number, kind: number): void {
    const key = subject * KINDS + kind
    const rows = rowsOf(subject, kind, -1)
    each[key] = rows
    eachMask[key] = maskOf(rows)
    place(rows, eachAt, eachCount, key)
  }

  /** The list of "each" stands in the list of every entry of its kind. */
  function compileEach(subject: number, kind: number): void {
    listEach(subject, kind)
    for (let at = 0; at < objects.count; at++) {
      if (entrySubject[at] === subject && entryKind[at] === kind) compileEntry(at)
    }
  }

  function compileEntry(at: number): void {
    const subject = entrySubject[at]
    const kind = entryKind[at]
    const key = subject * KINDS + kind
    const own = rowsOf(subject, kind, entryObject[at])
    if (own.length === 0) return shareEach(at)
    const others = each[key]!.filter((slot) => !own.some((ownSlot) => replaces(ownSlot, slot)))
    const rows = Int32Array.of(...own, ...others).sort(order)
    entryRows[at] = rows
    entryMask[at] = maskOf(rows)
    entryOwn[at] = 1
    if (ownNext[at] === NEVER) {
      ownNext[at] = ownFirst[key]
      ownFirst[key] = at
    }
    place(rows, entryAt, entryCount, at)
  }

  /** A row of the very object stands for the "each" row of the same control and phase; one for any phase, for all of them. */
  function replaces(own: number, each: number): boolean {
    if (i[own * Row.INTS + Row.CONTROL] !== i[each * Row.INTS + Row.CONTROL]) return false
    const phase = i[own * Row.INTS + Row.PHASE]
    return phase === 0 || phase === i[each * Row.INTS + Row.PHASE]
  }

  /** An object that no row names has the list of "each" itself. */
  function shareEach(at: number): void {
    const key = entrySubject[at] * KINDS + entryKind[at]
    entryRows[at] = each[key]!
    entryMask[at] = eachMask[key]
    entryAt[at] = eachAt[key]
    entryCount[at] = eachCount[key]
    entryOwn[at] = 0
  }

  /** Packs a list for the walk. Its old places are lost until all lists are packed again. */
  function place(rows: Int32Array, at: Int32Array, count: Int32Array, key: number): void {
    if (!pack(rows, at, count, key)) placeAll()
  }

  /** False where there is no room left. */
  function pack(rows: Int32Array, at: Int32Array, count: Int32Array, key: number): boolean {
    const first = packed.take(rows.length)
    if (first < 0) return false
    at[key] = first
    count[key] = rows.length
    for (let place = 0; place < rows.length; place++) {
      const slot = rows[place]
      packed.slot[first + place] = slot
      packed.calm[first + place] = f[slot * Row.NUMS + Row.CALM]
      packed.id[first + place] = i[slot * Row.INTS + Row.ID]
      packed.control[first + place] = i[slot * Row.INTS + Row.CONTROL]
    }
    packed.setRuns(first, rows.length)
    return true
  }

  /** There is room for all that can stand at once: the packed rows are sized for it. */
  function placeAll(): void {
    packed.clear()
    const again = (rows: Int32Array, at: Int32Array, count: Int32Array, key: number) => {
      if (!pack(rows, at, count, key)) throw new Error('more limit rows are packed than can stand')
    }
    for (let subject = 0; subject < scopes; subject++) again(none[subject]!, noneAt, noneCount, subject)
    for (let key = 0; key < scopes * KINDS; key++) again(each[key]!, eachAt, eachCount, key)
    for (let object = 0; object < objects.count; object++) {
      if (entryOwn[object] !== 0) again(entryRows[object]!, entryAt, entryCount, object)
      else shareEach(object)
    }
  }

  function rowsOf(subject: number, kind: number, object: number): Int32Array {
    const rows: number[] = []
    for (const control of CONTROLS) {
      if (control.family !== 'limit') continue
      if (control.index === C01) rows.push(...(rates.get(`${subject}/${kind}/${object}`) ?? []))
      else {
        if (control.index === C03) {
          const bothSides = slotOf(limitKey(C03, subject, kind, object, 1, 0))
          if (bothSides >= 0) rows.push(bothSides)
        }
        const phases = control.index === B03 ? SESSION_PHASES.length : 0
        for (let phase = 0; phase <= phases; phase++) {
          const slot = slotOf(limitKey(control.index, subject, kind, object, 0, phase))
          if (slot >= 0) rows.push(slot)
        }
      }
    }
    return Int32Array.from(rows).sort(order)
  }

  function order(a: number, b: number): number {
    return (
      i[a * Row.INTS] - i[b * Row.INTS] ||
      f[a * Row.NUMS + Row.PARAM] - f[b * Row.NUMS + Row.PARAM] ||
      i[a * Row.INTS + Row.PHASE] - i[b * Row.INTS + Row.PHASE]
    )
  }

  function maskOf(rows: Int32Array): number {
    let mask = 0
    // Only mandatory controls are asked for by mask, and they are all below 32.
    // A row of one phase is none where another phase comes.
    for (const slot of rows) {
      if (i[slot * Row.INTS] < 32 && i[slot * Row.INTS + Row.PHASE] === 0) mask |= 1 << i[slot * Row.INTS]
    }
    return mask
  }

  /** Sets the warning level that stands, and with it the next level up and the re-arm level down. */
  function setLevel(slot: number, level: number, rearmBps: number): void {
    const ints = slot * Row.INTS
    const nums = slot * Row.NUMS
    let next = Number.POSITIVE_INFINITY
    if (STANDING[i[ints + Row.CONTROL]] !== 0) {
      for (let up = level + 1; up <= WARN_LEVELS && next === Number.POSITIVE_INFINITY; up++) next = warningAt(slot, up)
    }
    i[ints + Row.LEVEL] = level
    f[nums + Row.WARN_UP] = next
    f[nums + Row.WARN_DOWN] = level === 0 ? Number.NEGATIVE_INFINITY : rearmBelow(slot, level, rearmBps)
    const special = (i[ints + Row.FLAGS] & RowFlag.SPECIAL) !== 0
    const soft = f[nums + Row.SOFT] > 0 ? f[nums + Row.SOFT] : Number.POSITIVE_INFINITY
    const calm = special || level > 0 ? Number.NEGATIVE_INFINITY : Math.min(f[nums + Row.HARD], soft, next - 1)
    if (calm === f[nums + Row.CALM]) return
    f[nums + Row.CALM] = calm
    refresh(slot, calm)
  }

  /** Packs CALM of a row again, wherever it stands. */
  function refresh(slot: number, calm: number): void {
    const subject = i[slot * Row.INTS + Row.SUBJECT]
    const kind = i[slot * Row.INTS + Row.KIND]
    const object = i[slot * Row.INTS + Row.OBJECT]
    if (kind === 0) return packed.setCalm(slot, calm, noneAt[subject], noneCount[subject])
    if (object >= 0) {
      const named = entry(subject, kind, object)
      return packed.setCalm(slot, calm, entryAt[named], entryCount[named])
    }
    const key = subject * KINDS + kind
    packed.setCalm(slot, calm, eachAt[key], eachCount[key])
    for (let at = ownFirst[key]; at >= 0; at = ownNext[at]) packed.setCalm(slot, calm, entryAt[at], entryCount[at])
  }

  /** Use below which level `level`, from 1 on, no longer stands. */
  function rearmBelow(slot: number, level: number, rearmBps: number): number {
    return warningAt(slot, level) - floorMulDiv(f[slot * Row.NUMS + Row.MONEY], rearmBps, 1, 10_000)
  }

  /** Use at which level `level`, from 1 to WARN_LEVELS, stands; infinite for one that is not set. */
  function warningAt(slot: number, level: number): number {
    const bps = warnBps[slot * WARN_LEVELS + level - 1]
    return bps > 0 ? ceilMulDiv(f[slot * Row.NUMS + Row.MONEY], bps, 1, 10_000) : Number.POSITIVE_INFINITY
  }

  function subjectOf(slot: number): number {
    return i[slot * Row.INTS + Row.SUBJECT]
  }

  /** Slots in force, in order of slot. */
  function inForce(): number[] {
    return [...byKey.values()].sort((a, b) => a - b)
  }

  function visit(v: StateVisitor): void {
    limits.slots = v.int(limits.slots)
    v.nums(f, limits.slots * Row.NUMS)
    v.ints(i, limits.slots * Row.INTS)
    v.nums(warnBps, limits.slots * WARN_LEVELS)
    v.list(versions)
    v.list(freeSlots)
    v.ints(kindMask, scopes)
    objects.visit(v)
    const slots = v.data(inForce())
    if (v.isLoading) for (const slot of slots) stand(versions[i[slot * Row.INTS + Row.ID]]!)
    for (const slot of slots) windows[slot]?.visit(v)
    if (v.isLoading) compileAll(slots)
  }

  /** Compiles every list that the rows in force stand in: as `compile` did, but each list once. */
  function compileAll(slots: readonly number[]): void {
    const lists = new Set<number>()
    const named = new Set<number>()
    for (const slot of slots) {
      const { subject, kind, object } = versions[i[slot * Row.INTS + Row.ID]]!
      if (object >= 0) named.add(entry(subject, kind, object))
      else lists.add(subject * KINDS + kind)
    }
    for (const key of lists) {
      const kind = key % KINDS
      const subject = (key - kind) / KINDS
      if (kind === 0) compile(subject, 0, -1)
      else listEach(subject, kind)
    }
    for (let at = 0; at < objects.count; at++) shareEach(at)
    for (const at of named) compileEntry(at)
  }

  const limits = {
    f,
    i,
    max,
    versions,
    windows,
    windowSlots,
    windowCount,
    none,
    noneMask,
    noneAt,
    noneCount,
    each,
    eachMask,
    eachAt,
    eachCount,
    kindMask,
    entrySubject,
    entryKind,
    entryMetric,
    entryMask,
    entryRows,
    entryAt,
    entryCount,
    packed,
    objects,
    /** Slots that were ever given: those below it. */
    slots: 0,
    /** How many B09 rows there are: without one no order is remembered. */
    duplicateRows: 0,
    /** How many rows are for one phase only: without one no order asks for the phase of its venue. */
    phaseRows: 0,
    /** How many rows watch executions or refusals. */
    watchRows: 0,
    isFull,
    entriesAreFull: objects.isFull,
    slotOf,
    nextSlot,
    entry,
    openEntry,
    put,
    remove,
    setLevel,
    rearmBelow,
    warningAt,
    subjectOf,
    inForce,
    visit,
  }
  return limits
}

/** Objects that limit rows may make the engine keep sums for: one a row, and what "each" rows come to. */
export function objectEntries(limitRows: number): number {
  return limitRows + (1 << 14)
}
