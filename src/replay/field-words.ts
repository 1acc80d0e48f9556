/** Turns the value of a field into words: codes by their closed sets, ids by the names that the stream gave them. */
import { REASONS } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { PARAMETERS } from '../model/parameters.ts'
import { LIVE_ORDER_VERDICTS } from '../model/records/day-events.ts'
import type { Field, RecordLayout } from '../model/records/schema.ts'
import {
  BINDING_KINDS,
  CALENDAR_DAY_KINDS,
  COMPARISONS,
  CONFIRMATION_STATES,
  DUTIES,
  EXEC_TYPES,
  LIMIT_ACTIONS,
  LIMIT_MODES,
  LIST_KINDS,
  LIST_MODES,
  MASS_CANCEL_ORDERS,
  NAME_KINDS,
  type NameKind,
  OBJECT_KINDS,
  ORD_TYPES,
  ORDER_STATES,
  ORDER_STATUSES,
  OUTCOMES,
  OVERRIDE_STATES,
  PROPOSAL_STATES,
  REF_SOURCES,
  SESSION_PHASES,
  SESSION_STATUSES,
  SIDES,
  TIMER_KINDS,
  TIMES_IN_FORCE,
  TRADING_STATES,
} from '../model/vocabulary.ts'
import type { StreamNames } from './stream-names.ts'

/** All values of the record that a field stands in. */
export type Values = Readonly<Record<string, number | string>>

const REASON_CODES = new Map(REASONS.map((reason) => [reason.number, reason.code]))
const CONTROL_IDS = CONTROLS.map((control) => control.id)

const PROFILES = ['demo', 'production']

/** Closed sets by `Record.field`, else by field. An empty word is a value that says nothing. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  action: LIMIT_ACTIONS,
  change: ['STATE_ONLY', 'VERSION_ACCEPTED', 'VERSION_DROPPED', 'TERMINAL'],
  control: CONTROL_IDS,
  execType: EXEC_TYPES,
  'Hierarchy.kind': NAME_KINDS,
  'Binding.kind': BINDING_KINDS,
  list: LIST_KINDS,
  missing: CONTROL_IDS,
  'List.mode': LIST_MODES,
  'CalendarDay.kind': CALENDAR_DAY_KINDS,
  'TimerFired.kind': TIMER_KINDS,
  'Limit.mode': LIMIT_MODES,
  objectKind: OBJECT_KINDS,
  ordType: ORD_TYPES,
  outcome: OUTCOMES,
  parameter: PARAMETERS.map((parameter) => parameter.name),
  phase: SESSION_PHASES,
  // Any phase goes without a word.
  'Limit.phase': ['', ...SESSION_PHASES],
  profile: PROFILES,
  environment: PROFILES,
  refSource: REF_SOURCES,
  side: SIDES,
  'Kill.side': ['buys', 'sells'],
  'Kill.state': TRADING_STATES,
  'Release.state': TRADING_STATES,
  'LatchSet.state': TRADING_STATES,
  'ControlLatched.state': TRADING_STATES,
  'OrderMoved.state': ORDER_STATES,
  'StopTriggered.state': ORDER_STATES,
  'ResolveOrder.state': ORDER_STATES,
  'HoldEnded.state': ORDER_STATES,
  'ReportCompared.result': COMPARISONS,
  status: ORDER_STATUSES,
  'SessionStatus.status': SESSION_STATUSES,
  orders: MASS_CANCEL_ORDERS,
  'LiveOrderChecked.state': ORDER_STATES,
  'ConfirmationMoved.state': CONFIRMATION_STATES,
  'OverrideMoved.state': OVERRIDE_STATES,
  'ProposalMoved.state': PROPOSAL_STATES,
  'ProposalRepeated.state': PROPOSAL_STATES,
  verdict: LIVE_ORDER_VERDICTS,
  'PositionStatement.step': ['open', 'close'],
  'LiveOrderStatement.step': ['open', 'row', 'close'],
  'Override.step': ['request', 'approve', 'revoke'],
  step: ['request', 'approve'],
  timeInForce: TIMES_IN_FORCE,
}

const REASON_FIELDS = new Set(['alarm', 'cause', 'reason'])

/** What kind of name an id is, by `Record.field`, else by field. Ids of other fields are places, not names. */
const KINDS: Readonly<Record<string, NameKind | 'SUBJECT'>> = {
  account: 'SUBJECT',
  assetClass: 'ASSET_CLASS',
  calendar: 'SUBJECT',
  client: 'SUBJECT',
  compare: 'SUBJECT',
  currency: 'CURRENCY',
  desk: 'SUBJECT',
  entity: 'SUBJECT',
  feed: 'FEED',
  instrument: 'INSTRUMENT',
  missingSubject: 'SUBJECT',
  owner: 'SUBJECT',
  'Hierarchy.owner': 'OWNER',
  'Algo.owner': 'PRINCIPAL',
  principal: 'PRINCIPAL',
  sector: 'SECTOR',
  session: 'SUBJECT',
  sessionScope: 'SUBJECT',
  source: 'SUBJECT',
  strategy: 'SUBJECT',
  subject: 'SUBJECT',
  trader: 'SUBJECT',
  underlying: 'INSTRUMENT',
  venue: 'VENUE',
}

