/** The names of a gate, and those that the lines of a draft define: a line may use what a line before it defines. */
import type { BoundKind, Directory, InstrumentUnits } from '../../model/directory.ts'
import type { ProposalView } from '../../model/engine-port.ts'
import { HIERARCHY, INSTRUMENT } from '../../model/records/commands.ts'
import { LINE_ID } from '../../model/records/people-commands.ts'
import { decode } from '../../model/records/schema.ts'
import { Tape, typeAt } from '../../model/records/tape.ts'
import { NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../../model/vocabulary.ts'

interface Defined {
  readonly kind: NameKind
  readonly name: string
  readonly units?: InstrumentUnits
}

export class ProposedNames implements Directory {
  readonly #names: Directory
  readonly #byLine = new Map<number, Defined>()
  readonly #byName = new Map<string, number>()
  #read = 0

  constructor(names: Directory) {
    this.#names = names
  }

  /** Takes over what the lines define that were not read before. */
  readLines(proposal: ProposalView): void {
    for (; this.#read < proposal.lines; this.#read++) {
      const bytes = proposal.line(this.#read)
      if (bytes === undefined) return
      const defined = this.#definedBy(bytes, LINE_ID + this.#read)
      if (defined === undefined) continue
      this.#byLine.set(LINE_ID + this.#read, defined)
      this.#byName.set(`${defined.kind} ${defined.name}`, LINE_ID + this.#read)
    }
  }

  #definedBy(bytes: Uint8Array, id: number): Defined | undefined {
    const tape = new Tape(bytes.slice().buffer)
    if (typeAt(tape, 0) === HIERARCHY.type) {
      const { kind, name } = decode(tape, 0, HIERARCHY)
      return { kind: NAME_KINDS[kind] as NameKind, name }
    }
    if (typeAt(tape, 0) !== INSTRUMENT.type) return undefined
    const { symbol, currency, ...units } = decode(tape, 0, INSTRUMENT)
    const { priceDecimals, qtyDecimals, tick, lot, qtyMax, priceUnitsPerCurrency } = units
    const sizes = { priceDecimals, qtyDecimals, tick, lot, qtyMax, priceUnitsPerCurrency }
    return {
      ...{ kind: 'INSTRUMENT', name: symbol },
      units: { id, symbol, ...sizes, currency: this.nameOf('CURRENCY', currency) },
    }
  }

  get firm(): string {
    return this.#names.firm
  }

  get profile(): 'demo' | 'production' {
    return this.#names.profile
  }

  get baseCurrency(): string {
    return this.#names.baseCurrency
  }

  get ledgerDecimals(): number {
    return this.#names.ledgerDecimals
  }

  get tradeDate(): number {
    return this.#names.tradeDate
  }

  idOf(kind: NameKind, name: string): number {
    const id = this.#names.idOf(kind, name)
    return id >= 0 ? id : (this.#byName.get(`${kind} ${name}`) ?? -1)
  }

  nameOf(kind: NameKind, id: number): string {
    return this.#byLine.get(id)?.name ?? this.#names.nameOf(kind, id)
  }

  subjectOf(id: number): { readonly kind: NameKind; readonly name: string } | undefined {
    const defined = this.#byLine.get(id)
    if (defined === undefined) return this.#names.subjectOf(id)
    const { kind, name } = defined
    return NAME_KINDS.indexOf(kind) < SUBJECT_KINDS ? { kind, name } : undefined
  }

  idsOf(kind: NameKind): readonly number[] {
    return this.#names.idsOf(kind)
  }

  instrument(id: number): InstrumentUnits | undefined {
    return this.#byLine.get(id)?.units ?? this.#names.instrument(id)
  }

  locateOf(locateID: string): number {
    return this.#names.locateOf(locateID)
  }

  isBound(kind: BoundKind, subject: number, other: number): boolean {
    return this.#names.isBound(kind, subject, other)
  }

  dutiesOf(principal: number): number {
    return this.#names.dutiesOf(principal)
  }

  deskOf(trader: number): number {
    return this.#names.deskOf(trader)
  }

  isPerson(principal: number): boolean {
    return this.#names.isPerson(principal)
  }
}
