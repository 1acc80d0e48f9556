/**
 * The instruments of the demo: known names at prices near those of late 2024, two of them abroad, one restricted, one
 * hard to borrow. Their market is made up.
 */
import type { Listing } from './random-market.ts'

export interface DemoListing extends Listing {
  readonly currency: string
  readonly sector: string
  readonly priceDecimals: number
  /** 100 where the price is in pence. */
  readonly priceUnitsPerCurrency: number
  readonly isReserved?: 'restricted' | 'hardToBorrow'
}

export const DEMO_LISTINGS: readonly DemoListing[] = [
  usd('AAPL', 'Information Technology', 229),
  usd('MSFT', 'Information Technology', 417),
  usd('NVDA', 'Information Technology', 142),
  usd('AMZN', 'Consumer Discretionary', 203),
  usd('JPM', 'Financials', 243),
  usd('XOM', 'Energy', 121),
  usd('CVX', 'Energy', 162),
  usd('JNJ', 'Health Care', 155),
  usd('PG', 'Consumer Staples', 172),
  usd('NEE', 'Utilities', 76),
  // In pence, with a tick of a tenth of a penny.
  { ...usd('HSBA', 'Financials', 725), currency: 'GBP', priceUnitsPerCurrency: 100, tick: 10, spreadTicks: 2 },
  { ...usd('SAP', 'Information Technology', 223), currency: 'EUR', tick: 2 },
  { ...usd('GME', 'Consumer Discretionary', 27), isReserved: 'restricted' },
  { ...usd('BYND', 'Consumer Staples', 6), isReserved: 'hardToBorrow' },
]

/** Instruments that the strategies trade in. */
export const TRADED = DEMO_LISTINGS.filter(({ isReserved }) => isReserved === undefined)

/** @param price in whole units */
function usd(symbol: string, sector: string, price: number): DemoListing {
  return {
    ...{ symbol, sector, currency: 'USD', priceDecimals: 2, priceUnitsPerCurrency: 1 },
    ...{ tick: 1, startPx: price * 100, stepBps: 2, spreadTicks: Math.max(1, Math.round(price / 50)) },
  }
}

/** The demo listing of a symbol; undefined where there is none. */
export function demoListing(symbol: string): DemoListing | undefined {
  return DEMO_LISTINGS.find((listing) => listing.symbol === symbol)
}
