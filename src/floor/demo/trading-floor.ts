/**
 * The demo's beat: the market moves, the crowd at the venue goes with it, strategies act, and now and then somebody makes a
 * mistake. All of it goes through the gate as any firm's flow would.
 */
import { type Clock, type Gate, GateError } from '../../client/sdk.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { pick } from '../day/random.ts'
import { MarketModel, type MarketQuote } from '../market/market-model.ts'
import type { SimulatedVenue } from '../venue/simulated-venue.ts'
import type { VenueAdapter } from '../venue/venue-adapter.ts'
import type { DailyUse } from './day-allowance.ts'
import { DayAllowance } from './day-allowance.ts'
import type { DemoListing } from './listings.ts'
import type { Mistake, Temptations } from './mistakes.ts'
import type { DeskGate, Outcome } from './order-desk.ts'
import { OrderDesk } from './order-desk.ts'
import type { Seat, Strategy } from './strategies.ts'
import type { Action, FloorView } from './ticket.ts'

export interface FloorOptions {
  /** Sends the orders. */
  readonly ems: DeskGate
  /** False while nobody can be asked, or the venue's side does not hear the gate: traders then wait. */
  readonly isOpen: () => boolean
  /** Says what the market does. */
  readonly feed: Pick<Gate, 'quote' | 'feedHeartbeat'>
  readonly feedName: string
  readonly venue: SimulatedVenue
  readonly adapter: Pick<VenueAdapter, 'send' | 'sendReplace' | 'sendCancel' | 'drop' | 'isDown'>
  readonly clock: Clock
  readonly listings: readonly DemoListing[]
  readonly strategies: readonly Strategy[]
  readonly mistakes: readonly Mistake[]
  /** Where the mistakes are made. */
  readonly manualSeats: readonly Seat[]
  readonly temptations: Temptations
  readonly deskOf: (trader: string) => string | undefined
  /** A latch of the gate stops it: what is stopped does not ask again. */
  readonly isStopped: (seat: Pick<Seat, 'strategy' | 'trader'>) => boolean
  /** By instrument: what an earlier floor bought, less what it sold. */
  readonly inventory: ReadonlyMap<string, number>
  readonly venueName: string
  readonly session: string
  readonly runId: string
  readonly random: () => number
  /** Called before every beat: the date, the use of the daily limits, a scenario. */
  readonly onBeat: (beat: number) => Promise<readonly DailyUse[] | undefined>
  readonly onOutcome: (outcome: Outcome, mistake: string | undefined) => void
  readonly say: (text: string) => void
}

export const BEAT_MS = 250
/** Market time that passes in a second: a day of 390 minutes takes half an hour. */
const PACE = 13
/** In one beat of usual activity: instruments whose market moves. */
const MOVES = 8
/** Chance that a strategy acts in a beat of usual activity. */
const ACTS = 0.4
const HEARTBEAT_BEATS = 4
/** Chance of a mistake in a beat: one in five seconds. */
const MISTAKE = 0.05
/** Chance that the line to the venue breaks in a beat, some twice an hour, and for how long. */
const LINE_BREAKS = 1 / 7_000
const LINE_DOWN_MS = 2_000
/** At the end, for the venue to end what rests there. */
const END_MS = 3_000

export class TradingFloor {
  readonly desk: OrderDesk
  readonly view: FloorView
  readonly #options: FloorOptions
  readonly #market: MarketModel
  readonly #listings: ReadonlyMap<string, DemoListing>
  readonly #allowance: DayAllowance
  #beat = 0
  #feedSilentUntilMs = 0

  constructor(options: FloorOptions) {
    this.#options = options
    const { random, listings, ems: gate, adapter, venueName, session, runId, inventory, say } = options
    this.#listings = new Map(listings.map((listing) => [listing.symbol, listing]))
    this.#allowance = new DayAllowance(options.deskOf)
    this.#market = new MarketModel(random, listings)
    this.desk = new OrderDesk({
      ...{ gate, adapter, venueName, session, runId, inventory, say },
      priceDecimalsOf: (symbol) => this.#listings.get(symbol)?.priceDecimals ?? 2,
    })
    const { live } = this.desk
    this.view = {
      random,
      listingOf: (symbol) => this.#listingOf(symbol),
      quoteOf: (symbol) => this.#market.quoteOf(symbol),
      liveOrders: (strategy) => live.of(strategy),
      inventoryOf: (symbol) => live.inventoryOf(symbol),
      executedOf: (parentClOrdID) => live.executedOf(parentClOrdID),
    }
  }

