/** The trade date's beginning: statements of positions and live orders, readiness, calendars and time zones. */
import type { Directory } from '../../model/directory.ts'
import type { ReadinessView } from '../../model/engine-port.ts'
import { type ErrorCode, RequestError } from '../../model/errors.ts'
import { formatDecimal } from '../../model/numbers.ts'
import {
  CALENDAR_DAY_FORM,
  CALENDAR_FORM,
  calendar,
  calendarDay,
  ZONE_FORM,
  ZONE_TRANSITIONS_FORM,
  zoneTransitions,
} from '../../model/parse/calendar.ts'
import { EXAMPLE } from '../../model/parse/example-names.ts'
import { type Form, form, needName, type Words, type WordsOf } from '../../model/parse/form.ts'
import { type Command, Reading, type Sender } from '../../model/parse/reading.ts'
import {
  ADOPT_FORM,
  adoptStatement,
  LIVE_ORDERS_FORM,
  liveOrderStatement,
  positionStatement,
  STATEMENT_FORM,
} from '../../model/parse/statement.ts'
import { formatTimeUs } from '../../model/parse/timestamps.ts'
import { ZONE_TRANSITIONS } from '../../model/records/day-commands.ts'
import { hashText } from '../../model/statement-hash.ts'
import type { Gate } from '../gate.ts'
import { maySee } from '../visibility.ts'
import { isZone, zoneIntervals } from '../zone-intervals.ts'
import type { Exchange } from './exchange.ts'
import { BULK_BYTES, PEOPLE, type Route } from './route.ts'
import type { Sequencing } from './sequencing.ts'

const TAG = 'Trade date'
const DAY_MS = 86_400_000
/** What a zone is told of where a request does not say: a year back, ten years ahead. */
const BACK_MS = 366 * DAY_MS
const AHEAD_MS = 3653 * DAY_MS
/** Longest span of one request. */
const SPAN_MS = 100 * 366 * DAY_MS

const READINESS_FORM = form('ReadinessQuery', 'Which account.', [needName('account', 'Account.', EXAMPLE.account)])

/** The commands of one request, or what is wrong with it. */
type Construct<F extends Form> = (
  words: WordsOf<F>,
  names: Directory,
  sender: Sender,
) => readonly Command[] | Command | RequestError

type Row = Pick<Route, 'url' | 'duties' | 'summary' | 'description'> & { readonly errors?: readonly ErrorCode[] }

export function dayRoutes(gate: Gate, sequencing: Sequencing): readonly Route[] {
  const names = gate.directory
  const route = <F extends Form>(of: F, construct: Construct<F>, row: Row): Route => ({
    errors: ['UNKNOWN_NAME', 'NOT_A_DATE'],
    ...row,
    method: 'POST',
    tag: TAG,
    form: of,
    bodyBytesMax: BULK_BYTES,
    answer: 'CommandAnswer',
    answerDescription: 'What became of it.',
    sequenced: true,
    handle: (call, rows) => {
      const made = construct(rows[0] as WordsOf<F>, names, call.caller)
      if (made instanceof RequestError) call.refuse(made)
      else sequencing.series(call, 'layout' in made ? [made] : made)
    },
  })
  return [
    route(STATEMENT_FORM, positionStatement, {
      url: '/accounts/:account/positions-statement',
      duties: ['positions:write'],
      summary: "State an account's start-of-day positions",
      description:
        'Complete or without effect. What agrees with the positions carried settles them; a difference blocks the account until another person adopts the statement. The same statement again is refused with STATEMENT_REPEATED.',
    }),
    route(ADOPT_FORM, adoptStatement, {
      url: '/accounts/:account/positions-statement/adopt',
      duties: ['positions:write'],
      summary: 'Make a statement that differs the position',
      description: 'A person, and another one than who sent it.',
    }),
    route(LIVE_ORDERS_FORM, liveOrderStatement, {
      url: '/accounts/:account/live-orders/:venue',
      duties: ['executions:write', 'positions:write'],
      summary: "State an account's live orders at a venue",
      description:
        'Complete or without effect. An order that is not on it is UNKNOWN and stays reserved; one that nobody knew is adopted; GTC and GTD orders are tested again.',
      errors: ['UNKNOWN_NAME', 'NOT_A_DATE', 'NOT_A_TIME'],
    }),
    {
      method: 'GET',
      url: '/accounts/:account/readiness',
      duties: ['risk:read'],
      tag: TAG,
      summary: 'Whether an account may trade on its trade date',
      description: 'What is settled, what is missing, and where a statement differs.',
      form: READINESS_FORM,
      answer: 'Readiness',
      answerDescription: 'Its readiness.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      sequenced: false,
      handle: (call, rows) => showReadiness(gate, call, rows[0] as Words),
    },
    route(CALENDAR_FORM, calendar, {
      url: '/calendars',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Say when trade dates begin',
      description:
        'The roll then comes by itself, once a business day. Its zone must have been told before. In production nobody does it alone: it is proposed.',
      errors: ['UNKNOWN_NAME', 'FIELD_CONFLICT', 'NOT_A_TIME'],
    }),
    route(CALENDAR_DAY_FORM, calendarDay, {
      url: '/calendars/days',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Holidays and half days',
      description: 'Of the firm, an entity or a venue. In production nobody does it alone: it is proposed.',
      errors: ['UNKNOWN_NAME', 'FIELD_CONFLICT', 'NOT_A_TIME', 'NOT_A_DATE'],
    }),
    route(ZONE_FORM, (words, _, sender) => zoneCommands(gate, words, sender), {
      url: '/zones',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Tell a time zone',
      description:
        "The gate's machine knows its offsets; journaled, they are the same for every replay. In production only what is known said again, and what goes on behind it more than a year ahead: all else is proposed, as /zones/transitions.",
      errors: ['NOT_A_TIME'],
    }),
    route(ZONE_TRANSITIONS_FORM, zoneTransitions, {
      url: '/zones/transitions',
      duties: ['reference:write', ...PEOPLE],
      summary: 'Tell one offset of a time zone',
      description: 'What was said of later times is cut off, unless all of it is known already.',
      errors: ['NOT_A_TIME'],
    }),
  ]
}

