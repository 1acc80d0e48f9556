/**
 * Turns a bearer token into a grant. A signature is checked once and its grant kept, by the token's hash, until it runs
 * out; the deny list is looked at each time. Identity and the upper bound of duties are all that a token gives.
 */
import { hash as digest } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import type { PrincipalKind } from './client-store.ts'
import { scopeBits } from './duties.ts'
import { TOKEN_ALGORITHM, TOKEN_TYPE } from './issuer.ts'

/** Who asks, and what the token lets them do at most. One object per token: the gateway hangs ids on it. */
export interface Grant {
  readonly subject: string
  readonly clientID: string
  readonly jti: string
  readonly kind: PrincipalKind
  /** Bit set of duties. */
  readonly scope: number
  /** From when on the token is refused. */
  readonly expiresMs: number
}

/** Why a token gives no grant; the words go into `error_description` of RFC 6750. */
export type TokenFault = 'malformed' | 'signature' | 'expired' | 'not yet valid' | 'issuer or audience' | 'revoked'

export interface VerifierOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwks: JSONWebKeySet
  readonly denied: (grant: Grant) => boolean
  /** How far the clocks of issuer and gate may differ. */
  readonly skewSeconds?: number
  readonly cacheMax?: number
  readonly nowMs?: () => number
}

/** Longer than any token of this issuer; hashing and splitting more is work for nothing. */
const TOKEN_CHARS_MAX = 4096
const SKEW_SECONDS = 5
const CACHE_MAX = 10_000

export class TokenVerifier {
  readonly #options: VerifierOptions
  readonly #skewSeconds: number
  readonly #cacheMax: number
  readonly #nowMs: () => number
  readonly #keys: ReturnType<typeof createLocalJWKSet>
  /** Grants by SHA-256 of the token, the longest unused first. The token itself is not kept. */
  readonly #cache = new Map<string, Grant>()

  constructor(options: VerifierOptions) {
    this.#options = options
    this.#skewSeconds = options.skewSeconds ?? SKEW_SECONDS
    this.#cacheMax = options.cacheMax ?? CACHE_MAX
    this.#nowMs = options.nowMs ?? Date.now
    this.#keys = createLocalJWKSet(options.jwks)
  }

  get cached(): number {
    return this.#cache.size
  }

  /** The fault of a grant that was good once; undefined while it is good. */
  faultOf(grant: Grant): TokenFault | undefined {
    if (this.#nowMs() >= grant.expiresMs) return 'expired'
    return this.#options.denied(grant) ? 'revoked' : undefined
  }

  /** The grant of a token that was checked before; undefined where it must be checked. */
  known(token: string): Grant | undefined {
    const key = keyOf(token)
    const grant = this.#cache.get(key)
    if (grant === undefined) return undefined
    this.#cache.delete(key)
    if (this.#nowMs() < grant.expiresMs) this.#cache.set(key, grant)
    return grant
  }

  /** Checks a token in full. */
  async verify(token: string): Promise<Grant | TokenFault> {
    if (token.length > TOKEN_CHARS_MAX) return 'malformed'
    if (!isCanonical(token)) return 'malformed'
    const known = this.known(token)
    if (known !== undefined) return this.faultOf(known) ?? known
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: [TOKEN_ALGORITHM],
        typ: TOKEN_TYPE,
        issuer: this.#options.issuer,
        audience: this.#options.audience,
        clockTolerance: this.#skewSeconds,
        currentDate: new Date(this.#nowMs()),
        requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'scope'],
      })
      const grant = this.#grantOf(payload)
      if (grant === undefined) return 'malformed'
      // jose takes a token from the future: its issuer's clock is wrong, and so may be its end.
      if ((payload.iat as number) > this.#nowMs() / 1000 + this.#skewSeconds) return 'not yet valid'
      this.#keep(token, grant)
      return this.faultOf(grant) ?? grant
    } catch (error) {
      return faultOfError(error)
    }
  }

  #grantOf(claims: JWTPayload): Grant | undefined {
    const { sub, jti, exp, scope, client_id: clientID = sub, principal_kind: kind = 'client' } = claims
    if (typeof sub !== 'string' || typeof jti !== 'string' || typeof exp !== 'number') return undefined
    if (typeof scope !== 'string' || typeof clientID !== 'string') return undefined
    if (kind !== 'client' && kind !== 'person') return undefined
    return { subject: sub, clientID, jti, kind, scope: scopeBits(scope), expiresMs: (exp + this.#skewSeconds) * 1000 }
  }

  #keep(token: string, grant: Grant): void {
    if (this.#cache.size >= this.#cacheMax) {
      const [oldest] = this.#cache.keys()
      if (oldest !== undefined) this.#cache.delete(oldest)
    }
    this.#cache.set(keyOf(token), grant)
  }
}

/** True where each part is as base64url writes its bytes: else bits that mean nothing would make other tokens of one. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
}

function keyOf(token: string): string {
  return digest('sha256', token, 'base64')
}

function faultOfError(error: unknown): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'not yet valid'
    return error.claim === 'iss' || error.claim === 'aud' ? 'issuer or audience' : 'malformed'
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature'
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JOSEAlgNotAllowed) return 'signature'
  if (error instanceof errors.JOSEError) return 'malformed'
  throw error
}
