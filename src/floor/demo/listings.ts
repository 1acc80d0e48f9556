/**
 * The instruments of the demo: the names of its market, and four more, of which two are abroad, one is restricted and one hard to
 * borrow. How those four move is assumed.
 */
import type { Listing } from '../market/market-model.ts'
import { NAMES, type Name } from '../market/names.ts'

export interface DemoListing extends Listing {
  readonly currency: string
  readonly priceDecimals: number
  /** 100 where the price is in pence. */
  readonly priceUnitsPerCurrency: number
  readonly isReserved?: 'restricted' | 'hardToBorrow'
}

const ASSUMED = { volatility: 0.35, beta: 1 } as const

export const DEMO_LISTINGS: readonly DemoListing[] = [
  ...NAMES.map(listed),
  {
    ...listed({ symbol: 'HSBA', sector: 'Financials', price: 725, ...ASSUMED }),
    // In pence, with a tick of a tenth of a penny.
    ...{ currency: 'GBP', priceUnitsPerCurrency: 100, tick: 10, spreadTicks: 2 },
  },
  {
    ...listed({ symbol: 'SAP', sector: 'Information Technology', price: 223, ...ASSUMED }),
    ...{ currency: 'EUR', tick: 2 },
  },
  {
    ...listed({ symbol: 'GME', sector: 'Consumer Discretionary', price: 27, ...ASSUMED }),
    isReserved: 'restricted',
  },
  { ...listed({ symbol: 'BYND', sector: 'Consumer Staples', price: 6, ...ASSUMED }), isReserved: 'hardToBorrow' },
]

/** Instruments that the strategies trade in. */
export const TRADED = DEMO_LISTINGS.filter(({ isReserved }) => isReserved === undefined)

/** In US dollars and cents. */
function listed({ price, ...name }: Name): DemoListing {
  return {
    ...{ ...name, currency: 'USD', priceDecimals: 2, priceUnitsPerCurrency: 1 },
    ...{ tick: 1, startPx: price * 100, spreadTicks: Math.max(1, Math.round(price / 50)) },
  }
}

/** The demo listing of a symbol; undefined where there is none. */
export function demoListing(symbol: string): DemoListing | undefined {
  return DEMO_LISTINGS.find((listing) => listing.symbol === symbol)
}
