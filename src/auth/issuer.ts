/**
 * The embedded issuer: access tokens as JWTs (RFC 9068), ES256, from a key that is made at first start. A second key may
 * stand beside the first while tokens of the old one run out.
 */
import { randomUUID } from 'node:crypto'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import type { ClientRow } from './client-store.ts'
import { scopeOf } from './duties.ts'
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

const FILE = 'token-keys.json'
const LIFE_SECONDS = 900

interface KeyPair {
  readonly kid: string
  readonly private: CryptoKey
  readonly public: JWK
}

export class Issuer {
  readonly issuer: string
  readonly audience: string
  readonly lifeSeconds: number
  readonly #nowMs: () => number
  readonly #keys: readonly KeyPair[]

  private constructor(options: IssuerOptions, keys: readonly KeyPair[]) {
    this.issuer = options.issuer
    this.audience = options.audience
    this.lifeSeconds = options.lifeSeconds ?? LIFE_SECONDS
    this.#nowMs = options.nowMs ?? Date.now
    this.#keys = keys
  }

  /** Reads the keys, or makes the first one. */
  static async open(files: SecretFiles, options: IssuerOptions): Promise<Issuer> {
    const fresh = files.read(FILE) === undefined ? await newPrivateKey() : undefined
    const stored = JSON.parse(files.readOrMake(FILE, () => `${JSON.stringify([fresh], null, 2)}\n`)) as JWK[]
    return new Issuer(options, await Promise.all(stored.map(readKey)))
  }

  /** Puts a new key first; tokens of the one before it are good until they run out. Takes effect at the next start. */
  static async rotate(files: SecretFiles): Promise<void> {
    const stored = JSON.parse(files.read(FILE) ?? '[]') as JWK[]
    files.write(FILE, `${JSON.stringify([await newPrivateKey(), ...stored.slice(0, 1)], null, 2)}\n`)
  }

  /** An access token for a client with the given duties. */
  async issue(client: ClientRow, duties: number): Promise<string> {
    const key = this.#keys[0] as KeyPair
    const nowSeconds = Math.floor(this.#nowMs() / 1000)
    const claims = { client_id: client.clientID, scope: scopeOf(duties), principal_kind: 'client' }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: TOKEN_ALGORITHM, typ: TOKEN_TYPE, kid: key.kid })
      .setIssuer(this.issuer)
      .setAudience(this.audience)
      .setSubject(client.clientID)
      .setJti(randomUUID())
      .setIssuedAt(nowSeconds)
      .setExpirationTime(nowSeconds + this.lifeSeconds)
      .sign(key.private)
  }

  /** The public keys (RFC 7517). */
  get jwks(): { readonly keys: JWK[] } {
    return { keys: this.#keys.map((key) => key.public) }
  }
}

async function newPrivateKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) }
}

async function readKey(stored: JWK): Promise<KeyPair> {
  const { kty, crv, x, y, kid = '' } = stored
  const key = await importJWK(stored, TOKEN_ALGORITHM)
  if (key instanceof Uint8Array || kty === undefined) throw new Error(`${FILE} holds a key that is no private EC key`)
  const open = { kty, crv, x, y, kid, alg: TOKEN_ALGORITHM, use: 'sig' } as JWK
  return { kid, private: key, public: open }
}
