/**
 * One connection of the order session, whatever carries it: logs the client on, takes its commands in the order of their
 * numbers, hands it answers and what the gate wants of it, and ends when it is silent, slow, or no longer allowed.
 */

import { dutyBit } from '../../auth/duties.ts'
import type { TokenFault } from '../../auth/token-verifier.ts'
import type { CancelRequestView } from '../../model/engine-port.ts'
import { type ErrorCode, RequestError } from '../../model/errors.ts'
import { type ClientMessageRead, readClientMessage } from '../../wire/client-message.ts'
import { Cursor } from '../../wire/form-message.ts'
import { FRAME_BYTES_MAX } from '../../wire/frames.ts'
import type { LoggedOn, Logon } from '../../wire/portcullis/v1/session.gen.ts'
import { Caller } from '../caller.ts'
import type { Callers } from '../callers.ts'
import type { CancelDelivery, Listener } from '../cancel-delivery.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import { tell } from '../log-events.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import type { TraceContext } from '../observe/trace-context.ts'
import { type Cover, type Covers, coverOf } from './cancel-on-disconnect.ts'
import { cancelRequestBody, LatchNews } from './notices.ts'
import { type Body, encodeMessage, responsesOf } from './server-message.ts'
import type { SessionIntake, Taking } from './session-intake.ts'
import type { Receiver, SessionState } from './session-state.ts'

/** What carries a session. */
export interface Carrier {
  /** Sends an OrderSessionResponse. */
  send(response: Buffer): void
  /** Bytes that were sent and that the client has not taken. */
  readonly unread: number
  /** Stops, and goes on, reading. */
  pause(): void
  resume(): void
  /** Ends the connection once what was sent is out; `code`: why, where there is a reason. */
  end(code: ErrorCode | undefined): void
  /** RFC 8705: thumbprint of the certificate that the client has shown. */
  readonly certificate?: string | undefined
  /** The client has shown who it is. */
  identified(): void
  /** Token that came beside the messages: it counts where the logon has none. */
  readonly accessToken?: string
  /** Of a client that traces the session: its commands are traced in it. */
  readonly trace?: TraceContext | undefined
}

/** Where a session is at home: what all sessions of a gate share. */
export interface SessionHome {
  readonly callers: Callers
  readonly delays: Delays
  readonly intake: SessionIntake
  readonly gate: Gate
  readonly metrics: Metrics
  readonly logger: Logger
  readonly delivery: CancelDelivery
  readonly covers: Covers
  /** Run of the gate. */
  readonly epoch: number
  /** A connection that has not logged on by then ends. */
  readonly logonMs: number
  /**
   * The client of a connection has shown who it is: an older connection of it gives way. `missed`: what it has not
   * seen; undefined where its numbers begin anew.
   */
  join(session: OrderSession, caller: Caller, logon: Logon): Joined
  /** What a logon is answered with beside the terms of the session. */
  describe(caller: Caller): Pick<LoggedOn, 'firm' | 'profile' | 'session'>
  left(session: OrderSession): void
  /** A client whose logon is good, and not answered yet. */
  arriving(caller: Caller): void
  /** The connection of a client ended before its logon was answered. */
  abandoned(caller: Caller): void
}

export interface Joined {
  readonly state: SessionState
  readonly missed: readonly Buffer[] | undefined
}

export const SESSION_VERSION = 1
const OWNER = dutyBit('orders:write')
const AGENT = dutyBit('cancels:execute')
export const WINDOW_MAX = 65_536
const WINDOW = 4_096
export const HEARTBEAT_MS_MIN = 100
const HEARTBEAT_MS = 1_000
export const HEARTBEAT_MS_MAX = 60_000
/** A client is held for dead after so many of its heartbeats. */
const SILENT_HEARTBEATS = 2.5
/** Beyond it nothing more is read of a client, so that its answers do not pile up. */
const UNREAD_PAUSES = 256 * 1024
/** Bytes of commands, taken since none waited, beyond which nothing more is read until none waits: what waits is kept. */
const TAKEN_PAUSES = 8 * 1024 * 1024
/** Beyond it the connection ends: what the gate tells it unasked has piled up. */
const UNREAD_ENDS = 8 * 1024 * 1024
/** A client is not read for so long once a rate has refused so many of its commands: a flood costs the others nothing then. */
const REST_MS = 50
const REFUSED_RESTS = 64
/** Tag of OrderSessionRequest's repeated field `messages`. */
const MESSAGES_TAG = 0x0a

