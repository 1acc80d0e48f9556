/**
 * A gate in memory, in a time that a test moves: it speaks the order session as the contract says, approves what fits its
 * limit, reserves until NotSent or the market ends it, and forgets its sessions at a restart, and never its orders. Lines to it
 * are slow, and are cut.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../client/clock.ts'
import type { Dial, TransportEvents } from '../../client/endpoint.ts'
import { type CommandResult, type Decision, Outcome } from '../../wire/portcullis/v1/decisions.gen.ts'
import { OrderSessionRequest, OrderSessionResponse } from '../../wire/portcullis/v1/gate_service.gen.ts'
import type { NewOrderSingle } from '../../wire/portcullis/v1/orders.gen.ts'
import type { ClientMessage, Logon, ServerMessage } from '../../wire/portcullis/v1/session.gen.ts'
import { HandDelays } from '../made-up-world.ts'

type Body = NonNullable<ServerMessage['body']>
const STEP_MS = 5
const EPOCH_US = 1_800_000_000_000_000

/** Time that a test moves, and the chance that it draws. */
export class HandTime extends HandDelays implements Clock {
  readonly random: () => number

  constructor(random: () => number = () => 0.5) {
    super()
    this.random = random
  }

  wallUs(): number {
    return EPOCH_US + this.nowMs() * 1_000
  }

  /** Time passes in small steps, and what is promised is kept between them. */
  async go(ms: number, stepMs = STEP_MS): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await turn()
      this.pass(Math.min(left, stepMs))
    }
    await turn()
  }
}

interface Line {
  readonly events: TransportEvents
  isOpen: boolean
  isOn: boolean
  /** When what was last sent arrives: nothing overtakes it. */
  readonly dueMs: { in: number; out: number }
}

interface KeptOrder {
  readonly decision: Decision
  readonly epoch: number
  isReserved: boolean
}

const NOTHING_ELSE = { parked: false, triggered: false, breach: false, quarantined: false }

export class MadeUpGate {
  readonly time: HandTime
  /** Milliseconds from one side to the other. */
  lagMs = 1
  isUp = true
  /** Does not beat. */
  isSilent = false
  /** Answers no command, though it beats. */
  isSlow = false
  /** Answers the next command with this code in place of deciding it. */
  refuseNext: string[] = []
  tokenLifeMs = 2_000
  /** Every message of a client that it has read, logons left out. */
  readonly heard: ClientMessage[] = []
  readonly logons: Logon[] = []
  readonly orders = new Map<string, KeptOrder>()
  #epoch = 1
  #seq = 100
  #taken = 0
  #sent: ServerMessage[] = []
  #line: Line | undefined

  constructor(time: HandTime) {
    this.time = time
    this.#tick()
  }

  readonly dial: Dial = (_endpoint, events) => {
    const line: Line = { events, isOpen: true, isOn: false, dueMs: { in: 0, out: 0 } }
    const close = (why: string) => {
      if (!line.isOpen) return
      line.isOpen = false
      if (this.#line === line) this.#line = undefined
      queueMicrotask(() => events.closed(why))
    }
    this.time.after(this.lagMs, () => {
      if (!this.isUp) return close('nobody answers')
      if (!line.isOpen) return
      events.opened({
        send: (body) => this.#carry(line, 'in', () => this.#read(line, body)),
        close: () => close('closed'),
      })
    })
    return () => close('given up')
  }

  /** clOrdIDs of what is reserved. */
  get reserved(): string[] {
    return [...this.orders].filter(([, { isReserved }]) => isReserved).map(([clOrdID]) => clOrdID)
  }

  /** The connection is lost; what was on its way is, too. */
  cut(): void {
    const line = this.#line
    this.#line = undefined
    if (line === undefined) return
    line.isOpen = false
    line.events.closed('cut')
  }

  /** Ends and begins again: the orders are in its journal, the sessions were in its memory. */
  restart(): void {
    this.cut()
    this.#epoch++
    this.#forget()
  }

  tell(body: Body): void {
    this.#say(0, body)
  }

  /** Ends the session with a word, and reads no more of it. */
  logOut(code: string): void {
    this.#send([{ seq: 0, refSeq: 0, body: { $case: 'logout', value: { code, text: 'said so' } } }])
    this.#line = undefined
  }

  #forget(): void {
    this.#taken = 0
    this.#sent = []
  }

