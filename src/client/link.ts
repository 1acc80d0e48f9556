/**
 * One connection to a gate, from dial to end: logs on, sends and hands on messages, keeps both sides' heartbeats, and
 * ends when the gate is silent. What is asked over it, and asked again over the next one, is not its matter.
 */
import { OrderSessionRequest, OrderSessionResponse } from '../wire/portcullis/v1/gate_service.gen.ts'
import type { ClientMessage, LoggedOn, Logon, ServerMessage } from '../wire/portcullis/v1/session.gen.ts'
import type { Clock } from './clock.ts'
import type { Dial, Endpoint, Transport } from './endpoint.ts'

export type ServerBody = NonNullable<ServerMessage['body']>
export type Numbered = Pick<ServerMessage, 'seq' | 'refSeq'>

export interface LinkEvents {
  loggedOn(terms: LoggedOn): void
  /** A message of the gate that is neither LoggedOn nor Logout. */
  told(body: ServerBody, numbers: Numbered): void
  /** All messages of one frame were handed on. */
  frameEnded(): void
  /** Told once. `code` is that of the gate's Logout, empty where it sent none. */
  ended(why: string, code: string): void
}

export interface LinkOptions {
  readonly clock: Clock
  readonly dial: Dial
  readonly endpoint: Endpoint
  readonly logon: Logon
  /** From the dial to LoggedOn. */
  readonly logonMs: number
}

/** A side is held for dead after so many heartbeats of silence. */
const SILENT_HEARTBEATS = 2.5
/** Looks at silence so often within a heartbeat. */
const LOOKS = 4
/** Bytes of messages in one frame, well under what a frame may have. */
const FRAME_ROOM = 128 * 1024

export class Link {
  readonly endpoint: Endpoint
  readonly #clock: Clock
  readonly #events: LinkEvents
  readonly #giveUp: () => void
  #transport: Transport | undefined
  #stage: 'dialling' | 'on' | 'over' = 'dialling'
  #heartbeatMs = 0
  #sentMs = 0
  #heardMs = 0
  #stopWaiting: () => void
  #code = ''
  #why = ''

  constructor({ clock, dial, endpoint, logon, logonMs }: LinkOptions, events: LinkEvents) {
    this.endpoint = endpoint
    this.#clock = clock
    this.#events = events
    this.#stopWaiting = clock.after(logonMs, () => this.end(`no logon within ${logonMs} ms`))
    this.#giveUp = dial(endpoint, {
      opened: (transport) => {
        if (this.#stage === 'over') return transport.close()
        this.#transport = transport
        this.#write([{ seq: 0, body: { $case: 'logon', value: logon } }])
      },
      received: (body) => this.#read(body),
      closed: (why) => this.end(why),
    })
  }

  get isOn(): boolean {
    return this.#stage === 'on'
  }

  /** Sends messages, in as few frames as they fit into. */
  send(messages: readonly ClientMessage[]): void {
    if (this.#stage !== 'on') return
    let from = 0
    let bytes = 0
    for (let to = 0; to < messages.length; to++) {
      const more = sizeOf(messages[to] as ClientMessage)
      if (to > from && bytes + more > FRAME_ROOM) {
        this.#write(messages.slice(from, to))
        from = to
        bytes = 0
      }
      bytes += more
    }
    if (from < messages.length) this.#write(messages.slice(from))
  }

  /** Leaves with a word where there is time for one. */
  leave(): void {
    this.send([{ seq: 0, body: { $case: 'logout', value: { code: '', text: '' } } }])
    this.end('left')
  }

  end(why: string): void {
    if (this.#stage === 'over') return
    this.#stage = 'over'
    this.#stopWaiting()
    this.#transport?.close()
    this.#giveUp()
    this.#events.ended(this.#why || why, this.#code)
  }

  #read(bytes: Uint8Array): void {
    if (this.#stage === 'over') return
    let messages: readonly ServerMessage[]
    try {
      messages = OrderSessionResponse.decode(bytes).messages
    } catch {
      return this.end('what came is no message')
    }
    this.#heardMs = this.#clock.nowMs()
    for (const { body, seq, refSeq } of messages) {
      // A handler may have ended the link.
      if ((this.#stage as string) === 'over') return
      if (body !== undefined) this.#message(body, { seq, refSeq })
    }
    if ((this.#stage as string) === 'on') this.#events.frameEnded()
  }

  #message(body: ServerBody, numbers: Numbered): void {
    if (body.$case === 'logout') {
      this.#code = body.value.code
      this.#why = body.value.code === '' ? 'the gate left' : `${body.value.code}: ${body.value.text}`
      return this.end(this.#why)
    }
    if (body.$case === 'loggedOn') {
      if (this.#stage === 'on') return this.end('a second LoggedOn')
      this.#stage = 'on'
      this.#stopWaiting()
      this.#heartbeatMs = body.value.heartbeatMs
      this.#watch()
      return this.#events.loggedOn(body.value)
    }
    if (this.#stage !== 'on') return this.end('a message before LoggedOn')
    this.#events.told(body, numbers)
  }

  /** Beats where nothing was sent for half a heartbeat, and ends where nothing was heard for too long. */
  #watch(): void {
    const nowMs = this.#clock.nowMs()
    if (nowMs - this.#heardMs > this.#heartbeatMs * SILENT_HEARTBEATS) return this.end('the gate is silent')
    if (nowMs - this.#sentMs >= this.#heartbeatMs / 2) {
      this.#write([{ seq: 0, body: { $case: 'heartbeat', value: { durableSeq: 0, timeUs: 0 } } }])
    }
    this.#stopWaiting = this.#clock.after(this.#heartbeatMs / LOOKS, () => this.#watch())
  }

  #write(messages: readonly ClientMessage[]): void {
    this.#sentMs = this.#clock.nowMs()
    this.#transport?.send(OrderSessionRequest.encode({ messages: [...messages] }).finish())
  }
}

/** Bytes of the texts of a message, roughly: each character one, each field a few more. */
function sizeOf({ body }: ClientMessage): number {
  let bytes = 16
  for (const value of Object.values(body?.value ?? {})) bytes += 4 + (typeof value === 'string' ? value.length * 3 : 10)
  return bytes
}
