/**
 * The event table: what the engine recorded behind a command. Recovery applies these and never decides again.
 * Types from 128 on. A command is followed by its events, in the order in which they take effect.
 */
import { ID_CHARS } from '../bounds.ts'
import { COMMANDS } from './commands.ts'
import { CONTROL_EVENTS } from './control-events.ts'
import { DAY_EVENTS } from './day-events.ts'
import { FATE_EVENTS } from './fate-events.ts'
import { PROPOSAL_LINE, PROPOSE } from './people-commands.ts'
import {
  LIMIT_EFFECTIVE,
  LIMIT_REVERTED,
  PEOPLE_EVENTS,
  PROPOSAL_LINE_APPLIED,
  PROPOSAL_MOVED,
} from './people-events.ts'
import { f64, i32, layout, type RecordLayout, tailAt, text } from './schema.ts'
import { type Tape, typeAt } from './tape.ts'
import { WAIVER_EVENTS } from './waiver-events.ts'

/** Types from here on are events. */
export const FIRST_EVENT = 128

/**
 * Decision on a new order, a replace or a what-if. Behind the fixed part stand `rows` evaluated limit rows as three
 * columns: row id (i32, padded to 8 bytes), use before (f64), use after (f64): 20 bytes a row.
 * A row id carries ROW_FAILED, ROW_WAIVED and ROW_SOFT; names, limit and control come from the versioned row id.
 */
export const ORDER_DECIDED = layout(128, 1, 'OrderDecided', 'The decision on an order, a replace or a what-if.', [
  f64('orderSeq', 'seq', 'Sequence number of the order: of the NewOrder, also in its replaces. 0 in a what-if.'),
  f64('firstSeq', 'seq', 'Of a DUPLICATE: sequence number of the decision that stands.'),
  f64('valuationPx', 'price', 'Price that flow metrics value the order at.'),
  f64('unitN', 'number', 'Ledger units per price unit and quantity unit, as n/d, frozen here.'),
  f64('unitD', 'number', 'See unitN.'),
  f64('openValue', 'money', 'Value reserved for this version: ceil(valuationPx * leaves * n / d).'),
  f64('refPx', 'price', 'Reference price; see refSource.'),
  f64('refTimeUs', 'timeUs', 'When the reference was seen.'),
  f64('protectionPx', 'price', 'Price that the adapter must send a market order with.'),
  f64('tokenExpiryUs', 'timeUs', 'When the approval token ends.'),
  f64('qtyPassing', 'qty', 'Of a reject: the largest quantity that would have passed now.'),
  i32('outcome', 'code', 'Index in OUTCOMES.'),
  i32('reason', 'code', 'Reason number, first by precedence; 0 on an approve.'),
  i32('slot', 'id', 'Slot of the order; -1 on a reject.'),
  i32('versionSlot', 'id', 'Slot of the new version of a replace; -1 else.'),
  i32('idSlot', 'id', 'Slot of the clOrdID in its table; -1 where none was used up.'),
  i32('refSource', 'code', 'Index in REF_SOURCES.'),
  i32('rule', 'id', 'Of REGULATORY_RULE: index of the first rule that refused; -1 else.'),
  i32('fxVersion', 'number', 'Version of the FX rates.'),
  i32('limitsVersion', 'number', 'Version of the limits.'),
  i32('referenceVersion', 'number', 'Version of instruments, hierarchy, bindings and lists.'),
  i32('parametersVersion', 'number', 'Version of the parameters.'),
  i32('crossing', 'id', 'Of SELF_MATCH: slot of an order that it could trade with; -1 where not known.'),
  i32('results0', 'flags', 'Result of controls 0 to 15, two bits each, indices in RESULTS.'),
  i32('results1', 'flags', 'Controls 16 to 31.'),
  i32('results2', 'flags', 'Controls 32 to 47.'),
  i32('results3', 'flags', 'Controls 48 to 63.'),
  i32('results4', 'flags', 'Controls 64 to 79.'),
  i32('results5', 'flags', 'Controls 80 to 95.'),
  i32('results6', 'flags', 'Controls 96 to 111.'),
  i32('results7', 'flags', 'Controls 112 to 127.'),
  i32('results8', 'flags', 'Controls 128 to 143.'),
  i32('results9', 'flags', 'Controls 144 to 159.'),
  i32('contentHash0', 'number', "Hash of the command's content: a repeat must match it."),
  i32('contentHash1', 'number', 'See contentHash0.'),
  i32('missing', 'code', 'Of LIMIT_MISSING: index of the control whose row is missing; -1 else.'),
  i32('missingSubject', 'id', 'Of LIMIT_MISSING: subject without the row; -1 else.'),
  i32('rows', 'count', 'Limit rows behind the fixed part.'),
])

