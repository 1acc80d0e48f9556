/**
 * Wrong secrets, tokens and proofs, by the address that they come from. A right one is never held up: a stranger who knows
 * a client's name, or sits behind the same address, keeps nobody out. A wrong one over the bound is answered a second
 * later, and its connection ends: so an address has as many tries in a second as it may have connections.
 */
import type { Delays } from './delays.ts'

export interface TriesBounds {
  /** Wrong ones that are answered at once. */
  readonly burst: number
  /** After so long one of them is forgiven. */
  readonly forgiveMs: number
  /** Addresses that are remembered; the longest quiet one is forgotten. */
  readonly addressesMax: number
  /** Answers that wait at once; further ones do not wait, and their connections end all the same. */
  readonly heldMax: number
}

export const TRIES: TriesBounds = { burst: 30, forgiveMs: 2_000, addressesMax: 10_000, heldMax: 1_000 }
const HOLD_MS = 1_000

interface Tried {
  /** Wrong ones that are not yet forgiven, as of `atMs`. */
  readonly wrong: number
  readonly atMs: number
}

export class Tries {
  readonly #delays: Delays
  readonly #bounds: TriesBounds
  /** The longest quiet first. */
  readonly #byAddress = new Map<string, Tried>()
  #held = 0

  constructor(delays: Delays, bounds: TriesBounds = TRIES) {
    this.#delays = delays
    this.#bounds = bounds
  }

  get addresses(): number {
    return this.#byAddress.size
  }

  get held(): number {
    return this.#held
  }

  /** Counts a wrong one, and settles when it may be answered: with true where its connection must then end. */
  async wrong(address: string | undefined): Promise<boolean> {
    if (!this.#isOver(sourceOf(address ?? ''))) return false
    if (this.#held >= this.#bounds.heldMax) return true
    this.#held++
    await new Promise<void>((settle) => this.#delays.after(HOLD_MS, settle))
    this.#held--
    return true
  }

  #isOver(source: string): boolean {
    const { burst, forgiveMs, addressesMax } = this.#bounds
    const nowMs = this.#delays.nowMs()
    const { wrong = 0, atMs = nowMs } = this.#byAddress.get(source) ?? {}
    const now = Math.max(0, wrong - (nowMs - atMs) / forgiveMs) + 1
    this.#byAddress.delete(source)
    if (this.#byAddress.size >= addressesMax) {
      const [quiet] = this.#byAddress.keys()
      if (quiet !== undefined) this.#byAddress.delete(quiet)
    }
    // Never further than one over: who stops is forgiven in a bounded time.
    this.#byAddress.set(source, { wrong: Math.min(now, burst + 1), atMs: nowMs })
    return now > burst
  }
}

/** One host has a whole /64 of IPv6 addresses to try from. */
export function sourceOf(address: string): string {
  if (!address.includes(':')) return address
  const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (plain !== undefined) return plain
  const [head = '', tail] = (address.split('%')[0] as string).split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  if (tail !== undefined) groups.push(...new Array(Math.max(0, 8 - groups.length - behind.length)).fill('0'), ...behind)
  return groups.slice(0, 4).join(':')
}