export class OrderSession implements Receiver {
  readonly #home: SessionHome
  readonly #carrier: Carrier
  readonly #cursor = new Cursor()
  caller: Caller | undefined
  heartbeatMs = HEARTBEAT_MS
  receivedMs: number
  #state: SessionState | undefined
  #taking: Taking | undefined
  #listener: Listener | undefined
  #latches: LatchNews | undefined
  #sentMs = 0
  #window = WINDOW
  #stage: 'new' | 'checking' | 'on' | 'over' = 'new'
  /** What came while the token was being checked: at most one frame, since nothing more is read then. */
  readonly #early: Buffer[] = []
  /** Encoded messages of this turn. */
  #turn: Buffer[] = []
  #isPaused = false
  #hasLoggedOut = false
  #isFinished = false
  /** Commands that a rate refused since it was rested last. */
  #refused = 0
  #isResting = false
  /** Bytes of commands since none waited for its answer. */
  #takenBytes = 0
  /** Elapsed time when the frame came that is being read. */
  #frameUs = 0

  constructor(home: SessionHome, carrier: Carrier) {
    this.#home = home
    this.#carrier = carrier
    this.receivedMs = home.delays.nowMs()
  }

  get isOn(): boolean {
    return this.#stage === 'on'
  }

  /** The client ended it by its own word. */
  get hasLoggedOut(): boolean {
    return this.#hasLoggedOut
  }

  get isChecking(): boolean {
    return this.#stage === 'checking'
  }

  /** An OrderSessionRequest of the client; the bytes may be kept. */
  take(request: Buffer): void {
    if (this.#stage === 'over') return
    if (this.isChecking) {
      this.#early.push(request)
      return
    }
    this.receivedMs = this.#home.delays.nowMs()
    const { stages } = this.#home.metrics
    this.#frameUs = stages.nowUs()
    this.#takenBytes += request.length
    const cursor = this.#cursor
    cursor.start(request, 0, request.length)
    while (cursor.at < request.length) {
      const isMessage = cursor.varint() === MESSAGES_TAG
      const end = isMessage ? cursor.span() : 0
      if (!isMessage || cursor.isBroken) return this.over('MALFORMED_MESSAGE', 'OrderSessionRequest')
      const from = cursor.at
      cursor.at = end
      this.#message(readClientMessage(request, from, end))
      if (this.isOn) continue
      // The rest of the request waits while the token is checked.
      if (this.isChecking && end < request.length) this.#early.push(request.subarray(end))
      return
    }
    stages.parsed('session', this.#frameUs)
    this.#press()
  }

  #message(message: ClientMessageRead): void {
    if (this.#stage === 'new') {
      if (message.kind === 'logon') this.#logOn(message.logon)
      else if (message.kind === 'fault' && message.error.code === 'MALFORMED_MESSAGE') this.over('MALFORMED_MESSAGE')
      else this.over('LOGON_EXPECTED')
      return
    }
    switch (message.kind) {
      case 'logon':
        return this.over('LOGON_EXPECTED')
      case 'logout':
        this.#hasLoggedOut = true
        return this.over(undefined)
      case 'heartbeat':
        return
      default:
        return this.#command(message)
    }
  }

  #command(message: Exclude<ClientMessageRead, { readonly kind: 'logon' | 'logout' | 'heartbeat' }>): void {
    const state = this.#state as SessionState
    // Without a number nobody could say which command is refused.
    if (message.kind === 'fault' && message.seq === 0) return this.over(message.error.code, message.error.field)
    // Taken before: its answer came, or comes.
    if (message.seq > 0 && message.seq <= state.taken) return
    if (message.seq !== state.taken + 1) return this.over('SEQUENCE_GAP', 'seq')
    state.taken = message.seq
    state.waiting++
    const isTaken = (this.#taking as Taking).take(message, this.#frameUs)
    if (!isTaken && ++this.#refused >= REFUSED_RESTS) this.#rest()
  }

  #logOn(logon: Logon): void {
    if (logon.version !== SESSION_VERSION) return this.over('LOGON_EXPECTED', 'version')
    this.#stage = 'checking'
    this.#pause()
    this.#home.callers.identify(logon.accessToken || (this.#carrier.accessToken ?? ''), this.#carrier.certificate).then(
      (caller) => this.#checked(logon, caller),
      () => this.over('INTERNAL_ERROR'),
    )
  }

