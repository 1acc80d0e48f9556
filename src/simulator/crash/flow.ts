/**
 * What the firm, its venue and its people send next: drawn from a seed, about orders that the gate is known to have
 * approved. It learns from answers only, as whoever stands outside the gate must.
 */

import { DEMO_FIRM } from '../../floor/day/firm.ts'
import { createRandom, pick } from '../../floor/day/random.ts'
import { type DemoListing, TRADED } from '../../floor/demo/listings.ts'
import { DEMO_MARKET } from '../../floor/world/demo-world.ts'
import { MANUAL } from '../../floor/world/firm-names.ts'
import { limitBody } from '../../floor/world/world-bodies.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { type DecisionAnswer, type Exchange, exchange, type Json } from './exchange.ts'

interface KnownOrder {
  readonly orderID: string
  readonly listing: DemoListing
  /** Newest approved version, and the newest that the venue has accepted. */
  clOrdID: string
  accepted: string
  leaves: number
}

/** A scope that was killed: orders in it must be refused from its answer on. */
export interface KillScope {
  readonly account: string
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
}

const OWNER = 'floor-ems'
/** Known orders that are still acted on. */
const KNOWN_MAX = 400
/** Above every B01 limit of the demo's world. */
const TOO_MANY = 60_000

export class Flow {
  readonly #random: () => number
  readonly #known: KnownOrder[] = []
  #ids = 0

