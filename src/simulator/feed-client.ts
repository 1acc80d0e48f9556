/** A client of the live feed: for tests. */
import WebSocket, { type ClientOptions } from 'ws'
import type { LooseJson } from './loose-json.ts'

export interface FeedEnd {
  readonly code: number
  readonly reason: string
}

/** Why an upgrade was refused. */
export class FeedRefused extends Error {
  readonly status: number
  readonly body: LooseJson

  constructor(status: number, body: LooseJson) {
    super(`the upgrade was refused: ${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
  }
}

export class FeedClient {
  /** Everything that came, in its order. */
  readonly messages: LooseJson[] = []
  readonly socket: WebSocket
  readonly closed: Promise<FeedEnd>
  #wake: (() => void)[] = []
  #end: FeedEnd | undefined

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data) => {
      this.messages.push(JSON.parse(String(data)))
      this.#wakeAll()
    })
    socket.on('error', () => {})
    this.closed = new Promise((settle) =>
      socket.on('close', (code, reason) => {
        this.#end = { code, reason: String(reason) }
        this.#wakeAll()
        settle(this.#end)
      }),
    )
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }

  /** @param url of the gate, http or https @throws FeedRefused */
  static async connect(url: string, token: string, options: ClientOptions = {}): Promise<FeedClient> {
    return FeedClient.open(url, [], { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } })
  }

  static async open(url: string, protocols: string[], options: ClientOptions): Promise<FeedClient> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/feed`, protocols, options)
    const client = new FeedClient(socket)
    await new Promise<void>((settle, fail) => {
      socket.once('open', settle).once('error', fail)
      socket.once('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          fail(new FeedRefused(response.statusCode ?? 0, JSON.parse(Buffer.concat(chunks).toString())))
          socket.terminate()
        })
      })
    })
    return client
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Subscribes, and gives the answer. */
  async subscribe(message: object): Promise<LooseJson> {
    this.send(message)
    return this.next('subscribed')
  }

  /** The first message that fits, among those that came or when it comes. */
  async next(type: string, fits: (message: LooseJson) => boolean = () => true): Promise<LooseJson> {
    for (;;) {
      const found = this.messages.find((message) => message.type === type && fits(message))
      if (found !== undefined) return found
      if (this.#end !== undefined) throw new Error(`closed with ${JSON.stringify(this.#end)}: no ${type}`)
      await new Promise<void>((settle) => this.#wake.push(settle))
    }
  }

  /** All decisions, or alerts, that came. */
  all(channel: 'decisions' | 'alerts'): LooseJson[] {
    return this.messages.flatMap((message) => (message.type === channel ? message[channel] : []))
  }

  /** Everything that was sent before this has come. */
  async settled(): Promise<void> {
    await new Promise<void>((settle) => {
      this.socket.once('pong', () => settle())
      this.socket.ping()
    })
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}
