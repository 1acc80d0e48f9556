/**
 * The live feed: decisions, alerts and state for those who may see them. Made once for each durable block and sent as the same
 * bytes to all who see the same; nothing is made of what nobody has wanted for a minute.
 */

import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { EVALUATE } from '../../model/records/commands.ts'
import { isCommandAt, ORDER_DECIDED } from '../../model/records/events.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import type { Block } from '../../sequencer/ports.ts'
import type { Alert } from '../alerts/alert.ts'
import type { AlertListener } from '../alerts/alerts.ts'
import { type Keys, keysOfCommand } from '../alerts/order-keys.ts'
import type { OrderDecisions } from '../answers/order-decisions.ts'
import type { Callers } from '../callers.ts'
import type { Delays } from '../delays.ts'
import type { Gate } from '../gate.ts'
import type { Metrics } from '../metrics.ts'
import type { RateLimits } from '../ratelimit/rate-limits.ts'
import type { Health } from '../readiness.ts'
import { decisionJson } from '../rest/decision-json.ts'
import type { GatewayServices } from '../services.ts'
import type { Channel } from './feed-request.ts'
import { DecisionRate, stateOf } from './feed-state.ts'
import type { FeedEvent, FeedView } from './feed-view.ts'
import { type EventChannel, type FeedMessage, KeptMessages } from './kept-messages.ts'
import { CLOSE, type FeedHome, type Subscriber, textOf } from './subscriber.ts'

/** State is told no more often than this; clients are looked at as often. */
export const TICK_MS = 250
/** A channel that nobody reads is made for so long, for whoever comes back. */
export const LINGER_MS = 60_000
const GATE_ENDS = 'the gate ends'

export type FeedServices = Pick<GatewayServices, 'gate' | 'callers' | 'decisions' | 'rates' | 'metrics' | 'health'>

export class Feed implements AlertListener, FeedHome {
  readonly gate: Gate
  readonly health: Health
  readonly callers: Callers
  readonly rates: RateLimits
  readonly metrics: Metrics
  readonly delays: Delays
  readonly kept = new KeptMessages()
  readonly #decisions: OrderDecisions
  /** Those that have said what they want, and all. */
  readonly #subscribers = new Set<Subscriber>()
  readonly #open = new Set<Subscriber>()
  readonly #rate = new DecisionRate()
  /** When each channel was last wanted. */
  readonly #wantedMs = new Map<EventChannel, number>()
  #toldStateMs = Number.NEGATIVE_INFINITY
  #stateChanged = false
  #stopTick: (() => void) | undefined
  #isClosed = false

  constructor({ gate, callers, decisions, rates, metrics, health }: FeedServices, delays: Delays) {
    this.gate = gate
    this.health = health
    this.callers = callers
    this.rates = rates
    this.metrics = metrics
    metrics.gauges(() => ({ feed_connections: this.size }))
    this.delays = delays
    this.#decisions = decisions
  }

  get size(): number {
    return this.#open.size
  }