  #tick(): void {
    this.time.after(100, () => {
      const beat = { durableSeq: ++this.#seq, timeUs: this.time.wallUs() }
      if (this.#line?.isOn && this.isUp && !this.isSilent)
        this.#send([{ seq: 0, refSeq: 0, body: { $case: 'heartbeat', value: beat } }])
      this.#tick()
    })
  }

  #read(line: Line, body: Uint8Array): void {
    if (!line.isOpen) return
    // Nothing is lost on a connection that goes on.
    if (!this.isUp) return this.cut()
    for (const message of OrderSessionRequest.decode(body).messages) {
      if (message.body?.$case === 'logon') this.#logOn(line, message.body.value)
      else if (line === this.#line) this.#command(message)
    }
  }

  #logOn(line: Line, logon: Logon): void {
    this.logons.push(logon)
    const resumed = logon.epoch === this.#epoch && logon.lastSeenSeq <= this.#sent.length
    if (!resumed) this.#forget()
    this.#line = line
    line.isOn = true
    const terms = {
      ...{ version: 1, epoch: this.#epoch, resumed, lastTakenSeq: this.#taken, heartbeatMs: logon.heartbeatMs },
      ...{
        window: logon.window,
        cancelOnDisconnect: logon.cancelOnDisconnect,
        cancelGraceMs: 0,
        firm: 'MADE-UP',
        profile: 'demo',
        session: 'ems',
      },
    }
    this.#send([
      { seq: 0, refSeq: 0, body: { $case: 'loggedOn', value: terms } },
      ...this.#sent.slice(logon.lastSeenSeq),
    ])
  }

  #command(message: ClientMessage): void {
    if (message.seq === 0 || message.seq <= this.#taken) return
    if (message.seq !== this.#taken + 1) return this.logOut('SEQUENCE_GAP')
    this.#taken = message.seq
    this.heard.push(message)
    if (this.isSlow) return
    const code = this.refuseNext.shift()
    if (code === undefined) this.#say(message.seq, this.#decide(message))
    else this.#say(message.seq, { $case: 'refused', value: { code, field: '', text: 'told to', retryAfterMs: 50 } })
  }

  #decide({ body }: ClientMessage): Body {
    const seq = ++this.#seq
    const timeUs = this.time.wallUs()
    if (body?.$case === 'newOrder') return { $case: 'decision', value: this.#order(body.value, seq, timeUs) }
    if (body?.$case === 'cancel') return { $case: 'cancel', value: { durable: true, seq } }
    if (body?.$case !== 'notSent') return { $case: 'result', value: { ...NOTHING_ELSE, applied: true, seq, timeUs } }
    const order = this.orders.get(body.value.clOrdID ?? '')
    const applied = order?.isReserved === true
    if (order !== undefined) order.isReserved = false
    const result: CommandResult = { ...NOTHING_ELSE, applied, seq, timeUs }
    return { $case: 'result', value: result }
  }

  #order(order: NewOrderSingle, seq: number, timeUs: number): Decision {
    const clOrdID = order.clOrdID ?? ''
    const known = this.orders.get(clOrdID)
    if (known !== undefined) {
      const { token, tokenExpiryUs = 0, ...first } = known.decision
      const maySend = known.isReserved && known.epoch === this.#epoch && timeUs < tokenExpiryUs
      const again = { ...first, tokenExpiryUs, duplicate: true, live: known.isReserved }
      return maySend ? { ...again, token } : again
    }
    const isGood = Number(order.orderQty) <= 1_000
    const decision: Decision = {
      ...{ clOrdID, duplicate: false, seq, timeUs, order, failed: [], breaches: [], rowsEvaluated: 1 },
      outcome: isGood ? Outcome.OUTCOME_APPROVED : Outcome.OUTCOME_REJECTED,
      ...(isGood
        ? { orderID: `${seq}-0`, token: `t-${seq}`, tokenExpiryUs: timeUs + this.tokenLifeMs * 1_000 }
        : { reason: { code: 'MAX_ORDER_QTY', control: 'B01', text: 'MAX_ORDER_QTY: too many' }, qtyPassing: '1000' }),
    }
    this.orders.set(clOrdID, { decision, epoch: this.#epoch, isReserved: isGood })
    return decision
  }

  #say(refSeq: number, body: Body): void {
    const message = { seq: this.#sent.length + 1, refSeq, body }
    this.#sent.push(message)
    this.#send([message])
  }

  #send(messages: ServerMessage[]): void {
    const line = this.#line
    if (line === undefined) return
    const bytes = OrderSessionResponse.encode({ messages }).finish()
    this.#carry(line, 'out', () => {
      if (line.isOpen) line.events.received(bytes)
    })
  }

  #carry(line: Line, way: 'in' | 'out', arrive: () => void): void {
    const nowMs = this.time.nowMs()
    line.dueMs[way] = Math.max(line.dueMs[way], nowMs + this.lagMs)
    this.time.after(line.dueMs[way] - nowMs, arrive)
  }
}
