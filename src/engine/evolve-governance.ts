/** Applies limits, warnings, latches, sweeps, releases and the roll. */
import { parameterIndex } from '../model/parameters.ts'
import { DAY_ROLL, KILL, LIMIT, RELEASE } from '../model/records/commands.ts'
import { APPLIED, LATCH_SET, LIMIT_WARNED, SWEPT } from '../model/records/events.ts'
import { LIMIT_EFFECTIVE } from '../model/records/people-events.ts'
import { decode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { objectNamed, warnBpsOf } from './decide-governance.ts'
import { lineAt } from './decide-proposals.ts'
import type { MarketEvolver } from './evolve-market.ts'
import { type ReferenceEvolver, shareOfCapital } from './evolve-reference.ts'
import { ObjectKind, objectOf } from './exposure.ts'
import { Ref } from './market.ts'
import type { OrderLife } from './order-life.ts'
import { Cell } from './state/cells.ts'
import { Exec } from './state/executions.ts'
import { Has } from './state/instruments.ts'
import { Key } from './state/latches.ts'
import { B09, C06, D08, E05, limitKey, type RowVersion } from './state/limit-version.ts'
import { Metric } from './state/metrics.ts'
import { Kind } from './state/names.ts'
import { Order, Version } from './state/orders.ts'
import type { State } from './state/state.ts'
import type { Subjects } from './subjects.ts'
import { isTighter } from './two-people.ts'
import type { Watcher } from './watch.ts'

const KILLED = 3
const LIMIT_TIMER = TIMER_KINDS.indexOf('LIMIT')
const DROP_SCHEDULED = 8
const ENFORCE_ON_RESTING = 2
const REARM = parameterIndex('warnRearmBps')
const KINDS = 6

export class GovernanceEvolver {
  readonly #state: State
  readonly #life: OrderLife
  readonly #market: MarketEvolver
  readonly #reference: ReferenceEvolver
  readonly #subjectsOf: Subjects
  readonly #watcher: Watcher
  readonly #subjects = new Int32Array(8)

  constructor(
    state: State,
    life: OrderLife,
    market: MarketEvolver,
    reference: ReferenceEvolver,
    subjects: Subjects,
    watcher: Watcher,
  ) {
    this.#state = state
    this.#life = life
    this.#market = market
    this.#reference = reference
    this.#subjectsOf = subjects
    this.#watcher = watcher
  }

  limit(tape: Tape, offset: number, event: number): void {
    const state = this.#state
    const { limits } = state
    const command = decode(tape, offset, LIMIT)
    const { id, slot, previous } = decode(tape, event, APPLIED)
    const { control, param, phase } = command
    const key = limitKey(control, command.subject, command.objectKind, objectNamed(command), param, phase)
    if ((command.flags & DROP_SCHEDULED) !== 0) this.#dropScheduled(key)
    if (command.effectiveUs > state.timeUs) {
      const term = state.limitTerms.schedule(key, lineAt(tape, offset))
      state.timers.set(LIMIT_TIMER, term, command.effectiveUs)
      return
    }
    state.limitsVersion++
    this.#setTerm(command, slot, previous < 0 ? null : limits.versions[previous]!)
    // Whoever sets the row anew says anew whether it is enforced.
    state.enforcements.end(slot)
    if ((command.flags & 1) !== 0) {
      limits.remove(slot, id)
      state.watches.drop(slot)
      state.profits.drop(slot)
      return
    }
    const version: RowVersion = {
      row: id,
      slot,
      control: command.control,
      subject: command.subject,
      kind: command.objectKind,
      object: objectNamed(command),
      hard: command.hard,
      hardForReducing: Math.max(command.hard, command.hardForReducing),
      soft: command.soft,
      param: command.param,
      warnBps: warnBpsOf(command),
      action: command.action,
      mode: command.mode,
      phase: command.phase,
    }
    const { objectKind, subject } = command
    const { object } = version
    const known = limits.objects.count
    if (object >= 0) limits.openEntry(subject, objectKind, object, state.metrics)
    limits.put(version)
    if (objectKind !== 0 && (object < 0 || limits.objects.count > known)) this.#sum(subject, objectKind, known)
    if (command.control === D08) shareOfCapital(state, slot)
    if (command.control === E05) state.profits.watch(slot, limits.subjectOf)
    if (command.control === C06) state.watches.logRefusals(slot, command.hard, command.param)
    if ((command.flags & ENFORCE_ON_RESTING) !== 0) state.enforcements.begin(slot)
    if (command.control === B09 && command.param > state.duplicates.widthUs())
      state.duplicates.setWidthUs(command.param)
  }

  #dropScheduled(key: string): void {
    const { limitTerms, timers } = this.#state
    for (const id of limitTerms.waitingFor(key)) {
      limitTerms.drop(id)
      timers.clear(LIMIT_TIMER, id)
    }
  }

  /**
   * What becomes of the row's end. Of a temporary row that is only tightened it stays, unless the row is now no looser
   * than what it would go back to: that holds for good.
   */
  #setTerm(command: RecordOf<typeof LIMIT>, slot: number, stands: RowVersion | null): void {
    const { limitTerms, timers } = this.#state
    const running = limitTerms.of(slot)
    if (command.expiresUs > 0) {
      timers.set(LIMIT_TIMER, limitTerms.limit(slot, stands, command.expiresUs), command.expiresUs)
      return
    }
    if (running === undefined) return
    const isRemoved = (command.flags & 1) !== 0
    const isForGood = running.base !== null && isTighter(command, running.base)
    if (!isRemoved && !isForGood && stands !== null && isTighter(command, stands)) return
    timers.clear(LIMIT_TIMER, running.id)
    limitTerms.end(running)
  }

  limitEffective(tape: Tape, event: number): void {
    this.#state.limitTerms.drop(decode(tape, event, LIMIT_EFFECTIVE).term)
  }

  /**
   * Computes the sums of a subject's objects of one kind that have none yet, from cells, orders and the day's executions.
   * Those of the first `known` entries are kept since they were made, longer than executions are.
   */
  #sum(subject: number, kind: number, known: number): void {
    const { cells, names, limits, metrics, orders, executions, calendars } = this.#state
    const each = limits.each[subject * KINDS + kind]!.length > 0
    const rowOf = (instrument: number, venue: number): number => {
      const object = objectOf(this.#state, kind, instrument, venue)
      if (object < 0) return -1
      const entry = limits.entry(subject, kind, object)
      if (entry >= 0) return entry < known ? -1 : limits.entryMetric[entry]!
      return each ? limits.entryMetric[limits.openEntry(subject, kind, object, metrics)]! : -1
    }
    const subjectKind = names.subjectKind[subject]!
    const cellKind = [0, 0, 0, 1, 2, 0, 3, -1][subjectKind]!
    for (let page = 0; page < cells.pages() && kind !== 5; page++) {
      const account = cells.blockAccount[cells.pageBlock[page]!]!
      for (let place = 0; place < cells.ownersIn(page); place++) {
        const offset = (page * 8 + place) * Cell.SIZE
        const owner = cells.ownerAt(offset)
        if (cells.ownerKind[owner] !== cellKind) continue
        const counted = cellKind === 0 ? this.#countsAccount(subject, account) : cells.ownerSubject[owner] === subject
        if (!counted) continue
        const row = rowOf(cells.pageInstrument[page]!, -1)
        if (row < 0) continue
        const up = cells.f[offset + Cell.UP]!
        const dn = cells.f[offset + Cell.DN]!
        metrics.addEnds(row, names.entityOrdinal[names.entityOf[account]!]!, up, dn, Math.max(up, -dn))
        if (kind === ObjectKind.INSTRUMENT) {
          const p = cells.f[offset + Cell.P]!
          metrics.addQuantity(row, p + cells.f[offset + Cell.B]!, p - cells.f[offset + Cell.S]!, 0)
        }
      }
    }
    for (let slot = 0; slot < orders.top(); slot++) {
      const oi = slot * Order.INTS
      if (orders.i[oi + Order.LIVE] === 0 || orders.i[oi + Order.SUBJECT + subjectKind] !== subject) continue
      const row = rowOf(orders.i[oi + Order.INSTR]!, orders.i[oi + Order.VENUE]!)
      if (row >= 0) metrics.addFlow(row, orders.f[slot * Order.NUMS + Order.OPENED]!, 1, 0)
    }
    for (const exec of executions.kept()) {
      if (executions.int(exec, Exec.REVERSED) !== 0) continue
      if (executions.num(exec, Exec.SEQ) <= calendars.zeroedSeq[subject]!) continue
      this.#subjectsOf.subjectsOfExecution(exec, this.#subjects)
      if (this.#subjects[subjectKind] !== subject) continue
      const row = rowOf(executions.int(exec, Exec.INSTR), executions.int(exec, Exec.FLOW_VENUE))
      if (row < 0) continue
      metrics.addFlow(row, 0, 0, executions.num(exec, Exec.AMOUNT))
      if (kind === ObjectKind.INSTRUMENT) metrics.addQuantity(row, 0, 0, executions.num(exec, Exec.QTY))
    }
  }

  #countsAccount(subject: number, account: number): boolean {
    const { names } = this.#state
    return (
      subject === 0 || subject === account || names.entityOf[account] === subject || names.clientOf[account] === subject
    )
  }

  warned(tape: Tape, event: number): void {
    const { slot, level } = decode(tape, event, LIMIT_WARNED)
    this.#state.limits.setLevel(slot, level, this.#state.parameters[REARM]!)
  }

  kill(tape: Tape, offset: number, event: number): void {
    const { latches, seq } = this.#state
    const command = decode(tape, offset, KILL)
    const { id, slot: isFull } = decode(tape, event, APPLIED)
    const keys = new Int32Array(Key.COUNT).fill(-1)
    if (isFull !== 1) {
      keys.set([
        -1,
        command.entity,
        command.client,
        command.desk,
        command.trader,
        command.account,
        command.strategy,
        command.sessionScope,
        command.instrument,
        command.underlying,
        command.assetClass,
        command.sector,
        command.venue,
        command.side,
      ])
    }
    latches.set({
      id,
      keys,
      state: command.state,
      cause: 0,
      principal: command.principal,
      setSeq: seq,
      releaseRequestedBy: -1,
      releaseState: -1,
      explained: false,
      ended: 0,
      filled: 0,
      sweepFrom: command.state === KILLED ? 0 : -1,
    })
  }

  latchSet(tape: Tape, event: number): void {
    const { latches, seq } = this.#state
    const { latch, account, instrument, state, cause } = decode(tape, event, LATCH_SET)
    const keys = new Int32Array(Key.COUNT).fill(-1)
    keys[Kind.ACCOUNT] = account
    keys[Key.INSTRUMENT] = instrument
    latches.set({
      id: latch,
      keys,
      state,
      cause,
      principal: -1,
      setSeq: seq,
      releaseRequestedBy: -1,
      releaseState: -1,
      explained: false,
      ended: 0,
      filled: 0,
      sweepFrom: -1,
    })
  }

  swept(tape: Tape, event: number): void {
    const { latch, nextSlot } = decode(tape, event, SWEPT)
    const found = this.#state.latches.get(latch)
    if (found !== undefined) found.sweepFrom = nextSlot
  }

  release(tape: Tape, offset: number): void {
    const { latches } = this.#state
    const command = decode(tape, offset, RELEASE)
    const latch = latches.get(command.latch)
    if (latch === undefined) return
    if (command.step === 0) {
      latch.releaseRequestedBy = command.principal
      latch.releaseState = command.state
    } else if (command.state === 0) {
      this.#watcher.released(command.latch)
      latches.end(command.latch)
    } else {
      latch.state = command.state
      latch.releaseRequestedBy = -1
      latch.releaseState = -1
      // Only what is killed is swept, and a release always goes to a lower state.
      latch.sweepFrom = -1
    }
  }

  dayRoll(tape: Tape, offset: number): void {
    const state = this.#state
    const { instruments, executions, calendars } = state
    const { calendar, tradeDate } = decode(tape, offset, DAY_ROLL)
    this.#beginDay(Math.max(calendar, 0))
    if (calendar >= 0) {
      calendars.dates[calendar] = tradeDate
      calendars.schedule(calendar)
      return
    }
    const previous = state.tradeDate
    state.tradeDate = tradeDate
    calendars.schedule(0)
    executions.roll()
    this.#rotateIds()
    state.rates.freeze()
    for (let id = 0; id < instruments.count; id++) {
      this.#reference.setRatios(id)
      const source = state.market.refSource(id, state.timeUs, false)
      if (source !== Ref.NONE) {
        instruments.mark[id] = state.market.refPrice(id, source)
        instruments.has[id] = instruments.has[id]! | Has.MARK
      }
      this.#market.revalue(id)
    }
    this.#market.rollProfits()
    state.parents.forget(previous)
    this.#carryOrders()
  }

  /** Executed flow begins anew, and positions are carried, of everything that rolls with a calendar. */
  #beginDay(calendar: number): void {
    const { metrics, limits, names, calendars, cells, statements, seq } = this.#state
    const rolls = (subject: number) => calendars.calendarOf(subject) === calendar
    const zero = (row: number) => {
      metrics.f[row * Metric.SIZE + Metric.EXECUTED] = 0
      metrics.f[row * Metric.SIZE + Metric.TRADED_QTY] = 0
    }
    for (let subject = 0; subject < names.count(0); subject++) {
      if (!rolls(subject)) continue
      zero(subject)
      calendars.zeroedSeq[subject] = seq
    }
    for (let entry = 0; entry < limits.objects.count; entry++) {
      if (rolls(limits.entrySubject[entry]!)) zero(limits.entryMetric[entry]!)
    }
    cells.start(rolls)
    statements.changes.count++
  }

  /** Open orders take the new trade date's rate. */
  #carryOrders(): void {
    const { orders, instruments } = this.#state
    for (let slot = 0; slot < orders.top(); slot++) {
      const oi = slot * Order.INTS
      if (orders.i[oi + Order.LIVE] === 0) continue
      const instrument = orders.i[oi + Order.INSTR]!
      orders.f[slot * Order.NUMS + Order.N] = instruments.flowN[instrument]!
      orders.f[slot * Order.NUMS + Order.D] = instruments.flowD[instrument]!
      for (
        let version = orders.i[oi + Order.VERSION]!;
        version >= 0;
        version = orders.vi[version * Version.INTS + Version.OLDER]!
      ) {
        orders.vf[version * Version.NUMS + Version.N] = instruments.flowN[instrument]!
        orders.vf[version * Version.NUMS + Version.D] = instruments.flowD[instrument]!
      }
      this.#life.reprice(slot)
    }
  }

  /** Drops the clOrdIDs of the date before the last; those of live orders move on. */
  #rotateIds(): void {
    const { ids, orders } = this.#state
    const carried: { slot: number; chain: Int32Array[]; versions: Map<number, number> }[] = []
    for (let slot = 0; slot < orders.top(); slot++) {
      const oi = slot * Order.INTS
      if (orders.i[oi + Order.LIVE] === 0) continue
      const chain: Int32Array[] = []
      for (let id = orders.i[oi + Order.ID_SLOT]!; id >= 0; id = ids.nextOf(id)) chain.push(ids.copyOf(id))
      const versions = new Map<number, number>()
      const pending: number[] = []
      for (
        let version = orders.i[oi + Order.VERSION]!;
        version >= 0;
        version = orders.vi[version * Version.INTS + Version.OLDER]!
      ) {
        pending.push(version)
      }
      for (const version of pending) {
        versions.set(version, chain.length)
        chain.push(ids.copyOf(orders.vi[version * Version.INTS + Version.ID]!))
      }
      carried.push({ slot, chain, versions })
    }
    ids.rotate()
    for (const { slot, chain, versions } of carried) {
      const placed = chain.map((entry) => ids.carry(entry))
      const own = chain.length - versions.size
      for (let at = 0; at < own; at++) ids.setNext(placed[at]!, at + 1 < own ? placed[at + 1]! : -1)
      // An adopted order whose id was used before has none.
      orders.i[slot * Order.INTS + Order.ID_SLOT] = placed[0] ?? -1
      for (const [version, at] of versions) {
        orders.vi[version * Version.INTS + Version.ID] = placed[at]!
        ids.setNext(placed[at]!, -1)
      }
    }
  }
}
