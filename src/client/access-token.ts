/** Access tokens by client credentials (RFC 6749 section 4.4), or from wherever the caller has them. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Clock } from './clock.ts'

export interface ClientCredentials {
  readonly clientID: string
  readonly secret: string
  /** Where tokens are asked for, as https://gate:8080/oauth/token; of several the first that answers. */
  readonly tokenUrl: string | readonly string[]
  /** Certificates of authorities, PEM; those of Node where it is not given. */
  readonly ca?: string
}

export interface AccessToken {
  readonly accessToken: string
  readonly expiresInMs: number
}

/** Gives a token that is good now; asked before every logon, and again before the token runs out. */
export type TokenSource = (signal: AbortSignal) => Promise<AccessToken>

export type Credentials = ClientCredentials | TokenSource

/** A token is renewed when this part of its life is over: time enough to ask again where the issuer is away. */
const RENEW_AFTER = 0.7
const ANSWER_BYTES_MAX = 64 * 1024
const TIMEOUT_MS = 5_000

/** The newest token, fetched once however many ask. */
export class Tokens {
  readonly #source: TokenSource
  readonly #clock: Clock
  #token = ''
  #renewAtMs = -1
  #endsAtMs = -1

  constructor(credentials: Credentials, clock: Clock) {
    this.#source = typeof credentials === 'function' ? credentials : (signal) => fetchFirst(credentials, signal)
    this.#clock = clock
  }

  /** Milliseconds until another token is needed. */
  get renewInMs(): number {
    return Math.max(0, this.#renewAtMs - this.#clock.nowMs())
  }

  /** The newest token: the one that there is, while it lives and no other can be had. */
  async get(signal: AbortSignal): Promise<string> {
    if (this.#token !== '' && this.renewInMs > 0) return this.#token
    try {
      return await this.#fetch(signal)
    } catch (error) {
      if (this.#token !== '' && this.#clock.nowMs() < this.#endsAtMs) return this.#token
      throw error
    }
  }

  async #fetch(signal: AbortSignal): Promise<string> {
    const askedMs = this.#clock.nowMs()
    const { accessToken, expiresInMs } = await this.#source(signal)
    if (accessToken === '' || !(expiresInMs > 0))
      throw new Error('the issuer gave a token that is none, or has no life')
    this.#token = accessToken
    this.#renewAtMs = askedMs + expiresInMs * RENEW_AFTER
    this.#endsAtMs = askedMs + expiresInMs
    return accessToken
  }

  /** The gate did not accept it: another one is fetched at the next call. */
  forget(): void {
    this.#token = ''
  }
}

export function tokenUrls({ tokenUrl }: ClientCredentials): readonly string[] {
  return typeof tokenUrl === 'string' ? [tokenUrl] : tokenUrl
}

async function fetchFirst(credentials: ClientCredentials, signal: AbortSignal): Promise<AccessToken> {
  const faults: string[] = []
  for (const url of tokenUrls(credentials)) {
    try {
      return await fetchToken(credentials, new URL(url), signal)
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new Error(faults.join('; '))
}

function fetchToken({ clientID, secret, ca }: ClientCredentials, url: URL, signal: AbortSignal): Promise<AccessToken> {
  // Section 2.3.1: form-encoded before they are joined.
  const basic = Buffer.from(`${encodeURIComponent(clientID)}:${encodeURIComponent(secret)}`).toString('base64')
  const body = 'grant_type=client_credentials'
  const headers = {
    authorization: `Basic ${basic}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  }
  const options = { method: 'POST', headers, signal, ...(ca === undefined ? {} : { ca }) }
  const send = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((settle, fail) => {
    const outgoing = send(url, options, (incoming) => {
      const pieces: Buffer[] = []
      let bytes = 0
      incoming.on('data', (piece: Buffer) => {
        bytes += piece.length
        if (bytes > ANSWER_BYTES_MAX) incoming.destroy(new Error(`more than ${ANSWER_BYTES_MAX} bytes`))
        pieces.push(piece)
      })
      incoming.on('error', fail)
      incoming.on('end', () => {
        const token = tokenIn(Buffer.concat(pieces).toString('utf8'))
        if (incoming.statusCode === 200 && token !== undefined) settle(token)
        else fail(new Error(`${url.origin} gave no token for ${clientID}: status ${incoming.statusCode}`))
      })
    })
    outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)))
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

function tokenIn(text: string): AccessToken | undefined {
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>
    if (typeof token !== 'string' || typeof seconds !== 'number') return undefined
    return { accessToken: token, expiresInMs: seconds * 1_000 }
  } catch {
    return undefined
  }
}
