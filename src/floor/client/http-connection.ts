/**
 * JSON requests over a few kept-alive connections. With one connection, requests reach the gate in the order in which
 * they are made.
 */
import { Agent, type IncomingMessage, request } from 'node:http'
import { GateUnreachable } from './gate-error.ts'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** A long poll waits longer than other requests. */
  readonly timeoutMs?: number
  /** Gives the request up. */
  readonly signal?: AbortSignal
}

const TIMEOUT_MS = 15_000
/** An answer of the gate is bounded by what was asked; more than this is no gate. */
const ANSWER_BYTES_MAX = 64 * 1024 * 1024

export class HttpConnection {
  readonly #url: URL
  readonly #agent: Agent

  constructor(url: URL, sockets: number) {
    if (url.protocol !== 'http:') throw new TypeError(`the floor speaks http, not ${url.protocol}`)
    this.#url = url
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets, noDelay: true })
  }

  /** @throws GateUnreachable where no whole answer comes in time. */
  send({ method, path, headers, body, timeoutMs = TIMEOUT_MS, signal }: HttpRequest): Promise<HttpAnswer> {
    const name = `${method} ${path}`
    return new Promise((settle, fail) => {
      const failed = (cause: unknown) => fail(new GateUnreachable(name, cause))
      const { hostname, port } = this.#url
      // A bracketed address is how a URL writes IPv6; a socket wants it bare.
      const host = hostname.replace(/^\[(.*)\]$/, '$1')
      const options = { agent: this.#agent, host, port, method, path, headers: withLength(headers, body) }
      const outgoing = request(signal === undefined ? options : { ...options, signal })
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)))
      outgoing.on('error', failed)
      outgoing.on('response', (incoming) => {
        readText(incoming).then(
          (text) => settle({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
          failed,
        )
      })
      outgoing.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

function withLength(headers: HttpRequest['headers'], body: string | undefined): Record<string, string> {
  return body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
}

function readText(incoming: IncomingMessage): Promise<string> {
  return new Promise((settle, fail) => {
    const pieces: Buffer[] = []
    let bytes = 0
    incoming.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > ANSWER_BYTES_MAX) incoming.destroy(new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`))
      pieces.push(piece)
    })
    incoming.on('end', () => settle(Buffer.concat(pieces).toString('utf8')))
    incoming.on('error', fail)
    incoming.on('aborted', () => fail(new Error('the answer was cut off')))
  })
}
