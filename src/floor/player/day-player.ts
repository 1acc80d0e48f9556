/**
 * Plays a planned day through a gate: sends each message, drops what cannot happen because an order was refused, and
 * keeps the facts from which the exposure is recomputed.
 *
 * The rest of the market does what it did on the day: a fill of an approved order is booked even where the firm's own
 * order on the other side was refused, because somebody else would have taken it.
 */
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks'
import { formatDecimal } from '../../model/numbers.ts'
import type { OrderAnswer } from '../client/answers.ts'
import type { CancelBody, ExecutionBody, NewOrderBody, PhaseBody, QuoteBody } from '../client/bodies.ts'
import type { DayPx, DayQty, DayTimeUs } from '../day/day-event.ts'
import type { LastTick, OwnFill, OwnOrder } from '../day/own-flow.ts'
import type { QuoteTick } from '../day/quote-feed.ts'
import type { Latency } from './day-outcome.ts'
import type { PlannedMessage, PlannedReport } from './day-plan.ts'
import type { DayTally } from './day-tally.ts'
import type { Fact } from './facts.ts'
import type { MirroredQuote, ReferenceMirror } from './reference-mirror.ts'

/**
 * The gate as the player uses it. `timeUs` is the day's time, which the gate's clock is to show; what the calls return is
 * the time that it did show, in microseconds from any point.
 */
export interface PlayerGate {
  newOrder(body: NewOrderBody, timeUs: DayTimeUs): Promise<OrderAnswer>
  cancel(body: CancelBody, timeUs: DayTimeUs): Promise<void>
  executions(bodies: readonly ExecutionBody[], timeUs: DayTimeUs): Promise<void>
  /** One time for each quote. */
  quotes(bodies: readonly QuoteBody[], timeUs: DayTimeUs): Promise<readonly number[]>
  heartbeat(timeUs: DayTimeUs): Promise<number>
  phase(body: PhaseBody, timeUs: DayTimeUs): Promise<void>
}

/** The names that the day's messages carry. */
export interface DayNames {
  readonly symbol: string
  readonly venue: string
  /** The client that sends the orders. */
  readonly session: string
  /** Before the number of an order in its clOrdID. */
  readonly prefix: string
}

interface ApprovedOrder {
  readonly order: OwnOrder
  readonly orderID: string
  readonly qty: number
  cumQty: number
  ended: boolean
}

type LatencyName = 'orders' | 'cancels' | 'executions' | 'quotes'

/** The day's prices are in 0.001 CNY on a tick of 0.01, its quantities in 0.001 share and whole shares. */
const PRICE_DECIMALS = 2
const EXECUTIONS_MAX = 200

export function instrumentPx(px: DayPx): number {
  return exactly(px, 10)
}

export function instrumentQty(qty: DayQty): number {
  return exactly(qty, 1_000)
}

function exactly(value: number, divisor: number): number {
  const result = value / divisor
  if (!Number.isInteger(result)) throw new RangeError(`${value} is no multiple of ${divisor}`)
  return result
}

