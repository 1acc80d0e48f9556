/**
 * The engine of a scenario: told commands by names, read back as plain values. What is not approved, and a what-if, must
 * change nothing that stands: that is tested with every order.
 */
import assert from 'node:assert/strict'
import { createEngine, type Engine } from '../engine/engine.ts'
import type { EngineSizes } from '../model/bounds.ts'
import { CONTROLS } from '../model/controls.ts'
import type { CellView, ExposureView, LimitView, OrderView, WriteCommand } from '../model/engine-port.ts'
import { PARAMETERS, type ParameterName } from '../model/parameters.ts'
import { TICK } from '../model/records/commands.ts'
import { lengthAt, Tape } from '../model/records/tape.ts'
import type { RulePack } from '../model/rules.ts'
import {
  BINDING_KINDS,
  type BindingKind,
  EXEC_TYPES,
  type ExecType,
  NAME_KINDS,
  type NameKind,
  SESSION_PHASES,
  type SessionPhase,
  SIDES,
  TRADING_STATES,
  type TradingState,
} from '../model/vocabulary.ts'
import {
  type Command,
  type CommandName,
  command,
  encodeCommand,
  lineOf,
  type ValuesOfCommand,
} from './commands/command.ts'
import { limitRowOf, newOrderOf } from './scenario-commands.ts'
import { type Decision, decisionAt, type Said, saidFrom } from './scenario-decision.ts'
import {
  type ControlCode,
  type Given,
  type KillGiven,
  type LimitGiven,
  type OrderGiven,
  type ParentGiven,
  PX,
  type ReplaceGiven,
  type ScenarioOptions,
  SET_UP,
  START_US,
} from './scenario-given.ts'

export const NO_RULES: RulePack = { version: 1, rules: [], firstRefusal: () => -1 }
/** Small, as each test makes two engines; large enough for the six hundred orders of a sweep. */
export const SIZES: EngineSizes = {
  orders: 1 << 10,
  idsPerDay: 1 << 10,
  instruments: 16,
  scopes: 64,
  cellPages: 1 << 11,
  books: 1 << 8,
  limitRows: 1 << 8,
  executionsPerDay: 1 << 6,
  locates: 4,
  duplicates: 1 << 6,
}

export class Scenario {
  readonly engine: Engine
  timeUs = START_US
  seq = 0
  /** Events of the last command, decisions apart. */
  said: readonly Said[] = []
  /** Exceptions inside decisions. */
  readonly riskErrors: unknown[] = []
  /** Applies every entry too, from when it is set. */
  also: Engine | undefined
  readonly #tape = Tape.ofBytes(1 << 18)
  readonly #entries: Uint8Array[] = []
  readonly #rules: RulePack
  #ids = 0

  constructor(options: ScenarioOptions = {}) {
    this.#rules = options.rules ?? NO_RULES
    this.engine = createEngine({
      sizes: SIZES,
      rules: this.#rules,
      hashSeed: 7,
      onRiskError: (error) => this.riskErrors.push(error),
    })
  }

  // Commands as they stand.

  /** Sends the command now, from no session and no principal unless it says so. */
  send<N extends CommandName>(name: N, given: Given<N>, inner?: Command): readonly Said[] {
    this.tick()
    return this.sendUnasked(name, given, inner)
  }

  /** Sends the command before what is due. */
  sendUnasked<N extends CommandName>(name: N, given: Given<N>, inner?: Command): readonly Said[] {
    const stamped = { session: -1, principal: -1, ...given, seq: ++this.seq, timeUs: this.timeUs }
    const made = command(name, stamped as unknown as Partial<ValuesOfCommand<N>>)
    return this.#run((tape) => encodeCommand(tape, inner === undefined ? made : { ...made, inner }))
  }