  /** Trades until the signal, then leaves no order behind. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#heartbeat()
    await this.#quote(this.#market.symbols)
    while (!signal.aborted) {
      await this.#doBeat()
      await this.#pause(BEAT_MS, signal)
    }
    await this.#cancelAll()
  }

  /** Neither quotes nor heartbeats for so long. */
  silenceFeed(ms: number): void {
    this.#feedSilentUntilMs = this.#options.clock.nowMs() + ms
  }

  /** Does what somebody wants, and tells what became of it. */
  async act(action: Action, mistake?: string): Promise<Outcome | undefined> {
    const outcome = await this.desk.act(action)
    if (outcome !== undefined)
      this.#options.onOutcome(outcome, mistake ?? (action.kind === 'replace' ? 'a replace' : undefined))
    return outcome
  }

  async #doBeat(): Promise<void> {
    const { random, strategies, adapter, isStopped, isOpen } = this.#options
    const uses = await this.#options.onBeat(this.#beat)
    if (uses !== undefined) this.#allowance.update(uses)
    if (this.#beat++ % HEARTBEAT_BEATS === 0) await this.#heartbeat()
    this.#market.pass(BEAT_MS * PACE)
    const { activity } = this.#market
    const moves = Math.max(1, Math.round(MOVES * activity * (0.5 + random())))
    await this.#quote([...new Set(Array.from({ length: moves }, () => pick(random, this.#market.symbols)))])
    if (random() < LINE_BREAKS) adapter.drop(LINE_DOWN_MS)
    if (!isOpen() || adapter.isDown) return
    const looking = strategies.filter(({ seat }) => random() < ACTS * activity && !isStopped(seat))
    await Promise.all(looking.map((strategy) => this.#look(strategy)))
    if (random() < MISTAKE) await this.#err()
  }

  async #look(strategy: Strategy): Promise<void> {
    for (const action of strategy.look(this.view)) if (this.#isAffordable(action)) await this.act(action)
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
    for (const ticket of make(this.view, pick(random, manualSeats), temptations)) {
      await this.act({ kind: 'new', ticket }, name)
    }
  }

  get #isFeedSilent(): boolean {
    return this.#options.clock.nowMs() < this.#feedSilentUntilMs
  }

  async #heartbeat(): Promise<void> {
    const { feed, feedName } = this.#options
    if (!this.#isFeedSilent) await this.#tolerantly(() => feed.feedHeartbeat({ feed: feedName }))
  }

  /** Moves these names, tells the gate, and then the venue. */
  async #quote(symbols: readonly string[]): Promise<void> {
    const { feed, feedName: name, venue } = this.#options
    const quotes = symbols.map((symbol) => this.#market.move(symbol))
    if (!this.#isFeedSilent) {
      await Promise.all(
        quotes.map((quote) => this.#tolerantly(() => feed.quote({ ...this.#inDecimals(quote), feed: name }))),
      )
    }
    for (const quote of quotes) venue.crowd(quote, this.#listingOf(quote.symbol).tick, this.#market.activity)
  }

  #inDecimals({ symbol, bidPx, askPx }: MarketQuote) {
    const { priceDecimals } = this.#listingOf(symbol)
    return { symbol, bidPx: formatDecimal(bidPx, priceDecimals), askPx: formatDecimal(askPx, priceDecimals) }
  }

  /** Market data that the gate did not take is not said again: the next is newer. */
  async #tolerantly(
    tell: () => Promise<{ readonly applied: boolean; readonly reason?: { text: string } | undefined }>,
  ) {
    try {
      const { applied, reason } = await tell()
      if (!applied) this.#options.say(`the gate refuses market data: ${reason?.text}`)
    } catch (error) {
      if (!(error instanceof GateError)) throw error
    }
  }

  async #cancelAll(): Promise<void> {
    const { live } = this.desk
    const { clock } = this.#options
    const endMs = clock.nowMs() + END_MS
    await Promise.all(live.all().map((order) => this.desk.cancel(order)))
    // The gate may go down with us, or has gone first: what it still holds it asks for at the next start.
    while (live.size > 0 && clock.nowMs() < endMs) await this.#pause(20)
  }

  #pause(ms: number, signal?: AbortSignal): Promise<void> {
    return pause(this.#options.clock, ms, signal)
  }

  #listingOf(symbol: string): DemoListing {
    const listing = this.#listings.get(symbol)
    if (listing === undefined) throw new RangeError(`${symbol} is not listed`)
    return listing
  }
}

/** Resolves after the time, or at once when the signal comes. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (signal?.aborted) return settle()
    const done = () => {
      stop()
      signal?.removeEventListener('abort', done)
      settle()
    }
    const stop = clock.after(ms, done)
    signal?.addEventListener('abort', done)
  })
}
