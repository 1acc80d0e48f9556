/**
 * Takes WebSockets at `GET /feed` of a listener: who asks is known before anything is upgraded. The token is in the
 * authorization header or, of a browser, which cannot set it, beside the subprotocol; never in the URL.
 */
import { IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { WebSocketServer } from 'ws'
import { errorRow, RequestError } from '../../model/errors.ts'
import { Caller } from '../caller.ts'
import type { Feed } from './feed.ts'
import { entitlementOf } from './feed-view.ts'
import { Subscriber } from './subscriber.ts'

export const FEED_PATH = '/feed'
export const FEED_PROTOCOL = 'portcullis.v1'
const NO_TOKEN = 'no token'
const BEARER_PROTOCOL = 'bearer.'
/** A first message takes no more. */
const MESSAGE_BYTES_MAX = 8 * 1024
const CONNECTIONS_MAX = 512
const CONNECTIONS_OF_CLIENT_MAX = 16
/** As every answer of a demo. */
const DEMO_HEADER = 'portcullis-profile: DEMO'

export interface FeedListening {
  readonly feed: Feed
  /** Origins of pages of other hosts that may read; those of the gate's own always may. */
  readonly origins: readonly string[]
  readonly isClosing: () => boolean
  /** Told of each connection that shows a good token. */
  readonly onIdentified: (socket: Socket) => void
}

/**
 * A request that asks for an upgrade only where there is one to be had: any other is answered as if it had not asked, as RFC
 * 9110 lets a server do. Node else takes every upgrade from the handler as soon as anything takes one, also a cancel's.
 */
export class FeedAwareRequest extends IncomingMessage {
  // Not a field of the language, private or not: Node's constructor writes `upgrade` before any would be there.
  declare private asks: boolean

  /** Node has it as a field that its parser writes. */
  get upgrade(): boolean {
    return this.asks && (this.method === 'CONNECT' || (this.method === 'GET' && pathOf(this) === FEED_PATH))
  }

  set upgrade(asks: boolean | null) {
    this.asks = asks === true
  }
}

/** Serves the feed at a listener whose requests are {@link FeedAwareRequest}s. */
export function listenFeed(server: Server, listening: FeedListening): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: (offered) => (offered.has(FEED_PROTOCOL) ? FEED_PROTOCOL : false),
  })
  const { gate } = listening.feed
  sockets.on('headers', (headers) => {
    if (gate.directory.profile === 'demo') headers.push(DEMO_HEADER)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Without a listener a connection that breaks before it is upgraded would end the process.
    const onError = () => socket.destroy()
    socket.on('error', onError)
    admit(request, listening).then(
      (admitted) => {
        if (admitted instanceof Refused) return refuse(listening.feed, socket, admitted)
        if (socket.destroyed) return
        socket.off('error', onError)
        const { caller, entitlement } = admitted
        sockets.handleUpgrade(request, socket, head, (webSocket) => {
          listening.feed.opened(new Subscriber(listening.feed, webSocket, caller, entitlement))
        })
      },
      () => refuse(listening.feed, socket, new Refused(new RequestError('INTERNAL_ERROR'))),
    )
  })
}

class Refused {
  readonly error: RequestError
  readonly headers: Readonly<Record<string, string>>

  constructor(error: RequestError, headers: Readonly<Record<string, string>> = {}) {
    this.error = error
    this.headers = headers
  }
}

async function admit(request: IncomingMessage, { feed, origins, isClosing, onIdentified }: FeedListening) {
  if (isClosing()) return new Refused(new RequestError('NOT_READY'))
  if (!isUpgradeToWebSocket(request)) {
    return new Refused(new RequestError('UPGRADE_REQUIRED'), { upgrade: 'websocket', 'sec-websocket-version': '13' })
  }
  const query = request.url?.indexOf('?') ?? -1
  if (query >= 0)
    return new Refused(new RequestError('UNKNOWN_FIELD', '', 'The feed takes no query, and no token in one.'))
  if (!isOriginGood(request, origins)) {
    return new Refused(new RequestError('FORBIDDEN', 'origin', 'Pages of this origin may not read the feed.'))
  }
  const token = tokenOf(request)
  if (token instanceof RequestError) return new Refused(token)
  const caller = token === undefined ? NO_TOKEN : await feed.callers.identify(token)
  if (!(caller instanceof Caller)) {
    feed.metrics.authFailed('feed', caller)
    const error = new RequestError('UNAUTHENTICATED', 'authorization', `The bearer token is refused: ${caller}.`)
    return new Refused(error, { 'www-authenticate': 'Bearer' })
  }
  onIdentified(request.socket)
  const limited = feed.rates.request(caller)
  if (limited !== undefined) {
    const { retryAfterMs = 0 } = limited
    return new Refused(limited, { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) })
  }
  if (caller.session < 0) caller.resolve()
  const entitlement = entitlementOf(caller)
  if (entitlement === undefined) return new Refused(new RequestError('FORBIDDEN'))
  if (feed.size >= CONNECTIONS_MAX || feed.countOf(caller.grant.clientID) >= CONNECTIONS_OF_CLIENT_MAX) {
    return new Refused(new RequestError('RATE_LIMITED', '', 'Too many connections of the feed.'), {
      'retry-after': '1',
    })
  }
  return { caller, entitlement }
}

function isUpgradeToWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket'
}

/** A browser says where the page that asks came from; other clients say nothing. */
function isOriginGood({ headers, socket }: IncomingMessage, origins: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin === undefined) return true
  const scheme = socket instanceof TLSSocket ? 'https' : 'http'
  return origin === `${scheme}://${host}` || origins.includes(origin)
}

/** The token, undefined where there is none. */
function tokenOf({ headers }: IncomingMessage): string | undefined | RequestError {
  const offered = headers['sec-websocket-protocol']?.split(',').map((word) => word.trim())
  const beside = offered?.filter((word) => word.startsWith(BEARER_PROTOCOL)) ?? []
  if (offered !== undefined && !offered.includes(FEED_PROTOCOL)) {
    return new RequestError('NOT_IN_SET', 'sec-websocket-protocol', `The subprotocol is ${FEED_PROTOCOL}.`)
  }
  if (beside.length + (headers.authorization === undefined ? 0 : 1) > 1) {
    return new RequestError('FIELD_CONFLICT', 'authorization', 'One token: in the header or beside the subprotocol.')
  }
  if (beside.length === 1) return (beside[0] as string).slice(BEARER_PROTOCOL.length)
  return /^bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(headers.authorization ?? '')?.[1]
}

function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function refuse({ metrics }: Feed, socket: Duplex, { error, headers }: Refused): void {
  const { code, field, text } = error
  metrics.refused('feed', code)
  const { httpStatus } = errorRow(code)
  const body = JSON.stringify({ error: { code, field, text } })
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus]}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n${more.join('')}\r\n${body}`,
    () => socket.destroy(),
  )
}
