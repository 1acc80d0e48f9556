/**
 * A made-up market: the mid of each instrument walks at random and is drawn back to where it started, the spread breathes
 * around it. The same seed gives the same walk.
 */

/** Prices are integers in 10^-priceDecimals. */
export interface Listing {
  readonly symbol: string
  readonly tick: number
  readonly startPx: number
  /** Standard deviation of one step, in basis points of the start price. */
  readonly stepBps: number
  /** Usual distance of bid and ask, in ticks; at least 1. */
  readonly spreadTicks: number
}

export interface MarketQuote {
  readonly symbol: string
  readonly bidPx: number
  readonly askPx: number
}

/** Part of the way back to the start price that a step takes: a walk that may run all week stays near its start. */
const PULL = 0.002

interface Walk {
  readonly listing: Listing
  midPx: number
  quote: MarketQuote
}

export class RandomMarket {
  readonly #random: () => number
  readonly #walks: ReadonlyMap<string, Walk>

  constructor(random: () => number, listings: readonly Listing[]) {
    this.#random = random
    this.#walks = new Map(
      listings.map((listing) => {
        const quote = around(listing, listing.startPx, listing.spreadTicks)
        return [listing.symbol, { listing, midPx: listing.startPx, quote }]
      }),
    )
  }

  get symbols(): readonly string[] {
    return [...this.#walks.keys()]
  }

  /** @throws RangeError for a symbol that is not listed. */
  quoteOf(symbol: string): MarketQuote {
    return this.#walkOf(symbol).quote
  }

  /** Moves one instrument by a step and returns its new quote. */
  step(symbol: string): MarketQuote {
    const walk = this.#walkOf(symbol)
    const { listing } = walk
    const shock = this.#normal() * (listing.stepBps / 10_000) * listing.startPx
    walk.midPx += shock + PULL * (listing.startPx - walk.midPx)
    const spreadTicks = Math.max(1, Math.round(listing.spreadTicks * (0.5 + this.#random())))
    walk.quote = around(listing, walk.midPx, spreadTicks)
    return walk.quote
  }

  #walkOf(symbol: string): Walk {
    const walk = this.#walks.get(symbol)
    if (walk === undefined) throw new RangeError(`${symbol} is not listed`)
    return walk
  }

  /** Sum of twelve draws, less six: near enough to a normal one, and never far out. */
  #normal(): number {
    let sum = -6
    for (let draw = 0; draw < 12; draw++) sum += this.#random()
    return sum
  }
}

/** On the tick, the bid at least one tick. */
function around({ symbol, tick }: Listing, midPx: number, spreadTicks: number): MarketQuote {
  const bidTicks = Math.max(1, Math.floor(midPx / tick - spreadTicks / 2))
  return { symbol, bidPx: bidTicks * tick, askPx: (bidTicks + spreadTicks) * tick }
}
