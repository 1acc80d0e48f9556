/** Connects an EMS to its gate: checks what it is told to do, and waits until a gate is there that decides. */
import type { MassCancelOrders } from '../model/vocabulary.ts'
import { type Credentials, tokenUrls } from './access-token.ts'
import type { BreakerBounds } from './circuit-breaker.ts'
import { type Clock, systemClock } from './clock.ts'
import { type Dial, dialWith, endpointOf, type TlsTrust } from './endpoint.ts'
import { Gate } from './gate.ts'
import { GateError } from './statement.ts'

export interface GateOptions {
  /** `tcp://host:port`, `tls://host:port`, `unix:/path`: the one that is tried first stands first. */
  readonly endpoints: readonly string[]
  /** OAuth client credentials and where tokens are asked for, or a function that gives tokens. */
  readonly credentials: Credentials
  /** What TLS endpoints are checked by. */
  readonly tls?: TlsTrust
  /** Lets secrets and orders leave this machine in the clear, for a network that is encrypted below. */
  readonly allowCleartext?: boolean
  /** Longest wait for a decision where a call does not say (2,000). It must be longer than orders may be held. */
  readonly timeoutMs?: number
  /** Silence of 2.5 of these ends a connection (1,000). */
  readonly heartbeatMs?: number
  /** Commands that wait at the gate (1,024), and here for room there (8,192). */
  readonly window?: number
  readonly backlogMax?: number
  /** From the dial to the logon (2,000). */
  readonly logonMs?: number
  /** connectGate gives up after this (10,000). */
  readonly connectMs?: number
  /** Orders that the gate cancels when the connection is lost and is not back in `cancelGraceMs` ('NONE'; 5,000). */
  readonly cancelOnDisconnect?: MassCancelOrders
  readonly cancelGraceMs?: number
  readonly breaker?: Partial<BreakerBounds>
  /** Of tests. */
  readonly clock?: Clock
  readonly dial?: Dial
}

const CONNECT_MS = 10_000
const DEFAULTS = { timeoutMs: 2_000, heartbeatMs: 1_000, logonMs: 2_000, window: 1_024, backlogMax: 8_192 } as const
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/
const WINDOW_MIN = 32

/**
 * Connects to the first gate that answers. From then on the client connects again by itself.
 * @throws RangeError for options that cannot be meant; GateError GATE_UNREACHABLE where no gate decides within `connectMs`
 */
export async function connectGate(options: GateOptions): Promise<Gate> {
  const { tls = {}, clock = systemClock, dial = dialWith(tls), connectMs = CONNECT_MS } = options
  const {
    endpoints,
    credentials,
    cancelOnDisconnect = 'NONE',
    cancelGraceMs,
    breaker,
    allowCleartext = false,
  } = options
  const numbers = Object.fromEntries(
    Object.entries(DEFAULTS).map(([name, standard]) => [
      name,
      positive(name, options[name as keyof typeof DEFAULTS] ?? standard),
    ]),
  ) as Record<keyof typeof DEFAULTS, number>
  if (numbers.window < WINDOW_MIN) throw new RangeError(`window: at least ${WINDOW_MIN}`)
  if (endpoints.length === 0) throw new RangeError('endpoints: there is none')
  const places = endpoints.map(endpointOf)
  if (!allowCleartext) {
    for (const place of places) if (place.kind === 'tcp') assertLoopback(place.text, place.host)
    if (typeof credentials !== 'function') for (const url of tokenUrls(credentials)) assertSecret(url)
  }
  const gate = new Gate({
    ...{ ...numbers, clock, dial, endpoints: places, credentials, cancelOnDisconnect, cancelGraceMs },
    ...(breaker === undefined ? {} : { breaker }),
  })
  await firstPulse(gate, clock, positive('connectMs', connectMs))
  return gate
}

async function firstPulse(gate: Gate, clock: Clock, connectMs: number): Promise<void> {
  let stopWaiting = () => {}
  let stopListening = () => {}
  try {
    await new Promise<void>((settle, fail) => {
      const over = (why: string) => fail(new GateError('GATE_UNREACHABLE', why || `no gate within ${connectMs} ms`))
      stopWaiting = clock.after(connectMs, () => over(gate.state.why))
      stopListening = gate.on('state', ({ connection, why }) => {
        if (connection === 'up') settle()
        else if (connection === 'replaced') over(why)
      })
    })
  } catch (error) {
    await gate.close(0)
    throw error
  } finally {
    stopWaiting()
    stopListening()
  }
}

function positive(name: string, value: number): number {
  if (!(Number.isInteger(value) && value > 0)) throw new RangeError(`${name}: ${value} is no whole number above 0`)
  return value
}

function assertSecret(tokenUrl: string): void {
  const { protocol, hostname } = new URL(tokenUrl)
  if (protocol === 'https:') return
  if (protocol !== 'http:') throw new RangeError(`${tokenUrl}: tokens are asked for by https`)
  assertLoopback(tokenUrl, hostname)
}

function assertLoopback(text: string, host: string): void {
  if (LOOPBACK.test(host)) return
  throw new RangeError(`${text} is in the clear: use TLS, or say allowCleartext`)
}
