/** Whether an account may trade on its trade date, for readers: what is settled, what is missing, what differs. */
import type { ReadinessView } from '../model/engine-port.ts'
import { positionDifferences } from './position-differences.ts'
import type { State } from './state/state.ts'
import type { PositionStatement } from './state/statements.ts'

export function readinessOf(state: State, account: number): ReadinessView {
  const { statements } = state
  const tradeDate = state.dateOf(account)
  const differing = statements.differing.get(account)
  return {
    tradeDate,
    ready: statements.isReady(account),
    blocked: statements.refuses(account),
    positions: positionsOf(state, account, tradeDate),
    statement: differing === undefined ? undefined : named(differing),
    differences: differing === undefined ? [] : positionDifferences(state, differing),
    nextRoll: nextRollOf(state, account),
    venues: statements.venuesOf(account).map((venue) => ({ venue, liveOrders: ordersOf(state, account, venue) })),
  }
}

function named({ tradeDate, hash0, hash1 }: PositionStatement) {
  return { tradeDate, hash0, hash1 }
}

function nextRollOf({ calendars, names }: State, account: number): ReadinessView['nextRoll'] {
  const entity = names.entityOf[account]!
  const next = calendars.nextRoll(calendars.own.has(entity) ? entity : 0)
  return Number.isNaN(next.dueUs) ? undefined : next
}

function positionsOf({ statements }: State, account: number, tradeDate: number): ReadinessView['positions'] {
  if (statements.differing.has(account)) return 'DIFFERS'
  if (statements.settled.get(account)?.tradeDate === tradeDate) return 'SETTLED'
  return statements.open.has(account) ? 'OPEN' : 'MISSING'
}

function ordersOf(state: State, account: number, venue: number): 'MISSING' | 'OPEN' | 'SETTLED' {
  const { statements } = state
  if (statements.listDate.get(account, venue) === state.dateOf(account)) return 'SETTLED'
  return statements.listOf(account, venue) === undefined ? 'MISSING' : 'OPEN'
}
