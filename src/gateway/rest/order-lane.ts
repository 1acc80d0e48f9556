/**
 * The short way for the one request that every order waits for: a plain `POST /orders` goes from Node's HTTP parser
 * straight to the route, by the same guard, form and handler. Whatever is not plain goes through the framework, which
 * answers it the same; docs/decisions/0014-order-lane.md has the measurement.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { RequestError } from '../../model/errors.ts'
import type { Observing } from '../observe/observing.ts'
import type { Access } from './access.ts'
import { Exchange } from './exchange.ts'
import { bodyWords } from './mount.ts'
import { BODY_BYTES, type Route } from './route.ts'

const TYPES: readonly (string | undefined)[] = ['application/json', 'application/json; charset=utf-8']

export class OrderLane {
  readonly #route: Route
  readonly #access: Access
  readonly #seen: Observing
  readonly #name: string
  readonly #guard: ReturnType<Access['guard']>

  constructor(route: Route, access: Access, seen: Observing) {
    if (route.method !== 'POST' || route.url.includes(':')) throw new Error('the lane is for a POST without parameters')
    this.#route = route
    this.#access = access
    this.#seen = seen
    this.#name = `${route.method} ${route.url}`
    this.#guard = access.guard(route)
  }

  /** True where the request is plain: this very path, JSON, and a length that fits. */
  takes({ method, url, headers }: IncomingMessage): boolean {
    if (method !== 'POST' || url !== this.#route.url) return false
    if (headers['content-encoding'] !== undefined) return false
    const length = headers['content-length']
    return length !== undefined && Number(length) <= BODY_BYTES && TYPES.includes(headers['content-type'])
  }

  run(request: IncomingMessage, response: ServerResponse): void {
    const exchange = new Exchange(request, response, this.#seen, this.#name)
    this.#guard(exchange, () => this.#read(exchange))
  }

  #read(exchange: Exchange): void {
    const { request } = exchange
    const length = Number(request.headers['content-length'])
    if (length === 0) return this.#handle(exchange)
    let pieces: Buffer[] | undefined
    let read = 0
    request.on('data', (piece: Buffer) => {
      read += piece.length
      if (pieces !== undefined) pieces.push(piece)
      else if (read < length) pieces = [piece]
      else exchange.body = piece
      if (read < length) return
      // Node's parser gives no byte beyond the length.
      if (pieces !== undefined) exchange.body = Buffer.concat(pieces)
      this.#handle(exchange)
    })
  }

  #handle(exchange: Exchange): void {
    const rows = bodyWords(exchange.body, this.#route.form, this.#route.rowsMax)
    if (rows instanceof RequestError) this.#access.refuseBody(exchange, this.#route, rows)
    else this.#route.handle(exchange, rows)
  }
}
