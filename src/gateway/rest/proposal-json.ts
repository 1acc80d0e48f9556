/** A proposal as people read it: what each line would set, and what it would change. */
import { controlAt } from '../../model/controls.ts'
import type { Directory } from '../../model/directory.ts'
import type { LimitView, ProposalView } from '../../model/engine-port.ts'
import { limitAmount, useAmount } from '../../model/explain/amounts.ts'
import { PARAMETERS } from '../../model/parameters.ts'
import { ENVIRONMENTS } from '../../model/parse/algo.ts'
import { nameKindOf } from '../../model/parse/limit.ts'
import { formatHash } from '../../model/parse/proposal.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { LIMIT, PARAMETER } from '../../model/records/commands.ts'
import { layoutOfType } from '../../model/records/events.ts'
import { decode, type RecordOf } from '../../model/records/schema.ts'
import { Tape, typeAt } from '../../model/records/tape.ts'
import {
  BINDING_KINDS,
  CALENDAR_DAY_KINDS,
  DUTIES,
  LIMIT_ACTIONS,
  LIMIT_MODES,
  LIST_KINDS,
  LIST_MODES,
  NAME_KINDS,
  type NameKind,
  OBJECT_KINDS,
  type ObjectKind,
  PROPOSAL_STATES,
  SESSION_PHASES,
} from '../../model/vocabulary.ts'
import { reasonJson } from '../answers/command-answer.ts'
import type { Gate } from '../gate.ts'
import { amountJson } from './row-json.ts'

/** Fields that every command has. */
const OPENING: readonly string[] = ['seq', 'timeUs', 'session', 'principal']
/** Kind of name that a field's id is of. */
const NAMED: Readonly<Record<string, NameKind>> = {
  ...{ entity: 'ENTITY', client: 'CLIENT', desk: 'DESK', trader: 'TRADER', account: 'ACCOUNT', owner: 'OWNER' },
  ...{ strategy: 'STRATEGY', venue: 'VENUE', feed: 'FEED', sector: 'SECTOR', assetClass: 'ASSET_CLASS' },
  ...{ currency: 'CURRENCY', instrument: 'INSTRUMENT', underlying: 'INSTRUMENT' },
}
/** Kinds of the two names of each kind of binding. */
const BOUND: readonly (readonly [NameKind, NameKind | undefined])[] = [
  ['TRADER', 'ACCOUNT'],
  ['STRATEGY', 'ACCOUNT'],
  ['SESSION', 'ACCOUNT'],
  ['SESSION', 'TRADER'],
  ['SESSION', 'VENUE'],
  ['ACCOUNT', 'ASSET_CLASS'],
  ['PRINCIPAL', undefined],
]

export function proposalJson({ directory }: Gate, proposal: ProposalView): object {
  const { state, key, title, madeUs, expiresUs, lines, applied, refused, refusals } = proposal
  const person = (id: number) => (id < 0 ? undefined : directory.nameOf('PRINCIPAL', id))
  return {
    proposal: proposal.proposal,
    state: PROPOSAL_STATES[state],
    title,
    key,
    maker: person(proposal.maker),
    checker: person(proposal.checker),
    made: formatTimeUs(madeUs),
    expires: formatTimeUs(expiresUs),
    lines,
    contentHash: formatHash(proposal.contentHash0, proposal.contentHash1),
    applied,
    refused,
    refusals: refusals.map(({ line, reason }) => ({ line, reason: reasonJson(reason) })),
  }
}

/** What a line would set; of a limit and a parameter also what holds now, and how much of it is used. */
export function lineJson(gate: Gate, names: Directory, stands: RowsInForce, line: number, bytes: Uint8Array): object {
  const tape = new Tape(bytes.slice().buffer)
  const type = typeAt(tape, 0)
  if (type === LIMIT.type) return { line, ...limitJson(names, stands, decode(tape, 0, LIMIT)) }
  const layout = layoutOfType(type)
  if (layout === undefined) return { line }
  const values: Readonly<Record<string, number | string>> = decode(tape, 0, layout)
  const fields: Record<string, unknown> = {}
  for (const { name } of layout.fields) {
    if (OPENING.includes(name)) continue
    const word = wordOf(layout.name, name, values, names)
    if (word !== undefined) fields[name] = word
  }
  const now = type === PARAMETER.type ? gate.view.parameter(values.parameter as number) : undefined
  return { line, command: layout.name, sets: fields, ...(now === undefined ? {} : { now: { value: String(now) } }) }
}

