/**
 * The demo firm as names and permissions: one entity and one beneficial owner over the accounts of three clients, and
 * every trader and strategy permitted on the accounts of its desk.
 */
import type { Firm } from '../day/firm.ts'
import { DEMO_FIRM } from '../day/firm.ts'
import type { BindingDefinition, NameDefinition, SubjectName } from './world.ts'

/** The strategy of orders that a trader enters by hand. */
export const MANUAL = 'manual'
export const ENTITY = 'ENTITY-1'

const ACCOUNTS_PER_CLIENT = 4

/** What the firm trades, and by which door. */
export interface Market {
  readonly venue: string
  readonly feed: string
  readonly currencies: readonly string[]
  readonly sectors: readonly string[]
  readonly assetClasses: readonly string[]
}

export function clientOf(account: string, firm: Firm = DEMO_FIRM): string {
  const index = firm.accounts.findIndex((one) => one.account === account)
  if (index < 0) throw new Error(`${account} is no account of the firm`)
  return `CLIENT-${Math.floor(index / ACCOUNTS_PER_CLIENT) + 1}`
}

/** In the order of definition: parents first. */
export function firmNames(firm: Firm, market: Market): NameDefinition[] {
  const clients = [...new Set(firm.accounts.map(({ account }) => clientOf(account, firm)))]
  return [
    ...market.currencies.map((name) => ({ kind: 'CURRENCY', name }) as const),
    ...market.sectors.map((name) => ({ kind: 'SECTOR', name }) as const),
    ...market.assetClasses.map((name) => ({ kind: 'ASSET_CLASS', name }) as const),
    { kind: 'VENUE', name: market.venue },
    { kind: 'FEED', name: market.feed },
    { kind: 'ENTITY', name: ENTITY },
    ...clients.map((name) => ({ kind: 'CLIENT', name }) as const),
    { kind: 'OWNER', name: firm.beneficialOwner },
    ...firm.desks.map((name) => ({ kind: 'DESK', name }) as const),
    ...firm.traders.map(({ trader, desk }) => ({ kind: 'TRADER', name: trader, desk }) as const),
    ...firm.accounts.map(({ account, desk }) => accountOf(firm, account, desk)),
    ...firm.strategies.map(({ strategy, trader }) => ({ kind: 'STRATEGY', name: strategy, trader }) as const),
    { kind: 'STRATEGY', name: MANUAL, trader: headTrader(firm) },
  ]
}

/** Somebody must answer for the orders by hand: the last trader, who has no strategy of his own. */
function headTrader(firm: Firm): string {
  const trader = firm.traders.at(-1)?.trader
  if (trader === undefined) throw new Error('a firm without traders')
  return trader
}

function accountOf(firm: Firm, account: string, desk: string): NameDefinition {
  const client = clientOf(account, firm)
  return { kind: 'ACCOUNT', name: account, entity: ENTITY, client, owner: firm.beneficialOwner, desk }
}

/** `session` is the client that sends the firm's orders. */
export function firmBindings(firm: Firm, market: Market, session: string): BindingDefinition[] {
  const deskOf = new Map(firm.traders.map(({ trader, desk }) => [trader, desk]))
  const accountsOf = (desk: string | undefined) => firm.accounts.filter((account) => account.desk === desk)
  return [
    ...firm.traders.flatMap(({ trader, desk }) =>
      accountsOf(desk).map(({ account }) => ({ kind: 'TRADER_ACCOUNT', a: trader, b: account }) as const),
    ),
    ...firm.strategies.flatMap(({ strategy, trader }) =>
      accountsOf(deskOf.get(trader)).map(
        ({ account }) => ({ kind: 'STRATEGY_ACCOUNT', a: strategy, b: account }) as const,
      ),
    ),
    ...firm.accounts.flatMap(({ account }) => [
      { kind: 'STRATEGY_ACCOUNT', a: MANUAL, b: account } as const,
      { kind: 'SESSION_ACCOUNT', a: session, b: account } as const,
      ...market.assetClasses.map((name) => ({ kind: 'ACCOUNT_ASSET_CLASS', a: account, b: name }) as const),
    ]),
    ...firm.traders.map(({ trader }) => ({ kind: 'SESSION_TRADER', a: session, b: trader }) as const),
    { kind: 'SESSION_VENUE', a: session, b: market.venue },
  ]
}

/** The subjects at which the money limits are mandatory. */
export function limitedSubjects(firm: Firm, firmName: string): SubjectName[] {
  return [
    { kind: 'FIRM', name: firmName },
    ...firm.desks.map((name) => ({ kind: 'DESK', name }) as const),
    ...firm.traders.map(({ trader }) => ({ kind: 'TRADER', name: trader }) as const),
    ...firm.accounts.map(({ account }) => ({ kind: 'ACCOUNT', name: account }) as const),
  ]
}

export function strategyNames(firm: Firm): string[] {
  return [...firm.strategies.map(({ strategy }) => strategy), MANUAL]
}
