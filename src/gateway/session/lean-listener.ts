/** The lean session's own listener: TCP, TLS or a Unix socket, frames of length and bytes. */
import type { Socket } from 'node:net'
import { FrameCutter, frameOf } from '../../wire/frames.ts'
import { carrierOf } from '../carriers.ts'
import { CONNECTION_BOUNDS, Connections } from '../connections.ts'
import { listenSockets, type SocketAddress, type SocketListener } from '../socket-listener.ts'
import { certificateOf, type TlsFiles } from '../tls.ts'
import type { Sessions } from './sessions.ts'

/** A connection that was ended is gone after this, whether the client has read its end or not. */
export const END_MS = 1_000

/** Its `close` takes no more connections; the sessions end by {@link Sessions.close}. */
export function listenLean(sessions: Sessions, at: SocketAddress, tls?: TlsFiles): Promise<SocketListener> {
  const connections = new Connections(CONNECTION_BOUNDS)
  return listenSockets((socket) => carry(sessions, connections, socket), at, { connections, tls })
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
