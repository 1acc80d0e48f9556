/** The whole state of the engine: every table that a decision reads and an event changes, and nothing else. */
import { CONFIRMATIONS, CONFIRMATIONS_OF_SESSION, type EngineSizes, OVERRIDES } from '../../model/bounds.ts'
import { PARAMETERS } from '../../model/parameters.ts'
import { createMarket, type Market } from '../market.ts'
import { createValue, type Value } from '../value.ts'
import { type Algos, createAlgos } from './algos.ts'
import { type Books, createBooks } from './books.ts'
import { type Calendars, createCalendars } from './calendars.ts'
import { createCancelsOnDisconnect } from './cancels-on-disconnect.ts'
import { type Cells, createCells } from './cells.ts'
import { createComparisons } from './comparisons.ts'
import { createEnforcements } from './enforcements.ts'
import { createExecutions, type Executions } from './executions.ts'
import { createHolds } from './holds.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { IntTable } from './int-table.ts'
import { createLatches } from './latches.ts'
import { createLimitTerms } from './limit-terms.ts'
import { createLimits, type Limits, objectEntries } from './limits.ts'
import { createLocates, type Locates } from './locates.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createNames, type Names } from './names.ts'
import { createOrderIds, type OrderIds } from './order-ids.ts'
import { createOrderSweeps } from './order-sweeps.ts'
import { createOrders, type Orders } from './orders.ts'
import { createOwnerOrders, type OwnerOrders } from './owner-orders.ts'
import { createParents, type Parents } from './parents.ts'
import { createParked } from './parked.ts'
import { createProfits, type Profits } from './profits.ts'
import { createProposals } from './proposals.ts'
import { createRates } from './rates.ts'
import { createRefusals, type Refusals } from './refusals.ts'
import { createResolutions } from './resolutions.ts'
import { createSources } from './sources.ts'
import { StateHash } from './state-hash.ts'
import type { StateVisitor } from './state-visitor.ts'
import { createStatements, type Statements } from './statements.ts'
import { createTimers } from './timers.ts'
import { type Confirmation, createWaivers, type Override } from './waivers.ts'
import { createWatches } from './watches.ts'
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
  readonly closings = createOrderSweeps()
  readonly massCancels = createOrderSweeps()
  readonly cancelsOnDisconnect = createCancelsOnDisconnect()
  readonly enforcements = createEnforcements()
  readonly resolutions = createResolutions()
  readonly sources = createSources()
  readonly comparisons = createComparisons()
  readonly parked = createParked()
  readonly confirmations = createWaivers<Confirmation>(CONFIRMATIONS, CONFIRMATIONS_OF_SESSION)
  readonly refusals: Refusals = createRefusals()
  readonly overrides = createWaivers<Override>(OVERRIDES)
  readonly holds = createHolds(this.timers)
  /** Follows from names and orders. */
  readonly ownerOrders: OwnerOrders
  readonly watches = createWatches()
  readonly profits: Profits
  readonly parents: Parents
  readonly algos: Algos
  readonly proposals = createProposals()
  readonly limitTerms = createLimitTerms()
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

  readonly calendars: Calendars
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
    this.ownerOrders = createOwnerOrders(this.orders, this.names, sizes.books)
    this.executions = createExecutions(sizes.executionsPerDay)
    this.duplicates = createDuplicates(sizes.duplicates)
    this.algos = createAlgos(sizes.scopes)
    this.parents = createParents(sizes.orders)
    this.profits = createProfits(sizes.scopes, sizes.instruments)
    this.locates = createLocates(sizes.locates)
    this.feedUs = new Float64Array(sizes.scopes).fill(Number.NEGATIVE_INFINITY)
    this.venuePhase = new Int32Array(sizes.scopes)
    this.capital = new Float64Array(sizes.scopes)
    this.capitalUs = new Float64Array(sizes.scopes)
    this.calendars = createCalendars(this, sizes.scopes)
    this.statements = createStatements(this, sizes.scopes)
    this.market = createMarket(this)
    this.value = createValue(this)
  }

  /** Trade date of an account. */
  dateOf(account: number): number {
    return this.calendars.dateOf(this.names.entityOf[account]!)
  }

  /** 16 hex digits; equal states give equal hashes. */
  hash(): string {
    const hash = new StateHash()
    this.visit(hash)
    return hash.digest()
  }

  /** Everything that a decision reads and an event changes, in an order that stays the same. */
  visit(v: StateVisitor): void {
    this.seq = v.num(this.seq)
    this.timeUs = v.num(this.timeUs)
    this.tradeDate = v.num(this.tradeDate)
    this.profile = v.num(this.profile)
    this.ledgerDecimals = v.num(this.ledgerDecimals)
    this.limitsVersion = v.int(this.limitsVersion)
    this.referenceVersion = v.int(this.referenceVersion)
    this.parametersVersion = v.int(this.parametersVersion)
    this.firm = v.text(this.firm)
    this.baseCurrency = v.text(this.baseCurrency)
    this.names.visit(v)
    this.instruments.visit(v)
    this.cells.visit(v)
    this.metrics.visit(v)
    this.limits.visit(v)
    this.orders.visit(v)
    this.ids.visit(v)
    this.books.visit(v)
    this.executions.visit(v)
    this.duplicates.visit(v)
    this.latches.visit(v)
    this.timers.visit(v)
    this.closings.visit(v)
    this.massCancels.visit(v)
    this.cancelsOnDisconnect.visit(v)
    this.enforcements.visit(v)
    this.resolutions.visit(v)
    this.sources.visit(v)
    this.comparisons.visit(v)
    this.parked.visit(v)
    this.watches.visit(v)
    this.profits.visit(v)
    this.parents.visit(v)
    this.algos.visit(v)
    this.locates.visit(v)
    this.rates.visit(v)
    this.lists.visit(v)
    this.calendars.visit(v)
    this.statements.visit(v)
    this.proposals.visit(v)
    this.limitTerms.visit(v)
    this.confirmations.visit(v)
    this.refusals.visit(v)
    this.overrides.visit(v)
    this.holds.visit(v)
    v.list(this.listEntries)
    for (const column of [this.parameters, this.feedUs, this.capital, this.capitalUs]) v.nums(column, column.length)
    v.ints(this.venuePhase, this.venuePhase.length)
    if (v.isLoading) this.ownerOrders.gather()
  }
}

/** One entry of the restricted or of the easy-to-borrow list. */
export interface ListEntry {
  mode: number
  fromUs: number
  untilUs: number
}
