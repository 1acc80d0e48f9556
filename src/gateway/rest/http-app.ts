/**
 * A listener on Node's HTTP server and Fastify: its bounds, strict bodies, and errors in the one form, whatever reaches it.
 * The gate has two of them, the main one and the control listener, and mounts its routes on them.
 */
import { IncomingMessage, maxHeaderSize, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import fastifySwagger from '@fastify/swagger'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { type ErrorCode, errorRow, RequestError } from '../../model/errors.ts'
import { CONNECTION_BOUNDS, Connections } from '../connections.ts'
import { tell } from '../log-events.ts'
import type { Logger } from '../logger.ts'
import type { Observing } from '../observe/observing.ts'
import type { TlsFiles } from '../tls.ts'
import type { Access } from './access.ts'
import { Exchange, errorText } from './exchange.ts'
import { createListener } from './listener.ts'
import { mount } from './mount.ts'
import { FORM_PATHS } from './oauth-form.ts'
import { OAUTH_METHODS } from './oauth-routes.ts'
import { DOCUMENT } from './openapi.ts'
import type { OrderLane } from './order-lane.ts'
import type { Route } from './route.ts'

const REQUEST_TIMEOUT_MS = 30_000
/** From the first byte of a request, or the opening of its connection, to the end of its headers. */
const HEADERS_TIMEOUT_MS = 5_000
/** How often the two times are looked at. */
const TIMEOUT_SWEEP_MS = 1_000
const KEEP_ALIVE_MS = 75_000
/** Over what {@link Connections} lets stay: those that it closes still count for a moment. */
const CONNECTIONS_MAX = CONNECTION_BOUNDS.knownMax + CONNECTION_BOUNDS.unknownMax + 100
const PARAM_CHARS_MAX = 256
const HEAD_FAULTS = { host: 'A request of HTTP/1.1 names its host.', expect: 'Only 100-continue can be expected.' }
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const IDLE_SWEEP_MS = 20
/** Says in every answer of a demo, errors too, that it is one. */
const PROFILE_HEADER = 'portcullis-profile'

/** Takes some requests before the framework sees them. */
export interface Shortcut {
  lane?: OrderLane
}

export interface HttpAppOptions {
  /** HTTPS with this certificate; plain HTTP where there is none. */
  readonly tls: TlsFiles | undefined
  /** Asked at each request: the profile stands in the journal's first record. */
  readonly isDemo: () => boolean
  readonly seen: Observing
  /** What requests are made of; Node's own where not given. */
  readonly request?: typeof IncomingMessage
}

export interface HttpApp {
  readonly app: FastifyInstance
  readonly connections: Connections
  /** Returns the URL; port 0 is any that is free. */
  listen(port: number, host: string): Promise<string>
}

/** An app without routes. `shortcut` may be given its lane later. */
export async function createHttpApp(options: HttpAppOptions, shortcut: Shortcut = {}): Promise<HttpApp> {
  const connections = new Connections(CONNECTION_BOUNDS)
  const { seen } = options
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
          IncomingMessage: options.request ?? IncomingMessage,
        },
        (request, response) => {
          if (options.isDemo()) response.setHeader(PROFILE_HEADER, 'DEMO')
          if (request.headers.host === undefined && request.httpVersion !== '1.0')
            refuseHead(request, response, seen, 'host')
          else if (shortcut.lane?.takes(request)) shortcut.lane.run(request, response)
          else handler(request, response)
        },
        { connections, max: CONNECTIONS_MAX, tls: options.tls },
      )
      server.on('checkExpectation', (request, response) => refuseHead(request, response, seen, 'expect'))
      return server
    },
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: PARAM_CHARS_MAX },
    clientErrorHandler: (error, socket) => onClientError(error, socket, seen),
    frameworkErrors: (error, _request, reply) => {
      const code = error.code === 'FST_ERR_BAD_URL' ? 'MALFORMED_REQUEST' : 'NOT_FOUND'
      refuse(reply, seen, code)
    },
  })
  app.decorateRequest('exchange', null)
  readBodies(app)
  await app.register(fastifySwagger, { openapi: DOCUMENT })
  // The forms check every request; these schemas are what is served as documentation.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  const listen = async (port: number, host: string): Promise<string> => {
    const url = await app.listen({ port, host })
    // The framework does not see that the server it was given speaks TLS.
    return options.tls === undefined ? url : url.replace(/^http:/, 'https:')
  }
  return { app, connections, listen }
}

