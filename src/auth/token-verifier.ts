/**
 * Turns a bearer token into a grant. A signature is checked once and its grant kept, by the token's hash, until it runs
 * out; the deny list is looked at each time. Identity and the upper bound of duties are all that a token gives.
 */
import { hash as digest } from 'node:crypto'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { scopeBits } from './duties.ts'
import type { Grant, TokenFault } from './grant.ts'
import { TOKEN_ALGORITHM, TOKEN_TYPE } from './issuer.ts'
import { issuerOf, type KnownPerson, PERSON_ALGORITHM, PERSON_LIFE_SECONDS, PERSON_TYPE } from './person-keys.ts'

export type { Grant, PrincipalKind, TokenFault } from './grant.ts'

/** An issuer that is none of the gate's own. */
export interface OtherIssuer {
  /** `iss` of its tokens. */
  readonly issuer: string
  /** Checks a token that says that it is of this issuer. @throws Error of jose where it is not, or not good */
  grantOf(token: string, header: TokenHeader, clock: VerifierClock): Promise<Grant | TokenFault>
}

/** What is read of a token before its signature is checked: only to find the keys. */
export interface TokenHeader {
  readonly typ?: string
  readonly kid?: string
  readonly alg?: string
}

export interface VerifierClock {
  readonly nowMs: number
  /** How far the clocks of issuer and gate may differ. */
  readonly skewSeconds: number
  /** How long after its end a token is still looked at. */
  readonly lateSeconds: number
}

export interface VerifierOptions {
  readonly issuer: string
  readonly audience: string
  /** Looked at for each token that is checked: another object where the keys have changed. */
  readonly jwks: JSONWebKeySet
  readonly denied: (grant: Grant) => boolean
  /** The person whose key has this id: people sign their own tokens. */
  readonly personWithKey?: (kid: string) => KnownPerson | undefined
  /** The person of this name, who signs in at the embedded issuer. */
  readonly personNamed?: (name: string) => KnownPerson | undefined
  readonly others?: readonly OtherIssuer[]
  /** How far the clocks of issuer and gate may differ. */
  readonly skewSeconds?: number
  readonly cacheMax?: number
  readonly nowMs?: () => number
}

/** Longer than any token of this issuer; hashing and splitting more is work for nothing. */
const TOKEN_CHARS_MAX = 4096
const SKEW_SECONDS = 5
const CACHE_MAX = 10_000
/** A token that ended less than this ago still cancels the orders of its client. */
const LATE_SECONDS = 300
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

export class TokenVerifier {
  readonly #options: VerifierOptions
  readonly #skewSeconds: number
  readonly #cacheMax: number
  readonly #nowMs: () => number
  readonly #others: ReadonlyMap<string, OtherIssuer>
  #jwks: JSONWebKeySet
  #keys: ReturnType<typeof createLocalJWKSet>
  /** Grants by SHA-256 of the token, the longest unused first. The token itself is not kept. */
  readonly #cache = new Map<string, Grant>()

  constructor(options: VerifierOptions) {
    this.#options = options
    this.#skewSeconds = options.skewSeconds ?? SKEW_SECONDS
    this.#cacheMax = options.cacheMax ?? CACHE_MAX
    this.#nowMs = options.nowMs ?? Date.now
    this.#others = new Map((options.others ?? []).map((other) => [other.issuer, other]))
    this.#jwks = options.jwks
    this.#keys = createLocalJWKSet(this.#jwks)
  }

  get cached(): number {
    return this.#cache.size
  }