export class DayPlayer {
  /** Everything that the recomputation needs, from the positions before the day on. */
  readonly facts: Fact[]
  readonly #gate: PlayerGate
  readonly #names: DayNames
  readonly #mirror: ReferenceMirror
  readonly #tally: DayTally
  readonly #approved = new Map<number, ApprovedOrder>()
  readonly #histograms: Readonly<Record<LatencyName, RecordableHistogram>> = {
    orders: createHistogram(),
    cancels: createHistogram(),
    executions: createHistogram(),
    quotes: createHistogram(),
  }

  constructor(gate: PlayerGate, names: DayNames, mirror: ReferenceMirror, tally: DayTally, positions: readonly Fact[]) {
    this.#gate = gate
    this.#names = names
    this.#mirror = mirror
    this.#tally = tally
    this.facts = [...positions]
  }

  async send(message: PlannedMessage): Promise<void> {
    const { timeUs } = message
    if (message.kind === 'order') await this.#order(message.order, timeUs)
    else if (message.kind === 'cancel') await this.#cancel(message.cancel.orderNo, timeUs)
    else if (message.kind === 'reports') await this.#reports(message.reports, timeUs)
    else if (message.kind === 'ticks') await this.#ticks(message.ticks, timeUs)
    else if (message.kind === 'heartbeat') {
      this.#mirror.heartbeat(await this.#gate.heartbeat(timeUs))
    } else await this.#gate.phase({ venue: this.#names.venue, phase: message.phase }, timeUs)
  }

  /** The day is over: what is still open expires. */
  async expire(timeUs: DayTimeUs): Promise<void> {
    const open = [...this.#approved.values()].filter(({ ended }) => !ended)
    for (let at = 0; at < open.length; at += EXECUTIONS_MAX) {
      const some = open.slice(at, at + EXECUTIONS_MAX)
      for (const entry of some) this.#end(entry)
      const bodies = some.map((entry) => this.#execution(entry, 'Expired', `X${entry.order.orderNo}`))
      await this.#gate.executions(bodies, timeUs)
    }
  }

  /** The mark that the gate must use now. */
  get markPx(): number {
    return this.#mirror.markPx
  }

  latency(): Record<LatencyName, Latency> {
    const { orders, cancels, executions, quotes } = this.#histograms
    const of = (histogram: RecordableHistogram): Latency => {
      const micros = (ns: number) => Math.round(ns / 1_000)
      const at = (percent: number) => micros(histogram.percentile(percent))
      const max = histogram.count === 0 ? 0 : micros(histogram.max)
      return { count: histogram.count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max }
    }
    return { orders: of(orders), cancels: of(cancels), executions: of(executions), quotes: of(quotes) }
  }

  async #order(order: OwnOrder, timeUs: DayTimeUs): Promise<void> {
    const { orderNo, side, ownership } = order
    const { account, trader, strategy } = ownership
    const { symbol, venue } = this.#names
    const px = instrumentPx(order.px)
    const qty = instrumentQty(order.qty)
    const body: NewOrderBody = {
      ...{ clOrdID: this.#clOrdID(orderNo), symbol, account, trader, strategy, venue, side },
      ...{ orderQty: String(qty), ordType: 'Limit', timeInForce: 'Day', price: priceText(px) },
    }
    const answer = await this.#timed('orders', () => this.#gate.newOrder(body, timeUs))
    if (answer.duplicate) throw new Error(`this gate has played the day before: it knows ${body.clOrdID}`)
    this.#tally.order(order, answer)
    if (!answer.approved) return
    // A sell could trade at the market's price, which may be better than its own.
    const valuationPx = side === 'Buy' ? px : Math.max(px, this.#mirror.at(answer.timeUs))
    this.#approved.set(orderNo, { order, orderID: answer.orderID, qty, cumQty: 0, ended: false })
    this.facts.push({ kind: 'approved', orderNo, ownership, side, qty, valuationPx })
  }

  async #cancel(orderNo: number, timeUs: DayTimeUs): Promise<void> {
    const isLive = this.#approved.get(orderNo)?.ended === false
    this.#tally.cancel(isLive)
    if (!isLive) return
    const body = { origClOrdID: this.#clOrdID(orderNo), clOrdID: `${this.#clOrdID(orderNo)}-C` }
    await this.#timed('cancels', () => this.#gate.cancel(body, timeUs))
  }

  async #reports(reports: readonly PlannedReport[], timeUs: DayTimeUs): Promise<void> {
    const bodies = reports.flatMap((report) => this.#executionOf(report) ?? [])
    if (bodies.length === 0) return
    await this.#timed('executions', () => this.#gate.executions(bodies, timeUs))
  }

  #executionOf(report: PlannedReport): ExecutionBody | undefined {
    if (report.kind === 'fill') return this.#fill(report.fill)
    const orderNo = report.kind === 'ack' ? report.order.orderNo : report.cancel.orderNo
    const entry = this.#approved.get(orderNo)
    if (entry === undefined || entry.ended) return undefined
    if (report.kind === 'ack') return this.#execution(entry, 'New', `A${orderNo}`)
    this.#end(entry)
    return this.#execution(entry, 'Canceled', `C${orderNo}`)
  }

  /** Of a refused order nothing is filled, of an approved one not more than was approved. */
  #fill(fill: OwnFill): ExecutionBody | undefined {
    const { orderNo, tradeNo } = fill
    const entry = this.#approved.get(orderNo)
    const fillQty = instrumentQty(fill.qty)
    const qty = entry === undefined || entry.ended ? 0 : Math.min(fillQty, entry.qty - entry.cumQty)
    this.#tally.fill(fill, qty, fillQty - qty)
    if (entry === undefined || qty === 0) return undefined
    const px = instrumentPx(fill.px)
    entry.cumQty += qty
    entry.ended = entry.cumQty === entry.qty
    this.facts.push({ kind: 'filled', orderNo, qty, px })
    const body = this.#execution(entry, 'Fill', `F${tradeNo}-${orderNo}`)
    return { ...body, lastQty: String(qty), lastPx: priceText(px) }
  }

  #end(entry: ApprovedOrder): void {
    entry.ended = true
    this.facts.push({ kind: 'ended', orderNo: entry.order.orderNo })
  }

  #execution(entry: ApprovedOrder, execType: ExecutionBody['execType'], execID: string): ExecutionBody {
    const { symbol, venue, session, prefix } = this.#names
    const { orderID, cumQty } = entry
    const clOrdID = this.#clOrdID(entry.order.orderNo)
    return {
      ...{ execID: `${prefix}-${execID}`, execType, symbol, owner: session, venue, orderID, clOrdID },
      cumQty: String(cumQty),
    }
  }

  async #ticks(ticks: readonly (QuoteTick | LastTick)[], timeUs: DayTimeUs): Promise<void> {
    const quotes = ticks.map(quoteOf)
    const gateTimes = await this.#timed('quotes', () =>
      this.#gate.quotes(
        quotes.map((quote) => this.#quoteBody(quote)),
        timeUs,
      ),
    )
    // By the gate's clock, as everything that the mirror hears of: it reckons ages, and orders come with the gate's time.
    for (const [index, quote] of quotes.entries()) this.#mirror.quote(quote, gateTimeOf(gateTimes, index))
    this.#tally.quotes(ticks.length)
  }

  #quoteBody({ bidPx, askPx, lastPx }: MirroredQuote): QuoteBody {
    return {
      symbol: this.#names.symbol,
      ...(bidPx === undefined ? {} : { bidPx: priceText(bidPx) }),
      ...(askPx === undefined ? {} : { askPx: priceText(askPx) }),
      ...(lastPx === undefined ? {} : { lastPx: priceText(lastPx), tradeOnly: true }),
    }
  }

  #clOrdID(orderNo: number): string {
    return `${this.#names.prefix}-${orderNo}`
  }

  async #timed<T>(name: LatencyName, request: () => Promise<T>): Promise<T> {
    const startMs = performance.now()
    const answer = await request()
    this.#histograms[name].record(Math.max(1, Math.round((performance.now() - startMs) * 1e6)))
    return answer
  }
}

function quoteOf(tick: QuoteTick | LastTick): MirroredQuote {
  if (tick.kind === 'last') return { bidPx: undefined, askPx: undefined, lastPx: instrumentPx(tick.px) }
  const { bid, ask } = tick
  return {
    bidPx: bid === undefined ? undefined : instrumentPx(bid.px),
    askPx: ask === undefined ? undefined : instrumentPx(ask.px),
    lastPx: undefined,
  }
}

function gateTimeOf(gateTimes: readonly number[], index: number): number {
  const timeUs = gateTimes[index]
  if (timeUs === undefined) throw new Error(`the gate gives ${gateTimes.length} times, none for quote ${index}`)
  return timeUs
}

function priceText(px: number): string {
  return formatDecimal(px, PRICE_DECIMALS)
}
