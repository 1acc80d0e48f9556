/**
 * The engine: a synchronous, deterministic function of (state, command). `execute` decides a command and applies its
 * events; `apply` applies recorded ones. Nothing here knows a clock, a file or a socket.
 */
import { type EngineSizes, PROPOSAL_STEP_LINES, TIMERS_PER_TICK } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import type { DecisionEngine } from '../model/engine-port.ts'
import * as C from '../model/records/commands.ts'
import * as E from '../model/records/events.ts'
import * as P from '../model/records/people-commands.ts'
import * as Q from '../model/records/people-events.ts'
import { lengthAt, type Tape, typeAt } from '../model/records/tape.ts'
import type { RulePack } from '../model/rules.ts'
import { TIMER_KINDS } from '../model/vocabulary.ts'
import { createCommandDecider } from './decide-command.ts'
import { createTimerFire } from './decide-timers.ts'
import { StateDirectory } from './directory.ts'
import { writeRefused } from './events-out.ts'
import { createEventEvolver } from './evolve-event.ts'
import { createWork } from './next-work.ts'
import { createParts } from './parts.ts'
import type { Proposal } from './state/proposals.ts'
import { State } from './state/state.ts'
import { StateLoader } from './state/state-loader.ts'
import { StateSaver } from './state/state-saver.ts'
import { StateView } from './view.ts'

const RISK_ERROR = reasonNumber('RISK_ERROR')
const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')

// As constants of this module: an imported one is loaded and checked at each use.
const TICK = C.TICK.type
const EXECUTION_BOOKED = E.EXECUTION_BOOKED.type
const APPROVE = P.APPROVE.type
const PROPOSAL_STEP = P.PROPOSAL_STEP.type
const COMMAND_SEQ = C.TICK.at.seq
const COMMAND_TIME = C.TICK.at.timeUs

const LIMIT_TIMER = TIMER_KINDS.indexOf('LIMIT')
const PROPOSAL_TIMER = TIMER_KINDS.indexOf('PROPOSAL')
const HOLD_TIMER = TIMER_KINDS.indexOf('HOLD')
const CONFIRM_TIMER = TIMER_KINDS.indexOf('CONFIRM')
const OVERRIDE_TIMER = TIMER_KINDS.indexOf('OVERRIDE')
const DISCONNECT_TIMER = TIMER_KINDS.indexOf('DISCONNECT')

export interface EngineOptions {
  readonly sizes: EngineSizes
  readonly rules: RulePack
  /** Keys the hash of clOrdIDs; recorded in the journal's segment header, so that a replay gives the same bytes. */
  readonly hashSeed: number
  /** Told of an exception inside a decision: the order is refused with RISK_ERROR whatever it does. */
  readonly onRiskError?: (error: unknown, seq: number) => void
}

export interface Engine extends DecisionEngine {
  /** Of kills the KillSweep that comes next, or null; those of enforced limits come by `nextWork` alone. */
  nextSweep(): { readonly latch: number; readonly fromSlot: number } | null
}

/** Builds an engine with an empty state. It is fastest where it is the only one of its process (decision 0015). */
export function createEngine(options: EngineOptions): Engine {
  const state = new State(options.sizes, options.hashSeed)
  const { tripped } = state.watches
  const onError = (error: unknown) => options.onRiskError?.(error, state.seq)
  const parts = createParts(state, options.rules, onError)
  const { watcher, park, confirmations, overrides, holds, massCancel } = parts
  const { stopped } = parts.evolveOverrides
  const { decide, decideApproved, refuse, follow, proposals, limitTerms } = createCommandDecider(state, parts)
  const evolve = createEventEvolver(state, parts)
  const { due, nextWork, nextSweep } = createWork(state, parts)

  const timerDeciders = {
    [HOLD_TIMER]: (tape: Tape, id: number) => holds.expire(tape, id),
    [LIMIT_TIMER]: (tape: Tape, id: number) => limitTerms.fire(tape, id),
    [PROPOSAL_TIMER]: (tape: Tape, id: number) => proposals.expire(tape, id),
    [CONFIRM_TIMER]: (tape: Tape, id: number) => confirmations.expire(tape, id),
    [OVERRIDE_TIMER]: (tape: Tape, id: number) => overrides.expire(tape, id),
    [DISCONNECT_TIMER]: (tape: Tape, id: number) => massCancel.expire(tape, id),
  }
  const fireNext = createTimerFire(state, timerDeciders, onError)

  function execute(tape: Tape, offset: number): void {
    enter(tape, offset)
    if (typeAt(tape, offset) === TICK && state.profile >= 0) tick(tape, offset)
    else carryOut(tape, offset)
    if (stopped.length > 0) stopOverrides(tape, offset)
  }

  function carryOut(tape: Tape, offset: number): void {
    const events = tape.end
    try {
      decide(tape, offset)
    } catch (error) {
      // Deciding changes nothing, so what it wrote can be taken back; the order is refused and the error is told.
      tape.end = events
      onError(error)
      refuse(tape, offset, RISK_ERROR)
    }
    const decided = tape.end
    for (let at = events; at < decided; at += lengthAt(tape, at)) evolve(tape, offset, at)
    follow(tape, offset, events)
    for (let at = decided; at < tape.end; at += lengthAt(tape, at)) evolve(tape, offset, at)
    const type = typeAt(tape, offset)
    if (type === APPROVE || type === PROPOSAL_STEP) applyLines(tape, offset, events)
    if (tripped.length > 0) act(tape, offset)
    if (!state.parked.isEmpty()) meetParked(tape, offset, events)
  }

  /** What waited for an execution that was booked is carried out, and may itself be waited for. */
  function meetParked(tape: Tape, offset: number, events: number): void {
    for (let at = events; at < tape.end; at += lengthAt(tape, at)) {
      if (typeAt(tape, at) !== EXECUTION_BOOKED) continue
      const met = tape.end
      park.meet(tape, at)
      for (let own = met; own < tape.end; own += lengthAt(tape, own)) evolve(tape, offset, own)
      if (tripped.length > 0) act(tape, offset)
    }
  }

  /** What rows do by themselves that this command took over their limit: one after the other. */
  function act(tape: Tape, offset: number): void {
    for (let at = tape.end; watcher.actNext(tape); at = tape.end) evolve(tape, offset, at)
  }

  /** What a latch that this command set covers is let pass no more, also once the latch has ended. */
  function stopOverrides(tape: Tape, offset: number): void {
    for (let at = tape.end; overrides.stopNext(tape, stopped); at = tape.end) evolve(tape, offset, at)
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
      if (proposals.namesNothing(tape, inner)) writeRefused(tape, UNKNOWN_NAME)
      else decideApproved(tape, inner, typeAt(tape, inner))
    } catch (error) {
      tape.end = events
      onError(error)
      refuse(tape, inner, RISK_ERROR)
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
      if (tripped.length > 0) act(tape, offset)
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

  function enter(tape: Tape, offset: number): void {
    state.seq = tape.f64[(offset >> 3) + COMMAND_SEQ]!
    state.timeUs = tape.f64[(offset >> 3) + COMMAND_TIME]!
    if (tripped.length > 0) tripped.length = 0
    if (stopped.length > 0) stopped.length = 0
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
