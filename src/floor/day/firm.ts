/**
 * The made-up firm that a part of the real orders is given to: one beneficial owner, desks with their accounts and
 * traders, strategies with the trader who answers for them.
 */
import { createRandom, pick } from './random.ts'

export interface FirmTrader {
  readonly trader: string
  readonly desk: string
}

export interface FirmAccount {
  readonly account: string
  /** The desk whose traders and strategies may use the account. */
  readonly desk: string
}

export interface FirmStrategy {
  readonly strategy: string
  /** The one responsible trader; the strategy's orders are his. */
  readonly trader: string
}

export interface Firm {
  /** One for all accounts: two orders of the firm that meet are a wash trade. */
  readonly beneficialOwner: string
  readonly desks: readonly string[]
  readonly traders: readonly FirmTrader[]
  readonly accounts: readonly FirmAccount[]
  readonly strategies: readonly FirmStrategy[]
}

/** The hierarchy keys of one order of the firm. */
export interface Ownership {
  readonly account: string
  readonly trader: string
  readonly desk: string
  /** A strategy's name, or 'manual'. */
  readonly strategy: string
}

export interface OwnershipChoice {
  readonly seed: number
  /** Part of all orders that is the firm's, from 0 to 1. */
  readonly share: number
}

const DESKS = ['DESK-1', 'DESK-2', 'DESK-3', 'DESK-4'] as const

/** 4 desks, to which 12 accounts and 8 traders are dealt out in turn; 6 strategies. */
export const DEMO_FIRM: Firm = {
  beneficialOwner: 'OWNER-1',
  desks: DESKS,
  traders: dealOut(8, 'TRADER').map(({ name, desk }) => ({ trader: name, desk })),
  accounts: dealOut(12, 'ACC').map(({ name, desk }) => ({ account: name, desk })),
  // Two desks run two strategies, two run one, and two traders trade by hand only.
  strategies: [1, 2, 3, 4, 5, 6].map((number) => ({ strategy: `STRAT-${number}`, trader: `TRADER-${number}` })),
}

/** Returns whose the order is, or undefined when it is not the firm's; depends on the choice and the orderNo alone. */
export function assignOwnership(orderNo: number, { seed, share }: OwnershipChoice): Ownership | undefined {
  const random = createRandom(seed, orderNo)
  if (random() >= share) return undefined
  // By hand as often as by any one strategy.
  const responsible = pick(random, [...DEMO_FIRM.strategies, undefined])
  const traders = DEMO_FIRM.traders.filter(({ trader }) => responsible === undefined || trader === responsible.trader)
  const { trader, desk } = pick(random, traders)
  const deskAccounts = DEMO_FIRM.accounts.filter((account) => account.desk === desk)
  return { account: pick(random, deskAccounts).account, trader, desk, strategy: responsible?.strategy ?? 'manual' }
}

function dealOut(count: number, prefix: string): { name: string; desk: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${prefix}-${index + 1}`,
    desk: DESKS[index % DESKS.length] ?? DESKS[0],
  }))
}
