/**
 * Tokens that were used, until they run out. Where there is no room for one more nothing more is taken: a memory that forgot
 * would take a token twice.
 */
import type { TokenHead } from '../auth/approval-token.ts'

export class UsedTokens {
  readonly #max: number
  /** When each runs out, by run and number of its decision. */
  readonly #expiries = new Map<string, number>()
  /** Nothing that is kept runs out before this. */
  #sweepAtUs = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Takes a token once. */
  use({ epoch, seq, expiryUs }: TokenHead, nowUs: number): 'USED' | 'MEMORY_FULL' | undefined {
    const key = `${epoch}.${seq}`
    if (this.#expiries.has(key)) return 'USED'
    if (this.#expiries.size >= this.#max) this.#sweep(nowUs)
    if (this.#expiries.size >= this.#max) return 'MEMORY_FULL'
    this.#expiries.set(key, expiryUs)
    return undefined
  }

  #sweep(nowUs: number): void {
    if (nowUs < this.#sweepAtUs) return
    this.#sweepAtUs = Number.POSITIVE_INFINITY
    for (const [key, expiryUs] of this.#expiries) {
      if (expiryUs <= nowUs) this.#expiries.delete(key)
      else this.#sweepAtUs = Math.min(this.#sweepAtUs, expiryUs)
    }
  }
}
