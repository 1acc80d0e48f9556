/**
 * Names and what they hang on: the hierarchy of subjects, venues, feeds, sectors, currencies, principals; bindings.
 * The eight subject kinds share one id space; every other kind has its own, counted from 0.
 */
import { NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../../model/vocabulary.ts'
import { createBindings } from './bindings.ts'
import type { StateVisitor } from './state-visitor.ts'

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

/** SUBJECT_KINDS where an order asks: the kinds below it share one id space. */
const SUBJECTS = SUBJECT_KINDS

/** Index of the kind's id space: 0 for all subjects. */
const spaceOf = (kind: number) => (kind < SUBJECTS ? 0 : kind)

export type Names = ReturnType<typeof createNames>

export function createNames(scopes: number) {
  /** Kind of each subject; -1 for an id that is not given yet. */
  const subjectKind = new Int32Array(scopes).fill(-1)
  /** For an account: its entity, client, home desk, owner; for a trader its desk; for a strategy its trader. */
  const entityOf = new Int32Array(scopes).fill(-1)
  const clientOf = new Int32Array(scopes).fill(-1)
  const deskOf = new Int32Array(scopes).fill(-1)
  const traderOf = new Int32Array(scopes).fill(-1)
  const ownerOf = new Int32Array(scopes).fill(-1)
  /** Place of an entity among the entities, 0 to ENTITIES_MAX - 1. */
  const entityOrdinal = new Int32Array(scopes).fill(-1)
  /** Bit i: an account of entity i belongs to this subject. */
  const entityMask = new Int32Array(scopes)
  const venueNonAtomic = new Int32Array(scopes)
  const ownerCrossVenue = new Int32Array(scopes)
  /** 1 where orders of the owner are held until the resting ones that they cross are canceled. */
  const ownerCancelsFirst = new Int32Array(scopes)
  const duties = new Int32Array(scopes)
  const isPerson = new Int32Array(scopes)
  /** By (binding kind, a) and b; the value is 1, or the owner code of a cell binding. */
  const bindings = createBindings(scopes)
  let entities = 0

  /** Names by id, per id space; the subjects' space is 0. How many there are stands beside them, for orders to ask. */
  const texts: string[][] = NAME_KINDS.map(() => [])
  const counts = new Int32Array(NAME_KINDS.length)
  const ids = NAME_KINDS.map(() => new Map<string, number>())
  const idsOfKind: number[][] = NAME_KINDS.map(() => [])

  /** How many ids the kind's space holds. */
  function count(kind: number): number {
    return counts[spaceOf(kind)]
  }

  function idOf(kind: number, name: string): number {
    return ids[kind]!.get(name) ?? -1
  }

  function nameOf(kind: number, id: number): string {
    return texts[spaceOf(kind)]![id] ?? `#${id}`
  }

  function idsOf(kind: number): readonly number[] {
    return idsOfKind[kind]!
  }

  /** True where `id` is an id of exactly this kind. */
  function has(kind: number, id: number): boolean {
    if (kind < SUBJECTS) return id >= 0 && id < scopes && subjectKind[id] === kind
    return id >= 0 && id < counts[kind]
  }

  function isFull(kind: number): boolean {
    return count(kind) >= scopes || (kind === Kind.ENTITY && entities >= ENTITIES_MAX)
  }

  /** Gives the name its id. */
  function define(kind: number, name: string): number {
    const space = spaceOf(kind)
    const id = texts[space]!.push(name) - 1
    counts[space] = id + 1
    ids[kind]!.set(name, id)
    idsOfKind[kind]!.push(id)
    if (kind < SUBJECTS) subjectKind[id] = kind
    if (kind === Kind.ENTITY) entityOrdinal[id] = entities++
    return id
  }

  function kindName(kind: number): NameKind {
    return NAME_KINDS[kind]!
  }

  /** Remembers that an account belongs to a subject: its entity becomes one of the subject's. */
  function joinEntity(subject: number, account: number): void {
    entityMask[subject] = entityMask[subject] | (1 << entityOrdinal[entityOf[account]])
  }

  /** True where net exposure of the subject sums up entities: the firm, and subjects with accounts of several. */
  function isMultiEntity(subject: number): boolean {
    const mask = entityMask[subject]
    return subject === 0 || (mask & (mask - 1)) !== 0
  }

  /** The lowest bit of a binding's value says whether it stands; the others are the owner code + 1 of its cell. */
  function isPermitted(kind: number, a: number, b: number): boolean {
    const value = bindings.get(kind, a, b)
    return value > 0 && (value & 1) !== 0
  }

  /** Owner code of a cell binding that stands, or -1. */
  function ownerCode(kind: number, a: number, b: number): number {
    const value = bindings.get(kind, a, b)
    return value > 0 && (value & 1) !== 0 ? (value >> 1) - 1 : -1
  }

  function visit(v: StateVisitor): void {
    const given = v.data(texts)
    v.ints(subjectKind, given[0]!.length)
    if (v.isLoading) defineAll(given)
    for (const column of [entityOf, clientOf, deskOf, traderOf, ownerOf, entityMask]) v.ints(column, counts[0])
    for (const column of [venueNonAtomic, ownerCrossVenue, ownerCancelsFirst, duties, isPerson]) v.ints(column, scopes)
    bindings.visit(v)
  }

  function defineAll(given: readonly (readonly string[])[]): void {
    given.forEach((names, space) => {
      names.forEach((name, id) => {
        define(space === 0 ? subjectKind[id] : space, name)
      })
    })
  }

  return {
    scopes,
    subjectKind,
    entityOf,
    clientOf,
    deskOf,
    traderOf,
    ownerOf,
    entityOrdinal,
    entityMask,
    venueNonAtomic,
    ownerCrossVenue,
    ownerCancelsFirst,
    duties,
    isPerson,
    count,
    idOf,
    nameOf,
    idsOf,
    has,
    isFull,
    define,
    kindName,
    joinEntity,
    isMultiEntity,
    isPermitted,
    ownerCode,
    /** Value of a binding that stands or stood, or -1. */
    binding: bindings.get,
    bind: bindings.set,
    visit,
  }
}
