/**
 * The TCP connections below TLS. A bound on connections counts them where they begin, before a handshake, so that those which
 * never finish one are bounded as any other that says nothing.
 */
import type { Server, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** TCP connections below those that requests come by, where the two are not one. */
const carriers = new WeakMap<Socket, Socket>()

/** The TCP connection of a request's socket. */
export function carrierOf(socket: Socket): Socket {
  return carriers.get(socket) ?? socket
}

/** Node has no public way from a TLS socket to what carries it: the peer's address and port name both. */
export function findCarriers(server: Server): void {
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
