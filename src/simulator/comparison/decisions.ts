/**
 * Compares what the engine recorded behind a command with what the twin said: field by field, row by row.
 */
import { reasonAt, reasonNumber } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { OUTCOMES } from '../../model/vocabulary.ts'
import type { Command } from '../commands/command.ts'
import type { RecordedEvent, RecordedRow } from '../commands/recorded-events.ts'
import type { Decision, EvaluatedRow, TwinEvent } from '../twin/events.ts'
import { limitKey } from '../twin/rows.ts'
import { Difference, same } from './difference.ts'

/** What the engine's numbers stand for: its versioned rows, and the orders in its slots. */
export interface Ledger {
  /** Key of the limit row by versioned row id. */
  readonly rows: Map<number, string>
  readonly slots: Map<number, number>
}

const DUPLICATE = OUTCOMES.indexOf('DUPLICATE')
const REJECT = OUTCOMES.indexOf('REJECT')
const CONTROLS_A_WORD = 16

/** Whole fields that a decision and its record have by the same name. */
const DECISION_FIELDS = [
  'orderSeq',
  'qtyPassing',
  'refPx',
  'refSource',
  'refTimeUs',
  'protectionPx',
  'valuationPx',
  'unitN',
  'unitD',
  'openValue',
  'tokenExpiryUs',
  'rule',
  'missing',
  'missingSubject',
] as const satisfies readonly (keyof Decision)[]

/** Of each event, the fields that are compared; slots and hashes are the engine's own affair. */
const EVENT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  CancelDecided: ['orderSeq', 'reason'],
  OrderMoved: ['orderSeq', 'change'],
  ExecutionBooked: [
    'orderSeq',
    'qty',
    'px',
    'amount',
    'instrument',
    'account',
    'trader',
    'strategy',
    'side',
    'alarm',
    'execID',
  ],
  ExecutionReversed: ['alarm'],
  Refused: ['reason'],
  Applied: [],
  MarkMoved: ['instrument', 'mark', 'refSource'],
  LimitWarned: ['use', 'level', 'rising'],
  LimitBreached: ['use', 'reason'],
  CancelRequested: ['orderSeq', 'latch', 'session'],
  LatchSet: ['latch', 'account', 'instrument', 'state', 'cause'],
  ControlLatched: ['latch', 'subject', 'state', 'cause', 'use'],
  HoldWaits: ['orderSeq', 'crossingSeq'],
  HoldEnded: ['orderSeq', 'state', 'reason'],
  Quarantined: ['instrument'],
  Swept: ['latch'],
  MassCancelBegun: ['owner', 'orders'],
  LimitSwept: ['beforeSeq', 'asked', 'done'],
  ReportCompared: ['qty', 'px', 'sourceQty', 'sourcePx', 'account', 'venue', 'source', 'result', 'kept', 'execID'],
  StopTriggered: ['orderSeq', 'state'],
  ExecutionParked: [],
  ParkedEnded: ['source', 'venue', 'execRefID', 'alarm'],
  OrderAlarmed: ['orderSeq', 'alarm', 'told', 'booked'],
  ConfirmationMoved: ['confirmSeq', 'confirmation', 'state'],
  OverrideMoved: ['overrideSeq', 'decisionSeq', 'override', 'state'],
  TimerFired: ['dueUs', 'kind', 'id'],
  LimitEffective: ['term'],
  LimitReverted: ['term'],
  ProposalMoved: ['proposal', 'state', 'lines', 'refused', 'contentHash0', 'contentHash1'],
  ProposalLineAdded: ['proposal', 'line', 'contentHash0', 'contentHash1'],
  ProposalRepeated: ['proposal', 'state', 'line'],
  ProposalLineApplied: ['proposal', 'line', 'id'],
  StatementDiffers: ['account', 'instrument', 'trader', 'strategy', 'stated', 'carried'],
  StatementCompared: ['account', 'differences'],
  CalendarStuck: ['calendar', 'tradeDate', 'reason'],
  LiveOrderChecked: ['orderSeq', 'row', 'verdict', 'alarm', 'state'],
  ListSwept: ['account', 'venue', 'next'],
}

/** Commands whose Applied names an id that later commands use. */
const DEFINING: readonly string[] = ['Hierarchy', 'Instrument', 'Locate', 'Kill', 'Parent']

/** A proposal is refused for what its line would be refused for. */
const REFERENCE_DATA: readonly string[] = [
  'Propose',
  'Approve',
  'ProposalStep',
  'Tick',
  'Hierarchy',
  'Binding',
  'Instrument',
  'Limit',
  'List',
  'Locate',
  'Fx',
  'Capital',
  'Quote',
  'Kill',
  'Parent',
  'Algo',
]
const UNKNOWN_NAME = reasonNumber('UNKNOWN_NAME')
const INVALID_VALUE = reasonNumber('INVALID_VALUE')

export function compareEvents(
  given: Command,
  recorded: readonly RecordedEvent[],
  said: readonly TwinEvent[],
  ledger: Ledger,
): void {
  const names = [...Object.keys(EVENT_FIELDS), 'OrderDecided']
  for (const { name } of recorded) if (!names.includes(name)) throw new Difference(given, 'event', name, null)
  for (const name of names) {
    // A fill's effect on its order shows in the order itself, which is compared too.
    if (name === 'OrderMoved' && said.some((event) => event.name === 'ExecutionBooked')) continue
    const theirs = recorded.filter((event) => event.name === name)
    const ours = said.filter((event) => event.name === name)
    // The gate looks through orders by slot.
    const isSwept = name === 'CancelRequested' || name === 'HoldEnded'
    const isOfSlots = given.name === 'MassCancel' || (given.name === 'KillSweep' && given.values.limit === 0)
    if (isSwept && isOfSlots) ours.sort(bySlot(ledger))
    if (name === 'OrderMoved' && given.name === 'SessionPhase') ours.sort(bySlot(ledger))
    if (name === 'LiveOrderChecked') ours.sort(byRowAndSlot(ledger))
    if (theirs.length !== ours.length) throw new Difference(given, `events ${name}`, brief(recorded), said.map(briefly))
    ours.forEach((event, index) => {
      compareEvent(given, theirs[index] as RecordedEvent, event, ledger)
    })
  }
}

