/** Which strategies are algorithms, and the registration that stands for each. */
import type { AlgoView } from '../../model/engine-port.ts'
import type { StateVisitor } from './state-visitor.ts'

export const enum Algo {
  NONE = 0,
  REGISTERED = 1,
  UNREGISTERED = 2,
}

/** What the inventory says of a strategy's algorithm. */
export type Registration = Omit<AlgoView, 'strategy'>

export type Algos = ReturnType<typeof createAlgos>

export function createAlgos(scopes: number) {
  /** By strategy: what an order of it asks. */
  const standing = new Int32Array(scopes)
  const flagged = new Int32Array(scopes)
  /** 1 where the last registration is approved for this gate. */
  const approved = new Int32Array(scopes)

  /** The last registration of each strategy. */
  const registrations = new Map<number, Registration>()

  function flag(strategy: number, isAlgo: number): void {
    flagged[strategy] = isAlgo
    settle(strategy)
  }

  function register(strategy: number, registration: Registration, isApproved: number): void {
    registrations.set(strategy, registration)
    approved[strategy] = isApproved
    settle(strategy)
  }

  function settle(strategy: number): void {
    standing[strategy] =
      flagged[strategy] === 0 ? Algo.NONE : approved[strategy] === 1 ? Algo.REGISTERED : Algo.UNREGISTERED
  }

  function visit(v: StateVisitor): void {
    v.ints(flagged, scopes)
    v.ints(approved, scopes)
    v.map(registrations)
    if (v.isLoading) for (let strategy = 0; strategy < scopes; strategy++) settle(strategy)
  }

  return { standing, registrations, flag, register, visit }
}
