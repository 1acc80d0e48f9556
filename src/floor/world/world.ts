/**
 * Everything that a gate must be told before it can decide an order: names, permissions, instruments, limits. Plain data
 * in the words of the REST interface: numbers are decimal texts, in the unit that the field says.
 */
import type { CONTROLS } from '../../model/controls.ts'
import type { ParameterName } from '../../model/parameters.ts'
import type {
  BindingKind,
  LimitAction,
  LimitMode,
  ListKind,
  ListMode,
  NameKind,
  ObjectKind,
  SessionPhase,
} from '../../model/vocabulary.ts'

/** A name and what stands above it; a name is defined after those that it names. */
export interface NameDefinition {
  readonly kind: NameKind
  readonly name: string
  /** Of an account. */
  readonly entity?: string
  readonly client?: string
  readonly owner?: string
  /** Of a trader; of an account its home desk. */
  readonly desk?: string
  /** Of a strategy: who answers for it. */
  readonly trader?: string
}

/** `a` and `b` are what the words of the kind name, in that order. */
export interface BindingDefinition {
  readonly kind: BindingKind
  readonly a: string
  readonly b: string
}

export interface InstrumentDefinition {
  readonly symbol: string
  readonly currency: string
  readonly sector: string
  readonly assetClass: string
  readonly feed: string
  readonly priceDecimals: number
  readonly qtyDecimals: number
  readonly tick: string
  readonly lot: string
  readonly qtyMax: string
  readonly priorClose: string
  /** 1, or 100 where the price is in a minor unit such as pence. */
  readonly priceUnitsPerCurrency: number
  /** True where short sales need a locate (Reg SHO). */
  readonly regSho: boolean
}

export interface SubjectName {
  readonly kind: NameKind
  readonly name: string
}

export type ControlId = (typeof CONTROLS)[number]['id']

export interface LimitDefinition {
  readonly control: ControlId
  readonly subject: SubjectName
  /** Absent: the row is about the subject as a whole. `name` absent: about each object of the kind. */
  readonly object?: { readonly kind: Exclude<ObjectKind, 'NONE'>; readonly name?: string }
  /** Quantity, money in the base currency, basis points or a count, as the control has it. */
  readonly hard: string
  /** C01, B09: the window in microseconds. B03: ticks that the band has at least. */
  readonly param?: number
  readonly warnBps?: readonly number[]
  readonly action?: LimitAction
  readonly mode?: LimitMode
}

export interface FxDefinition {
  readonly currency: string
  /** Base currency per unit. */
  readonly rate: string
}

export interface CapitalDefinition {
  readonly subject: SubjectName
  readonly amount: string
}

export interface PositionDefinition {
  readonly account: string
  readonly trader: string
  readonly strategy: string
  readonly symbol: string
  /** Signed. */
  readonly qty: string
}

export interface ListDefinition {
  readonly list: ListKind
  readonly symbol: string
  /** Absent: it is for everyone. */
  readonly subject?: SubjectName
  readonly mode: ListMode
}

export interface World {
  readonly names: readonly NameDefinition[]
  readonly bindings: readonly BindingDefinition[]
  readonly fx: readonly FxDefinition[]
  readonly instruments: readonly InstrumentDefinition[]
  readonly capital: readonly CapitalDefinition[]
  readonly parameters: Readonly<Partial<Record<ParameterName, number>>>
  readonly limits: readonly LimitDefinition[]
  readonly lists: readonly ListDefinition[]
  readonly positions: readonly PositionDefinition[]
  readonly phases: readonly { readonly venue: string; readonly phase: SessionPhase }[]
}
