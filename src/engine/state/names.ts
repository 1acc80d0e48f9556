/**
 * Names and what they hang on: the hierarchy of subjects, venues, feeds, sectors, currencies, principals; bindings.
 * The eight subject kinds share one id space; every other kind has its own, counted from 0.
 */
import { NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../../model/vocabulary.ts'
import { IntTable } from './int-table.ts'
import type { StateHash } from './state-hash.ts'

export const enum Kind {
  FIRM = 0,
  ENTITY = 1,
  CLIENT = 2,
  DESK = 3,
  TRADER = 4,
  ACCOUNT = 5,
  STRATEGY = 6,
  SESSION = 7,
  OWNER = 8,
  VENUE = 9,
  FEED = 10,
  SECTOR = 11,
  ASSET_CLASS = 12,
  CURRENCY = 13,
  PRINCIPAL = 14,
  INSTRUMENT = 15,
}
export const enum Bound {
  /** Bindings that the engine makes by itself beside BINDING_KINDS: the owner codes of account and desk cells. */
  TRADER_ACCOUNT = 0,
  STRATEGY_ACCOUNT = 1,
  DESK_ACCOUNT = 100,
  OWN_ACCOUNT = 101,
}

/** Most legal entities: net exposure is kept per subject and entity in a dense table. */
export const ENTITIES_MAX = 16

/** Index of the kind's id space: 0 for all subjects. */
const spaceOf = (kind: number) => (kind < SUBJECT_KINDS ? 0 : kind)

export class Names {
  /** Kind of each subject. */
  readonly subjectKind: Int32Array
  /** For an account: its entity, client, home desk, owner; for a trader its desk; for a strategy its trader. */
  readonly entityOf: Int32Array
  readonly clientOf: Int32Array
  readonly deskOf: Int32Array
  readonly traderOf: Int32Array
  readonly ownerOf: Int32Array
  /** Place of an entity among the entities, 0 to ENTITIES_MAX - 1. */
  readonly entityOrdinal: Int32Array
  /** Bit i: an account of entity i belongs to this subject. */
  readonly entityMask: Int32Array
  readonly venueNonAtomic: Int32Array
  readonly ownerCrossVenue: Int32Array
  readonly duties: Int32Array
  readonly isPerson: Int32Array
  /** By (binding kind, a) and b; the value is 1, or the owner code of a cell binding. */
  readonly bindings = new IntTable(256)
  entities = 0

  /** Names by id, per id space; the subjects' space is 0. */
  readonly #names: string[][] = NAME_KINDS.map(() => [])
  readonly #ids = NAME_KINDS.map(() => new Map<string, number>())
  readonly #idsOfKind: number[][] = NAME_KINDS.map(() => [])

  constructor(scopes: number) {
    this.subjectKind = new Int32Array(scopes).fill(-1)
    this.entityOf = new Int32Array(scopes).fill(-1)
    this.clientOf = new Int32Array(scopes).fill(-1)
    this.deskOf = new Int32Array(scopes).fill(-1)
    this.traderOf = new Int32Array(scopes).fill(-1)
    this.ownerOf = new Int32Array(scopes).fill(-1)
    this.entityOrdinal = new Int32Array(scopes).fill(-1)
    this.entityMask = new Int32Array(scopes)
    this.venueNonAtomic = new Int32Array(scopes)
    this.ownerCrossVenue = new Int32Array(scopes)
    this.duties = new Int32Array(scopes)
    this.isPerson = new Int32Array(scopes)
  }

  get scopes(): number {
    return this.subjectKind.length
  }

  /** How many ids the kind's space holds. */
  count(kind: number): number {
    return this.#names[spaceOf(kind)]!.length
  }

  idOf(kind: number, name: string): number {
    return this.#ids[kind]!.get(name) ?? -1
  }

  nameOf(kind: number, id: number): string {
    return this.#names[spaceOf(kind)]![id] ?? `#${id}`
  }

  idsOf(kind: number): readonly number[] {
    return this.#idsOfKind[kind]!
  }

  /** True where `id` is an id of exactly this kind. */
  has(kind: number, id: number): boolean {
    if (id < 0 || id >= this.count(kind)) return false
    return kind >= SUBJECT_KINDS || this.subjectKind[id] === kind
  }

  isFull(kind: number): boolean {
    return this.count(kind) >= this.scopes || (kind === Kind.ENTITY && this.entities >= ENTITIES_MAX)
  }

  /** Gives the name its id. */
  define(kind: number, name: string): number {
    const names = this.#names[spaceOf(kind)]!
    const id = names.length
    names.push(name)
    this.#ids[kind]!.set(name, id)
    this.#idsOfKind[kind]!.push(id)
    if (kind < SUBJECT_KINDS) this.subjectKind[id] = kind
    if (kind === Kind.ENTITY) this.entityOrdinal[id] = this.entities++
    return id
  }

  kindName(kind: number): NameKind {
    return NAME_KINDS[kind]!
  }

  /** Remembers that an account belongs to a subject: its entity becomes one of the subject's. */
  joinEntity(subject: number, account: number): void {
    this.entityMask[subject] = this.entityMask[subject]! | (1 << this.entityOrdinal[this.entityOf[account]!]!)
  }

  /** True where net exposure of the subject sums up entities: the firm, and subjects with accounts of several. */
  isMultiEntity(subject: number): boolean {
    const mask = this.entityMask[subject]!
    return subject === 0 || (mask & (mask - 1)) !== 0
  }

  /** The lowest bit of a binding's value says whether it stands; the others are the owner code + 1 of its cell. */
  isPermitted(kind: number, a: number, b: number): boolean {
    const value = this.bindings.get((kind << 24) | a, b)
    return value > 0 && (value & 1) !== 0
  }

  /** Owner code of a cell binding that stands, or -1. */
  ownerCode(kind: number, a: number, b: number): number {
    const value = this.bindings.get((kind << 24) | a, b)
    return value > 0 && (value & 1) !== 0 ? (value >> 1) - 1 : -1
  }

  binding(kind: number, a: number, b: number): number {
    return this.bindings.get((kind << 24) | a, b)
  }

  bind(kind: number, a: number, b: number, value: number): void {
    this.bindings.set((kind << 24) | a, b, value)
  }

  hashInto(hash: StateHash): void {
    for (const names of this.#names) {
      hash.int(names.length)
      for (const name of names) hash.text(name)
    }
    const n = this.count(0)
    for (const column of [
      this.subjectKind,
      this.entityOf,
      this.clientOf,
      this.deskOf,
      this.traderOf,
      this.ownerOf,
      this.entityMask,
    ]) {
      hash.ints(column, n)
    }
    for (const column of [this.venueNonAtomic, this.ownerCrossVenue, this.duties, this.isPerson]) {
      hash.ints(column, this.scopes)
    }
    this.bindings.hashInto(hash)
  }
}