/** Mounts the routes, answers everything else in the one form of errors, and makes the app ready to listen. */
export async function mountRoutes(
  app: FastifyInstance,
  access: Access,
  routes: readonly Route[],
  seen: Observing,
  logger: Logger,
): Promise<void> {
  for (const route of routes) mount(app, access, seen, route)
  refuseOtherMethods(app, seen, routes)
  app.setNotFoundHandler((_request, reply) => refuse(reply, seen, 'NOT_FOUND'))
  app.setErrorHandler((error, request, reply) => {
    const code = frameworkCode((error as { code?: string }).code ?? '')
    if (code === 'INTERNAL_ERROR') tell(logger, 'request.failed', { err: error, ...request.exchange?.trace?.fields })
    refuse(reply, seen, code, code === 'BODY_TOO_LARGE' ? { connection: 'close' } : {})
  })
  await app.ready()
}

/** Takes no more connections, and ends once what waits is answered. */
export async function closeHttpApp({ app, connections }: HttpApp): Promise<void> {
  connections.closeUnknown()
  // A connection whose last answer goes out now would else stay open until its client is tired of it.
  const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS)
  await app.close().finally(() => clearInterval(sweep))
}

/** Bodies stay bytes until a form reads them; other types than these two are refused by the framework. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  for (const type of ['application/json', 'application/x-www-form-urlencoded']) {
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request, body, done) => {
      const isForm = FORM_PATHS.includes(request.routeOptions.url ?? '')
      if (isForm === (type === 'application/json'))
        done(Object.assign(new Error(), { code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' }))
      else done(null, body)
    })
  }
}

/** A known path with another method is 405 and says which methods there are. */
function refuseOtherMethods(app: FastifyInstance, seen: Observing, routes: readonly Route[]): void {
  const allowed = new Map<string, readonly string[]>(OAUTH_METHODS)
  for (const { url, method } of routes) allowed.set(url, [...(allowed.get(url) ?? []), method])
  for (const [url, methods] of allowed) {
    app.route({
      method: METHODS.filter((method) => !methods.includes(method)),
      url,
      schema: { hide: true },
      handler: (_request, reply) => refuse(reply, seen, 'METHOD_NOT_ALLOWED', { allow: methods.join(', ') }),
    })
  }
}

/** Answers a request that reached no route. */
function refuse(reply: FastifyReply, seen: Observing, code: ErrorCode, headers: Record<string, string> = {}): void {
  reply.hijack()
  new Exchange(reply.request.raw, reply.raw, seen).refuse(new RequestError(code), headers)
}

/** Answers a request whose head is not one, and ends its connection. */
function refuseHead(
  request: IncomingMessage,
  response: ServerResponse,
  seen: Observing,
  field: keyof typeof HEAD_FAULTS,
): void {
  const error = new RequestError('MALFORMED_REQUEST', field, HEAD_FAULTS[field])
  new Exchange(request, response, seen).refuse(error, { connection: 'close' })
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
function onClientError(error: { readonly code?: string }, socket: Socket, seen: Observing): void {
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
  seen.metrics.refused('rest', code)
  const status = errorRow(code).httpStatus
  const text = code === 'HEADERS_TOO_LARGE' ? `At most ${maxHeaderSize} bytes.` : undefined
  const body = errorText(new RequestError(code, '', text))
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
