/**
 * The REST wire: a Fastify server with the routes of the gate, strict bodies, tokens, errors in one form, and its own
 * OpenAPI document. Wiring gives it a gate; everything else it holds itself.
 */
import { type IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import fastifySwagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { ApprovalKeys } from '../../auth/approval-token.ts'
import type { ClientStore } from '../../auth/client-store.ts'
import type { Issuer } from '../../auth/issuer.ts'
import type { TokenVerifier } from '../../auth/token-verifier.ts'
import { type ErrorCode, errorRow, RequestError } from '../../model/errors.ts'
import type { Tape } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { ReplayClock } from '../../sequencer/replay-clock.ts'
import type { Gate } from '../gate.ts'
import { Access } from './access.ts'
import { CancelRequestPolls } from './cancel-request-route.ts'
import { commandRoutes } from './command-routes.ts'
import { CONNECTION_BOUNDS, Connections } from './connections.ts'
import { Exchange, errorText } from './exchange.ts'
import { healthRoutes } from './health-routes.ts'
import { carrierOf, createListener, type TlsFiles } from './listener.ts'
import { Metrics } from './metrics.ts'
import { mount } from './mount.ts'
import { mountOauth } from './oauth-routes.ts'
import { DOCUMENT } from './openapi.ts'
import { OrderAnswers } from './order-answer.ts'
import { OrderLane } from './order-lane.ts'
import { orderRoutes } from './order-routes.ts'
import { readRoutes } from './read-routes.ts'
import type { Route } from './route.ts'
import { Sequencing } from './sequencing.ts'
import { whatIfRoutes } from './what-if-routes.ts'

/** What an operator is told; secrets and bodies never. */
export interface Logger {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface RestOptions {
  readonly gate: Gate
  readonly issuer: Issuer
  readonly clients: ClientStore
  readonly verifier: TokenVerifier
  readonly approvalKeys: ApprovalKeys
  readonly logger?: Logger
  /** Moved by requests while a recorded day is played. */
  readonly replayClock?: ReplayClock
  /** HTTPS with this certificate; plain HTTP where it is left out. */
  readonly tls?: TlsFiles
  /** Requests of one client in one second before 429. */
  readonly requestsPerSecondMax?: number
  /** Keeps a cancel that passed while the journal was down. */
  readonly spillCancel?: (session: string, owner: string, origClOrdID: string, clOrdID: string) => void
}

export interface RestServer {
  readonly app: FastifyInstance
  /** Starts to serve; returns the address, as http://127.0.0.1:8080. */
  listen(port: number, host: string): Promise<string>
  /** To be told of every durable block: wakes long polls. */
  published(block: Pick<Block, 'tape' | 'start' | 'end'>): void
  /** To be told of every recovered entry: a repeat after a restart gets its first answer. */
  remember(tape: Tape, entryOffset: number, entryEnd: number): void
  /** Takes no more connections, answers what waits, and ends. */
  close(): Promise<void>
}

const REQUESTS_PER_SECOND_MAX = 50_000
const REQUEST_TIMEOUT_MS = 30_000
/** From the first byte of a request, or the opening of its connection, to the end of its headers. */
const HEADERS_TIMEOUT_MS = 5_000
/** Says in every answer of a demo, errors too, that it is one. */
const PROFILE_HEADER = 'portcullis-profile'
/** How often the two times are looked at. */
const TIMEOUT_SWEEP_MS = 1_000
const KEEP_ALIVE_MS = 75_000
const IDLE_SWEEP_MS = 20
/** Over what {@link Connections} lets stay: those that it closes still count for a moment. */
const CONNECTIONS_MAX = CONNECTION_BOUNDS.knownMax + CONNECTION_BOUNDS.unknownMax + 100
const PARAM_CHARS_MAX = 256
const HEAD_FAULTS = { host: 'A request of HTTP/1.1 names its host.', expect: 'Only 100-continue can be expected.' }
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

export async function createRestServer(options: RestOptions): Promise<RestServer> {
  const { gate, logger } = options
  const metrics = new Metrics()
  const lane: { order?: OrderLane } = {}
  const connections = new Connections(CONNECTION_BOUNDS)
  const app = Fastify({
    logger: false,
    serverFactory: (handler) => {
      const server = createListener(
        {
          keepAliveTimeout: KEEP_ALIVE_MS,
          requestTimeout: REQUEST_TIMEOUT_MS,
          headersTimeout: HEADERS_TIMEOUT_MS,
          connectionsCheckingInterval: TIMEOUT_SWEEP_MS,
          // Asked for below, where the answer has a code.
          requireHostHeader: false,
        },
        (request, response) => {
          if (gate.directory.profile === 'demo') response.setHeader(PROFILE_HEADER, 'DEMO')
          if (request.headers.host === undefined && request.httpVersion !== '1.0') refuseHead(request, response, 'host')
          else if (lane.order?.takes(request)) lane.order.run(request, response)
          else handler(request, response)
        },
        { connections, max: CONNECTIONS_MAX, tls: options.tls },
      )
      server.on('checkExpectation', (request, response) => refuseHead(request, response, 'expect'))
      return server
    },
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    clientErrorHandler: onClientError,
    frameworkErrors: (error, _request, reply) => {
      const code = error.code === 'FST_ERR_BAD_URL' ? 'MALFORMED_REQUEST' : 'NOT_FOUND'
      refuse(reply, code)
    },
  })
  app.decorateRequest('exchange', null)
  readBodies(app)
  const state = { closing: false }
  await app.register(fastifySwagger, { openapi: DOCUMENT } as never)
  // The forms check every request; these schemas are what is served as documentation.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))

  const access = new Access({
    gate,
    verifier: options.verifier,
    metrics,
    requestsPerSecondMax: options.requestsPerSecondMax ?? REQUESTS_PER_SECOND_MAX,
    isClosing: () => state.closing,
    onIdentified: (socket) => connections.identified(carrierOf(socket)),
  })
  const answers = new OrderAnswers(gate, options.approvalKeys)
  const sequencing = new Sequencing(gate, metrics, options.replayClock)
  const polls = new CancelRequestPolls(gate)
  const spillCancel = options.spillCancel ?? (() => {})
  const services = { gate, answers, sequencing, metrics, spillCancel }
  const routes: readonly Route[] = [
    ...orderRoutes(services),
    ...whatIfRoutes(services),
    polls.route,
    ...commandRoutes(gate, sequencing),
    ...readRoutes(gate),
    ...healthRoutes({ gate, metrics, state, document: () => app.swagger() }),
  ]
  mountOauth(app, { issuer: options.issuer, clients: options.clients, metrics })
  for (const route of routes) mount(app, access, route)
  const blocking = routes.find(({ url, method }) => url === '/orders' && method === 'POST')
  if (blocking !== undefined) lane.order = new OrderLane(blocking, access)
  refuseOtherMethods(app, routes)
  app.setNotFoundHandler((_request, reply) => refuse(reply, 'NOT_FOUND'))
  app.setErrorHandler((error, _request, reply) => {
    const code = frameworkCode((error as { code?: string }).code ?? '')
    if (code === 'INTERNAL_ERROR') logger?.error({ err: error }, 'a request failed')
    refuse(reply, code, code === 'BODY_TOO_LARGE' ? { connection: 'close' } : {})
  })
  await app.ready()

  return {
    app,
    listen: async (port, host) => {
      const url = await app.listen({ port, host })
      // The framework does not see that the server it was given speaks TLS.
      return options.tls === undefined ? url : url.replace(/^http:/, 'https:')
    },
    published: (block) => polls.published(block),
    remember: (tape, entryOffset, entryEnd) => answers.remember(tape, entryOffset, entryEnd),
    close: async () => {
      state.closing = true
      polls.close()
      connections.closeUnknown()
      // A connection whose last answer goes out now would else stay open until its client is tired of it.
      const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS)
      await app.close().finally(() => clearInterval(sweep))
    },
  }
}

/** Bodies stay bytes until a form reads them; other types than these two are refused by the framework. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
      const isForm = request.routeOptions.url === '/oauth/token'
      if (isForm === (type === 'application/json'))
        done(Object.assign(new Error(), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }))
      else done(null, body)
    })
  }
}

/** A known path with another method is 405 and says which methods there are. */
function refuseOtherMethods(app: FastifyInstance, routes: readonly Route[]): void {
  const allowed = new Map<string, string[]>([
    ['/oauth/token', ['POST']],
    ['/.well-known/jwks.json', ['GET']],
    ['/.well-known/oauth-authorization-server', ['GET']],
  ])
  for (const { url, method } of routes) allowed.set(url, [...(allowed.get(url) ?? []), method])
  for (const [url, methods] of allowed) {
    app.route({
      method: METHODS.filter((method) => !methods.includes(method)),
      url,
      schema: { hide: true } as never,
      handler: (_request, reply) => refuse(reply, 'METHOD_NOT_ALLOWED', { allow: methods.join(', ') }),
    })
  }
}

/** Answers a request that reached no route. */
function refuse(reply: FastifyReply, code: ErrorCode, headers: Record<string, string> = {}): void {
  reply.hijack()
  new Exchange(reply.request.raw, reply.raw).refuse(new RequestError(code), headers)
}

/** Answers a request whose head is not one, and ends its connection. */
function refuseHead(request: IncomingMessage, response: ServerResponse, field: keyof typeof HEAD_FAULTS): void {
  const error = new RequestError('MALFORMED_REQUEST', field, HEAD_FAULTS[field])
  new Exchange(request, response).refuse(error, { connection: 'close' })
}

/** Request error of an error of the framework. */
function frameworkCode(code: string): ErrorCode {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'BODY_TOO_LARGE'
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return 'UNSUPPORTED_MEDIA_TYPE'
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'ECONNRESET':
      return 'MALFORMED_REQUEST'
    default:
      return 'INTERNAL_ERROR'
  }
}

/** Bytes that are no request: answered in the one form of errors, then the connection ends. */
function onClientError(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const code: ErrorCode =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'HEADERS_TOO_LARGE'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'REQUEST_TIMEOUT'
        : 'MALFORMED_REQUEST'
  const status = errorRow(code).httpStatus
  const text = code === 'HEADERS_TOO_LARGE' ? `At most ${maxHeaderSize} bytes.` : undefined
  const body = errorText(new RequestError(code, '', text))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
