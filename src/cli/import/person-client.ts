/** Requests to a gate as one person, each with a token that the person's key has just signed. */
import { noAnswerText } from '../no-answer.ts'
import type { Standing, StandingCell, StandingLimit } from './preview.ts'

/** The gate refused a request, or did not answer. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed'
}

export class PersonClient {
  readonly #url: string
  readonly #token: () => Promise<string>

  constructor(url: string, token: () => Promise<string>) {
    this.#url = url
    this.#token = token
  }

  /** @throws RequestFailed with the gate's own words */
  async send(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const authorization = `Bearer ${await this.#token()}`
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const text = body === undefined ? {} : { body: JSON.stringify(body) }
    const headers = { authorization, ...type }
    const response = await fetch(new URL(path, this.#url), { method, headers, ...text }).catch((cause: Error) => {
      throw new RequestFailed(`${method} ${this.#url}${path}: ${noAnswerText(cause)}`, { cause })
    })
    const answer = await response.text()
    if (!response.ok) throw new RequestFailed(`${method} ${path}: ${response.status} ${answer}`)
    return JSON.parse(answer)
  }

  async standing(): Promise<Standing> {
    const { limits } = (await this.send('GET', '/limits')) as { readonly limits: readonly StandingLimit[] }
    const { cells } = (await this.send('GET', '/cells')) as { readonly cells: readonly StandingCell[] }
    return { limits, cells }
  }
}
