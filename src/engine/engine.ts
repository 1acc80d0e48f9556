/**
 * The engine: a synchronous, deterministic function of (state, command). `execute` decides a command and applies its
 * events; `apply` applies recorded ones. Nothing here knows a clock, a file or a socket.
 */
import { type EngineSizes, PROPOSAL_STEP_LINES, TIMERS_PER_TICK } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { DecisionEngine, WriteCommand } from '../model/engine-port.ts'
import * as C from '../model/records/commands.ts'
import { ALGO, PARENT } from '../model/records/control-commands.ts'
import { CONTROL_LATCHED } from '../model/records/control-events.ts'
import * as D from '../model/records/day-commands.ts'
import * as F from '../model/records/day-events.ts'
import * as E from '../model/records/events.ts'
import * as P from '../model/records/people-commands.ts'
import * as Q from '../model/records/people-events.ts'
import { decode, encode } from '../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import { CONFIRMATION_MOVED } from '../model/records/waiver-events.ts'
import type { RulePack } from '../model/rules.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { decideAlgo, evolveAlgo } from './algos.ts'
import { createContent } from './content.ts'
import { createControls } from './controls.ts'
import { CalendarDecider } from './decide-calendars.ts'
import { ConfirmationDecider } from './decide-confirmations.ts'
import { GovernanceDecider } from './decide-governance.ts'
import { LimitTermDecider } from './decide-limit-terms.ts'
import { LiveOrderDecider } from './decide-live-orders.ts'
import { createMarketDecider } from './decide-market.ts'
import { createOrderDecider } from './decide-order.ts'
import { ProposalDecider } from './decide-proposals.ts'
import { ReferenceDecider } from './decide-reference.ts'
import { createReportDecider } from './decide-report.ts'
import { StatementDecider } from './decide-statements.ts'
import { createTimerFire } from './decide-timers.ts'
import { StateDirectory } from './directory.ts'
import { writeRefused } from './events-out.ts'
import { CalendarEvolver } from './evolve-calendars.ts'
import { createConfirmationEvolver } from './evolve-confirmations.ts'
import { GovernanceEvolver } from './evolve-governance.ts'
import { LiveOrderEvolver } from './evolve-live-orders.ts'
import { createMarketEvolver } from './evolve-market.ts'
import { createOrderEvolver } from './evolve-order.ts'
import { ProposalEvolver } from './evolve-proposals.ts'
import { ReferenceEvolver } from './evolve-reference.ts'
import { createReportEvolver } from './evolve-report.ts'
import { StatementEvolver } from './evolve-statements.ts'
import { createShift } from './exposure.ts'
import { createOrderFinder } from './find-order.ts'
import { Judgement } from './judgement.ts'
import { createOrderLife } from './order-life.ts'
import { decideParent, evolveParent } from './parents.ts'
import { createProfit } from './profit.ts'
import type { Proposal } from './state/proposals.ts'
import { State } from './state/state.ts'
import { StateLoader } from './state/state-loader.ts'
import { StateSaver } from './state/state-saver.ts'
import { createSubjects } from './subjects.ts'
import { createTwoPeople } from './two-people.ts'
import { StateView } from './view.ts'
import { createWatcher } from './watch.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const UNSUPPORTED_COMMAND = reasonNumber('UNSUPPORTED_COMMAND')
const GENESIS_MISSING = reasonNumber('GENESIS_MISSING')

// The types of every order's path, as constants of this module: an imported one is loaded and checked at each use.
const NEW_ORDER = C.NEW_ORDER.type
const REPLACE_ORDER = C.REPLACE_ORDER.type
const CANCEL_ORDER = C.CANCEL_ORDER.type
const EXECUTION_REPORT = C.EXECUTION_REPORT.type
const QUOTE = C.QUOTE.type
const EVALUATE = C.EVALUATE.type
const NOT_SENT = C.NOT_SENT.type
const FEED_HEARTBEAT = C.FEED_HEARTBEAT.type
const TICK = C.TICK.type
const ORDER_DECIDED = E.ORDER_DECIDED.type
const CANCEL_DECIDED = E.CANCEL_DECIDED.type
const ORDER_MOVED = E.ORDER_MOVED.type
const EXECUTION_BOOKED = E.EXECUTION_BOOKED.type
const EXECUTION_REVERSED = E.EXECUTION_REVERSED.type
const MARK_MOVED = E.MARK_MOVED.type
const APPLIED = E.APPLIED.type
const APPROVE = P.APPROVE.type
const PROPOSAL_STEP = P.PROPOSAL_STEP.type

