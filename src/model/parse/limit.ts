/** A limit row: form and constructor, and the unit that each control's limits are written in. */
import { WARN_LEVELS } from '../bounds.ts'
import { CONTROLS, type ControlRow } from '../controls.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { MAX } from '../numbers.ts'
import { LIMIT } from '../records/commands.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  type NameKind,
  OBJECT_KINDS,
  type ObjectKind,
  SESSION_PHASES,
  TRADING_STATES,
} from '../vocabulary.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayCode,
  mayFlag,
  mayNumber,
  mayScope,
  mayText,
  mayTime,
  needCode,
  needScope,
  type WordsOf,
} from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

/** States that the latch of a row may have, from the mildest; the record holds the index in TRADING_STATES. */
const LATCH_STATES = TRADING_STATES.slice(1)
/** Controls that rows may be set for. */
const LIMITED: readonly ControlRow[] = CONTROLS.filter((control) => control.family === 'limit')
const CODES = LIMITED.map((control) => control.code)
const REMOVE = 1
const ENFORCE = 2
const TEMPORARY = 4
const DROP_SCHEDULED = 8
/** Written for the largest limit that can be held. */
export const UNLIMITED = 'UNLIMITED'

const LEVEL = "the control's unit: money of the base currency, quantity, basis points, or a count"

export const LIMIT_FORM = form(
  'Limit',
  'Sets a limit row, or takes it away.',
  [
    needCode('control', CODES, 'Control that the row is for.', 'MAX_ORDER_NOTIONAL'),
    needScope('subject', 'Scope that is limited.', `ACCOUNT:${EXAMPLE.account}`),
    mayScope('object', 'What the limit is about, as KIND:name; KIND:* is each of a kind.', 'SECTOR:*'),
    mayNumber('hard', `${LEVEL}; or UNLIMITED`, 'Largest use allowed. 0 allows nothing.', '1000000.00'),
    mayNumber('hardForReducing', LEVEL, 'Stands for hard where an order only reduces; at least hard.', '1500000.00'),
    mayNumber('soft', LEVEL, 'Soft level; none where not given.', '900000.00'),
    mayNumber(
      'windowUs',
      'microseconds',
      'MESSAGE_RATE, DUPLICATE_ORDER, REJECT_STORM, PRICE_COLLAR_WINDOW: its length.',
      '1000000',
    ),
    mayNumber('bothSides', '0 or 1', 'REPEATED_EXECUTION: 1 counts executions of both sides together.', '0'),
    mayCode('latchState', LATCH_STATES, 'DAILY_LOSS: state of its latch; REDUCE_ONLY where not given.', 'REDUCE_ONLY'),
    mayNumber('bandTicks', 'ticks', 'PRICE_COLLAR: the band is at least this wide.', '10'),
    {
      name: 'warnBps',
      kind: 'numbers',
      required: false,
      doc: 'Warning levels as shares of hard, rising.',
      example: ['8000', '9500'],
      most: WARN_LEVELS,
      unit: 'basis points of hard, 1 to 10000',
    },
    mayCode('action', LIMIT_ACTIONS, 'What a breach does; BLOCK where not given.', 'BLOCK'),
    mayCode('mode', LIMIT_MODES, 'SHADOW records and lets pass; ENFORCE where not given.', 'ENFORCE'),
    mayTime('effective', 'When it begins; at once where not given.', '2026-11-21T14:30:00Z'),
    mayTime(
      'expires',
      'When the row goes back by itself to what stood before; never where not given.',
      '2026-11-28T00:00:00Z',
    ),
    mayFlag('temporary', 'true: it must say when it expires.', false),
    mayFlag('dropScheduled', 'true drops what waits to replace this row.', false),
    mayCode('phase', SESSION_PHASES, 'PRICE_COLLAR: only while the venue is in this phase.', 'PRE_OPEN'),
    mayFlag('remove', 'true takes the row away.', false),
    mayFlag(
      'enforceOnResting',
      'true: cancels of resting orders are asked for, newest first, until the use fits. Else they are not touched.',
      false,
    ),
    mayText('reason', 'Why.', 'Quarterly review'),
  ],
  ['hard'],
)

/** Controls with a window, and the one with a band in ticks. */
const WINDOWED: readonly string[] = ['MESSAGE_RATE', 'DUPLICATE_ORDER', 'REJECT_STORM', 'PRICE_COLLAR_WINDOW']
const BANDED = 'PRICE_COLLAR'
const COUNTED = 'REPEATED_EXECUTION'
const LOSS = 'DAILY_LOSS'

