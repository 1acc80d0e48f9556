/**
 * Who asks and whether they may: bearer token to caller, the duty of a route, the rate of a client. A token's signature
 * is checked once; after that a request costs a comparison with what the connection sent last.
 */
import type { Socket } from 'node:net'
import { dutyBit } from '../../auth/duties.ts'
import type { TokenFault } from '../../auth/token-verifier.ts'
import { RequestError } from '../../model/errors.ts'
import { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { Metrics } from '../metrics.ts'
import type { RateLimits } from '../ratelimit/rate-limits.ts'
import { certificateOf } from '../tls.ts'
import type { Tries } from '../tries.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'

export interface AccessOptions {
  readonly callers: Callers
  readonly metrics: Metrics
  readonly tries: Tries
  readonly rates: RateLimits
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

const NO_TOKEN = 'no token'
const GUESSED: ReadonlySet<string> = new Set<TokenFault>(['malformed', 'signature', 'issuer or audience'])

export class Access {
  readonly #callers: Callers
  readonly #metrics: Metrics
  readonly #tries: Tries
  readonly #rates: RateLimits
  readonly #isClosing: () => boolean
  readonly #onIdentified: (socket: Socket) => void
  readonly #bySocket = new WeakMap<object, Memo>()

  constructor(options: AccessOptions) {
    this.#callers = options.callers
    this.#metrics = options.metrics
    this.#tries = options.tries
    this.#rates = options.rates
    this.#isClosing = options.isClosing
    this.#onIdentified = options.onIdentified
  }

  /**
   * Lets a request on, by `next`, once its caller holds one of the duties; else answers it. At once where the connection
   * sent the same token before.
   */
  guard(
    route: Pick<Route, 'counts' | 'duties' | 'late' | 'unlimited'>,
  ): (exchange: Exchange, next: () => void) => void {
    const late = route.late === true
    const bits = route.duties.reduce((sum, duty) => sum | dutyBit(duty), 0)
    return (exchange, next) => {
      if (this.#isClosing()) return exchange.refuse(new RequestError('NOT_READY'), { connection: 'close' })
      const { headers, socket } = exchange.request
      const memo = this.#bySocket.get(socket)
      if (memo !== undefined && memo.header === headers.authorization) {
        const fault = this.#callers.faultOf(memo.caller)
        if (fault === undefined) this.#admit(exchange, next, memo.caller, bits, route)
        else if (late && this.#callers.lateFaultOf(memo.caller) === undefined) {
          exchange.isLate = true
          this.#admit(exchange, next, memo.caller, bits, route)
        } else this.#refuse(exchange, fault)
        return
      }
      this.#identify(headers.authorization, socket, late).then(
        (caller) => {
          if (!(caller instanceof Caller)) return this.#refuse(exchange, caller)
          exchange.isLate = this.#callers.faultOf(caller) !== undefined
          this.#onIdentified(socket)
          this.#bySocket.set(socket, { header: headers.authorization as string, caller })
          this.#admit(exchange, next, caller, bits, route)
        },
        () => exchange.refuse(new RequestError('INTERNAL_ERROR')),
      )
    }
  }

  async #identify(
    header: string | undefined,
    socket: Socket,
    late: boolean,
  ): Promise<Caller | TokenFault | typeof NO_TOKEN> {
    // RFC 9110: the scheme is compared without regard to case, the token is one word.
    const token = /^bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '')?.[1]
    if (token === undefined) return NO_TOKEN
    const thumbprint = certificateOf(socket)?.thumbprint
    return late ? this.#callers.identifyLate(token, thumbprint) : this.#callers.identify(token, thumbprint)
  }

  #admit(
    exchange: Exchange,
    next: () => void,
    caller: Caller,
    bits: number,
    { counts, unlimited }: Pick<Route, 'counts' | 'unlimited'>,
  ): void {
    const limited = this.#limit(caller, counts === 'order', unlimited === true)
    if (limited !== undefined) return exchange.refuse(limited)
    if (!caller.holds(bits)) {
      if (counts === 'order') this.#rates.count(caller)
      return exchange.refuse(new RequestError('FORBIDDEN'), {
        'www-authenticate': 'Bearer error="insufficient_scope"',
      })
    }
    if (caller.session < 0) caller.resolve()
    exchange.admit(caller)
    next()
  }

  /** An order is counted once its words are read, in all that it counts in; that its client may send at all is seen before. */
  #limit(caller: Caller, isOrder: boolean, unlimited: boolean): RequestError | undefined {
    if (!unlimited) return isOrder ? this.#rates.look(caller) : this.#rates.request(caller)
    if (!isOrder) this.#rates.count(caller)
    return undefined
  }

  /** Answers a request whose body could not be read; an order is counted for its client now. */
  refuseBody(exchange: Exchange, { counts }: Pick<Route, 'counts'>, error: RequestError): void {
    if (counts === 'order') this.#rates.count(exchange.caller)
    exchange.refuse(error)
  }

  #refuse(exchange: Exchange, fault: TokenFault | typeof NO_TOKEN): void {
    this.#metrics.authFailed('rest', fault)
    const challenge =
      fault === NO_TOKEN ? 'Bearer' : `Bearer error="invalid_token", error_description="the token is refused: ${fault}"`
    const error = new RequestError('UNAUTHENTICATED', 'authorization', `The bearer token is refused: ${fault}.`)
    const answer = (ends: boolean) =>
      exchange.refuse(error, { 'www-authenticate': challenge, ...(ends ? { connection: 'close' } : {}) })
    // Who made a token up may have to wait for the answer; who has one that ended need not.
    if (GUESSED.has(fault)) void this.#tries.wrong(exchange.request.socket.remoteAddress).then(answer)
    else answer(false)
  }
}
