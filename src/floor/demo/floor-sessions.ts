/**
 * The floor at its gate: one order session each for the desk, the venue's side and the market data. They are three clients, since
 * no client may both send orders and report of them, or say what they are judged by. The desk's line can be cut on purpose.
 */
import { type Dial, dialWith, type TransportEvents } from '../../client/endpoint.ts'
import { type Clock, connectGate, type Gate, type GateOptions } from '../../client/sdk.ts'
import type { DemoClient, DemoSecrets } from '../client/credentials.ts'

export const DESK_CLIENT = 'floor-ems'
const VENUE_CLIENT = 'floor-line'
const FEED_CLIENT = 'floor-feed'

/** The gate cancels the desk's orders when its session is lost for so long. */
export const GRACE_MS = 3_000
/** Nothing may leave when the gate was silent for a second. */
const ADAPTER_HEARTBEAT_MS = 250

export interface SessionPlace {
  /** As 127.0.0.1:8082. */
  readonly session: string
  readonly tokenUrl: string
  readonly secrets: DemoSecrets
  readonly clock: Clock
}

export interface FloorSessions {
  readonly ems: Gate
  readonly line: Gate
  readonly feed: Gate
  /** Breaks the desk's connection; no other is made for so long. */
  cutDesk(ms: number): void
  close(): Promise<void>
}

export async function openSessions({ session, tokenUrl, secrets, clock }: SessionPlace): Promise<FloorSessions> {
  const cuttable = new CuttableDial(clock)
  const open: Gate[] = []
  const connect = async (clientID: DemoClient, more: Partial<GateOptions> = {}) => {
    const credentials = { clientID, secret: secrets[clientID], tokenUrl }
    const gate = await connectGate({ endpoints: [`tcp://${session}`], credentials, clock, ...more })
    open.push(gate)
    return gate
  }
  try {
    // The venue's side first: it is there when the desk's first order is.
    const line = await connect(VENUE_CLIENT, { heartbeatMs: ADAPTER_HEARTBEAT_MS })
    const feed = await connect(FEED_CLIENT)
    const ems = await connect(DESK_CLIENT, {
      ...{ cancelOnDisconnect: 'ALL', cancelGraceMs: GRACE_MS, dial: cuttable.dial },
    })
    const close = async () => {
      await ems.close()
      await Promise.all([line.close(), feed.close()])
    }
    return { ems, line, feed, cutDesk: (ms) => cuttable.cut(ms), close }
  } catch (error) {
    await Promise.all(open.map((gate) => gate.close(0)))
    throw error
  }
}

/** Dials as usual, unless it was cut. */
class CuttableDial {
  readonly #clock: Clock
  readonly #dial = dialWith({})
  readonly #open = new Set<() => void>()
  #untilMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  readonly dial: Dial = (endpoint, events) => {
    if (this.#clock.nowMs() < this.#untilMs) return this.#refused(events)
    const giveUp = this.#dial(endpoint, {
      ...{ opened: (transport) => events.opened(transport), received: (body) => events.received(body) },
      closed: (why) => {
        this.#open.delete(giveUp)
        events.closed(why)
      },
    })
    this.#open.add(giveUp)
    return giveUp
  }

  cut(ms: number): void {
    this.#untilMs = this.#clock.nowMs() + ms
    for (const giveUp of [...this.#open]) giveUp()
  }

  #refused(events: TransportEvents): () => void {
    let isTold = false
    const close = () => {
      stop()
      if (!isTold) events.closed('the line is cut')
      isTold = true
    }
    const stop = this.#clock.after(0, close)
    return close
  }
}