  constructor(seed: number) {
    this.#random = createRandom(seed, 0)
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1))
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  next(): Exchange {
    const draw = this.#random()
    if (draw < 0.5 || this.#known.length === 0) return this.order()
    if (draw < 0.64) return this.#replace()
    if (draw < 0.75) return this.#cancel()
    if (draw < 0.93) return this.#executions()
    if (draw < 0.97) return this.quotes([pick(this.#random, TRADED)])
    return draw < 0.99 ? this.#limit() : this.#kill()
  }

  order(): Exchange {
    const { account, desk } = pick(this.#random, DEMO_FIRM.accounts)
    const { trader } = pick(
      this.#random,
      DEMO_FIRM.traders.filter((one) => one.desk === desk),
    )
    const own = DEMO_FIRM.strategies.find((one) => one.trader === trader)?.strategy
    const listing = pick(this.#random, TRADED)
    const side = this.chance(0.6) ? 'Buy' : 'Sell'
    const orderQty = this.chance(0.04) ? TOO_MANY : this.between(1, 300)
    const strategy = own ?? MANUAL
    return this.#new({ ...({ account, trader, strategy, symbol: listing.symbol, side } as const), orderQty }, listing)
  }

  /** A sound order in a killed scope. */
  orderIn({ account, symbol, side }: KillScope): Exchange {
    const desk = DEMO_FIRM.accounts.find((one) => one.account === account)?.desk
    const trader = DEMO_FIRM.traders.find((one) => one.desk === desk)?.trader ?? ''
    const listing = TRADED.find((one) => one.symbol === symbol) as DemoListing
    const orderQty = this.between(1, 300)
    return this.#new({ account, trader, strategy: MANUAL, symbol, side, orderQty }, listing)
  }

  #new(what: KillScope & { trader: string; strategy: string; orderQty: number }, listing: DemoListing): Exchange {
    const body = {
      ...what,
      ...{ clOrdID: `C-${++this.#ids}`, orderQty: String(what.orderQty), venue: DEMO_MARKET.venue },
      ...{ ordType: 'Limit', timeInForce: 'Day', price: this.#price(listing, what.side) },
    }
    return exchange('order', 'orders', '/orders', body)
  }

  /** Buys below the market and sells above it, so that the firm's own orders seldom meet. */
  #price({ startPx, tick, priceDecimals }: DemoListing, side: string): string {
    const ticks = this.between(-2, 12)
    return formatDecimal(startPx + (side === 'Buy' ? -1 : 1) * ticks * tick, priceDecimals)
  }

  #replace(): Exchange {
    const { clOrdID, listing } = pick(this.#random, this.#known)
    const body = {
      clOrdID: `C-${++this.#ids}`,
      orderQty: String(this.between(1, 400)),
      price: this.#price(listing, this.chance(0.6) ? 'Buy' : 'Sell'),
    }
    return exchange('replace', 'orders', `/orders/${clOrdID}/replace`, body)
  }

  #cancel(): Exchange {
    const { clOrdID } = pick(this.#random, this.#known)
    return exchange('cancel', 'orders', `/orders/${clOrdID}/cancel`, { clOrdID: `C-${++this.#ids}` })
  }

  #executions(): Exchange {
    // About as many orders end as are sent, so that many rounds do not become slow ones.
    const most = this.between(1, 9)
    const rows: Json[] = []
    while (rows.length < most && this.#known.length > 0) rows.push(this.#execution(pick(this.#random, this.#known)))
    return exchange('executions', 'venue', '/executions', rows)
  }

  #execution(order: KnownOrder): Json {
    const { listing, orderID, clOrdID } = order
    const report = {
      ...{ execID: `E-${++this.#ids}`, symbol: listing.symbol, owner: OWNER, venue: DEMO_MARKET.venue },
      ...{ orderID, clOrdID },
    }
    const draw = this.#random()
    if (order.leaves > 0 && draw < 0.6) {
      const lastQty = this.between(1, order.leaves)
      order.leaves -= lastQty
      if (order.leaves === 0) this.#forget(order)
      return { ...report, execType: 'Fill', lastQty: String(lastQty), lastPx: this.#price(listing, 'Buy') }
    }
    if (clOrdID !== order.accepted) {
      const origClOrdID = order.accepted
      order.accepted = clOrdID
      return { ...report, origClOrdID, execType: draw < 0.8 ? 'Replaced' : 'ReplaceRejected' }
    }
    if (draw < 0.7) return { ...report, execType: 'New' }
    this.#forget(order)
    return { ...report, execType: draw < 0.9 ? 'Canceled' : 'Expired' }
  }

  quotes(listings: readonly DemoListing[]): Exchange {
    const rows = listings.map(({ symbol, startPx, tick, spreadTicks, priceDecimals }) => {
      const middle = startPx + this.between(-2, 2) * tick
      const side = (way: number) => formatDecimal(middle + way * spreadTicks * tick, priceDecimals)
      return { symbol, feed: DEMO_MARKET.feed, bidPx: side(-1), askPx: side(1) }
    })
    return exchange('quotes', 'feed', '/quotes', rows)
  }

  #limit(): Exchange {
    const subject = { kind: 'TRADER', name: pick(this.#random, DEMO_FIRM.traders).trader } as const
    const hard = String(this.between(3_000_000, 60_000_000))
    return exchange('limits', 'risk', '/limits', [limitBody({ control: 'D05', subject, hard })])
  }

  #kill(): Exchange {
    const { account } = pick(this.#random, DEMO_FIRM.accounts)
    const { symbol } = pick(this.#random, TRADED)
    const side = this.chance(0.5) ? {} : { side: this.chance(0.5) ? 'Buy' : 'Sell' }
    return exchange('kill', 'officer', '/kill', { account, symbol, ...side, reason: 'crash rounds' })
  }

  /** Takes over what the answer says of the order. */
  learn({ kind, path, body, answer }: Exchange): void {
    const { outcome, orderID } = (answer ?? {}) as Partial<DecisionAnswer>
    if (outcome !== 'APPROVED' || orderID === undefined) return
    const { clOrdID, symbol, orderQty } = body as Readonly<Record<string, string>>
    if (kind === 'order') {
      const listing = TRADED.find((one) => one.symbol === symbol) as DemoListing
      const id = clOrdID as string
      if (this.#known.length === KNOWN_MAX) this.#known.shift()
      this.#known.push({ orderID, listing, clOrdID: id, accepted: id, leaves: Number(orderQty) })
    } else if (kind === 'replace') {
      const known = this.#known.find((order) => path === `/orders/${order.clOrdID}/replace`)
      if (known !== undefined) known.clOrdID = clOrdID as string
    }
  }

  #forget(order: KnownOrder): void {
    this.#known.splice(this.#known.indexOf(order), 1)
  }
}
