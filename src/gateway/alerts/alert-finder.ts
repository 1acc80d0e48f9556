/** Finds on the tape what people should know. Words are made later, and only of what is told. */
import { reasonAt } from '../../model/codes.ts'
import { controlAt, controlIndex } from '../../model/controls.ts'
import type { LimitView } from '../../model/engine-port.ts'
import { readRows } from '../../model/explain/row-use.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { formatOrderID } from '../../model/parse/execution.ts'
import { EVALUATE, NEW_ORDER, QUOTE, REPLACE_ORDER } from '../../model/records/commands.ts'
import { CONTROL_LATCHED } from '../../model/records/control-events.ts'
import {
  CALENDAR_STUCK,
  LIVE_ORDER_CHECKED,
  STATEMENT_COMPARED,
  STATEMENT_DIFFERS,
} from '../../model/records/day-events.ts'
import {
  EXECUTION_BOOKED,
  EXECUTION_REVERSED,
  isCommandAt,
  LATCH_SET,
  LIMIT_BREACHED,
  LIMIT_WARNED,
  ORDER_DECIDED,
  QUARANTINED,
  ROW_FAILED,
  ROW_ID_MASK,
  ROW_WAIVED,
} from '../../model/records/events.ts'
import { MASS_CANCEL_BEGUN, ORDER_ALARMED, PARKED_ENDED, REPORT_COMPARED } from '../../model/records/fate-events.ts'
import { decode } from '../../model/records/schema.ts'
import { lengthAt, type Tape, typeAt } from '../../model/records/tape.ts'
import { COMPARISONS, LIMIT_ACTIONS, LIMIT_MODES, OUTCOMES, TRADING_STATES } from '../../model/vocabulary.ts'
import { sourcesOf } from '../answers/order-decisions.ts'
import type { Gate } from '../gate.ts'
import type { Found, Said } from './alert.ts'
import { objectNamed, say, sayLimit, sayOf, sayShare, sayUse, subjectNamed } from './limit-words.ts'
import { type Keys, keysOfOrder, NO_KEYS, sessionAt } from './order-keys.ts'

const D = ORDER_DECIDED.at
const REJECT = OUTCOMES.indexOf('REJECT')
const APPROVE = OUTCOMES.indexOf('APPROVE')
const AGREES = COMPARISONS.indexOf('AGREES')
const NOT_COMPARED = COMPARISONS.indexOf('NOT_COMPARED')
const ALERT = LIMIT_ACTIONS.indexOf('ALERT')
const BLOCK = LIMIT_ACTIONS.indexOf('BLOCK')
const SHADOW = LIMIT_MODES.indexOf('SHADOW')
/** Controls whose breach the risk manager is told of, whatever their rows do. */
const TOLD_CONTROLS: readonly number[] = [controlIndex('DAILY_GROSS'), controlIndex('INTRADAY_NET')]
/** Reasons of a refusal that are alerts of their own. */
const TOLD_REASONS: readonly string[] = ['REJECT_STORM', 'RISK_ERROR']

/** Where an event stands. */
interface Place {
  readonly tape: Tape
  readonly command: number
  readonly at: number
  /** The decision of the same entry; -1 where it has none. */
  readonly decision: number
}

type Find = (gate: Gate, place: Place, tell: (found: Found) => void) => void

/** Tells of everything between `start` and `end` that people should know. */
export function findAlerts(gate: Gate, tape: Tape, start: number, end: number, tell: (found: Found) => void): void {
  let command = start
  let decision = -1
  for (let at = start; at < end; at += lengthAt(tape, at)) {
    if (isCommandAt(tape, at)) {
      command = at
      decision = -1
      continue
    }
    const type = typeAt(tape, at)
    if (type === ORDER_DECIDED.type) decision = at
    FINDERS.get(type)?.(gate, { tape, command, at, decision }, tell)
  }
}

function found(place: Place, code: string, about: string, more: Partial<Found>, said: () => Said): Found {
  const { tape, command } = place
  return {
    ...{ code, about, keys: NO_KEYS, sender: -1, subject: -1 },
    seq: tape.f64[(command >> 3) + NEW_ORDER.at.seq] as number,
    timeUs: tape.f64[(command >> 3) + NEW_ORDER.at.timeUs] as number,
    ...more,
    say: said,
  }
}

