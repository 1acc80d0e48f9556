/**
 * The world of `npm start`: the demo firm, its made-up market, and limits that sound orders fit into and mistakes do not.
 */
import { formatDecimal } from '../../model/numbers.ts'
import { DEMO_FIRM } from '../day/firm.ts'
import { DEMO_LISTINGS, type DemoListing, TRADED } from '../demo/listings.ts'
import type { Market } from './firm-names.ts'
import { firmBindings, firmNames, limitedSubjects, MANUAL, strategyNames } from './firm-names.ts'
import type { LimitLevels } from './mandatory-limits.ts'
import { mandatoryLimits, messageLimit, withLimits } from './mandatory-limits.ts'
import type { InstrumentDefinition, LimitDefinition, PositionDefinition, World } from './world.ts'
import { YOUR_SEAT, YOUR_SUBJECTS, yourBindings, yourNames } from './your-seat.ts'

export const EQUITY = 'EQUITY'

export const DEMO_MARKET: Market = {
  venue: 'XSIM',
  feed: 'SIM-FEED',
  currencies: ['GBP', 'EUR'],
  sectors: [...new Set(DEMO_LISTINGS.map(({ sector }) => sector))],
  assetClasses: [EQUITY],
}

const SECOND_US = 1_000_000

/**
 * US dollars. Sound orders are worth 2,000 to 800,000. A day of 24 hours turns over some 25,000 million, of which the
 * busiest trader has 7,000 million (demo-day.test.ts): nobody but TRADER-8 comes near a limit of the day.
 */
const LEVELS: LimitLevels = {
  money: {
    FIRM: { B01: '50000', B02: '2000000', D03: '60000000000', D05: '600000000', D02: '500000000' },
    DESK: { B01: '50000', B02: '2000000', D03: '30000000000', D05: '200000000', D02: '150000000' },
    TRADER: { B01: '50000', B02: '1500000', D03: '20000000000', D05: '160000000', D02: '140000000' },
    ACCOUNT: { B01: '50000', B02: '1500000', D03: '10000000000', D05: '80000000', D02: '60000000' },
  },
  sectorBps: '2000',
  collarBps: { [EQUITY]: '300' },
  sessionMessages: { hard: '200', windowUs: SECOND_US },
  strategyMessages: { hard: '25', windowUs: SECOND_US },
}

/** What is tight on purpose: a viewer meets these within minutes. */
function tightLimits(firm: string): LimitDefinition[] {
  return [
    // The firm may not add to Energy for long: 2.3 % of its capital, of which it holds most.
    { control: 'D08', subject: { kind: 'FIRM', name: firm }, object: { kind: 'SECTOR', name: 'Energy' }, hard: '230' },
    // A trader with a small allowance for the day.
    { control: 'D03', subject: { kind: 'TRADER', name: 'TRADER-8' }, hard: '4000000', warnBps: [5_000, 8_000, 9_500] },
    // Three identical orders in ten seconds are a mistake.
    { control: 'B09', subject: { kind: 'FIRM', name: firm }, hard: '3', param: 10 * SECOND_US },
    { control: 'C05', subject: { kind: 'STRATEGY', name: MANUAL }, hard: '40' },
    { control: 'D06', subject: { kind: 'STRATEGY', name: MANUAL }, hard: '3000000' },
    // Judged and recorded, and refuses nothing: what a tighter collar would do.
    {
      ...{
        control: 'B03',
        subject: { kind: 'STRATEGY', name: 'STRAT-3' },
        object: { kind: 'ASSET_CLASS', name: EQUITY },
      },
      ...{ hard: '5', param: 1, mode: 'SHADOW' },
    } as const,
  ]
}

/** @param firm the gate's name for it; @param session the client that sends the floor's orders */
export function demoWorld(firm: string, session: string): World {
  const names = {
    subjects: [...limitedSubjects(DEMO_FIRM, firm), ...YOUR_SUBJECTS],
    ...{ firm, session, strategies: [...strategyNames(DEMO_FIRM), YOUR_SEAT.strategy] },
  }
  return {
    names: [...firmNames(DEMO_FIRM, DEMO_MARKET), ...yourNames()],
    bindings: [...firmBindings(DEMO_FIRM, DEMO_MARKET, session), ...yourBindings(DEMO_MARKET)],
    fx: [
      { currency: 'GBP', rate: '1.27' },
      { currency: 'EUR', rate: '1.05' },
    ],
    instruments: DEMO_LISTINGS.map(instrumentOf),
    capital: [{ subject: { kind: 'FIRM', name: firm }, amount: '500000000' }],
    parameters: {},
    limits: withLimits(mandatoryLimits(names, LEVELS), [
      ...tightLimits(firm),
      messageLimit({ kind: 'SESSION', name: YOUR_SEAT.session }, LEVELS.sessionMessages),
    ]),
    lists: DEMO_LISTINGS.flatMap(({ symbol, isReserved }) => {
      if (isReserved === 'hardToBorrow') return []
      const easy = { list: 'EASY_TO_BORROW', symbol, mode: 'ON' } as const
      return isReserved === undefined ? [easy] : [easy, { list: 'RESTRICTED', symbol, mode: 'NO_TRADE' } as const]
    }),
    positions: TRADED.flatMap(({ symbol }) => positionsIn(symbol)),
    phases: [{ venue: DEMO_MARKET.venue, phase: 'CONTINUOUS' }],
  }
}

function instrumentOf(listing: DemoListing): InstrumentDefinition {
  const { symbol, currency, sector, priceDecimals, priceUnitsPerCurrency, tick, startPx } = listing
  return {
    ...{ symbol, currency, sector, assetClass: EQUITY, feed: DEMO_MARKET.feed, priceDecimals, qtyDecimals: 0 },
    ...{ tick: formatDecimal(tick, priceDecimals), lot: '1', qtyMax: '10000000' },
    ...{ priorClose: formatDecimal(startPx, priceDecimals), priceUnitsPerCurrency, regSho: currency === 'USD' },
  }
}

/** Shares of each instrument that each account of the floor holds when the demo begins. */
export const HELD_QTY = 2_000

/** Something to sell: each account holds the same, in the hands of the first trader of its desk. */
function positionsIn(symbol: string): PositionDefinition[] {
  return DEMO_FIRM.accounts.map(({ account, desk }) => {
    const trader = DEMO_FIRM.traders.find((one) => one.desk === desk)?.trader ?? ''
    return { account, trader, strategy: MANUAL, symbol, qty: String(HELD_QTY) }
  })
}
