/**
 * Who may hold a connection. One that has shown a good token stays. The others, which may be anyone's, have a bounded
 * share, and the oldest of them gives way to a new one: so whoever opens connections and says nothing closes their own, and
 * a new client, which says who it is with its first request, finds room.
 */

/** What is needed of a socket. */
export interface Connection {
  readonly remoteAddress?: string | undefined
  destroy(): unknown
  once(event: 'close', listener: () => void): unknown
}

export interface ConnectionBounds {
  /** Connections that have shown a good token; one more stays among the unknown. */
  readonly knownMax: number
  /** Connections that have not, of all addresses together. */
  readonly unknownMax: number
  /** Connections of one address that have not. */
  readonly unknownOfAddressMax: number
}

export const CONNECTION_BOUNDS: ConnectionBounds = { knownMax: 8_000, unknownMax: 2_000, unknownOfAddressMax: 256 }

export class Connections {
  readonly #bounds: ConnectionBounds
  readonly #known = new Set<Connection>()
  /** Unknown connections with their address, the oldest first. */
  readonly #unknown = new Map<Connection, string>()
  readonly #byAddress = new Map<string, Set<Connection>>()

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds
  }

  /** Connections at once. */
  get max(): number {
    return this.#bounds.knownMax + this.#bounds.unknownMax
  }

  get known(): number {
    return this.#known.size
  }

  get unknown(): number {
    return this.#unknown.size
  }

  /** A new connection; the oldest unknown one goes where there are too many. */
  opened(connection: Connection): void {
    const address = connection.remoteAddress ?? ''
    const { unknownMax, unknownOfAddressMax } = this.#bounds
    const neighbours = this.#byAddress.get(address)
    if (neighbours !== undefined && neighbours.size >= unknownOfAddressMax) this.#closeFirst(neighbours)
    else if (this.#unknown.size >= unknownMax) this.#closeFirst(this.#unknown.keys())
    this.#unknown.set(connection, address)
    const now = this.#byAddress.get(address)
    if (now === undefined) this.#byAddress.set(address, new Set([connection]))
    else now.add(connection)
    connection.once('close', () => {
      this.#known.delete(connection)
      this.#forget(connection)
    })
  }

  /** The connection has shown a good token. */
  identified(connection: Connection): void {
    if (!this.#unknown.has(connection) || this.#known.size >= this.#bounds.knownMax) return
    this.#forget(connection)
    this.#known.add(connection)
  }

  isKnown(connection: Connection): boolean {
    return this.#known.has(connection)
  }

  /** Closes those that have not said who they are: an unfinished request of theirs would hold up the end. */
  closeUnknown(): void {
    for (const connection of [...this.#unknown.keys()]) this.#closeFirst([connection])
  }

  #closeFirst(connections: Iterable<Connection>): void {
    for (const connection of connections) {
      this.#forget(connection)
      connection.destroy()
      return
    }
  }

  /** Takes a connection out of the unknown ones. */
  #forget(connection: Connection): void {
    const address = this.#unknown.get(connection)
    if (address === undefined) return
    this.#unknown.delete(connection)
    const neighbours = this.#byAddress.get(address)
    neighbours?.delete(connection)
    if (neighbours?.size === 0) this.#byAddress.delete(address)
  }
}
