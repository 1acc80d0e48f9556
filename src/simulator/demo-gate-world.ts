/** The gate of `npm start` as a process with the demo's firm in it and orders at its venue: what somebody would stop. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { AUDIENCE } from '../auth/issuer.ts'
import { readPersonKey, signPersonToken } from '../auth/person-keys.ts'
import type { DemoGateReady } from '../cli/demo-gate-ready.ts'
import { officerKeyFile } from '../cli/demo-genesis.ts'
import { readSecrets } from '../floor/client/credentials.ts'
import { GateClient } from '../floor/client/gate-client.ts'
import { DEMO_FIRM, type FirmAccount, type FirmTrader } from '../floor/day/firm.ts'
import { DEMO_MARKET, demoWorld } from '../floor/world/demo-world.ts'
import { MANUAL } from '../floor/world/firm-names.ts'
import { setUpWorld } from '../floor/world/set-up-world.ts'
import { GateProcess } from './crash/gate-process.ts'

const SYMBOL = 'AAPL'
const OWNER = 'floor-ems'

export class DemoGateWorld {
  readonly directory: string
  readonly process: GateProcess
  readonly ready: DemoGateReady
  /** The floor's clients. */
  readonly floor: GateClient
  #ids = 0

  private constructor(directory: string, process: GateProcess, ready: DemoGateReady) {
    this.directory = directory
    this.process = process
    this.ready = ready
    const options = { url: new URL(ready.url), secrets: readSecrets(ready.secretsFile), nowMs: Date.now }
    this.floor = new GateClient({ ...options, feed: DEMO_MARKET.feed, wait: async (ms) => void (await wait(ms)) })
  }

  static async start(): Promise<DemoGateWorld> {
    const directory = mkdtempSync(join(tmpdir(), 'demo-gate-'))
    const process = new GateProcess(directory)
    const world = new DemoGateWorld(directory, process, await process.ready)
    const { firm, time } = await world.floor.readiness()
    await setUpWorld(world.floor, demoWorld(firm, OWNER), time)
    return world
  }

  /** What an officer pastes into the page. */
  tokenOf(officer: 'officer-1' | 'officer-2', lifeSeconds = 900): Promise<string> {
    const key = readPersonKey(officerKeyFile(this.directory, officer))
    return signPersonToken(key, { audience: AUDIENCE, lifeSeconds })
  }

  /** A buy at the venue, each 100 shares larger than the last one: none is a repeat. Returns its clOrdID. @param at index of the firm's account */
  async place(at: number): Promise<string> {
    await this.floor.heartbeat()
    await this.floor.quotes([{ symbol: SYMBOL, bidPx: '228.90', askPx: '229.10' }])
    const clOrdID = `D-${++this.#ids}`
    const { trader } = DEMO_FIRM.traders[at] as FirmTrader
    const { account } = DEMO_FIRM.accounts[at] as FirmAccount
    const order = { clOrdID, symbol: SYMBOL, account, trader, strategy: MANUAL }
    const answer = await this.floor.newOrder({
      ...{ ...order, venue: DEMO_MARKET.venue, side: 'Buy', orderQty: `${100 * this.#ids}`, price: '229.00' },
      ...{ ordType: 'Limit', timeInForce: 'Day' },
    })
    if (!answer.approved) throw new Error(JSON.stringify(answer))
    await this.#report(clOrdID, 'New')
    return clOrdID
  }

  /** The venue has canceled it. */
  ended(clOrdID: string): Promise<void> {
    return this.#report(clOrdID, 'Canceled')
  }

  async #report(clOrdID: string, execType: 'New' | 'Canceled'): Promise<void> {
    const report = { execID: `${clOrdID}-${execType}`, execType, symbol: SYMBOL, owner: OWNER, clOrdID }
    const [row] = await this.floor.executions([{ ...report, venue: DEMO_MARKET.venue }])
    if (row?.applied !== true) throw new Error(JSON.stringify(row))
  }

  async close(): Promise<void> {
    this.floor.close()
    this.process.kill()
    await this.process.ended
    rmSync(this.directory, { recursive: true, force: true })
  }
}
