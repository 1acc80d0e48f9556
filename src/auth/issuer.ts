/**
 * The embedded issuer: access tokens as JWTs (RFC 9068), ES256, from a key that is made at first start. A new key signs
 * from the moment that the file has it; the one before verifies until the last of its tokens has run out.
 */
import { randomUUID } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import type { ClientRow } from './client-store.ts'
import { scopeOf } from './duties.ts'
import type { PrincipalKind } from './grant.ts'
import type { SecretFiles } from './secret-files.ts'

/** The one algorithm that tokens are signed with and checked for. */
export const TOKEN_ALGORITHM = 'ES256'
/** `typ` of an access token: an identity token, or any other JWT of this key, is none. */
export const TOKEN_TYPE = 'at+jwt'

/** `aud` of every token: who they are for. */
export const AUDIENCE = 'portcullis'

export interface IssuerOptions {
  /** `iss`: the issuer's address. */
  readonly issuer: string
  /** `aud`: who the tokens are for. */
  readonly audience: string
  readonly lifeSeconds?: number
  readonly nowMs?: () => number
}

/** Whom a token is for, and what binds it. */
export interface TokenOf {
  readonly subject: string
  readonly clientID: string
  readonly kind: PrincipalKind
  /** Bit set. */
  readonly duties: number
  /** RFC 8705: SHA-256 of the client's certificate, base64url. */
  readonly certificate?: string
  /** The sign-in of a person that it ends with. */
  readonly signIn?: string
  /** It ends here at the latest. */
  readonly untilMs?: number
}

/** A private key, with when its last token has run out; undefined while it signs. */
type StoredKey = JWK & { readonly untilMs?: number }

interface KeyPair {
  readonly kid: string
  readonly private: CryptoKey
  readonly public: JWK
  readonly untilMs: number
}

const FILE = 'token-keys.json'
const LIFE_SECONDS = 900
/** Over the life of a token: a gate that runs takes a new key up within a second, and clocks differ by seconds. */
const OVERLAP_MS = (LIFE_SECONDS + 60) * 1000
/** Keys that still verify, so that a token's key is found at once: more rotations have to wait. */
const KEYS_MAX = 16

export class Issuer {
  readonly issuer: string
  readonly audience: string
  readonly lifeSeconds: number
  readonly #files: SecretFiles
  readonly #nowMs: () => number
  #text = ''
  #keys: readonly KeyPair[] = []
  #jwks: { readonly keys: JWK[] } = { keys: [] }

  private constructor(files: SecretFiles, options: IssuerOptions) {
    this.#files = files
    this.issuer = options.issuer
    this.audience = options.audience
    this.lifeSeconds = options.lifeSeconds ?? LIFE_SECONDS
    this.#nowMs = options.nowMs ?? Date.now
  }

  /** Reads the keys, or makes the first one. */
  static async open(files: SecretFiles, options: IssuerOptions): Promise<Issuer> {
    const fresh = files.read(FILE) === undefined ? await newPrivateKey() : undefined
    files.readOrMake(FILE, () => textOf([fresh as StoredKey]))
    const issuer = new Issuer(files, options)
    await issuer.read()
    return issuer
  }

  /**
   * Puts a new key first. A gate that runs takes it up within a second; the key before it verifies until its tokens have
   * run out.
   * @param atOnce the keys before it end now, and their tokens with them: somebody may have seen one
   * @throws RangeError where too many keys still verify
   */
  static async rotate(files: SecretFiles, atOnce = false, nowMs = Date.now()): Promise<void> {
    const [current, ...retired] = JSON.parse(files.read(FILE) ?? '[]') as StoredKey[]
    const old = current === undefined ? [] : [{ ...current, untilMs: nowMs + OVERLAP_MS }]
    const kept = atOnce ? [] : [...old, ...retired.filter(({ untilMs = 0 }) => untilMs > nowMs)]
    if (kept.length >= KEYS_MAX) throw new RangeError(`${KEYS_MAX} keys still verify: wait for a token's life`)
    files.write(FILE, textOf([await newPrivateKey(), ...kept]))
  }

  /** Takes up what the file says now. @throws Error where it cannot be read; the keys that were known then stay */
  async read(): Promise<void> {
    const text = this.#files.read(FILE) ?? ''
    if (text !== this.#text) {
      const [first, ...retired] = JSON.parse(text) as StoredKey[]
      if (first === undefined) throw new Error(`${FILE} holds no key`)
      // A key that says no end was left by an older gate, whose tokens have run out.
      const keys = [{ ...first, untilMs: Infinity }, ...retired].map((key) => readKey(key))
      this.#keys = await Promise.all(keys)
      this.#text = text
      this.#publish()
    } else if (this.#keys.some(({ untilMs }) => untilMs <= this.#nowMs())) this.#publish()
  }

  #publish(): void {
    this.#keys = this.#keys.filter(({ untilMs }) => untilMs > this.#nowMs())
    this.#jwks = { keys: this.#keys.map((key) => key.public) }
  }

  /** An access token for a client with the given duties. */
  async issue(client: ClientRow, duties: number, certificate?: string): Promise<string> {
    const { clientID } = client
    const of = { subject: clientID, clientID, kind: 'client', duties } as const
    return this.issueTo(certificate === undefined ? of : { ...of, certificate })
  }

  async issueTo({ subject, clientID, kind, duties, certificate, signIn, untilMs }: TokenOf): Promise<string> {
    const key = this.#keys[0] as KeyPair
    const nowSeconds = Math.floor(this.#nowMs() / 1000)
    const claims = {
      ...{ client_id: clientID, scope: scopeOf(duties), principal_kind: kind },
      ...(signIn === undefined ? {} : { sid: signIn }),
      ...(certificate === undefined ? {} : { cnf: { 'x5t#S256': certificate } }),
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: key.kid })
      .setIssuer(this.issuer)
      .setAudience(this.audience)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + this.lifeOf(untilMs))
      .sign(key.private)
  }

  /** Seconds that a token lives which ends here at the latest. */
  lifeOf(untilMs = Infinity): number {
    return Math.min(this.lifeSeconds, Math.floor(untilMs / 1000) - Math.floor(this.#nowMs() / 1000))
  }

  /** True while tokens of this key are good. */
  verifies(kid: string): boolean {
    return this.#keys.some((key) => key.kid === kid)
  }

  /** The public keys (RFC 7517): one object until they change. */
  get jwks(): { readonly keys: JWK[] } {
    return this.#jwks
  }
}

function textOf(keys: readonly StoredKey[]): string {
  return `${JSON.stringify(keys, null, 2)}\n`
}

async function newPrivateKey(): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) }
}

async function readKey({ untilMs = 0, ...stored }: StoredKey): Promise<KeyPair> {
  const { kty, crv, x, y, kid = '' } = stored
  const key = await importJWK(stored, TOKEN_ALGORITHM)
  if (key instanceof Uint8Array || kty === undefined) throw new Error(`${FILE} holds a key that is no private EC key`)
  const open = { kty, crv, x, y, kid, alg: TOKEN_ALGORITHM, use: 'sig' } as JWK
  return { kid, private: key, public: open, untilMs }
}
