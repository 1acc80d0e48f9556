/**
 * Turns a bearer token into a grant. A signature is checked once and its grant kept, by the token's hash, until it runs
 * out; the deny list is looked at each time. Identity and the upper bound of duties are all that a token gives.
 */
import { hash as digest } from 'node:crypto'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { scopeBits } from './duties.ts'
import { TOKEN_ALGORITHM, TOKEN_TYPE } from './issuer.ts'
import { issuerOf, type KnownPerson, PERSON_ALGORITHM, PERSON_LIFE_SECONDS, PERSON_TYPE } from './person-keys.ts'

/** A machine, or a person who may make or check. */
export type PrincipalKind = 'client' | 'person'

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
export type TokenFault =
  | 'malformed'
  | 'signature'
  | 'expired'
  | 'not yet valid'
  | 'longer than 15 minutes'
  | 'issuer or audience'
  | 'revoked'

export interface VerifierOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwks: JSONWebKeySet
  readonly denied: (grant: Grant) => boolean
  /** The person whose key has this id: people sign their own tokens. */
  readonly personWithKey?: (kid: string) => KnownPerson | undefined
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
    const header = headerOf(token)
    if (header === undefined) return 'malformed'
    const { typ, kid } = header
    try {
      // The type says which keys and which one algorithm come into question, and is itself checked with the signature.
      const found = typ === PERSON_TYPE ? await this.#byPerson(token, kid) : await this.#byIssuer(token)
      if (typeof found === 'string') return found
      this.#keep(token, found)
      return this.faultOf(found) ?? found
    } catch (error) {
      return faultOfError(error)
    }
  }

  async #byIssuer(token: string): Promise<Grant | TokenFault> {
    const { payload } = await jwtVerify(token, this.#keys, {
      ...this.#claims(this.#options.issuer),
      ...{ algorithms: [TOKEN_ALGORITHM], typ: TOKEN_TYPE },
    })
    return this.#isFromTheFuture(payload) ? 'not yet valid' : (this.#grantOf(payload) ?? 'malformed')
  }

  /** A token that a person signed: of the name that the key is known for, of its duties at most, and for a short time. */
  async #byPerson(token: string, kid: string | undefined): Promise<Grant | TokenFault> {
    const person = this.#options.personWithKey?.(kid ?? '')
    if (person === undefined) return 'signature'
    const { payload } = await jwtVerify(token, person.key, {
      ...this.#claims(issuerOf(person.name)),
      ...{ algorithms: [PERSON_ALGORITHM], typ: PERSON_TYPE, subject: person.name },
    })
    const { iat, exp, jti, scope } = payload as { readonly iat: number; readonly exp: number } & JWTPayload
    if (this.#isFromTheFuture(payload)) return 'not yet valid'
    if (exp - iat > PERSON_LIFE_SECONDS) return 'longer than 15 minutes'
    if (typeof jti !== 'string' || typeof scope !== 'string') return 'malformed'
    const { name, duties } = person
    const ids = { subject: name, clientID: name, jti, kind: 'person' } as const
    return { ...ids, scope: scopeBits(scope) & duties, expiresMs: (exp + this.#skewSeconds) * 1000 }
  }

  #claims(issuer: string): JWTVerifyOptions {
    return {
      ...{ issuer, audience: this.#options.audience, clockTolerance: this.#skewSeconds },
      currentDate: new Date(this.#nowMs()),
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'scope'],
    }
  }

  /** jose takes a token from the future: its issuer's clock is wrong, and so may be its end. */
  #isFromTheFuture({ iat }: JWTPayload): boolean {
    return (iat as number) > this.#nowMs() / 1000 + this.#skewSeconds
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

/** The header, not yet checked; undefined where there is none. */
function headerOf(token: string): { readonly typ?: string; readonly kid?: string } | undefined {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return undefined
  }
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
