/**
 * Access tokens that their holders gave back (RFC 7009), until they would have run out. Kept over a restart, in a file
 * that the gate alone writes: the deny list is people's, by command.
 */

import type { Grant } from './grant.ts'
import { KeptFile } from './kept-file.ts'
import type { SecretFiles } from './secret-files.ts'

const FILE = 'revoked-tokens.json'
const TOKENS_MAX = 10_000
/** So that one client cannot use up the room of all. */
const TOKENS_OF_CLIENT_MAX = 100

interface Revoked {
  readonly jti: string
  readonly clientID: string
  readonly untilMs: number
}

export class RevokedTokens {
  readonly #file: KeptFile
  readonly #nowMs: () => number
  readonly #byJti: Map<string, Revoked>

  constructor(files: SecretFiles, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
    this.#file = new KeptFile(files, FILE, () => `${JSON.stringify([...this.#byJti.values()])}\n`)
    const stored = JSON.parse(this.#file.read() ?? '[]') as Revoked[]
    this.#byJti = new Map(stored.map((one) => [one.jti, one]))
  }

  has(jti: string): boolean {
    return this.#byJti.has(jti)
  }

  /**
   * Refuses the token from now on, and settles once that outlives a restart; false where there is no room: the token
   * lives 15 minutes at most.
   * @param untilMs when nobody takes the token any more, not even for a cancel
   */
  async revoke({ jti, clientID }: Pick<Grant, 'jti' | 'clientID'>, untilMs: number): Promise<boolean> {
    if (this.has(jti)) return true
    this.#prune()
    const own = [...this.#byJti.values()].filter((one) => one.clientID === clientID).length
    if (this.#byJti.size >= TOKENS_MAX || own >= TOKENS_OF_CLIENT_MAX) return false
    this.#byJti.set(jti, { jti, clientID, untilMs })
    try {
      await this.#file.save()
    } catch (error) {
      // Who is told that it failed comes again, and finds it not done.
      this.#byJti.delete(jti)
      throw error
    }
    return true
  }

  #prune(): void {
    const nowMs = this.#nowMs()
    for (const [jti, { untilMs }] of this.#byJti) if (untilMs <= nowMs) this.#byJti.delete(jti)
  }
}
