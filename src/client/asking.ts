/**
 * One order or replace, from the call to its one fate: asks the gate, asks again where the answer was cut off, routes what
 * is approved in time, and tells the gate NotSent of every approval that is not used.
 */
import { type Decision, Outcome, type RequestRefused } from '../wire/portcullis/v1/decisions.gen.ts'
import type { NewOrderSingle } from '../wire/portcullis/v1/orders.gen.ts'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { Clock } from './clock.ts'
import { type KillScope, type LocalKills, scopeWords } from './local-kill.ts'
import { type Approved, type Fate, NotRouted, type NotSentCode, type Route } from './orders.ts'
import type { AnswerBody, Command, CommandBody, Outbox } from './outbox.ts'
import { refusalOf, refusalOfRequest } from './refusal.ts'
import { AGAIN_MS, IN_DOUBT, JOURNAL_DOWN, TRY_AGAIN } from './statement.ts'

/** What all orders of a client share. */
export interface AskingHome {
  readonly clock: Clock
  readonly outbox: Outbox
  readonly breaker: CircuitBreaker
  readonly kills: LocalKills
  /** Name that the gate knows the client by. */
  readonly session: string
  /** The highest sequence number that the gate has told of. */
  readonly gateSeq: number
  /** An order that was surely not sent: the gate frees what it reserves for it. */
  tellNotSent(clOrdID: string): void
  ended(asking: Ending): void
}

/** What can be done about an order from outside. */
export interface Ending {
  readonly clOrdID: string
  readonly isUnasked: boolean
  /** The kill that it may not be asked about under. */
  readonly kill: KillScope | undefined
  giveUp(code: NotSentCode, text: string): void
}

export type AskedBody = Extract<CommandBody, { readonly $case: 'newOrder' | 'replace' }>

export interface SubmitOptions {
  /** Longest wait for the decision. An approval that comes later is not used. */
  readonly timeoutMs?: number
  /** Gives the wait up. A route that was called goes on. */
  readonly signal?: AbortSignal
}

const TIMEOUT_MS = 2_000
/** Refusals after which the answer to an order in doubt is still worth asking for. */
const MAY_PASS: readonly string[] = [IN_DOUBT, JOURNAL_DOWN]

export class Asking<R> implements Command, Ending {
  readonly body: AskedBody
  readonly fate: Promise<Fate<R>>
  readonly #home: AskingHome
  readonly #route: Route<R>
  readonly #signal: AbortSignal | undefined
  #settle!: (fate: Fate<R>) => void
  #stopWaiting: () => void = () => {}
  #isOver = false
  #isRouting = false
  /** Of the first time that it was sent: an approval is no older than that. */
  #sentMs = -1
  #sentAfterSeq = 0
  /** The gate may have decided it without our knowing. */
  #isInDoubt = false