/** Of the order that the entry decided on; what sent the entry where it decided on none. */
function keysOf(gate: Gate, { tape, command, decision }: Place): Keys {
  if (decision < 0) return NO_KEYS
  const slot = tape.i32[(decision >> 2) + D.slot] as number
  return keysOfOrder(gate, tape, command, slot, tape.f64[(decision >> 3) + D.orderSeq] as number)
}

function limitSaid(gate: Gate, limit: LimitView, text: string, reason?: string): Said {
  const object = objectNamed(gate, limit)
  return {
    ...{ text, subject: subjectNamed(gate, limit.subject) },
    ...{ control: controlAt(limit.control).code, row: limit.row, version: limit.version },
    ...(object === undefined ? {} : { object }),
    ...(reason === undefined ? {} : { reason }),
  }
}

const limitWarned: Find = (gate, place, tell) => {
  const { use, row, level, rising } = decode(place.tape, place.at, LIMIT_WARNED)
  const limit = gate.view.limitVersion(row)
  if (limit === undefined) return
  const said = () => {
    const who = say(subjectNamed(gate, limit.subject))
    const share = sayShare(limit, use)
    const name = sayLimit(gate, limit)
    const head =
      rising === 0
        ? `${who} is back ${level === 0 ? 'below every warning level' : `at warning level ${level}`} of its ${name}`
        : share === undefined
          ? `${who} has reached warning level ${level} of its ${name}`
          : `${who} has used ${share} of its ${name}`
    return limitSaid(gate, limit, `${head}: ${sayUse(gate, limit, use)}`)
  }
  const code = rising === 0 ? 'LIMIT_REARMED' : 'LIMIT_WARNING'
  tell(found(place, code, `row ${limit.row}`, { keys: keysOf(gate, place), subject: limit.subject }, said))
}

const limitBreached: Find = (gate, place, tell) => {
  const { use, row, reason } = decode(place.tape, place.at, LIMIT_BREACHED)
  const limit = gate.view.limitVersion(row)
  if (limit === undefined) return
  const { code } = reasonAt(reason)
  const said = () => {
    const who = say(subjectNamed(gate, limit.subject))
    const verb = use > limit.hard ? 'is over' : 'has reached'
    const text = `${who} ${verb} its ${sayLimit(gate, limit)}: ${sayUse(gate, limit, use)} (${code})`
    return limitSaid(gate, limit, text, code)
  }
  tell(found(place, 'LIMIT_BREACHED', `row ${limit.row}`, { keys: keysOf(gate, place), subject: limit.subject }, said))
}

/** A decision tells of rows that only alert, of rows whose refusal the risk manager is told of, and of what stops many. */
const orderDecided: Find = (gate, place, tell) => {
  const { tape, command, at } = place
  if (typeAt(tape, command) === EVALUATE.type) return
  const outcome = tape.i32[(at >> 2) + D.outcome] as number
  if (outcome !== REJECT && outcome !== APPROVE) return
  const rows = tape.i32[(at >> 2) + D.rows] as number
  const ids = (at + ORDER_DECIDED.bytes) >> 2
  for (let row = 0; row < rows; row++) {
    const id = tape.i32[ids + row] as number
    if ((id & ROW_FAILED) !== 0) failedRow(gate, place, id, outcome, tell)
  }
  if (outcome !== REJECT) return
  const { code, text } = reasonAt(tape.i32[(at >> 2) + D.reason] as number)
  if (!TOLD_REASONS.includes(code)) return
  const keys = keysOf(gate, place)
  const order = orderWords(gate, place, keys)
  const said = () => ({ text: `${order.text} was refused: ${text}`, reason: code, clOrdID: order.clOrdID })
  tell(found(place, code, `session ${keys.session}`, { keys }, said))
}

