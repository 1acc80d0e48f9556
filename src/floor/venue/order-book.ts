/**
 * The book of one instrument: orders by price, then by time. What comes in trades with what rests, at the price of what rests.
 * Numbers are the instrument's integers.
 */

export type BookSide = 'Buy' | 'Sell'

export interface BookOrder {
  readonly id: string
  /** Whose it is; two orders of one party do not trade with each other. Empty: one of the crowd. */
  readonly party: string
  readonly side: BookSide
  readonly px: number
  /** What is left to trade. */
  leaves: number
}

export interface Trade {
  readonly resting: BookOrder
  readonly px: number
  readonly qty: number
}

export class OrderBook {
  /** The best first, of one price the oldest first. */
  readonly #sides: Readonly<Record<BookSide, BookOrder[]>> = { Buy: [], Sell: [] }

  /** Best first. */
  resting(side: BookSide): readonly BookOrder[] {
    return this.#sides[side]
  }

  /** What an order of this party could trade at its price or better, before it meets one of its own. */
  reachable({ side, px, party }: BookOrder): number {
    let qty = 0
    for (const resting of this.#sides[against(side)]) {
      if (!reaches(side, px, resting.px) || isSame(party, resting.party)) break
      qty += resting.leaves
    }
    return qty
  }

  /** Trades as far as price and quantity go. True in `metOwn`: it stopped at an order of its own party. Rests nothing. */
  match(incoming: BookOrder): { readonly trades: readonly Trade[]; readonly metOwn: boolean } {
    const others = this.#sides[against(incoming.side)]
    const trades: Trade[] = []
    while (incoming.leaves > 0) {
      const [resting] = others
      if (resting === undefined || !reaches(incoming.side, incoming.px, resting.px)) break
      if (isSame(incoming.party, resting.party)) return { trades, metOwn: true }
      const qty = Math.min(incoming.leaves, resting.leaves)
      incoming.leaves -= qty
      resting.leaves -= qty
      if (resting.leaves === 0) others.shift()
      trades.push({ resting, px: resting.px, qty })
    }
    return { trades, metOwn: false }
  }

  /** Behind all that rest at its price. */
  rest(order: BookOrder): void {
    const own = this.#sides[order.side]
    const at = own.findIndex(({ px }) => (order.side === 'Buy' ? px < order.px : px > order.px))
    own.splice(at < 0 ? own.length : at, 0, order)
  }

  /** False where it does not rest here. */
  remove(order: BookOrder): boolean {
    const own = this.#sides[order.side]
    const at = own.indexOf(order)
    if (at >= 0) own.splice(at, 1)
    return at >= 0
  }

  removeParty(party: string): void {
    for (const side of ['Buy', 'Sell'] as const) {
      const own = this.#sides[side]
      own.splice(0, own.length, ...own.filter((order) => order.party !== party))
    }
  }
}

function against(side: BookSide): BookSide {
  return side === 'Buy' ? 'Sell' : 'Buy'
}

function reaches(side: BookSide, px: number, restingPx: number): boolean {
  return side === 'Buy' ? px >= restingPx : px <= restingPx
}

function isSame(party: string, other: string): boolean {
  return party !== '' && party === other
}
