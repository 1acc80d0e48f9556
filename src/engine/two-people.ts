/**
 * What takes two people (docs/reference/decision.md §15): a command that tightens may be carried out by one person at
 * once; whatever loosens comes by a proposal. Machines carry out what their duties say, and in production loosen nothing.
 */
import { ZONE_NOTICE_US } from '../model/bounds.ts'
import { reasonNumber } from '../model/codes.ts'
import { CONTROLS } from '../model/controls.ts'
import { PARAMETERS, type ParameterRow } from '../model/parameters.ts'
import * as C from '../model/records/commands.ts'
import { ALGO } from '../model/records/control-commands.ts'
import { ZONE_TRANSITIONS } from '../model/records/day-commands.ts'
import { decode, type RecordOf } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { LIST_KINDS, LIST_MODES, TIMER_KINDS } from '../model/vocabulary.ts'
import { kindOf, mayCarryOut, mayTighten } from './command-duties.ts'
import { objectNamed } from './decide-governance.ts'
import { Row } from './state/limit-row.ts'
import { B03, B09, E05, limitKey, type RowVersion } from './state/limit-version.ts'
import { Kind } from './state/names.ts'
import type { State } from './state/state.ts'

const TWO_PEOPLE_NEEDED = reasonNumber('TWO_PEOPLE_NEEDED')
const DUTY_MISSING = reasonNumber('DUTY_MISSING')

const DEMO = 0
const REMOVES = 1
/** Drops what waits to begin, which may be a tightening. */
const DROPS = 8
/** Flag of an owner. */
const CANCELS_FIRST = 2
const ALERT = 1
const SHADOW = 1
const REDUCE_ONLY = 1
const PRINCIPAL_DUTY = 6
const RESTRICTED = LIST_KINDS.indexOf('RESTRICTED')
const OFF = LIST_MODES.indexOf('OFF')
const CALENDAR_TIMER = TIMER_KINDS.indexOf('CALENDAR')
const FIRM = 0
const NO_TRADE = LIST_MODES.indexOf('NO_TRADE')
/** Flags of InstrumentState: which of its fields are given. */
const PRIOR_CLOSE = 1
const MANUAL = 2
const HALTED = 4
const RULE_201 = 8
const ACTIVE = 16
/** What a machine may loosen in production: data that it feeds, not what people have set. */
const FED: ReadonlySet<number> = new Set([
  ...[C.POSITION, C.INSTRUMENT_STATE, C.INSTRUMENT, C.HIERARCHY, C.LOCATE, C.FX, C.CAPITAL, C.ADV].map(
    ({ type }) => type,
  ),
])

export type TwoPeople = ReturnType<typeof createTwoPeople>

