/**
 * One HTTP request and its answer, on Node's own objects: the same for the framework's routes and for the order lane.
 * Answers are JSON texts that are made once.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorRow, type RequestError } from '../../model/errors.ts'
import type { Caller } from '../caller.ts'
import type { Observing } from '../observe/observing.ts'
import type { Trace } from '../observe/trace.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
/** W3C trace context: what the gate calls the request in the trace of its client. */
const TRACE_HEADER = 'traceresponse'
type Headers = Readonly<Record<string, string | number>>

export class Exchange {
  readonly request: IncomingMessage
  readonly #response: ServerResponse
  readonly #seen: Observing
  /** Elapsed time when the head of the request had been read. */
  readonly startedUs: number
  /** Of a client that traces it. */
  readonly trace: Trace | undefined
  /** Bytes of the body, once they are there. */
  body: Buffer | undefined
  /** The token has ended less than five minutes ago: good for the cancel of one's own orders. */
  isLate = false
  #caller: Caller | undefined

  /** @param name of the route: what a trace calls the request */
  constructor(request: IncomingMessage, response: ServerResponse, seen: Observing, name = 'no route') {
    this.request = request
    this.#response = response
    this.#seen = seen
    this.startedUs = seen.metrics.stages.nowUs()
    const { traceparent, tracestate } = request.headers
    this.trace = seen.traces.begin('rest', name, traceparent, tracestate, this.startedUs)
  }

  /** Who asks. A route without duties has no caller, and must not ask for one. */
  get caller(): Caller {
    if (this.#caller === undefined) throw new Error('an open route asked who its caller is')
    return this.#caller
  }

  admit(caller: Caller): void {
    this.#caller = caller
  }

  /** Sends a JSON text. */
  send(status: number, text: string, headers?: Headers): void {
    this.#send(status, JSON_TYPE, text, headers)
    this.trace?.end()
  }

  sendPlain(type: string, text: string, headers?: Headers): void {
    this.#send(200, type, text, headers)
    this.trace?.end()
  }

  /** Sends a request error: `{"error":{"code","field","text"}}`, with `retryAfterMs` where waiting helps. */
  refuse(error: RequestError, headers?: Headers): void {
    this.#seen.metrics.refused('rest', error.code)
    const { retryAfterMs } = error
    // Whole seconds are what the header can say; sooner would be refused again.
    const retry = retryAfterMs === undefined ? undefined : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }
    this.#send(errorRow(error.code).httpStatus, JSON_TYPE, errorText(error), { ...retry, ...headers })
    this.trace?.end(error.code)
  }

  #send(status: number, type: string, text: string, more?: Headers): void {
    const response = this.#response
    if (response.destroyed || response.headersSent) return
    const bytes = Buffer.byteLength(text)
    const headers = { 'content-type': type, 'content-length': bytes }
    if (this.trace !== undefined) response.setHeader(TRACE_HEADER, this.trace.response)
    response.writeHead(status, more === undefined ? headers : { ...headers, ...more })
    // A text of as many bytes as characters is ASCII: copied as it is.
    response.end(text, bytes === text.length ? 'latin1' : 'utf8')
  }
}

export function errorText({ code, field, text, retryAfterMs }: RequestError): string {
  return JSON.stringify({ error: { code, field, text, retryAfterMs } })
}