  #checked(logon: Logon, caller: Caller | TokenFault): void {
    if (this.#stage !== 'checking') return
    if (!(caller instanceof Caller)) return this.#tokenRefused(caller)
    if (caller.isPerson) return this.over('FORBIDDEN', 'accessToken', 'A session is of a machine.')
    caller.resolve()
    if (caller.session < 0) return this.over('NOT_BOUND', 'accessToken', 'No SESSION has the name of the client.')
    const cover = coverOf(logon)
    if (cover === undefined) return this.over('MALFORMED_MESSAGE', 'cancelOnDisconnect')
    this.#carrier.identified()
    const { covers } = this.#home
    this.#home.arriving(caller)
    covers.on(caller.session, cover).then((holds) => {
      if (this.#stage === 'checking') this.#welcome(logon, caller, holds)
      else this.#home.abandoned(caller)
    })
  }

  #welcome(logon: Logon, caller: Caller, cover: Cover): void {
    this.caller = caller
    this.heartbeatMs = clamp(logon.heartbeatMs || HEARTBEAT_MS, HEARTBEAT_MS_MIN, HEARTBEAT_MS_MAX)
    this.#window = clamp(logon.window || WINDOW, 1, WINDOW_MAX)
    const { state, missed } = this.#home.join(this, caller, logon)
    this.#state = state
    this.#taking = this.#home.intake.of(state, caller, this.#carrier.trace)
    this.#stage = 'on'
    this.#home.metrics.count('sessions_begun_total', `resumed="${missed !== undefined}"`)
    tell(this.#home.logger, 'session.begun', { ...this.#named(caller), resumed: missed !== undefined })
    this.receivedMs = this.#home.delays.nowMs()
    this.#unnumbered({
      $case: 'loggedOn',
      value: {
        version: SESSION_VERSION,
        epoch: this.#home.epoch,
        lastTakenSeq: state.taken,
        resumed: missed !== undefined,
        heartbeatMs: this.heartbeatMs,
        window: this.#window,
        cancelOnDisconnect: cover.orders,
        cancelGraceMs: cover.graceMs,
        ...this.#home.describe(caller),
      },
    })
    for (const message of missed ?? []) this.#push(message)
    state.receiver = this
    this.#listen(caller)
    this.#latches = new LatchNews(this.#home.gate, caller, state.latches)
    this.tellLatches()
    this.askCancels(this.#home.delivery.outstanding())
    const early = this.#early.splice(0)
    this.#resume()
    for (const request of early) this.take(request)
    this.#press()
  }

