/**
 * The keys of an external OpenID Connect issuer: found by discovery, fetched within bounds, kept as long as it says. While
 * it does not answer, the keys that it showed last are good for a bounded time; then its tokens are refused.
 */
import { type CryptoKey, importJWK, type JWK } from 'jose'

/** What tokens may be signed with: a signature with a private key, never a shared one. */
export const EXTERNAL_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
export type ExternalAlgorithm = (typeof EXTERNAL_ALGORITHMS)[number]

/** A key with the one algorithm that it is for, whatever a token says. */
export interface ExternalKey {
  readonly algorithm: ExternalAlgorithm
  readonly key: CryptoKey
}

export interface ExternalKeysOptions {
  /** Issuer identifier, without `/` at its end. */
  readonly url: string
  /** How long the keys are good beyond their own time, while the issuer does not answer. */
  readonly outageMs: number
  readonly nowMs?: () => number
  /** Told why the issuer's keys could not be had. */
  readonly onProblem?: (problem: Error) => void
}

const FETCH_MS = 5_000
const BYTES_MAX = 256 * 1024
const KEYS_MAX = 64
const FRESH_MS = 5 * 60_000
const FRESH_MS_MIN = 30_000
const FRESH_MS_MAX = 60 * 60_000
/** Tries for a key that is not among them, and tries while the issuer does not answer, are so far apart. */
const AGAIN_MS = 10_000
const RSA_BYTES_MIN = 256
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

export class ExternalKeys {
  readonly #options: ExternalKeysOptions
  readonly #nowMs: () => number
  #keys: ReadonlyMap<string, ExternalKey> = new Map()
  #staleMs = -Infinity
  #triedMs = -Infinity
  #fetching: Promise<void> | undefined

  constructor(options: ExternalKeysOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? Date.now
  }

  /** The key of this id; 'unknown' where the issuer has none, 'unreachable' where it has not answered for too long. */
  async find(kid: string): Promise<ExternalKey | 'unknown' | 'unreachable'> {
    const isStale = this.#nowMs() >= this.#staleMs
    if (isStale || !this.#keys.has(kid)) await this.refresh()
    if (this.#nowMs() >= this.#staleMs + this.#options.outageMs) return 'unreachable'
    return this.#keys.get(kid) ?? 'unknown'
  }

  /** Fetches the keys, once at a time and not again too soon. Never throws: what was known stays. */
  async refresh(): Promise<void> {
    if (this.#fetching === undefined) {
      if (this.#nowMs() < this.#triedMs + AGAIN_MS) return
      this.#triedMs = this.#nowMs()
      this.#fetching = this.#fetch()
        .catch((cause: Error) => this.#options.onProblem?.(cause))
        .finally(() => {
          this.#fetching = undefined
        })
    }
    await this.#fetching
  }

  async #fetch(): Promise<void> {
    const { url } = this.#options
    const { body: found } = await fetchJson(`${url}/.well-known/openid-configuration`)
    // Else whoever can put a page under some path of this host names keys for another.
    if (found.issuer !== url) throw new Error(`the discovery document of ${url} is of another issuer`)
    const { jwks_uri: address } = found
    if (typeof address !== 'string' || !isSafe(address, url))
      throw new Error(`${url} names no safe address of its keys`)
    const { body, freshMs } = await fetchJson(address)
    const keys = await readKeys(body.keys)
    if (keys.size === 0) throw new Error(`${url} shows no key that tokens may be signed with`)
    this.#keys = keys
    this.#staleMs = this.#nowMs() + freshMs
  }
}

/** Over TLS; in the clear only on this machine, from an issuer that is there itself. */
function isSafe(address: string, issuer: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || (issuer.startsWith('http:') && protocol === 'http:' && LOOPBACK.test(hostname))
}

async function fetchJson(
  address: string,
): Promise<{ readonly body: Readonly<Record<string, unknown>>; readonly freshMs: number }> {
  const response = await fetch(address, {
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_MS),
    headers: { accept: 'application/json, application/jwk-set+json' },
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`${address} answers ${response.status}`)
  }
  const body: unknown = JSON.parse(await textOf(response, address))
  if (typeof body !== 'object' || body === null) throw new Error(`${address} is no object of JSON`)
  return { body: body as Readonly<Record<string, unknown>>, freshMs: freshMsOf(response.headers.get('cache-control')) }
}

/** The whole body, within the bound on bytes; the time for it is the request's. */
async function textOf(response: Response, address: string): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of response.body ?? []) {
    bytes += piece.length
    if (bytes > BYTES_MAX) throw new Error(`${address} has more than ${BYTES_MAX} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function freshMsOf(cacheControl: string | null): number {
  const said = /(?:^|[\s,])max-age=(\d{1,9})(?:$|[\s,])/i.exec(cacheControl ?? '')?.[1]
  const ms = said === undefined ? FRESH_MS : Number(said) * 1000
  return Math.min(Math.max(ms, FRESH_MS_MIN), FRESH_MS_MAX)
}

/** Keys for signatures, by id. One that is for something else, or whose id is another's too, is none. */
async function readKeys(stored: unknown): Promise<ReadonlyMap<string, ExternalKey>> {
  const keys = new Map<string, ExternalKey>()
  if (!Array.isArray(stored)) return keys
  if (stored.length > KEYS_MAX) throw new Error(`more than ${KEYS_MAX} keys`)
  const twice = new Set<string>()
  for (const jwk of stored as readonly (JWK | null)[]) {
    const kid = jwk?.kid
    if (jwk === null || typeof kid !== 'string') continue
    if (keys.has(kid)) twice.add(kid)
    const algorithm = algorithmOf(jwk)
    const key = algorithm === undefined ? undefined : await importJWK(publicPart(jwk), algorithm).catch(() => undefined)
    if (algorithm !== undefined && key !== undefined && !(key instanceof Uint8Array)) keys.set(kid, { algorithm, key })
  }
  for (const kid of twice) keys.delete(kid)
  return keys
}

/** The one algorithm that a key is for; undefined where it is none of ours, or not for signatures. */
function algorithmOf({ kty, crv, alg, use, key_ops: operations, n = '' }: JWK): ExternalAlgorithm | undefined {
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !operations.includes('verify')) return undefined
  const fits: ExternalAlgorithm | undefined =
    kty === 'RSA' && Buffer.from(n, 'base64url').length >= RSA_BYTES_MIN
      ? 'RS256'
      : kty === 'EC' && crv === 'P-256'
        ? 'ES256'
        : kty === 'OKP' && crv === 'Ed25519'
          ? 'EdDSA'
          : undefined
  return alg === undefined || alg === fits ? fits : undefined
}

function publicPart({ kty, crv, x, y, n, e }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }))
}