function failedRow(gate: Gate, place: Place, id: number, outcome: number, tell: (found: Found) => void): void {
  const limit = gate.view.limitVersion(id & ROW_ID_MASK)
  if (limit === undefined) return
  const waived = (id & ROW_WAIVED) !== 0
  const isTold = waived
    ? outcome === APPROVE && limit.mode !== SHADOW
    : outcome === REJECT && (limit.action !== BLOCK || TOLD_CONTROLS.includes(limit.control))
  if (!isTold) return
  const keys = keysOf(gate, place)
  const { tape, at } = place
  const code = waived ? 'LIMIT_EXCEEDED' : 'ORDER_OVER_LIMIT'
  const said = () => {
    const order = orderWords(gate, place, keys)
    const only = (row: number) => (row === (id & ROW_ID_MASK) ? limit : undefined)
    const sources = { ...sourcesOf(gate), limitVersion: only }
    const [use] = readRows(tape, at, sources, keys.instrument, (over) => over)
    const amounts = use === undefined ? '' : `: ${sayOf(use.after, use.limit)}`
    const why = waived
      ? limit.action === ALERT
        ? 'went on, as it only alerts'
        : 'went on by an override'
      : 'was refused'
    const who = say(subjectNamed(gate, limit.subject))
    const text = `${order.text}, over the ${sayLimit(gate, limit)} of ${who}, ${why}${amounts}`
    return { ...limitSaid(gate, limit, text), clOrdID: order.clOrdID }
  }
  tell(found(place, code, `row ${limit.row} session ${keys.session}`, { keys, subject: limit.subject }, said))
}

function orderWords(gate: Gate, { tape, command }: Place, { session }: Keys): { text: string; clOrdID: string } {
  const type = typeAt(tape, command)
  const clOrdID =
    type === NEW_ORDER.type
      ? decode(tape, command, NEW_ORDER).clOrdID
      : type === REPLACE_ORDER.type
        ? decode(tape, command, REPLACE_ORDER).clOrdID
        : ''
  const owner = session < 0 ? '' : ` of ${gate.directory.nameOf('SESSION', session)}`
  return { text: `order ${clOrdID}${owner}`.replace('order  ', 'an order '), clOrdID }
}

const controlLatched: Find = (gate, place, tell) => {
  const { use, subject, state, cause, row } = decode(place.tape, place.at, CONTROL_LATCHED)
  const { code, text } = reasonAt(cause)
  const limit = gate.view.limitVersion(row)
  const said = () => {
    const named = subjectNamed(gate, subject)
    const by = limit === undefined ? '' : ` by its ${sayLimit(gate, limit)} (${sayUse(gate, limit, use)})`
    const words = `${say(named)} is now ${TRADING_STATES[state]}${by}: ${text}`
    if (limit === undefined) return { text: words, reason: code, subject: named }
    return { ...limitSaid(gate, limit, words, code), subject: named }
  }
  const session = gate.directory.subjectOf(subject)?.kind === 'SESSION' ? subject : keysOf(gate, place).session
  tell(found(place, 'LATCH_SET', `subject ${subject}`, { keys: { ...keysOf(gate, place), session }, subject }, said))
}

const latchSet: Find = (gate, place, tell) => {
  const { account, instrument, state, cause } = decode(place.tape, place.at, LATCH_SET)
  const { code, text } = reasonAt(cause)
  const said = () => {
    const subject = account < 0 ? { kind: 'FIRM', name: gate.directory.firm } : subjectNamed(gate, account)
    const object = instrument < 0 ? undefined : instrumentNamed(gate, instrument)
    const where = object === undefined ? say(subject) : `${say(subject)} in ${object.name}`
    const words = `${where} is now ${TRADING_STATES[state]}: ${text}`
    return { text: words, reason: code, subject, ...(object === undefined ? {} : { object }) }
  }
  const keys = { ...NO_KEYS, account, instrument }
  tell(found(place, 'LATCH_SET', `account ${account} instrument ${instrument}`, { keys, subject: account }, said))
}

const orderAlarmed: Find = (gate, place, tell) => {
  const { orderSeq, told, booked, slot, alarm } = decode(place.tape, place.at, ORDER_ALARMED)
  const keys = keysOfOrder(gate, place.tape, place.command, slot, orderSeq)
  const counts = (qtyDecimals: number) =>
    `: ${formatDecimal(told, qtyDecimals)} by the source, ${formatDecimal(booked, qtyDecimals)} booked`
  const { code } = reasonAt(alarm)
  const detail = () =>
    code === 'CUM_QTY_MISMATCH' ? counts(gate.directory.instrument(keys.instrument)?.qtyDecimals ?? 0) : ''
  alarmed(gate, place, alarm, keys, formatOrderID(orderSeq, slot), detail, tell)
}

