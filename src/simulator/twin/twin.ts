/**
 * The twin: a second engine, slow and plain, written from docs/reference/decision.md and not from the engine. It keeps
 * orders and bookings, and works every sum out again for every decision, in BigInt.
 */
import { SWEEP_ORDERS } from '../../model/bounds.ts'
import { reasonNumber } from '../../model/codes.ts'
import type { RulePack } from '../../model/rules.ts'
import type { Command } from '../commands/command.ts'
import * as beside from './beside.ts'
import * as calendars from './calendars.ts'
import { confirm } from './confirmations.ts'
import { sweepLimit } from './enforcement.ts'
import { refused, type TwinEvent } from './events.ts'
import { executionReport, giveUpParked } from './executions.ts'
import * as fate from './fate.ts'
import { holdDecide } from './holds.ts'
import { beginFirm, countEnded, kill, release, sweep } from './latches.ts'
import { setLimit } from './limits.ts'
import { liveOrderStatement, statementSweep } from './live-orders.ts'
import * as market from './market.ts'
import { massCancel, sessionStatus } from './mass-cancels.ts'
import { binding, hierarchy } from './names.ts'
import { evaluate, newOrder } from './orders.ts'
import { override, stopOverrides } from './overrides.ts'
import { tellParent } from './parents.ts'
import * as proposals from './proposals.ts'
import * as data from './reference-data.ts'
import { cancelOrder, notSent, replaceOrder } from './replace.ts'
import { emptyState, isLive, liveOrders, type State } from './state.ts'
import { adoptStatement, positionStatement } from './statements.ts'
import { firstDue, rollOfFirstTimer, tick } from './timers.ts'
import { orderTriggered } from './triggers.ts'
import { aloneRefusal } from './two-people.ts'

export class Twin {
  readonly state: State = emptyState()
  readonly #pack: RulePack

  constructor(pack: RulePack) {
    this.#pack = pack
  }

  /** Carries the command out and returns what the engine must say behind it. */
  execute(given: Command): TwinEvent[] {
    const { state } = this
    const live = state.latches.size === 0 ? [] : liveOrders(state)
    // What the command itself sets came after its orders had ended.
    const standing = [...state.latches.values()]
    const events = this.#decide(given)
    countEnded(
      state,
      standing,
      live.filter((order) => !isLive(order)),
    )
    const set = [...state.latches.values()].filter((latch) => !standing.includes(latch))
    return set.length === 0 ? events : [...events, ...stopOverrides(state, set)]
  }

  /** When the next timer falls due; Infinity where none runs. */
  get dueUs(): number {
    return firstDue(this.state)?.dueUs ?? Number.POSITIVE_INFINITY
  }

  #decide(given: Command): TwinEvent[] {
    const { state } = this
    if (given.name === 'Genesis') return beginFirm(state, given.values)
    if (!state.begun) return refused('GENESIS_MISSING')
    const roll = given.name === 'DayRoll' ? rollOfFirstTimer(state, given.values.timeUs) : null
    const refusal = aloneRefusal(state, given, roll)
    if (refusal !== null) return refused(refusal)
    switch (given.name) {
      case 'Confirm':
        return confirm(state, given.values)
      case 'Override':
        return override(state, given.values)
      case 'Propose':
        return proposals.propose(state, given, this.#carryOut)
      case 'ProposalLine':
        return proposals.proposalLine(state, given)
      case 'ProposalSubmit':
        return proposals.submit(state, given.values)
      case 'Approve':
        return proposals.approve(state, given.values, this.#carryOut)
      case 'RejectProposal':
        return proposals.reject(state, given.values)
      case 'ProposalStep':
        return proposals.step(state, given.values, this.#carryOut)
      case 'Tick':
        return tick(state, given.values)
      default:
        return this.#carryOut(state, given)
    }
  }

  readonly #carryOut = (state: State, given: Command): TwinEvent[] => {
    switch (given.name) {
      case 'NewOrder':
        return newOrder(state, given, this.#pack)
      case 'ReplaceOrder':
        return replaceOrder(state, given, this.#pack)
      case 'CancelOrder':
      case 'SpilledCancel':
        return cancelOrder(state, given.values)
      case 'NotSent':
        return notSent(state, given.values)
      case 'Evaluate':
        return evaluate(state, given.values, this.#pack)
      case 'ExecutionReport':
        return executionReport(state, given.values, this.#pack)
      case 'OrderTriggered':
        return orderTriggered(state, given.values, this.#pack)
      case 'Kill':
        return kill(state, given.values)
      case 'KillSweep':
        if (given.values.limit !== 0) return sweepLimit(state, given.values)
        return sweep(state, given.values, SWEEP_ORDERS)
      case 'Release':
        return release(state, given.values)
      case 'Limit':
        return setLimit(state, given.values)
      case 'HoldDecide':
        return holdDecide(state, given.values, this.#pack)
      case 'StatementSweep':
        return statementSweep(state, given.values, this.#pack)
      default:
        return tellOf(state, given)
    }
  }
}

/** What tells of the world: market, names, reference data. */
function tellOf(state: State, given: Command): TwinEvent[] {
  switch (given.name) {
    case 'Quote':
      return market.quote(state, given.values)
    case 'FeedHeartbeat':
      return market.heartbeat(state, given.values)
    case 'InstrumentState':
      return market.instrumentState(state, given.values)
    case 'SessionPhase':
      return market.sessionPhase(state, given.values)
    case 'DayRoll':
      return rolled(state, given.values.calendar, calendars.dayRoll(state, given.values))
    case 'Calendar':
      return calendars.calendar(state, given.values)
    case 'CalendarDay':
      return calendars.calendarDay(state, given.values)
    case 'ZoneTransitions':
      return calendars.zoneTransitions(state, given.values)
    case 'Hierarchy':
      return hierarchy(state, given.values)
    case 'Binding':
      return binding(state, given.values)
    case 'Instrument':
      return data.instrument(state, given.values)
    case 'Fx':
      return data.fx(state, given.values)
    case 'Capital':
      return data.capital(state, given.values)
    case 'Adv':
      return data.adv(state, given.values)
    case 'Parameter':
      return data.setParameter(state, given.values)
    case 'List':
      return data.list(state, given.values)
    case 'Locate':
      return data.locate(state, given.values)
    case 'Position':
      return data.position(state, given.values)
    case 'LiveOrderStatement':
      return liveOrderStatement(state, given.values)
    case 'PositionStatement':
      return positionStatement(state, given.values)
    case 'AdoptStatement':
      return adoptStatement(state, given.values)
    case 'OrderStatus':
      return fate.orderStatus(state, given.values)
    case 'ExplainExecution':
      return beside.explainExecution(state, given.values, reasonNumber('UNKNOWN_EXECUTION'))
    case 'ExecutionSource':
      return beside.executionSource(state, given.values)
    case 'ResolveOrder':
      return fate.resolveOrder(state, given.values)
    case 'MassCancel':
      return massCancel(state, given.values)
    case 'SessionStatus':
      return sessionStatus(state, given.values)
    case 'Algo':
      return data.algo(state, given.values)
    case 'Parent':
      return tellParent(state, given.values)
    default:
      return refused('UNSUPPORTED_COMMAND')
  }
}

/** What waits for an execution waits for two dates. */
function rolled(state: State, calendar: number, said: TwinEvent[]): TwinEvent[] {
  if (calendar !== -1) return said
  return said[0]?.name === 'Applied' ? [...said, ...giveUpParked(state)] : said
}
