/** Names and ids of the live state, for the gateway: reads only. */
import type { BoundKind, Directory, InstrumentUnits } from '../model/directory.ts'
import { BINDING_KINDS, NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../model/vocabulary.ts'
import type { State } from './state/state.ts'

const kindIndex = (kind: NameKind) => NAME_KINDS.indexOf(kind)
const INSTRUMENT = kindIndex('INSTRUMENT')
const CURRENCY = kindIndex('CURRENCY')

export class StateDirectory implements Directory {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  get firm(): string {
    return this.#state.firm
  }

  get profile(): 'demo' | 'production' {
    return this.#state.profile === 0 ? 'demo' : 'production'
  }

  get baseCurrency(): string {
    return this.#state.baseCurrency
  }

  get ledgerDecimals(): number {
    return this.#state.ledgerDecimals
  }

  get tradeDate(): number {
    return this.#state.tradeDate
  }

  idOf(kind: NameKind, name: string): number {
    return this.#state.names.idOf(kindIndex(kind), name)
  }

  nameOf(kind: NameKind, id: number): string {
    return this.#state.names.nameOf(kindIndex(kind), id)
  }

  subjectOf(id: number): { readonly kind: NameKind; readonly name: string } | undefined {
    const { names } = this.#state
    if (!(id >= 0 && id < names.count(0))) return undefined
    const kind = names.subjectKind[id]!
    return kind < SUBJECT_KINDS ? { kind: NAME_KINDS[kind]!, name: names.nameOf(kind, id) } : undefined
  }

  idsOf(kind: NameKind): readonly number[] {
    return this.#state.names.idsOf(kindIndex(kind))
  }

  instrument(id: number): InstrumentUnits | undefined {
    const { instruments, names } = this.#state
    if (!(id >= 0 && id < instruments.count)) return undefined
    return {
      id,
      symbol: names.nameOf(INSTRUMENT, id),
      priceDecimals: instruments.priceDecimals[id]!,
      qtyDecimals: instruments.qtyDecimals[id]!,
      tick: instruments.tick[id]!,
      lot: instruments.lot[id]!,
      qtyMax: instruments.qtyMax[id]!,
      currency: names.nameOf(CURRENCY, instruments.currency[id]!),
      priceUnitsPerCurrency: instruments.priceUnits[id]!,
    }
  }

  locateOf(locateID: string): number {
    return this.#state.locates.idOf(locateID)
  }

  isBound(kind: BoundKind, subject: number, other: number): boolean {
    return this.#state.names.isPermitted(BINDING_KINDS.indexOf(kind), subject, other)
  }

  deskOf(trader: number): number {
    return trader < 0 ? -1 : (this.#state.names.deskOf[trader] ?? -1)
  }

  dutiesOf(principal: number): number {
    return principal < 0 ? 0 : (this.#state.names.duties[principal] ?? 0)
  }

  isPerson(principal: number): boolean {
    return principal >= 0 && this.#state.names.isPerson[principal] === 1
  }
}
