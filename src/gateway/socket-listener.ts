/**
 * A listener of connections that the gate reads itself: TCP, TLS or a Unix socket. Connections are counted where they begin,
 * before a handshake.
 */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { findCarriers } from './carriers.ts'
import type { Connections } from './connections.ts'
import { refuseStrangers, type TlsFiles, tlsOptions } from './tls.ts'

/** Of a Unix socket: its owner alone. */
const OWNER_ONLY = 0o600

export type SocketAddress = { readonly port: number; readonly host: string } | { readonly path: string }

export interface SocketListening {
  readonly connections: Connections
  readonly tls: TlsFiles | undefined
  /** Protocols that a client must name one of, where it has TLS. */
  readonly protocols?: readonly string[]
}

export interface SocketListener {
  /** host:port, or the path. */
  readonly address: string
  /** Takes no more connections; settles when the last has ended. */
  close(): Promise<void>
}

/** @param serve gets each connection once its bytes can be read */
export async function listenSockets(
  serve: (socket: Socket) => void,
  at: SocketAddress,
  { connections, tls, protocols }: SocketListening,
): Promise<SocketListener> {
  const terms = { noDelay: true, ...(protocols === undefined ? {} : { ALPNProtocols: [...protocols] }) }
  const server: Server =
    tls === undefined
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ ...tlsOptions(tls), ...terms }, serve)
  server.maxConnections = connections.max
  // A Unix socket has no peer that a carrier could be found by; only its owner opens one.
  const isCarried = tls !== undefined && !('path' in at)
  server.on(tls === undefined || isCarried ? 'connection' : 'secureConnection', (socket: Socket) =>
    connections.opened(socket),
  )
  if (isCarried) findCarriers(server)
  if (tls !== undefined) refuseStrangers(server)
  // A path that a gate left behind is nobody's: the lock on the data folder says that no other runs.
  if ('path' in at) rmSync(at.path, { force: true })
  await new Promise<void>((settle, fail) => {
    server.once('error', fail)
    server.listen('path' in at ? { path: at.path } : at, settle)
  })
  if ('path' in at) chmodSync(at.path, OWNER_ONLY)
  return {
    address: addressOf(server),
    close: () => new Promise((settle) => server.close(() => settle())),
  }
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return address ?? ''
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
