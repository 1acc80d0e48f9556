/**
 * Whole-number arithmetic of the twin: BigInt, with the rounding stated in the name. Written without the model's own
 * functions, so that an error there shows.
 */

export const MAX = 9_007_199_254_740_991n

/** ceil(n / d), d > 0. */
export function ceilDiv(n: bigint, d: bigint): bigint {
  return n > 0n ? (n + d - 1n) / d : -(-n / d)
}

/** floor(n / d), d > 0. */
export function floorDiv(n: bigint, d: bigint): bigint {
  return n >= 0n ? n / d : -((-n + d - 1n) / d)
}

export function abs(x: bigint): bigint {
  return x < 0n ? -x : x
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n
  for (const value of values) total += value
  return total
}

/** A ratio n/d, d > 0. */
export interface Ratio {
  readonly n: bigint
  readonly d: bigint
}

/** n/d in lowest terms. */
export function reduced(n: bigint, d: bigint): Ratio {
  let a = abs(n)
  let b = d
  while (b !== 0n) [a, b] = [b, a % b]
  return a === 0n ? { n: 0n, d: 1n } : { n: n / a, d: d / a }
}
