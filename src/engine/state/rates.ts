/** FX rates by currency: the one in force and the one that the trade date froze for flow. */
import type { FxRate } from './instruments.ts'
import type { StateHash } from './state-hash.ts'

export class Rates {
  /** Counts changes; a decision names it. */
  version = 0
  readonly #latest = new Map<number, FxRate>()
  readonly #current = new Map<number, FxRate>()
  readonly #frozen = new Map<number, FxRate>()

  /** The rate that flow is valued at: frozen at the roll, or the first of the trade date. */
  frozen(currency: number): FxRate | undefined {
    return this.#frozen.get(currency)
  }

  /** The rate that positions are valued at. */
  current(currency: number): FxRate | undefined {
    return this.#current.get(currency)
  }

  /** Takes the latest rate; positions move to it only where `revalues`. */
  set(currency: number, rate: FxRate, revalues: boolean): void {
    this.version++
    this.#latest.set(currency, rate)
    if (revalues) this.#current.set(currency, rate)
    if (!this.#frozen.has(currency)) this.#frozen.set(currency, rate)
  }

  /** A new trade date: flow and positions take the latest rates. */
  freeze(): void {
    this.version++
    for (const [currency, rate] of this.#latest) {
      this.#frozen.set(currency, rate)
      this.#current.set(currency, rate)
    }
  }

  /** True where the rate is new, has other units, or lies more than `bps` from the one in use. */
  moves(currency: number, rate: FxRate, bps: number): boolean {
    const used = this.#current.get(currency)
    if (used === undefined || used.decimals !== rate.decimals || used.haircutBps !== rate.haircutBps) return true
    const distance = BigInt(Math.abs(rate.rate - used.rate))
    return distance * 10_000n > BigInt(bps) * BigInt(used.rate)
  }

  hashInto(hash: StateHash): void {
    hash.int(this.version)
    for (const rates of [this.#latest, this.#current, this.#frozen]) {
      for (const [currency, rate] of rates) {
        hash.int(currency)
        hash.num(rate.rate)
        hash.int(rate.decimals)
        hash.int(rate.haircutBps)
      }
    }
  }
}
