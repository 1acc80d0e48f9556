/**
 * Cancel requests by long poll: what the gate wants canceled, at once where something is due, else when the next block
 * with a request is durable or one that stands is due again, or empty after a bounded wait.
 */
import { dutyBit } from '../../auth/duties.ts'
import type { TokenFault } from '../../auth/grant.ts'
import type { CancelRequestView } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { form, mayNumber, type WordsOf } from '../../model/parse/form.ts'
import { Reading } from '../../model/parse/reading.ts'
import type { Caller } from '../caller.ts'
import { CancelDelivery, type Listener } from '../cancel-delivery.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import { profileTail } from './decision-json.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'

const WAIT_MS = 25_000
const WAIT_MS_MAX = 60_000
/** Requests in one answer; the caller asks again for more. */
const REQUESTS_MAX = 1000
/** Polls that wait at once; a further one is answered empty. */
const POLLS_MAX = 1000
/** Of these one client's: every block of a kill looks at all requests for each of them. */
const POLLS_OF_CLIENT_MAX = 8
const AGENT = dutyBit('cancels:execute')
/** How often it is looked whether those that wait may still: a token that has ended is no reason to go on. */
const CHECK_MS = 500

const FORM = form('CancelRequestsQuery', 'From where on, and how long to wait.', [
  mayNumber('after', 'sequence number', 'What came after this one, and what is due again; 0 for all.', '0'),
  mayNumber('waitMs', `milliseconds, 0 to ${WAIT_MS_MAX}`, `Longest wait; ${WAIT_MS} where not given.`, '25000'),
])

interface Poll {
  readonly call: Exchange
  readonly listener: Listener
  readonly after: number
  readonly endMs: number
  stop: () => void
}

/** What a poll is answered with now, and when the next thing falls due. */
interface Due {
  readonly requests: readonly CancelRequestView[]
  readonly next: number
  readonly nextMs: number
}

export class CancelRequestPolls {
  readonly delivery: CancelDelivery
  readonly #gate: Gate
  readonly #metrics: Metrics
  readonly #delays: Delays
  readonly #polls = new Set<Poll>()
  readonly #faultOf: (caller: Caller) => TokenFault | undefined
  #closing = false
  #isChecking = false

  /** @param faultOf why a caller that was good once is so no more */
  constructor(gate: Gate, metrics: Metrics, delays: Delays, faultOf: (caller: Caller) => TokenFault | undefined) {
    this.#gate = gate
    this.#metrics = metrics
    metrics.gauges(() => ({ long_polls: this.waiting }))
    this.#delays = delays
    this.#faultOf = faultOf
    this.delivery = new CancelDelivery(gate, () => delays.nowMs())
  }

  get waiting(): number {
    return this.#polls.size
  }

  get route(): Route {
    return {
      method: 'GET',
      url: '/cancel-requests',
      duties: ['orders:write', 'cancels:execute'],
      tag: 'Kill',
      summary: 'Orders that the gate wants canceled',
      description:
        'Long poll. Of the own orders; a cancel agent gets those of every client at the venues that it is bound to, or at all where it is bound to none. A request stands until its order has ended: who keeps asking gets it again every second, after a restart of the gate at once.',
      form: FORM,
      answer: 'CancelRequests',
      answerDescription: 'Requests that are due; empty after the wait.',
      sequenced: false,
      unlimited: true,
      handle: (call, rows) => this.#poll(call, rows[0] as WordsOf<typeof FORM>),
    }
  }

