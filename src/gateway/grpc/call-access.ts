/** Who makes a call and whether they may: bearer token in the metadata, the duty, the rate of the client on all its wires. */
import type { Metadata } from '@grpc/grpc-js'
import type { TokenFault } from '../../auth/token-verifier.ts'
import { RequestError } from '../../model/errors.ts'
import { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { Metrics } from '../metrics.ts'
import type { RateLimits } from '../ratelimit/rate-limits.ts'
import { certificateOf } from '../tls.ts'
import type { Peer, Peers } from './peers.ts'

const NO_TOKEN = 'no token'
export const NO_SESSION = 'The client has no session at the gate: the hierarchy defines SESSION of its name.'

/** Why a call is not let on. */
export interface CallRefusal {
  readonly error: RequestError
  readonly retryAfterMs?: number
}

export interface CallAccessOptions {
  readonly callers: Callers
  readonly peers: Peers
  readonly metrics: Metrics
  readonly rates: RateLimits
}

export class CallAccess {
  readonly #callers: Callers
  readonly #peers: Peers
  readonly #metrics: Metrics
  readonly #rates: RateLimits

  constructor({ callers, peers, metrics, rates }: CallAccessOptions) {
    this.#callers = callers
    this.#peers = peers
    this.#metrics = metrics
    this.#rates = rates
  }

  /**
   * Who calls, once they hold one of the duties and have a session: at once where the connection sent the same token before.
   * @param address of the connection, as grpc-js says it
   */
  admit(metadata: Metadata, address: string, duties: number): Caller | CallRefusal | Promise<Caller | CallRefusal> {
    const peer = this.#peers.of(address)
    const header = headerOf(metadata)
    if (peer?.memo !== undefined && peer.memo.header === header) {
      const fault = this.#callers.faultOf(peer.memo.caller)
      return fault === undefined ? this.#allow(peer.memo.caller, duties) : this.#refused(fault)
    }
    return this.#identify(header, peer, duties)
  }

  async #identify(header: string, peer: Peer | undefined, duties: number): Promise<Caller | CallRefusal> {
    const token = tokenIn(header)
    if (token === '') return this.#refused(NO_TOKEN)
    const caller = await this.#callers.identify(
      token,
      peer === undefined ? undefined : certificateOf(peer.socket)?.thumbprint,
    )
    if (!(caller instanceof Caller)) return this.#refused(caller)
    if (peer !== undefined) {
      this.#peers.identified(peer)
      peer.memo = { header, caller }
    }
    return this.#allow(caller, duties)
  }

  #allow(caller: Caller, duties: number): Caller | CallRefusal {
    // The order is counted once it is read, in all that it counts in.
    const limited = this.#rates.look(caller)
    if (limited !== undefined) return refusalOf(limited)
    if (!caller.holds(duties)) {
      this.#rates.count(caller)
      return { error: new RequestError('FORBIDDEN') }
    }
    if (caller.session < 0) caller.resolve()
    return caller.session < 0 ? { error: new RequestError('NOT_BOUND', '', NO_SESSION) } : caller
  }

  #refused(fault: TokenFault | typeof NO_TOKEN): CallRefusal {
    this.#metrics.authFailed('grpc', fault)
    return { error: new RequestError('UNAUTHENTICATED', 'authorization', `The bearer token is refused: ${fault}.`) }
  }
}

/** A refusal that says when to ask again, where that is known. */
export function refusalOf(error: RequestError): CallRefusal {
  const { retryAfterMs } = error
  return retryAfterMs === undefined ? { error } : { error, retryAfterMs }
}

/** The bearer token of a call; empty where it has none. */
export function bearerToken(metadata: Metadata): string {
  return tokenIn(headerOf(metadata))
}

function headerOf(metadata: Metadata): string {
  return String(metadata.get('authorization')[0] ?? '')
}

function tokenIn(header: string): string {
  // RFC 9110: the scheme is compared without regard to case, the token is one word.
  return /^bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1] ?? ''
}
