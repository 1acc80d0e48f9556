/**
 * What the floor leaves alone: a client, a desk, a trader, a strategy and an account for the orders of whoever reads the
 * README. The account has a beneficial owner of its own, so that its orders meet none of the floor's.
 */
import { DEMO_FIRM } from '../day/firm.ts'
import { ENTITY, type Market } from './firm-names.ts'
import type { BindingDefinition, NameDefinition, SubjectName } from './world.ts'

export const YOUR_SEAT = {
  ...{ session: 'your-ems', desk: 'DESK-5', trader: 'TRADER-9', strategy: 'STRAT-7' },
  ...{ account: 'ACC-13', client: 'CLIENT-4', owner: 'OWNER-2' },
} as const

/** The subjects at which the money limits are mandatory. */
export const YOUR_SUBJECTS: readonly SubjectName[] = [
  { kind: 'DESK', name: YOUR_SEAT.desk },
  { kind: 'TRADER', name: YOUR_SEAT.trader },
  { kind: 'ACCOUNT', name: YOUR_SEAT.account },
]

/** Parents first. Legal entity and markets are the firm's. */
export function yourNames(): NameDefinition[] {
  const { desk, trader, strategy, account, client, owner } = YOUR_SEAT
  assertUnused()
  return [
    { kind: 'CLIENT', name: client },
    { kind: 'OWNER', name: owner },
    { kind: 'DESK', name: desk },
    { kind: 'TRADER', name: trader, desk },
    { kind: 'ACCOUNT', name: account, entity: ENTITY, client, owner, desk },
    { kind: 'STRATEGY', name: strategy, trader },
  ]
}

export function yourBindings(market: Market): BindingDefinition[] {
  const { session, trader, strategy, account } = YOUR_SEAT
  return [
    { kind: 'TRADER_ACCOUNT', a: trader, b: account },
    { kind: 'STRATEGY_ACCOUNT', a: strategy, b: account },
    { kind: 'SESSION_ACCOUNT', a: session, b: account },
    { kind: 'SESSION_TRADER', a: session, b: trader },
    { kind: 'SESSION_VENUE', a: session, b: market.venue },
    ...market.assetClasses.map((name) => ({ kind: 'ACCOUNT_ASSET_CLASS', a: account, b: name }) as const),
  ]
}

/** The firm may grow, but not into this seat. */
function assertUnused(): void {
  const { desks, traders, accounts, strategies } = DEMO_FIRM
  const used = [
    ...desks,
    ...traders.map(({ trader }) => trader),
    ...accounts.map(({ account }) => account),
    ...strategies.map(({ strategy }) => strategy),
  ]
  for (const name of Object.values(YOUR_SEAT)) if (used.includes(name)) throw new Error(`${name} is the floor's`)
}
