/** A line to a gate that stands at one place while the gate behind it goes and comes back, and that is cut after so many bytes. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export class CuttingProxy {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  #target: string
  /** Bytes that pass, both ways together, before the next cut; undefined for a line that holds. */
  nextCut: () => number | undefined = () => undefined
  cuts = 0

  private constructor(target: string) {
    this.#target = target
    this.#server = createServer({ noDelay: true }, (socket) => this.#carry(socket))
  }

  /** @param target host:port */
  static async start(target: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target)
    await new Promise<void>((settle) => proxy.#server.listen(0, '127.0.0.1', settle))
    return proxy
  }

  get endpoint(): string {
    const address = this.#server.address()
    return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  }

  /** New connections go there. */
  set target(target: string) {
    this.#target = target
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise<void>((settle) => this.#server.close(() => settle()))
  }

  #carry(client: Socket): void {
    const [host, port] = this.#target.split(':')
    const gate = connect({ host: host ?? '', port: Number(port), noDelay: true })
    let left = this.nextCut() ?? Number.POSITIVE_INFINITY
    const end = () => {
      client.destroy()
      gate.destroy()
    }
    for (const [from, to] of [
      [client, gate],
      [gate, client],
    ] as const) {
      this.#open.add(from)
      from.on('error', end)
      from.once('close', () => {
        this.#open.delete(from)
        end()
      })
      from.on('data', (chunk: Buffer) => {
        // The piece before the cut arrives: a frame may end in its middle.
        to.write(chunk.subarray(0, Math.max(0, left)))
        left -= chunk.length
        if (left > 0) return
        this.cuts++
        to.end()
        end()
      })
    }
  }
}
