/**
 * One connection of the feed: its first message says what it wants, then it is sent that, no faster than it reads. What it
 * does not read is dropped with a word, and it ends when it is silent, reads nothing, or is no longer allowed.
 */
import type { RawData, WebSocket } from 'ws'
import type { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import { type BadRequest, type Channel, type FeedRequest, readFeedRequest } from './feed-request.ts'
import { type Entitlement, entitlementOf, FeedView } from './feed-view.ts'
import type { EventChannel, FeedMessage, KeptMessages } from './kept-messages.ts'

/** Codes that a connection is closed with: RFC 6455, and two of the feed's own. */
export const CLOSE = {
  going: 1001,
  binary: 1003,
  policy: 1008,
  failed: 1011,
  slow: 1013,
  token: 4401,
  duty: 4403,
} as const
/** The first message comes within this. */
const FIRST_MS = 5_000
/** Bytes that were sent and not read beyond which nothing more is sent. */
export const UNREAD_MAX = 8 * 1024 * 1024
/** A client that reads nothing of what waits for it is closed after this. */
export const STUCK_MS = 10_000
const PING_MS = 15_000
/** A client that answers no ping, and says nothing else, is gone. */
const SILENT_MS = 40_000
/** From the closing word to the end of the connection. */
const END_MS = 1_000
/** Pings of a client are answered while no more than this waits to be read. */
const PONG_UNREAD_MAX = 64 * 1024

/** What all connections of the feed share. */
export interface FeedHome {
  readonly gate: Gate
  readonly callers: Callers
  readonly metrics: Metrics
  readonly delays: Delays
  readonly kept: KeptMessages
  /** The client has said what it wants. */
  join(subscriber: Subscriber): void
  left(subscriber: Subscriber): void
  /** The state as a client may know it. */
  stateFor(subscriber: Subscriber): string
}

interface Dropped {
  events: number
  readonly from: number
  to: number
}

export class Subscriber {
  readonly caller: Caller
  readonly #feed: FeedHome
  readonly #socket: WebSocket
  readonly #entitlement: Exclude<Entitlement, undefined>
  view: FeedView | undefined
  #channels: readonly Channel[] = []
  #dropped: Dropped | undefined
  /** State that was last sent; and whether there is a newer one to send. */
  #state = ''
  #owesState = false
  /** Of a ping that waits for its answer. */
  #ping: Buffer | undefined
  #sent = 0
  /** Most that it had read of what was sent, and when it read something last, or had nothing to read. */
  #read = 0
  #readMs: number
  #heardMs: number
  #pingedMs: number
  readonly #openedMs: number
  #isOver = false

  constructor(feed: FeedHome, socket: WebSocket, caller: Caller, entitlement: Exclude<Entitlement, undefined>) {
    this.#feed = feed
    this.#socket = socket
    this.caller = caller
    this.#entitlement = entitlement
    this.#openedMs = feed.delays.nowMs()
    this.#readMs = this.#openedMs
    this.#heardMs = this.#openedMs
    this.#pingedMs = this.#openedMs
    socket.on('message', (data, isBinary) => this.#message(data, isBinary))
    socket.on('ping', (data) => this.#answerPing(data))
    socket.on('pong', () => this.#hear())
    // ws closes the connection with the code of RFC 6455 that fits.
    socket.on('error', () => {})
    socket.on('close', () => this.#gone())
  }

  wants(channel: Channel): boolean {
    return this.#channels.includes(channel)
  }

  #hear(): void {
    this.#heardMs = this.#feed.delays.nowMs()
  }

  #answerPing(data: Buffer): void {
    this.#hear()
    this.#ping = data
    this.#pong()
  }

  /** Answers the newest ping, where the client reads: it cannot make answers pile up. */
  #pong(): void {
    if (this.#ping === undefined || this.#socket.bufferedAmount > PONG_UNREAD_MAX) return
    this.#socket.pong(this.#ping)
    this.#ping = undefined
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return
    this.#hear()
    if (isBinary) return this.end(CLOSE.binary, 'messages are JSON texts')
    if (this.view !== undefined) return this.end(CLOSE.policy, 'a connection has one subscription: its first message')
    const { directory } = this.#feed.gate
    const request = readFeedRequest(String(data), directory, this.#entitlement === 'all')
    if (isBad(request)) return this.end(request.close, request.reason)
    this.#begin(request)
  }

  #begin(request: FeedRequest): void {
    const { gate, kept } = this.#feed
    const { channels, from } = request
    this.#channels = channels
    const view = new FeedView(gate, this.caller, this.#entitlement, request)
    this.view = view
    const events = channels.filter((channel): channel is EventChannel => channel !== 'state')
    // Asked before the channels are made: what nobody wanted until now was missed.
    const missed = from === undefined || from.run !== gate.epoch ? undefined : kept.from(from.number, events)
    this.#feed.join(this)
    const { directory } = gate
    this.#say({
      type: 'subscribed',
      version: 'portcullis.v1',
      firm: directory.firm,
      profile: directory.profile,
      sees: this.#entitlement,
      subscribe: channels,
      run: gate.epoch,
      number: kept.last,
      resumed: from === undefined ? undefined : missed !== undefined,
    })
    if (from !== undefined && missed === undefined) {
      this.#say({ type: 'gap', gap: true, from: from.number, run: from.run, to: kept.last })
    }
    for (const message of missed ?? []) this.tell(message, textOf(message, view))
    // After a gap the state stands for what was missed, whether it was asked for or not.
    if (this.wants('state') || (from !== undefined && missed === undefined)) this.tellState(this.#feed.stateFor(this))
  }

  /** A message of a channel that it wants. `text`: as its view has it; undefined where nothing of it is for this client. */
  tell({ number, events }: FeedMessage, text: Buffer | undefined): void {
    if (text === undefined || this.#isOver) return
    this.#sayDropped()
    if (this.#dropped === undefined && this.#socket.bufferedAmount + text.length <= UNREAD_MAX) return this.#send(text)
    const view = this.view as FeedView
    const count = events.filter((event) => view.takes(event)).length
    this.#dropped ??= { events: 0, from: number, to: number }
    this.#dropped.events += count
    this.#dropped.to = number
  }

  /** Once half of what waited is read, says what was dropped meanwhile. */
  #sayDropped(): void {
    const dropped = this.#dropped
    if (dropped === undefined || this.#socket.bufferedAmount > UNREAD_MAX / 2) return
    this.#dropped = undefined
    const { events, from, to } = dropped
    this.#say({ type: 'dropped', dropped: events, from, to })
  }

  /** The state now: only the newest is sent to who does not read. */
  tellState(state: string): void {
    if (this.#isOver || state === this.#state) return
    this.#owesState = this.#socket.bufferedAmount > 0 && this.#state !== ''
    if (this.#owesState) return
    this.#state = state
    this.#send(Buffer.from(state))
  }

  /** Looks at silence, token and reader. */
  check(nowMs: number): void {
    if (this.#isOver) return
    const fault = this.#feed.callers.faultOf(this.caller)
    if (fault !== undefined) {
      this.#feed.metrics.authFailed('feed', fault)
      return this.end(CLOSE.token, 'the token has expired or was revoked')
    }
    if (entitlementOf(this.caller) !== this.#entitlement)
      return this.end(CLOSE.duty, 'the duties of the client have changed')
    if (this.view === undefined && nowMs - this.#openedMs >= FIRST_MS) {
      return this.end(CLOSE.policy, 'the first message says what to subscribe to, within 5 s')
    }
    const unread = this.#socket.bufferedAmount
    const read = this.#sent - unread
    if (unread === 0 || read > this.#read) this.#readMs = nowMs
    this.#read = Math.max(this.#read, read)
    if (nowMs - this.#readMs >= STUCK_MS) return this.end(CLOSE.slow, 'the client does not read')
    if (nowMs - this.#heardMs >= SILENT_MS) return this.end(CLOSE.policy, 'no ping was answered')
    if (nowMs - this.#pingedMs >= PING_MS) {
      this.#pingedMs = nowMs
      this.#socket.ping()
    }
    this.#pong()
    this.#sayDropped()
    if (this.#owesState && unread === 0) this.tellState(this.#feed.stateFor(this))
  }

  /** Says why, and ends the connection. */
  end(code: number, reason: string): void {
    if (this.#isOver) return
    this.#gone()
    this.#socket.close(code, reason)
    const terminate = () => this.#socket.terminate()
    const stop = this.#feed.delays.after(END_MS, terminate)
    // The machine's own time too: at the end of the gate nobody waits for a client.
    const timer = setTimeout(terminate, END_MS)
    this.#socket.once('close', () => {
      stop()
      clearTimeout(timer)
    })
  }

  #gone(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#feed.left(this)
  }

  #say(message: object): void {
    this.#send(Buffer.from(JSON.stringify(message)))
  }

  #send(text: Buffer): void {
    this.#sent += text.length
    this.#socket.send(text, { binary: false })
  }
}

function isBad(request: FeedRequest | BadRequest): request is BadRequest {
  return 'close' in request
}

/** A message as a view has it; undefined where nothing of it is for that view. */
export function textOf({ number, channel, events }: FeedMessage, view: FeedView): Buffer | undefined {
  const texts = events.filter((event) => view.takes(event)).map(({ text }) => text)
  if (texts.length === 0) return undefined
  return Buffer.from(`{"type":"${channel}","number":${number},"${channel}":[${texts.join()}]}`)
}
