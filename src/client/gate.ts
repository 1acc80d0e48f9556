/**
 * The client of a gate that an EMS embeds: asks before an order goes to the market, and lets it go only with an approval.
 * Fails closed for orders and replaces, open for cancels. docs/reference/sdk.md says what happens when.
 */
import { MASS_CANCEL_ORDERS, type MassCancelOrders } from '../model/vocabulary.ts'
import type { CancelOnDisconnect, LoggedOn, Logon } from '../wire/portcullis/v1/session.gen.ts'
import { type Credentials, Tokens } from './access-token.ts'
import { type AskedBody, Asking, type Ending, type SubmitOptions } from './asking.ts'
import { BREAKER_BOUNDS, type BreakerBounds, type BreakerState, CircuitBreaker } from './circuit-breaker.ts'
import type { Clock } from './clock.ts'
import { Connector } from './connector.ts'
import type { Dial, Endpoint } from './endpoint.ts'
import { Events } from './events.ts'
import { FollowedKills, type KillFeed } from './kill-feed.ts'
import type { Link, Numbered, ServerBody } from './link.ts'
import { type KillScope, type LocalKill, LocalKills } from './local-kill.ts'
import type {
  Alert,
  Cancel,
  CancelAccepted,
  CancelRequested,
  CommandResult,
  Execution,
  Fate,
  FeedHeartbeat,
  InstrumentState,
  KillNotice,
  NotSentCode,
  Order,
  ParentOrder,
  Quote,
  Replace,
  Route,
  SessionPhase,
  Status,
} from './orders.ts'
import { type AnswerBody, type CommandBody, Outbox } from './outbox.ts'
import { GateError, Statement } from './statement.ts'

/** Whether orders are asked about now, and where. */
export interface GateState {
  /** `up`: a gate is connected and decides. `replaced` and `closed` are for ever. */
  readonly connection: 'connecting' | 'up' | 'down' | 'replaced' | 'closed'
  readonly breaker: BreakerState
  /** Endpoint of the connection, or of the last one. */
  readonly endpoint: string
  /** What was wrong last; empty where nothing was. */
  readonly why: string
}

export interface GateEvents {
  /** A latch was set, changed or released at the gate. */
  readonly kill: KillNotice
  /** Cancel this order at the market; it is said again every second until the order has ended. */
  readonly cancelRequested: CancelRequested
  readonly alert: Alert
  readonly state: GateState
}

/** What a gate client is made of. {@link connectGate} fills in what is not given. */
export interface GateParts {
  readonly clock: Clock
  readonly dial: Dial
  readonly endpoints: readonly Endpoint[]
  readonly credentials: Credentials
  readonly heartbeatMs: number
  readonly logonMs: number
  readonly window: number
  readonly backlogMax: number
  readonly timeoutMs: number
  readonly cancelOnDisconnect: MassCancelOrders
  readonly cancelGraceMs: number | undefined
  readonly breaker?: Partial<BreakerBounds>
}

/** A cancel that went to the market. */
export interface Canceled<R> {
  readonly result: R
  /** What the gate said of it; it may be away, and is told when it is back. Rejects with GateError where it cannot be told. */
  readonly told: Promise<CancelAccepted>
}

/** How long {@link Gate.close} waits for what the gate is still told. */
const DRAIN_MS = 1_000
const ALERT_OF_NOT_SENT = 'NOT_SENT_REFUSED'
const ANSWERS: readonly string[] = ['decision', 'cancel', 'result', 'refused']

export class Gate {
  /** Latches of the gate, and whether it still tells of them: for adapters. */
  readonly killFeed: KillFeed
  readonly #parts: GateParts
  readonly #events = new Events<GateEvents>()
  readonly #outbox: Outbox
  readonly #breaker: CircuitBreaker
  readonly #kills = new LocalKills()
  readonly #feed = new FollowedKills()
  readonly #connector: Connector
  readonly #askings = new Map<string, Ending>()
  readonly #home
  readonly #quiet: (() => void)[] = []
  #link: Link | undefined
  #session = ''
  #gateSeq = 0
  #lastSeenSeq = 0
  /** Commands up to this number were taken over an earlier connection. */
  #takenBefore = 0
  #connection: GateState['connection'] = 'connecting'
  #endpoint = ''
  #why = ''