function brief(recorded: readonly RecordedEvent[]): unknown {
  return recorded.map(({ name, values }) => ({ name, reason: values.reason, orderSeq: values.orderSeq }))
}

function briefly(event: TwinEvent): unknown {
  return event.name === 'OrderDecided' ? { name: event.name, reason: event.decision.reason } : event
}

function bySlot({ slots }: Ledger) {
  const slotOf = (event: TwinEvent) => ('orderSeq' in event ? (slots.get(event.orderSeq) ?? 0) : 0)
  return (a: TwinEvent, b: TwinEvent) => slotOf(a) - slotOf(b)
}

/** Rows come in their order, orders that no row names in that of their slots. */
function byRowAndSlot(ledger: Ledger) {
  const slots = bySlot(ledger)
  const rowOf = (event: TwinEvent) => ('row' in event ? event.row : -1)
  return (a: TwinEvent, b: TwinEvent) => rowOf(a) - rowOf(b) || slots(a, b)
}

function compareEvent(given: Command, recorded: RecordedEvent, said: TwinEvent, ledger: Ledger): void {
  if (said.name === 'OrderDecided') {
    compareDecision(given, recorded, said.decision, ledger)
    return
  }
  if (said.name === 'Refused' && isEither(given, recorded.values.reason as number) && isEither(given, said.reason))
    return
  if (said.name === 'ProposalLineApplied') {
    const reason = recorded.values.reason as number
    const isOneOfTwo = isEither(said.inner, reason) && isEither(said.inner, said.reason)
    if (!isOneOfTwo) same(given, 'reason of a line', reason, said.reason)
  }
  const ours = said as unknown as Record<string, unknown>
  for (const field of EVENT_FIELDS[said.name] ?? []) {
    same(given, `${said.name}.${field}`, recorded.values[field], ours[field])
  }
  if (said.name === 'LimitWarned' || said.name === 'LimitBreached' || said.name === 'ControlLatched') {
    const key = said.limit === null ? undefined : limitKey(said.limit)
    same(given, `${said.name}.row`, ledger.rows.get(recorded.values.row as number), key)
  }
  if (said.name === 'Applied' && DEFINING.includes(given.name)) {
    same(given, 'Applied.id', recorded.values.id, said.id)
  }
}

/** Reference data with two faults may be refused for either: the page gives them no order. */
function isEither(given: Command, reason: number): boolean {
  return REFERENCE_DATA.includes(given.name) && [UNKNOWN_NAME, INVALID_VALUE].includes(reason)
}

function compareDecision(given: Command, { values, rows }: RecordedEvent, said: Decision, ledger: Ledger): void {
  const verdict = (outcome: number, reason: number) => `${OUTCOMES[outcome]} ${reasonAt(reason).code}`
  const theirs = verdict(values.outcome as number, values.reason as number)
  same(given, 'verdict', theirs, verdict(said.outcome, said.reason))
  if (said.outcome === DUPLICATE) {
    same(given, 'firstSeq', values.firstSeq, said.firstSeq)
    return
  }
  compareResults(given, values, said)
  compareRows(given, rows, said.rows, ledger)
  for (const field of DECISION_FIELDS) {
    if (given.name === 'Evaluate' && field === 'tokenExpiryUs') continue
    same(given, field, values[field], said[field])
  }
  if (said.outcome === REJECT) compareCrossing(given, values.crossing as number, said, ledger)
}

function compareResults(given: Command, values: RecordedEvent['values'], said: Decision): void {
  said.results.forEach((result, index) => {
    const word = values[`results${Math.floor(index / CONTROLS_A_WORD)}`] as number
    const recorded = (word >>> ((index % CONTROLS_A_WORD) * 2)) & 3
    same(given, `result of ${CONTROLS[index]?.code ?? index}`, recorded, result)
  })
}

function compareRows(
  given: Command,
  recorded: readonly RecordedRow[],
  said: readonly EvaluatedRow[],
  ledger: Ledger,
): void {
  const keys = (list: readonly { key: string | undefined }[]) => list.map(({ key }) => key).join(' ')
  const theirs = recorded.map((row) => ({ ...row, key: ledger.rows.get(row.row) }))
  const ours = said.map((row) => ({ ...row, key: limitKey(row.limit) }))
  same(given, 'evaluated rows', keys(theirs), keys(ours))
  ours.forEach((row, index) => {
    const their = theirs[index] as (typeof theirs)[number]
    for (const field of ['before', 'after', 'failed', 'soft', 'waived'] as const) {
      same(given, `row ${row.key} ${field}`, their[field], row[field])
    }
  })
}

/** The engine names one order that it could trade with, or none where it does not know. */
function compareCrossing(given: Command, slot: number, said: Decision, { slots }: Ledger): void {
  if (slot < 0) return
  const possible = said.crossing.map((seq) => slots.get(seq))
  if (!possible.includes(slot)) throw new Difference(given, 'crossing', slot, possible)
}