  /** Feeds what is due now, as the sequencer does before each command; `fed` may read each entry. */
  tick(fed: (tape: Tape) => void = () => {}): void {
    for (let due = this.engine.due(this.timeUs); due !== null; due = this.engine.due(this.timeUs)) {
      this.#own(due)
      fed(this.#tape)
    }
  }

  /** Feeds the work that the engine asks for between the commands of others; false where there is none. */
  work(): boolean {
    const work = this.engine.nextWork()
    if (work !== null) this.#own(work)
    return work !== null
  }

  #own(write: WriteCommand): void {
    this.#run((tape) => {
      const offset = write(tape)
      tape.f64[(offset >> 3) + TICK.at.seq] = ++this.seq
      tape.f64[(offset >> 3) + TICK.at.timeUs] = this.timeUs
      return offset
    })
  }

  #run(write: WriteCommand): readonly Said[] {
    const tape = this.#tape
    tape.end = 0
    const offset = write(tape)
    this.engine.execute(tape, offset)
    this.#entries.push(tape.u8.slice(0, tape.end))
    this.also?.apply(tape, 0)
    this.said = saidFrom(tape, lengthAt(tape, offset))
    return this.said
  }

  /** Feeds all that the gate itself has to do now; returns the events of all of it. */
  feedOwn(): readonly Said[] {
    const said: Said[] = []
    for (;;) {
      const write = this.engine.due(this.timeUs) ?? this.engine.nextWork()
      if (write === null) return said
      this.#own(write)
      said.push(...this.said)
    }
  }

  /** Sends a command that must take effect; returns the id that it was given. */
  applied<N extends CommandName>(name: N, given: Given<N>): number {
    if (this.engine.directory.profile === 'production' && SET_UP.includes(name)) return this.#agreed(name, given)
    const [first] = this.send(name, given)
    assert.equal(first?.event, 'Applied', `${name} was refused: ${JSON.stringify(first)}`)
    return first?.id as number
  }

  /** One officer proposes it, the other approves it. */
  #agreed<N extends CommandName>(name: N, given: Given<N>): number {
    const line = lineOf(name, given as unknown as Partial<ValuesOfCommand<N>>)
    const [made] = this.send('Propose', { principal: 0, key: `set up ${this.seq}` }, line)
    const { proposal, contentHash0, contentHash1 } = made as Said & Record<string, number>
    const said = this.send('Approve', { principal: 1, ...{ proposal, contentHash0, contentHash1 } } as never)
    const done = said.find(({ event }) => event === 'ProposalLineApplied')
    assert.equal(done?.reason, 'NONE', `${name} was refused: ${JSON.stringify([made, done])}`)
    return done?.id as number
  }

  wait(us: number): void {
    this.timeUs += us
  }

  // Orders.

  order(given: OrderGiven = {}): Decision {
    return this.decide('NewOrder', this.#newOrder(given))
  }

  /** An order that must pass; returns its clOrdID. */
  working(given: OrderGiven = {}): string {
    const clOrdID = given.clOrdID ?? this.#freshId('o')
    const { outcome, reason } = this.order({ ...given, clOrdID })
    assert.equal(`${outcome} ${reason}`, 'APPROVE NONE', `order ${clOrdID}`)
    return clOrdID
  }

  evaluate(given: OrderGiven = {}, control = -1): Decision {
    return this.decide('Evaluate', { ...this.#newOrder(given), control })
  }

  replace(origClOrdID: string, given: ReplaceGiven = {}): Decision {
    const stopPx = given.stopPx ?? 0
    const flags = given.flags ?? 1 | (given.stopPx === undefined ? 0 : 2)
    return this.decide('ReplaceOrder', {
      session: this.id(given.session ?? 'X1'),
      clOrdID: given.clOrdID ?? this.#freshId('r'),
      origClOrdID,
      orderQty: given.orderQty ?? 100,
      price: (flags & 1) === 0 ? 0 : (given.price ?? PX),
      stopPx,
      flags,
    })
  }

  /** A replace that must pass; returns its clOrdID. */
  replaced(origClOrdID: string, given: ReplaceGiven = {}): string {
    const clOrdID = given.clOrdID ?? this.#freshId('r')
    const { outcome, reason } = this.replace(origClOrdID, { ...given, clOrdID })
    assert.equal(`${outcome} ${reason}`, 'APPROVE NONE', `replace ${clOrdID} of ${origClOrdID}`)
    return clOrdID
  }

  /** Returns the CancelDecided. */
  cancel(origClOrdID: string, owner = 'X1', session = owner): Said | undefined {
    const values = { session: this.id(session), owner: this.id(owner), clOrdID: '', origClOrdID }
    return this.send('CancelOrder', values)[0]
  }

  notSent(clOrdID: string, session = 'X1'): readonly Said[] {
    return this.send('NotSent', { session: this.id(session), clOrdID })
  }

  #newOrder(given: OrderGiven): Given<'NewOrder'> {
    return newOrderOf((name) => this.id(name), given, given.clOrdID ?? this.#freshId('o'))
  }

  /** Sends an order command and reads its decision. What is not approved, and a what-if, must change nothing. */
  decide<N extends 'NewOrder' | 'ReplaceOrder' | 'Evaluate'>(name: N, given: Given<N>): Decision {
    // With hundreds of orders open the walk over them would be all that a test of sweeps does.
    const isTested = this.engine.view.openOrders < 50
    const before = isTested ? this.standing() : ''
    this.send(name, given)
    const decision = decisionAt(this.engine, this.#tape, lengthAt(this.#tape, 0))
    // A refusal may be the one that a row stops its subject at.
    const latches = this.saidOf('ControlLatched').length > 0
    const isReserved = decision.outcome === 'APPROVE' || decision.outcome === 'HELD'
    if (isTested && !latches && (!isReserved || name === 'Evaluate')) {
      assert.equal(this.standing(), before, `${name} was not approved and changed what stands: ${decision.reason}`)
    }
    return decision
  }

  // Reports.

  report(execType: ExecType, clOrdID: string, given: Given<'ExecutionReport'> = {}): readonly Said[] {
    return this.send('ExecutionReport', {
      session: this.id('EX'),
      owner: this.id('X1'),
      clOrdID,
      execType: EXEC_TYPES.indexOf(execType),
      cumQty: -1,
      orderSlot: -1,
      venue: -1,
      account: -1,
      trader: -1,
      strategy: -1,
      instrument: -1,
      side: -1,
      ...given,
    })
  }

  fill(clOrdID: string, lastQty: number, lastPx = PX, given: Given<'ExecutionReport'> = {}): readonly Said[] {
    return this.report('Fill', clOrdID, { execID: this.#freshId('e'), lastQty, lastPx, ...given })
  }

  // Market and reference data.

  quote(instrument: string, bidPx: number, askPx: number): void {
    this.send('Quote', { instrument: this.id(instrument), feed: this.id('FEED'), bidPx, askPx, flags: 3 })
  }

  lastTrade(instrument: string, lastPx: number): void {
    this.send('Quote', { instrument: this.id(instrument), feed: this.id('FEED'), lastPx, flags: 12 })
  }

  heartbeat(): void {
    this.applied('FeedHeartbeat', { feed: this.id('FEED') })
  }

  name(kind: NameKind, name: string, parents: Readonly<Record<string, string>> = {}, flags = 0): number {
    const none = { entity: -1, client: -1, desk: -1, trader: -1, owner: -1 }
    const ids = Object.fromEntries(Object.entries(parents).map(([field, parent]) => [field, this.id(parent)]))
    return this.applied('Hierarchy', { kind: NAME_KINDS.indexOf(kind), name, flags, ...none, ...ids })
  }

  bind(kind: BindingKind, a: string, b: string, allow = 1): void {
    this.applied('Binding', { kind: BINDING_KINDS.indexOf(kind), a: this.id(a), b: this.id(b), allow })
  }

  /** Defines an instrument like ACME, without a price yet. */
  instrument(symbol: string, more: Given<'Instrument'>): void {
    this.applied('Instrument', {
      symbol,
      tick: 1,
      lot: 1,
      qtyMax: 1e12,
      multiplierN: 1,
      multiplierD: 1,
      priceUnitsPerCurrency: 1,
      priceDecimals: 2,
      qtyDecimals: 0,
      currency: 0,
      sector: this.id('TECH'),
      assetClass: this.id('EQUITY'),
      underlying: -1,
      feed: this.id('FEED'),
      ...more,
    })
  }

  position(account: string, instrument: string, qty: number, trader = '', strategy = ''): void {
    const ids = { account: this.id(account), instrument: this.id(instrument) }
    this.applied('Position', { ...ids, qty, trader: this.id(trader), strategy: this.id(strategy) })
  }

  capital(subject: string, amount: number, floor = 0): void {
    this.applied('Capital', { subject: this.id(subject), amount, floor, asOfUs: this.timeUs })
  }

  phase(venue: string, phase: SessionPhase): void {
    this.applied('SessionPhase', { venue: this.id(venue), phase: SESSION_PHASES.indexOf(phase) })
  }

  /** A parent order of ACME; a basket where a total is declared. */
  parent(parentClOrdID: string, given: ParentGiven = {}): void {
    const isBasket = given.notional !== undefined
    this.applied('Parent', {
      session: this.id('X1'),
      strategy: this.id(given.strategy ?? 'S1'),
      account: this.id(given.account ?? ''),
      instrument: isBasket ? -1 : this.id('ACME'),
      side: isBasket ? -1 : SIDES.indexOf(given.side ?? 'Buy'),
      orderQty: isBasket ? 0 : (given.orderQty ?? 100),
      notional: given.notional ?? 0,
      lines: given.lines ?? 0,
      expireTimeUs: given.expireTimeUs ?? 0,
      parentClOrdID,
    })
  }

  adv(instrument: string, qty: number): void {
    this.applied('Adv', { instrument: this.id(instrument), qty, days: 20 })
  }

  parameter(name: ParameterName, value: number): void {
    this.applied('Parameter', { parameter: PARAMETERS.findIndex((row) => row.name === name), value })
  }

  roll(tradeDate: number): void {
    this.applied('DayRoll', { calendar: -1, tradeDate })
  }

  // Governance.

  limit(control: ControlCode, subject: string, hard: number, given: LimitGiven = {}): void {
    this.applied('Limit', { ...this.#row(control, subject, given), hard })
  }

  unlimit(control: ControlCode, subject: string, given: LimitGiven = {}): void {
    this.applied('Limit', { ...this.#row(control, subject, given), hard: 0, flags: 1 })
  }

  #row(control: ControlCode, subject: string, given: LimitGiven): Given<'Limit'> {
    return limitRowOf((name) => this.id(name), this.engine.directory, control, subject, given)
  }

  /** Sets a latch; returns its id. */
  kill(state: TradingState, scopes: KillGiven = {}, principal = 'ALICE'): number {
    const { side = -1, ...names } = scopes
    const any = { entity: -1, client: -1, desk: -1, trader: -1, account: -1, strategy: -1, sessionScope: -1 }
    const none = { ...any, instrument: -1, underlying: -1, assetClass: -1, sector: -1, venue: -1 }
    const ids = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, this.id(name as string)]))
    const values = { ...none, ...ids, side, state: TRADING_STATES.indexOf(state), principal: this.id(principal) }
    return this.applied('Kill', values)
  }

  /** Feeds every sweep that the engine asks for, as the sequencer does; returns the cancel requests. */
  sweepAll(): readonly Said[] {
    const requested: Said[] = []
    for (let next = this.engine.nextSweep(); next !== null; next = this.engine.nextSweep()) {
      requested.push(...this.send('KillSweep', next).filter(({ event }) => event === 'CancelRequested'))
    }
    return requested
  }

  /** Request by one person and approval by another. */
  release(latch: number, state: TradingState = 'ACTIVE'): void {
    const to = { latch, state: TRADING_STATES.indexOf(state) }
    this.applied('Release', { ...to, step: 0, principal: this.id('ALICE') })
    this.applied('Release', { ...to, step: 1, principal: this.id('BOB') })
  }

  // Reads.

  /** Id of a name of any kind; -1 for '' and for '?'. */
  id(name: string): number {
    if (name === '' || name === '?') return -1
    for (const kind of NAME_KINDS) {
      const id = this.engine.directory.idOf(kind, name)
      if (id >= 0) return id
    }
    throw new Error(`the scenario knows no ${name}`)
  }

  exposure(subject: string): ExposureView {
    return this.engine.view.exposure(this.id(subject))
  }

  /** The account's cell, or that of a desk, trader or strategy in the account. */
  cell(
    account: string,
    instrument = 'ACME',
    subject = account,
  ): Pick<CellView, 'position' | 'buyLeaves' | 'sellLeaves'> {
    const [a, i, of] = [this.id(account), this.id(instrument), this.id(subject)]
    for (const cell of this.engine.view.cells()) {
      const { position, buyLeaves, sellLeaves } = cell
      if (cell.account === a && cell.instrument === i && cell.subject === of) return { position, buyLeaves, sellLeaves }
    }
    return { position: 0, buyLeaves: 0, sellLeaves: 0 }
  }

  /** The live order that any clOrdID of its chain names. */
  live(clOrdID: string, session = 'X1'): OrderView | undefined {
    return this.engine.view.orderOf(this.id(session), clOrdID)
  }

  /** The events of this name behind the last command. */
  saidOf(event: string): readonly Said[] {
    return this.said.filter((said) => said.event === event)
  }

  /** Why the last command was refused; undefined where it was not. */
  get refusal(): string | undefined {
    return this.saidOf('Refused')[0]?.reason as string | undefined
  }

  /** All that stands between commands, but names, ids and rates: equal texts, equal exposure, orders and latches. */
  standing(): string {
    const { directory, view } = this.engine
    const isUsed = (cell: CellView) => cell.position !== 0 || cell.buyLeaves !== 0 || cell.sellLeaves !== 0
    const counts = (row: LimitView) => CONTROLS[row.control]?.code !== 'MESSAGE_RATE'
    const subjects: ExposureView[] = []
    for (let id = 0; directory.subjectOf(id) !== undefined; id++) subjects.push(view.exposure(id))
    return JSON.stringify({
      cells: [...view.cells()].filter(isUsed),
      subjects,
      orders: [...view.orders()],
      latches: [...view.latches()],
      uses: [...view.limits()].filter(counts).map(({ row, version, use }) => [row, version, use]),
    })
  }

  /** A fresh engine that the recorded entries were applied to: it must not decide again. */
  replayed(): Engine {
    let isReplaying = true
    const firstRefusal = (facts: Float64Array) => {
      assert.ok(!isReplaying, 'a replay asked the rule pack')
      return this.#rules.firstRefusal(facts)
    }
    const engine = createEngine({ sizes: SIZES, rules: { ...this.#rules, firstRefusal }, hashSeed: 7 })
    const tape = Tape.ofBytes(this.#entries.reduce((sum, entry) => sum + entry.length, 0))
    for (const entry of this.#entries) {
      tape.u8.set(entry, tape.end)
      tape.end += entry.length
    }
    for (let at = 0; at < tape.end; ) at = engine.apply(tape, at)
    isReplaying = false
    return engine
  }

  /** The replay must stand where the live engine stands, and go on alike: one more order is decided to the same bytes. */
  assertReplays(): void {
    const again = this.replayed()
    assert.equal(again.stateHash(), this.engine.stateHash(), 'the replay came to another state')
    this.order()
    const lived = this.#entries.at(-1) ?? new Uint8Array()
    const tape = Tape.ofBytes(1 << 18)
    tape.u8.set(lived)
    tape.end = lengthAt(tape, 0)
    again.execute(tape, 0)
    assert.deepEqual(tape.u8.slice(0, tape.end), lived, 'the replay decides otherwise')
    assert.equal(again.stateHash(), this.engine.stateHash(), 'the replay goes on to another state')
  }

  #freshId(prefix: string): string {
    return `${prefix}#${++this.#ids}`
  }
}
