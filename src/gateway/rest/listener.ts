/**
 * The socket that the REST wire listens at, with TLS or without. Connections are counted where they begin, before a
 * handshake.
 */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { findCarriers } from '../carriers.ts'
import type { Connections } from '../connections.ts'
import { refuseStrangers, type TlsFiles, tlsOptions } from '../tls.ts'

export interface Listening {
  readonly connections: Connections
  /** Connections at once. */
  readonly max: number
  readonly tls: TlsFiles | undefined
}

export function createListener(options: ServerOptions, answer: RequestListener, listening: Listening): Server {
  const { connections, max, tls } = listening
  const server: Server =
    tls === undefined ? createServer(options, answer) : createTlsServer({ ...options, ...tlsOptions(tls) }, answer)
  server.maxConnections = max
  server.on('connection', (socket) => connections.opened(socket))
  if (tls !== undefined) {
    findCarriers(server)
    refuseStrangers(server)
  }
  return server
}
