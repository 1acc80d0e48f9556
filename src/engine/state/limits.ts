/**
 * Limit rows by slot, compiled into the lists that an order walks: per subject one list without object, and per
 * (subject, object) one that already holds the "each" rows that no explicit row replaces.
 */
import { WARN_LEVELS } from '../../model/bounds.ts'
import { CONTROLS, controlIndex } from '../../model/controls.ts'
import { mix } from './int-table.ts'
import type { Metrics } from './metrics.ts'
import { PackedRows } from './packed-rows.ts'
import type { StateHash } from './state-hash.ts'
import { Window } from './windows.ts'

/** Doubles in a row: hard, hardForReducing, soft, param, the next warning up, the re-arm level down. */
export const enum Row {
  NUMS = 8,
  HARD = 0,
  HARD_REDUCING = 1,
  SOFT = 2,
  PARAM = 3,
  WARN_UP = 4,
  WARN_DOWN = 5,
  /**
   * The largest use at which nothing about the row needs a second look: not over hard, below the next warning. -Infinity
   * where the row is special, or a warning stands that may fall. The walk over the rows compares with this alone.
   */
  CALM = 7,
  /** Capital base that `hard` of a D08 row is a share of gives the money that the row allows. */
  MONEY = 6,

  /** Ints in a row. */
  INTS = 8,
  CONTROL = 0,
  /** Versioned row id. */
  ID = 1,
  /** Bits of LIMIT_SPECIAL and LIMIT_WAIVED. */
  FLAGS = 2,
  SUBJECT = 4,
  KIND = 5,
  OBJECT = 6,
  /** Warning level that stands, 0 to WARN_LEVELS. */
  LEVEL = 7,
}
export const enum RowFlag {
  /** The row's measure or its limit is its own: windows, collars, shares of capital, own units, looser for reducing. */
  SPECIAL = 1,
  /** Action ALERT or mode SHADOW: the row is recorded and never refuses. */
  WAIVED = 2,
}

/** What a versioned row id stood for: kept for as long as a decision may name it. */
export interface RowVersion {
  readonly row: number
  readonly slot: number
  readonly control: number
  readonly subject: number
  readonly kind: number
  readonly object: number
  readonly hard: number
  readonly hardForReducing: number
  readonly soft: number
  readonly param: number
  readonly warnBps: readonly number[]
  readonly action: number
  readonly mode: number
}

export const B01 = controlIndex('MAX_ORDER_QTY')
export const B02 = controlIndex('MAX_ORDER_NOTIONAL')
export const B03 = controlIndex('PRICE_COLLAR')
export const B09 = controlIndex('DUPLICATE_ORDER')
export const C01 = controlIndex('MESSAGE_RATE')
export const C05 = controlIndex('MAX_OPEN_ORDERS')
export const D02 = controlIndex('INTRADAY_NET')
export const D03 = controlIndex('DAILY_GROSS')
export const D05 = controlIndex('PORTFOLIO_GROSS')
export const D06 = controlIndex('OPEN_ORDER_NOTIONAL')
export const D08 = controlIndex('SECTOR_CONCENTRATION')

const KINDS = 6
/** Room that the packed rows have for each list, most of which take a quarter of it or less. */
const PLACES_PER_LIST = 64
const EMPTY = new Int32Array(0)

/** Lists of (subject, object kind, object); -1 where none. */
export class Limits {
  readonly f: Float64Array
  readonly i: Int32Array
  readonly max: number
  slots = 0
  /** Rows given so far: the next versioned id. */
  readonly versions: RowVersion[] = []
  /** Rows in force, by key. */
  readonly #byKey = new Map<string, number>()
  readonly #freeSlots: number[] = []
  /** Slots of the message rates of each (subject, kind, object). */
  readonly #rates = new Map<string, number[]>()
  /** Rows without object, and rows of each kind for "each", per subject; and which controls they hold, a bit each. */
  readonly none: Int32Array[]
  readonly noneMask: Int32Array
  readonly each: Int32Array[]
  readonly eachMask: Int32Array
  /** Bit k: the subject has rows for objects of kind k. */
  readonly kindMask: Int32Array
  /** Explicit objects: entry by (subject, kind, object); its list, mask and metric row. */
  readonly #index: Int32Array
  readonly #indexMask: number
  readonly entrySubject: Int32Array
  readonly entryKind: Int32Array
  readonly entryObject: Int32Array
  readonly entryMetric: Int32Array
  readonly entryMask: Int32Array
  /** Every list packed, and where each stands there: start and count by subject, by subject and kind, by entry. */
  readonly packed: PackedRows
  readonly noneAt: Int32Array
  readonly noneCount: Int32Array
  readonly eachAt: Int32Array
  readonly eachCount: Int32Array
  readonly entryAt: Int32Array
  readonly entryCount: Int32Array
  entries = 0
  /** Window of each C01 row slot, and the slots of each subject's windows. */
  readonly windows: (Window | undefined)[] = []
  readonly windowSlots: Int32Array[]
  /** How many B09 rows there are: without one no order is remembered. */
  duplicateRows = 0

