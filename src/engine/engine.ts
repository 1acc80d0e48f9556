/**
 * The engine: a synchronous, deterministic function of (state, command). `execute` decides a command and applies its
 * events; `apply` applies recorded ones. Nothing here knows a clock, a file or a socket.
 */
import type { EngineSizes } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { DecisionEngine, EngineView } from '../model/engine-port.ts'
import * as C from '../model/records/commands.ts'
import * as E from '../model/records/events.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import type { RulePack } from '../model/rules.ts'
import { GovernanceDecider } from './decide-governance.ts'
import { MarketDecider } from './decide-market.ts'
import { OrderDecider } from './decide-order.ts'
import { ReferenceDecider } from './decide-reference.ts'
import { ReportDecider } from './decide-report.ts'
import { StateDirectory } from './directory.ts'
import { writeRefused } from './events-out.ts'
import { GovernanceEvolver } from './evolve-governance.ts'
import { MarketEvolver } from './evolve-market.ts'
import { OrderEvolver } from './evolve-order.ts'
import { ReferenceEvolver } from './evolve-reference.ts'
import { ReportEvolver } from './evolve-report.ts'
import { Shift } from './exposure.ts'
import { OrderFinder } from './find-order.ts'
import { Judgement } from './judgement.ts'
import { OrderLife } from './order-life.ts'
import { State } from './state/state.ts'
import { createSubjects } from './subjects.ts'
import { StateView } from './view.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const UNSUPPORTED_COMMAND = reasonNumber('UNSUPPORTED_COMMAND')
const GENESIS_MISSING = reasonNumber('GENESIS_MISSING')

const COMMAND_SEQ = C.TICK.at.seq
const COMMAND_TIME = C.TICK.at.timeUs

export interface EngineOptions {
  readonly sizes: EngineSizes
  readonly rules: RulePack
  /** Keys the hash of clOrdIDs; recorded in the journal's segment header, so that a replay gives the same bytes. */
  readonly hashSeed: number
  /** Told of an exception inside a decision: the order is refused with RISK_ERROR whatever it does. */
  readonly onRiskError?: (error: unknown, seq: number) => void
}

export class Engine implements DecisionEngine {
  readonly directory: StateDirectory
  readonly view: EngineView
  readonly #state: State
  readonly #j = new Judgement()
  readonly #orders: OrderDecider
  readonly #reports: ReportDecider
  readonly #reference: ReferenceDecider
  readonly #market: MarketDecider
  readonly #governance: GovernanceDecider
  readonly #evolveOrders: OrderEvolver
  readonly #evolveReports: ReportEvolver
  readonly #evolveReference: ReferenceEvolver
  readonly #evolveMarket: MarketEvolver
  readonly #evolveGovernance: GovernanceEvolver
  readonly #onRiskError: (error: unknown, seq: number) => void

  constructor(options: EngineOptions) {
    const state = new State(options.sizes, options.hashSeed)
    const shift = new Shift(state)
    const life = new OrderLife(state, shift)
    const subjects = createSubjects(state)
    this.#state = state
    this.#onRiskError = options.onRiskError ?? (() => {})
    this.directory = new StateDirectory(state)
    this.view = new StateView(state)
    this.#orders = new OrderDecider(state, options.rules, this.#j)
    this.#reports = new ReportDecider(state, new OrderFinder(state), this.#j)
    this.#reference = new ReferenceDecider(state)
    this.#market = new MarketDecider(state)
    this.#governance = new GovernanceDecider(state)
    this.#evolveOrders = new OrderEvolver(state, life, this.#j)
    this.#evolveReports = new ReportEvolver(state, life, shift, subjects)
    this.#evolveReference = new ReferenceEvolver(state, shift)
    this.#evolveMarket = new MarketEvolver(state, shift, this.#evolveReference)
    this.#evolveGovernance = new GovernanceEvolver(state, life, this.#evolveMarket, this.#evolveReference, subjects)
  }

  execute(tape: Tape, offset: number): void {
    this.#enter(tape, offset)
    const events = tape.end
    try {
      this.#decide(tape, offset)
    } catch (error) {
      // Deciding changes nothing, so what it wrote can be taken back; the order is refused and the error is told.
      tape.end = events
      this.#onRiskError(error, this.#state.seq)
      this.#refuse(tape, offset, RISK_ERROR)
    }
    const decided = tape.end
    for (let at = events; at < decided; at += lengthAt(tape, at)) this.#evolve(tape, offset, at)
    this.#follow(tape, offset, events)
    for (let at = decided; at < tape.end; at += lengthAt(tape, at)) this.#evolve(tape, offset, at)
  }

