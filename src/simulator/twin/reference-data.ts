/**
 * Reference data: instruments, rates, capital, lists, locates, parameters and statements of positions.
 */
import { PARAMETERS } from '../../model/parameters.ts'
import { LIST_KINDS, LIST_MODES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { abs, larger, reduced } from './exact.ts'
import { cellOf, snapshot } from './exposure.ts'
import { isPriceOf, setPriorClose } from './market.ts'
import { followReference } from './reference.ts'
import type { Instrument, Market, Rate, State } from './state.ts'
import * as states from './state.ts'
import { statementRow } from './statements.ts'

type InstrumentValues = ValuesOfCommand<'Instrument'>

const DECIMALS_MOST = 10
const FLAGS = { mayBeNegative: 1, inverse: 2, regSho: 4, priorClose: 8 } as const

export function instrument(state: State, values: InstrumentValues): TwinEvent[] {
  const isKnown = (kind: 'CURRENCY' | 'SECTOR' | 'ASSET_CLASS' | 'FEED', id: number) =>
    states.nameAt(state, kind, id) !== undefined
  const isNamed =
    isKnown('CURRENCY', values.currency) &&
    (values.sector === -1 || isKnown('SECTOR', values.sector)) &&
    isKnown('ASSET_CLASS', values.assetClass) &&
    (values.underlying === -1 || state.instruments[values.underlying] !== undefined) &&
    isKnown('FEED', values.feed)
  if (!isNamed) return refused('UNKNOWN_NAME')
  if (!isSound(values)) return refused('INVALID_VALUE')
  const old = state.instruments.find(({ symbol }) => symbol === values.symbol)
  const made = instrumentOf(values, old?.id ?? state.instruments.length)
  if ((values.flags & FLAGS.priorClose) !== 0 && !isPriceOf(made, values.priorClose)) return refused('INVALID_VALUE')
  if (old !== undefined && isInUse(state, old.id) && unitsOf(old) !== unitsOf(made)) {
    return refused('INSTRUMENT_IN_USE')
  }
  state.instruments[made.id] = made
  state.markets[made.id] ??= emptyMarket()
  if (values.flags & FLAGS.priorClose) {
    setPriorClose(states.marketAt(state, made.id), values.priorClose, values.timeUs)
  }
  return [...applied(made.id), ...followReference(state, made.id, values.timeUs)]
}

function isSound(values: InstrumentValues): boolean {
  const { tick, lot, qtyMax, multiplierN, multiplierD, priceUnitsPerCurrency, priceDecimals, qtyDecimals } = values
  const areDecimals = (decimals: number) => decimals >= 0 && decimals <= DECIMALS_MOST
  const arePositive = [tick, lot, qtyMax, multiplierN, multiplierD, priceUnitsPerCurrency].every((x) => x > 0)
  return (
    states.isSetOf(values.flags, 4) &&
    arePositive &&
    areDecimals(priceDecimals) &&
    areDecimals(qtyDecimals) &&
    values.symbol !== ''
  )
}

function instrumentOf(values: InstrumentValues, id: number): Instrument {
  const unclassified = 0
  return {
    id,
    symbol: values.symbol,
    pd: values.priceDecimals,
    qd: values.qtyDecimals,
    tick: BigInt(values.tick),
    lot: BigInt(values.lot),
    qtyMax: BigInt(values.qtyMax),
    multiplier: reduced(BigInt(values.multiplierN), BigInt(values.multiplierD)),
    priceUnits: BigInt(values.priceUnitsPerCurrency),
    currency: values.currency,
    sector: values.sector === -1 ? unclassified : values.sector,
    assetClass: values.assetClass,
    underlying: values.underlying === -1 ? id : values.underlying,
    feed: values.feed,
    mayBeNegative: (values.flags & FLAGS.mayBeNegative) !== 0,
    inverse: (values.flags & FLAGS.inverse) !== 0,
    regSho: (values.flags & FLAGS.regSho) !== 0,
  }
}

/** What may not change while quantities are counted in it. */
function unitsOf({ pd, qd, multiplier, priceUnits, currency, mayBeNegative, inverse }: Instrument): string {
  return [pd, qd, multiplier.n, multiplier.d, priceUnits, currency, mayBeNegative, inverse].join('|')
}

/** From its first order or position on: an order that has ended may still be filled late, in its old units. */
function isInUse(state: State, id: number): boolean {
  const all = [...state.orders.values(), ...state.bookings]
  return all.some(({ keys }) => keys.instrument === id)
}

function emptyMarket(): Market {
  return {
    bid: null,
    ask: null,
    quotedUs: 0,
    quoteFeed: -1,
    last: null,
    lastUs: 0,
    priorClose: null,
    priorCloseUs: 0,
    manual: null,
    manualUs: 0,
    manualUntilUs: 0,
    halted: false,
    rule201: false,
    active: true,
    adv: null,
    mark: null,
    quarantinedUs: null,
    tradedSinceQuarantine: false,
  }
}

export function fx(state: State, values: ValuesOfCommand<'Fx'>): TwinEvent[] {
  const currency = state.currencies.get(values.currency)
  if (currency === undefined) return refused('UNKNOWN_NAME')
  const isBase = values.currency === 0
  const isRate = values.rate > 0 && values.decimals >= 0 && values.haircutBps >= 0 && values.haircutBps < 10_000
  if (isBase || !isRate) return refused('INVALID_VALUE')
  const given: Rate = {
    rate: reduced(BigInt(values.rate), 10n ** BigInt(values.decimals)),
    haircutBps: BigInt(values.haircutBps),
  }
  currency.given = given
  currency.givenUs = values.timeUs
  currency.frozen ??= given
  if (currency.cells === null || revalues(state, currency.cells, given)) currency.cells = given
  return applied()
}

/** |given - used| x 10000 > fxRevalueBps x used, over the common denominator; or another haircut. */
function revalues(state: State, used: Rate, given: Rate): boolean {
  if (used.haircutBps !== given.haircutBps) return true
  const move = abs(given.rate.n * used.rate.d - used.rate.n * given.rate.d)
  return move * 10_000n > states.parameter(state, 'fxRevalueBps') * used.rate.n * given.rate.d
}

export function capital(state: State, values: ValuesOfCommand<'Capital'>): TwinEvent[] {
  if (state.subjects[values.subject] === undefined) return refused('UNKNOWN_NAME')
  if (values.asOfUs > values.timeUs) return refused('INVALID_VALUE')
  const base = larger(BigInt(values.amount), BigInt(values.floor))
  state.capitals.set(values.subject, { base, asOfUs: values.asOfUs })
  return applied()
}

export function adv(state: State, values: ValuesOfCommand<'Adv'>): TwinEvent[] {
  if (state.instruments[values.instrument] === undefined) return refused('UNKNOWN_NAME')
  if (values.qty < 0) return refused('INVALID_VALUE')
  states.marketAt(state, values.instrument).adv = { qty: BigInt(values.qty), timeUs: values.timeUs }
  return applied()
}

export function algo(state: State, values: ValuesOfCommand<'Algo'>): TwinEvent[] {
  const { strategy, owner, environment, approved } = values
  const person = states.nameAt(state, 'PRINCIPAL', owner)
  const isNamed = states.subjectAt(state, 'STRATEGY', strategy) !== undefined && person !== undefined
  if (!isNamed || (person.flags & 1) === 0) return refused('UNKNOWN_NAME')
  const isWhole = values.algoId !== '' && values.version !== '' && values.parameterHash !== ''
  if (![0, 1].includes(environment) || ![0, 1].includes(approved) || !isWhole) return refused('INVALID_VALUE')
  state.algos.set(strategy, approved === 1 && environment === state.profile)
  return applied()
}

export function setParameter(state: State, values: ValuesOfCommand<'Parameter'>): TwinEvent[] {
  const row = PARAMETERS[values.parameter]
  if (row === undefined || values.value < row.min || values.value > row.max) return refused('INVALID_VALUE')
  state.parameters[values.parameter] = values.value
  return applied()
}

export function list(state: State, values: ValuesOfCommand<'List'>): TwinEvent[] {
  const isNamed = values.subject === -1 || state.subjects[values.subject] !== undefined
  if (state.instruments[values.instrument] === undefined || !isNamed) return refused('UNKNOWN_NAME')
  if (LIST_KINDS[values.list] === undefined || LIST_MODES[values.mode] === undefined) return refused('INVALID_VALUE')
  const { mode, fromUs, untilUs } = values
  state.lists.set(`${values.list}:${values.instrument}:${values.subject}`, { mode, fromUs, untilUs })
  return applied()
}

export function locate(state: State, values: ValuesOfCommand<'Locate'>): TwinEvent[] {
  const account = states.subjectAt(state, 'ACCOUNT', values.account)
  if (account === undefined || state.instruments[values.instrument] === undefined) return refused('UNKNOWN_NAME')
  const id = state.locateIds.get(values.locateID) ?? state.locates.length
  state.locateIds.set(values.locateID, id)
  const { instrument, untilUs } = values
  state.locates[id] = { account: account.id, instrument, qty: BigInt(values.qty), untilUs }
  return applied(id)
}

/** A statement: the cells that it names come to its quantity, whatever they held. */
export function position(state: State, values: ValuesOfCommand<'Position'>): TwinEvent[] {
  const account = states.subjectAt(state, 'ACCOUNT', values.account)
  const trader = states.subjectAt(state, 'TRADER', values.trader)
  const strategy = states.subjectAt(state, 'STRATEGY', values.strategy)
  const isNamed = (id: number, found: unknown) => id === -1 || found !== undefined
  if (account === undefined || state.instruments[values.instrument] === undefined) return refused('UNKNOWN_NAME')
  if (!isNamed(values.trader, trader) || !isNamed(values.strategy, strategy)) return refused('UNKNOWN_NAME')
  const isTied = (kind: string, id: number) => id === -1 || states.isBound(state, kind, id, account.id)
  if (!isTied('TRADER_ACCOUNT', values.trader) || !isTied('STRATEGY_ACCOUNT', values.strategy)) {
    return refused('HIERARCHY_MISMATCH')
  }
  if (values.statement !== 0 && values.statement !== 1) return refused('INVALID_VALUE')
  if (values.statement !== 0) return statementRow(state, values)
  const keys = {
    entity: account.entity,
    client: account.client,
    desk: trader === undefined ? account.desk : trader.desk,
    trader: values.trader,
    account: account.id,
    strategy: values.strategy,
    session: -1,
    instrument: values.instrument,
    venue: -1,
  }
  const { mark: basis } = states.marketAt(state, values.instrument)
  const { tradeDate } = state
  const nothing = { amount: 0n, px: 0n, tradeDate, orderSeq: 0, execution: null, touched: 0, ...states.BOOKED_BY_HAND }
  const snap = snapshot(state)
  for (const kind of states.CELL_KINDS) {
    const missing = BigInt(values.qty) - cellOf(snap, kind, keys).position
    state.bookings.push({ keys, qty: missing, cells: [kind], basis, ...nothing })
  }
  return applied()
}
