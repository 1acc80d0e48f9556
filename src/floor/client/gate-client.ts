/** The gate as the floor speaks to it: the clients behind one set of calls, each sent by the client that may. */
import type {
  CancelRequests,
  CellAnswer,
  ExposureAnswer,
  LimitAnswer,
  OrderAnswer,
  Readiness,
  RowAnswer,
} from './answers.ts'
import {
  readCancelRequests,
  readExposures,
  readList,
  readOrderAnswer,
  readReadiness,
  readRowAnswer,
  readRowAnswers,
} from './answers.ts'
import type { CancelBody, ExecutionBody, NewOrderBody, PhaseBody, QuoteBody, ReplaceBody } from './bodies.ts'
import type { FloorClient, FloorSecrets } from './credentials.ts'
import { FLOOR_CLIENTS } from './credentials.ts'
import type { RequestOptions } from './rest-client.ts'
import { RestClient } from './rest-client.ts'

export interface GateClientOptions {
  readonly url: URL
  readonly secrets: FloorSecrets
  /** Quotes and heartbeats are of this feed. */
  readonly feed: string
  readonly nowMs: () => number
  readonly wait: (ms: number) => Promise<void>
}

/** Orders must not stand in line behind a question for cancel requests, which the gate holds. */
const SOCKETS = 3
/** Longer than the gate holds a question. */
const LONG_POLL_MS = 60_000

export class GateClient {
  readonly #clients: Readonly<Record<FloorClient, RestClient>>
  readonly #feed: string

  constructor({ url, secrets, feed, nowMs, wait }: GateClientOptions) {
    const clientOf = (clientID: FloorClient) => {
      const credentials = { clientID, secret: secrets[clientID] }
      return [clientID, new RestClient({ url, credentials, sockets: SOCKETS, nowMs, wait })]
    }
    const names = Object.keys(FLOOR_CLIENTS) as FloorClient[]
    this.#clients = Object.fromEntries(names.map(clientOf)) as Record<FloorClient, RestClient>
    this.#feed = feed
  }

  async newOrder(body: NewOrderBody, options?: RequestOptions): Promise<OrderAnswer> {
    return readOrderAnswer(await this.#clients['floor-ems'].post('/orders', body, options))
  }

  async replace({ origClOrdID, ...body }: ReplaceBody, options?: RequestOptions): Promise<OrderAnswer> {
    const path = `/orders/${encodeURIComponent(origClOrdID)}/replace`
    return readOrderAnswer(await this.#clients['floor-ems'].post(path, body, options))
  }

  async cancel({ origClOrdID, ...body }: CancelBody, options?: RequestOptions): Promise<void> {
    await this.#clients['floor-ems'].post(`/orders/${encodeURIComponent(origClOrdID)}/cancel`, body, options)
  }

  /** Asks for the cancel of all orders that the desk's client has at the gate. */
  async massCancel(): Promise<RowAnswer> {
    return readRowAnswer(await this.#clients['floor-ems'].post('/mass-cancels', { orders: 'ALL' }))
  }

  async executions(bodies: readonly ExecutionBody[], options?: RequestOptions): Promise<readonly RowAnswer[]> {
    return readRowAnswers(await this.#clients['floor-venue'].post('/executions', bodies, options))
  }

  async quotes(bodies: readonly QuoteBody[], options?: RequestOptions): Promise<readonly RowAnswer[]> {
    const rows = bodies.map((body) => ({ ...body, feed: this.#feed }))
    return readRowAnswers(await this.#clients['floor-feed'].post('/quotes', rows, options))
  }

  async heartbeat(options?: RequestOptions): Promise<RowAnswer> {
    const path = `/feeds/${encodeURIComponent(this.#feed)}/heartbeat`
    return readRowAnswer(await this.#clients['floor-feed'].post(path, {}, options))
  }

  async phase(body: PhaseBody, options?: RequestOptions): Promise<RowAnswer> {
    return readRowAnswer(await this.#clients['floor-feed'].post('/phases', body, options))
  }

  /** Waits until the gate has requests after `seq`, of whichever client, or for as long as it lets us. */
  async cancelRequests(afterSeq: number, signal?: AbortSignal): Promise<CancelRequests> {
    const options = { timeoutMs: LONG_POLL_MS, ...(signal === undefined ? {} : { signal }) }
    return readCancelRequests(await this.#clients['floor-venue'].get(`/cancel-requests?after=${afterSeq}`, options))
  }

  async exposures(): Promise<{ readonly currency: string; readonly exposures: readonly ExposureAnswer[] }> {
    return readExposures(await this.#clients['floor-risk'].get('/exposures'))
  }

  async limits(): Promise<readonly LimitAnswer[]> {
    return readList(await this.#clients['floor-risk'].get('/limits'), 'limits')
  }

  async cells(): Promise<readonly CellAnswer[]> {
    return readList(await this.#clients['floor-risk'].get('/cells'), 'cells')
  }

  /** Reference data, positions, limits: rows of a world. */
  async define(path: string, rows: readonly object[], options?: RequestOptions): Promise<readonly RowAnswer[]> {
    return readRowAnswers(await this.#clients['floor-risk'].post(path, rows, options))
  }

  /** @param tradeDate the date that begins, as yyyymmdd */
  async rollDay(tradeDate: string, options?: RequestOptions): Promise<RowAnswer> {
    return readRowAnswer(await this.#clients['floor-risk'].post('/day-roll', { tradeDate }, options))
  }

  /** @throws GateError while the gate does not decide orders */
  async readiness(): Promise<Readiness> {
    return readReadiness(await this.#clients['floor-risk'].get('/readyz'))
  }

  close(): void {
    for (const client of Object.values(this.#clients)) client.close()
  }
}
