/** What one person, or a machine, may carry out without a second person. */
import { CONTROLS } from '../../model/controls.ts'
import { PARAMETERS } from '../../model/parameters.ts'
import { DUTIES, type Duty, LIST_KINDS, LIST_MODES, NAME_KINDS } from '../../model/vocabulary.ts'
import type { Command, CommandName, ValuesOfCommand } from '../commands/command.ts'
import { FIRM, type Roll, repeats } from './calendar-time.ts'
import { entitiesOf } from './exposure.ts'
import { dutiesOf, named } from './names.ts'
import * as rows from './rows.ts'
import { type Limit, nameAt, type State, subjectAt } from './state.ts'

/** Duties of those who carry a command out alone; commands that are not here need no second person. */
const CARRIED_OUT_BY: Partial<Record<CommandName, readonly Duty[]>> = {
  Position: ['positions:write'],
  InstrumentState: ['quotes:write', 'reference:write'],
  Instrument: ['reference:write'],
  Hierarchy: ['reference:write', 'admin'],
  Binding: ['reference:write', 'admin'],
  List: ['lists:write'],
  Locate: ['lists:write', 'reference:write'],
  Fx: ['reference:write'],
  Capital: ['reference:write'],
  Adv: ['reference:write'],
  Algo: ['reference:write'],
  Parameter: ['limits:approve', 'admin'],
  Limit: ['limits:approve'],
  Calendar: ['reference:write'],
  CalendarDay: ['reference:write'],
  ZoneTransitions: ['reference:write'],
  DayRoll: ['day:roll'],
}
const DATES: readonly CommandName[] = ['Calendar', 'CalendarDay', 'ZoneTransitions', 'DayRoll']
const PEOPLES: readonly CommandName[] = ['Limit', 'Parameter', 'List', 'Binding', 'Algo', ...DATES]
const PRINCIPAL_DUTY = 6
const PRINCIPAL = 14

export const holds = (duties: number, ...any: readonly Duty[]) =>
  any.some((duty) => (duties & (1 << DUTIES.indexOf(duty))) !== 0)

export function isGoverned(given: Command): boolean {
  return given.name in CARRIED_OUT_BY && !(given.name === 'Position' && given.values.statement !== 0)
}

/** Why the sender may not carry it out alone; null where it may. `roll` is what the first timer asks for now. */
export function aloneRefusal(state: State, given: Command, roll: Roll | null): string | null {
  if (!isGoverned(given)) return null
  const { principal } = given.values
  if (principal === -1) return state.profile === 0 || isDue(given, roll) ? null : 'TWO_PEOPLE_NEEDED'
  const sender = nameAt(state, 'PRINCIPAL', principal)
  if (sender === undefined) return 'DUTY_MISSING'
  const duties = dutiesOf(state, principal)
  const own = CARRIED_OUT_BY[given.name] ?? []
  const isPerson = (sender.flags & 1) === 1
  const isEntitled = holds(duties, ...own) || (isPerson && holds(duties, 'limits:propose', 'limits:approve'))
  if (!isEntitled) return 'DUTY_MISSING'
  if (tightens(state, given)) return null
  const isFed = !PEOPLES.includes(given.name) && !undoes(state, given)
  const mayLoosen = !isPerson && (state.profile === 0 || isFed)
  return mayLoosen ? null : 'TWO_PEOPLE_NEEDED'
}

/** The roll that comes by itself at this moment. */
function isDue(given: Command, roll: Roll | null): boolean {
  if (given.name !== 'DayRoll') return false
  const { calendar, tradeDate } = given.values
  return roll !== null && Math.max(roll.calendar, 0) === Math.max(calendar, 0) && roll.tradeDate === tradeDate
}

/** A machine takes back no flag of a name, and gives no price of its own. */
function undoes(state: State, given: Command): boolean {
  if (given.name === 'InstrumentState') return (given.values.flags & 2) !== 0 && given.values.manualUntilUs !== 0
  if (given.name !== 'Hierarchy') return false
  const kind = NAME_KINDS[given.values.kind]
  if (kind === 'ACCOUNT') return mixesEntities(state, given.values)
  const stood = kind === undefined ? 0 : (named(state, kind, given.values.name)?.flags ?? 0)
  // From now on what was refused waits, and passes.
  if (kind === 'OWNER' && (given.values.flags & 2) !== 0 && (stood & 2) === 0) return true
  if ((given.values.flags & 1) !== 0) return false
  if (kind !== 'VENUE' && kind !== 'OWNER' && kind !== 'STRATEGY') return false
  return (stood & 1) !== 0
}

/** A new account whose desk or client was of other entities alone, while an entity has its own calendar. */
function mixesEntities(state: State, { name, entity, client, desk }: ValuesOfCommand<'Hierarchy'>): boolean {
  const hasOwn = [...state.calendars.keys()].some((key) => key !== FIRM)
  if (!hasOwn || named(state, 'ACCOUNT', name) !== undefined) return false
  if (nameAt(state, 'ENTITY', entity) === undefined) return false
  return [subjectAt(state, 'CLIENT', client), subjectAt(state, 'DESK', desk)].some((parent) => {
    const entities = parent === undefined ? [] : entitiesOf(state, parent)
    return entities.length > 0 && !entities.includes(entity)
  })
}