export function createTwoPeople(state: State) {
  const { names, limits, calendars } = state

  /** Reason number why the sender may not carry the command out alone; 0 where it may. */
  function refusal(tape: Tape, offset: number, type: number): number {
    if (kindOf(tape, offset) === 0) return 0
    const principal = tape.i32[(offset >> 2) + C.TICK.at.principal]!
    // The set-up of a demo, and of tests, comes from the gate itself.
    if (principal === -1) return state.profile === DEMO || isDueRoll(tape, offset, type) ? 0 : TWO_PEOPLE_NEEDED
    if (!names.has(Kind.PRINCIPAL, principal)) return DUTY_MISSING
    const duties = names.duties[principal]!
    if (names.isPerson[principal] !== 0) {
      if (!mayTighten(type, duties)) return DUTY_MISSING
      return tightens(tape, offset, type) ? 0 : TWO_PEOPLE_NEEDED
    }
    if (!mayCarryOut(type, duties)) return DUTY_MISSING
    if (state.profile === DEMO || tightens(tape, offset, type)) return 0
    return FED.has(type) && !undoes(tape, offset, type) ? 0 : TWO_PEOPLE_NEEDED
  }

  /** True for the roll that a calendar's timer asks for now. */
  function isDueRoll(tape: Tape, offset: number, type: number): boolean {
    if (type !== C.DAY_ROLL.type) return false
    const { calendar, tradeDate } = decode(tape, offset, C.DAY_ROLL)
    const subject = Math.max(calendar, FIRM)
    const timer = state.timers.first()
    if (timer?.kind !== CALENDAR_TIMER || timer.id !== subject || timer.dueUs > state.timeUs) return false
    return tradeDate === calendars.nextRoll(subject).tradeDate
  }

  /** True where data that a machine feeds takes the place of what people have decided. */
  function undoes(tape: Tape, offset: number, type: number): boolean {
    if (type === C.HIERARCHY.type) {
      const command = decode(tape, offset, C.HIERARCHY)
      return easesName(command) || movesRoll(command)
    }
    if (type !== C.INSTRUMENT_STATE.type) return false
    const { flags, manualUntilUs } = decode(tape, offset, C.INSTRUMENT_STATE)
    return (flags & MANUAL) !== 0 && manualUntilUs !== 0
  }

  /**
   * A venue that is atomic again, an owner that meets itself at one venue alone or whose resting orders are canceled first, a
   * strategy that is no algorithm any more.
   */
  function easesName({ kind, name, flags }: RecordOf<typeof C.HIERARCHY>): boolean {
    if (kind !== Kind.VENUE && kind !== Kind.OWNER && kind !== Kind.STRATEGY) return false
    const known = names.idOf(kind, name)
    const wasFirst = kind === Kind.OWNER && known >= 0 && names.ownerCancelsFirst[known] !== 0
    // Orders that were refused wait then, and pass.
    if (kind === Kind.OWNER && (flags & CANCELS_FIRST) !== 0 && !wasFirst) return true
    if ((flags & 1) !== 0 || known < 0) return false
    if (kind === Kind.STRATEGY) return state.algos.standing[known] !== 0
    return (kind === Kind.VENUE ? names.venueNonAtomic : names.ownerCrossVenue)[known] !== 0
  }

  /** A first account of an entity at a desk or a client that had others: it may roll with another calendar from then on. */
  function movesRoll({ kind, name, entity, client, desk }: RecordOf<typeof C.HIERARCHY>): boolean {
    if (kind !== Kind.ACCOUNT || names.idOf(kind, name) >= 0 || !names.has(Kind.ENTITY, entity)) return false
    if (calendars.own.size === (calendars.own.has(FIRM) ? 1 : 0)) return false
    const isFirst = (of: number, subject: number) => {
      const mask = names.has(of, subject) ? names.entityMask[subject]! : 0
      return mask !== 0 && (mask & (1 << names.entityOrdinal[entity]!)) === 0
    }
    return isFirst(Kind.CLIENT, client) || isFirst(Kind.DESK, desk)
  }

  /** True where nothing that was refused would pass after the command. */
  function tightens(tape: Tape, offset: number, type: number): boolean {
    switch (type) {
      case C.LIMIT.type:
        return tightensLimit(decode(tape, offset, C.LIMIT))
      case C.PARAMETER.type:
        return tightensParameter(decode(tape, offset, C.PARAMETER))
      case C.LIST.type:
        return tightensList(decode(tape, offset, C.LIST))
      case C.BINDING.type:
        return tightensBinding(decode(tape, offset, C.BINDING))
      case C.INSTRUMENT_STATE.type:
        return tightensInstrument(decode(tape, offset, C.INSTRUMENT_STATE))
      case ALGO.type:
        return decode(tape, offset, ALGO).approved === 0
      case ZONE_TRANSITIONS.type:
        return isFarOff(decode(tape, offset, ZONE_TRANSITIONS))
      default:
        return false
    }
  }

  /** Not looser than the row in force in any respect; a row that is not there yet may stand for a missing one. */
  function tightensLimit(command: RecordOf<typeof C.LIMIT>): boolean {
    if ((command.flags & REMOVES) !== 0 || command.effectiveUs !== 0) return false
    const key = limitKey(
      command.control,
      command.subject,
      command.objectKind,
      objectNamed(command),
      command.param,
      command.phase,
    )
    const slot = limits.slotOf(key)
    if (slot < 0 || (command.flags & DROPS) !== 0) return false
    // Nobody alone lets a temporary row stand longer than two people have said.
    const running = state.limitTerms.of(slot)
    const isForGood = running !== undefined && running.base !== null && isTighter(command, running.base)
    if (running !== undefined && !isForGood && command.expiresUs > running.expiresUs) return false
    return isTighter(command, limits.versions[limits.i[slot * Row.INTS + Row.ID]!]!)
  }

  function tightensParameter({ parameter, value }: RecordOf<typeof C.PARAMETER>): boolean {
    const row = (PARAMETERS as readonly ParameterRow[])[parameter]
    if (row?.tighter === undefined) return false
    const now = state.parameters[parameter]!
    return row.tighter === 'lower' ? value <= now : value >= now
  }

  function tightensList(command: RecordOf<typeof C.LIST>): boolean {
    const { list, instrument, subject, mode, fromUs, untilUs } = command
    if (list !== RESTRICTED) return mode === OFF
    if (mode === OFF) return false
    const known = state.lists.get(list * state.instruments.size + instrument, subject + 1)
    const stands = known < 0 ? undefined : state.listEntries[known]
    if (stands === undefined || stands.mode === OFF) return true
    const isStricter = mode === stands.mode || mode === NO_TRADE
    const isSooner = fromUs <= stands.fromUs || fromUs <= state.timeUs
    const isLonger = untilUs === 0 || (stands.untilUs !== 0 && untilUs >= stands.untilUs)
    return isStricter && isSooner && isLonger
  }

  /** Duties are taken from a machine, or from oneself: another person's are what keeps the first one in check. */
  function tightensBinding({ kind, a, b, allow, principal }: RecordOf<typeof C.BINDING>): boolean {
    if (kind !== PRINCIPAL_DUTY || !names.has(Kind.PRINCIPAL, a)) return allow === 0
    if (names.isPerson[a] !== 0 && a !== principal) return false
    return allow === 0 || (b & ~names.duties[a]!) === 0
  }

  /** Says again what is known of a zone, or goes on behind it so far ahead that no roll of the coming year moves. */
  function isFarOff(interval: RecordOf<typeof ZONE_TRANSITIONS>): boolean {
    const { zones } = calendars
    if (!zones.agrees(interval.zone, interval)) return false
    const knownUntilUs = zones.knownUntilUs(interval.zone)
    return interval.untilUs <= knownUntilUs || knownUntilUs >= state.timeUs + ZONE_NOTICE_US
  }

  return { refusal }
}

