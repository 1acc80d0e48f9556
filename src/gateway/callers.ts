/** From a bearer token to who asks, for every wire: one caller a grant. A token's signature is checked once. */
import type { Grant, TokenFault, TokenVerifier } from '../auth/token-verifier.ts'
import { Caller } from './caller.ts'
import type { Gate } from './gate.ts'

export class Callers {
  readonly #gate: Gate
  readonly #verifier: TokenVerifier
  readonly #byGrant = new WeakMap<Grant, Caller>()

  constructor(gate: Gate, verifier: TokenVerifier) {
    this.#gate = gate
    this.#verifier = verifier
  }

  /**
   * Who sends the token, or why it is none.
   * @param certificate thumbprint of the certificate that the connection has shown: without it a token that is bound to one is refused
   */
  async identify(token: string, certificate?: string): Promise<Caller | TokenFault> {
    return this.#callerOf(await this.#verifier.verify(token), certificate)
  }

  /** Likewise of a token that may have ended less than five minutes ago: for cancels alone. */
  async identifyLate(token: string, certificate?: string): Promise<Caller | TokenFault> {
    return this.#callerOf(await this.#verifier.verifyLate(token), certificate)
  }

  #callerOf(grant: Grant | TokenFault, certificate: string | undefined): Caller | TokenFault {
    if (typeof grant === 'string') return grant
    if (grant.certificate !== undefined && grant.certificate !== certificate) return 'bound to another certificate'
    const known = this.#byGrant.get(grant)
    if (known !== undefined) return known
    const caller = new Caller(grant, this.#gate)
    this.#byGrant.set(grant, caller)
    return caller
  }

  /** Why a caller that was good once is so no more. */
  faultOf(caller: Caller): TokenFault | undefined {
    return this.#verifier.faultOf(caller.grant)
  }

  /** Why a caller that was good once may not even cancel any more. */
  lateFaultOf(caller: Caller): TokenFault | undefined {
    return this.#verifier.lateFaultOf(caller.grant)
  }
}
