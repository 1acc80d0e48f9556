/**
 * The demo's beat: the market moves, the venue reacts, strategies act, and now and then somebody makes a mistake. All of
 * it goes through the gate as any firm's flow would.
 */
import { formatDecimal } from '../../model/numbers.ts'
import type { CancelRequests, OrderAnswer } from '../client/answers.ts'
import type { QuoteBody } from '../client/bodies.ts'
import { GateError, GateUnreachable } from '../client/gate-error.ts'
import { pick } from '../day/random.ts'
import type { DailyUse } from './day-allowance.ts'
import { DayAllowance } from './day-allowance.ts'
import type { DemoListing } from './listings.ts'
import { demoListing } from './listings.ts'
import type { Mistake, Temptations } from './mistakes.ts'
import type { DeskGate } from './order-desk.ts'
import { OrderDesk } from './order-desk.ts'
import type { MarketQuote } from './random-market.ts'
import { RandomMarket } from './random-market.ts'
import { SimulatedVenue } from './simulated-venue.ts'
import type { Seat, Strategy } from './strategies.ts'
import type { Action, FloorView, LiveOrder, Ticket } from './ticket.ts'

/** The gate as the whole floor uses it. */
export interface FloorGate extends DeskGate {
  quotes(bodies: readonly QuoteBody[]): Promise<void>
  heartbeat(): Promise<void>
  /** Waits, for as long as the gate lets it, for requests after `seq`. */
  cancelRequests(afterSeq: number, signal: AbortSignal): Promise<CancelRequests>
  /** How far the daily limits are used. */
  dailyUses(): Promise<readonly DailyUse[]>
}

export interface FloorOptions {
  readonly gate: FloorGate
  readonly listings: readonly DemoListing[]
  readonly strategies: readonly Strategy[]
  readonly mistakes: readonly Mistake[]
  /** Where the mistakes are made. */
  readonly manualSeats: readonly Seat[]
  readonly temptations: Temptations
  readonly deskOf: (trader: string) => string | undefined
  /** By instrument: what an earlier floor bought, less what it sold. */
  readonly inventory: ReadonlyMap<string, number>
  readonly venueName: string
  readonly session: string
  readonly runId: string
  /** The trade date that the gate is in, and the date by the clock, as yyyymmdd. */
  readonly tradeDate: string
  readonly today: () => string
  readonly beginDate: (date: string) => Promise<void>
  /** Told after every beat which orders live: what a crash leaves behind is found by it. */
  readonly remember: (orders: readonly LiveOrder[]) => void
  readonly random: () => number
  readonly wait: (ms: number) => Promise<void>
  readonly onAnswer: (ticket: Ticket, answer: OrderAnswer, mistake: string | undefined) => void
  /** A request that the gate did not understand. */
  readonly say: (text: string) => void
}

const BEAT_MS = 250
/** In one beat: instruments whose market moves, and strategies that act. */
const MOVES = 4
const ACTIONS = 2
const HEARTBEAT_BEATS = 4
/** The use of the daily limits is asked for every five seconds. */
const ALLOWANCE_BEATS = 20
/** Chance of a mistake in a beat: one in five seconds. */
const MISTAKE = 0.05

export class TradingFloor {
  readonly #options: FloorOptions
  readonly #market: RandomMarket
  readonly #venue: SimulatedVenue
  readonly #desk: OrderDesk
  readonly #view: FloorView
  readonly #allowance: DayAllowance
  #mistake: string | undefined
  #date: string
  #beat = 0

