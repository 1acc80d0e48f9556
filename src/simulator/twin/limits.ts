/**
 * The Limit command: which rows may be set, and what stays of the row that it replaces.
 */
import { reasonNumber } from '../../model/codes.ts'
import { CONTROLS } from '../../model/controls.ts'
import { LIMIT_ACTIONS, LIMIT_MODES, OBJECT_KINDS, SESSION_PHASES, TRADING_STATES } from '../../model/vocabulary.ts'
import type { ValuesOfCommand } from '../commands/command.ts'
import { applied, refused, type TwinEvent } from './events.ts'
import { larger, MAX, sum } from './exact.ts'
import * as exposure from './exposure.ts'
import { largerEnd } from './row-tests.ts'
import * as rows from './rows.ts'
import { type Limit, type Name, nameAt, type State } from './state.ts'
import { isTighter } from './two-people.ts'
import { dropWatches } from './watches-forgotten.ts'

type LimitValues = ValuesOfCommand<'Limit'>

const NONE = 0
const INSTRUMENT = OBJECT_KINDS.indexOf('INSTRUMENT')
const SECTOR = OBJECT_KINDS.indexOf('SECTOR')
const VENUE = OBJECT_KINDS.indexOf('VENUE')
const REMOVES = 1
const ENFORCES = 2
const TEMPORARY = 4
const DROPS = 8
const SCHEDULED_MOST = 1_000
/** Messages that a C01 row can keep. */
const LOG_MOST = 1_000_000
const POSITION_CONTROLS: readonly number[] = [rows.B08, rows.E05, rows.D01L, rows.D01S, rows.D02, rows.D05, rows.D08]
const ENFORCED_CONTROLS: readonly number[] = [
  ...[rows.B01, rows.B02, rows.B08, rows.B12, rows.C05, rows.D01L],
  ...[rows.D01S, rows.D02, rows.D03, rows.D05, rows.D06, rows.D08],
]
const QUANTITY_CONTROLS: readonly number[] = [rows.B08, rows.D01L, rows.D01S]

export function setLimit(state: State, values: LimitValues): TwinEvent[] {
  const subject = state.subjects[values.subject]
  if (subject === undefined || !isObjectKnown(state, values)) return refused('UNKNOWN_NAME')
  if (!isSound(values) || !isAllowed(values, subject)) return refused('INVALID_VALUE')
  const limit = limitOf(values)
  const key = rows.limitKey(limit)
  const old = state.limits.get(key)
  const waits = values.effectiveUs > values.timeUs
  if (waits && state.scheduled.size >= SCHEDULED_MOST) return refused('CAPACITY')
  if (!waits && values.flags & REMOVES && old === undefined) return refused('INVALID_VALUE')
  if (values.flags & DROPS) dropScheduled(state, key)
  if (waits) {
    state.scheduled.set(++state.termsMade, values)
    return applied()
  }
  setTerm(state, key, values, old)
  // Whoever sets the row anew says anew whether it is enforced.
  state.enforced.delete(key)
  if (values.flags & REMOVES) {
    state.limits.delete(key)
    if (old !== undefined) dropWatches(state, old)
    return applied()
  }
  // Refusals of a window of another width are not those of this one.
  limit.marksBeyond = old?.marksBeyond ?? 0
  limit.stamps = old === undefined || (limit.control === rows.C06 && old.param !== limit.param) ? [] : old.stamps
  rows.keepNewest(limit)
  state.limits.set(key, limit)
  if (values.flags & ENFORCES) state.enforced.set(key, { beforeSeq: 0, asked: 0 })
  return [...applied(), ...breach(state, limit, subject, values.timeUs)]
}

function dropScheduled(state: State, key: string): void {
  for (const [id, values] of state.scheduled) {
    if (rows.limitKey(limitOf(values)) === key) state.scheduled.delete(id)
  }
}

/** What becomes of the row's end: a tightening leaves it, unless what it would go back to is no tighter. */
function setTerm(state: State, key: string, values: LimitValues, old: Limit | undefined): void {
  const term = state.terms.get(key)
  if (values.expiresUs > 0) {
    const id = term?.id ?? ++state.termsMade
    state.terms.set(key, { id, base: term === undefined ? (old ?? null) : term.base, expiresUs: values.expiresUs })
    return
  }
  const isForGood = term !== undefined && term.base !== null && isTighter(values, term.base)
  const stays = !(values.flags & REMOVES) && !isForGood && old !== undefined && isTighter(values, old)
  if (!stays) state.terms.delete(key)
}

function isObjectKnown(state: State, { objectKind, object }: LimitValues): boolean {
  const kind = OBJECT_KINDS[objectKind]
  if (kind === undefined || kind === 'NONE' || object === -1) return true
  if (kind === 'INSTRUMENT' || kind === 'UNDERLYING') return state.instruments[object] !== undefined
  return nameAt(state, kind, object) !== undefined
}

