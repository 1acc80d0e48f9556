/** A whole gate with the small firm in it, its order session on a real socket, and SDK clients of it; its time goes with real time. */

import { type Clock, systemClock } from '../../client/clock.ts'
import { connectGate, type GateOptions } from '../../client/connect-gate.ts'
import type { Gate } from '../../client/gate.ts'
import { systemDelays } from '../../gateway/delays.ts'
import { listenLean } from '../../gateway/session/lean-listener.ts'
import { Sessions } from '../../gateway/session/sessions.ts'
import type { SocketAddress, SocketListener } from '../../gateway/socket-listener.ts'
import type { TlsFiles } from '../../gateway/tls.ts'
import { RestGate } from '../rest-gate.ts'
import { GOOD_ORDER, tellSmallFirm } from '../small-firm.ts'

const STEP_MS = 25

export class SessionRig {
  readonly rest: RestGate
  readonly sessions: Sessions
  /** Real waiting, and the gate's own wall clock. */
  readonly clock: Clock
  readonly #listeners: SocketListener[] = []
  readonly #gates: Gate[] = []
  readonly #beat: NodeJS.Timeout
  #lastMs = performance.now()
  /** False stops the gate's time: it does not beat, and decides what it is asked. */
  isTicking = true

  private constructor(rest: RestGate) {
    this.rest = rest
    this.sessions = new Sessions(rest.server.services, systemDelays)
    rest.listeners.push((block) => this.sessions.published(block))
    this.clock = { ...systemClock, wallUs: () => rest.clock.wallUs() }
    this.#beat = setInterval(() => {
      const nowMs = performance.now()
      rest.clock.pass(Math.round((nowMs - this.#lastMs) * 1_000))
      this.#lastMs = nowMs
      if (this.isTicking) rest.timer.fire()
    }, STEP_MS)
  }

  static async start(): Promise<SessionRig> {
    const rest = await RestGate.start({ delays: systemDelays })
    await tellSmallFirm(rest)
    return new SessionRig(rest)
  }

  async listen(at: SocketAddress = { host: '127.0.0.1', port: 0 }, tls?: TlsFiles): Promise<string> {
    const listener = await listenLean(this.sessions, at, tls)
    this.#listeners.push(listener)
    return listener.address
  }

  credentials(clientID: string) {
    return { clientID, secret: this.rest.secrets.get(clientID) ?? '', tokenUrl: `${this.rest.url}/oauth/token` }
  }

  async connect(clientID: string, endpoint: string, more: Partial<GateOptions> = {}): Promise<Gate> {
    const gate = await connectGate({
      ...{ endpoints: [endpoint], credentials: this.credentials(clientID), clock: this.clock, heartbeatMs: 250 },
      ...more,
    })
    this.#gates.push(gate)
    return gate
  }

  /** Keeps the price that orders are judged by from growing old. */
  async quote(): Promise<void> {
    await this.rest.send('feed-1', 'POST', '/feeds/SSE-L2/heartbeat', {})
    await this.rest.send('feed-1', 'POST', '/quotes', {
      ...{ symbol: GOOD_ORDER.symbol, feed: 'SSE-L2', bidPx: '1667.90', askPx: '1668.10' },
    })
  }

  /** Orders that the gate reserves for the small firm's account. */
  async openOrders(): Promise<number> {
    const { body } = await this.rest.send('ems-1', 'GET', '/exposures?subject=ACCOUNT:ACC-7')
    return body.exposures[0].openOrders
  }

  async close(): Promise<void> {
    await Promise.all(this.#gates.map((gate) => gate.close()))
    clearInterval(this.#beat)
    this.sessions.close()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
    await this.rest.close()
  }
}
