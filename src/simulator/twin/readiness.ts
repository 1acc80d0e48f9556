/** Whether an account may send new orders on its trade date. */
import { dateOf, duration, isBound, type State } from './state.ts'

/** A statement that differs holds the account back always; what is missing does where statements are required. */
export function isHeldBack(state: State, account: number): boolean {
  if (state.differing.has(account)) return true
  return duration(state, 'statementsRequired') === 1 && !isReady(state, account)
}

export function isReady(state: State, account: number): boolean {
  const date = dateOf(state, account)
  if (state.settled.get(account)?.tradeDate !== date) return false
  return venuesOf(state, account).every((venue) => state.listed.get(`${account}:${venue}`) === date)
}

/** The venues that sessions of the account may name. */
function venuesOf(state: State, account: number): number[] {
  const sessions = state.subjects.filter(({ kind }) => kind === 'SESSION').map(({ id }) => id)
  const mayUse = (venue: number) =>
    sessions.some(
      (session) =>
        isBound(state, 'SESSION_ACCOUNT', session, account) && isBound(state, 'SESSION_VENUE', session, venue),
    )
  return (state.names.get('VENUE') ?? []).map(({ id }) => id).filter(mayUse)
}