  constructor(max: number, scopes: number) {
    this.max = max
    this.f = new Float64Array(max * Row.NUMS)
    this.i = new Int32Array(max * Row.INTS)
    this.none = Array.from({ length: scopes }, () => EMPTY)
    this.noneMask = new Int32Array(scopes)
    this.each = Array.from({ length: scopes * KINDS }, () => EMPTY)
    this.eachMask = new Int32Array(scopes * KINDS)
    this.kindMask = new Int32Array(scopes)
    this.windowSlots = Array.from({ length: scopes }, () => EMPTY)
    const entries = objectEntries(max)
    let slots = 16
    while (slots < entries * 2) slots *= 2
    this.#index = new Int32Array(slots)
    this.#indexMask = slots - 1
    this.entrySubject = new Int32Array(entries)
    this.entryKind = new Int32Array(entries)
    this.entryObject = new Int32Array(entries)
    this.entryMetric = new Int32Array(entries)
    this.entryMask = new Int32Array(entries)
    this.packed = new PackedRows(PLACES_PER_LIST * (entries + scopes), max)
    this.noneAt = new Int32Array(scopes)
    this.noneCount = new Int32Array(scopes)
    this.eachAt = new Int32Array(scopes * KINDS)
    this.eachCount = new Int32Array(scopes * KINDS)
    this.entryAt = new Int32Array(entries)
    this.entryCount = new Int32Array(entries)
  }

