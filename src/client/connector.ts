/**
 * Keeps a client connected: the endpoints in the order of preference, again and again with a wait that grows and is never the
 * same for two clients, a token that is renewed before it runs out, and one connection at a time.
 */
import type { LoggedOn, Logon } from '../wire/portcullis/v1/session.gen.ts'
import type { Tokens } from './access-token.ts'
import type { Clock } from './clock.ts'
import type { Dial, Endpoint } from './endpoint.ts'
import { Link, type Numbered, type ServerBody } from './link.ts'

export interface ConnectorOptions {
  readonly clock: Clock
  readonly dial: Dial
  readonly endpoints: readonly Endpoint[]
  readonly tokens: Tokens
  readonly logonMs: number
}

export interface ConnectorEvents {
  /** What a logon says beside the token. */
  terms(): Omit<Logon, 'version' | 'accessToken'>
  attached(link: Link, terms: LoggedOn): void
  told(body: ServerBody, numbers: Numbered): void
  frameEnded(): void
  /** A connection that was there is gone. `planned`: the next one is under way, and nothing was wrong with this one. */
  detached(why: string, planned: boolean): void
  /** Nobody answered there, or it was no gate that lets this client in. */
  failed(endpoint: Endpoint | undefined, why: string): void
  /** Another program has the session of this client: no connection is made any more. */
  replaced(): void
}

const VERSION = 1
/** The wait after all endpoints were tried: it doubles from here to there. */
const WAIT_MS = 50
const WAIT_MS_MAX = 5_000
const RENEW_AGAIN_MS = 1_000
const REPLACED = 'SESSION_REPLACED'
const BAD_TOKEN = 'UNAUTHENTICATED'

export class Connector {
  readonly #options: ConnectorOptions
  readonly #events: ConnectorEvents
  readonly #closing = new AbortController()
  #link: Link | undefined
  #waitMs = WAIT_MS
  #stopWaiting: () => void = () => {}
  #stopRenewal: () => void = () => {}
  #isPlanned = false

  constructor(options: ConnectorOptions, events: ConnectorEvents) {
    this.#options = options
    this.#events = events
  }

  start(): void {
    this.#try(0)
  }

  /** What the gate says shows that it decides: the next wait begins small again. */
  proved(): void {
    this.#waitMs = WAIT_MS
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#stopWaiting()
    this.#stopRenewal()
    this.#link?.leave()
  }

  #try(at: number): void {
    if (this.#isOver) return
    const { endpoints, tokens, clock } = this.#options
    const endpoint = endpoints[at]
    if (endpoint === undefined) {
      const waitMs = this.#waitMs * (0.5 + clock.random() / 2)
      this.#waitMs = Math.min(this.#waitMs * 2, WAIT_MS_MAX)
      this.#stopWaiting = clock.after(waitMs, () => this.#try(0))
      return
    }
    tokens.get(this.#closing.signal).then(
      (accessToken) => this.#dial(at, endpoint, accessToken),
      (error: unknown) => {
        if (this.#isOver) return
        this.#events.failed(undefined, `no access token: ${messageOf(error)}`)
        // Another endpoint needs the same token.
        this.#try(endpoints.length)
      },
    )
  }

  #dial(at: number, endpoint: Endpoint, accessToken: string): void {
    if (this.#isOver) return
    const { clock, dial, logonMs } = this.#options
    const logon = { version: VERSION, accessToken, ...this.#events.terms() }
    let isOn = false
    // The dial may fail before its link has a name.
    this.#link = undefined
    this.#link = new Link(
      { clock, dial, endpoint, logon, logonMs },
      {
        loggedOn: (terms) => {
          isOn = true
          this.#renewLater(accessToken)
          this.#events.attached(this.#link as Link, terms)
        },
        told: (body, numbers) => this.#events.told(body, numbers),
        frameEnded: () => this.#events.frameEnded(),
        ended: (why, code) => this.#ended(at, endpoint, isOn, why, code),
      },
    )
  }

  #ended(at: number, endpoint: Endpoint, wasOn: boolean, why: string, code: string): void {
    this.#link = undefined
    this.#stopRenewal()
    const isPlanned = this.#isPlanned
    this.#isPlanned = false
    if (code === BAD_TOKEN) this.#options.tokens.forget()
    if (wasOn) this.#events.detached(why, isPlanned)
    else if (!this.#isOver) this.#events.failed(endpoint, why)
    if (code === REPLACED) {
      this.#closing.abort()
      return this.#events.replaced()
    }
    if (this.#isOver) return
    if (isPlanned) return this.#try(0)
    if (!wasOn) return this.#try(at + 1)
    // Clients that one gate lost do not all come back in the same moment.
    const { clock } = this.#options
    this.#stopWaiting = clock.after(clock.random() * WAIT_MS, () => this.#try(0))
  }

  /** The session ends with its token: a new one is at hand before, and the session goes on where it was. */
  #renewLater(used: string): void {
    const { clock, tokens } = this.#options
    const renew = async () => {
      const found = await tokens.get(this.#closing.signal).catch(() => used)
      if (this.#link?.isOn !== true) return
      if (found === used) {
        this.#stopRenewal = clock.after(RENEW_AGAIN_MS, renew)
        return
      }
      this.#isPlanned = true
      this.#link.leave()
    }
    this.#stopRenewal = clock.after(tokens.renewInMs, renew)
  }

  get #isOver(): boolean {
    return this.#closing.signal.aborted
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