  /** Connections of one client. */
  countOf(clientID: string): number {
    return [...this.#open].filter(({ caller }) => caller.grant.clientID === clientID).length
  }

  opened(subscriber: Subscriber): void {
    this.#open.add(subscriber)
    if (this.#isClosed) subscriber.end(CLOSE.going, GATE_ENDS)
    else this.#tickOn()
  }

  /** The client has said what it wants. */
  join(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
    for (const channel of ['decisions', 'alerts'] as const) if (subscriber.wants(channel)) this.kept.begin(channel)
  }

  left(subscriber: Subscriber): void {
    const nowMs = this.delays.nowMs()
    for (const channel of ['decisions', 'alerts'] as const) {
      if (subscriber.wants(channel)) this.#wantedMs.set(channel, nowMs)
    }
    this.#subscribers.delete(subscriber)
    this.#open.delete(subscriber)
  }

  get wantsAlerts(): boolean {
    return this.kept.isKept('alerts')
  }

  tellAlerts(alerts: readonly Alert[]): void {
    this.#tell(
      'alerts',
      alerts.map((alert) => ({
        text: JSON.stringify(alertJson(alert)),
        keys: alert.found.keys,
        verdict: undefined,
        alert,
      })),
    )
  }

  /** To be told of every durable block, behind the decisions. */
  published({ tape, start, end }: Pick<Block, 'tape' | 'start' | 'end'>): void {
    if (this.#isClosed) return
    const wantsState = this.#isWanted('state')
    const wantsDecisions = this.kept.isKept('decisions')
    if (!wantsState && !wantsDecisions) return
    const events: FeedEvent[] = []
    let command = start
    for (let at = start; at < end; at += lengthAt(tape, at)) {
      if (isCommandAt(tape, at)) {
        command = at
        continue
      }
      if (wantsDecisions) this.#seen(tape, command, at, events)
      if (typeAt(tape, at) === ORDER_DECIDED.type && typeAt(tape, command) !== EVALUATE.type) {
        this.#rate.count(sessionOf(tape, command))
      }
    }
    if (events.length > 0) this.#tell('decisions', events)
    this.#stateChanged = true
    if (wantsState && this.delays.nowMs() - this.#toldStateMs >= TICK_MS) this.#tellState()
  }

  #seen(tape: Tape, command: number, at: number, events: FeedEvent[]): void {
    const seen = this.#decisions.seen(tape, command, at)
    if (seen === undefined) return
    const { decided } = seen
    const keys = keysOfCommand(this.gate, seen.tape, seen.command)
    const text = `{${this.#namesOf(keys)}${decisionJson(decided, '').slice(1)}`
    events.push({ text, keys, verdict: decided.outcome, alert: undefined })
  }

  #namesOf({ session, desk }: Keys): string {
    const { directory } = this.gate
    const of = desk < 0 ? '' : `"desk":${JSON.stringify(directory.nameOf('DESK', desk))},`
    return `"session":${JSON.stringify(directory.nameOf('SESSION', session))},${of}`
  }

  #tell(channel: EventChannel, events: readonly FeedEvent[]): void {
    if (events.length === 0) return
    const message = this.kept.add(channel, events)
    const texts = new Map<string, Buffer | undefined>()
    for (const subscriber of [...this.#subscribers]) {
      if (subscriber.wants(channel)) subscriber.tell(message, textIn(texts, message, subscriber.view as FeedView))
    }
  }

  #isWanted(channel: Channel): boolean {
    for (const subscriber of this.#subscribers) if (subscriber.wants(channel)) return true
    return false
  }

  /** The state as a subscriber may know it. */
  stateFor({ caller, view }: Subscriber): string {
    const state = stateOf(this, caller, view as FeedView, this.#rate)
    return JSON.stringify({ type: 'state', number: this.kept.last, ...state })
  }

  #tellState(): void {
    this.#toldStateMs = this.delays.nowMs()
    this.#stateChanged = false
    const texts = new Map<string, string>()
    for (const subscriber of [...this.#subscribers]) {
      if (!subscriber.wants('state')) continue
      const { scope } = subscriber.view as FeedView
      let text = texts.get(scope)
      if (text === undefined) {
        text = this.stateFor(subscriber)
        texts.set(scope, text)
      }
      subscriber.tellState(text)
    }
  }

  #tickOn(): void {
    this.#stopTick ??= this.delays.after(TICK_MS, () => {
      this.#stopTick = undefined
      this.#tick()
    })
  }

  #tick(): void {
    const nowMs = this.delays.nowMs()
    for (const subscriber of [...this.#open]) subscriber.check(nowMs)
    const wasBusy = this.#rate.perSecond(-1) > 0
    this.#rate.turn()
    const isBusy = this.#rate.perSecond(-1) > 0
    if ((this.#stateChanged || wasBusy || isBusy) && this.#isWanted('state')) this.#tellState()
    let isMade = false
    for (const channel of ['decisions', 'alerts'] as const) {
      if (this.#isWanted(channel)) continue
      if (nowMs - (this.#wantedMs.get(channel) ?? 0) >= LINGER_MS) this.kept.end(channel)
      isMade ||= this.kept.isKept(channel)
    }
    if (this.#open.size > 0 || isMade) this.#tickOn()
  }

  /** A block could not be told: whoever listens comes back, and is told of the gap. */
  failed(): void {
    this.kept.end('decisions')
    this.kept.end('alerts')
    for (const subscriber of [...this.#open]) subscriber.end(CLOSE.failed, 'the feed has failed: connect again')
  }

  /** Ends every connection with a word. */
  close(): void {
    this.#isClosed = true
    this.#stopTick?.()
    for (const subscriber of [...this.#open]) subscriber.end(CLOSE.going, GATE_ENDS)
  }
}

/** Every command opens with the same fields. */
function sessionOf(tape: Tape, command: number): number {
  return tape.i32[(command >> 2) + EVALUATE.at.session] as number
}

function textIn(texts: Map<string, Buffer | undefined>, message: FeedMessage, view: FeedView): Buffer | undefined {
  if (!texts.has(view.key)) texts.set(view.key, textOf(message, view))
  return texts.get(view.key)
}

function alertJson({ found, timeUs, untold, ...alert }: Alert): object {
  return { ...alert, time: formatTimeUs(timeUs), ...(untold > 0 ? { untold } : {}) }
}