/** True where a person with these duties may propose (or approve) a line. */
export function mayTakePart(line: Command, duties: number, enough: Duty): boolean {
  if (holds(duties, enough)) return true
  if (line.name === 'Limit' || line.name === 'Parameter') return false
  const isOfPeople =
    (line.name === 'Binding' && line.values.kind === PRINCIPAL_DUTY) ||
    (line.name === 'Hierarchy' && line.values.kind === PRINCIPAL)
  return isOfPeople ? holds(duties, 'admin') : holds(duties, ...(CARRIED_OUT_BY[line.name] ?? []))
}

function tightens(state: State, given: Command): boolean {
  switch (given.name) {
    case 'Limit':
      return tightensLimit(state, given.values)
    case 'Parameter': {
      const row = PARAMETERS[given.values.parameter]
      const now = state.parameters[given.values.parameter] as number
      if (row === undefined || !('tighter' in row)) return false
      return row.tighter === 'lower' ? given.values.value <= now : given.values.value >= now
    }
    case 'List':
      return tightensList(state, given.values)
    case 'Binding': {
      const { kind, a, b, allow, principal } = given.values
      const whose = kind === PRINCIPAL_DUTY ? nameAt(state, 'PRINCIPAL', a) : undefined
      if (whose === undefined) return allow === 0
      const isOwn = (whose.flags & 1) === 0 || a === principal
      return isOwn && (allow === 0 || (b & ~dutiesOf(state, a)) === 0)
    }
    case 'ZoneTransitions':
      return prolongs(state, given.values)
    case 'Algo':
      return given.values.approved === 0
    case 'InstrumentState': {
      const { flags, halted, rule201, active, manualUntilUs } = given.values
      const gives = (flag: number) => (flags & flag) !== 0
      const eases = gives(1) || (gives(2) && manualUntilUs !== 0) || (gives(4) && halted === 0)
      return !(eases || (gives(8) && rule201 === 0) || (gives(16) && active !== 0))
    }
    default:
      return false
  }
}

const YEAR_US = 366 * 86_400_000_000

/** Nothing new of a zone, or something behind all that was known a year ahead. */
function prolongs(state: State, { zone, fromUs, untilUs, offsetSeconds, timeUs }: ValuesOfCommand<'ZoneTransitions'>) {
  const known = state.zones.get(zone) ?? []
  const [first, last] = [known[0], known.at(-1)]
  if (first === undefined || last === undefined) return false
  if (!repeats(known, { fromUs, untilUs, seconds: offsetSeconds })) return false
  return untilUs <= last.untilUs || last.untilUs - timeUs >= YEAR_US
}

function tightensLimit(state: State, values: ValuesOfCommand<'Limit'>): boolean {
  const { control, subject, objectKind, flags, effectiveUs, phase } = values
  if ((flags & 1) !== 0 || effectiveUs !== 0) return false
  const object = objectKind === 0 ? -1 : values.object
  const stands = state.limits.get(
    rows.limitKey({ control, subject, objectKind, object, param: BigInt(values.param), phase }),
  )
  if (stands === undefined || (flags & 8) !== 0) return false
  const term = state.terms.get(rows.limitKey(stands))
  const isForGood = term !== undefined && term.base !== null && isTighter(values, term.base)
  if (term !== undefined && !isForGood && values.expiresUs > term.expiresUs) return false
  return isTighter(values, stands)
}

export function isTighter(values: ValuesOfCommand<'Limit'>, stands: Limit): boolean {
  const { control, hard, soft, action, mode } = values
  const lower = CONTROLS[control]?.higherIsLooser === true
  const tight = (now: number, before: bigint) => (lower ? BigInt(now) <= before : BigInt(now) >= before)
  const reducing = Math.max(hard, values.hardForReducing)
  const reducingBefore = stands.hardForReducing > stands.hard ? stands.hardForReducing : stands.hard
  if (!tight(hard, stands.hard) || !tight(reducing, reducingBefore)) return false
  if (stands.soft > 0n && (soft === 0 || BigInt(soft) > stands.soft)) return false
  if (!isParamTight(control, BigInt(values.param), stands.param)) return false
  if (stands.action !== 1 && action === 1) return false
  return stands.mode === 1 || mode !== 1
}

function isParamTight(control: number, param: bigint, before: bigint): boolean {
  const isLonger = param >= before
  if (control === rows.B03) return param <= before
  if (control === rows.B09) return isLonger
  // 0 of a loss is 1.
  return param === before || (control === rows.E05 && (isLonger || (before <= 1n && param <= 1n)))
}

function tightensList(state: State, values: ValuesOfCommand<'List'>): boolean {
  const { list, instrument, subject, mode, fromUs, untilUs, timeUs } = values
  if (LIST_KINDS[list] !== 'RESTRICTED') return LIST_MODES[mode] === 'OFF'
  if (LIST_MODES[mode] === 'OFF') return false
  const stands = state.lists.get(`${list}:${instrument}:${subject}`)
  if (stands === undefined || LIST_MODES[stands.mode] === 'OFF') return true
  if (mode !== stands.mode && LIST_MODES[mode] !== 'NO_TRADE') return false
  if (fromUs > stands.fromUs && fromUs > timeUs) return false
  return untilUs === 0 || (stands.untilUs !== 0 && stands.untilUs <= untilUs)
}
