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

  /** Who sends the token, or why it is none. */
  async identify(token: string): Promise<Caller | TokenFault> {
    const grant = await this.#verifier.verify(token)
    if (typeof grant === 'string') return grant
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
}