  /** The fault of a grant that was good once; undefined while it is good. */
  faultOf(grant: Grant): TokenFault | undefined {
    if (this.#nowMs() >= grant.expiresMs) return 'expired'
    return this.#options.denied(grant) ? 'revoked' : undefined
  }

  /** The fault of a grant that may still cancel: it ended less than five minutes ago, and was not revoked. */
  lateFaultOf(grant: Grant): TokenFault | undefined {
    if (this.#nowMs() >= grant.expiresMs + LATE_SECONDS * 1000) return 'expired'
    return this.#options.denied(grant) ? 'revoked' : undefined
  }

  /** The grant of a token that was checked before; undefined where it must be checked. */
  known(token: string): Grant | undefined {
    const grant = this.#cached(keyOf(token))
    return grant !== undefined && this.#nowMs() < grant.expiresMs ? grant : undefined
  }

  /** Checks a token in full. */
  async verify(token: string): Promise<Grant | TokenFault> {
    const grant = await this.#grantOf(token)
    return typeof grant === 'string' ? grant : (this.faultOf(grant) ?? grant)
  }

  /** Checks a token that may have ended less than five minutes ago. */
  async verifyLate(token: string): Promise<Grant | TokenFault> {
    const grant = await this.#grantOf(token)
    return typeof grant === 'string' ? grant : (this.lateFaultOf(grant) ?? grant)
  }

  #cached(key: string): Grant | undefined {
    const grant = this.#cache.get(key)
    if (grant === undefined) return undefined
    this.#cache.delete(key)
    if (this.#nowMs() < grant.expiresMs + LATE_SECONDS * 1000) this.#cache.set(key, grant)
    return grant
  }

  /** The grant of a token that is good, or was until now; its end and the deny list are not looked at. */
  async #grantOf(token: string): Promise<Grant | TokenFault> {
    if (token.length > TOKEN_CHARS_MAX) return 'malformed'
    if (!isCanonical(token)) return 'malformed'
    const cached = this.#cached(keyOf(token))
    if (cached !== undefined) return cached
    const header = headerOf(token)
    if (header === undefined) return 'malformed'
    try {
      const found = await this.#check(token, header)
      if (typeof found !== 'string') this.#keep(token, found)
      return found
    } catch (error) {
      return faultOfError(error)
    }
  }

  /** Type and issuer say which keys and which one algorithm come into question, and are themselves checked with the signature. */
  #check(token: string, header: TokenHeader): Promise<Grant | TokenFault> {
    if (header.typ === PERSON_TYPE) return this.#byPerson(token, header.kid)
    const other = this.#others.get(decodeJwt(token).iss ?? '')
    if (other === undefined) return this.#byIssuer(token, header.kid)
    const clock = { nowMs: this.#nowMs(), skewSeconds: this.#skewSeconds, lateSeconds: LATE_SECONDS }
    return other.grantOf(token, header, clock)
  }

  async #byIssuer(token: string, kid: string | undefined): Promise<Grant | TokenFault> {
    if (this.#jwks !== this.#options.jwks) {
      this.#jwks = this.#options.jwks
      this.#keys = createLocalJWKSet(this.#jwks)
    }
    const { payload } = await jwtVerify(token, this.#keys, {
      ...this.#claims(this.#options.issuer),
      ...{ algorithms: [TOKEN_ALGORITHM], typ: TOKEN_TYPE },
    })
    return this.#isFromTheFuture(payload) ? 'not yet valid' : this.#grantOfClaims(payload, kid)
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
      ...{ issuer, audience: this.#options.audience, clockTolerance: this.#skewSeconds + LATE_SECONDS },
      currentDate: new Date(this.#nowMs()),
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti', 'scope'],
    }
  }

  #isFromTheFuture(claims: JWTPayload): boolean {
    return isFromTheFuture(claims, this.#nowMs() / 1000 + this.#skewSeconds)
  }

  #grantOfClaims(claims: JWTPayload, kid: string | undefined): Grant | TokenFault {
    const { sub, jti, exp, scope, client_id: clientID = sub, principal_kind: kind = 'client' } = claims
    if (typeof sub !== 'string' || typeof jti !== 'string' || typeof exp !== 'number') return 'malformed'
    if (typeof scope !== 'string' || typeof clientID !== 'string') return 'malformed'
    const certificate = certificateOf(claims)
    if (certificate === 'malformed') return 'malformed'
    const rest = {
      ...{ jti, expiresMs: (exp + this.#skewSeconds) * 1000 },
      ...(kid === undefined ? {} : { keyID: kid }),
      ...(certificate === undefined ? {} : { certificate }),
    }
    if (kind === 'client') return { subject: sub, clientID, kind, scope: scopeBits(scope), ...rest }
    const { sid } = claims
    if (kind !== 'person' || typeof sid !== 'string') return 'malformed'
    // Who has been taken out of the people's file since has no duties left to be bound by.
    const person = this.#options.personNamed?.(sub)
    if (person === undefined) return 'revoked'
    const bound = scopeBits(scope) & person.duties
    return { subject: sub, clientID: sub, kind, scope: bound, via: clientID, signIn: sid, ...rest }
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

/** jose takes a token from the future: its issuer's clock is wrong, and so may be its end. And its tolerance is for the end. */
export function isFromTheFuture({ iat = 0, nbf = 0 }: JWTPayload, latestSeconds: number): boolean {
  return Math.max(iat, nbf) > latestSeconds
}

/** RFC 8705: the certificate that a token is bound to. A binding of another kind is not passed over. */
export function certificateOf({ cnf }: JWTPayload): string | 'malformed' | undefined {
  if (cnf === undefined) return undefined
  const thumbprint = (cnf as Readonly<Record<string, unknown>> | null)?.['x5t#S256']
  return typeof thumbprint === 'string' && THUMBPRINT.test(thumbprint) ? thumbprint : 'malformed'
}

/** The header, not yet checked; undefined where there is none. */
function headerOf(token: string): TokenHeader | undefined {
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
