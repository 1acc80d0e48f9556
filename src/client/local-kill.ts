/**
 * Kills of this program's own: they stop orders and replaces at once, without the gate, and stand until this program takes
 * them back. Cancels pass.
 */
import type { NewOrderSingle } from '../wire/portcullis/v1/orders.gen.ts'

/** What a kill covers: an order that has all of these; every order where none is given. */
export interface KillScope {
  readonly account?: string
  readonly symbol?: string
  readonly trader?: string
  readonly strategy?: string
  readonly venue?: string
  /** Sell covers short sales too. */
  readonly side?: 'Buy' | 'Sell'
}

/** A kill that stands. */
export interface LocalKill {
  readonly scope: KillScope
  release(): void
}

const SCOPES = ['account', 'symbol', 'trader', 'strategy', 'venue', 'side'] as const

export class LocalKills {
  readonly #standing = new Set<KillScope>()

  /** @throws TypeError for a scope that nothing is known of: it would cover what nobody meant, or nothing */
  kill(scope: KillScope): LocalKill {
    const kept: KillScope = { ...scope }
    for (const [key, name] of Object.entries(kept)) {
      if (!(SCOPES as readonly string[]).includes(key) || typeof name !== 'string' || name === '') {
        throw new TypeError(`a kill has no scope ${key}: ${String(name)}`)
      }
    }
    this.#standing.add(kept)
    return { scope: kept, release: () => void this.#standing.delete(kept) }
  }

  /** The kill that covers an order; what the order does not say may be what is killed. */
  covering(order: NewOrderSingle): KillScope | undefined {
    for (const scope of this.#standing) if (covers(scope, order)) return scope
    return undefined
  }

  /** The kill that covers everything. */
  get ofAll(): KillScope | undefined {
    for (const scope of this.#standing) if (Object.keys(scope).length === 0) return scope
    return undefined
  }
}

function covers(scope: KillScope, order: NewOrderSingle): boolean {
  return SCOPES.every((key) => {
    const killed = scope[key]
    const own = order[key]
    if (killed === undefined || own === undefined || own === '') return true
    return key === 'side' ? (own === 'Buy') === (killed === 'Buy') : own === killed
  })
}

export function scopeWords(scope: KillScope): string {
  const words = Object.entries(scope).map(([key, name]) => `${key} ${name}`)
  return words.length === 0 ? 'everything' : words.join(', ')
}