  apply(tape: Tape, offset: number): number {
    this.#enter(tape, offset)
    let at = offset + lengthAt(tape, offset)
    while (at < tape.end && typeAt(tape, at) >= E.FIRST_EVENT) {
      this.#evolve(tape, offset, at)
      at += lengthAt(tape, at)
    }
    return at
  }

  nextSweep(): { readonly latch: number; readonly fromSlot: number } | null {
    for (const latch of this.#state.latches.active) {
      if (latch.sweepFrom >= 0) return { latch: latch.id, fromSlot: latch.sweepFrom }
    }
    return null
  }

  stateHash(): string {
    return this.#state.hash()
  }

  #enter(tape: Tape, offset: number): void {
    this.#state.seq = tape.f64[(offset >> 3) + COMMAND_SEQ]!
    this.#state.timeUs = tape.f64[(offset >> 3) + COMMAND_TIME]!
  }

  #decide(tape: Tape, offset: number): void {
    const type = typeAt(tape, offset)
    if (this.#state.profile < 0 && type !== C.GENESIS.type) return this.#refuse(tape, offset, GENESIS_MISSING)
    switch (type) {
      case C.NEW_ORDER.type:
        return this.#orders.decideNew(tape, offset, false)
      case C.REPLACE_ORDER.type:
        return this.#orders.decideReplace(tape, offset)
      case C.CANCEL_ORDER.type:
        return this.#reports.cancel(tape, offset)
      case C.EXECUTION_REPORT.type:
        return this.#reports.report(tape, offset)
      case C.QUOTE.type:
        return this.#market.quote(tape, offset)
      case C.EVALUATE.type:
        return this.#orders.decideNew(tape, offset, true)
      case C.NOT_SENT.type:
        return this.#reports.notSent(tape, offset)
      case C.FEED_HEARTBEAT.type:
        return this.#market.heartbeat(tape, offset)
      case C.TICK.type:
        return
      default:
        return this.#decideSeldom(tape, offset, type)
    }
  }

  #decideSeldom(tape: Tape, offset: number, type: number): void {
    switch (type) {
      case C.GENESIS.type:
        return this.#reference.genesis(tape, offset)
      case C.HIERARCHY.type:
        return this.#reference.hierarchy(tape, offset)
      case C.BINDING.type:
        return this.#reference.binding(tape, offset)
      case C.INSTRUMENT.type:
        return this.#reference.instrument(tape, offset)
      case C.LIST.type:
        return this.#reference.list(tape, offset)
      case C.LOCATE.type:
        return this.#reference.locate(tape, offset)
      case C.CAPITAL.type:
        return this.#reference.capital(tape, offset)
      case C.ADV.type:
        return this.#reference.adv(tape, offset)
      case C.PARAMETER.type:
        return this.#reference.parameter(tape, offset)
      case C.POSITION.type:
        return this.#reference.position(tape, offset)
      case C.INSTRUMENT_STATE.type:
        return this.#market.instrumentState(tape, offset)
      case C.SESSION_PHASE.type:
        return this.#market.phase(tape, offset)
      case C.FX.type:
        return this.#market.fx(tape, offset)
      case C.LIMIT.type:
        return this.#governance.limit(tape, offset)
      case C.KILL.type:
        return this.#governance.kill(tape, offset)
      case C.KILL_SWEEP.type:
        return this.#governance.sweep(tape, offset)
      case C.RELEASE.type:
        return this.#governance.release(tape, offset)
      case C.DAY_ROLL.type:
        return this.#governance.dayRoll(tape, offset)
      default:
        return writeRefused(tape, UNSUPPORTED_COMMAND)
    }
  }

  /** Order commands are refused by a decision, the others by Refused. */
  #refuse(tape: Tape, offset: number, reason: number): void {
    const type = typeAt(tape, offset)
    if (type !== C.NEW_ORDER.type && type !== C.REPLACE_ORDER.type && type !== C.EVALUATE.type) {
      return writeRefused(tape, reason)
    }
    this.#orders.refuseUnjudged(tape, reason)
  }

  /** What a command entails once it has taken effect: a mark that moves, a limit that stands below its use. */
  #follow(tape: Tape, offset: number, events: number): void {
    if (events >= tape.end || typeAt(tape, events) !== E.APPLIED.type) return
    const id = tape.i32[(events >> 2) + E.APPLIED.at.id]!
    switch (typeAt(tape, offset)) {
      case C.QUOTE.type:
        return this.#market.followMark(tape, tape.i32[(offset >> 2) + C.QUOTE.at.instrument]!)
      case C.INSTRUMENT_STATE.type:
        return this.#market.followMark(tape, tape.i32[(offset >> 2) + C.INSTRUMENT_STATE.at.instrument]!)
      case C.INSTRUMENT.type:
        return this.#market.followMark(tape, id)
      case C.LIMIT.type:
        if ((tape.i32[(offset >> 2) + C.LIMIT.at.flags]! & 1) !== 0) return
        return this.#governance.followLimit(tape, tape.i32[(events >> 2) + E.APPLIED.at.slot]!)
      default:
        return
    }
  }

  #evolve(tape: Tape, command: number, event: number): void {
    switch (typeAt(tape, event)) {
      case E.ORDER_DECIDED.type:
        if (typeAt(tape, command) === C.NEW_ORDER.type) this.#evolveOrders.newDecided(tape, command, event)
        else if (typeAt(tape, command) === C.REPLACE_ORDER.type) this.#evolveOrders.replaceDecided(tape, command, event)
        return
      case E.CANCEL_DECIDED.type:
        return this.#evolveOrders.cancelDecided(tape, command, event)
      case E.ORDER_MOVED.type:
        return this.#evolveOrders.moved(tape, event, typeAt(tape, command) === C.EXECUTION_REPORT.type)
      case E.EXECUTION_BOOKED.type:
        return this.#evolveReports.booked(tape, command, event)
      case E.EXECUTION_REVERSED.type:
        return this.#evolveReports.reversed(tape, event)
      case E.MARK_MOVED.type:
        return this.#evolveMarket.markMoved(tape, event)
      case E.LIMIT_WARNED.type:
        return this.#evolveGovernance.warned(tape, event)
      case E.CANCEL_REQUESTED.type:
        return this.#evolveOrders.cancelRequested(tape, event)
      case E.LATCH_SET.type:
        return this.#evolveGovernance.latchSet(tape, event)
      case E.QUARANTINED.type:
        return this.#evolveMarket.quarantined(tape, command)
      case E.SWEPT.type:
        return this.#evolveGovernance.swept(tape, event)
      case E.APPLIED.type:
        return this.#applied(tape, command, event)
      default:
        // Refused and LimitBreached are facts for readers: they change nothing.
        return
    }
  }

  #applied(tape: Tape, command: number, event: number): void {
    const id = tape.i32[(event >> 2) + E.APPLIED.at.id]!
    switch (typeAt(tape, command)) {
      case C.QUOTE.type:
        return this.#evolveMarket.quote(tape, command)
      case C.FEED_HEARTBEAT.type:
        return this.#evolveMarket.heartbeat(tape, command)
      case C.INSTRUMENT_STATE.type:
        return this.#evolveMarket.instrumentState(tape, command)
      case C.SESSION_PHASE.type:
        return this.#evolveMarket.phase(tape, command)
      case C.FX.type:
        return this.#evolveMarket.fx(tape, command, tape.i32[(event >> 2) + E.APPLIED.at.slot] === 1)
      case C.LIMIT.type:
        return this.#evolveGovernance.limit(tape, command, event)
      case C.KILL.type:
        return this.#evolveGovernance.kill(tape, command, event)
      case C.RELEASE.type:
        return this.#evolveGovernance.release(tape, command)
      case C.DAY_ROLL.type:
        return this.#evolveGovernance.dayRoll(tape, command)
      default:
        return this.#appliedReference(tape, command, id)
    }
  }

  #appliedReference(tape: Tape, command: number, id: number): void {
    const reference = this.#evolveReference
    switch (typeAt(tape, command)) {
      case C.GENESIS.type:
        return reference.genesis(tape, command)
      case C.HIERARCHY.type:
        return reference.hierarchy(tape, command, id)
      case C.BINDING.type:
        return reference.binding(tape, command)
      case C.INSTRUMENT.type:
        return reference.instrument(tape, command, id)
      case C.LIST.type:
        return reference.list(tape, command)
      case C.LOCATE.type:
        return reference.locate(tape, command, id)
      case C.CAPITAL.type:
        return reference.capital(tape, command)
      case C.ADV.type:
        return reference.adv(tape, command)
      case C.PARAMETER.type:
        return reference.parameter(tape, command)
      case C.POSITION.type:
        return reference.position(tape, command)
      default:
        throw new Error(`nothing applies command type ${typeAt(tape, command)}`)
    }
  }
}
