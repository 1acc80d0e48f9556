/**
 * Tokens of an external OpenID Connect issuer: which of its claims name a person or machine of the gate, and which duties
 * they may have at most. Such a token is taken for 15 minutes from its making, however long it says that it lives.
 */
import { type JWTPayload, jwtVerify } from 'jose'
import { dutyBits, exclusionOf, scopeBits } from './duties.ts'
import { EXTERNAL_ALGORITHMS, type ExternalAlgorithm, ExternalKeys } from './external-keys.ts'
import type { Grant, TokenFault } from './grant.ts'
import {
  certificateOf,
  isFromTheFuture,
  type OtherIssuer,
  type TokenHeader,
  type VerifierClock,
} from './token-verifier.ts'

/** `both`: a machine where `sub` is the client itself (RFC 9068 §2.2), else a person. */
export const SUBJECTS = ['people', 'machines', 'both'] as const

export interface ExternalIssuerSettings {
  /** Issuer identifier: `iss`, and where discovery begins. */
  readonly url: string
  /** `aud` of tokens for this gate. */
  readonly audience: string
  readonly subjects: (typeof SUBJECTS)[number]
  /** Claim with the name of the person or client; `sub` of people, `client_id` of machines where it is left out. */
  readonly nameClaim?: string
  /** Claim with what they may do: words between blanks, or a list; `scope` where it is left out. */
  readonly dutiesClaim?: string
  /** Duties by the words of that claim; where it is left out the words are duties themselves. */
  readonly duties?: Readonly<Record<string, readonly string[]>>
  readonly algorithms?: readonly ExternalAlgorithm[]
  /** `typ` of access tokens; `at+jwt` (RFC 9068) where it is left out. */
  readonly tokenType?: string
  /** How long its keys are good beyond their own time, while it does not answer. */
  readonly outageMinutes?: number
}

export interface ExternalIssuerWorld {
  readonly nowMs?: () => number
  readonly onProblem?: (problem: Error) => void
}

/** Most that a token may be old. */
const AGE_SECONDS = 900
const OUTAGE_MINUTES = 60
const NAME = /^[\x21-\x39\x3b-\x7e]{1,32}$/
const WORDS_MAX = 256

export class ExternalIssuer implements OtherIssuer {
  readonly issuer: string
  readonly keys: ExternalKeys
  readonly #settings: ExternalIssuerSettings
  readonly #algorithms: readonly ExternalAlgorithm[]
  readonly #dutiesOfWord: ReadonlyMap<string, number> | undefined

  /** @throws RangeError where a word is given a duty that is none */
  constructor(settings: ExternalIssuerSettings, { nowMs, onProblem }: ExternalIssuerWorld = {}) {
    const { url, duties, algorithms = EXTERNAL_ALGORITHMS, outageMinutes = OUTAGE_MINUTES } = settings
    this.issuer = url
    this.#settings = settings
    this.#algorithms = algorithms
    this.#dutiesOfWord = duties && new Map(Object.entries(duties).map(([word, list]) => [word, dutyBits(list)]))
    this.keys = new ExternalKeys({
      ...{ url, outageMs: outageMinutes * 60_000 },
      ...(nowMs === undefined ? {} : { nowMs }),
      ...(onProblem === undefined ? {} : { onProblem }),
    })
  }

  async grantOf(token: string, { kid, alg }: TokenHeader, clock: VerifierClock): Promise<Grant | TokenFault> {
    const { nowMs, skewSeconds, lateSeconds } = clock
    if (kid === undefined || !(this.#algorithms as readonly (string | undefined)[]).includes(alg)) return 'signature'
    const found = await this.keys.find(kid)
    if (found === 'unreachable') return 'its issuer cannot be asked for keys'
    // The key says which algorithm it is for, and the token has to follow.
    if (found === 'unknown' || found.algorithm !== alg) return 'signature'
    const { payload } = await jwtVerify(token, found.key, {
      ...{ algorithms: [found.algorithm], typ: this.#settings.tokenType ?? 'at+jwt' },
      ...{ issuer: this.issuer, audience: this.#settings.audience },
      ...{ currentDate: new Date(nowMs), clockTolerance: skewSeconds + lateSeconds },
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'jti'],
    })
    if (isFromTheFuture(payload, nowMs / 1000 + skewSeconds)) return 'not yet valid'
    return this.#grantOfClaims(payload, skewSeconds) ?? 'malformed'
  }

  #grantOfClaims(claims: JWTPayload, skewSeconds: number): Grant | undefined {
    const { exp = 0, iat = 0, jti } = claims
    const kind = this.#kindOf(claims)
    const { nameClaim = kind === 'person' ? 'sub' : 'client_id', dutiesClaim = 'scope' } = this.#settings
    const name = Object.hasOwn(claims, nameClaim) ? claims[nameClaim] : undefined
    const words = wordsOf(Object.hasOwn(claims, dutiesClaim) ? claims[dutiesClaim] : undefined)
    const certificate = certificateOf(claims)
    if (typeof name !== 'string' || !NAME.test(name) || typeof jti !== 'string') return undefined
    if (kind === undefined || words === undefined || certificate === 'malformed') return undefined
    const scope = this.#dutiesOf(words)
    if (kind === 'client' && exclusionOf(scope) !== undefined) return undefined
    const via = kind === 'person' && typeof claims.client_id === 'string' ? claims.client_id : undefined
    return {
      ...{ subject: name, clientID: name, jti, kind, scope },
      expiresMs: (Math.min(exp, iat + AGE_SECONDS) + skewSeconds) * 1000,
      ...(via === undefined ? {} : { via }),
      ...(certificate === undefined ? {} : { certificate }),
    }
  }

  /**
   * Whose token it is; undefined where it is of a kind that this issuer is not trusted with. A machine that is called as a
   * person is must not become that person.
   */
  #kindOf({ sub, client_id: clientID, azp = clientID }: JWTPayload): Grant['kind'] | undefined {
    const { subjects, nameClaim } = this.#settings
    const isMachine = sub === azp || sub === clientID
    if (subjects === 'both') return isMachine ? 'client' : 'person'
    if (subjects === 'people') return isMachine ? undefined : 'person'
    // Some issuers give a machine a number of its own for `sub`: who names another claim says that this one does.
    return isMachine || nameClaim !== undefined ? 'client' : undefined
  }

  #dutiesOf(words: readonly string[]): number {
    const mapped = this.#dutiesOfWord
    if (mapped === undefined) return scopeBits(words.join(' '))
    return words.reduce((bits, word) => bits | (mapped.get(word) ?? 0), 0)
  }
}

/** The words of a claim; undefined where it is neither a text nor a list of texts. */
function wordsOf(claim: unknown): readonly string[] | undefined {
  const words = typeof claim === 'string' ? claim.split(' ') : claim
  if (!Array.isArray(words) || words.length > WORDS_MAX || words.some((word) => typeof word !== 'string'))
    return undefined
  return words.filter((word) => word !== '')
}
