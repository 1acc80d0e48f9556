/** The world that the engine is measured in: accounts, traders, desks, instruments and limits at every scope. */
import { createEngine, type Engine } from '../src/engine/engine.ts'
import type { EngineSizes } from '../src/model/bounds.ts'
import { CONTROLS } from '../src/model/controls.ts'
import { MAX } from '../src/model/numbers.ts'
import * as C from '../src/model/records/commands.ts'
import { encode, type RecordLayout } from '../src/model/records/schema.ts'
import { Tape } from '../src/model/records/tape.ts'
import type { RulePack } from '../src/model/rules.ts'
import { BINDING_KINDS, NAME_KINDS, type NameKind } from '../src/model/vocabulary.ts'

export const START_US = 1_790_000_000_000_000
const SECOND_US = 1_000_000

export interface WorldOptions {
  readonly accounts: number
  readonly traders: number
  readonly desks: number
  readonly instruments: number
  readonly sizes: EngineSizes
  /** Limit rows for (account, instrument) on top of those at every scope. */
  readonly extraLimitRows: number
  readonly rules: RulePack
  /** Told of each entry that defines the world: [offset, tape.end). */
  readonly onEntry?: (tape: Tape, offset: number) => void
}

/** An engine with its world loaded, and what an order needs to name. */
export interface World {
  readonly engine: Engine
  readonly accounts: readonly number[]
  /** A trader and a strategy of each account. */
  readonly traderOf: readonly number[]
  readonly strategyOf: readonly number[]
  readonly session: number
  readonly instruments: number
  readonly feed: number
  /** Id of the control under test for limits by code. */
  seq: number
  timeUs: number
}

const control = (code: string) => CONTROLS.findIndex((row) => row.code === code)
const binding = (kind: (typeof BINDING_KINDS)[number]) => BINDING_KINDS.indexOf(kind)

/** Builds the engine and loads the world by commands. */
export function buildWorld(options: WorldOptions): World {
  const engine = createEngine({
    sizes: options.sizes,
    rules: options.rules,
    hashSeed: 12345,
    onRiskError: (error) => {
      throw error
    },
  })
  const tape = Tape.ofBytes(1 << 20)
  const world = { engine, seq: 0, timeUs: START_US }
  const send = (layout: RecordLayout, values: Record<string, number | string>) => {
    tape.end = 0
    const offset = encode(tape, layout, {
      session: -1,
      principal: -1,
      ...values,
      seq: ++world.seq,
      timeUs: world.timeUs,
    })
    engine.execute(tape, offset)
    options.onEntry?.(tape, offset)
  }
  const define = (kind: NameKind, name: string, parents: Record<string, number> = {}) => {
    const nobody = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
    send(C.HIERARCHY, { kind: NAME_KINDS.indexOf(kind), name, ...nobody, ...parents })
    return engine.directory.idOf(kind, name)
  }
  const bind = (kind: (typeof BINDING_KINDS)[number], a: number, b: number) =>
    send(C.BINDING, { kind: binding(kind), a, b, allow: 1 })

  send(C.GENESIS, { profile: 0, ledgerDecimals: 2, tradeDate: 20261123, firm: 'BENCH', baseCurrency: 'USD' })
  const entity = define('ENTITY', 'ENTITY-1')
  const client = define('CLIENT', 'CLIENT-1')
  const session = define('SESSION', 'EMS-1')
  const feed = define('FEED', 'FEED-1')
  const assetClass = define('ASSET_CLASS', 'EQUITY')
  const sectors = Array.from({ length: 11 }, (_, i) => define('SECTOR', `SECTOR-${i}`))
  const desks = Array.from({ length: options.desks }, (_, i) => define('DESK', `DESK-${i}`))
  const traders = Array.from({ length: options.traders }, (_, i) =>
    define('TRADER', `TRADER-${i}`, { desk: desks[i % desks.length] as number }),
  )
  const strategies = traders.map((trader, i) => define('STRATEGY', `STRATEGY-${i}`, { trader }))
  const accounts: number[] = []
  const traderOf: number[] = []
  const strategyOf: number[] = []
  for (let i = 0; i < options.accounts; i++) {
    const owner = define('OWNER', `OWNER-${i}`)
    const place = i % traders.length
    const account = define('ACCOUNT', `ACCOUNT-${i}`, {
      entity,
      client,
      owner,
      desk: desks[place % desks.length] as number,
    })
    accounts.push(account)
    traderOf.push(traders[place] as number)
    strategyOf.push(strategies[place] as number)
    bind('TRADER_ACCOUNT', traders[place] as number, account)
    bind('STRATEGY_ACCOUNT', strategies[place] as number, account)
    bind('SESSION_ACCOUNT', session, account)
    bind('ACCOUNT_ASSET_CLASS', account, assetClass)
  }
  for (const trader of traders) bind('SESSION_TRADER', session, trader)

  const limit = (code: string, subject: number, hard: number, more: Record<string, number> = {}) =>
    send(C.LIMIT, { control: control(code), subject, objectKind: 0, object: -1, hard, ...more })
  const firm = 0
  send(C.CAPITAL, { subject: firm, amount: 1e14, floor: 0, asOfUs: START_US })
  const subjects = [firm, entity, client, ...desks, ...traders, ...accounts, ...strategies]
  for (const subject of subjects) {
    const warnings = { warn1Bps: 5_000, warn2Bps: 7_500, warn3Bps: 9_000 }
    limit('MAX_ORDER_QTY', subject, 5_000)
    limit('MAX_ORDER_NOTIONAL', subject, 100_000_000)
    limit('DAILY_GROSS', subject, 8e15, warnings)
    limit('PORTFOLIO_GROSS', subject, 8e15, warnings)
    limit('INTRADAY_NET', subject, 8e15, warnings)
    limit('MAX_OPEN_ORDERS', subject, 1e9)
  }
  limit('MESSAGE_RATE', session, 1_000_000, { param: SECOND_US })
  for (const strategy of strategies) limit('MESSAGE_RATE', strategy, 100_000, { param: SECOND_US })
  limit('DUPLICATE_ORDER', firm, 1, { param: 5_000 })
  limit('PRICE_COLLAR', firm, 500, { objectKind: 4, object: assetClass, param: 5 })
  limit('SECTOR_CONCENTRATION', firm, 9_000, { objectKind: 3, object: -1 })

  for (let i = 0; i < options.instruments; i++) {
    send(C.INSTRUMENT, {
      symbol: `SYM${i}`,
      tick: 1,
      lot: 1,
      qtyMax: 1e9,
      multiplierN: 1,
      multiplierD: 1,
      priceUnitsPerCurrency: 1,
      priceDecimals: 2,
      qtyDecimals: 0,
      currency: 0,
      sector: sectors[i % sectors.length] as number,
      assetClass,
      underlying: -1,
      feed,
      flags: 8,
      priorClose: 10_000,
    })
  }
  for (let i = 0; i < options.extraLimitRows; i++) {
    const account = accounts[i % accounts.length] as number
    const object = Math.floor(i / accounts.length) % options.instruments
    limit('MAX_ORDER_QTY', account, MAX, { objectKind: 1, object })
  }
  const quotes = (flags: number) => {
    for (let i = 0; i < options.instruments; i++) {
      send(C.QUOTE, { instrument: i, feed, bidPx: 9_999, askPx: 10_001, flags })
    }
  }
  quotes(3)
  return { ...world, accounts, traderOf, strategyOf, session, instruments: options.instruments, feed }
}