/** Set in a row id of the evaluation vector: the order does not fit this row. */
export const ROW_FAILED = 0x40000000
/** Set beside ROW_FAILED: the row only alerts, is in shadow mode, or two people have overridden it for this order. */
export const ROW_WAIVED = 0x20000000
/** The order fits the row and is over its soft level; with ROW_WAIVED a person has confirmed that. */
export const ROW_SOFT = 0x10000000
/** The versioned row id itself. */
export const ROW_ID_MASK = 0x0fffffff

export const CANCEL_DECIDED = layout(129, 1, 'CancelDecided', 'A cancel passed; which order it found.', [
  f64('orderSeq', 'seq', 'Order; 0 where the id names none that is live.'),
  i32('slot', 'id', 'Slot; -1 where none.'),
  i32('reason', 'code', '0, UNKNOWN_ORDER or ORDER_TERMINAL: the cancel passes all the same.'),
])

/** An order changed state by a report, by NotSent or by a sweep. Leaves and reservations follow from the state. */
export const ORDER_MOVED = layout(130, 1, 'OrderMoved', 'An order, or one of its versions, changed state.', [
  f64('orderSeq', 'seq', 'Order.'),
  i32('slot', 'id', 'Slot.'),
  i32('state', 'code', 'New state, index in ORDER_STATES.'),
  i32('versionSlot', 'id', 'Version that a replace report settles; -1 else.'),
  i32('change', 'code', '0 state only, 1 version accepted, 2 version dropped, 3 terminal.'),
])

export const EXECUTION_BOOKED = layout(131, 1, 'ExecutionBooked', 'An execution moved quantity into a position.', [
  f64('orderSeq', 'seq', 'Order; 0 for an execution of an order that is not known.'),
  f64('qty', 'qty', 'Executed quantity, positive.'),
  f64('px', 'price', 'Execution price.'),
  f64('amount', 'money', 'Executed flow: ceil(|px| * qty * n / d) at the frozen rate of the trade date.'),
  i32('slot', 'id', 'Slot of the order; -1 if not known.'),
  i32('execSlot', 'id', 'Slot of the execution.'),
  i32('instrument', 'id', 'INSTRUMENT.'),
  i32('account', 'id', 'ACCOUNT.'),
  i32('trader', 'id', 'TRADER; -1 if not known.'),
  i32('strategy', 'id', 'STRATEGY; -1 if not known.'),
  i32('side', 'code', 'Index in SIDES.'),
  i32('session', 'id', 'SESSION whose flow it is; -1 if not known.'),
  i32('alarm', 'code', 'Reason number: OVERFILL, LATE_FILL, UNKNOWN_EXECUTION, CUM_QTY_MISMATCH; 0 if none.'),
  i32('contentHash0', 'number', "Hash of the report's content."),
  i32('contentHash1', 'number', 'See contentHash0.'),
  i32('source', 'id', 'Reporting session.'),
  i32('venue', 'id', 'VENUE of the report, part of its key.'),
  i32('flowVenue', 'id', 'VENUE whose flow it is: that of the order, else of the report.'),
  text('execID', ID_CHARS, 'ExecID.'),
])

export const EXECUTION_REVERSED = layout(132, 1, 'ExecutionReversed', 'A bust, or the first half of a correct.', [
  i32('execSlot', 'id', 'Slot of the execution that is taken back; its stored amount is reversed.'),
  i32('alarm', 'code', 'Reason number; 0 if none.'),
])

export const REFUSED = layout(133, 1, 'Refused', 'The command changed nothing.', [
  i32('reason', 'code', 'Reason number.'),
  i32('field', 'code', 'Index of the field in its record at fault; -1 if none.'),
])

/** An administrative command took effect: evolve reads the command itself. */
export const APPLIED = layout(134, 1, 'Applied', 'The command took effect as it stands.', [
  i32('id', 'id', 'Id given to what it defines: name, instrument, limit row (versioned), latch, locate; -1 if none.'),
  i32('slot', 'id', 'Slot of the limit row; -1 if none.'),
  i32('previous', 'id', 'Versioned id of the limit row that it replaces; -1 if none.'),
])

export const MARK_MOVED = layout(
  135,
  1,
  'MarkMoved',
  'The engine mark of an instrument moved; its cells are revalued.',
  [
    f64('mark', 'price', 'New mark.'),
    i32('instrument', 'id', 'INSTRUMENT.'),
    i32('refSource', 'code', 'Index in REF_SOURCES.'),
  ],
)

export const LIMIT_WARNED = layout(
  136,
  1,
  'LimitWarned',
  'Use crossed a warning level, or fell back below its re-arm level.',
  [
    f64('use', 'number', "Use, in the control's unit."),
    i32('row', 'id', 'Versioned row id.'),
    i32('slot', 'id', 'Slot of the row.'),
    i32('level', 'count', 'Highest level crossed, 1 to 4; the level that stands after a fall, 0 to 3.'),
    i32('rising', 'flags', '1 crossed upwards: an alert. 0 re-armed.'),
  ],
)