  constructor(home: AskingHome, body: AskedBody, route: Route<R>, { timeoutMs = TIMEOUT_MS, signal }: SubmitOptions) {
    this.#home = home
    this.body = body
    this.#route = route
    this.#signal = signal
    this.fate = new Promise((settle) => {
      this.#settle = settle
    })
    this.#stopWaiting = home.clock.after(timeoutMs, () => this.#timedOut(timeoutMs))
    signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  get clOrdID(): string {
    return this.body.value.clOrdID ?? ''
  }

  /** Puts the question, unless it is clear already that nothing may be sent. */
  ask(): void {
    const { breaker, outbox } = this.#home
    const { kill } = this
    if (this.#signal?.aborted === true) return this.giveUp('ABORTED', 'the caller has given it up')
    if (kill !== undefined) return this.giveUp('LOCAL_KILL', `a kill of ${scopeWords(kill)} stands`)
    if (breaker.state !== 'closed') return this.giveUp('GATE_UNREACHABLE', 'the gate does not decide')
    const fault = outbox.add(this)
    if (fault !== undefined) this.giveUp(fault, 'it was not asked about')
  }

  /** Nobody has asked the gate yet. */
  get isUnasked(): boolean {
    return this.#sentMs < 0
  }

  /** A replace does not say what its order is: the approval does, and is looked at then. */
  get kill(): KillScope | undefined {
    const { kills } = this.#home
    return this.body.$case === 'newOrder' ? kills.covering(this.body.value) : kills.ofAll
  }

  /**
   * It ends without being sent. What the gate has, or may have, decided is asked for on: only the decision says whether the
   * order is this call's, and NotSent of somebody else's order would free what may be at the market.
   */
  giveUp(code: NotSentCode, text: string): void {
    if (this.#isOver || this.#isRouting) return
    if (!this.#isInDoubt) this.#home.outbox.remove(this)
    this.#endUnsent(code, text)
  }

  sent(): void {
    if (!this.isUnasked) return
    this.#sentMs = this.#home.clock.nowMs()
    this.#sentAfterSeq = this.#home.gateSeq
  }

  afresh(): Command {
    this.#isInDoubt = true
    return this
  }

  untaken(): Command | undefined {
    return this.#isOver && !this.#isInDoubt ? undefined : this
  }

  dropped(): void {
    if (!this.#isOver) this.#endUnsent('CLOSED', 'the connection to the gate was given up')
  }

  answered(body: AnswerBody): void {
    if (body.$case === 'decision') this.#decided(body.value)
    else if (body.$case === 'refused') this.#refused(body.value)
    else this.giveUp('APPROVAL_LATE', `the gate answered with a ${body.$case}`)
  }

  #decided(decision: Decision): void {
    if (!this.#isOver) this.#home.breaker.answered()
    const { outcome, duplicate, live } = decision
    const isDecidedEarlier = outcome === Outcome.OUTCOME_DECIDED_EARLIER
    if (outcome !== Outcome.OUTCOME_APPROVED && !isDecidedEarlier) {
      return this.#end({ outcome: 'refused', refusal: refusalOf(decision) })
    }
    // Of a decision that is older than the question somebody else has the order, and may have sent it.
    const isOwn = !(duplicate || isDecidedEarlier) || (this.#isInDoubt && decision.seq > this.#sentAfterSeq)
    if (!isOwn) return this.#endUnsent('CLORDID_USED', 'its clOrdID was decided before')
    const problem = this.#problemWith(decision)
    if (problem === undefined) return void this.#routed(decision)
    if (live !== false) this.#home.tellNotSent(this.clOrdID)
    this.#endUnsent(...problem)
  }

  /** Why an approval may not be used. */
  #problemWith(decision: Decision): readonly [NotSentCode, string] | undefined {
    const { token, order } = decision
    if (this.#isOver) return ['APPROVAL_LATE', 'its approval came when nobody waited for it']
    if (token === undefined || order === undefined) return ['APPROVAL_LATE', 'its approval has no token any more']
    if (this.#expiresInMs(decision) <= 0) return ['APPROVAL_LATE', 'its approval came when its token had run out']
    const kill = this.#home.kills.covering(order)
    return kill === undefined ? undefined : ['LOCAL_KILL', `a kill of ${scopeWords(kill)} stands`]
  }

  /**
   * Reckoned from when the order was first sent, and not by the clocks of two machines: the gate has decided later than
   * that, so that the token lives at least so long.
   */
  #expiresInMs({ tokenExpiryUs, timeUs }: Decision): number {
    return this.#sentMs + ((tokenExpiryUs ?? 0) - timeUs) / 1_000 - this.#home.clock.nowMs()
  }

  async #routed(decision: Decision): Promise<void> {
    this.#isRouting = true
    this.#stopWaiting()
    const approved: Approved = {
      order: decision.order as NewOrderSingle,
      clOrdID: decision.clOrdID,
      origClOrdID: decision.origClOrdID,
      session: this.#home.session,
      orderID: decision.orderID ?? '',
      token: decision.token as string,
      expiresInMs: this.#expiresInMs(decision),
      protectionPx: decision.protectionPx,
      decision,
    }
    let fate: Fate<R>
    try {
      fate = { outcome: 'routed', approved, result: await this.#route(approved) }
    } catch (cause) {
      if (cause instanceof NotRouted) {
        this.#home.tellNotSent(this.clOrdID)
        return this.#endUnsent('NOT_ROUTED', cause.message, cause)
      }
      fate = { outcome: 'unknown', approved, cause }
    }
    this.#end(fate)
  }

  #refused(refused: RequestRefused): void {
    const { breaker, clock, outbox } = this.#home
    const { code, retryAfterMs = AGAIN_MS } = refused
    if (code === IN_DOUBT) this.#isInDoubt = true
    if (code === IN_DOUBT || code === JOURNAL_DOWN) breaker.failed()
    const isAskedOn = TRY_AGAIN.includes(code)
      ? !this.#isOver || this.#isInDoubt
      : this.#isInDoubt && MAY_PASS.includes(code)
    if (isAskedOn)
      outbox.later(
        this,
        clock.after(retryAfterMs, () => outbox.addAgain(this)),
      )
    else this.#end({ outcome: 'refused', refusal: refusalOfRequest(refused) })
  }

  #timedOut(timeoutMs: number): void {
    // A gate that is there and does not answer is as good as none.
    if (!this.isUnasked) this.#home.breaker.failed()
    this.giveUp('TIMEOUT', `no decision within ${timeoutMs} ms`)
  }

  readonly #onAbort = (): void => this.giveUp('ABORTED', 'the caller has given it up')

  #endUnsent(code: NotSentCode, why: string, cause?: unknown): void {
    this.#end({ outcome: 'notSent', code, text: `${this.clOrdID} was not sent: ${why}`, cause })
  }

  #end(fate: Fate<R>): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWaiting()
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#settle(fate)
    this.#home.ended(this)
  }
}
