/** Which part decides a command; what it entails afterwards; and how one is refused that could not be judged. */
import { reasonNumber } from '../model/codes.ts'
import * as C from '../model/records/commands.ts'
import { MASS_CANCEL, SESSION_STATUS } from '../model/records/connection-commands.ts'
import { ALGO, PARENT } from '../model/records/control-commands.ts'
import * as D from '../model/records/day-commands.ts'
import * as E from '../model/records/events.ts'
import * as Fate from '../model/records/fate-commands.ts'
import * as FateEvents from '../model/records/fate-events.ts'
import { SPILLED_CANCEL } from '../model/records/journal-commands.ts'
import * as P from '../model/records/people-commands.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import { decideAlgo } from './algos.ts'
import { LimitTermDecider } from './decide-limit-terms.ts'
import { ProposalDecider } from './decide-proposals.ts'
import { writeRefused } from './events-out.ts'
import { decideParent } from './parents.ts'
import type { Parts } from './parts.ts'
import type { State } from './state/state.ts'

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
const ORDER_STATUS = Fate.ORDER_STATUS.type
const HOLD_DECIDE = Fate.HOLD_DECIDE.type
const APPLIED = E.APPLIED.type
const HOLD_ENDED = FateEvents.HOLD_ENDED.type
const APPROVE = P.APPROVE.type
const PROPOSAL_STEP = P.PROPOSAL_STEP.type

export type CommandDecider = ReturnType<typeof createCommandDecider>

export function createCommandDecider(state: State, parts: Parts) {
  const { orders, reports, park, beside, fates, close, massCancel, explain, reference, market, governance } = parts
  const { calendars, statements, liveOrders, confirmations, overrides, twoPeople, enforcement, holds } = parts
  const proposals = new ProposalDecider(state, (tape, at) => decideApproved(tape, at, typeAt(tape, at)))
  const limitTerms = new LimitTermDecider(state, (tape, at) => governance.limit(tape, at))

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
      case P.OVERRIDE.type:
        return overrides.decide(tape, offset)
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
      case SPILLED_CANCEL.type:
        return reports.cancel(tape, offset)
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
        return close.step(tape, offset) ? undefined : market.phase(tape, offset)
      case C.FX.type:
        return market.fx(tape, offset)
      case C.LIMIT.type:
        return governance.limit(tape, offset)
      case C.KILL.type:
        return governance.kill(tape, offset)
      case C.KILL_SWEEP.type:
        return enforcement.step(tape, offset) ? undefined : governance.sweep(tape, offset)
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
      case ORDER_STATUS:
        return fates.status(tape, offset)
      case Fate.ORDER_TRIGGERED.type:
        return fates.triggered(tape, offset)
      case Fate.RESOLVE_ORDER.type:
        return fates.resolve(tape, offset)
      case Fate.EXPLAIN_EXECUTION.type:
        return explain.decide(tape, offset)
      case Fate.EXECUTION_SOURCE.type:
        return beside.setSource(tape, offset)
      case HOLD_DECIDE:
        return holds.begin(tape, offset)
      case MASS_CANCEL.type:
        return massCancel.decide(tape, offset)
      case SESSION_STATUS.type:
        return massCancel.status(tape, offset)
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
    if (type === HOLD_DECIDE && state.profile >= 0) return holds.fail(tape, offset, reason)
    if (type !== C.NEW_ORDER.type && type !== C.REPLACE_ORDER.type && type !== C.EVALUATE.type) {
      return writeRefused(tape, reason)
    }
    orders.refuseUnjudged(tape, reason)
  }

  /**
   * What a command entails once it has taken effect: a mark that moves, a limit that stands below its use, the decision on
   * an order that was held.
   */
  function follow(tape: Tape, offset: number, events: number): void {
    if (events >= tape.end) return
    const first = typeAt(tape, events)
    if (first === HOLD_ENDED && typeAt(tape, offset) === HOLD_DECIDE) return holds.follow(tape, events)
    if (first !== APPLIED) return
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
        if (isFirmRoll(tape, offset)) park.giveUp(tape)
        return calendars.follow(tape, offset)
      case D.CALENDAR.type:
      case D.CALENDAR_DAY.type:
      case D.ZONE_TRANSITIONS.type:
        return calendars.follow(tape, offset)
      default:
        return
    }
  }

  return { decide, decideApproved, refuse, follow, proposals, limitTerms }
}

/** True where the roll is that of the firm. */
export function isFirmRoll(tape: Tape, command: number): boolean {
  return tape.i32[(command >> 2) + C.DAY_ROLL.at.calendar] === -1
}
