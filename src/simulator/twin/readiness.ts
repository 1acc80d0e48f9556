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
  const date = dateOf(state, account)
  const isStillAsked = (venue: number) => state.askedFor.get(`${account}:${venue}`) === date
  return (state.names.get('VENUE') ?? []).map(({ id }) => id).filter((venue) => mayUse(venue) || isStillAsked(venue))
}

/** Before clients lose anything: what accounts need today they need to the end of the date. */
export function askOn(state: State): void {
  for (const { kind, id } of state.subjects) {
    if (kind !== 'ACCOUNT') continue
    for (const venue of venuesOf(state, id)) state.askedFor.set(`${id}:${venue}`, dateOf(state, id))
  }
}
