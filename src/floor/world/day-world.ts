/**
 * The world of the real day: the demo firm in one stock in Shanghai. Its limits were found by experiment and then frozen:
 * every control over exposure, price, rate and wash trades refuses some orders, and most orders pass. The counts of the
 * played day depend on every number here.
 */
import { DEMO_FIRM } from '../day/firm.ts'
import type { Market } from './firm-names.ts'
import { firmBindings, firmNames, limitedSubjects, MANUAL, strategyNames } from './firm-names.ts'
import type { LimitLevels } from './mandatory-limits.ts'
import { mandatoryLimits, withLimits } from './mandatory-limits.ts'
import type { LimitDefinition, PositionDefinition, World } from './world.ts'

export const DAY_SYMBOL = '600519'
const ASSET_CLASS = 'CN-EQUITY'

export const DAY_MARKET: Market = {
  venue: 'XSHG',
  feed: 'SSE-FEED',
  currencies: ['CNY'],
  sectors: ['Consumer Staples'],
  assetClasses: [ASSET_CLASS],
}

/** That of the limits below. */
export const BASE_CURRENCY = 'USD'
/** Base currency per CNY, early February 2023. */
export const CNY_RATE = '0.1473'
/** Shares that each account holds in the morning: nobody may sell what he does not hold. */
const HELD_QTY = 10_000

const SECOND_US = 1_000_000

/** US dollars. A lot of 100 shares is worth about 26,500. Wide enough for every day like this one. */
const LEVELS: LimitLevels = {
  money: {
    FIRM: { B01: '10000', B02: '2000000', D03: '500000000', D05: '90000000', D02: '90000000' },
    DESK: { B01: '10000', B02: '2000000', D03: '150000000', D05: '30000000', D02: '30000000' },
    TRADER: { B01: '10000', B02: '2000000', D03: '80000000', D05: '25000000', D02: '25000000' },
    ACCOUNT: { B01: '10000', B02: '2000000', D03: '50000000', D05: '15000000', D02: '15000000' },
  },
  sectorBps: '6650',
  collarBps: { [ASSET_CLASS]: '150' },
  sessionMessages: { hard: '36', windowUs: SECOND_US },
  strategyMessages: { hard: '10', windowUs: SECOND_US },
}

/** Each bites on one part of the firm, so that every control is the first to refuse somewhere. */
function tightLimits(firm: string): LimitDefinition[] {
  const onFirm = { kind: 'FIRM', name: firm } as const
  const desk = (name: string) => ({ kind: 'DESK', name }) as const
  const trader = (name: string) => ({ kind: 'TRADER', name }) as const
  const account = (name: string) => ({ kind: 'ACCOUNT', name }) as const
  const strategy = (name: string) => ({ kind: 'STRATEGY', name }) as const
  return [
    { control: 'B01', subject: desk('DESK-3'), hard: '1000' },
    { control: 'B02', subject: onFirm, hard: '500000' },
    { control: 'B09', subject: onFirm, hard: '1', param: 30 * SECOND_US },
    { control: 'C05', subject: account('ACC-6'), hard: '125' },
    { control: 'D06', subject: strategy('STRAT-6'), hard: '7000000' },
    { control: 'D03', subject: trader('TRADER-1'), hard: '33000000', warnBps: [5_000, 8_000, 9_500] },
    { control: 'D05', subject: account('ACC-10'), hard: '8600000', warnBps: [8_000, 9_500] },
    { control: 'D02', subject: desk('DESK-1'), hard: '18000000', warnBps: [8_000, 9_500] },
  ]
}

/** @param firm the gate's name for it; @param session the client that sends the orders; @param priorClose a price */
export function dayWorld(firm: string, session: string, priorClose: string): World {
  const names = {
    subjects: limitedSubjects(DEMO_FIRM, firm),
    ...{ firm, session, strategies: strategyNames(DEMO_FIRM) },
  }
  return {
    names: firmNames(DEMO_FIRM, DAY_MARKET),
    bindings: firmBindings(DEMO_FIRM, DAY_MARKET, session),
    fx: [{ currency: 'CNY', rate: CNY_RATE }],
    instruments: [
      {
        ...{ symbol: DAY_SYMBOL, currency: 'CNY', sector: 'Consumer Staples', assetClass: ASSET_CLASS },
        ...{ feed: DAY_MARKET.feed, priceDecimals: 2, qtyDecimals: 0, tick: '0.01', lot: '1', qtyMax: '1000000' },
        ...{ priorClose, priceUnitsPerCurrency: 1, regSho: false },
      },
    ],
    capital: [{ subject: { kind: 'FIRM', name: firm }, amount: '100000000' }],
    parameters: {},
    limits: withLimits(mandatoryLimits(names, LEVELS), tightLimits(firm)),
    lists: [{ list: 'RESTRICTED', symbol: DAY_SYMBOL, subject: { kind: 'TRADER', name: 'TRADER-8' }, mode: 'NO_BUY' }],
    positions: dayPositions(),
    phases: [],
  }
}

/** In the hands of the first trader of the account's desk. */
export function dayPositions(): PositionDefinition[] {
  return DEMO_FIRM.accounts.map(({ account, desk }) => {
    const trader = DEMO_FIRM.traders.find((one) => one.desk === desk)?.trader ?? ''
    return { account, trader, strategy: MANUAL, symbol: DAY_SYMBOL, qty: String(HELD_QTY) }
  })
}