const BINDING_SIDES: Readonly<Record<string, readonly [NameKind, NameKind | 'DUTIES']>> = {
  TRADER_ACCOUNT: ['TRADER', 'ACCOUNT'],
  STRATEGY_ACCOUNT: ['STRATEGY', 'ACCOUNT'],
  SESSION_ACCOUNT: ['SESSION', 'ACCOUNT'],
  SESSION_TRADER: ['SESSION', 'TRADER'],
  SESSION_VENUE: ['SESSION', 'VENUE'],
  ACCOUNT_ASSET_CLASS: ['ACCOUNT', 'ASSET_CLASS'],
  PRINCIPAL_DUTY: ['PRINCIPAL', 'DUTIES'],
}

/** True where `wordOf` has a closed set for a field of unit `code`. */
export function hasWords(record: string, field: string): boolean {
  return REASON_FIELDS.has(field) || `${record}.${field}` === 'Refused.field' || setOf(record, field) !== undefined
}

/** Returns the field in words, or undefined where it says nothing: 0, empty, or none. */
export function wordOf(
  record: RecordLayout,
  field: Field,
  values: Values,
  command: RecordLayout,
  names: StreamNames,
): string | undefined {
  const value = values[field.name] as number | string
  if (typeof value === 'string') return value === '' ? undefined : JSON.stringify(value)
  if (field.unit === 'code') return codeWord(record.name, field.name, value, command)
  if (field.unit === 'id') return idWord(record.name, field.name, value, values, names)
  if (value === 0) return undefined
  if (field.name === 'controls0' || field.name === 'controls1')
    return controlsIn(field.name === 'controls0' ? 0 : 32, value)
  return field.unit === 'timeUs' ? timeWord(value) : String(value)
}

/** Controls of a word of bits, of which bit 0 is control `from`. */
function controlsIn(from: number, bits: number): string {
  return CONTROL_IDS.filter(
    (_, index) => index >= from && index < from + 32 && ((bits >> (index - from)) & 1) === 1,
  ).join()
}

/** Microseconds since the epoch as ISO 8601. */
export function timeWord(timeUs: number): string {
  const seconds = Math.floor(timeUs / 1_000_000)
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return String(timeUs)
  return `${date.toISOString().slice(0, 19)}.${String(timeUs - seconds * 1_000_000).padStart(6, '0')}Z`
}

function codeWord(record: string, field: string, value: number, command: RecordLayout): string | undefined {
  if (REASON_FIELDS.has(field)) return value === 0 ? undefined : (REASON_CODES.get(value) ?? `#${value}`)
  if (value === -1) return undefined
  if (record === 'Refused' && field === 'field') return command.fields[value]?.name ?? `#${value}`
  const word = setOf(record, field)?.[value] ?? `#${value}`
  return word === '' ? undefined : word
}

function setOf(record: string, field: string): readonly string[] | undefined {
  return SETS[`${record}.${field}`] ?? SETS[field]
}

function idWord(record: string, field: string, id: number, values: Values, names: StreamNames): string | undefined {
  if (record === 'Limit' && field === 'object') return names.objectOf(values.objectKind as number, id) || undefined
  if (record === 'Binding' && (field === 'a' || field === 'b')) return bound(field, id, values, names)
  if (id === -1) return undefined
  if (id === -2) return 'unknown'
  if (field === 'locate') return names.locateOf(id)
  if (field === 'row') return rowWord(id, names)
  const kind = KINDS[`${record}.${field}`] ?? KINDS[field]
  return kind === undefined ? String(id) : names.nameOf(kind, id)
}

function bound(field: 'a' | 'b', id: number, values: Values, names: StreamNames): string {
  const sides = BINDING_SIDES[BINDING_KINDS[values.kind as number] ?? '']
  if (sides === undefined) return `#${id}`
  const kind = field === 'a' ? sides[0] : sides[1]
  if (kind !== 'DUTIES') return names.nameOf(kind, id)
  return DUTIES.filter((_, bit) => ((id >>> bit) & 1) === 1).join(',')
}

/** A limit row as `control subject object`. */
export function rowWord(id: number, names: StreamNames): string {
  const row = names.rowOf(id)
  if (row === undefined) return `row#${id}`
  return row.object === '' ? `${row.control} ${row.subject}` : `${row.control} ${row.subject} ${row.object}`
}

/** Index in RESULTS of one control, two bits of the decision's bitmap. */
export function resultOf(values: Values, control: number): number {
  return ((values[`results${control >> 4}`] as number) >>> ((control & 15) * 2)) & 3
}
