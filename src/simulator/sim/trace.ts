/** Everything that happens in a simulated world, as one hash: two runs of one seed have the same. */
import { createHash } from 'node:crypto'

export class Trace {
  /** How often what happened that a world should meet. */
  readonly counts: Record<string, number> = {}
  readonly #hash = createHash('sha256')

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }

  event(atUs: number, what: string): void {
    this.#hash.update(`${atUs} ${what}\n`)
  }

  bytes(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  /** 64 hex digits; nothing may be added behind it. */
  end(): string {
    return this.#hash.digest('hex')
  }
}
