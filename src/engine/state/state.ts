/** The whole state of the engine: every table that a decision reads and an event changes, and nothing else. */
import type { EngineSizes } from '../../model/bounds.ts'
import { PARAMETERS } from '../../model/parameters.ts'
import { createMarket, type Market } from '../market.ts'
import { createValue, type Value } from '../value.ts'
import { type Books, createBooks } from './books.ts'
import { type Cells, createCells } from './cells.ts'
import { createClosings } from './closings.ts'
import { createComparisons } from './comparisons.ts'
import { createExecutions, type Executions } from './executions.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { IntTable } from './int-table.ts'
import { createLatches } from './latches.ts'
import { createLimits, type Limits, objectEntries } from './limits.ts'
import { createLocates, type Locates } from './locates.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createNames, type Names } from './names.ts'
import { createOrderIds, type OrderIds } from './order-ids.ts'
import { createOrders, type Orders } from './orders.ts'
import { createParked } from './parked.ts'
import { createRates } from './rates.ts'
import { createResolutions } from './resolutions.ts'
import { createSources } from './sources.ts'
import { StateHash } from './state-hash.ts'
import { createStatements, type Statements } from './statements.ts'
import { createTimers } from './timers.ts'
import { createDuplicates, type Duplicates } from './windows.ts'

export class State {
  readonly sizes: EngineSizes
  readonly names: Names
  readonly instruments: Instruments
  readonly cells: Cells
  readonly metrics: Metrics
  readonly limits: Limits
  readonly orders: Orders
  readonly ids: OrderIds
  readonly books: Books
  readonly executions: Executions
  readonly duplicates: Duplicates
  readonly latches = createLatches()
  readonly timers = createTimers()
  readonly closings = createClosings()
  readonly resolutions = createResolutions()
  readonly sources = createSources()
  readonly comparisons = createComparisons()
  readonly parked = createParked()
  readonly locates: Locates
  readonly rates = createRates()
  /** (list kind, instrument) and subject + 1 to entry of `listEntries`. */
  readonly lists = new IntTable(256)
  readonly listEntries: ListEntry[] = []
  readonly parameters = Float64Array.from(PARAMETERS, (row) => row.value)
  /** Last heartbeat or quote of each feed. */
  readonly feedUs: Float64Array
  readonly venuePhase: Int32Array
  /** Capital base of each subject, 0 where it was never set, and as of when. */
  readonly capital: Float64Array
  readonly capitalUs: Float64Array

  readonly statements: Statements

  /** Reference prices and values, which follow from the tables alone. */
  readonly market: Market
  readonly value: Value

  seq = 0
  timeUs = 0
  tradeDate = 0
  profile = -1
  ledgerDecimals = 2
  firm = ''
  baseCurrency = ''
  limitsVersion = 0
  referenceVersion = 0
  parametersVersion = 0

  constructor(sizes: EngineSizes, hashSeed: number) {
    this.sizes = sizes
    this.names = createNames(sizes.scopes)
    this.instruments = createInstruments(sizes.instruments)
    this.cells = createCells(sizes.cellPages, sizes.instruments, sizes.scopes)
    this.metrics = createMetrics(sizes.scopes, objectEntries(sizes.limitRows))
    this.limits = createLimits(sizes.limitRows, sizes.scopes)
    this.orders = createOrders(sizes.orders)
    this.ids = createOrderIds(sizes.idsPerDay, hashSeed)
    this.books = createBooks(sizes.books, sizes.orders, sizes.scopes, sizes.instruments)
    this.executions = createExecutions(sizes.executionsPerDay)
    this.duplicates = createDuplicates(sizes.duplicates)
    this.locates = createLocates(sizes.locates)
    this.feedUs = new Float64Array(sizes.scopes).fill(Number.NEGATIVE_INFINITY)
    this.venuePhase = new Int32Array(sizes.scopes)
    this.capital = new Float64Array(sizes.scopes)
    this.capitalUs = new Float64Array(sizes.scopes)
    this.statements = createStatements(this, sizes.scopes)
    this.market = createMarket(this)
    this.value = createValue(this)
  }

  /** Trade date of an account. */
  dateOf(_account: number): number {
    return this.tradeDate
  }

  /** 16 hex digits; equal states give equal hashes. */
  hash(): string {
    const hash = new StateHash()
    for (const value of [this.seq, this.timeUs, this.tradeDate, this.profile, this.ledgerDecimals]) hash.num(value)
    for (const value of [this.limitsVersion, this.referenceVersion, this.parametersVersion]) hash.int(value)
    hash.text(this.firm)
    hash.text(this.baseCurrency)
    for (const table of [
      this.names,
      this.instruments,
      this.cells,
      this.metrics,
      this.limits,
      this.orders,
      this.ids,
      this.books,
      this.executions,
      this.duplicates,
      this.latches,
      this.timers,
      this.closings,
      this.resolutions,
      this.sources,
      this.comparisons,
      this.parked,
      this.locates,
      this.rates,
      this.lists,
      this.statements,
    ]) {
      table.hashInto(hash)
    }
    for (const entry of this.listEntries) {
      hash.int(entry.mode)
      hash.num(entry.fromUs)
      hash.num(entry.untilUs)
    }
    for (const column of [this.parameters, this.feedUs, this.capital, this.capitalUs]) hash.nums(column, column.length)
    hash.ints(this.venuePhase, this.venuePhase.length)
    return hash.digest()
  }
}

/** One entry of the restricted or of the easy-to-borrow list. */
export interface ListEntry {
  mode: number
  fromUs: number
  untilUs: number
}
