/** Which part applies an event, and with it the command that it stands behind. */
import * as C from '../model/records/commands.ts'
import { MASS_CANCEL, SESSION_STATUS } from '../model/records/connection-commands.ts'
import { ALGO, PARENT } from '../model/records/control-commands.ts'
import { CONTROL_LATCHED, LIMIT_SWEPT } from '../model/records/control-events.ts'
import * as D from '../model/records/day-commands.ts'
import * as F from '../model/records/day-events.ts'
import * as E from '../model/records/events.ts'
import * as Fate from '../model/records/fate-commands.ts'
import * as FateEvents from '../model/records/fate-events.ts'
import * as Q from '../model/records/people-events.ts'
import { decode } from '../model/records/schema.ts'
import { type Tape, typeAt } from '../model/records/tape.ts'
import { CONFIRMATION_MOVED, OVERRIDE_MOVED } from '../model/records/waiver-events.ts'
import { ORDER_STATUSES } from '../model/vocabulary.ts'
import { evolveAlgo } from './algos.ts'
import { isFirmRoll } from './decide-command.ts'
import { evolveParent } from './parents.ts'
import type { Parts } from './parts.ts'
import type { State } from './state/state.ts'

// The types of every order's path, as constants of this module: an imported one is loaded and checked at each use.
const NEW_ORDER = C.NEW_ORDER.type
const REPLACE_ORDER = C.REPLACE_ORDER.type
const EXECUTION_REPORT = C.EXECUTION_REPORT.type
const ORDER_STATUS = Fate.ORDER_STATUS.type
const NOT_FOUND = ORDER_STATUSES.indexOf('NOT_FOUND')
const ORDER_DECIDED = E.ORDER_DECIDED.type
const CANCEL_DECIDED = E.CANCEL_DECIDED.type
const ORDER_MOVED = E.ORDER_MOVED.type
const EXECUTION_BOOKED = E.EXECUTION_BOOKED.type
const EXECUTION_REVERSED = E.EXECUTION_REVERSED.type
const MARK_MOVED = E.MARK_MOVED.type
const HOLD_DECIDE = Fate.HOLD_DECIDE.type
const APPLIED = E.APPLIED.type

/** Returns the function that applies the event at `event`, which stands behind the command at `command`. */
export function createEventEvolver(state: State, parts: Parts): (tape: Tape, command: number, event: number) => void {
  const { evolveOrders, evolveReports, evolveReference, evolveMarket, evolveCalendars, evolveLiveOrders } = parts
  const {
    evolveHolds,
    evolveStatements,
    evolveGovernance,
    evolveProposals,
    evolveConfirmations,
    evolveOverrides,
    watcher,
    close,
    massCancel,
    beside,
    park,
    fates,
    trigger,
    enforcement,
    explain,
  } = parts

  function evolve(tape: Tape, command: number, event: number): void {
    switch (typeAt(tape, event)) {
      case ORDER_DECIDED:
        if (typeAt(tape, command) === NEW_ORDER) evolveOrders.newDecided(tape, command, event)
        else if (typeAt(tape, command) === REPLACE_ORDER) evolveOrders.replaceDecided(tape, command, event)
        else if (typeAt(tape, command) === HOLD_DECIDE) evolveHolds.decided(tape, command, event)
        return
      case CANCEL_DECIDED:
        return evolveOrders.cancelDecided(tape, command, event)
      case ORDER_MOVED:
        return evolveOrders.moved(tape, event, isReport(tape, command), typeAt(tape, command) === EXECUTION_REPORT)
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
        watcher.latched(tape, event)
        return evolveOverrides.latched()
      case LIMIT_SWEPT.type:
        return enforcement.swept(tape, event)
      case E.LATCH_SET.type:
        evolveGovernance.latchSet(tape, event)
        return evolveOverrides.latched()
      case E.QUARANTINED.type:
        return evolveMarket.quarantined(tape, command)
      case E.SWEPT.type:
        return swept(tape, command, event)
      case FateEvents.MASS_CANCEL_BEGUN.type:
        return massCancel.expired(tape, event)
      case FateEvents.HOLD_WAITS.type:
        return evolveHolds.waits(tape, event)
      case FateEvents.HOLD_ENDED.type:
        return evolveHolds.ended(tape, event)
      case FateEvents.REPORT_COMPARED.type:
        return beside.compared(tape, event)
      case FateEvents.EXECUTION_PARKED.type:
        return park.waits(tape, command, event)
      case FateEvents.PARKED_ENDED.type:
        return park.ended(tape, event)
      case FateEvents.STOP_TRIGGERED.type:
        return trigger.evolve(tape, event)
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
      case OVERRIDE_MOVED.type:
        return evolveOverrides.moved(tape, command, event)
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

  /** True where what moved the order shows that the market knows it. */
  function isReport(tape: Tape, command: number): boolean {
    const type = typeAt(tape, command)
    if (type === EXECUTION_REPORT || type === Fate.ORDER_TRIGGERED.type) return true
    return type === ORDER_STATUS && tape.i32[(command >> 2) + Fate.ORDER_STATUS.at.status] !== NOT_FOUND
  }

  function swept(tape: Tape, command: number, event: number): void {
    const type = typeAt(tape, command)
    if (type === C.SESSION_PHASE.type) close.swept(tape, command, event)
    else if (type === MASS_CANCEL.type) massCancel.swept(tape, command, event)
    else evolveGovernance.swept(tape, event)
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
        return close.phase(
          tape.i32[(command >> 2) + C.SESSION_PHASE.at.venue]!,
          tape.i32[(command >> 2) + C.SESSION_PHASE.at.phase]!,
        )
      case C.FX.type:
        return evolveMarket.fx(tape, command, tape.i32[(event >> 2) + E.APPLIED.at.slot] === 1)
      case C.LIMIT.type:
        return evolveGovernance.limit(tape, command, event)
      case C.KILL.type:
        evolveGovernance.kill(tape, command, event)
        return evolveOverrides.latched()
      case C.RELEASE.type:
        return evolveGovernance.release(tape, command)
      case C.DAY_ROLL.type:
        if (isFirmRoll(tape, command)) {
          state.parked.roll()
          state.comparisons.roll()
        }
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
      case Fate.RESOLVE_ORDER.type:
        return fates.resolveAsked(tape, command)
      case Fate.EXPLAIN_EXECUTION.type:
        return explain.evolve(tape, command)
      case Fate.EXECUTION_SOURCE.type:
        return beside.sourceSet(tape, command)
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
      case MASS_CANCEL.type:
        return massCancel.begun(tape, command)
      case SESSION_STATUS.type:
        return massCancel.told(tape, command)
      case ALGO.type:
        return evolveAlgo(state, tape, command)
      case PARENT.type:
        return evolveParent(state, tape, command, id)
      default:
        return evolveReference.applied(tape, command, id)
    }
  }

  return evolve
}
