/** A plain client of the lean session: for tests. */
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { FrameCutter, frameOf } from '../wire/frames.ts'
import { SessionClient } from './session-client.ts'

export type { ClientBody } from './session-client.ts'

export class LeanClient extends SessionClient {
  readonly socket: Socket
  override readonly closed: Promise<void>
  readonly #cutter = new FrameCutter()

  private constructor(socket: Socket) {
    super()
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#cutter.cut(chunk, (frame) => this.received(frame))
    })
    socket.on('error', () => {})
    this.closed = new Promise((settle) =>
      socket.once('close', () => {
        this.ended()
        settle()
      }),
    )
  }

  /** @param at host:port, or the path of a Unix socket */
  static async connect(at: string, tls?: ConnectionOptions): Promise<LeanClient> {
    const [, host, port] = /^(.*):(\d+)$/.exec(at) ?? []
    const to = host === undefined ? { path: at } : { host, port: Number(port) }
    const socket = tls === undefined ? connect(to) : connectTls({ ...to, ...tls })
    socket.setNoDelay(true)
    const ready = tls === undefined ? 'connect' : 'secureConnect'
    await new Promise<void>((settle, fail) => socket.once(ready, settle).once('error', fail))
    return new LeanClient(socket)
  }

  protected override write(request: Uint8Array): void {
    this.socket.write(frameOf(request))
  }

  override close(): void {
    this.socket.destroy()
  }
}
