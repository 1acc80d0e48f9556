/** A program that people sign in through, as a console is: PKCE, and the sign-in page's own requests, over HTTP. */
import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:https'
import type { ConnectionOptions } from 'node:tls'
import type { PersonKey } from '../auth/person-keys.ts'
import { signProof } from '../auth/sign-in-proof.ts'
import type { LooseJson } from './loose-json.ts'

type Fetch = (url: string, options?: RequestInit) => Promise<Response>

export const CONSOLE = 'console'
export const REDIRECT_URI = 'https://console.test/back'

export interface FormAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: LooseJson
}

/** The page, and what its challenge belongs to. */
export interface OpenPage {
  readonly query: string
  readonly challenge: string
  readonly html: string
}

export class SignInClient {
  readonly url: string
  readonly verifier = randomBytes(32).toString('base64url')
  readonly state = randomBytes(8).toString('hex')

  readonly #fetch: Fetch

  constructor(url: string, how: Fetch = fetch) {
    this.url = url
    this.#fetch = how
  }

  /** The words of a request, with changes; an undefined one is left out. */
  query(change: Readonly<Record<string, string | undefined>> = {}): string {
    const words = {
      ...{ response_type: 'code', client_id: CONSOLE, redirect_uri: REDIRECT_URI, state: this.state },
      ...{
        code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
        code_challenge_method: 'S256',
      },
      ...change,
    }
    return String(
      new URLSearchParams(Object.entries(words).filter((row): row is [string, string] => row[1] !== undefined)),
    )
  }

  show(query: string): Promise<Response> {
    return this.#fetch(`${this.url}/oauth/authorize?${query}`, { redirect: 'manual' })
  }

  async open(change?: Readonly<Record<string, string | undefined>>): Promise<OpenPage> {
    const query = this.query(change)
    const html = await (await this.show(query)).text()
    return { query, html, challenge: /data-challenge="([^"]+)"/.exec(html)?.[1] ?? '' }
  }

  /** What the page sends. */
  send(
    { query, challenge }: Pick<OpenPage, 'query' | 'challenge'>,
    proof: string,
    headers: object = {},
  ): Promise<FormAnswer> {
    const own = { origin: this.url, 'sec-fetch-site': 'same-origin' }
    return post(`${this.url}/oauth/authorize?${query}`, { challenge, proof }, { ...own, ...headers }, this.#fetch)
  }

  /** Signs in by the page, and gives the code. */
  async code(key: PersonKey, change?: Readonly<Record<string, string | undefined>>): Promise<string> {
    const page = await this.open(change)
    const { status, body } = await this.send(page, await signProof(key, page.challenge))
    if (status !== 200) throw new Error(`the gate refused the sign-in: ${JSON.stringify(body)}`)
    return new URL(body.redirect).searchParams.get('code') ?? ''
  }

  exchange(code: string, change: Readonly<Record<string, string>> = {}): Promise<FormAnswer> {
    const form = { grant_type: 'authorization_code', client_id: CONSOLE, redirect_uri: REDIRECT_URI }
    return this.#post('/oauth/token', { ...form, code, code_verifier: this.verifier, ...change })
  }

  refresh(token: string, change: Readonly<Record<string, string>> = {}): Promise<FormAnswer> {
    const form = { grant_type: 'refresh_token', client_id: CONSOLE, refresh_token: token, ...change }
    return this.#post('/oauth/token', form)
  }

  revoke(token: string, change: Readonly<Record<string, string>> = {}): Promise<FormAnswer> {
    return this.#post('/oauth/revoke', { client_id: CONSOLE, token, ...change })
  }

  #post(path: string, form: Readonly<Record<string, string>>): Promise<FormAnswer> {
    return post(`${this.url}${path}`, form, {}, this.#fetch)
  }
}

export async function post(
  url: string,
  form: Readonly<Record<string, string>>,
  headers: object = {},
  how: Fetch = fetch,
): Promise<FormAnswer> {
  const type = 'application/x-www-form-urlencoded'
  const body = String(new URLSearchParams(form))
  const response = await how(url, { method: 'POST', body, headers: { 'content-type': type, ...headers } })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** A fetch that trusts this authority alone, and shows a certificate where it is given one. */
export function fetchWith(tls: ConnectionOptions): Fetch {
  return (url, { method = 'GET', body, headers } = {}) =>
    new Promise((settle, fail) => {
      const options = { method, headers: headers as Record<string, string>, agent: false as const, ...tls }
      const sent = request(String(url), options, (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.on('end', () => {
          const got = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)])
          settle(new Response(Buffer.concat(pieces), { status: answer.statusCode ?? 0, headers: got }))
        })
      })
      sent.on('error', fail)
      sent.end(body as string | undefined)
    })
}
