/** A small directory of names with fixed units, for tests of whatever reads names without an engine. */
import type { Directory, InstrumentUnits } from '../model/directory.ts'
import { DUTIES, NAME_KINDS, type NameKind, SUBJECT_KINDS } from '../model/vocabulary.ts'

const NAMES: Partial<Record<NameKind, readonly string[]>> = {
  FIRM: ['ACME'],
  ENTITY: ['HOLDING'],
  CLIENT: ['HOUSE'],
  DESK: ['CASH-EQ'],
  TRADER: ['T-3'],
  ACCOUNT: ['ACC-7'],
  STRATEGY: ['manual'],
  SESSION: ['ems-1', 'ems-2', 'floor'],
  OWNER: ['HOUSE'],
  VENUE: ['XSHG', 'XNYS'],
  FEED: ['SSE-L2'],
  SECTOR: ['STAPLES', 'TECH'],
  ASSET_CLASS: ['EQUITY'],
  CURRENCY: ['CNY', 'USD'],
  PRINCIPAL: ['ems-1', 'ems-2', 'floor', 'alice', 'bob'],
}

const SHARE: InstrumentUnits = {
  id: 0,
  symbol: '600519.SH',
  priceDecimals: 2,
  qtyDecimals: 0,
  tick: 1,
  lot: 100,
  qtyMax: 1_000_000,
  currency: 'CNY',
  priceUnitsPerCurrency: 1,
}
const COIN: InstrumentUnits = {
  ...SHARE,
  id: 1,
  symbol: 'BTC-USD',
  qtyDecimals: 8,
  lot: 1,
  qtyMax: 1e12,
  currency: 'USD',
}

export class SampleDirectory implements Directory {
  readonly firm = 'ACME'
  readonly profile: 'demo' | 'production' = 'demo'
  readonly baseCurrency = 'CNY'
  readonly ledgerDecimals = 2
  readonly tradeDate = 20261121
  /** Duties by principal; all of them where none are set. A test may change them. */
  readonly duties = new Map<number, number>()
  readonly #ids = new Map<string, number>()
  readonly #names = new Map<string, { kind: NameKind; name: string }>()

  constructor() {
    let subjects = 0
    for (const [place, kind] of NAME_KINDS.entries()) {
      for (const [at, name] of (NAMES[kind] ?? []).entries()) {
        const id = place < SUBJECT_KINDS ? subjects++ : at
        this.#ids.set(`${kind}:${name}`, id)
        this.#names.set(place < SUBJECT_KINDS ? `subject:${id}` : `${kind}:${id}`, { kind, name })
      }
    }
  }

  idOf(kind: NameKind, name: string): number {
    if (kind === 'INSTRUMENT') return name === SHARE.symbol ? 0 : name === COIN.symbol ? 1 : -1
    return this.#ids.get(`${kind}:${name}`) ?? -1
  }

  nameOf(kind: NameKind, id: number): string {
    if (kind === 'INSTRUMENT') return this.instrument(id)?.symbol ?? `#${id}`
    const isSubject = NAME_KINDS.indexOf(kind) < SUBJECT_KINDS
    return this.#names.get(isSubject ? `subject:${id}` : `${kind}:${id}`)?.name ?? `#${id}`
  }

  subjectOf(id: number): { kind: NameKind; name: string } | undefined {
    return this.#names.get(`subject:${id}`)
  }

  idsOf(kind: NameKind): readonly number[] {
    return kind === 'INSTRUMENT' ? [0, 1] : (NAMES[kind] ?? []).map((name) => this.idOf(kind, name))
  }

  instrument(id: number): InstrumentUnits | undefined {
    return id === 0 ? SHARE : id === 1 ? COIN : undefined
  }

  locateOf(locateID: string): number {
    return locateID === 'LOC-1' ? 0 : -1
  }

  isBound(_kind: string, session: number): boolean {
    return session === this.idOf('SESSION', 'ems-1')
  }

  deskOf(): number {
    return -1
  }

  dutiesOf(principal: number): number {
    return principal < 0 ? 0 : (this.duties.get(principal) ?? 2 ** DUTIES.length - 1)
  }

  isPerson(): boolean {
    return false
  }
}