  get isFull(): boolean {
    return (this.slots >= this.max && this.#freeSlots.length === 0) || this.packed.isFull
  }

  get entriesAreFull(): boolean {
    return this.entries + 64 >= this.entrySubject.length || this.packed.isFull
  }

  static key(control: number, subject: number, kind: number, object: number, param: number): string {
    // Only message rates may stand twice for the same thing, with other windows.
    return `${control}/${subject}/${kind}/${object}/${control === C01 ? param : ''}`
  }

  slotOf(key: string): number {
    return this.#byKey.get(key) ?? -1
  }

  /** Slot that a new row will get. */
  nextSlot(): number {
    return this.#freeSlots[this.#freeSlots.length - 1] ?? this.slots
  }

  /** Entry of (subject, kind, object), or -1. */
  entry(subject: number, kind: number, object: number): number {
    const index = this.#index
    const mask = this.#indexMask
    for (let slot = mix(subject * KINDS + kind, object) & mask; ; slot = (slot + 1) & mask) {
      const entry = index[slot]! - 1
      if (entry < 0) return -1
      if (
        this.entrySubject[entry] === subject &&
        this.entryKind[entry] === kind &&
        this.entryObject[entry] === object
      ) {
        return entry
      }
    }
  }

  /** Entry of (subject, kind, object), made where there was none, with a metric row of its own. */
  openEntry(subject: number, kind: number, object: number, metrics: Metrics): number {
    const found = this.entry(subject, kind, object)
    if (found >= 0) return found
    const entry = this.entries++
    if (entry >= this.entrySubject.length) throw new Error('limit objects are used up: should have been refused')
    this.entrySubject[entry] = subject
    this.entryKind[entry] = kind
    this.entryObject[entry] = object
    this.entryMetric[entry] = metrics.addRow()
    let slot = mix(subject * KINDS + kind, object) & this.#indexMask
    while (this.#index[slot] !== 0) slot = (slot + 1) & this.#indexMask
    this.#index[slot] = entry + 1
    this.#compileEntry(entry)
    return entry
  }

  /** Puts a row version in force in its slot. The caller made the entry of its object. */
  put(version: RowVersion): void {
    const { slot } = version
    if (slot === this.slots) this.slots++
    else if (this.#freeSlots[this.#freeSlots.length - 1] === slot) this.#freeSlots.pop()
    this.versions[version.row] = version
    const f = slot * Row.NUMS
    const i = slot * Row.INTS
    this.f[f + Row.HARD] = version.hard
    this.f[f + Row.HARD_REDUCING] = version.hardForReducing
    this.f[f + Row.SOFT] = version.soft
    this.f[f + Row.PARAM] = version.param
    this.f[f + Row.MONEY] = version.hard
    this.i[i + Row.CONTROL] = version.control
    this.i[i + Row.ID] = version.row
    this.i[i + Row.FLAGS] = flagsOf(version)
    this.i[i + Row.SUBJECT] = version.subject
    this.i[i + Row.KIND] = version.kind
    this.i[i + Row.OBJECT] = version.object
    this.i[i + Row.LEVEL] = 0
    const key = Limits.key(version.control, version.subject, version.kind, version.object, version.param)
    if (!this.#byKey.has(key)) {
      this.#byKey.set(key, slot)
      if (version.control === B09) this.duplicateRows++
      if (version.control === C01) {
        const scope = `${version.subject}/${version.kind}/${version.object}`
        const rates = this.#rates.get(scope)
        if (rates === undefined) this.#rates.set(scope, [slot])
        else rates.push(slot)
      }
    }
    this.setLevel(slot, 0, 0)
    if (version.control === C01) this.#putWindow(version)
    this.compile(version.subject, version.kind, version.object)
  }

  /** Takes a row away. */
  remove(slot: number, row: number): void {
    const i = slot * Row.INTS
    const [control, subject, kind, object] = [
      this.i[i + Row.CONTROL]!,
      this.i[i + Row.SUBJECT]!,
      this.i[i + Row.KIND]!,
      this.i[i + Row.OBJECT]!,
    ]
    this.#byKey.delete(Limits.key(control, subject, kind, object, this.f[slot * Row.NUMS + Row.PARAM]!))
    this.versions[row] = { ...this.versions[this.i[i + Row.ID]!]!, row }
    this.windows[slot] = undefined
    this.#freeSlots.push(slot)
    if (control === B09) this.duplicateRows--
    if (control === C01) {
      const rates = this.#rates.get(`${subject}/${kind}/${object}`)!
      rates.splice(rates.indexOf(slot), 1)
    }
    this.compile(subject, kind, object)
  }

  #putWindow(version: RowVersion): void {
    // An unlimited row needs no log: nothing can be over it.
    if (version.hard > 1e6) {
      this.windows[version.slot] = undefined
      return
    }
    const before = this.windows[version.slot]
    this.windows[version.slot] =
      before === undefined ? new Window(version.hard + 1, version.param) : before.resized(version.hard + 1)
  }

  /** Compiles again every list that a row of (subject, kind, object) stands in. */
  compile(subject: number, kind: number, object: number): void {
    if (kind === 0) {
      this.none[subject] = this.#rowsOf(subject, 0, -1)
      this.noneMask[subject] = this.#maskOf(this.none[subject]!)
      this.#pack(this.none[subject]!, this.noneAt, this.noneCount, subject)
      this.windowSlots[subject] = this.none[subject]!.filter((slot) => this.windows[slot] !== undefined)
    } else if (object >= 0) {
      this.#compileEntry(this.entry(subject, kind, object))
    } else {
      const at = subject * KINDS + kind
      this.each[at] = this.#rowsOf(subject, kind, -1)
      this.eachMask[at] = this.#maskOf(this.each[at]!)
      this.#pack(this.each[at]!, this.eachAt, this.eachCount, at)
      for (let entry = 0; entry < this.entries; entry++) {
        if (this.entrySubject[entry] === subject && this.entryKind[entry] === kind) this.#compileEntry(entry)
      }
    }
    if (kind !== 0) this.kindMask[subject] = this.kindMask[subject]! | (1 << kind)
  }

  #compileEntry(entry: number): void {
    const subject = this.entrySubject[entry]!
    const kind = this.entryKind[entry]!
    const own = this.#rowsOf(subject, kind, this.entryObject[entry]!)
    const ownControls = new Set([...own].map((slot) => this.i[slot * Row.INTS]!))
    const each = this.each[subject * KINDS + kind]!.filter((slot) => !ownControls.has(this.i[slot * Row.INTS]!))
    const rows = Int32Array.of(...own, ...each)
    rows.sort((a, b) => this.#order(a, b))
    this.entryMask[entry] = this.#maskOf(rows)
    this.#pack(rows, this.entryAt, this.entryCount, entry)
  }

  #pack(rows: Int32Array, at: Int32Array, count: Int32Array, list: number): void {
    const start = this.packed.place(rows, at[list]!, count[list]!)
    at[list] = start
    count[list] = rows.length
    for (let row = 0; row < rows.length; row++) {
      const slot = rows[row]!
      const i = slot * Row.INTS
      const calm = this.f[slot * Row.NUMS + Row.CALM]!
      this.packed.copy(start + row, calm, this.i[i + Row.ID]!, this.i[i + Row.CONTROL]!)
    }
  }

  #rowsOf(subject: number, kind: number, object: number): Int32Array {
    const rows: number[] = []
    for (const control of CONTROLS) {
      if (control.family !== 'limit') continue
      if (control.index === C01) rows.push(...(this.#rates.get(`${subject}/${kind}/${object}`) ?? []))
      else {
        const slot = this.slotOf(Limits.key(control.index, subject, kind, object, 0))
        if (slot >= 0) rows.push(slot)
      }
    }
    return Int32Array.from(rows).sort((a, b) => this.#order(a, b))
  }

  #order(a: number, b: number): number {
    return (
      this.i[a * Row.INTS]! - this.i[b * Row.INTS]! ||
      this.f[a * Row.NUMS + Row.PARAM]! - this.f[b * Row.NUMS + Row.PARAM]!
    )
  }

  #maskOf(rows: Int32Array): number {
    let mask = 0
    // Only mandatory controls are asked for by mask, and they are all below 32.
    for (const slot of rows) if (this.i[slot * Row.INTS]! < 32) mask |= 1 << this.i[slot * Row.INTS]!
    return mask
  }

  /** Sets the warning level that stands, and with it the next level up and the re-arm level down. */
  setLevel(slot: number, level: number, rearmBps: number): void {
    const i = slot * Row.INTS
    const f = slot * Row.NUMS
    const hasUse = STANDING.has(this.i[i + Row.CONTROL]!)
    const next = hasUse ? this.warningsOf(slot).slice(level).find(Number.isFinite) : undefined
    this.i[i + Row.LEVEL] = level
    this.f[f + Row.WARN_UP] = next ?? Number.POSITIVE_INFINITY
    this.f[f + Row.WARN_DOWN] = level === 0 ? Number.NEGATIVE_INFINITY : this.rearmBelow(slot, level, rearmBps)
    const special = (this.i[i + Row.FLAGS]! & RowFlag.SPECIAL) !== 0
    const calm = Math.min(this.f[f + Row.HARD]!, this.f[f + Row.WARN_UP]! - 1)
    this.f[f + Row.CALM] = special || level > 0 ? Number.NEGATIVE_INFINITY : calm
    this.packed.refresh(slot, this.f[f + Row.CALM]!, this.i[i + Row.ID]!, this.i[i + Row.CONTROL]!)
  }

  /** Use below which level `level` no longer stands. */
  rearmBelow(slot: number, level: number, rearmBps: number): number {
    const money = this.f[slot * Row.NUMS + Row.MONEY]!
    return this.warningsOf(slot)[level - 1]! - Number((BigInt(money) * BigInt(rearmBps)) / 10_000n)
  }

  /** Use at which each of the four levels stands, ascending; infinite for a level that is not set. */
  warningsOf(slot: number): number[] {
    const version = this.versions[this.i[slot * Row.INTS + Row.ID]!]!
    const money = BigInt(this.f[slot * Row.NUMS + Row.MONEY]!)
    const levels: number[] = []
    for (let level = 0; level < WARN_LEVELS; level++) {
      const bps = version.warnBps[level] ?? 0
      levels.push(bps > 0 ? Number((money * BigInt(bps) + 9_999n) / 10_000n) : Number.POSITIVE_INFINITY)
    }
    return levels
  }

  /** Slots in force, in order of slot. */
  inForce(): number[] {
    return [...this.#byKey.values()].sort((a, b) => a - b)
  }

  hashInto(hash: StateHash): void {
    hash.nums(this.f, this.slots * Row.NUMS)
    hash.ints(this.i, this.slots * Row.INTS)
    hash.int(this.versions.length)
    hash.ints(Int32Array.from(this.inForce()), this.#byKey.size)
    hash.ints(this.entryMetric, this.entries)
    for (const window of this.windows) window?.hashInto(hash)
  }
}

/** Objects that limit rows may make the engine keep sums for: one a row, and what "each" rows come to. */
export function objectEntries(limitRows: number): number {
  return limitRows + (1 << 14)
}

/** Controls whose use stands between orders, and so has warning levels. */
const STANDING = new Set([C05, D02, D03, D05, D06, D08])

function flagsOf(version: RowVersion): number {
  const { control } = version
  const ownMeasure = control === C01 || control === B09 || control === B03 || control === D08
  const ownUnits = control === B01 && version.kind === 1
  const looser = version.hardForReducing > version.hard && (control === D03 || control === D06)
  const waived = version.action === 1 || version.mode === 1
  return (ownMeasure || ownUnits || looser ? RowFlag.SPECIAL : 0) | (waived ? RowFlag.WAIVED : 0)
}
