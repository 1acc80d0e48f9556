/**
 * The names that the demo trades, and how they move. Symbols and sectors are those of the S&P 500 in August 2026. Volatility and
 * beta are measured: from daily closes of 2016-04 to 2021-04, which do not ship, the yearly deviation of the name's log returns and
 * its beta to the mean of 487 names. Prices are made up, near those of late 2024.
 */

/** Of a year of 252 days of 390 minutes. */
export const YEAR_MS = 252 * 390 * 60_000
/** Yearly deviation of the mean of all names. */
export const MARKET_VOLATILITY = 0.208

/** Yearly deviation of what a sector's mean does beside the market, measured as the names are. */
export const SECTOR_VOLATILITY = {
  'Communication Services': 0.092,
  'Consumer Discretionary': 0.091,
  'Consumer Staples': 0.1,
  Energy: 0.25,
  Financials: 0.083,
  'Health Care': 0.093,
  Industrials: 0.062,
  'Information Technology': 0.113,
  Materials: 0.104,
  'Real Estate': 0.139,
  Utilities: 0.156,
} as const

export type Sector = keyof typeof SECTOR_VOLATILITY

export interface Name {
  readonly symbol: string
  readonly sector: Sector
  /** In whole units of the currency. */
  readonly price: number
  /** Yearly deviation of log returns. */
  readonly volatility: number
  readonly beta: number
}

export const NAMES: readonly Name[] = [
  ...inSector('Information Technology', [
    ['AAPL', 229, 0.3, 0.92],
    ['MSFT', 417, 0.28, 0.94],
    ['NVDA', 142, 0.48, 1.25],
    ['ORCL', 185, 0.26, 0.79],
    ['CSCO', 58, 0.27, 0.92],
    ['ADBE', 510, 0.32, 0.95],
    ['AMD', 138, 0.62, 1.23],
    ['INTC', 24, 0.34, 1.05],
  ]),
  ...inSector('Communication Services', [
    ['GOOGL', 175, 0.27, 0.86],
    ['NFLX', 880, 0.4, 0.72],
    ['DIS', 115, 0.28, 0.92],
    ['VZ', 42, 0.19, 0.44],
  ]),
  ...inSector('Consumer Discretionary', [
    ['AMZN', 203, 0.29, 0.67],
    ['TSLA', 340, 0.59, 1.14],
    ['HD', 405, 0.26, 0.93],
    ['MCD', 295, 0.23, 0.74],
    ['NKE', 77, 0.28, 0.89],
  ]),
  ...inSector('Financials', [
    ['JPM', 243, 0.3, 1.19],
    ['BAC', 46, 0.34, 1.32],
    ['GS', 590, 0.32, 1.2],
    ['V', 310, 0.26, 1.01],
    ['MA', 525, 0.29, 1.11],
  ]),
  ...inSector('Energy', [
    ['XOM', 121, 0.29, 1.02],
    ['CVX', 162, 0.33, 1.2],
    ['COP', 112, 0.42, 1.38],
    ['SLB', 43, 0.43, 1.44],
  ]),
  ...inSector('Health Care', [
    ['JNJ', 155, 0.2, 0.55],
    ['UNH', 590, 0.28, 0.91],
    ['PFE', 25, 0.22, 0.59],
    ['MRK', 99, 0.22, 0.59],
    ['ABBV', 170, 0.29, 0.71],
  ]),
  ...inSector('Consumer Staples', [
    ['PG', 172, 0.2, 0.52],
    ['KO', 62, 0.2, 0.65],
    ['PEP', 160, 0.21, 0.64],
    ['WMT', 88, 0.22, 0.42],
    ['COST', 940, 0.21, 0.51],
  ]),
  ...inSector('Utilities', [
    ['NEE', 76, 0.24, 0.62],
    ['DUK', 113, 0.23, 0.62],
    ['SO', 88, 0.25, 0.67],
  ]),
  ...inSector('Industrials', [
    ['CAT', 390, 0.31, 1.09],
    ['BA', 145, 0.46, 1.58],
    ['UNP', 235, 0.28, 1],
    ['GE', 178, 0.4, 1.19],
    ['HON', 228, 0.25, 1.01],
  ]),
  ...inSector('Materials', [
    ['SHW', 380, 0.27, 0.86],
    ['NEM', 43, 0.34, 0.28],
  ]),
  ...inSector('Real Estate', [
    ['AMT', 200, 0.26, 0.69],
    ['PLD', 118, 0.27, 0.88],
    ['SPG', 180, 0.45, 1.42],
  ]),
]

function inSector(sector: Sector, rows: readonly (readonly [string, number, number, number])[]): Name[] {
  return rows.map(([symbol, price, volatility, beta]) => ({ symbol, sector, price, volatility, beta }))
}