export const LIMIT_BREACHED = layout(
  137,
  1,
  'LimitBreached',
  'Use is over hard by something that no decision let through.',
  [
    f64('use', 'number', "Use, in the control's unit."),
    i32('row', 'id', 'Versioned row id.'),
    i32('slot', 'id', 'Slot of the row.'),
    i32('reason', 'code', 'LIMIT_BELOW_USE for a lowered limit; else what raised the use.'),
  ],
)

export const CANCEL_REQUESTED = layout(138, 1, 'CancelRequested', 'The gate asks for the cancel of an order.', [
  f64('orderSeq', 'seq', 'Order.'),
  i32('slot', 'id', 'Slot.'),
  i32('latch', 'id', 'Latch that asks; -1 if none.'),
  i32('session', 'id', 'SESSION that owns the order.'),
])

/** A latch that the engine itself sets (unknown execution, overflow), as a Kill command would. */
export const LATCH_SET = layout(139, 1, 'LatchSet', 'The engine set a latch by itself.', [
  i32('latch', 'id', 'Latch.'),
  i32('account', 'id', 'ACCOUNT, -1 any.'),
  i32('instrument', 'id', 'INSTRUMENT, -1 any.'),
  i32('state', 'code', 'Index in TRADING_STATES.'),
  i32('cause', 'code', 'Reason number.'),
])

/** Every message that counts against a rate: stamped into the windows of its session and strategy. */
export const QUARANTINED = layout(140, 1, 'Quarantined', 'A quote jumped too far and waits for confirmation.', [
  i32('instrument', 'id', 'INSTRUMENT.'),
])

export const SWEPT = layout(141, 1, 'Swept', 'A KillSweep looked at its slots.', [
  i32('latch', 'id', 'Latch.'),
  i32('nextSlot', 'id', 'Where the next sweep goes on; -1 when the sweep is complete.'),
])

export const TIMER_FIRED = layout(142, 1, 'TimerFired', 'A timer fell due; what follows from it stands before it.', [
  f64('dueUs', 'timeUs', 'When it fell due.'),
  i32('kind', 'code', 'Index in TIMER_KINDS.'),
  i32('id', 'id', 'Of what: an order slot, a limit row, a proposal, by kind.'),
])

export const EVENTS: readonly RecordLayout[] = [
  ORDER_DECIDED,
  CANCEL_DECIDED,
  ORDER_MOVED,
  EXECUTION_BOOKED,
  EXECUTION_REVERSED,
  REFUSED,
  APPLIED,
  MARK_MOVED,
  LIMIT_WARNED,
  LIMIT_BREACHED,
  CANCEL_REQUESTED,
  LATCH_SET,
  QUARANTINED,
  SWEPT,
  TIMER_FIRED,
  ...FATE_EVENTS,
  ...DAY_EVENTS,
  ...CONTROL_EVENTS,
  ...PEOPLE_EVENTS,
  ...WAIVER_EVENTS,
]

/** Records with a command as their tail. */
const CARRIERS: readonly RecordLayout[] = [
  PROPOSE,
  PROPOSAL_LINE,
  PROPOSAL_LINE_APPLIED,
  LIMIT_EFFECTIVE,
  LIMIT_REVERTED,
]

const BY_TYPE = new Map([...COMMANDS, ...EVENTS].map((record) => [record.type, record]))

/** The layout of a record type; undefined for one that this build does not know. */
export function layoutOfType(type: number): RecordLayout | undefined {
  return BY_TYPE.get(type)
}

/** True where the record at `offset` is a command, and so the start of an entry. */
export function isCommandAt(tape: Tape, offset: number): boolean {
  return typeAt(tape, offset) < FIRST_EVENT
}

/**
 * The command that the event at `at` is about: the entry's own, or the one that a line of a proposal, or a timer, carries.
 * `before` is what this said of the event before it, at first the entry's command.
 */
export function commandOf(tape: Tape, entry: number, before: number, at: number): number {
  const type = typeAt(tape, at)
  if (type === PROPOSAL_LINE_APPLIED.type) return at + PROPOSAL_LINE_APPLIED.bytes
  if (type === LIMIT_EFFECTIVE.type) return at + LIMIT_EFFECTIVE.bytes
  if (type === LIMIT_REVERTED.type) return at + LIMIT_REVERTED.bytes
  return type === PROPOSAL_MOVED.type || type === TIMER_FIRED.type ? entry : before
}

/** Where the command stands that the record at `at` carries as its tail; -1 where it carries none. */
export function carriedBy(tape: Tape, at: number): number {
  const carrier = CARRIERS.find(({ type }) => type === typeAt(tape, at))
  return carrier === undefined ? -1 : tailAt(tape, at, carrier)
}

/** Bytes of the evaluation vector of n rows. */
export function rowsBytes(n: number): number {
  return ((n + 1) >> 1) * 8 + n * 16
}
