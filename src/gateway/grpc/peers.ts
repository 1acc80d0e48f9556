/** The connections that calls come by: who has shown a good token on each, and what its calls take until then. */
import type { Socket } from 'node:net'
import type { Caller } from '../caller.ts'
import { carrierOf } from '../carriers.ts'
import type { Connections } from '../connections.ts'

export interface Peer {
  readonly socket: Socket
  /** It has shown a good token, and has a place among those that have. */
  isKnown: boolean
  /** What the calls that run on it have taken while it was not known, in bytes. */
  cost: number
  /** What its calls sent last: most send the same token with every call. */
  memo: { readonly header: string; readonly caller: Caller } | undefined
}

export class Peers {
  readonly #connections: Connections
  readonly #byAddress = new Map<string, Peer>()

  constructor(connections: Connections) {
    this.#connections = connections
  }

  opened(socket: Socket): void {
    const address = `${socket.remoteAddress}:${socket.remotePort}`
    const peer: Peer = { socket, isKnown: false, cost: 0, memo: undefined }
    this.#byAddress.set(address, peer)
    socket.once('close', () => {
      if (this.#byAddress.get(address) === peer) this.#byAddress.delete(address)
    })
  }

  /** The connection of a call, by address and port as grpc-js says them; undefined where it is gone. */
  of(address: string): Peer | undefined {
    return this.#byAddress.get(address)
  }

  identified(peer: Peer): void {
    const carrier = carrierOf(peer.socket)
    this.#connections.identified(carrier)
    peer.isKnown = this.#connections.isKnown(carrier)
  }
}
