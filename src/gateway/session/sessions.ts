/**
 * The order sessions of a gate: which client is connected, what is kept for one that comes back, and what the gate tells
 * all of them unasked: heartbeats, cancel requests.
 */
import type { Block } from '../../sequencer/ports.ts'
import type { Logon } from '../../wire/portcullis/v1/session.gen.ts'
import type { Alert } from '../alerts/alert.ts'
import { sessionsOf } from '../alerts/alert-readers.ts'
import type { AlertListener } from '../alerts/alerts.ts'
import type { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { CancelDelivery } from '../cancel-delivery.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { GatewayServices } from '../services.ts'
import { Covers } from './cancel-on-disconnect.ts'
import { alertBody, tellsLatches } from './notices.ts'
import { type Carrier, type Joined, OrderSession, type SessionHome } from './order-session.ts'
import { encodeMessage } from './server-message.ts'
import { SessionIntake } from './session-intake.ts'
import { SessionState } from './session-state.ts'

const LOGON_MS = 5_000
/** Sessions are looked at this often: silence, tokens, readers. */
const CHECK_MS = 250

export class Sessions implements SessionHome, AlertListener {
  readonly callers: Callers
  readonly delays: Delays
  readonly logonMs = LOGON_MS
  readonly intake: SessionIntake
  readonly gate: Gate
  readonly metrics: Metrics
  readonly logger: Logger
  readonly delivery: CancelDelivery
  readonly covers: Covers
  readonly #open = new Set<OrderSession>()
  /** Of each session of the engine: what is kept, and the connection that has it. */
  readonly #states = new Map<number, SessionState>()
  readonly #holders = new Map<number, OrderSession>()
  /** Logons that the engine is told of, and that are not answered yet. */
  readonly #arriving = new Map<number, number>()
  #stopChecks: () => void = () => {}
  #isClosing = false

  constructor(services: GatewayServices, delays: Delays) {
    this.gate = services.gate
    this.metrics = services.metrics
    this.logger = services.logger
    this.metrics.gauges(() => ({ sessions: this.#holders.size, session_connections: this.#open.size }))
    this.delivery = services.delivery
    this.callers = services.callers
    this.delays = delays
    this.covers = new Covers(services.gate)
    this.intake = new SessionIntake(services)
    services.alerts.listen(this)
    this.#arm()
  }

  get wantsAlerts(): boolean {
    return this.#states.size > 0
  }

  /** Tells each session of its own, and keeps it for one that comes back. */
  tellAlerts(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      for (const id of sessionsOf(alert)) {
        this.#states.get(id)?.send((seq) => encodeMessage(seq, 0, alertBody(alert)))
      }
    }
  }

  get epoch(): number {
    return this.gate.epoch
  }

  /** Connections, logged on or not. */
  get size(): number {
    return this.#open.size
  }

  /** A new connection. */
  connect(carrier: Carrier): OrderSession {
    const session = new OrderSession(this, carrier)
    this.#open.add(session)
    if (this.#isClosing) session.over('NOT_READY')
    return session
  }

  join(session: OrderSession, caller: Caller, { epoch, lastSeenSeq }: Logon): Joined {
    this.#arrived(caller.session)
    const older = this.#holders.get(caller.session)
    // The older one goes as one that no longer has the session: it is replaced, not lost.
    this.#holders.set(caller.session, session)
    older?.over('SESSION_REPLACED')
    const known = this.#states.get(caller.session)
    const missed = epoch === this.epoch ? known?.since(lastSeenSeq) : undefined
    if (known !== undefined && missed !== undefined) return { state: known, missed }
    const state = new SessionState()
    this.#states.set(caller.session, state)
    return { state, missed: undefined }
  }

  describe({ session }: Caller) {
    const { directory } = this.gate
    return {
      firm: directory.firm,
      profile: directory.profile ?? '',
      session: directory.nameOf('SESSION', session),
    }
  }

  arriving({ session }: Caller): void {
    this.#arriving.set(session, (this.#arriving.get(session) ?? 0) + 1)
  }

  abandoned({ session }: Caller): void {
    this.#arrived(session)
    if (!this.#holders.has(session) && !this.#arriving.has(session)) this.covers.lost(session)
  }

  #arrived(session: number): void {
    const left = (this.#arriving.get(session) ?? 0) - 1
    if (left > 0) this.#arriving.set(session, left)
    else this.#arriving.delete(session)
  }

  left(session: OrderSession): void {
    this.#open.delete(session)
    const id = session.caller?.session
    if (id === undefined || this.#holders.get(id) !== session) return
    this.#holders.delete(id)
    // Of one that comes back at this moment the engine has been told that it is on.
    if (this.#arriving.has(id)) return
    if (session.hasLoggedOut) this.covers.loggedOut(id)
    else this.covers.lost(id)
  }

  /** Told of every durable block. */
  published({ tape, start, end, lastSeq, lastTimeUs }: Omit<Block, 'firstSeq'>): void {
    if (this.#holders.size === 0) return
    const holders = [...this.#holders.values()]
    if (tellsLatches(tape, start, end)) for (const session of holders) session.tellLatches()
    const { newest } = this.delivery
    if (newest.length > 0) for (const session of holders) session.askCancels(newest)
    const nowMs = this.delays.nowMs()
    for (const session of this.#holders.values()) session.beat(nowMs, lastSeq, lastTimeUs)
  }

  /** Ends every session with a word. */
  close(): void {
    this.#isClosing = true
    this.#stopChecks()
    for (const session of [...this.#open]) session.over('NOT_READY')
  }

  #arm(): void {
    this.#stopChecks = this.delays.after(CHECK_MS, () => {
      const nowMs = this.delays.nowMs()
      for (const session of [...this.#open]) session.check(nowMs)
      // What stands is asked for again when its time has come.
      const outstanding = this.#holders.size > 0 ? this.delivery.outstanding() : []
      for (const session of [...this.#holders.values()]) session.askCancels(outstanding)
      this.#arm()
    })
  }
}
