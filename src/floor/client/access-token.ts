/** An access token by client credentials (RFC 6749 section 4.4), fetched when first needed and renewed before it ends. */
import { GateError } from './gate-error.ts'
import type { HttpConnection } from './http-connection.ts'

export interface ClientCredentials {
  readonly clientID: string
  readonly secret: string
}

const PATH = '/oauth/token'
/** A token is renewed when this part of its life is over: time enough to ask again where the gate is away. */
const RENEW_AFTER = 0.7

export class AccessToken {
  readonly #connection: HttpConnection
  readonly #credentials: ClientCredentials
  readonly #nowMs: () => number
  #token = ''
  #renewAtMs = 0
  #fetching: Promise<string> | undefined

  constructor(connection: HttpConnection, credentials: ClientCredentials, nowMs: () => number) {
    this.#connection = connection
    this.#credentials = credentials
    this.#nowMs = nowMs
  }

  /** Many may ask at once; the token is fetched once. */
  async get(): Promise<string> {
    if (this.#nowMs() < this.#renewAtMs) return this.#token
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  /** The gate did not accept the token: another one is fetched at the next call. */
  forget(): void {
    this.#renewAtMs = 0
  }

  async #fetch(): Promise<string> {
    const { clientID, secret } = this.#credentials
    // RFC 6749 section 2.3.1: form-encoded before they are joined.
    const basic = Buffer.from(`${encodeURIComponent(clientID)}:${encodeURIComponent(secret)}`).toString('base64')
    const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'grant_type=client_credentials'
    const { status, text } = await this.#connection.send({ method: 'POST', path: PATH, headers, body })
    const answer = parseAnswer(text)
    if (status !== 200 || typeof answer.access_token !== 'string') {
      const { error = 'no_token', error_description: description = '' } = answer
      throw new GateError(`POST ${PATH} for ${clientID}`, status, { code: error, field: '', text: description })
    }
    this.#token = answer.access_token
    this.#renewAtMs = this.#nowMs() + (answer.expires_in ?? 0) * 1000 * RENEW_AFTER
    return this.#token
  }
}

interface TokenAnswer {
  readonly access_token?: string
  readonly expires_in?: number
  readonly error?: string
  readonly error_description?: string
}

function parseAnswer(text: string): TokenAnswer {
  try {
    return JSON.parse(text) as TokenAnswer
  } catch {
    return {}
  }
}