  constructor(options: FloorOptions) {
    this.#options = options
    this.#date = options.tradeDate
    const { random, listings, gate, venueName, session, runId, inventory, onAnswer } = options
    this.#allowance = new DayAllowance(options.deskOf)
    this.#market = new RandomMarket(random, listings)
    this.#venue = new SimulatedVenue(random)
    this.#desk = new OrderDesk({
      ...{ gate, venue: this.#venue, venueName, session, runId, inventory },
      priceDecimalsOf: (symbol) => demoListing(symbol)?.priceDecimals ?? 2,
      quoteOf: (symbol) => this.#market.quoteOf(symbol),
      onAnswer: (ticket, answer) => onAnswer(ticket, answer, this.#mistake),
    })
    this.#view = {
      random,
      listingOf: (symbol) => listingOf(listings, symbol),
      quoteOf: (symbol) => this.#market.quoteOf(symbol),
      liveOrders: (strategy) => this.#desk.live.of(strategy),
      inventoryOf: (symbol) => this.#desk.live.inventoryOf(symbol),
    }
  }

  get liveOrders(): number {
    return this.#desk.live.size
  }

  /** Trades until the signal, then leaves no order behind. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#tolerantly(signal, () => this.#quote(this.#market.symbols))
    const listening = this.#listen(signal)
    while (!signal.aborted) {
      await this.#tolerantly(signal, () => this.#doBeat())
      this.#options.remember(this.#desk.live.all())
      await this.#options.wait(BEAT_MS)
    }
    await this.#cancelAll()
    this.#options.remember(this.#desk.live.all())
    await listening
  }

  async #doBeat(): Promise<void> {
    const { random, gate, strategies, today, beginDate } = this.#options
    if (today() > this.#date) {
      await beginDate(today())
      this.#date = today()
    }
    if (this.#beat % ALLOWANCE_BEATS === 0) this.#allowance.update(await gate.dailyUses())
    if (this.#beat++ % HEARTBEAT_BEATS === 0) await gate.heartbeat()
    const moving = new Set(Array.from({ length: MOVES }, () => pick(random, this.#market.symbols)))
    for (const symbol of moving) this.#market.step(symbol)
    await this.#quote([...moving])
    for (const symbol of moving) await this.#desk.report(this.#venue.react(this.#market.quoteOf(symbol)))
    for (let count = 0; count < ACTIONS; count++) {
      const action = pick(random, strategies)(this.#view)
      if (action !== undefined && this.#isAffordable(action)) await this.#desk.act(action)
    }
    if (random() < MISTAKE) await this.#err()
  }

  /** What only lowers or ends an order always is. */
  #isAffordable(action: Action): boolean {
    if (action.kind !== 'new') return true
    const chance = this.#allowance.chanceOf(action.ticket)
    return chance === 1 || this.#options.random() < chance
  }

  async #err(): Promise<void> {
    const { random, mistakes, manualSeats, temptations } = this.#options
    const { name, make } = pick(random, mistakes)
    this.#mistake = name
    try {
      for (const ticket of make(this.#view, pick(random, manualSeats), temptations)) {
        await this.#desk.act({ kind: 'new', ticket })
      }
    } finally {
      this.#mistake = undefined
    }
  }

  async #quote(symbols: readonly string[]): Promise<void> {
    await this.#options.gate.quotes(symbols.map((symbol) => this.#quoteBody(this.#market.quoteOf(symbol))))
  }

  #quoteBody({ symbol, bidPx, askPx }: MarketQuote): QuoteBody {
    const { priceDecimals } = listingOf(this.#options.listings, symbol)
    return { symbol, bidPx: formatDecimal(bidPx, priceDecimals), askPx: formatDecimal(askPx, priceDecimals) }
  }

  /** Honours the gate's cancel requests: a kill must reach what rests at the venue. */
  async #listen(signal: AbortSignal): Promise<void> {
    let afterSeq = 0
    while (!signal.aborted) {
      await this.#tolerantly(signal, async () => {
        const { requests, next } = await this.#options.gate.cancelRequests(afterSeq, signal)
        for (const request of requests) await this.#desk.cancelRequested(request)
        afterSeq = next
      })
    }
  }

  async #cancelAll(): Promise<void> {
    for (const order of this.#desk.live.all()) {
      try {
        await this.#desk.cancel(order)
      } catch (error) {
        // The gate goes down with us, or has gone first: what it still holds it holds reserved.
        if (error instanceof GateError || error instanceof GateUnreachable) return
        throw error
      }
    }
  }

  /** One request that the gate refuses to read ends nothing; anything else is a fault of ours. */
  async #tolerantly(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof GateUnreachable && signal.aborted) return
      if (!(error instanceof GateError)) throw error
      if (!signal.aborted) this.#options.say(error.message)
    }
  }
}

function listingOf(listings: readonly DemoListing[], symbol: string): DemoListing {
  const listing = listings.find((one) => one.symbol === symbol)
  if (listing === undefined) throw new RangeError(`${symbol} is not listed`)
  return listing
}