const executionBooked: Find = (gate, place, tell) => {
  const { tape, at } = place
  const alarm = tape.i32[(at >> 2) + EXECUTION_BOOKED.at.alarm] as number
  if (alarm === 0) return
  const booked = decode(tape, at, EXECUTION_BOOKED)
  const { session, account, trader, strategy, instrument, orderSeq, slot } = booked
  const keys = { session, account, trader, strategy, instrument, desk: gate.directory.deskOf(trader) }
  const detail = () => {
    const units = gate.directory.instrument(instrument)
    const qty = formatDecimal(booked.qty, units?.qtyDecimals ?? 0)
    return `: ${qty} at ${formatDecimal(booked.px, units?.priceDecimals ?? 0)}, execID ${booked.execID}`
  }
  alarmed(gate, place, alarm, keys, slot < 0 ? undefined : formatOrderID(orderSeq, slot), detail, tell)
}

const executionReversed: Find = (gate, place, tell) => {
  const { alarm } = decode(place.tape, place.at, EXECUTION_REVERSED)
  if (alarm !== 0) alarmed(gate, place, alarm, NO_KEYS, undefined, () => '', tell)
}

const liveOrderChecked: Find = (gate, place, tell) => {
  const { alarm, account, orderSeq, slot } = decode(place.tape, place.at, LIVE_ORDER_CHECKED)
  if (alarm === 0) return
  const keys = gate.view.order(slot, orderSeq) ?? { ...NO_KEYS, account }
  alarmed(gate, place, alarm, keys, formatOrderID(orderSeq, slot), () => '', tell)
}

const parkedEnded: Find = (gate, place, tell) => {
  const { alarm, source, execRefID } = decode(place.tape, place.at, PARKED_ENDED)
  if (alarm === 0) return
  const { code, text } = reasonAt(alarm)
  const said = () => ({
    text: `${text.replace(/\.$/, '')}: execRefID ${execRefID}`,
    subject: { kind: 'SESSION', name: gate.directory.nameOf('SESSION', source) },
  })
  tell(found(place, code, `exec ${execRefID}`, { sender: source, subject: source }, said))
}

/** An alarm has the code of its reason. */
function alarmed(
  gate: Gate,
  place: Place,
  alarm: number,
  keys: Keys,
  orderID: string | undefined,
  detail: () => string,
  tell: (found: Found) => void,
): void {
  const { code, text } = reasonAt(alarm)
  const said = (): Said => {
    const subject = keys.account < 0 ? undefined : subjectNamed(gate, keys.account)
    const object = keys.instrument < 0 ? undefined : instrumentNamed(gate, keys.instrument)
    const what = [
      subject === undefined ? '' : say(subject),
      object?.name ?? '',
      orderID === undefined ? '' : `order ${orderID}`,
    ]
    const where = what.filter((word) => word !== '').join(', ')
    return {
      text: `${where === '' ? '' : `${where}: `}${text.replace(/\.$/, '')}${detail()}`,
      ...(subject === undefined ? {} : { subject }),
      ...(object === undefined ? {} : { object }),
      ...(orderID === undefined ? {} : { orderID }),
    }
  }
  const sender = sessionAt(place.tape, place.command)
  const about = orderID ?? `account ${keys.account} instrument ${keys.instrument}`
  tell(found(place, code, about, { keys, sender, subject: keys.account }, said))
}

const reportCompared: Find = (gate, place, tell) => {
  const { account, result, execID } = decode(place.tape, place.at, REPORT_COMPARED)
  if (result === AGREES || result === NOT_COMPARED) return
  const said = () => {
    const subject = subjectNamed(gate, account)
    const text = `${say(subject)}: execution ${execID} is ${COMPARISONS[result]} between the source and the session beside it`
    return { text, reason: COMPARISONS[result] as string, subject }
  }
  tell(found(place, 'EXECUTION_DIFFERS', `exec ${execID}`, { keys: { ...NO_KEYS, account }, subject: account }, said))
}