/** True where a row as the command has it lets nothing pass that `stands` refuses. */
export function isTighter(command: RecordOf<typeof C.LIMIT>, stands: RowVersion): boolean {
  const { hard, soft, param, action, mode } = command
  const reducing = Math.max(hard, command.hardForReducing)
  const isTightSoft = stands.soft === 0 || (soft > 0 && soft <= stands.soft)
  const isTightParam = isParamTight(command.control, param, stands.param)
  const stops = (action !== ALERT || stands.action === ALERT) && (mode !== SHADOW || stands.mode === SHADOW)
  const { higherIsLooser } = CONTROLS[command.control] as { readonly higherIsLooser: boolean }
  const isTightHard = higherIsLooser
    ? hard <= stands.hard && reducing <= stands.hardForReducing
    : hard >= stands.hard && reducing >= stands.hardForReducing
  return isTightHard && isTightSoft && isTightParam && stops
}

/**
 * A window of the duplicate check that is longer counts more, a band that is narrower lets less pass. Nothing else may
 * change: a window of refusals forgets what it has counted where its length changes, one of the collar has another start.
 */
function isParamTight(control: number, param: number, stands: number): boolean {
  if (control === B03) return param <= stands
  if (control === B09) return param >= stands
  // The state that a loss sets, REDUCE_ONLY where the row says none.
  if (control === E05) return Math.max(REDUCE_ONLY, param) >= Math.max(REDUCE_ONLY, stands)
  return param === stands
}

/** A halt, the Rule 201 test and the end of trading stop; so does taking a manual price away. */
function tightensInstrument(command: RecordOf<typeof C.INSTRUMENT_STATE>): boolean {
  const { flags, halted, rule201, active, manualUntilUs } = command
  if ((flags & PRIOR_CLOSE) !== 0) return false
  if ((flags & MANUAL) !== 0 && manualUntilUs !== 0) return false
  if ((flags & HALTED) !== 0 && halted === 0) return false
  if ((flags & RULE_201) !== 0 && rule201 === 0) return false
  return (flags & ACTIVE) === 0 || active === 0
}