  /** The client sends no more: what was taken is answered, then the session ends. */
  finish(): void {
    if (this.#stage === 'new') return this.over(undefined)
    this.#isFinished = true
    this.#press()
  }

  receive(message: Buffer): void {
    this.#push(message)
    if (this.#carrier.unread > UNREAD_ENDS) this.over('SLOW_READER')
  }

  answered(): void {
    this.#press()
  }

  /** Tells of latches that the client does not know of. */
  tellLatches(): void {
    for (const body of this.#latches?.news() ?? []) this.#tell(body)
  }

  /** Asks the client for the cancels that are due. `outstanding`: every request that stands. */
  askCancels(outstanding: readonly CancelRequestView[]): void {
    const { caller } = this
    if (this.#stage !== 'on' || caller === undefined || outstanding.length === 0) return
    const listener = this.#listen(caller)
    if (listener === undefined) return
    const { again } = this.#home.delivery.due(listener, Number.MAX_SAFE_INTEGER, outstanding)
    for (const request of again) this.#tell(cancelRequestBody(this.#home.gate, request))
    if (again.length > 0) this.#home.delivery.handOut(listener, again)
  }

  /** The client listens for cancel requests as what it may be now: of its own orders, and as an agent. */
  #listen(caller: Caller): Listener | undefined {
    const isAgent = caller.holds(AGENT)
    if (!isAgent && !caller.holds(OWNER)) return this.#hear(undefined)
    return this.#hear(this.#home.delivery.listener(caller.grant.clientID, caller.session, isAgent))
  }

  #hear(listener: Listener | undefined): Listener | undefined {
    if (listener === this.#listener) return listener
    if (this.#listener !== undefined) this.#listener.waiting--
    this.#listener = listener
    if (listener === undefined) return undefined
    listener.waiting++
    // A new connection has seen none of what an earlier one was handed.
    listener.handedMs.clear()
    return listener
  }

  #tell(body: Body): void {
    this.#state?.send((seq) => encodeMessage(seq, 0, body))
  }

  /** Tells a client that is told nothing else that the gate decides. */
  beat(nowMs: number, durableSeq: number, timeUs: number): void {
    if (this.#stage === 'on' && nowMs - this.#sentMs >= this.heartbeatMs) {
      this.#unnumbered({ $case: 'heartbeat', value: { durableSeq, timeUs } })
    }
  }

  /** Ends a session that is silent, or whose token is no longer good. */
  check(nowMs: number): void {
    if (this.#stage === 'over') return
    const silentMs = this.#stage === 'on' ? this.heartbeatMs * SILENT_HEARTBEATS : this.#home.logonMs
    // Who is not read cannot be heard.
    if (!this.#isPaused && nowMs - this.receivedMs > silentMs) {
      return this.over(this.#stage === 'on' ? 'HEARTBEAT_MISSED' : 'LOGON_EXPECTED')
    }
    const fault = this.caller === undefined ? undefined : this.#home.callers.faultOf(this.caller)
    if (fault !== undefined) this.#tokenRefused(fault)
    else this.#press()
  }

  /** As a line of the log names it. */
  #named({ grant }: Caller): object {
    const { trace } = this.#carrier
    return {
      client: grant.clientID,
      ...(trace === undefined ? {} : { trace_id: trace.traceId, span_id: trace.parentId }),
    }
  }

  #tokenRefused(fault: TokenFault): void {
    this.#home.metrics.authFailed('session', fault)
    this.over('UNAUTHENTICATED', 'accessToken', fault)
  }

  /** Says why where there is a reason, and ends the connection. */
  over(code: ErrorCode | undefined, field = '', why?: string): void {
    if (this.#stage === 'over') return
    const text = code === undefined ? '' : (why ?? new RequestError(code, field).text)
    this.#unnumbered({ $case: 'logout', value: { code: code ?? '', text } })
    this.#flush()
    this.#end(code ?? 'LOGOUT')
    this.#carrier.end(code)
  }

  /** The connection is gone, whoever ended it. */
  gone(): void {
    this.#end('LOST')
  }

  #end(why: ErrorCode | 'LOGOUT' | 'LOST'): void {
    if (this.#stage === 'over') return
    if (this.#stage === 'on' && this.caller !== undefined) {
      this.#home.metrics.count('sessions_ended_total', `code="${why}"`)
      tell(this.#home.logger, 'session.ended', { ...this.#named(this.caller), code: why })
    }
    this.#stage = 'over'
    this.#early.length = 0
    this.#hear(undefined)
    if (this.#state?.receiver === this) this.#state.receiver = undefined
    this.#home.left(this)
  }

  #unnumbered(body: Body): void {
    this.#push(encodeMessage(0, 0, body))
  }

  /** All that one turn has to say goes out as one response, or as so many as a client can read. */
  #push(message: Buffer): void {
    if (this.#turn.length === 0) queueMicrotask(() => this.#flush())
    this.#turn.push(message)
  }

  #flush(): void {
    if (this.#turn.length === 0 || this.#stage === 'over') return
    this.#sentMs = this.#home.delays.nowMs()
    const turn = this.#turn
    this.#turn = []
    for (const response of responsesOf(turn, FRAME_BYTES_MAX)) this.#carrier.send(response)
  }

  /** Reads no more than is answered, and nothing of who does not read. */
  #press(): void {
    if (this.#stage !== 'on') return
    const waiting = (this.#state as SessionState).waiting
    if (waiting === 0) this.#takenBytes = 0
    if (waiting === 0 && this.#isFinished) return this.over(undefined)
    const isMuch = this.#takenBytes > TAKEN_PAUSES || this.#carrier.unread > UNREAD_PAUSES
    if (waiting >= this.#window || isMuch || this.#isResting) this.#pause()
    else if (waiting <= this.#window / 2 || !this.#isPaused) this.#resume()
  }

  #rest(): void {
    this.#refused = 0
    if (this.#isResting) return
    this.#isResting = true
    this.#home.delays.after(REST_MS, () => {
      this.#isResting = false
      this.#press()
    })
  }

  #pause(): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#carrier.pause()
  }

  #resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.receivedMs = this.#home.delays.nowMs()
    this.#carrier.resume()
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