  /** Told of every durable block: wakes the polls where it asks for a cancel. */
  published(): void {
    if (this.#polls.size > 0 && this.delivery.newest.length > 0) this.#wake()
  }

  /** Answers all that wait; later polls do not wait. */
  close(): void {
    this.#closing = true
    for (const poll of [...this.#polls]) this.#answer(this.#end(poll), [], poll.after)
  }

  #poll(call: Exchange, words: WordsOf<typeof FORM>): void {
    const read = new Reading(this.#gate.directory)
    const after = read.integer('after', words.after, 0)
    const waitMs = words.waitMs === undefined ? WAIT_MS : read.integer('waitMs', words.waitMs, 0, WAIT_MS_MAX)
    if (read.fault !== undefined) return call.refuse(read.fault)
    const { caller } = call
    const listener = this.delivery.listener(caller.grant.clientID, caller.session, caller.holds(AGENT))
    const poll: Poll = { call, listener, after, endMs: this.#delays.nowMs() + waitMs, stop: () => {} }
    const due = this.#due(poll, this.delivery.outstanding())
    const isFull = this.#polls.size >= POLLS_MAX || listener.waiting >= POLLS_OF_CLIENT_MAX
    if (due.requests.length > 0 || waitMs === 0 || this.#closing || isFull) {
      this.#metrics.count('long_polls_total', 'waited="false"')
      return this.#answer(poll, due.requests, due.next)
    }
    this.#metrics.count('long_polls_total', 'waited="true"')
    this.#polls.add(poll)
    listener.waiting++
    this.#arm(poll, due.nextMs)
    this.#check()
    call.request.once('close', () => this.#end(poll))
  }

  #arm(poll: Poll, nextMs: number): void {
    poll.stop = this.#delays.after(Math.max(0, Math.min(poll.endMs, nextMs) - this.#delays.nowMs()), () =>
      this.#look(poll, this.delivery.outstanding()),
    )
  }

  /** Ends the polls whose token has ended, as long as any wait. */
  #check(): void {
    if (this.#isChecking) return
    this.#isChecking = true
    this.#delays.after(CHECK_MS, () => {
      this.#isChecking = false
      for (const poll of [...this.#polls]) {
        const fault = this.#faultOf(poll.call.caller)
        if (fault === undefined) continue
        this.#metrics.authFailed('rest', fault)
        const text = `The bearer token is refused: ${fault}.`
        this.#end(poll).call.refuse(new RequestError('UNAUTHENTICATED', 'authorization', text))
      }
      if (this.#polls.size > 0) this.#check()
    })
  }

  #wake(): void {
    const outstanding = this.delivery.outstanding()
    for (const poll of [...this.#polls]) this.#look(poll, outstanding)
  }

  /** Answers a poll that waits where something is due for it, or its time is over. */
  #look(poll: Poll, outstanding: readonly CancelRequestView[]): void {
    poll.stop()
    // Who is no agent any more asks anew, as what it is now.
    if (poll.call.caller.holds(AGENT) !== poll.listener.isAgent) return this.#answer(this.#end(poll), [], poll.after)
    const { requests, next, nextMs } = this.#due(poll, outstanding)
    if (requests.length === 0 && this.#delays.nowMs() < poll.endMs) return this.#arm(poll, nextMs)
    this.#answer(this.#end(poll), requests, next)
  }

  #end(poll: Poll): Poll {
    poll.stop()
    if (this.#polls.delete(poll)) poll.listener.waiting--
    return poll
  }

  /** New ones first, whole commands only, so that `next` skips none; then those that are due again. */
  #due({ listener, after }: Poll, outstanding: readonly CancelRequestView[]): Due {
    const { fresh, again, nextMs } = this.delivery.due(listener, after, outstanding)
    const first = wholeCommands(fresh, REQUESTS_MAX)
    const next = first.at(-1)?.seq ?? after
    return { requests: [...first, ...again.slice(0, Math.max(0, REQUESTS_MAX - first.length))], next, nextMs }
  }

  #answer({ call, listener }: Poll, due: readonly CancelRequestView[], next: number): void {
    const { directory } = this.#gate
    this.delivery.handOut(listener, due)
    const requests = due.map((request) => ({
      seq: request.seq,
      orderID: formatOrderID(request.orderSeq, request.slot),
      clOrdID: request.clOrdID,
      session: directory.nameOf('SESSION', request.session),
      // A report of the cancel must name it, and an agent has not seen the order.
      symbol: directory.instrument(request.instrument)?.symbol,
      latch: request.latch,
    }))
    call.send(200, `{"requests":${JSON.stringify(requests)},"next":${next}${profileTail(this.#gate)}}`)
  }
}

/** As many as fit in one answer, and of the last command all or none: unless it is the only one. */
export function wholeCommands(fresh: readonly CancelRequestView[], most: number): readonly CancelRequestView[] {
  const over = fresh[most]
  if (over === undefined) return fresh
  const whole = fresh.slice(0, most).filter(({ seq }) => seq < over.seq)
  return whole.length > 0 ? whole : fresh.filter(({ seq }) => seq === over.seq)
}
