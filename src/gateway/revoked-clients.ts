/** A client that is revoked can cancel nothing any more: the gate asks for the cancel of all its orders, once. */
import type { DenyList } from '../auth/deny-list.ts'
import { MASS_CANCEL } from '../model/records/connection-commands.ts'
import { encode } from '../model/records/schema.ts'
import { MASS_CANCEL_ORDERS } from '../model/vocabulary.ts'
import type { Gate } from './gate.ts'

const ALL = MASS_CANCEL_ORDERS.indexOf('ALL')

export class RevokedClients {
  readonly #gate: Gate
  readonly #deny: Pick<DenyList, 'clients'>
  /** Those whose orders are being canceled, or were. */
  readonly #seen = new Set<string>()

  constructor(gate: Gate, deny: Pick<DenyList, 'clients'>) {
    this.#gate = gate
    this.#deny = deny
  }

  /** Looks whom the list has anew. A gate that starts asks once more for those that it has: it may have ended in between. */
  look(): void {
    const clients = this.#deny.clients()
    const { directory } = this.#gate
    for (const client of this.#seen) if (!clients.includes(client)) this.#seen.delete(client)
    for (const client of clients) {
      const owner = directory.idOf('SESSION', client)
      // Who has no session has no orders; the hierarchy may give it one.
      if (this.#seen.has(client) || owner < 0) continue
      this.#seen.add(client)
      this.#cancel(client, owner)
    }
  }

  #cancel(client: string, owner: number): void {
    this.#gate.submit({
      write: (tape) => encode(tape, MASS_CANCEL, { session: -1, principal: -1, owner, orders: ALL, sweep: 0 }),
      onDurable: () => {},
      // What could not be told is told at the next look.
      onFailure: () => void this.#seen.delete(client),
      neverRefused: true,
    })
  }
}
