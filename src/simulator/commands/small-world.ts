/**
 * A small firm in which everything occurs: two entities, clients and desks across them, a venue whose replaces are not
 * atomic, and eight instruments of every kind of unit.
 */
import { BINDING_KINDS, type BindingKind, DUTIES, NAME_KINDS, type NameKind } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from './command.ts'
import type { Script } from './script.ts'

/** An instrument as the generator needs it. */
export interface Listed {
  readonly id: number
  readonly tick: number
  readonly lot: number
  readonly qtyMax: number
  /** A price around which it trades. */
  readonly px: number
  /** Lots of a usual order. */
  readonly lots: number
  readonly mayBeNegative: boolean
  readonly definition: Partial<ValuesOfCommand<'Instrument'>>
}

export interface World {
  readonly entities: readonly number[]
  readonly clients: readonly number[]
  readonly desks: readonly number[]
  readonly traders: readonly number[]
  readonly accounts: readonly number[]
  readonly suspense: number
  readonly owners: readonly number[]
  readonly strategies: readonly number[]
  readonly sessions: readonly number[]
  readonly venues: readonly number[]
  readonly feeds: readonly number[]
  readonly sectors: readonly number[]
  readonly assetClasses: readonly number[]
  readonly currencies: readonly number[]
  readonly people: readonly number[]
  /** The two of the genesis record. */
  readonly officers: readonly number[]
  /** A principal that is no person. */
  readonly machine: number
  readonly instruments: readonly Listed[]
  readonly bound: readonly { readonly trader: number; readonly strategy: number; readonly account: number }[]
}

/** Duties as bits. */
const RELEASING =
  2 ** DUTIES.indexOf('release:request') +
  2 ** DUTIES.indexOf('release:approve') +
  2 ** DUTIES.indexOf('positions:write') +
  2 ** DUTIES.indexOf('orders:confirm') +
  2 ** DUTIES.indexOf('override:request') +
  2 ** DUTIES.indexOf('override:approve')

/** What a machine has besides. */
const FEEDING = 2 ** DUTIES.indexOf('reference:write') + 2 ** DUTIES.indexOf('day:roll')

const NO_PARENTS = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }

function nameMaker(script: Script) {
  return (kind: NameKind, name: string, parents: Partial<typeof NO_PARENTS> = {}, flags = 0) =>
    script.define('Hierarchy', { kind: NAME_KINDS.indexOf(kind), name, ...NO_PARENTS, ...parents, flags })
}

export function bind(script: Script, kind: BindingKind, a: number, b: number, allow = 1): void {
  script.send('Binding', { kind: BINDING_KINDS.indexOf(kind), a, b, allow })
}

