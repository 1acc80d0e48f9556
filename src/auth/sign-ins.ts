/**
 * Who is signed in: one entry for each time that a person signed in through a client, with the digest of the one refresh
 * token that is good now. Each use gives a new one; an old one that comes back ends the sign-in, since two hold it then
 * (RFC 9700 §4.14). A sign-in ends by itself, however often it was refreshed. Kept over a restart.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { KeptFile } from './kept-file.ts'
import type { SecretFiles } from './secret-files.ts'

export interface SignIn {
  /** In each of its access tokens. */
  readonly id: string
  readonly clientID: string
  readonly person: string
  /** Key that the person signed in with: another one ends it. */
  readonly keyID: string
  /** Bit set. */
  readonly duties: number
  readonly endsMs: number
}

interface Stored extends SignIn {
  /** First half of its refresh tokens: which sign-in one is of. */
  readonly family: string
  /** HMAC-SHA256, under the salt, of the second half of the one that is good. */
  readonly digest: string
  readonly salt: string
  /** SHA-256 of the code that it began with. */
  readonly code: string
}

/** A sign-in with a new refresh token, which is kept nowhere. */
export interface Refreshed {
  readonly signIn: SignIn
  readonly refreshToken: string
}

const FILE = 'sign-ins.json'
const LIFE_MS = 12 * 3_600_000
const SIGN_INS_MAX = 2_000
/** The oldest of a person gives way. */
const SIGN_INS_OF_PERSON_MAX = 16
const FAMILY_BYTES = 16
const SECRET_BYTES = 32
const TOKEN = /^[A-Za-z0-9_-]{64}$/

export class SignIns {
  readonly #file: KeptFile
  readonly #nowMs: () => number
  readonly #lifeMs: number
  readonly #byID = new Map<string, Stored>()
  readonly #byFamily = new Map<string, Stored>()

  constructor(files: SecretFiles, nowMs: () => number = Date.now, lifeMs = LIFE_MS) {
    this.#nowMs = nowMs
    this.#lifeMs = lifeMs
    this.#file = new KeptFile(files, FILE, () => `${JSON.stringify([...this.#byID.values()])}\n`)
    for (const one of JSON.parse(this.#file.read() ?? '[]') as Stored[]) this.#put(one)
    this.#prune()
  }

  get size(): number {
    return this.#byID.size
  }

  /** False once a sign-in has ended, and the access tokens of it with it. */
  isAlive(id: string): boolean {
    return this.alive(id) !== undefined
  }

  alive(id: string): SignIn | undefined {
    const found = this.#byID.get(id)
    return found !== undefined && this.#nowMs() < found.endsMs ? found : undefined
  }

  /** A person has signed in; undefined where there is no room for one more. Settles once it outlives a restart. */
  async begin(
    of: Pick<SignIn, 'clientID' | 'person' | 'keyID' | 'duties'>,
    code: string,
  ): Promise<Refreshed | undefined> {
    this.#prune()
    const own = [...this.#byID.values()].filter(({ person }) => person === of.person)
    if (own.length >= SIGN_INS_OF_PERSON_MAX) this.#end(own[0] as Stored)
    if (this.#byID.size >= SIGN_INS_MAX) return undefined
    const begun = {
      ...of,
      ...{ id: random(FAMILY_BYTES), family: random(FAMILY_BYTES), code: codeDigest(code) },
      endsMs: this.#nowMs() + this.#lifeMs,
    }
    return this.#renew(begun)
  }

  /** A new refresh token for one; undefined where it is not good for the client. An old one ends its sign-in. */
  async refresh(token: string, clientID: string): Promise<Refreshed | undefined> {
    const found = this.#holder(token)
    if (found === undefined || found.clientID !== clientID) return undefined
    if (this.#isCurrent(found, token) && this.isAlive(found.id)) return this.#renew(found)
    await this.end(found.id)
    return undefined
  }

  /** The sign-in whose refresh token this is or was: nobody else knows the first half of it. */
  of(token: string): SignIn | undefined {
    return this.#holder(token)
  }

  /** The sign-in that began with this code. */
  begunBy(code: string): SignIn | undefined {
    const digest = codeDigest(code)
    return [...this.#byID.values()].find((one) => one.code === digest)
  }

  /** Ends a sign-in: its refresh token and its access tokens are refused from now on. Settles once that outlives a restart. */
  async end(id: string): Promise<void> {
    const found = this.#byID.get(id)
    if (found === undefined) return
    this.#end(found)
    await this.#file.save()
  }

  #holder(token: string): Stored | undefined {
    return TOKEN.test(token) ? this.#byFamily.get(halves(token).family) : undefined
  }

  #isCurrent({ digest, salt }: Stored, token: string): boolean {
    return timingSafeEqual(digestOf(halves(token).secret, salt), Buffer.from(digest, 'base64url'))
  }

  async #renew(one: Omit<Stored, 'digest' | 'salt'>): Promise<Refreshed> {
    const secret = randomBytes(SECRET_BYTES)
    const salt = random(FAMILY_BYTES)
    const stored = { ...one, salt, digest: digestOf(secret, salt).toString('base64url') }
    this.#put(stored)
    try {
      await this.#file.save()
    } catch (error) {
      // After a restart the old token would be good again, and nobody would notice that two hold it.
      this.#end(stored)
      throw error
    }
    const refreshToken = Buffer.concat([Buffer.from(one.family, 'base64url'), secret]).toString('base64url')
    return { signIn: stored, refreshToken }
  }

  #put(one: Stored): void {
    this.#byID.set(one.id, one)
    this.#byFamily.set(one.family, one)
  }

  #end({ id, family }: Stored): void {
    this.#byID.delete(id)
    this.#byFamily.delete(family)
  }

  #prune(): void {
    for (const one of [...this.#byID.values()]) if (one.endsMs <= this.#nowMs()) this.#end(one)
  }
}

function halves(token: string): { readonly family: string; readonly secret: Buffer } {
  const bytes = Buffer.from(token, 'base64url')
  return { family: bytes.subarray(0, FAMILY_BYTES).toString('base64url'), secret: bytes.subarray(FAMILY_BYTES) }
}

function digestOf(secret: Buffer, salt: string): Buffer {
  return createHmac('sha256', salt).update(secret).digest()
}

function codeDigest(code: string): string {
  return createHash('sha256').update(code).digest('base64url')
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}
