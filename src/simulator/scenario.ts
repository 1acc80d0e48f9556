/**
 * Scenarios on the real engine: each is a test that tells a small firm's day in commands and reads what came of it. The
 * recorded entries, applied to a fresh engine, must come to the same state: that is tested with every scenario.
 *
 * The firm: two desks, two traders, three accounts of two beneficial owners, one share at 100.00, and every
 * mandatory limit so wide that only what a test sets can bind. With a second entity one more account, B1, is in it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX } from '../model/numbers.ts'
import { DUTIES } from '../model/vocabulary.ts'
import { Scenario } from './scenario-engine.ts'
import { PX, type ScenarioOptions } from './scenario-given.ts'

/** The mandatory collar: half of the reference. Unlimited would leave market orders without a price. */
export const COLLAR_BPS = 5_000

const RELEASING = (1 << DUTIES.indexOf('release:request')) | (1 << DUTIES.indexOf('release:approve'))
const MANDATORY = ['MAX_ORDER_QTY', 'MAX_ORDER_NOTIONAL', 'DAILY_GROSS', 'PORTFOLIO_GROSS', 'INTRADAY_NET'] as const

/** One test: a scenario, told by `play`, and its replay. */
export function scenario(title: string, play: (s: Scenario) => void, options: ScenarioOptions = {}): void {
  test(title, () => {
    const s = openScenario(options)
    play(s)
    s.assertReplays()
  })
}

/** A scenario whose firm is there and has done nothing yet. */
export function openScenario(options: ScenarioOptions = {}): Scenario {
  const s = new Scenario(options)
  openFirm(s, options)
  assert.deepEqual(s.riskErrors, [])
  return s
}

function openFirm(s: Scenario, { entities = 1, genesis = {} }: ScenarioOptions): void {
  const firm = { profile: 0, ledgerDecimals: 2, tradeDate: 20270115, firm: 'FIRM', baseCurrency: 'USD' }
  s.applied('Genesis', { ...firm, ...genesis })
  nameEverything(s, entities)
  const accounts = entities === 1 ? ['A1', 'A2', 'A3'] : ['A1', 'A2', 'A3', 'B1']
  for (const account of accounts) {
    for (const trader of ['T1', 'T2']) s.bind('TRADER_ACCOUNT', trader, account)
    for (const strategy of ['S1', 'manual']) s.bind('STRATEGY_ACCOUNT', strategy, account)
    for (const session of ['X1', 'X2']) s.bind('SESSION_ACCOUNT', session, account)
    s.bind('ACCOUNT_ASSET_CLASS', account, 'EQUITY')
  }
  for (const session of ['X1', 'X2']) {
    for (const trader of ['T1', 'T2']) s.bind('SESSION_TRADER', session, trader)
    for (const venue of ['V1', 'V2']) s.bind('SESSION_VENUE', session, venue)
  }
  for (const person of ['ALICE', 'BOB']) s.applied('Binding', { kind: 6, a: s.id(person), b: RELEASING, allow: 1 })
  openLimits(s, accounts)
  s.instrument('ACME', {})
  s.quote('ACME', PX - 1, PX + 1)
}

function nameEverything(s: Scenario, entities: 1 | 2): void {
  s.name('ENTITY', 'E1')
  s.name('CLIENT', 'C1')
  for (const desk of ['D1', 'D2']) s.name('DESK', desk)
  for (const owner of ['O1', 'O2']) s.name('OWNER', owner)
  s.name('TRADER', 'T1', { desk: 'D1' })
  s.name('TRADER', 'T2', { desk: 'D2' })
  const home = { entity: 'E1', client: 'C1', desk: 'D1' }
  for (const account of ['A1', 'A2', 'SUSPENSE']) s.name('ACCOUNT', account, { ...home, owner: 'O1' })
  s.name('ACCOUNT', 'A3', { ...home, owner: 'O2' })
  s.name('STRATEGY', 'S1', { trader: 'T1' })
  s.name('STRATEGY', 'manual', { trader: 'T2' })
  for (const session of ['X1', 'X2', 'EX']) s.name('SESSION', session)
  s.name('VENUE', 'V1')
  s.name('VENUE', 'V2', {}, 1)
  s.name('FEED', 'FEED')
  for (const sector of ['TECH', 'BANKS']) s.name('SECTOR', sector)
  s.name('ASSET_CLASS', 'EQUITY')
  for (const person of ['ALICE', 'BOB']) s.name('PRINCIPAL', person, {}, 1)
  if (entities === 1) return
  s.name('ENTITY', 'E2')
  s.name('CLIENT', 'C2')
  s.name('ACCOUNT', 'B1', { entity: 'E2', client: 'C2', desk: 'D1', owner: 'O2' })
}

function openLimits(s: Scenario, accounts: readonly string[]): void {
  s.capital('FIRM', 1e12)
  for (const subject of ['FIRM', 'D1', 'D2', 'T1', 'T2', ...accounts]) {
    for (const control of MANDATORY) s.limit(control, subject, MAX)
  }
  s.limit('SECTOR_CONCENTRATION', 'FIRM', MAX, { on: 'SECTOR:*' })
  for (const subject of ['X1', 'X2', 'S1', 'manual']) s.limit('MESSAGE_RATE', subject, MAX)
  s.limit('PRICE_COLLAR', 'FIRM', COLLAR_BPS, { on: 'ASSET_CLASS:*' })
}
