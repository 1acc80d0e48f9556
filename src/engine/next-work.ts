/** What the sequencer is to feed by itself: what is due before any other command, and what goes on between them. */
import type { WriteCommand } from '../model/engine-port.ts'
import * as C from '../model/records/commands.ts'
import * as D from '../model/records/day-commands.ts'
import { HOLD_DECIDE } from '../model/records/fate-commands.ts'
import * as P from '../model/records/people-commands.ts'
import { encode } from '../model/records/schema.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import type { Parts } from './parts.ts'
import type { State } from './state/state.ts'

const CALENDAR = TIMER_KINDS.indexOf('CALENDAR')

const writeTick: WriteCommand = (tape) => encode(tape, C.TICK, { session: -1, principal: -1 })

export function createWork(state: State, { close, enforcement, massCancel }: Parts) {
  function nextSweep(): { readonly latch: number; readonly fromSlot: number } | null {
    for (const latch of state.latches.active) {
      if (latch.sweepFrom >= 0) return { latch: latch.id, fromSlot: latch.sweepFrom }
    }
    return null
  }

  function due(timeUs: number): WriteCommand | null {
    const timer = state.timers.first()
    const unheardUs = state.orders.unheardUs()
    if (unheardUs <= timeUs && unheardUs <= state.timers.dueUs()) return writeTick
    if (timer === undefined || timer.dueUs > timeUs) return nextHold()
    return timer.kind === CALENDAR ? writeRoll(timer.id) : writeTick
  }

  /** The decision on the oldest held order that waits for nothing any more: before any other command is decided. */
  function nextHold(): WriteCommand | null {
    const hold = state.holds.firstReady()
    if (hold === undefined) return null
    const { orderSeq, slot } = hold
    return (tape) => encode(tape, HOLD_DECIDE, { session: -1, principal: -1, orderSeq, slot })
  }

  /** The roll of the calendar whose time has come: a command of its own, as a person would send it. */
  function writeRoll(subject: number): WriteCommand {
    const { tradeDate } = state.calendars.nextRoll(subject)
    const calendar = subject === 0 ? -1 : subject
    return (tape) => encode(tape, C.DAY_ROLL, { session: -1, principal: -1, calendar, tradeDate })
  }

  function nextWork(): WriteCommand | null {
    const hold = nextHold()
    if (hold !== null) return hold
    const sweep = nextSweep()
    if (sweep === null) return inTurn()
    return (tape) => encode(tape, C.KILL_SWEEP, { session: -1, principal: -1, ...sweep })
  }

  /**
   * What goes on in the background has its turn, kind by kind: none that is begun again and again holds up the others. Whose it is
   * follows from the sequence number, mixed: whoever sends commands in step does not choose it.
   */
  function inTurn(): WriteCommand | null {
    const first = (Math.imul(state.seq, 0x9e3779b1) >>> 16) % BACKGROUND.length
    for (let place = first; place < first + BACKGROUND.length; place++) {
      const step = BACKGROUND[place % BACKGROUND.length]!()
      if (step !== null) return step
    }
    return null
  }

  function nextListSweep(): WriteCommand | null {
    const list = state.statements.sweeping()
    if (list === undefined) return null
    const { account, venue, next: from } = list
    return (tape) => encode(tape, D.STATEMENT_SWEEP, { session: -1, principal: -1, account, venue, from })
  }

  function nextStep(): WriteCommand | null {
    const proposal = state.proposals.inHand()
    if (proposal === undefined) return null
    const { id, next: fromLine } = proposal
    return (tape) => encode(tape, P.PROPOSAL_STEP, { session: -1, principal: -1, proposal: id, fromLine })
  }

  const BACKGROUND = [massCancel.nextStep, enforcement.nextStep, close.nextStep, nextListSweep, nextStep]

  return { due, nextWork, nextSweep }
}
