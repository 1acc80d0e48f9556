/**
 * How a person proves who they are when they sign in: with their own key they sign a challenge that the gate made for this
 * one request. The proof is good for nothing else: it is no access token, and no other request has the challenge.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { decodeProtectedHeader, errors, importJWK, jwtVerify, SignJWT } from 'jose'
import { issuerOf, type KnownPerson, PERSON_ALGORITHM, type PersonKey } from './person-keys.ts'

/** `typ` of a proof: it cannot be taken for a person's token, nor that for a proof. */
export const PROOF_TYPE = 'sign-in+jwt'
export const PROOF_AUDIENCE = 'portcullis:sign-in'

const LIFE_MS = 5 * 60_000
const NONCE_BYTES = 16
/** Proofs of one person that are taken while their challenge lives: so only whom the gate knows makes an entry. */
const USED_OF_PERSON_MAX = 20
const PROOF_CHARS_MAX = 2_048
const CHALLENGE = /^[0-9a-z]{8,10}\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}$/

export type ChallengeFault = 'the page was open too long, or is of another request' | 'this proof was used before'

/** Signs the challenge that a sign-in page shows. @throws RangeError where it is none: nothing else is signed */
export async function signProof({ kid, x, d, name }: PersonKey, challenge: string): Promise<string> {
  if (!CHALLENGE.test(challenge)) throw new RangeError('this is no challenge of a sign-in page')
  // No times: the challenge has its own, by the gate's clock.
  return new SignJWT({ nonce: challenge })
    .setProtectedHeader({ alg: PERSON_ALGORITHM, typ: PROOF_TYPE, kid })
    .setIssuer(issuerOf(name))
    .setSubject(name)
    .setAudience(PROOF_AUDIENCE)
    .sign(await importJWK({ kty: 'OKP', crv: 'Ed25519', x, d }, PERSON_ALGORITHM))
}

/** The person who signed the challenge; undefined where nobody did whom the gate knows. */
export async function verifyProof(
  proof: string,
  challenge: string,
  personWithKey: (kid: string) => KnownPerson | undefined,
): Promise<KnownPerson | undefined> {
  if (proof.length > PROOF_CHARS_MAX) return undefined
  try {
    const person = personWithKey(decodeProtectedHeader(proof).kid ?? '')
    if (person === undefined) return undefined
    const { payload } = await jwtVerify(proof, person.key, {
      ...{ algorithms: [PERSON_ALGORITHM], typ: PROOF_TYPE, audience: PROOF_AUDIENCE },
      ...{ issuer: issuerOf(person.name), subject: person.name, requiredClaims: ['nonce'] },
    })
    return payload.nonce === challenge ? person : undefined
  } catch (error) {
    // What is no JWT at all is a TypeError of the header's reader.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined
    throw error
  }
}

/**
 * Challenges carry their request and their end themselves, under a key of this run: strangers who open the page without
 * end take nobody's place.
 */
export class SignInChallenges {
  readonly #key = randomBytes(32)
  readonly #nowMs: () => number
  /** By challenge, the oldest first. */
  readonly #used = new Map<string, { readonly person: string; readonly untilMs: number }>()

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
  }

  /** @param request every word of the request that is signed in for */
  make(request: string): string {
    const head = `${(this.#nowMs() + LIFE_MS).toString(36)}.${randomBytes(NONCE_BYTES).toString('base64url')}`
    return `${head}.${this.#mac(head, request)}`
  }

  /** What is wrong with a challenge for this request; undefined where nothing is. */
  faultOf(challenge: string, request: string): ChallengeFault | undefined {
    const [until = '', nonce = '', mac = ''] = CHALLENGE.test(challenge) ? challenge.split('.') : []
    const right = Buffer.from(this.#mac(`${until}.${nonce}`, request))
    const isOurs = mac.length === right.length && timingSafeEqual(Buffer.from(mac), right)
    if (!isOurs || this.#nowMs() >= Number.parseInt(until, 36)) {
      return 'the page was open too long, or is of another request'
    }
    return this.#used.has(challenge) ? 'this proof was used before' : undefined
  }

  /** Uses a challenge up; false where it was used, or the person has used too many. */
  use(challenge: string, person: string): boolean {
    const nowMs = this.#nowMs()
    for (const [other, { untilMs }] of this.#used) {
      if (untilMs <= nowMs) this.#used.delete(other)
    }
    const own = [...this.#used.values()].filter((one) => one.person === person)
    if (this.#used.has(challenge) || own.length >= USED_OF_PERSON_MAX) return false
    this.#used.set(challenge, { person, untilMs: nowMs + LIFE_MS })
    return true
  }

  #mac(head: string, request: string): string {
    return createHmac('sha256', this.#key).update(`${head}\n${request}`).digest('base64url')
  }
}
