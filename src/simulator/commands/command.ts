/**
 * A command as plain values: what the generator makes, the twin reads and the engine is given as bytes.
 */
import * as records from '../../model/records/commands.ts'
import * as connections from '../../model/records/connection-commands.ts'
import { ALGO, PARENT } from '../../model/records/control-commands.ts'
import * as days from '../../model/records/day-commands.ts'
import * as fates from '../../model/records/fate-commands.ts'
import { SPILLED_CANCEL } from '../../model/records/journal-commands.ts'
import * as people from '../../model/records/people-commands.ts'
import { enclose, encode, type Field, type RecordLayout, type RecordOf } from '../../model/records/schema.ts'
import type { Tape } from '../../model/records/tape.ts'

const LAYOUTS = {
  NewOrder: records.NEW_ORDER,
  ReplaceOrder: records.REPLACE_ORDER,
  CancelOrder: records.CANCEL_ORDER,
  SpilledCancel: SPILLED_CANCEL,
  NotSent: records.NOT_SENT,
  Confirm: records.CONFIRM,
  Evaluate: records.EVALUATE,
  ExecutionReport: records.EXECUTION_REPORT,
  Position: records.POSITION,
  Quote: records.QUOTE,
  FeedHeartbeat: records.FEED_HEARTBEAT,
  InstrumentState: records.INSTRUMENT_STATE,
  SessionPhase: records.SESSION_PHASE,
  Instrument: records.INSTRUMENT,
  Hierarchy: records.HIERARCHY,
  Binding: records.BINDING,
  List: records.LIST,
  Locate: records.LOCATE,
  Fx: records.FX,
  Capital: records.CAPITAL,
  Adv: records.ADV,
  Parameter: records.PARAMETER,
  Limit: records.LIMIT,
  Kill: records.KILL,
  KillSweep: records.KILL_SWEEP,
  Release: records.RELEASE,
  DayRoll: records.DAY_ROLL,
  Tick: records.TICK,
  Genesis: records.GENESIS,
  OrderStatus: fates.ORDER_STATUS,
  OrderTriggered: fates.ORDER_TRIGGERED,
  ResolveOrder: fates.RESOLVE_ORDER,
  ExplainExecution: fates.EXPLAIN_EXECUTION,
  ExecutionSource: fates.EXECUTION_SOURCE,
  HoldDecide: fates.HOLD_DECIDE,
  MassCancel: connections.MASS_CANCEL,
  SessionStatus: connections.SESSION_STATUS,
  AdoptStatement: days.ADOPT_STATEMENT,
  LiveOrderStatement: days.LIVE_ORDER_STATEMENT,
  PositionStatement: days.POSITION_STATEMENT,
  Calendar: days.CALENDAR,
  CalendarDay: days.CALENDAR_DAY,
  ZoneTransitions: days.ZONE_TRANSITIONS,
  StatementSweep: days.STATEMENT_SWEEP,
  Parent: PARENT,
  Algo: ALGO,
  Propose: people.PROPOSE,
  Approve: people.APPROVE,
  RejectProposal: people.REJECT_PROPOSAL,
  Override: people.OVERRIDE,
  ProposalLine: people.PROPOSAL_LINE,
  ProposalSubmit: people.PROPOSAL_SUBMIT,
  ProposalStep: people.PROPOSAL_STEP,
} as const

export type CommandName = keyof typeof LAYOUTS
/** The values of a command's record by field name, seq, timeUs, session and principal included. */
export type ValuesOfCommand<N extends CommandName> = RecordOf<(typeof LAYOUTS)[N]>
export type Command = {
  readonly [N in CommandName]: {
    readonly name: N
    readonly values: ValuesOfCommand<N>
    /** The command that a line of a proposal carries. */
    readonly inner?: Command
  }
}[CommandName]

/** Returns the command with the fields that are not given at 0 or ''. */
export function command<N extends CommandName>(name: N, given: Partial<ValuesOfCommand<N>>): Command {
  const values: Record<string, number | string> = {}
  for (const field of LAYOUTS[name].fields as readonly Field[]) values[field.name] = field.kind === 'text' ? '' : 0
  return { name, values: { ...values, ...given } } as unknown as Command
}

/** The command as a line of a proposal: without stamp and sender. */
export function lineOf<N extends CommandName>(name: N, given: Partial<ValuesOfCommand<N>>): Command {
  return command(name, { ...given, seq: 0, timeUs: 0, session: -1, principal: -1 })
}

/** What a command's record holds. */
export function fieldsOf(name: CommandName): readonly Field[] {
  return LAYOUTS[name].fields
}

/** Appends the command to the tape; returns its offset. */
export function encodeCommand(tape: Tape, given: Command): number {
  const offset = encode(tape, LAYOUTS[given.name] as RecordLayout, given.values as object)
  if (given.inner === undefined) return offset
  encodeCommand(tape, given.inner)
  enclose(tape, offset)
  return offset
}

/** The command in one line, without the fields that are 0, '' or -1. */
export function inWords(given: Command): string {
  const said = Object.entries(given.values).filter(([, value]) => value !== 0 && value !== '' && value !== -1)
  const own = `${given.name} ${said.map(([field, value]) => `${field}=${value}`).join(' ')}`
  return given.inner === undefined ? own : `${own} (${inWords(given.inner)})`
}
