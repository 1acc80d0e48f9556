/**
 * Exact fractions: what a number is before anything is rounded.
 */

/** n/d with d > 0, not reduced. */
export interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

export const ZERO: Fraction = { n: 0n, d: 1n }

export function whole(n: bigint): Fraction {
  return { n, d: 1n }
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.d === b.d) return { n: a.n + b.n, d: a.d }
  return lowest({ n: a.n * b.d + b.n * a.d, d: a.d * b.d })
}

export function minus(a: Fraction, b: Fraction): Fraction {
  return plus(a, negated(b))
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.n, d: a.d * b.d }
}

/** a / b for b > 0. */
export function over(a: Fraction, b: Fraction): Fraction {
  if (b.n <= 0n) throw new RangeError('division by what is not positive')
  return { n: a.n * b.d, d: a.d * b.n }
}

export function negated(a: Fraction): Fraction {
  return { n: -a.n, d: a.d }
}

export function isOver(a: Fraction, b: Fraction): boolean {
  return a.n * b.d > b.n * a.d
}

export function most(a: Fraction, b: Fraction): Fraction {
  return isOver(a, b) ? a : b
}

export function least(a: Fraction, b: Fraction): Fraction {
  return isOver(a, b) ? b : a
}

export function total(terms: Iterable<Fraction>): Fraction {
  let sum = ZERO
  for (const term of terms) sum = plus(sum, term)
  return sum
}

/** For messages only. */
export function inDecimals(a: Fraction): string {
  const scaled = (a.n * 1_000_000n) / a.d
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(7, '0')
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

function lowest({ n, d }: Fraction): Fraction {
  let a = n < 0n ? -n : n
  let b = d
  while (b !== 0n) [a, b] = [b, a % b]
  return { n: n / a, d: d / a }
}