function zoneCommands(
  gate: Gate,
  words: WordsOf<typeof ZONE_FORM>,
  { session, principal }: Sender,
): readonly Command[] | RequestError {
  const read = new Reading(gate.directory)
  const zone = words.zone ?? ''
  if (!isZone(zone)) read.fail('NOT_IN_SET', 'zone', "No time zone of the gate's machine has this name.")
  const nowMs = Math.floor(gate.view.timeUs / 1000)
  const fromMs = words.from === undefined ? nowMs - BACK_MS : Math.floor(read.timeUs('from', words.from) / 1000)
  const untilMs = words.until === undefined ? nowMs + AHEAD_MS : Math.floor(read.timeUs('until', words.until) / 1000)
  if (untilMs <= fromMs || untilMs - fromMs > SPAN_MS)
    read.fail('OUT_OF_RANGE', 'until', 'After from, and within 100 years.')
  if (read.fault !== undefined) return read.fault
  const whole = (ms: number) => Math.floor(ms / 1000) * 1000
  return zoneIntervals(zone, whole(fromMs), whole(untilMs)).map(
    (interval): Command<typeof ZONE_TRANSITIONS> => ({
      layout: ZONE_TRANSITIONS,
      values: { session, principal, zone, ...interval },
    }),
  )
}

function showReadiness(gate: Gate, call: Exchange, words: Words): void {
  const account = gate.directory.idOf('ACCOUNT', words.account as string)
  // A name that is not there and one that is not the caller's get one answer.
  if (!maySee(gate, call.caller, account)) return call.refuse(new RequestError('NOT_BOUND', 'account'))
  if (account < 0) return call.refuse(new RequestError('UNKNOWN_NAME', 'account'))
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  const said = readinessJson(gate.directory, gate.view.readiness(account))
  call.send(200, JSON.stringify({ account: words.account, ...said, seq: gate.view.seq, profile }))
}

function readinessJson(names: Directory, readiness: ReadinessView): object {
  const { tradeDate, ready, blocked, positions, statement, differences, venues } = readiness
  return {
    tradeDate,
    ready,
    blocked,
    positions,
    statement:
      statement === undefined
        ? undefined
        : { tradeDate: statement.tradeDate, hash: hashText(statement.hash0, statement.hash1) },
    differences: differences.map(({ instrument, trader, strategy, stated, carried }) => {
      const decimals = names.instrument(instrument)?.qtyDecimals ?? 0
      return {
        symbol: names.nameOf('INSTRUMENT', instrument),
        trader: trader < 0 ? undefined : names.nameOf('TRADER', trader),
        strategy: strategy < 0 ? undefined : names.nameOf('STRATEGY', strategy),
        stated: formatDecimal(stated, decimals),
        carried: formatDecimal(carried, decimals),
      }
    }),
    liveOrders: venues.map(({ venue, liveOrders }) => ({ venue: names.nameOf('VENUE', venue), state: liveOrders })),
    calendar: calendarJson(readiness),
  }
}

/** When the account's trade date ends by itself; absent where no calendar knows. */
function calendarJson({ nextRoll }: ReadinessView): object | undefined {
  return nextRoll === undefined ? undefined : { tradeDate: nextRoll.tradeDate, begins: formatTimeUs(nextRoll.dueUs) }
}