function isSound(values: LimitValues): boolean {
  const { hard, hardForReducing, param } = values
  // A message rate is logged stamp by stamp up to a million; beyond that it is unlimited or nothing.
  if (values.control === rows.C06 && hard > LOG_MOST) return false
  const isLogged = values.control !== rows.C01 || hard <= 1_000_000 || hard === Number(MAX)
  const isHard = isLogged && hard >= 0 && hard <= Number(MAX) && (hardForReducing === 0 || hardForReducing >= hard)
  const { flags, effectiveUs, expiresUs, timeUs } = values
  const isFlagged = flags >= 0 && flags <= 15 && ((flags & ENFORCES) === 0 || mayBeEnforced(values))
  const hasEnd = expiresUs > timeUs && expiresUs > effectiveUs && (flags & REMOVES) === 0
  const isDated = isFlagged && effectiveUs >= 0 && (expiresUs === 0 ? (flags & TEMPORARY) === 0 : hasEnd)
  const isWindow = [rows.C01, rows.B09, rows.B04, rows.C06].includes(values.control)
  const isState = values.control === rows.E05 && TRADING_STATES[param] !== undefined
  const takesParam = isState || values.control === rows.B03 || (values.control === rows.C03 && param === 1)
  return (
    isHard &&
    !(values.control === rows.C01 && hard > LOG_MOST && hard < Number(MAX)) &&
    isDated &&
    values.phase >= 0 &&
    values.phase <= (values.control === rows.B03 ? SESSION_PHASES.length : 0) &&
    (isWindow ? param > 0 : param === 0 || (param > 0 && takesParam)) &&
    LIMIT_ACTIONS[values.action] !== undefined &&
    LIMIT_MODES[values.mode] !== undefined
  )
}

/** A row that refuses, and whose use is what rests or that judges what rests. */
function mayBeEnforced({ control, flags, action, mode }: LimitValues): boolean {
  const isWaived = LIMIT_ACTIONS[action] === 'ALERT' || LIMIT_MODES[mode] === 'SHADOW'
  return ENFORCED_CONTROLS.includes(control) && (flags & REMOVES) === 0 && !isWaived
}

/** Which control may be limited for what. */
function isAllowed({ control, objectKind }: LimitValues, subject: Name): boolean {
  if (CONTROLS[control]?.family !== 'limit' || OBJECT_KINDS[objectKind] === undefined) return false
  if (POSITION_CONTROLS.includes(control) && subject.kind === 'SESSION') return false
  if (control === rows.D08) return objectKind === SECTOR
  if (QUANTITY_CONTROLS.includes(control)) return objectKind === INSTRUMENT
  if (control === rows.C01 || control === rows.B09 || control === rows.E05 || control === rows.B12)
    return objectKind === NONE
  if (control === rows.C06) return objectKind === NONE && ['STRATEGY', 'SESSION'].includes(subject.kind)
  if (control === rows.B04) return objectKind === INSTRUMENT
  if (control === rows.C03) return objectKind === NONE || objectKind === INSTRUMENT
  return !(POSITION_CONTROLS.includes(control) && objectKind === VENUE)
}

function limitOf(values: LimitValues): Limit {
  const { warn1Bps, warn2Bps, warn3Bps, warn4Bps } = values
  return {
    control: values.control,
    subject: values.subject,
    objectKind: values.objectKind,
    object: values.objectKind === NONE ? -1 : values.object,
    hard: BigInt(values.hard),
    hardForReducing: BigInt(values.hardForReducing),
    soft: BigInt(values.soft),
    param: BigInt(values.param),
    warnBps: [warn1Bps, warn2Bps, warn3Bps, warn4Bps].map(BigInt),
    action: values.action,
    mode: values.mode,
    phase: values.phase,
    level: 0,
    marksBeyond: 0,
    stamps: [],
  }
}

/** A row for each of a kind has no one use. */
function breach(state: State, limit: Limit, subject: Name, now: number): TwinEvent[] {
  if (limit.objectKind !== NONE && limit.object === -1) return []
  const use = useOf(state, limit, subject, now)
  const base = limit.control === rows.D08 ? rows.capitalOf(state, limit.subject, now) : 0n
  if (use === null || base === null) return []
  const isOver = limit.control === rows.D08 ? use * 10_000n > limit.hard * base : use > limit.hard
  return isOver ? [{ name: 'LimitBreached', limit, use, reason: reasonNumber('LIMIT_BELOW_USE') }] : []
}

/** Use of a row now; null for a control that judges single orders. */
export function useOf(
  state: State,
  limit: Limit,
  subject: Name,
  now: number,
  snap = exposure.snapshot(state),
): bigint | null {
  const object = { kind: limit.objectKind, id: limit.object }
  switch (limit.control) {
    case rows.C01:
      return rows.messagesIn(limit, now)
    case rows.C05:
      return exposure.countAt(state, snap, subject, object)
    case rows.E05:
      return exposure.lossOf(state, snap, subject)
    case rows.D02: {
      const ends = [...exposure.endsAt(state, snap, subject, object).values()]
      if (exposure.isOfSeveralEntities(state, subject)) return sum(ends.map(largerEnd))
      return larger(sum(ends.map(({ long }) => long)), -sum(ends.map(({ short }) => short)))
    }
    case rows.D03:
      return exposure.executedAt(state, subject, object) + exposure.openAt(state, snap, subject, object)
    case rows.D01L:
      return exposure.quantitiesAt(state, snap, subject, object).long
    case rows.D01S:
      return -exposure.quantitiesAt(state, snap, subject, object).short
    case rows.D04:
      return exposure.executedAt(state, subject, object)
    case rows.D05:
    case rows.D08:
      return exposure.grossAt(state, snap, subject, object)
    case rows.D06:
      return exposure.openAt(state, snap, subject, object)
    default:
      return null
  }
}
