/** A client or person that asks: its grant, its ids at the engine, the duties that hold now. */
import type { Grant } from '../auth/token-verifier.ts'
import type { Sender } from '../model/parse/reading.ts'
import type { Gate } from './gate.ts'

/** A client or person with a good token. Ids are -1 until the hierarchy defines the name. */
export class Caller implements Sender {
  readonly grant: Grant
  session = -1
  principal = -1
  readonly #gate: Gate

  constructor(grant: Grant, gate: Gate) {
    this.grant = grant
    this.#gate = gate
  }

  get isPerson(): boolean {
    return this.grant.kind === 'person'
  }

  /** Duties by token and by the binding in force: both must hold, and the second may change at any command. */
  holds(bits: number): boolean {
    if (this.principal < 0) this.resolve()
    const { directory } = this.#gate
    // The engine knows people by their names: no client acts for a person that is called as it is, nor the reverse.
    if (directory.isPerson(this.principal) !== this.isPerson) return false
    return (this.grant.scope & directory.dutiesOf(this.principal) & bits) !== 0
  }

  /** Whose turn its commands take at the sequencer: its session's, else its own; never the gate's, which is -1. */
  get turn(): number {
    return this.session >= 0 ? this.session : -2 - this.principal
  }

  /** Looks the ids up; they never change once they are given. */
  resolve(): void {
    const { directory } = this.#gate
    this.principal = directory.idOf('PRINCIPAL', this.grant.subject)
    if (!this.isPerson) this.session = directory.idOf('SESSION', this.grant.clientID)
  }
}
