/** Sessions whose orders are canceled when their connection is lost: few, by session. */
import type { StateVisitor } from './state-visitor.ts'

export interface CancelOnDisconnect {
  readonly session: number
  /** Index in MASS_CANCEL_ORDERS; never NONE. */
  readonly orders: number
  /** Time in which the client may come back. */
  readonly graceUs: number
}

export type CancelsOnDisconnect = ReturnType<typeof createCancelsOnDisconnect>

export function createCancelsOnDisconnect() {
  const all: CancelOnDisconnect[] = []

  function get(session: number): CancelOnDisconnect | undefined {
    return all.find((one) => one.session === session)
  }

  /** What holds for the session from now on, in place of what did. */
  function set(one: CancelOnDisconnect): void {
    remove(one.session)
    all.push(one)
  }

  function remove(session: number): void {
    const at = all.findIndex((one) => one.session === session)
    if (at >= 0) all.splice(at, 1)
  }

  function visit(v: StateVisitor): void {
    v.list(all)
  }

  return { get, set, remove, sessions: () => all.map(({ session }) => session), visit }
}
