/** A plain client of the lean session, written from the contract alone: for tests. */
import { connect, type Socket } from 'node:net'
import { FrameCutter, frameOf } from '../gateway/session/frames.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { ClientMessage, LoggedOn, Logon, Logout, ServerMessage } from '../wire/portcullis/v1/session.gen.ts'

export type ClientBody = NonNullable<ClientMessage['body']>
type ServerBody = NonNullable<ServerMessage['body']>
type Kind = ServerBody['$case']
/** A message with a body of this kind. */
export type Told<K extends Kind = Kind> = Omit<ServerMessage, 'body'> & {
  readonly value: Extract<ServerBody, { $case: K }>['value']
}

export class LeanClient {
  readonly socket: Socket
  /** Everything that came, in its order. */
  readonly messages: ServerMessage[] = []
  readonly closed: Promise<void>
  isClosed = false
  seq = 0
  readonly #cutter = new FrameCutter()
  readonly #waiting: { readonly test: (message: ServerMessage) => boolean; readonly settle: () => void }[] = []
  #fail: (error: Error) => void = () => {}

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', () => {})
    this.closed = new Promise((settle) =>
      socket.once('close', () => {
        this.isClosed = true
        this.#fail(new Error('the connection is closed'))
        settle()
      }),
    )
  }

  /** @param at host:port, or the path of a Unix socket */
  static async connect(at: string): Promise<LeanClient> {
    const tcp = /^(.*):(\d+)$/.exec(at)
    const socket = tcp === null ? connect(at) : connect(Number(tcp[2]), tcp[1] as string)
    socket.setNoDelay(true)
    await new Promise<void>((settle, fail) => socket.once('connect', settle).once('error', fail))
    return new LeanClient(socket)
  }

  async logOn(accessToken: string, more: Partial<Logon> = {}): Promise<LoggedOn> {
    const logon = {
      ...{ version: 1, accessToken, epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000, window: 0 },
      ...{ cancelOnDisconnect: false, ...more },
    }
    this.tell({ $case: 'logon', value: logon })
    return (await this.next('loggedOn')).value
  }

  /** Sends commands in one frame, with the next numbers; returns that of the last. */
  send(...bodies: readonly ClientBody[]): number {
    this.sendMessages(bodies.map((body) => ({ seq: ++this.seq, body })))
    return this.seq
  }

  /** Sends what has no number. */
  tell(body: ClientBody): void {
    this.sendMessages([{ seq: 0, body }])
  }

  sendMessages(messages: ClientMessage[]): void {
    this.socket.write(frameOf(OrderSessionRequest.encode({ messages }).finish()))
  }

  /** Sends a command and gives its answer. */
  async ask<K extends Kind>(kind: K, body: ClientBody): Promise<Told<K>> {
    const refSeq = this.send(body)
    return this.next(kind, (message) => message.refSeq === refSeq)
  }

  /** What a command is answered with, of whatever kind. */
  answerTo(seq: number): Promise<ServerMessage> {
    return this.#first(`answer to ${seq}`, (message) => message.refSeq === seq)
  }

  /** The first message of the kind that fits, among those that came or when it comes. */
  async next<K extends Kind>(kind: K, fits: (message: ServerMessage) => boolean = () => true): Promise<Told<K>> {
    const found = await this.#first(kind, (message) => message.body?.$case === kind && fits(message))
    return { ...found, value: found.body?.value } as unknown as Told<K>
  }

  async #first(what: string, test: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    if (!this.messages.some(test)) {
      if (this.isClosed) throw new Error(`the connection is closed: no ${what}`)
      await new Promise<void>((settle, fail) => {
        this.#waiting.push({ test, settle })
        const before = this.#fail
        this.#fail = (error) => {
          before(error)
          fail(new Error(`${error.message}: no ${what}; the last was ${JSON.stringify(this.messages.at(-1))}`))
        }
      })
    }
    return this.messages.find(test) as ServerMessage
  }

  /** How the gate ended the session. */
  async logout(): Promise<Logout> {
    const { value } = await this.next('logout')
    await this.closed
    return value
  }

  close(): void {
    this.socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#cutter.cut(chunk, (frame) => {
      for (const message of OrderSessionResponse.decode(frame).messages) {
        this.messages.push(message)
        for (const { test, settle } of this.#waiting) if (test(message)) settle()
      }
    })
  }
}
