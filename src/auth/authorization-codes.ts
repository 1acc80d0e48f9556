/**
 * Authorization codes (RFC 6749 §4.1) with PKCE (RFC 7636): each for one client, one redirect URI and one challenge, once,
 * within a minute. In memory: after a restart people sign in again.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a code was given for. */
export interface CodeOf {
  readonly clientID: string
  readonly redirectURI: string
  /** `code_challenge`, of the method S256. */
  readonly challenge: string
  readonly person: string
  readonly keyID: string
  /** Bit set. */
  readonly duties: number
}

const LIFE_MS = 60_000
const CODES_MAX = 10_000
/** The oldest of a person gives way. */
const CODES_OF_PERSON_MAX = 8
const CODE_BYTES = 32
/** RFC 7636 §4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

export class AuthorizationCodes {
  readonly #nowMs: () => number
  /** By the SHA-256 of the code, the oldest first. */
  readonly #codes = new Map<string, CodeOf & { readonly untilMs: number }>()

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** A new code; undefined where too many have not been used. */
  make(of: CodeOf): string | undefined {
    this.#prune()
    const own = [...this.#codes].filter(([, { person }]) => person === of.person)
    const [oldest] = own
    if (own.length >= CODES_OF_PERSON_MAX && oldest !== undefined) this.#codes.delete(oldest[0])
    if (this.#codes.size >= CODES_MAX) return undefined
    const code = randomBytes(CODE_BYTES).toString('base64url')
    this.#codes.set(keyOf(code), { ...of, untilMs: this.#nowMs() + LIFE_MS })
    return code
  }

  /**
   * What the code was given for, where client, redirect URI and verifier are the right ones. It is used up either way:
   * whoever shows it without the verifier has stolen it.
   */
  take(code: string, clientID: string, redirectURI: string, verifier: string): CodeOf | undefined {
    const key = keyOf(code)
    const found = this.#codes.get(key)
    this.#codes.delete(key)
    if (found === undefined || this.#nowMs() >= found.untilMs) return undefined
    if (found.clientID !== clientID || found.redirectURI !== redirectURI || !VERIFIER.test(verifier)) return undefined
    const challenge = createHash('sha256').update(verifier, 'ascii').digest()
    const asked = Buffer.from(found.challenge, 'base64url')
    return asked.length === challenge.length && timingSafeEqual(asked, challenge) ? found : undefined
  }

  #prune(): void {
    const nowMs = this.#nowMs()
    for (const [key, { untilMs }] of this.#codes) {
      if (untilMs <= nowMs) this.#codes.delete(key)
    }
  }
}

function keyOf(code: string): string {
  return createHash('sha256').update(code).digest('base64')
}