const statementDiffers: Find = (gate, place, tell) => {
  const { stated, carried, account, instrument } = decode(place.tape, place.at, STATEMENT_DIFFERS)
  const said = () => {
    const subject = subjectNamed(gate, account)
    const object = instrumentNamed(gate, instrument)
    const decimals = gate.directory.instrument(instrument)?.qtyDecimals ?? 0
    const qtys = `${formatDecimal(stated, decimals)} by the statement, ${formatDecimal(carried, decimals)} as carried`
    return { text: `${say(subject)} in ${object.name}: ${qtys}`, subject, object }
  }
  const keys = { ...NO_KEYS, account, instrument }
  tell(
    found(place, 'POSITION_DIFFERS', `account ${account} instrument ${instrument}`, { keys, subject: account }, said),
  )
}

const statementCompared: Find = (gate, place, tell) => {
  const { account, differences } = decode(place.tape, place.at, STATEMENT_COMPARED)
  if (differences === 0) return
  const said = () => {
    const subject = subjectNamed(gate, account)
    return {
      text: `the statement of ${say(subject)} differs in ${differences} positions: a person must adopt it`,
      subject,
    }
  }
  tell(
    found(place, 'STATEMENT_DIFFERS', `account ${account}`, { keys: { ...NO_KEYS, account }, subject: account }, said),
  )
}

const calendarStuck: Find = (gate, place, tell) => {
  const { calendar, tradeDate, reason } = decode(place.tape, place.at, CALENDAR_STUCK)
  const { code, text } = reasonAt(reason)
  const said = () => {
    const subject = calendar < 0 ? { kind: 'FIRM', name: gate.directory.firm } : subjectNamed(gate, calendar)
    const to = tradeDate === 0 ? '' : ` to ${tradeDate}`
    return { text: `the calendar of ${say(subject)} cannot roll${to}: ${text}`, reason: code, subject }
  }
  tell(found(place, 'CALENDAR_STUCK', `calendar ${calendar}`, { subject: calendar }, said))
}

const massCancelBegun: Find = (gate, place, tell) => {
  const { owner } = decode(place.tape, place.at, MASS_CANCEL_BEGUN)
  const subject = { kind: 'SESSION', name: gate.directory.nameOf('SESSION', owner) }
  const said = () => ({
    text: `${say(subject)} was lost and did not come back in time: its orders are canceled`,
    subject,
  })
  tell(found(place, 'MASS_CANCEL', `session ${owner}`, { keys: { ...NO_KEYS, session: owner }, subject: owner }, said))
}

const quarantined: Find = (gate, place, tell) => {
  const { tape, command, at } = place
  const { instrument } = decode(tape, at, QUARANTINED)
  const said = () => {
    const object = instrumentNamed(gate, instrument)
    return { text: `a quote of ${object.name} jumped too far and waits for a second one or a trade`, object }
  }
  const sender = typeAt(tape, command) === QUOTE.type ? sessionAt(tape, command) : -1
  const keys = { ...NO_KEYS, instrument }
  tell(found(place, 'QUOTE_QUARANTINED', `instrument ${instrument}`, { keys, sender }, said))
}

function instrumentNamed({ directory }: Gate, instrument: number) {
  return { kind: 'INSTRUMENT', name: directory.nameOf('INSTRUMENT', instrument) }
}

const FINDERS: ReadonlyMap<number, Find> = new Map([
  [LIMIT_WARNED.type, limitWarned],
  [LIMIT_BREACHED.type, limitBreached],
  [ORDER_DECIDED.type, orderDecided],
  [CONTROL_LATCHED.type, controlLatched],
  [LATCH_SET.type, latchSet],
  [ORDER_ALARMED.type, orderAlarmed],
  [EXECUTION_BOOKED.type, executionBooked],
  [EXECUTION_REVERSED.type, executionReversed],
  [LIVE_ORDER_CHECKED.type, liveOrderChecked],
  [PARKED_ENDED.type, parkedEnded],
  [REPORT_COMPARED.type, reportCompared],
  [STATEMENT_DIFFERS.type, statementDiffers],
  [STATEMENT_COMPARED.type, statementCompared],
  [CALENDAR_STUCK.type, calendarStuck],
  [MASS_CANCEL_BEGUN.type, massCancelBegun],
  [QUARANTINED.type, quarantined],
])
