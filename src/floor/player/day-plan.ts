/**
 * The order in which the player sends a day to the gate. Own orders and cancels go out one by one, because what is sent
 * next depends on the answer; reports and market data between two of them go out together, because no order is decided
 * in between. The plan depends on the day alone, so that every run, at any speed, sends the same messages.
 */
import type { SessionPhase } from '../../model/vocabulary.ts'
import type { DayTimeUs } from '../day/day-event.ts'
import type { FlowItem, LastTick, OwnCancel, OwnFill, OwnOrder } from '../day/own-flow.ts'
import type { QuoteTick } from '../day/quote-feed.ts'

/** What the venue reports on an own order; the player drops it where the order was refused. */
export type PlannedReport =
  | { readonly kind: 'ack'; readonly order: OwnOrder }
  | { readonly kind: 'fill'; readonly fill: OwnFill }
  | { readonly kind: 'canceled'; readonly cancel: OwnCancel }

export type PlannedMessage = { readonly timeUs: DayTimeUs } & (
  | { readonly kind: 'order'; readonly order: OwnOrder }
  | { readonly kind: 'cancel'; readonly cancel: OwnCancel }
  | { readonly kind: 'reports'; readonly reports: readonly PlannedReport[] }
  | { readonly kind: 'ticks'; readonly ticks: readonly (QuoteTick | LastTick)[] }
  | { readonly kind: 'heartbeat' }
  | { readonly kind: 'phase'; readonly phase: SessionPhase }
)

/** Nothing is held back longer, so that a played day is never more than this behind the real one. */
const HOLD_US = 1_000_000
/** Entries of one message: well inside the longest body that the gate reads. */
const ENTRIES_MAX = 200
/** A feed says that it lives at least this often; the gate trusts it for longer. */
const HEARTBEAT_US = 2_000_000

/** Yields the day's messages. Times never run backwards. */
export function* planDay(flow: Iterable<FlowItem>): Generator<PlannedMessage> {
  const plan = new Plan()
  for (const item of flow) {
    yield* plan.before(item.timeUs)
    if (item.kind === 'order') {
      yield* plan.flush()
      yield* plan.heartbeatAt(item.timeUs)
      yield { kind: 'order', order: item, timeUs: item.timeUs }
      yield* plan.report({ kind: 'ack', order: item }, item.timeUs)
    } else if (item.kind === 'cancel') {
      yield* plan.flush()
      yield { kind: 'cancel', cancel: item, timeUs: item.timeUs }
      yield* plan.report({ kind: 'canceled', cancel: item }, item.timeUs)
    } else if (item.kind === 'phase') {
      yield* plan.flush()
      yield { kind: 'phase', phase: item.phase, timeUs: item.timeUs }
    } else if (item.kind === 'fill') yield* plan.report({ kind: 'fill', fill: item }, item.timeUs)
    else yield* plan.tick(item)
  }
  yield* plan.flush()
}

/** What waits to go out together. */
class Plan {
  #reports: PlannedReport[] = []
  #ticks: (QuoteTick | LastTick)[] = []
  #firstUs: DayTimeUs = 0
  #lastUs: DayTimeUs = 0
  #feedHeardUs: DayTimeUs = Number.NEGATIVE_INFINITY;

  /** Sends what would be held back too long. */
  *before(timeUs: DayTimeUs): Generator<PlannedMessage> {
    if (this.#waiting() > 0 && timeUs - this.#firstUs > HOLD_US) yield* this.flush()
  }

  *report(report: PlannedReport, timeUs: DayTimeUs): Generator<PlannedMessage> {
    this.#hold(timeUs)
    this.#reports.push(report)
    if (this.#waiting() >= ENTRIES_MAX) yield* this.flush()
  }

  *tick(tick: QuoteTick | LastTick): Generator<PlannedMessage> {
    this.#hold(tick.timeUs)
    this.#ticks.push(tick)
    if (this.#waiting() >= ENTRIES_MAX) yield* this.flush()
  }

  /** Reports before ticks: the firm learns of its own fill before the public learns of the trade. */
  *flush(): Generator<PlannedMessage> {
    const timeUs = this.#lastUs
    if (this.#reports.length > 0) yield { kind: 'reports', reports: this.#reports, timeUs }
    if (this.#ticks.length > 0) {
      this.#feedHeardUs = timeUs
      yield { kind: 'ticks', ticks: this.#ticks, timeUs }
    }
    this.#reports = []
    this.#ticks = []
  }

  /** A quiet market is not a dead feed: the gate must hear so before it decides. */
  *heartbeatAt(timeUs: DayTimeUs): Generator<PlannedMessage> {
    if (timeUs - this.#feedHeardUs < HEARTBEAT_US) return
    this.#feedHeardUs = timeUs
    yield { kind: 'heartbeat', timeUs }
  }

  #hold(timeUs: DayTimeUs): void {
    if (this.#waiting() === 0) this.#firstUs = timeUs
    this.#lastUs = timeUs
  }

  #waiting(): number {
    return this.#reports.length + this.#ticks.length
  }
}
