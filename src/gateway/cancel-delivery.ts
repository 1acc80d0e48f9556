/**
 * Who listens for cancel requests, and what was handed to whom. A request is derived from the engine's state and stands
 * until its order has ended; here is only what a restart may forget, and after one every request is handed out anew.
 */
import type { Directory } from '../model/directory.ts'
import type { CancelRequestView } from '../model/engine-port.ts'
import { CANCEL_REQUESTED } from '../model/records/events.ts'
import { decode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import type { Gate } from './gate.ts'

/** A request that stands is handed to the same listener again after this. */
export const REPEAT_MS = 1000
/** Who has not asked for so long listens no more: a poll that is answered is followed by the next well within it. */
export const LISTENS_MS = 2000

/** More than there are ids of venues. */
const VENUES = 2 ** 20
const NOBODY: Readonly<Reach> = { owner: false, agent: false }

/** Where an order's cancel request can go: to its owner's client, and to an agent of its venue. */
interface Reach {
  owner: boolean
  agent: boolean
}

/** What a listener is to be handed now. */
export interface Due {
  /** Behind what it has seen, oldest first. */
  readonly fresh: readonly CancelRequestView[]
  /** Handed to it before, and due again. */
  readonly again: readonly CancelRequestView[]
  /** When the next thing falls due. */
  readonly nextMs: number
}

/** A client that asks for cancel requests: for its own orders, or as the cancel agent of venues. */
export class Listener {
  readonly session: number
  readonly isAgent: boolean
  /** Polls of this client that wait now. */
  waiting = 0
  seenMs = 0
  /** When each outstanding request was handed to it, by the order's sequence number. */
  readonly handedMs = new Map<number, number>()
  readonly #directory: Directory

  constructor(directory: Directory, session: number, isAgent: boolean) {
    this.#directory = directory
    this.session = session
    this.isAgent = isAgent
  }

  /**
   * True where the request is for this listener. An agent serves the venues that its session is bound to (SESSION_VENUE),
   * and orders that name none; without such a binding it serves all: a cancel asked of one agent too many does no harm.
   */
  takes({ session, venue }: Pick<CancelRequestView, 'session' | 'venue'>): boolean {
    if (session === this.session && session >= 0) return true
    if (!this.isAgent) return false
    if (venue < 0 || this.session < 0 || this.#directory.isBound('SESSION_VENUE', this.session, venue)) return true
    return !this.#directory.idsOf('VENUE').some((id) => this.#directory.isBound('SESSION_VENUE', this.session, id))
  }

  listens(nowMs: number): boolean {
    return this.waiting > 0 || (this.seenMs > 0 && nowMs - this.seenMs < LISTENS_MS)
  }
}

export class CancelDelivery {
  readonly #gate: Gate
  readonly #nowMs: () => number
  readonly #listeners = new Map<string, Listener>()
  readonly #delivered = new Map<number, Reach>()
  /** Requests that are durable and stood when they were last looked at, by the order's sequence number, oldest first. */
  readonly #standing = new Map<number, CancelRequestView>()
  #newest: readonly CancelRequestView[] = []

  constructor(gate: Gate, nowMs: () => number) {
    this.#gate = gate
    this.#nowMs = nowMs
    for (const request of gate.view.cancelRequests(0, Number.MAX_SAFE_INTEGER)) {
      if (request.seq <= gate.durableSeq) this.#standing.set(request.orderSeq, request)
    }
  }

  /** Told of every durable block, before whoever hands its requests on. */
  published(tape: Tape, start: number, end: number): void {
    const { view } = this.#gate
    const newest: CancelRequestView[] = []
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (typeAt(tape, at) !== CANCEL_REQUESTED.type) continue
      const { orderSeq, slot } = decode(tape, at, CANCEL_REQUESTED)
      const request = view.cancelRequest(slot, orderSeq)
      // It may have ended by now.
      if (request === undefined) continue
      this.#standing.set(orderSeq, request)
      newest.push(request)
    }
    this.#newest = newest
  }

  /** Requests of the block that was published last. */
  get newest(): readonly CancelRequestView[] {
    return this.#newest
  }

  /** The listener that a client is. Its duties may have changed since it last asked. */
  listener(clientID: string, session: number, isAgent: boolean): Listener {
    const known = this.#listeners.get(clientID)
    if (known !== undefined && known.session === session && known.isAgent === isAgent) return known
    const listener = new Listener(this.#gate.directory, session, isAgent)
    this.#listeners.set(clientID, listener)
    return listener
  }

  /** Every request that is durable and stands, oldest first. */
  outstanding(): readonly CancelRequestView[] {
    const { view } = this.#gate
    for (const { slot, orderSeq } of this.#standing.values()) {
      if (!view.isOpen(slot, orderSeq)) this.#standing.delete(orderSeq)
    }
    const found = [...this.#standing.values()]
    this.#forgetEnded(found)
    return found
  }

  /** What a listener that has seen everything up to `after` is to be handed now, and when more falls due. */
  due(listener: Listener, after: number, outstanding: readonly CancelRequestView[]): Due {
    const nowMs = this.#nowMs()
    const fresh: CancelRequestView[] = []
    const again: CancelRequestView[] = []
    let nextMs = Number.POSITIVE_INFINITY
    for (const request of outstanding) {
      if (!listener.takes(request)) continue
      const dueMs = this.#dueMs(listener, request, after)
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs)
      else (request.seq > after ? fresh : again).push(request)
    }
    return { fresh, again, nextMs }
  }

  /** When the request is to be handed to this listener; at once where it was not, or is later than what it has seen. */
  #dueMs(listener: Listener, { seq, orderSeq }: CancelRequestView, after: number): number {
    const handedMs = seq > after ? undefined : listener.handedMs.get(orderSeq)
    return handedMs === undefined ? Number.NEGATIVE_INFINITY : handedMs + REPEAT_MS
  }

  handOut(listener: Listener, requests: readonly CancelRequestView[]): void {
    const nowMs = this.#nowMs()
    listener.seenMs = nowMs
    for (const { orderSeq, session } of requests) {
      listener.handedMs.set(orderSeq, nowMs)
      const reach = this.#delivered.get(orderSeq) ?? { owner: false, agent: false }
      if (listener.isAgent) reach.agent = true
      if (listener.session === session) reach.owner = true
      this.#delivered.set(orderSeq, reach)
    }
  }

  /** Forgets what no longer stands. `outstanding`: every request that does. */
  #forgetEnded(outstanding: readonly CancelRequestView[]): void {
    if (this.#delivered.size <= outstanding.length) return
    const stands = new Set(outstanding.map(({ orderSeq }) => orderSeq))
    for (const map of [this.#delivered, ...[...this.#listeners.values()].map(({ handedMs }) => handedMs)]) {
      for (const orderSeq of map.keys()) if (!stands.has(orderSeq)) map.delete(orderSeq)
    }
  }

  /** To whom the request of an order was handed since this process began. */
  delivered(orderSeq: number): Readonly<Reach> {
    return this.#delivered.get(orderSeq) ?? NOBODY
  }

  /**
   * Tells of an order whether somebody listens now who would be handed its request. Asked of many orders at once: of each
   * client and venue it is found out once.
   */
  hearing(): (order: Pick<CancelRequestView, 'session' | 'venue'>) => boolean {
    const nowMs = this.#nowMs()
    const listening = [...this.#listeners.values()].filter((listener) => listener.listens(nowMs))
    const known = new Map<number, boolean>()
    return ({ session, venue }) => {
      const key = session * VENUES + venue + 1
      let heard = known.get(key)
      if (heard === undefined) {
        heard = listening.some((listener) => listener.takes({ session, venue }))
        known.set(key, heard)
      }
      return heard
    }
  }
}
