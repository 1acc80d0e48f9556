/**
 * A small repeatable generator (splitmix32) with one independent stream per (seed, id), so that what is drawn for one
 * order does not depend on which orders came before it.
 */

/** Odd constant nearest to 2^32 divided by the golden ratio: steps through all 32-bit states. */
const GAMMA = 0x9e3779b9

/** Returns a function that draws from [0, 1). @param id a safe integer, not negative */
export function createRandom(seed: number, id: number): () => number {
  let state = mix(mix(mix(seed) ^ id) ^ Math.floor(id / 2 ** 32))
  return () => {
    state = (state + GAMMA) | 0
    return mix(state) / 2 ** 32
  }
}

/** One of the values, each as likely as the others. */
export function pick<T>(random: () => number, values: readonly T[]): T {
  if (values.length === 0) throw new Error('there is nothing to pick from')
  // The index is inside the list, because a draw is below 1; a T may itself be undefined.
  return values[Math.floor(random() * values.length)] as T
}

/** The finalizer of MurmurHash3: every input bit flips about half of the output bits. */
function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