export function limit(
  words: WordsOf<typeof LIMIT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof LIMIT> | RequestError {
  const read = new Reading(names)
  const place = read.code('control', words.control, CODES)
  const control = LIMITED[place]
  if (read.fault !== undefined || control === undefined) return read.fault as RequestError
  const object = objectOf(read, words.object)
  const decimals = limitDecimals(control, object.kind, object.id, names)
  const level = (field: 'hard' | 'hardForReducing' | 'soft') =>
    words[field] === UNLIMITED && field !== 'soft' ? MAX : read.amount(field, words[field], decimals)
  const { remove = false, temporary = false, dropScheduled = false, enforceOnResting = false, warnBps = [] } = words
  if (!remove && words.hard === undefined) read.fail('MISSING_FIELD', 'hard')
  const warn = warnLevels(read, warnBps)
  const values = {
    session: sender.session,
    principal: sender.principal,
    hard: level('hard'),
    hardForReducing: level('hardForReducing'),
    soft: level('soft'),
    param: paramOf(read, control.code, remove, words),
    effectiveUs: read.timeUs('effective', words.effective),
    expiresUs: read.timeUs('expires', words.expires),
    warn1Bps: warn[0] ?? 0,
    warn2Bps: warn[1] ?? 0,
    warn3Bps: warn[2] ?? 0,
    warn4Bps: warn[3] ?? 0,
    control: control.index,
    subject: read.subject('subject', words.subject),
    objectKind: OBJECT_KINDS.indexOf(object.kind),
    object: object.id,
    action: words.action === undefined ? 0 : read.code('action', words.action, LIMIT_ACTIONS),
    mode: words.mode === undefined ? 0 : read.code('mode', words.mode, LIMIT_MODES),
    flags:
      (remove ? REMOVE : 0) |
      (enforceOnResting ? ENFORCE : 0) |
      (temporary ? TEMPORARY : 0) |
      (dropScheduled ? DROP_SCHEDULED : 0),
    phase: words.phase === undefined ? 0 : read.code('phase', words.phase, SESSION_PHASES) + 1,
    reason: evidenceText(words.reason ?? ''),
  }
  if (temporary && words.expires === undefined) read.fail('MISSING_FIELD', 'expires')
  if (control.code !== BANDED && words.phase !== undefined) {
    read.fail('FIELD_CONFLICT', 'phase', `${control.code} has no phase.`)
  }
  if (words.hardForReducing !== undefined && values.hardForReducing < values.hard) {
    read.fail('OUT_OF_RANGE', 'hardForReducing', 'It is at least hard.')
  }
  return read.fault ?? { layout: LIMIT, values }
}

/** Decimals that levels of a control's rows have, by what the row is about. */
export function limitDecimals(control: ControlRow, kind: ObjectKind, object: number, names: Directory): number {
  if (control.unit === 'money') return names.ledgerDecimals
  // A quantity limit about one instrument is in its units; about anything else it is in whole units.
  return control.unit === 'qty' && kind === 'INSTRUMENT' ? (names.instrument(object)?.qtyDecimals ?? 0) : 0
}

/** True for controls whose rows have a window. */
export function isWindowed(code: string): boolean {
  return WINDOWED.includes(code)
}

/** Name kind of an object kind. */
export function nameKindOf(kind: ObjectKind): NameKind | undefined {
  if (kind === 'NONE') return undefined
  return kind === 'UNDERLYING' ? 'INSTRUMENT' : kind
}

function objectOf(read: Reading, word: string | undefined): { kind: ObjectKind; id: number } {
  if (word === undefined) return { kind: 'NONE', id: -1 }
  const colon = word.indexOf(':')
  const kind = word.slice(0, Math.max(colon, 0)) as ObjectKind
  const nameKind = OBJECT_KINDS.includes(kind) ? nameKindOf(kind) : undefined
  if (nameKind === undefined) {
    read.fail('NOT_IN_SET', 'object', `KIND:name or KIND:*, where KIND is one of ${OBJECT_KINDS.slice(1).join(', ')}.`)
    return { kind: 'NONE', id: -1 }
  }
  const name = word.slice(colon + 1)
  return { kind, id: name === '*' ? -1 : read.name(nameKind, 'object', name) }
}

function warnLevels(read: Reading, words: readonly string[]): readonly number[] {
  const levels = words.map((word) => read.integer('warnBps', word, 1, 10_000))
  if (levels.length > WARN_LEVELS) read.fail('TOO_MANY_ROWS', 'warnBps', `At most ${WARN_LEVELS} levels.`)
  if (levels.some((level, at) => at > 0 && level <= (levels[at - 1] as number))) {
    read.fail('OUT_OF_RANGE', 'warnBps', 'The levels rise.')
  }
  return levels
}

type ParamWords = Pick<WordsOf<typeof LIMIT_FORM>, 'windowUs' | 'bandTicks' | 'bothSides' | 'latchState'>

function paramOf(
  read: Reading,
  code: string,
  remove: boolean,
  { windowUs, bandTicks, bothSides, latchState }: ParamWords,
): number {
  const windowed = isWindowed(code)
  if (windowed && windowUs === undefined && !(remove && code !== 'MESSAGE_RATE')) read.fail('MISSING_FIELD', 'windowUs')
  if (!windowed && windowUs !== undefined) read.fail('FIELD_CONFLICT', 'windowUs', `${code} has no window.`)
  if (code !== BANDED && bandTicks !== undefined) read.fail('FIELD_CONFLICT', 'bandTicks', `${code} has no band.`)
  if (code !== COUNTED && bothSides !== undefined) read.fail('FIELD_CONFLICT', 'bothSides', `${code} counts no sides.`)
  if (code !== LOSS && latchState !== undefined) read.fail('FIELD_CONFLICT', 'latchState', `${code} sets no latch so.`)
  if (code === COUNTED) return read.integer('bothSides', bothSides, 0, 1)
  if (code === LOSS) return latchState === undefined ? 0 : read.code('latchState', latchState, LATCH_STATES) + 1
  if (code === BANDED) return read.integer('bandTicks', bandTicks, 0)
  return windowed ? read.integer('windowUs', windowUs, 1, 86_400_000_000) : 0
}
