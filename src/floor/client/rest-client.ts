/** Requests to the gate as one client: with its token, renewed when it ends, and errors by their codes. */
import type { ClientCredentials } from './access-token.ts'
import { AccessToken } from './access-token.ts'
import { GateError } from './gate-error.ts'
import type { HttpAnswer, HttpRequest } from './http-connection.ts'
import { HttpConnection } from './http-connection.ts'

export interface RestOptions {
  readonly url: URL
  readonly credentials: ClientCredentials
  /** With one, requests reach the gate in the order in which they are made. */
  readonly sockets: number
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** What a request may say besides its body. */
export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const UNAUTHENTICATED = 401
const RATE_LIMITED = 429
/** Times that a request steps back for the rate. */
const STEPS_BACK = 10

export class RestClient {
  readonly #connection: HttpConnection
  readonly #token: AccessToken
  readonly #wait: (ms: number) => Promise<void>

  constructor({ url, credentials, sockets, nowMs, wait }: RestOptions) {
    this.#wait = wait
    this.#connection = new HttpConnection(url, sockets)
    this.#token = new AccessToken(this.#connection, credentials, nowMs)
  }

  /** @throws GateError for an answer that is an error, GateUnreachable for none */
  get(path: string, options: RequestOptions = {}): Promise<unknown> {
    return this.#send({ method: 'GET', path }, options)
  }

  /** See {@link get}. */
  post(path: string, body: unknown, options: RequestOptions = {}): Promise<unknown> {
    return this.#send({ method: 'POST', path, body: JSON.stringify(body) }, options)
  }

  close(): void {
    this.#connection.close()
  }

  async #send(request: Pick<HttpRequest, 'method' | 'path' | 'body'>, options: RequestOptions): Promise<unknown> {
    const { headers = {}, ...rest } = options
    const ask = async () => {
      const authorization = `Bearer ${await this.#token.get()}`
      const type = request.body === undefined ? {} : { 'content-type': 'application/json' }
      return this.#connection.send({ ...request, ...rest, headers: { authorization, ...type, ...headers } })
    }
    let answer = await ask()
    if (answer.status === UNAUTHENTICATED) {
      // Revoked, or of a gate that has since made new keys: one more try with a fresh one.
      this.#token.forget()
      answer = await ask()
    }
    // Nothing was sequenced, so nothing is done twice.
    for (let times = 0; answer.status === RATE_LIMITED && times < STEPS_BACK; times++) {
      await this.#wait(1000 * Math.max(1, Number(answer.headers['retry-after']) || 0))
      answer = await ask()
    }
    return readAnswer(`${request.method} ${request.path}`, answer)
  }
}

function readAnswer(request: string, { status, text }: HttpAnswer): unknown {
  let value: unknown
  try {
    value = text === '' ? undefined : JSON.parse(text)
  } catch {
    throw new GateError(request, status, { code: 'NO_JSON', field: '', text: text.slice(0, 200) })
  }
  if (status >= 200 && status < 300) return value
  const { error = {} } = (value ?? {}) as { error?: { code?: string; field?: string; text?: string } }
  const { code = 'NO_CODE', field = '', text: words = '' } = error
  throw new GateError(request, status, { code, field, text: words })
}
