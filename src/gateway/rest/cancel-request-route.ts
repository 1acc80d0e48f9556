/**
 * Cancel requests by long poll: what the gate wants canceled, at once where something is outstanding, else when the next
 * block with a request is durable, or empty after a bounded wait.
 */
import { dutyBit } from '../../auth/duties.ts'
import type { CancelRequestView } from '../../model/engine-port.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { form, mayNumber, type WordsOf } from '../../model/parse/form.ts'
import { Reading } from '../../model/parse/reading.ts'
import { CANCEL_REQUESTED } from '../../model/records/events.ts'
import { lengthAt, typeAt } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { Gate } from '../gate.ts'
import type { Exchange } from './exchange.ts'
import { profileTail } from './order-answer.ts'
import type { Route } from './route.ts'

const WAIT_MS = 25_000
const WAIT_MS_MAX = 60_000
/** Requests in one answer; the caller asks again for more. */
const REQUESTS_MAX = 1000
/** Polls that wait at once; a further one is answered empty. */
const POLLS_MAX = 1000
const AGENT = dutyBit('cancels:execute')

const FORM = form('CancelRequestsQuery', 'From where on, and how long to wait.', [
  mayNumber('after', 'sequence number', 'Only requests after this one; 0 for all that are outstanding.', '0'),
  mayNumber('waitMs', `milliseconds, 0 to ${WAIT_MS_MAX}`, `Longest wait; ${WAIT_MS} where not given.`, '25000'),
])

interface Poll {
  readonly call: Exchange
  readonly after: number
  readonly timer: NodeJS.Timeout
}

export class CancelRequestPolls {
  readonly #gate: Gate
  readonly #polls = new Set<Poll>()
  #closing = false

  constructor(gate: Gate) {
    this.#gate = gate
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
        'Long poll. Of the own orders; a cancel agent gets those of every client. A request stands until its order has ended: ask with after=0 after a restart.',
      form: FORM,
      answer: 'CancelRequests',
      answerDescription: 'Outstanding requests; empty after the wait.',
      sequenced: false,
      unlimited: true,
      handle: (call, rows) => this.#poll(call, rows[0] as WordsOf<typeof FORM>),
    }
  }

  /** Told of every durable block: wakes the polls where it asks for a cancel. */
  published({ tape, start, end }: Pick<Block, 'tape' | 'start' | 'end'>): void {
    if (this.#polls.size === 0) return
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (typeAt(tape, at) === CANCEL_REQUESTED.type) return this.#wake()
    }
  }

  /** Answers all that wait; later polls do not wait. */
  close(): void {
    this.#closing = true
    for (const poll of this.#polls) this.#answer(poll.call, poll.after, [])
    this.#forget([...this.#polls])
  }

  #poll(call: Exchange, words: WordsOf<typeof FORM>): void {
    const read = new Reading(this.#gate.directory)
    const after = read.integer('after', words.after, 0)
    const waitMs = words.waitMs === undefined ? WAIT_MS : read.integer('waitMs', words.waitMs, 0, WAIT_MS_MAX)
    if (read.fault !== undefined) return call.refuse(read.fault)
    const found = this.#find(call, after)
    if (found.length > 0 || waitMs === 0 || this.#closing || this.#polls.size >= POLLS_MAX) {
      return this.#answer(call, after, found)
    }
    const timer = setTimeout(() => {
      this.#forget([poll])
      this.#answer(call, after, [])
    }, waitMs)
    const poll: Poll = { call, after, timer }
    this.#polls.add(poll)
    call.request.once('close', () => this.#forget([poll]))
  }

  #wake(): void {
    for (const poll of [...this.#polls]) {
      const found = this.#find(poll.call, poll.after)
      if (found.length === 0) continue
      this.#forget([poll])
      this.#answer(poll.call, poll.after, found)
    }
  }

  #forget(polls: readonly Poll[]): void {
    for (const poll of polls) {
      clearTimeout(poll.timer)
      this.#polls.delete(poll)
    }
  }

  /** Requests that are durable and the caller's to see. Whole commands only, so that `next` skips none. */
  #find({ caller }: Exchange, after: number): CancelRequestView[] {
    const { view, durableSeq } = this.#gate
    const isAgent = caller.holds(AGENT)
    const found = view
      .cancelRequests(after, Number.MAX_SAFE_INTEGER)
      .filter((request) => request.seq <= durableSeq && (isAgent || request.session === caller.session))
    const last = found[REQUESTS_MAX]
    if (last === undefined) return found
    const whole = found.filter((request) => request.seq < last.seq)
    return whole.length > 0 ? whole : found.filter((request) => request.seq === last.seq)
  }

  #answer(call: Exchange, after: number, found: readonly CancelRequestView[]): void {
    const { directory, view } = this.#gate
    const requests = found.map((request) => ({
      seq: request.seq,
      orderID: formatOrderID(request.orderSeq, request.slot),
      clOrdID: request.clOrdID,
      session: directory.nameOf('SESSION', request.session),
      // A report of the cancel must name it, and an agent has not seen the order.
      symbol: directory.instrument(view.order(request.slot, request.orderSeq)?.instrument ?? -1)?.symbol,
      latch: request.latch,
    }))
    const next = found.at(-1)?.seq ?? after
    call.send(200, `{"requests":${JSON.stringify(requests)},"next":${next}${profileTail(this.#gate)}}`)
  }
}
