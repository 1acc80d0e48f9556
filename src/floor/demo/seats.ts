/**
 * Who does what on the demo's floor. Strategies whose orders rest have instruments of their own, so that the firm trades
 * with itself only where a mistake makes it.
 */
import { DEMO_FIRM } from '../day/firm.ts'
import { MANUAL } from '../world/firm-names.ts'
import type { Temptations } from './mistakes.ts'
import type { Seat, Strategy } from './strategies.ts'
import { marketMaker, marketSender, momentum, pairs, taker, twapSlicer } from './strategies.ts'

/** Works large orders in slices; of all algorithms the one that a scenario lets run away. */
export const ALGORITHM_SEAT: Seat = seatOf('STRAT-5', ['NVDA', 'AMZN', 'HON', 'ABBV'])

/** Made anew for every floor: strategies remember where they are. @param runId makes ids of parents differ from those of an earlier run */
export function demoStrategies(runId: string): Strategy[] {
  return [
    marketMaker(seatOf('STRAT-1', ['AAPL', 'JPM', 'PG', 'GOOGL', 'HD', 'UNH', 'CAT'])),
    marketMaker(seatOf('STRAT-2', ['XOM', 'JNJ', 'SAP', 'HSBA', 'DIS', 'NEM', 'AMT', 'DUK'])),
    momentum(seatOf('STRAT-3', ['TSLA', 'AMD', 'NFLX', 'BA', 'ORCL', 'ADBE', 'INTC', 'CSCO', 'SLB', 'SPG', 'NKE'])),
    pairs(seatOf('STRAT-4', []), [
      ['KO', 'PEP'],
      ['V', 'MA'],
      ['PFE', 'MRK'],
      ['BAC', 'GS'],
      ['WMT', 'COST'],
    ]),
    twapSlicer(ALGORITHM_SEAT, runId),
    marketSender(seatOf('STRAT-6', ['GE', 'UNP', 'SO', 'VZ', 'MCD', 'PLD', 'SHW', 'COP'])),
    taker(manualSeat('TRADER-7', ['MSFT', 'NEE'])),
    taker(manualSeat('TRADER-8', ['MSFT', 'CVX'])),
  ]
}

export const MANUAL_SEATS: readonly Seat[] = ['TRADER-2', 'TRADER-7'].map((trader) =>
  manualSeat(trader, ['MSFT', 'CVX', 'NEE']),
)

export const TEMPTATIONS: Temptations = {
  restricted: 'GME',
  hardToBorrow: 'BYND',
  // Of DESK-1: no manual seat is there.
  foreignAccount: 'ACC-1',
  coarseTick: 'HSBA',
  marketMaker: 'STRAT-1',
  spent: manualSeat('TRADER-8', ['MSFT', 'CVX']),
}

function seatOf(strategy: string, symbols: readonly string[]): Seat {
  const trader = DEMO_FIRM.strategies.find((one) => one.strategy === strategy)?.trader
  if (trader === undefined) throw new Error(`${strategy} is no strategy of the firm`)
  return { strategy, trader, accounts: accountsOf(trader), symbols }
}

function manualSeat(trader: string, symbols: readonly string[]): Seat {
  return { strategy: MANUAL, trader, accounts: accountsOf(trader), symbols }
}

export function deskOf(trader: string): string | undefined {
  return DEMO_FIRM.traders.find((one) => one.trader === trader)?.desk
}

function accountsOf(trader: string): string[] {
  const desk = deskOf(trader)
  return DEMO_FIRM.accounts.filter((account) => account.desk === desk).map(({ account }) => account)
}