/** Opens the journal and defines the whole firm, with quotes for every instrument; limits are set elsewhere. */
export function defineWorld(script: Script, profile = 0): World {
  const officers = { officer1: 'OFFICER-1', officer2: 'OFFICER-2' }
  const firm = { profile, ledgerDecimals: 2, tradeDate: 20260302, firm: 'FIRM', baseCurrency: 'USD', ...officers }
  script.send('Genesis', firm)
  const officerIds = [0, 1]
  // A production firm is blocked until its officers, the first two principals, open it.
  if (profile === 1)
    for (const step of officerIds) script.send('Release', { latch: 1, state: 0, step, principal: step, reason: 'open' })
  const name = nameMaker(script)
  const entities = [name('ENTITY', 'E0'), name('ENTITY', 'E1')]
  const [e0, e1] = entities as [number, number]
  const clients = ['CL0', 'CL1', 'CL2'].map((text) => name('CLIENT', text))
  const [cl0, cl1, cl2] = clients as [number, number, number]
  const desks = ['D0', 'D1', 'D2'].map((text) => name('DESK', text))
  const [d0, d1, d2] = desks as [number, number, number]
  const owners = [name('OWNER', 'O0', {}, 1), name('OWNER', 'O1', {}, 2), name('OWNER', 'O2')]
  const [o0, o1, o2] = owners as [number, number, number]
  const traders = [d0, d0, d1, d2].map((desk, index) => name('TRADER', `T${index}`, { desk }))
  const accounts = [
    name('ACCOUNT', 'A0', { entity: e0, client: cl0, desk: d0, owner: o0 }),
    name('ACCOUNT', 'A1', { entity: e0, client: cl0, desk: d0, owner: o0 }),
    name('ACCOUNT', 'A2', { entity: e0, client: cl1, desk: d2, owner: o1 }),
    name('ACCOUNT', 'A3', { entity: e1, client: cl1, desk: d1, owner: o0 }),
    name('ACCOUNT', 'A4', { entity: e1, client: cl2, desk: d1, owner: o1 }),
    name('ACCOUNT', 'A5', { entity: e1, client: cl2, desk: d2, owner: o2 }),
  ]
  const suspense = name('ACCOUNT', 'SUSPENSE', { entity: e0, client: cl0, desk: d0, owner: o2 })
  const strategies = ['manual', 'S1', 'S2', 'S3'].map((text, index) =>
    name('STRATEGY', text, { trader: traders[index] as number }),
  )
  const sessions = [name('SESSION', 'X0'), name('SESSION', 'X1')]
  const venues = [name('VENUE', 'V0'), name('VENUE', 'V1', {}, 1), name('VENUE', 'V2')]
  const feeds = [name('FEED', 'F0'), name('FEED', 'F1')]
  const sectors = ['TECH', 'ENERGY', 'BANKS'].map((text) => name('SECTOR', text))
  const assetClasses = ['EQUITY', 'CRYPTO', 'FUTURE'].map((text) => name('ASSET_CLASS', text))
  const currencies = ['EUR', 'GBP', 'XBT'].map((text) => name('CURRENCY', text))
  const people = ['P0', 'P1', 'P2'].map((text) => name('PRINCIPAL', text, {}, 1))
  const machine = name('PRINCIPAL', 'M0')
  const [eur, gbp, xbt] = currencies as [number, number, number]
  script.send('Fx', { currency: eur, rate: 10_837, decimals: 4, haircutBps: 150 })
  script.send('Fx', { currency: gbp, rate: 126_931, decimals: 5, haircutBps: 0 })
  script.send('Fx', { currency: xbt, rate: 49_871, decimals: 0, haircutBps: 35 })
  const listed = { feeds, sectors, assetClasses, currencies }
  const bound = bindAll(script, { traders, accounts, strategies, sessions, venues, assetClasses })
  for (const person of people) bind(script, 'PRINCIPAL_DUTY', person, RELEASING)
  bind(script, 'PRINCIPAL_DUTY', machine, RELEASING + FEEDING)
  const groups = {
    entities,
    clients,
    desks,
    traders,
    accounts,
    suspense,
    owners,
    strategies,
    sessions,
    venues,
    people,
    machine,
  }
  return { ...groups, ...listed, officers: officerIds, bound, instruments: listInstruments(script, listed) }
}

interface Bindable {
  readonly traders: readonly number[]
  readonly accounts: readonly number[]
  readonly strategies: readonly number[]
  readonly sessions: readonly number[]
  readonly venues: readonly number[]
  readonly assetClasses: readonly number[]
}

/** Trader and strategy 3 work in both entities, the others in one; nobody may trade crypto in the last account. */
function bindAll(script: Script, given: Bindable): World['bound'] {
  const { traders, accounts, strategies, sessions, venues, assetClasses } = given
  const worksIn = [
    [0, 1, 2],
    [0, 1],
    [3, 4, 5],
    [0, 2, 3, 5],
  ]
  const bound = worksIn.flatMap((places, index) =>
    places.map((place) => ({
      trader: traders[index] as number,
      strategy: strategies[index] as number,
      account: accounts[place] as number,
    })),
  )
  for (const { trader, strategy, account } of bound) {
    bind(script, 'TRADER_ACCOUNT', trader, account)
    bind(script, 'STRATEGY_ACCOUNT', strategy, account)
  }
  for (const session of sessions) {
    for (const account of accounts) bind(script, 'SESSION_ACCOUNT', session, account)
    for (const trader of traders) bind(script, 'SESSION_TRADER', session, trader)
    for (const venue of venues) bind(script, 'SESSION_VENUE', session, venue)
  }
  for (const account of accounts) {
    for (const assetClass of assetClasses) bind(script, 'ACCOUNT_ASSET_CLASS', account, assetClass)
  }
  bind(script, 'ACCOUNT_ASSET_CLASS', accounts[5] as number, assetClasses[1] as number, 0)
  return bound
}

