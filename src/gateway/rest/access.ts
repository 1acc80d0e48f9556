/**
 * Who asks and whether they may: bearer token to caller, the duty of a route, the rate of a client. A token's signature
 * is checked once; after that a request costs a comparison with what the connection sent last.
 */
import type { Socket } from 'node:net'
import { dutyBit } from '../../auth/duties.ts'
import type { TokenFault } from '../../auth/token-verifier.ts'
import { RequestError } from '../../model/errors.ts'
import type { Duty } from '../../model/vocabulary.ts'
import { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { Metrics } from '../metrics.ts'
import type { Exchange } from './exchange.ts'

export interface AccessOptions {
  readonly callers: Callers
  readonly metrics: Metrics
  /** Elapsed time, which rates go by. */
  readonly nowMs: () => number
  /** True while the server ends: nobody is let in any more. */
  readonly isClosing: () => boolean
  /** Told of each connection that shows a good token. */
  readonly onIdentified: (socket: Socket) => void
}

/** What a connection sent last: most send the same token with every request. */
interface Memo {
  readonly header: string
  readonly caller: Caller
}

const SECOND_US = 1_000_000
const NO_TOKEN = 'no token'

export class Access {
  readonly #callers: Callers
  readonly #metrics: Metrics
  readonly #nowMs: () => number
  readonly #isClosing: () => boolean
  readonly #onIdentified: (socket: Socket) => void
  readonly #bySocket = new WeakMap<object, Memo>()

  constructor(options: AccessOptions) {
    this.#callers = options.callers
    this.#metrics = options.metrics
    this.#nowMs = options.nowMs
    this.#isClosing = options.isClosing
    this.#onIdentified = options.onIdentified
  }

  /**
   * Lets a request on, by `next`, once its caller holds one of the duties; else answers it. `unlimited`: never refused
   * for its rate. At once where the connection sent the same token before.
   */
  guard(duties: readonly Duty[], unlimited: boolean): (exchange: Exchange, next: () => void) => void {
    const bits = duties.reduce((sum, duty) => sum | dutyBit(duty), 0)
    return (exchange, next) => {
      if (this.#isClosing()) return exchange.refuse(new RequestError('NOT_READY'), { connection: 'close' })
      const { headers, socket } = exchange.request
      const memo = this.#bySocket.get(socket)
      if (memo !== undefined && memo.header === headers.authorization) {
        const fault = this.#callers.faultOf(memo.caller)
        if (fault !== undefined) this.#refuse(exchange, fault)
        else this.#admit(exchange, next, memo.caller, bits, unlimited)
        return
      }
      this.#identify(headers.authorization).then(
        (caller) => {
          if (!(caller instanceof Caller)) return this.#refuse(exchange, caller)
          this.#onIdentified(socket)
          this.#bySocket.set(socket, { header: headers.authorization as string, caller })
          this.#admit(exchange, next, caller, bits, unlimited)
        },
        () => exchange.refuse(new RequestError('INTERNAL_ERROR')),
      )
    }
  }

  async #identify(header: string | undefined): Promise<Caller | TokenFault | typeof NO_TOKEN> {
    // RFC 9110: the scheme is compared without regard to case, the token is one word.
    const token = /^bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')?.[1]
    return token === undefined ? NO_TOKEN : this.#callers.identify(token)
  }

  #admit(exchange: Exchange, next: () => void, caller: Caller, bits: number, unlimited: boolean): void {
    const nowUs = this.#nowMs() * 1000
    if (unlimited) caller.window.force(nowUs)
    else {
      const waitUs = caller.window.take(nowUs)
      if (waitUs > 0) return this.#slowDown(exchange, waitUs)
    }
    if (!caller.holds(bits)) {
      return exchange.refuse(new RequestError('FORBIDDEN'), {
        'www-authenticate': 'Bearer error="insufficient_scope"',
      })
    }
    if (caller.session < 0) caller.resolve()
    exchange.admit(caller)
    next()
  }

  #slowDown(exchange: Exchange, waitUs: number): void {
    // Whole seconds are what the header can say; sooner would be refused again.
    exchange.refuse(new RequestError('RATE_LIMITED'), { 'retry-after': String(Math.ceil(waitUs / SECOND_US)) })
  }

  #refuse(exchange: Exchange, fault: TokenFault | typeof NO_TOKEN): void {
    this.#metrics.authFailed('rest', fault)
    const challenge =
      fault === NO_TOKEN ? 'Bearer' : `Bearer error="invalid_token", error_description="the token is refused: ${fault}"`
    const error = new RequestError('UNAUTHENTICATED', 'authorization', `The bearer token is refused: ${fault}.`)
    exchange.refuse(error, { 'www-authenticate': challenge })
  }
}
