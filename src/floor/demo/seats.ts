/**
 * Who does what on the demo's floor. Strategies whose orders rest have instruments of their own, so that the firm trades
 * with itself only where a mistake makes it.
 */
import { DEMO_FIRM } from '../day/firm.ts'
import { MANUAL } from '../world/firm-names.ts'
import type { Temptations } from './mistakes.ts'
import type { Seat, Strategy } from './strategies.ts'
import { marketMaker, marketSender, patient, slicer, taker } from './strategies.ts'

/** Made anew for every floor: a slicer remembers where it is. */
export function demoStrategies(): Strategy[] {
  return [
    marketMaker(seatOf('STRAT-1', ['AAPL', 'JPM', 'PG'])),
    marketMaker(seatOf('STRAT-2', ['XOM', 'JNJ', 'SAP'])),
    taker(seatOf('STRAT-3', ['MSFT', 'CVX', 'NEE'])),
    patient(seatOf('STRAT-4', ['AMZN', 'HSBA'])),
    slicer(seatOf('STRAT-5', ['NVDA'])),
    marketSender(seatOf('STRAT-6', ['MSFT', 'NEE'])),
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
