/**
 * Connections to a gate that is killed: the floor's four clients and an officer who may stop trading. Answers are kept as
 * the gate wrote them, because they are compared with its journal.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { DemoGateReady } from '../../cli/demo-gate-ready.ts'
import { readSecrets } from '../../floor/client/credentials.ts'
import { RestClient } from '../../floor/client/rest-client.ts'

/** A person whom the test registers: no client of the floor may kill. */
export const OFFICER = 'crash-officer'

export type Sender = 'orders' | 'venue' | 'feed' | 'risk' | 'officer'

const CLIENTS: Readonly<Record<Sender, string>> = {
  orders: 'floor-ems',
  venue: 'floor-venue',
  feed: 'floor-feed',
  risk: 'floor-risk',
  officer: OFFICER,
}
/** Orders come over many connections at once, so that blocks of many and of one are cut. */
const SOCKETS: Readonly<Record<Sender, number>> = { orders: 24, venue: 4, feed: 2, risk: 2, officer: 1 }

export class CrashClients {
  readonly #clients = new Map<Sender, RestClient>()

  constructor({ url, secretsFile }: DemoGateReady, officerSecret: string) {
    const secrets: Readonly<Record<string, string>> = { ...readSecrets(secretsFile), [OFFICER]: officerSecret }
    for (const [sender, clientID] of Object.entries(CLIENTS) as [Sender, string][]) {
      const credentials = { clientID, secret: secrets[clientID] as string }
      const options = { url: new URL(url), credentials, sockets: SOCKETS[sender], nowMs: Date.now, wait: pause }
      this.#clients.set(sender, new RestClient(options))
    }
  }

  /** @throws GateError, GateUnreachable */
  post(sender: Sender, path: string, body: unknown): Promise<unknown> {
    return this.#of(sender).post(path, body)
  }

  /** See {@link post}. */
  get(sender: Sender, path: string): Promise<unknown> {
    return this.#of(sender).get(path)
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }

  #of(sender: Sender): RestClient {
    return this.#clients.get(sender) as RestClient
  }
}

async function pause(ms: number): Promise<void> {
  await wait(ms)
}
