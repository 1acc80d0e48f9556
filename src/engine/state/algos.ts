/** Which strategies are algorithms, and the registration that stands for each. */
import type { StateVisitor } from './state-visitor.ts'

export const enum Algo {
  NONE = 0,
  REGISTERED = 1,
  UNREGISTERED = 2,
}

export type Algos = ReturnType<typeof createAlgos>

export function createAlgos(scopes: number) {
  /** By strategy: what an order of it asks. */
  const standing = new Int32Array(scopes)
  const flagged = new Int32Array(scopes)
  /** 1 where the last registration is approved for this gate. */
  const approved = new Int32Array(scopes)

  function flag(strategy: number, isAlgo: number): void {
    flagged[strategy] = isAlgo
    settle(strategy)
  }

  function register(strategy: number, isApproved: number): void {
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
    if (v.isLoading) for (let strategy = 0; strategy < scopes; strategy++) settle(strategy)
  }

  return { standing, flag, register, visit }
}
