/**
 * A made-up market of many names: one factor that all follow by their beta, one a sector, and what each does alone. Steps are
 * log-normal, and each level is drawn back to where it began, so that a demo that runs all week stays near its prices. A day of
 * 390 minutes is busy at its ends and calm at noon. The same seed gives the same market.
 */
import { MARKET_VOLATILITY, SECTOR_VOLATILITY, type Sector, YEAR_MS } from './names.ts'

/** Prices are integers in 10^-priceDecimals. */
export interface Listing {
  readonly symbol: string
  readonly sector: Sector
  readonly tick: number
  readonly startPx: number
  /** Yearly deviation of log returns, all factors together. */
  readonly volatility: number
  readonly beta: number
  /** Usual distance of bid and ask, in ticks; at least 1. */
  readonly spreadTicks: number
}

export interface MarketQuote {
  readonly symbol: string
  readonly bidPx: number
  readonly askPx: number
}

export const DAY_MS = 390 * 60_000
/** Least part of a name's own deviation: factors may explain nearly all of it, and never all. */
const OWN_LEAST = 0.06
/** Time in which half of what a level has moved is drawn back: about three of the market's days. */
const HALF_LIFE_MS = 3 * DAY_MS

/** A level that walks in logs, looked at when it is asked for. */
class Walk {
  readonly #random: () => number
  readonly #volatility: number
  #level = 0
  #atMs = 0

  constructor(random: () => number, volatility: number) {
    this.#random = random
    this.#volatility = volatility
  }

  at(nowMs: number): number {
    const ms = nowMs - this.#atMs
    if (ms <= 0) return this.#level
    this.#atMs = nowMs
    this.#level *= 0.5 ** (ms / HALF_LIFE_MS)
    this.#level += normal(this.#random) * this.#volatility * Math.sqrt(ms / YEAR_MS)
    return this.#level
  }
}

interface Moving {
  readonly listing: Listing
  readonly own: Walk
  quote: MarketQuote
}

export class MarketModel {
  readonly symbols: readonly string[]
  readonly #random: () => number
  readonly #moving: ReadonlyMap<string, Moving>
  readonly #market: Walk
  readonly #sectors: ReadonlyMap<Sector, Walk>
  #nowMs = 0

  constructor(random: () => number, listings: readonly Listing[]) {
    this.#random = random
    this.#market = new Walk(random, MARKET_VOLATILITY)
    const sectors = Object.keys(SECTOR_VOLATILITY) as Sector[]
    this.#sectors = new Map(sectors.map((sector) => [sector, new Walk(random, SECTOR_VOLATILITY[sector])]))
    this.#moving = new Map(
      listings.map((listing) => {
        const quote = around(listing, listing.startPx, listing.spreadTicks)
        return [listing.symbol, { listing, own: new Walk(random, ownVolatility(listing)), quote }]
      }),
    )
    this.symbols = [...this.#moving.keys()]
  }

  /** How busy it is now: 3 at the open and the close, 0.5 at noon, 1 in the mean. */
  get activity(): number {
    const share = (this.#nowMs % DAY_MS) / DAY_MS
    return 0.5 + 2.5 * (2 * share - 1) ** 4
  }

  /** Time of the market passes. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** @throws RangeError for a symbol that is not listed */
  quoteOf(symbol: string): MarketQuote {
    return this.#movingOf(symbol).quote
  }

  /** Brings one name to now, and returns its new quote. */
  move(symbol: string): MarketQuote {
    const moving = this.#movingOf(symbol)
    const { listing, own } = moving
    const nowMs = this.#nowMs
    const sector = this.#sectors.get(listing.sector)?.at(nowMs) ?? 0
    const level = listing.beta * this.#market.at(nowMs) + sector + own.at(nowMs)
    const spreadTicks = Math.max(1, Math.round(listing.spreadTicks * (0.5 + this.#random())))
    moving.quote = around(listing, listing.startPx * Math.exp(level), spreadTicks)
    return moving.quote
  }

  #movingOf(symbol: string): Moving {
    const moving = this.#moving.get(symbol)
    if (moving === undefined) throw new RangeError(`${symbol} is not listed`)
    return moving
  }
}

/** What market and sector leave of a name's deviation. */
export function ownVolatility({ volatility, beta, sector }: Listing): number {
  const rest = volatility ** 2 - (beta * MARKET_VOLATILITY) ** 2 - SECTOR_VOLATILITY[sector] ** 2
  return Math.sqrt(Math.max(OWN_LEAST ** 2, rest))
}

/** Sum of twelve draws, less six: near enough to a normal one, and never far out. */
function normal(random: () => number): number {
  let sum = -6
  for (let draw = 0; draw < 12; draw++) sum += random()
  return sum
}

/** On the tick, the bid at least one tick. */
function around({ symbol, tick }: Listing, midPx: number, spreadTicks: number): MarketQuote {
  const bidTicks = Math.max(1, Math.round(midPx / tick - spreadTicks / 2))
  return { symbol, bidPx: bidTicks * tick, askPx: (bidTicks + spreadTicks) * tick }
}
