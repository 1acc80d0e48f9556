/**
 * Names and ids: what the gateway needs to turn the words of a request into the ids of a command, and back.
 * The engine implements it; readers never change it.
 */
import type { BindingKind, NameKind } from './vocabulary.ts'

/** Units and bounds of an instrument. */
export interface InstrumentUnits {
  readonly id: number
  readonly symbol: string
  /** pd: prices are integers in 10^-pd. */
  readonly priceDecimals: number
  /** qd: quantities are integers in 10^-qd. */
  readonly qtyDecimals: number
  readonly tick: number
  readonly lot: number
  readonly qtyMax: number
  readonly currency: string
  /** 1, or 100 where the price is in a minor unit. */
  readonly priceUnitsPerCurrency: number
}

export type BoundKind = Extract<BindingKind, `SESSION_${string}` | 'STRATEGY_ACCOUNT'>

export interface Directory {
  readonly firm: string
  readonly profile: 'demo' | 'production'
  readonly baseCurrency: string
  /** ld: money is an integer in 10^-ld of the base currency. */
  readonly ledgerDecimals: number
  /** The trade date in force, as yyyymmdd; 0 before genesis. */
  readonly tradeDate: number
  /** Id of a name, -1 where it is not known. The eight subject kinds share one id space; the others have one each. */
  idOf(kind: NameKind, name: string): number
  /** Name of an id; `#id` where it is not known. */
  nameOf(kind: NameKind, id: number): string
  /** Kind and name of a subject. */
  subjectOf(id: number): { readonly kind: NameKind; readonly name: string } | undefined
  /** All ids of a kind, in order of definition. */
  idsOf(kind: NameKind): readonly number[]
  instrument(id: number): InstrumentUnits | undefined
  /** Id of a locate, -1 where it is not known. */
  locateOf(locateID: string): number
  /** True where a BINDING of the kind holds: the session may name the account, trader or venue, the strategy the account. */
  isBound(kind: BoundKind, subject: number, other: number): boolean
  /** Desk of a trader; -1 where the trader is not known. */
  deskOf(trader: number): number
  /** Bit set of the duties that are bound to a principal. */
  dutiesOf(principal: number): number
  /** True where the principal is a person, false of a machine and of one that is not known. */
  isPerson(principal: number): boolean
}
