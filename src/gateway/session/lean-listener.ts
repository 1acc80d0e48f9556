/** The lean session's own listener: TCP, TLS or a Unix socket, frames of length and bytes. */
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { carrierOf, findCarriers } from '../carriers.ts'
import { CONNECTION_BOUNDS, Connections } from '../connections.ts'
import { certificateOf, refuseStrangers, type TlsFiles, tlsOptions } from '../tls.ts'
import { FrameCutter, frameOf } from './frames.ts'
import type { Sessions } from './sessions.ts'

/** A connection that was ended is gone after this, whether the client has read its end or not. */
const END_MS = 1_000
/** Of a Unix socket: its owner alone. */
const OWNER_ONLY = 0o600

export type LeanAddress = { readonly port: number; readonly host: string } | { readonly path: string }

export interface LeanListener {
  /** host:port, or the path. */
  readonly address: string
  /** Takes no more connections; the sessions end by {@link Sessions.close}. */
  close(): Promise<void>
}

export async function listenLean(sessions: Sessions, at: LeanAddress, tls?: TlsFiles): Promise<LeanListener> {
  const connections = new Connections(CONNECTION_BOUNDS)
  const serve = (socket: Socket) => carry(sessions, connections, socket)
  const server: Server =
    tls === undefined
      ? createServer({ noDelay: true }, serve)
      : createTlsServer({ ...tlsOptions(tls), noDelay: true }, serve)
  server.maxConnections = CONNECTION_BOUNDS.knownMax + CONNECTION_BOUNDS.unknownMax
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

function carry(sessions: Sessions, connections: Connections, socket: Socket): void {
  const cutter = new FrameCutter()
  const session = sessions.connect({
    send: (response) => {
      if (socket.writable) socket.write(frameOf(response))
    },
    get unread() {
      return socket.writableLength
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    end: () => {
      socket.destroySoon()
      // Who does not read does not keep what was sent in memory, and its place among the connections.
      const late = setTimeout(() => socket.destroy(), END_MS)
      socket.once('close', () => clearTimeout(late))
    },
    certificate: certificateOf(socket)?.thumbprint,
    identified: () => connections.identified(carrierOf(socket)),
  })
  socket.on('data', (chunk: Buffer) => {
    if (!cutter.cut(chunk, (frame) => session.take(frame))) session.over('MALFORMED_MESSAGE', 'frame')
  })
  // What went wrong with a connection is its end, and nothing else.
  socket.on('error', () => socket.destroy())
  socket.on('close', () => session.gone())
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') return address ?? ''
  return `${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
