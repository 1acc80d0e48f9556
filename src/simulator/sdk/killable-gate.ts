/**
 * The gate of `npm start` as a process that is killed and comes back on its folder, behind a line whose place does not change;
 * the demo's firm is in it, and its prices are kept fresh.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DemoGateReady } from '../../cli/demo-gate-ready.ts'
import { yourSecretsFile } from '../../cli/demo-genesis.ts'
import { connectGate, type GateOptions } from '../../client/connect-gate.ts'
import type { Gate } from '../../client/gate.ts'
import { readSecrets } from '../../floor/client/credentials.ts'
import { GateClient } from '../../floor/client/gate-client.ts'
import { DEMO_MARKET } from '../../floor/world/demo-world.ts'
import { OFFICER } from '../crash/crash-clients.ts'
import { registerOfficer, tellWorld } from '../crash/crash-world.ts'
import { GateProcess } from '../crash/gate-process.ts'
import { CuttingProxy } from './cutting-proxy.ts'

const SYMBOL = 'AAPL'

export class KillableGate {
  readonly directory: string
  readonly proxy: CuttingProxy
  ready: DemoGateReady
  readonly #officerSecret: string
  #process: GateProcess
  #floor: GateClient

  private constructor(
    directory: string,
    officerSecret: string,
    process: GateProcess,
    ready: DemoGateReady,
    proxy: CuttingProxy,
  ) {
    this.directory = directory
    this.#officerSecret = officerSecret
    this.#process = process
    this.ready = ready
    this.proxy = proxy
    this.#floor = floorOf(ready)
  }

  static async start(): Promise<KillableGate> {
    const directory = mkdtempSync(join(tmpdir(), 'killable-gate-'))
    const officerSecret = registerOfficer(join(directory, 'secrets'))
    const process = new GateProcess(directory)
    const ready = await process.ready
    await tellWorld(ready)
    const proxy = await CuttingProxy.start(ready.sessionAddress)
    const gate = new KillableGate(directory, officerSecret, process, ready, proxy)
    await gate.quote()
    return gate
  }

  /** kill -9. */
  async stop(): Promise<void> {
    this.#process.kill()
    await this.#process.ended
  }

  /** kill -9, and the next process on what it left. */
  async restart(): Promise<void> {
    await this.stop()
    this.#floor.close()
    this.#process = new GateProcess(this.directory)
    this.ready = await this.#process.ready
    this.#floor = floorOf(this.ready)
    await this.quote()
    this.proxy.target = this.ready.sessionAddress
  }

  /** Stops trading in a scope, as { account: 'ACC-1' }. */
  async killScope(scope: object): Promise<void> {
    const { url } = this.ready
    const grant = { grant_type: 'client_credentials', client_id: OFFICER, client_secret: this.#officerSecret }
    const granted = await fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(grant) })
    const { access_token: token } = (await granted.json()) as { readonly access_token: string }
    const answer = await fetch(`${url}/kill`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...scope, reason: 'test' }),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }

  async quote(): Promise<void> {
    await this.#floor.heartbeat()
    await this.#floor.quotes([{ symbol: SYMBOL, bidPx: '228.90', askPx: '229.10' }])
  }

  /** Orders of the firm that the gate reserves. */
  async openOrders(): Promise<number> {
    const { exposures } = await this.#floor.exposures()
    return exposures.find(({ subject }) => subject === 'FIRM:DEMO')?.openOrders ?? -1
  }

  /** Secret of a client of the floor, or of whoever tries the demo. */
  secretOf(clientID: string): string {
    const secrets = [this.ready.secretsFile, yourSecretsFile(this.directory)].map((file) =>
      JSON.parse(readFileSync(file, 'utf8')),
    )
    return Object.assign({}, ...secrets)[clientID] as string
  }

  connect(clientID: string, more: Partial<GateOptions> = {}): Promise<Gate> {
    const credentials = { clientID, secret: this.secretOf(clientID), tokenUrl: `${this.ready.url}/oauth/token` }
    return connectGate({ endpoints: [this.proxy.endpoint], credentials, heartbeatMs: 250, ...more })
  }

  async close(): Promise<void> {
    this.#floor.close()
    await this.proxy.close()
    await this.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

function floorOf({ url, secretsFile }: DemoGateReady): GateClient {
  const options = { url: new URL(url), secrets: readSecrets(secretsFile), feed: DEMO_MARKET.feed, nowMs: Date.now }
  return new GateClient({ ...options, wait: async (ms) => void (await wait(ms)) })
}