function wordOf(command: string, field: string, values: Readonly<Record<string, number | string>>, names: Directory) {
  const value = values[field] as number | string
  if (typeof value === 'string') return value === '' ? undefined : value
  // The owner of an algorithm is a person, of an account a group of accounts.
  const kind = command === 'Algo' && field === 'owner' ? 'PRINCIPAL' : NAMED[field]
  if (kind !== undefined) return value < 0 ? undefined : names.nameOf(kind, value)
  switch (`${command}.${field}`) {
    case 'Parameter.parameter':
      return PARAMETERS[value]?.name
    case 'Hierarchy.kind':
      return NAME_KINDS[value]
    case 'CalendarDay.kind':
      return CALENDAR_DAY_KINDS[value]
    case 'DayRoll.calendar':
      return value < 0 ? undefined : names.nameOf('ENTITY', value)
    case 'ZoneTransitions.fromUs':
    case 'ZoneTransitions.untilUs':
      return formatTimeUs(value)
    case 'Algo.environment':
      return ENVIRONMENTS[value]
    case 'Binding.kind':
      return BINDING_KINDS[value]
    case 'Binding.a':
      return names.nameOf((BOUND[values.kind as number] ?? BOUND[0])?.[0] as NameKind, value)
    case 'Binding.b': {
      const other = BOUND[values.kind as number]?.[1]
      if (other === undefined) return DUTIES.filter((_, at) => (value & (1 << at)) !== 0).join(' ')
      return names.nameOf(other, value)
    }
    case 'List.list':
      return LIST_KINDS[value]
    case 'List.mode':
      return LIST_MODES[value]
    case 'List.subject':
    case 'Capital.subject':
      return value < 0 ? undefined : names.subjectOf(value)
    default:
      // As it is stored: an integer in the unit of its instrument or currency.
      return String(value)
  }
}

function limitJson(names: Directory, inForce: RowsInForce, values: RecordOf<typeof LIMIT>): object {
  const control = controlAt(values.control)
  const kind = OBJECT_KINDS[values.objectKind] as ObjectKind
  const nameKind = nameKindOf(kind)
  const level = (value: number) => amountJson(limitAmount(control, kind, values.object, value, names))
  const stands = inForce(values)
  const use = stands === undefined || Number.isNaN(stands.use) ? undefined : stands.use
  return {
    command: 'Limit',
    sets: {
      control: control.code,
      subject: names.subjectOf(values.subject),
      object:
        nameKind === undefined
          ? undefined
          : { kind, name: values.object < 0 ? '*' : names.nameOf(nameKind, values.object) },
      remove: (values.flags & 1) !== 0 ? true : undefined,
      hard: level(values.hard),
      hardForReducing: values.hardForReducing > values.hard ? level(values.hardForReducing) : undefined,
      soft: values.soft > 0 ? level(values.soft) : undefined,
      param: values.param > 0 ? values.param : undefined,
      phase: values.phase > 0 ? SESSION_PHASES[values.phase - 1] : undefined,
      effective: values.effectiveUs > 0 ? formatTimeUs(values.effectiveUs) : undefined,
      expires: values.expiresUs > 0 ? formatTimeUs(values.expiresUs) : undefined,
      enforceOnResting: (values.flags & 2) !== 0 ? true : undefined,
      action: LIMIT_ACTIONS[values.action],
      mode: LIMIT_MODES[values.mode],
      reason: values.reason === '' ? undefined : values.reason,
    },
    now:
      stands === undefined
        ? undefined
        : {
            hard: level(stands.hard),
            use: use === undefined ? undefined : amountJson(useAmount(control, kind, values.object, use, names)),
          },
  }
}

/** The row in force that a limit would change. */
export type RowsInForce = (limit: RecordOf<typeof LIMIT>) => LimitView | undefined

/** The rows in force, read once, when the first one is asked for: a proposal may have as many lines as there are rows. */
export function rowsInForce({ view }: Gate): RowsInForce {
  let rows: Map<string, LimitView> | undefined
  return (limit) => {
    rows ??= new Map([...view.limits()].map((row) => [keyOf(row), row]))
    return rows.get(keyOf(limit))
  }
}

/** Controls whose rows may stand twice for one thing, with other parameters. */
const BY_PARAM: readonly string[] = ['C01', 'C03']

function keyOf(row: Pick<LimitView, 'control' | 'subject' | 'objectKind' | 'object' | 'param' | 'phase'>): string {
  const { control, subject, objectKind, object, param, phase } = row
  const own = BY_PARAM.includes(controlAt(control).id) ? param : 0
  return [control, subject, objectKind, objectKind === 0 ? -1 : object, own, phase].join('/')
}