const LIMIT_TIMER = TIMER_KINDS.indexOf('LIMIT')
const PROPOSAL_TIMER = TIMER_KINDS.indexOf('PROPOSAL')
const CONFIRM_TIMER = TIMER_KINDS.indexOf('CONFIRM')

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')
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

export interface Engine extends DecisionEngine {
  /** The KillSweep that comes next, or null. */
  nextSweep(): { readonly latch: number; readonly fromSlot: number } | null
}

const writeTick: WriteCommand = (tape) => encode(tape, C.TICK, { session: -1, principal: -1 })

/** Builds an engine with an empty state. It is fastest where it is the only one of its process (decision 0015). */
export function createEngine(options: EngineOptions): Engine {
  const state = new State(options.sizes, options.hashSeed)
  const { tripped } = state.watches
  const j = new Judgement()
  const shift = createShift(state)
  const life = createOrderLife(state, shift)
  const onRiskError = options.onRiskError ?? (() => {})
  const content = createContent(j)
  const subjects = createSubjects(state)
  const watcher = createWatcher(state)
  const profit = createProfit(state)
  const orders = createOrderDecider(state, j, createControls(state, options.rules, j), content)
  const reports = createReportDecider(state, createOrderFinder(state), j, content)
  const reference = new ReferenceDecider(state)
  const market = createMarketDecider(state)
  const governance = new GovernanceDecider(state)
  const calendars = new CalendarDecider(state)
  const statements = new StatementDecider(state)
  const liveOrders = new LiveOrderDecider(state, orders.restate, (error) => onRiskError(error, state.seq))
  const confirmations = new ConfirmationDecider(state)
  const evolveConfirmations = createConfirmationEvolver(state, j, content)
  const evolveOrders = createOrderEvolver(state, life, j, content, watcher, evolveConfirmations)
  const evolveReports = createReportEvolver(state, life, shift, subjects, watcher, profit)
  const evolveReference = new ReferenceEvolver(state, shift, profit)
  const evolveMarket = createMarketEvolver(state, shift, evolveReference, profit, watcher)
  const evolveCalendars = new CalendarEvolver(state)
  const evolveLiveOrders = new LiveOrderEvolver(state, life)
  const evolveStatements = new StatementEvolver(state, shift, profit)
  const evolveGovernance = new GovernanceEvolver(state, life, evolveMarket, evolveReference, subjects, watcher)
  const twoPeople = createTwoPeople(state)
  const proposals = new ProposalDecider(state, (tape, at) => decideApproved(tape, at, typeAt(tape, at)))
  const limitTerms = new LimitTermDecider(state, (tape, at) => governance.limit(tape, at))
  const evolveProposals = new ProposalEvolver(state)

  const timerDeciders = {
    [LIMIT_TIMER]: (tape: Tape, id: number) => limitTerms.fire(tape, id),
    [PROPOSAL_TIMER]: (tape: Tape, id: number) => proposals.expire(tape, id),
    [CONFIRM_TIMER]: (tape: Tape, id: number) => confirmations.expire(tape, id),
  }
  const fireNext = createTimerFire(state, timerDeciders, (error) => onRiskError(error, state.seq))

  function execute(tape: Tape, offset: number): void {
    enter(tape, offset)
    if (typeAt(tape, offset) === TICK && state.profile >= 0) return tick(tape, offset)
    const events = tape.end
    try {
      decide(tape, offset)
    } catch (error) {
      // Deciding changes nothing, so what it wrote can be taken back; the order is refused and the error is told.
      tape.end = events
      onRiskError(error, state.seq)
      refuse(tape, offset, RISK_ERROR)
    }
    const decided = tape.end
    for (let at = events; at < decided; at += lengthAt(tape, at)) evolve(tape, offset, at)
    follow(tape, offset, events)
    for (let at = decided; at < tape.end; at += lengthAt(tape, at)) evolve(tape, offset, at)
    const type = typeAt(tape, offset)
    if (type === APPROVE || type === PROPOSAL_STEP) applyLines(tape, offset, events)
    if (tripped.length > 0) act(tape, offset)
  }

  /** What rows do by themselves that this command took over their limit: one after the other. */
  function act(tape: Tape, offset: number): void {
    for (let at = tape.end; watcher.actNext(tape); at = tape.end) evolve(tape, offset, at)
  }

  /** The next lines of the proposal that the command has approved, or goes on with: each in the state the one before left. */
  function applyLines(tape: Tape, command: number, events: number): void {
    const first = events < tape.end ? typeAt(tape, events) : 0
    if (first !== 0 && first !== Q.PROPOSAL_MOVED.type) return
    const proposal = state.proposals.get(tape.i32[(command >> 2) + P.APPROVE.at.proposal]!)!
    for (let lines = 0; lines < PROPOSAL_STEP_LINES && proposal.next < proposal.count; lines++) {
      applyLine(tape, proposal)
    }
    if (proposal.next < proposal.count) return
    const end = tape.end
    proposals.finish(tape, proposal)
    evolve(tape, command, end)
  }

  function applyLine(tape: Tape, proposal: Proposal): void {
    const event = proposals.beginLine(tape, proposal)
    const events = tape.end
    const inner = event + Q.PROPOSAL_LINE_APPLIED.bytes
    try {
      decideApproved(tape, inner, typeAt(tape, inner))
    } catch (error) {
      tape.end = events
      onRiskError(error, state.seq)
      writeRefused(tape, RISK_ERROR)
    }
    proposals.noteLine(tape, event, events)
    const decided = tape.end
    evolve(tape, inner, event)
    for (let at = events; at < decided; at += lengthAt(tape, at)) evolve(tape, inner, at)
    follow(tape, inner, events)
    for (let at = decided; at < tape.end; at += lengthAt(tape, at)) evolve(tape, inner, at)
  }

  /** Each timer is decided in the state that the one before it left. */
  function tick(tape: Tape, offset: number): void {
    for (let fired = 0; fired < TIMERS_PER_TICK; fired++) {
      const events = tape.end
      if (!fireNext(tape)) return
      const inner = E.commandOf(tape, offset, offset, events)
      evolveFrom(tape, offset, events)
      if (inner === offset) continue
      const decided = tape.end
      follow(tape, inner, events + lengthAt(tape, events))
      for (let at = decided; at < tape.end; at += lengthAt(tape, at)) evolve(tape, inner, at)
    }
  }

  function apply(tape: Tape, offset: number): number {
    enter(tape, offset)
    return evolveFrom(tape, offset, offset + lengthAt(tape, offset))
  }

  /** Applies the events of an entry from `at` on, each with the command that it is about; returns where they end. */
  function evolveFrom(tape: Tape, offset: number, at: number): number {
    let command = offset
    while (at < tape.end && typeAt(tape, at) >= E.FIRST_EVENT) {
      command = E.commandOf(tape, offset, command, at)
      evolve(tape, command, at)
      at += lengthAt(tape, at)
    }
    return at
  }

  function nextSweep(): { readonly latch: number; readonly fromSlot: number } | null {
    for (const latch of state.latches.active) {
      if (latch.sweepFrom >= 0) return { latch: latch.id, fromSlot: latch.sweepFrom }
    }
    return null
  }

  function due(timeUs: number): WriteCommand | null {
    const timer = state.timers.first()
    if (timer === undefined || timer.dueUs > timeUs) return null
    return timer.kind === CALENDAR ? writeRoll(timer.id) : writeTick
  }

  /** The roll of the calendar whose time has come: a command of its own, as a person would send it. */
  function writeRoll(subject: number): WriteCommand {
    const { tradeDate } = state.calendars.nextRoll(subject)
    const calendar = subject === 0 ? -1 : subject
    return (tape) => encode(tape, C.DAY_ROLL, { session: -1, principal: -1, calendar, tradeDate })
  }

  function nextWork(): WriteCommand | null {
    const sweep = nextSweep()
    if (sweep === null) return nextListSweep()
    return (tape) => encode(tape, C.KILL_SWEEP, { session: -1, principal: -1, ...sweep })
  }

  function nextListSweep(): WriteCommand | null {
    const list = state.statements.sweeping()
    if (list === undefined) return nextStep()
    const { account, venue, next: from } = list
    return (tape) => encode(tape, D.STATEMENT_SWEEP, { session: -1, principal: -1, account, venue, from })
  }

  function nextStep(): WriteCommand | null {
    const proposal = state.proposals.inHand()
    if (proposal === undefined) return null
    const { id, next: fromLine } = proposal
    return (tape) => encode(tape, P.PROPOSAL_STEP, { session: -1, principal: -1, proposal: id, fromLine })
  }

  function enter(tape: Tape, offset: number): void {
    state.seq = tape.f64[(offset >> 3) + COMMAND_SEQ]!
    state.timeUs = tape.f64[(offset >> 3) + COMMAND_TIME]!
    if (tripped.length > 0) tripped.length = 0
  }

  function decide(tape: Tape, offset: number): void {
    const type = typeAt(tape, offset)
    if (state.profile < 0 && type !== C.GENESIS.type) return refuse(tape, offset, GENESIS_MISSING)
    switch (type) {
      case NEW_ORDER:
        return orders.decideNew(tape, offset, false)
      case REPLACE_ORDER:
        return orders.decideReplace(tape, offset)
      case CANCEL_ORDER:
        return reports.cancel(tape, offset)
      case EXECUTION_REPORT:
        return reports.report(tape, offset)
      case QUOTE:
        return market.quote(tape, offset)
      case EVALUATE:
        return orders.decideNew(tape, offset, true)
      case NOT_SENT:
        return reports.notSent(tape, offset)
      case FEED_HEARTBEAT:
        return market.heartbeat(tape, offset)
      default:
        return decideSeldom(tape, offset, type)
    }
  }

  function decideSeldom(tape: Tape, offset: number, type: number): void {
    const refusal = twoPeople.refusal(tape, offset, type)
    if (refusal !== 0) return writeRefused(tape, refusal, P.PROPOSE.at.principal)
    switch (type) {
      case C.CONFIRM.type:
        return confirmations.confirm(tape, offset)
      case P.PROPOSE.type:
        return proposals.propose(tape, offset)
      case P.PROPOSAL_LINE.type:
        return proposals.line(tape, offset)
      case P.PROPOSAL_SUBMIT.type:
        return proposals.submit(tape, offset)
      case APPROVE:
        return proposals.approve(tape, offset)
      case P.REJECT_PROPOSAL.type:
        return proposals.reject(tape, offset)
      case PROPOSAL_STEP:
        return proposals.step(tape, offset)
      default:
        return decideApproved(tape, offset, type)
    }
  }

  /** Decides a command that may be carried out: its sender may alone, or two people have approved it. */
  function decideApproved(tape: Tape, offset: number, type: number): void {
    switch (type) {
      case C.GENESIS.type:
        return reference.genesis(tape, offset)
      case C.HIERARCHY.type:
        return reference.hierarchy(tape, offset)
      case C.BINDING.type:
        return reference.binding(tape, offset)
      case C.INSTRUMENT.type:
        return reference.instrument(tape, offset)
      case C.LIST.type:
        return reference.list(tape, offset)
      case C.LOCATE.type:
        return reference.locate(tape, offset)
      case C.CAPITAL.type:
        return reference.capital(tape, offset)
      case C.ADV.type:
        return reference.adv(tape, offset)
      case C.PARAMETER.type:
        return reference.parameter(tape, offset)
      case C.POSITION.type:
        return reference.position(tape, offset, (rows, at) => statements.row(rows, at))
      case C.INSTRUMENT_STATE.type:
        return market.instrumentState(tape, offset)
      case C.SESSION_PHASE.type:
        return market.phase(tape, offset)
      case C.FX.type:
        return market.fx(tape, offset)
      case C.LIMIT.type:
        return governance.limit(tape, offset)
      case C.KILL.type:
        return governance.kill(tape, offset)
      case C.KILL_SWEEP.type:
        return governance.sweep(tape, offset)
      case C.RELEASE.type:
        return governance.release(tape, offset)
      case C.DAY_ROLL.type:
        return calendars.dayRoll(tape, offset)
      case D.CALENDAR.type:
        return calendars.calendar(tape, offset)
      case D.CALENDAR_DAY.type:
        return calendars.day(tape, offset)
      case D.ZONE_TRANSITIONS.type:
        return calendars.zone(tape, offset)
      case D.POSITION_STATEMENT.type:
        return statements.position(tape, offset)
      case D.ADOPT_STATEMENT.type:
        return statements.adopt(tape, offset)
      case D.LIVE_ORDER_STATEMENT.type:
        return liveOrders.statement(tape, offset)
      case D.STATEMENT_SWEEP.type:
        return liveOrders.sweep(tape, offset)
      case ALGO.type:
        return decideAlgo(state, tape, offset)
      case PARENT.type:
        return decideParent(state, tape, offset)
      default:
        return writeRefused(tape, UNSUPPORTED_COMMAND)
    }
  }

  /** Order commands are refused by a decision, the others by Refused. */
  function refuse(tape: Tape, offset: number, reason: number): void {
    const type = typeAt(tape, offset)
    // What was executed was executed, whether it could be judged or not.
    if (type === EXECUTION_REPORT && state.profile >= 0) return reports.refuseUnjudged(tape, offset, reason)
    if (type === C.DAY_ROLL.type && state.profile >= 0) return calendars.failed(tape, offset, reason)
    if (type === D.STATEMENT_SWEEP.type && state.profile >= 0) return liveOrders.drop(tape, offset, reason)
    if (type !== C.NEW_ORDER.type && type !== C.REPLACE_ORDER.type && type !== C.EVALUATE.type) {
      return writeRefused(tape, reason)
    }
    orders.refuseUnjudged(tape, reason)
  }

  /** What a command entails once it has taken effect: a mark that moves, a limit that stands below its use. */
  function follow(tape: Tape, offset: number, events: number): void {
    if (events >= tape.end || typeAt(tape, events) !== APPLIED) return
    const id = tape.i32[(events >> 2) + E.APPLIED.at.id]!
    switch (typeAt(tape, offset)) {
      case QUOTE:
        return market.followMark(tape, tape.i32[(offset >> 2) + C.QUOTE.at.instrument]!)
      case C.INSTRUMENT_STATE.type:
        return market.followMark(tape, tape.i32[(offset >> 2) + C.INSTRUMENT_STATE.at.instrument]!)
      case C.INSTRUMENT.type:
        return market.followMark(tape, id)
      case C.LIMIT.type:
        if ((tape.i32[(offset >> 2) + C.LIMIT.at.flags]! & 1) !== 0) return
        // A limit that waits for its time has no slot yet.
        if (tape.i32[(events >> 2) + E.APPLIED.at.slot]! < 0) return
        return governance.followLimit(tape, tape.i32[(events >> 2) + E.APPLIED.at.slot]!)
      case C.DAY_ROLL.type:
      case D.CALENDAR.type:
      case D.CALENDAR_DAY.type:
      case D.ZONE_TRANSITIONS.type:
        return calendars.follow(tape, offset)
      default:
        return
    }
  }

  function evolve(tape: Tape, command: number, event: number): void {
    switch (typeAt(tape, event)) {
      case ORDER_DECIDED:
        if (typeAt(tape, command) === NEW_ORDER) evolveOrders.newDecided(tape, command, event)
        else if (typeAt(tape, command) === REPLACE_ORDER) evolveOrders.replaceDecided(tape, command, event)
        return
      case CANCEL_DECIDED:
        return evolveOrders.cancelDecided(tape, command, event)
      case ORDER_MOVED:
        return evolveOrders.moved(tape, event, typeAt(tape, command) === EXECUTION_REPORT)
      case EXECUTION_BOOKED:
        return evolveReports.booked(tape, command, event)
      case EXECUTION_REVERSED:
        return evolveReports.reversed(tape, event)
      case MARK_MOVED:
        return evolveMarket.markMoved(tape, event)
      case E.LIMIT_WARNED.type:
        return evolveGovernance.warned(tape, event)
      case E.CANCEL_REQUESTED.type:
        return evolveOrders.cancelRequested(tape, event)
      case CONTROL_LATCHED.type:
        return watcher.latched(tape, event)
      case E.LATCH_SET.type:
        return evolveGovernance.latchSet(tape, event)
      case E.QUARANTINED.type:
        return evolveMarket.quarantined(tape, command)
      case E.SWEPT.type:
        return evolveGovernance.swept(tape, event)
      case E.TIMER_FIRED.type:
        return timerFired(tape, event)
      case F.STATEMENT_COMPARED.type:
        return evolveStatements.compared(tape, event)
      case F.LIVE_ORDER_CHECKED.type:
        return evolveLiveOrders.checked(tape, event)
      case F.LIST_SWEPT.type:
        return evolveLiveOrders.swept(tape, event)
      case CONFIRMATION_MOVED.type:
        return evolveConfirmations.moved(tape, command, event)
      case Q.PROPOSAL_LINE_APPLIED.type:
        return evolveProposals.lineApplied(tape, event)
      case Q.LIMIT_EFFECTIVE.type:
        return evolveGovernance.limitEffective(tape, event)
      case Q.PROPOSAL_MOVED.type:
        return evolveProposals.moved(tape, command, event)
      case Q.PROPOSAL_LINE_ADDED.type:
        return evolveProposals.lineAdded(tape, command)
      case APPLIED:
        return applied(tape, command, event)
      default:
        // Refused, LimitBreached and LimitReverted are facts for readers: they change nothing.
        return
    }
  }

  function timerFired(tape: Tape, event: number): void {
    const { kind, id } = E.TIMER_FIRED.at
    state.timers.clear(tape.i32[(event >> 2) + kind]!, tape.i32[(event >> 2) + id]!)
  }

  function applied(tape: Tape, command: number, event: number): void {
    const id = tape.i32[(event >> 2) + E.APPLIED.at.id]!
    switch (typeAt(tape, command)) {
      case C.QUOTE.type:
        return evolveMarket.quote(tape, command)
      case C.FEED_HEARTBEAT.type:
        return evolveMarket.heartbeat(tape, command)
      case C.INSTRUMENT_STATE.type:
        return evolveMarket.instrumentState(tape, command)
      case C.SESSION_PHASE.type:
        return evolveMarket.phase(tape, command)
      case C.FX.type:
        return evolveMarket.fx(tape, command, tape.i32[(event >> 2) + E.APPLIED.at.slot] === 1)
      case C.LIMIT.type:
        return evolveGovernance.limit(tape, command, event)
      case C.KILL.type:
        return evolveGovernance.kill(tape, command, event)
      case C.RELEASE.type:
        return evolveGovernance.release(tape, command)
      case C.DAY_ROLL.type:
        return evolveGovernance.dayRoll(tape, command)
      default:
        return appliedReference(tape, command, id)
    }
  }

  function appliedReference(tape: Tape, command: number, id: number): void {
    switch (typeAt(tape, command)) {
      case C.POSITION.type:
        if (decode(tape, command, C.POSITION).statement !== 0) return evolveStatements.row(tape, command)
        return evolveReference.position(tape, command)
      case D.POSITION_STATEMENT.type:
        return evolveStatements.opened(tape, command)
      case D.ADOPT_STATEMENT.type:
        return evolveStatements.adopted(tape, command)
      case D.LIVE_ORDER_STATEMENT.type:
        return evolveLiveOrders.statement(tape, command)
      case D.CALENDAR.type:
        return evolveCalendars.calendar(tape, command)
      case D.CALENDAR_DAY.type:
        return evolveCalendars.day(tape, command)
      case D.ZONE_TRANSITIONS.type:
        return evolveCalendars.zone(tape, command)
      case ALGO.type:
        return evolveAlgo(state, tape, command)
      case PARENT.type:
        return evolveParent(state, tape, command, id)
      default:
        return evolveReference.applied(tape, command, id)
    }
  }

  function save(write: (bytes: Uint8Array) => void): void {
    const saver = new StateSaver(write)
    state.visit(saver)
    saver.finish()
  }

  function load(read: (into: Uint8Array) => number): void {
    if (state.seq !== 0) throw new Error('a state is loaded before anything is executed')
    const loader = new StateLoader(read)
    state.visit(loader)
    loader.finish()
  }

  return {
    directory: new StateDirectory(state),
    view: new StateView(state),
    execute,
    apply,
    due,
    nextWork,
    nextSweep,
    stateHash: () => state.hash(),
    save,
    load,
  }
}
