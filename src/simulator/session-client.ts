/** A client of the order session, written from the contract alone, whatever carries it: for tests. */
import { OrderSessionRequest, OrderSessionResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import {
  CancelOnDisconnect,
  type ClientMessage,
  type LoggedOn,
  type Logon,
  type Logout,
  type ServerMessage,
} from '../wire/portcullis/v1/session.gen.ts'

export type ClientBody = NonNullable<ClientMessage['body']>
type ServerBody = NonNullable<ServerMessage['body']>
type Kind = ServerBody['$case']
/** A message with a body of this kind. */
export type Told<K extends Kind = Kind> = Omit<ServerMessage, 'body'> & {
  readonly value: Extract<ServerBody, { $case: K }>['value']
}

export abstract class SessionClient {
  /** Everything that came, in its order. */
  readonly messages: ServerMessage[] = []
  /** Settles when the connection has ended. */
  abstract readonly closed: Promise<unknown>
  isClosed = false
  seq = 0
  readonly #waiting: { readonly test: (message: ServerMessage) => boolean; readonly settle: () => void }[] = []
  #fail: (error: Error) => void = () => {}

  /** Sends an OrderSessionRequest. */
  protected abstract write(request: Uint8Array): void
  /** Leaves without a word. */
  abstract close(): void

  async logOn(accessToken: string, more: Partial<Logon> = {}): Promise<LoggedOn> {
    const logon = {
      ...{ version: 1, accessToken, epoch: 0, lastSeenSeq: 0, heartbeatMs: 60_000, window: 0 },
      ...{ cancelOnDisconnect: CancelOnDisconnect.CANCEL_ON_DISCONNECT_UNSPECIFIED, ...more },
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
    this.write(OrderSessionRequest.encode({ messages }).finish())
  }

  /** Sends a command and gives its answer. */
  async ask<K extends Kind>(kind: K, body: ClientBody): Promise<Told<K>> {
    const refSeq = this.send(body)
    return this.next(kind, (message) => message.refSeq === refSeq)
  }

  /** The first message of the kind that fits, among those that came or when it comes. */
  async next<K extends Kind>(kind: K, fits: (message: ServerMessage) => boolean = () => true): Promise<Told<K>> {
    const found = await this.first((message) => message.body?.$case === kind && fits(message), kind)
    return { ...found, value: found.body?.value } as unknown as Told<K>
  }

  /** Sends the bytes of an OrderSessionRequest, whatever they are; commands in it take numbers of their own. */
  sendBytes(request: Uint8Array): void {
    this.write(request)
  }

  /** The answer to a command, of whatever kind. */
  answerTo(seq: number): Promise<ServerMessage> {
    return this.first(({ refSeq }) => refSeq === seq, 'answer')
  }

  private async first(test: (message: ServerMessage) => boolean, kind: string): Promise<ServerMessage> {
    if (!this.messages.some(test)) {
      if (this.isClosed) throw new Error(`the connection is closed: no ${kind}`)
      await new Promise<void>((settle, fail) => {
        this.#waiting.push({ test, settle })
        const before = this.#fail
        this.#fail = (error) => {
          before(error)
          fail(new Error(`${error.message}: no ${kind}; the last was ${JSON.stringify(this.messages.at(-1))}`))
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

  /** An OrderSessionResponse has come. */
  protected received(response: Uint8Array): void {
    for (const message of OrderSessionResponse.decode(response).messages) {
      this.messages.push(message)
      for (const { test, settle } of this.#waiting) if (test(message)) settle()
    }
  }

  /** Nothing more will come. */
  protected ended(): void {
    this.isClosed = true
    this.#fail(new Error('the connection is closed'))
  }
}
