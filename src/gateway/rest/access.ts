/**
 * Who asks and whether they may: bearer token to caller, the duty of a route, the rate of a client. A token's signature
 * is checked once; after that a request costs a comparison with what the connection sent last.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { dutyBit } from '../../auth/duties.ts'
import type { Grant, TokenFault, TokenVerifier } from '../../auth/token-verifier.ts'
import { RequestError } from '../../model/errors.ts'
import type { Sender } from '../../model/parse/reading.ts'
import type { Duty } from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { SlidingWindow } from '../ratelimit/sliding-window.ts'
import type { Metrics } from './metrics.ts'
import { sendError } from './sending.ts'

/** A client or person with a good token. Ids are -1 until the hierarchy defines the name. */
export class Caller implements Sender {
  readonly grant: Grant
  session = -1
  principal = -1
  readonly window: SlidingWindow
  readonly #gate: Gate

  constructor(grant: Grant, gate: Gate, window: SlidingWindow) {
    this.grant = grant
    this.window = window
    this.#gate = gate
  }

  get isPerson(): boolean {
    return this.grant.kind === 'person'
  }

  /** Duties by token and by the binding in force: both must hold, and the second may change at any command. */
  holds(bits: number): boolean {
    if (this.principal < 0) this.resolve()
    return (this.grant.scope & this.#gate.directory.dutiesOf(this.principal) & bits) !== 0
  }

  /** Looks the ids up; they never change once they are given. */
  resolve(): void {
    const { directory } = this.#gate
    this.principal = directory.idOf('PRINCIPAL', this.grant.subject)
    if (!this.isPerson) this.session = directory.idOf('SESSION', this.grant.clientID)
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once a route's duty is shown to be held; routes without a duty have none. */
    caller: Caller | null
    /** performance.now() when the request line had been read. */
    startedMs: number
  }
}

export interface AccessOptions {
  readonly gate: Gate
  readonly verifier: TokenVerifier
  readonly metrics: Metrics
  /** Requests of one client in one second before 429. */
  readonly requestsPerSecondMax: number
  /** True while the server ends: nobody is let in any more. */
  readonly isClosing: () => boolean
}

/** What a connection sent last: most send the same token with every request. */
interface Memo {
  readonly header: string
  readonly caller: Caller
}

const SECOND_US = 1_000_000
const NO_TOKEN = 'no token'

export class Access {
  readonly #gate: Gate
  readonly #verifier: TokenVerifier
  readonly #metrics: Metrics
  readonly #requestsMax: number
  readonly #isClosing: () => boolean
  readonly #bySocket = new WeakMap<object, Memo>()
  readonly #byGrant = new WeakMap<Grant, Caller>()
  readonly #windows = new Map<string, SlidingWindow>()

  constructor(options: AccessOptions) {
    this.#gate = options.gate
    this.#verifier = options.verifier
    this.#metrics = options.metrics
    this.#requestsMax = options.requestsPerSecondMax
    this.#isClosing = options.isClosing
  }

  /** A hook that lets a request on once its caller holds one of the duties. `unlimited`: never refused for its rate. */
  guard(duties: readonly Duty[], unlimited: boolean) {
    const bits = duties.reduce((sum, duty) => sum | dutyBit(duty), 0)
    return (request: FastifyRequest, reply: FastifyReply, next: () => void): void => {
      request.startedMs = performance.now()
      if (this.#isClosing()) return sendError(reply, new RequestError('NOT_READY'), { connection: 'close' })
      const header = request.headers.authorization
      const memo = this.#bySocket.get(request.raw.socket)
      if (memo !== undefined && memo.header === header) {
        const fault = this.#verifier.faultOf(memo.caller.grant)
        if (fault !== undefined) this.#refuse(reply, fault)
        else this.#admit(request, reply, next, memo.caller, bits, unlimited)
        return
      }
      this.#identify(header).then(
        (caller) => {
          if (!(caller instanceof Caller)) return this.#refuse(reply, caller)
          this.#bySocket.set(request.raw.socket, { header: header as string, caller })
          this.#admit(request, reply, next, caller, bits, unlimited)
        },
        () => sendError(reply, new RequestError('INTERNAL_ERROR')),
      )
    }
  }

  async #identify(header: string | undefined): Promise<Caller | TokenFault | typeof NO_TOKEN> {
    // RFC 9110: the scheme is compared without regard to case, the token is one word.
    const token = /^bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return NO_TOKEN
    const grant = await this.#verifier.verify(token)
    if (typeof grant === 'string') return grant
    const known = this.#byGrant.get(grant)
    if (known !== undefined) return known
    const caller = new Caller(grant, this.#gate, this.#windowOf(grant.clientID))
    this.#byGrant.set(grant, caller)
    return caller
  }

  #admit(
    request: FastifyRequest,
    reply: FastifyReply,
    next: () => void,
    caller: Caller,
    bits: number,
    unlimited: boolean,
  ): void {
    const nowUs = request.startedMs * 1000
    if (unlimited) caller.window.force(nowUs)
    else {
      const waitUs = caller.window.take(nowUs)
      if (waitUs > 0) return this.#slowDown(reply, waitUs)
    }
    if (!caller.holds(bits)) {
      this.#metrics.count('requests_refused_total', 'code="FORBIDDEN"')
      return sendError(reply, new RequestError('FORBIDDEN'), {
        'www-authenticate': 'Bearer error="insufficient_scope"',
      })
    }
    if (caller.session < 0) caller.resolve()
    request.caller = caller
    next()
  }

  #slowDown(reply: FastifyReply, waitUs: number): void {
    this.#metrics.count('requests_refused_total', 'code="RATE_LIMITED"')
    // Whole seconds are what the header can say; sooner would be refused again.
    sendError(reply, new RequestError('RATE_LIMITED'), { 'retry-after': String(Math.ceil(waitUs / SECOND_US)) })
  }

  #refuse(reply: FastifyReply, fault: TokenFault | typeof NO_TOKEN): void {
    this.#metrics.count('requests_refused_total', 'code="UNAUTHENTICATED"')
    const challenge =
      fault === NO_TOKEN ? 'Bearer' : `Bearer error="invalid_token", error_description="the token is refused: ${fault}"`
    const error = new RequestError('UNAUTHENTICATED', 'authorization', `The bearer token is refused: ${fault}.`)
    sendError(reply, error, { 'www-authenticate': challenge })
  }

  /** One window a client, whatever its tokens. */
  #windowOf(clientID: string): SlidingWindow {
    let window = this.#windows.get(clientID)
    if (window === undefined) {
      window = new SlidingWindow(this.#requestsMax, SECOND_US)
      this.#windows.set(clientID, window)
    }
    return window
  }
}