  constructor(parts: GateParts) {
    const { clock, dial, endpoints, logonMs, credentials } = parts
    this.#parts = parts
    this.killFeed = this.#feed
    this.#outbox = new Outbox(parts)
    this.#breaker = new CircuitBreaker(clock, { ...BREAKER_BOUNDS, ...parts.breaker }, (state) => this.#broken(state))
    const gate = this
    this.#home = {
      ...{ clock, outbox: this.#outbox, breaker: this.#breaker, kills: this.#kills },
      get session() {
        return gate.#session
      },
      get gateSeq() {
        return gate.#gateSeq
      },
      tellNotSent: (clOrdID: string) => this.#tellNotSent(clOrdID),
      ended: (asking: Ending) => this.#ended(asking),
    }
    this.#connector = new Connector(
      { clock, dial, endpoints, logonMs, tokens: new Tokens(credentials, clock) },
      {
        terms: () => this.#terms(),
        attached: (link, terms) => this.#attached(link, terms),
        told: (body, numbers) => this.#told(body, numbers),
        frameEnded: () => this.#tellQuiet(),
        detached: (why, planned) => this.#detached(why, planned),
        failed: (endpoint, why) => this.#failed(endpoint, why),
        replaced: () => this.#over('replaced', 'another program has the session of this client'),
      },
    )
    this.#connector.start()
  }

  get state(): GateState {
    const [connection, endpoint, why] = [this.#connection, this.#endpoint, this.#why]
    return { connection, endpoint, why, breaker: this.#breaker.state }
  }

  /** Commands that the gate has not answered; beside orders that wait, what it must still be told of earlier ones. */
  get unanswered(): number {
    return this.#outbox.size
  }

  /**
   * Asks the gate about a new order, and calls `route` once where it approves in time: while the token lives and no local
   * kill stands. Never rejects: what happened is the fate.
   */
  submit<R>(order: Order, route: Route<R>, options: SubmitOptions = {}): Promise<Fate<R>> {
    return this.#ask({ $case: 'newOrder', value: { ...order } }, route, options)
  }

  /** As {@link submit}, of a new version of an order. It fails closed too, whatever it lowers: the old version works on. */
  replace<R>(replace: Replace, route: Route<R>, options: SubmitOptions = {}): Promise<Fate<R>> {
    return this.#ask({ $case: 'replace', value: { ...replace } }, route, options)
  }

  /**
   * Cancels an order: `route` is called at once, whether a gate is there or not, and the gate is told beside it. Rejects with
   * what `route` throws; the gate is told all the same.
   */
  async cancel<R>(cancel: Cancel, route: (cancel: Cancel) => R | PromiseLike<R>): Promise<Canceled<R>> {
    const told = new Promise<CancelAccepted>((settle, fail) => {
      this.#say({ $case: 'cancel', value: { ...cancel } }, true, fail, (body) => {
        if (body.$case === 'cancel') settle(body.value)
        else fail(wrongAnswer(body))
      })
    })
    // Whoever does not ask what became of it is not told by an unhandled rejection.
    told.catch(() => {})
    return { result: await route(cancel), told }
  }

  /** What the market did. Said until the gate has answered; EXEC_DUPLICATE of a fill then means that it was booked before. */
  report(execution: Execution): Promise<CommandResult> {
    return this.#tell({ $case: 'execution', value: { ...execution } }, true)
  }

  /** What the execution source says that an order is now. Said until the gate has answered. */
  orderStatus(status: Status): Promise<CommandResult> {
    return this.#tell({ $case: 'orderStatus', value: { ...status } }, true)
  }

  /** A parent order or a basket, before its slices. */
  parent(parent: ParentOrder): Promise<CommandResult> {
    return this.#tell({ $case: 'parent', value: { ...parent } }, true)
  }

  /** Market data is said once: what was on its way when a connection was lost rejects with CONNECTION_LOST. */
  quote(quote: Quote): Promise<CommandResult> {
    return this.#tell({ $case: 'quote', value: { ...quote } }, false)
  }

  feedHeartbeat(heartbeat: FeedHeartbeat): Promise<CommandResult> {
    return this.#tell({ $case: 'feedHeartbeat', value: { ...heartbeat } }, false)
  }

  instrumentState(state: InstrumentState): Promise<CommandResult> {
    return this.#tell({ $case: 'instrumentState', value: { ...state } }, false)
  }

  sessionPhase(phase: SessionPhase): Promise<CommandResult> {
    return this.#tell({ $case: 'sessionPhase', value: { ...phase } }, false)
  }

  /** Calls `listener` from now on; the function that it returns ends that. */
  on<K extends keyof GateEvents>(event: K, listener: (value: GateEvents[K]) => void): () => void {
    return this.#events.on(event, listener)
  }

  /**
   * Stops orders and replaces at once, without the gate: those that wait end, and an approval on its way is not used. It
   * cancels nothing, and stands until it is released.
   */
  localKill(scope: KillScope = {}): LocalKill {
    const kill = this.#kills.kill(scope)
    for (const asking of [...this.#askings.values()]) {
      if (asking.kill !== undefined) asking.giveUp('LOCAL_KILL', 'a kill was set')
    }
    return kill
  }

  /** Settles when the gate has answered everything. */
  async settled(): Promise<void> {
    while (this.#outbox.size > 0 && !this.#isOver) await new Promise<void>((settle) => this.#quiet.push(settle))
  }

  /** Orders that wait end unsent; what the gate must be told is told for so long, then the connection is closed. */
  async close(drainMs = DRAIN_MS): Promise<void> {
    if (this.#isOver) return
    this.#giveUp('CLOSED', 'it is being closed')
    let stop = () => {}
    const late = new Promise<void>((settle) => {
      stop = this.#parts.clock.after(drainMs, settle)
    })
    await Promise.race([this.settled(), late])
    stop()
    this.#over('closed', '')
  }

  get #isOver(): boolean {
    return this.#connection === 'closed' || this.#connection === 'replaced'
  }

  #ask<R>(body: AskedBody, route: Route<R>, options: SubmitOptions): Promise<Fate<R>> {
    const asking = new Asking<R>(this.#home, body, route, { timeoutMs: this.#parts.timeoutMs, ...options })
    if (this.#isOver) asking.giveUp('CLOSED', this.#why)
    // Two calls for one id would both take the one decision for theirs.
    else if (this.#askings.has(asking.clOrdID)) asking.giveUp('CLORDID_USED', 'its clOrdID is being asked about')
    else {
      this.#askings.set(asking.clOrdID, asking)
      asking.ask()
    }
    return asking.fate
  }

  #ended(asking: Ending): void {
    if (this.#askings.get(asking.clOrdID) === asking) this.#askings.delete(asking.clOrdID)
  }

  #tell(body: CommandBody, isRepeatable: boolean): Promise<CommandResult> {
    return new Promise((settle, fail) => {
      this.#say(body, isRepeatable, fail, (answer) => {
        if (answer.$case === 'result') settle(answer.value)
        else fail(wrongAnswer(answer))
      })
    })
  }

  #say(
    body: CommandBody,
    isRepeatable: boolean,
    failed: (error: GateError) => void,
    answered: (body: AnswerBody) => void,
  ): void {
    if (this.#isOver) return failed(new GateError('CLOSED', this.#why))
    const { clock } = this.#parts
    const isUrgent = body.$case === 'cancel'
    new Statement(body, { outbox: this.#outbox, clock, isRepeatable, isUrgent, answered, failed }).say()
  }

  #tellNotSent(clOrdID: string): void {
    const { clock } = this.#parts
    const failed = ({ code, message }: GateError) => {
      if (code !== 'CLOSED') this.#alert(code, `NotSent of ${clOrdID}: ${message}`)
    }
    const answered = (body: AnswerBody) => {
      if (body.$case !== 'result' || body.value.applied) return
      const { reason } = body.value
      // Somebody reports of an order that this program has never sent.
      if (reason?.code === ALERT_OF_NOT_SENT) this.#alert(reason.code, `NotSent of ${clOrdID}: ${reason.text}`)
    }
    const options = { outbox: this.#outbox, clock, isRepeatable: true, answered, failed }
    new Statement({ $case: 'notSent', value: { clOrdID } }, options).say(true)
  }

  #alert(code: string, text: string): void {
    this.#events.tell('alert', {
      seq: 0,
      timeUs: this.#parts.clock.wallUs(),
      severity: 'WARNING',
      untold: 0,
      code,
      text,
    })
  }

  #terms(): Omit<Logon, 'version' | 'accessToken'> {
    const { heartbeatMs, window, cancelGraceMs } = this.#parts
    // The contract's numbers are those of the table.
    const cancelOnDisconnect = MASS_CANCEL_ORDERS.indexOf(this.#parts.cancelOnDisconnect) as CancelOnDisconnect
    return {
      ...{ heartbeatMs, window, cancelOnDisconnect, cancelGraceMs },
      ...{ epoch: this.#feed.epoch, lastSeenSeq: this.#lastSeenSeq },
    }
  }

  #attached(link: Link, terms: LoggedOn): void {
    this.#link = link
    this.#session = terms.session
    if (!terms.resumed) this.#lastSeenSeq = 0
    this.#takenBefore = terms.lastTakenSeq
    this.#feed.loggedOn(terms)
    this.#endpoint = link.endpoint.text
    this.#breaker.connected()
    this.#outbox.attached(terms, (messages) => link.send(messages))
  }

  #told(body: ServerBody, { seq, refSeq }: Numbered): void {
    if (seq > 0) {
      if (seq <= this.#lastSeenSeq) return
      // The next connection is told of it once more.
      if (seq > this.#lastSeenSeq + 1) return this.#link?.end('a message of the gate is missing')
      this.#lastSeenSeq = seq
    }
    switch (body.$case) {
      case 'heartbeat':
        this.#pulse(body.value.durableSeq, body.value.timeUs)
        break
      case 'result':
        // An answer that was missed comes before the latches that were.
        if (refSeq > this.#takenBefore) this.#pulse(body.value.seq, body.value.timeUs)
        break
      case 'decision':
        this.#gateSeq = Math.max(this.#gateSeq, body.value.seq)
        break
      case 'kill':
        this.#feed.told(body.value)
        this.#events.tell('kill', body.value)
        break
      case 'cancelRequested':
        this.#events.tell('cancelRequested', body.value)
        break
      case 'alert':
        this.#events.tell('alert', body.value)
        break
    }
    if (isAnswer(body)) this.#outbox.answered(refSeq, body)
  }

  /** The gate has decided something, at this time and no earlier: it is there. */
  #pulse(seq: number, timeUs: number): void {
    this.#gateSeq = Math.max(this.#gateSeq, seq)
    this.#feed.heard({ heardMs: this.#parts.clock.nowMs(), timeUs, seq })
    this.#connector.proved()
    this.#breaker.beat()
    if (this.#connection !== 'up' && !this.#isOver) this.#become('up', '')
  }

  #detached(why: string, isPlanned: boolean): void {
    this.#outbox.detached()
    if (isPlanned || this.#isOver) return
    this.#become('down', why)
    this.#breaker.failed()
  }

  #failed(endpoint: Endpoint | undefined, why: string): void {
    const where = endpoint === undefined ? why : `${endpoint.text}: ${why}`
    if (this.#connection === 'up') this.#become('down', where)
    this.#why = where
    this.#breaker.failed()
  }

  #broken(state: BreakerState): void {
    if (state === 'open') {
      // What was not asked yet is not asked any more: it costs its caller no wait.
      for (const asking of [...this.#askings.values()]) {
        if (asking.isUnasked) asking.giveUp('GATE_UNREACHABLE', this.#why || 'the gate does not answer in time')
      }
    }
    this.#events.tell('state', this.state)
  }

  #giveUp(code: NotSentCode, text: string): void {
    for (const asking of [...this.#askings.values()]) asking.giveUp(code, text)
  }

  #over(connection: 'closed' | 'replaced', why: string): void {
    if (this.#isOver) return
    this.#become(connection, why)
    this.#breaker.close()
    this.#connector.close()
    this.#giveUp('CLOSED', why)
    this.#outbox.drop()
    this.#tellQuiet()
  }

  #become(connection: GateState['connection'], why: string): void {
    this.#connection = connection
    this.#why = why
    this.#events.tell('state', this.state)
  }

  #tellQuiet(): void {
    for (const settle of this.#quiet.splice(0)) settle()
  }
}

function wrongAnswer({ $case }: AnswerBody): GateError {
  return new GateError('WRONG_ANSWER', `the gate answered with a ${$case}`)
}

function isAnswer(body: ServerBody): body is AnswerBody {
  return ANSWERS.includes(body.$case)
}