type Places = Pick<World, 'feeds' | 'sectors' | 'assetClasses' | 'currencies'>

function listInstruments(script: Script, places: Places): Listed[] {
  const [f0, f1] = places.feeds as [number, number]
  const [tech, energy, banks] = places.sectors as [number, number, number]
  const [equity, crypto, future] = places.assetClasses as [number, number, number]
  const [eur, gbp, xbt] = places.currencies as [number, number, number]
  const unit = { multiplierN: 1, multiplierD: 1, priceUnitsPerCurrency: 1, currency: 0, underlying: -1, feed: f0 }
  const stock = { ...unit, assetClass: equity, priceDecimals: 2, qtyDecimals: 0, qtyMax: 1_000_000 }
  const tables: readonly (readonly [px: number, lots: number, definition: Partial<ValuesOfCommand<'Instrument'>>])[] = [
    [18_412, 40, { ...stock, symbol: 'STK', tick: 1, lot: 1, sector: tech, flags: 4 }],
    [9_315, 4, { ...stock, symbol: 'LOT', tick: 5, lot: 100, sector: energy, flags: 4 }],
    [5_012_350, 200, cryptoOf(unit, crypto, f1)],
    [
      23_457,
      30,
      { ...stock, symbol: 'EURO', priceDecimals: 3, tick: 1, lot: 1, currency: eur, sector: tech, flags: 0 },
    ],
    [
      61_250,
      20,
      {
        ...stock,
        symbol: 'PENCE',
        tick: 50,
        lot: 1,
        currency: gbp,
        priceUnitsPerCurrency: 100,
        sector: banks,
        flags: 0,
      },
    ],
    [
      431_275,
      2,
      {
        ...stock,
        symbol: 'FUT',
        assetClass: future,
        tick: 25,
        lot: 1,
        multiplierN: 50,
        sector: -1,
        feed: f1,
        flags: 0,
      },
    ],
    [
      498_715,
      60,
      { ...unit, symbol: 'INV', ...inverseOf(xbt, future), sector: -1, feed: f1, qtyDecimals: 0, qtyMax: 10_000_000 },
    ],
    [
      12,
      50,
      { ...stock, symbol: 'SPREAD', priceDecimals: 3, assetClass: future, sector: energy, tick: 2, lot: 1, flags: 1 },
    ],
  ]
  return tables.map(([px, lots, definition]) => list(script, px, lots, definition))
}

function cryptoOf(unit: object, assetClass: number, feed: number): Partial<ValuesOfCommand<'Instrument'>> {
  const sizes = { priceDecimals: 2, qtyDecimals: 8, tick: 50, lot: 1_000, qtyMax: 50_000_000_000 }
  return { ...unit, ...sizes, symbol: 'COIN', assetClass, feed, sector: -1, flags: 0 }
}

function inverseOf(currency: number, assetClass: number): Partial<ValuesOfCommand<'Instrument'>> {
  return { currency, assetClass, multiplierN: 100, multiplierD: 1, priceDecimals: 1, tick: 5, lot: 1, flags: 2 }
}

function list(script: Script, px: number, lots: number, definition: Partial<ValuesOfCommand<'Instrument'>>): Listed {
  const id = script.define('Instrument', definition)
  const { tick = 1, lot = 1, qtyMax = 1, feed = -1, flags = 0 } = definition
  script.send('Quote', { instrument: id, feed, bidPx: px - tick, askPx: px + tick, flags: 3 })
  return { id, tick, lot, qtyMax, px, lots, mayBeNegative: (flags & 1) === 1, definition }
}
