/**
 * The socket that the REST wire listens at, with TLS or without. Connections are counted where they begin, before a
 * handshake, so that those which never finish one are bounded as any other that says nothing.
 */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Connections } from '../connections.ts'
import { TLS_TERMS, type TlsFiles } from '../tls.ts'

export interface Listening {
  readonly connections: Connections
  /** Connections at once. */
  readonly max: number
  readonly tls: TlsFiles | undefined
}

/** TCP connections below those that requests come by, where the two are not one. */
const carriers = new WeakMap<Socket, Socket>()

/** The TCP connection of a request's socket. */
export function carrierOf(socket: Socket): Socket {
  return carriers.get(socket) ?? socket
}

export function createListener(options: ServerOptions, answer: RequestListener, listening: Listening): Server {
  const { connections, max, tls } = listening
  const secured = { ...options, ...tls, ...TLS_TERMS } as const
  const server: Server = tls === undefined ? createServer(options, answer) : createTlsServer(secured, answer)
  server.maxConnections = max
  server.on('connection', (socket) => connections.opened(socket))
  if (tls !== undefined) findCarriers(server)
  return server
}

/** Node has no public way from a TLS socket to what carries it: the peer's address and port name both. */
function findCarriers(server: Server): void {
  const open = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    open.set(peer, socket)
    socket.once('close', () => {
      if (open.get(peer) === socket) open.delete(peer)
    })
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    const carrier = open.get(peerOf(socket))
    if (carrier !== undefined) carriers.set(socket, carrier)
  })
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`
}
