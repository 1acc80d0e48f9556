/** Reads of the live state: limits with their use, exposure, cells, instruments. Filtered by who asks. */
import { controlAt } from '../../model/controls.ts'
import type { LimitView } from '../../model/engine-port.ts'
import { RequestError } from '../../model/errors.ts'
import { formatMoney, limitAmount, useAmount } from '../../model/explain/amounts.ts'
import { formatDecimal } from '../../model/numbers.ts'
import { EXAMPLE } from '../../model/parse/example-names.ts'
import { form, mayScope, needName, type Words, type WordsOf } from '../../model/parse/form.ts'
import { isWindowed, nameKindOf } from '../../model/parse/limit.ts'
import { Reading } from '../../model/parse/reading.ts'
import {
  LIMIT_ACTIONS,
  LIMIT_MODES,
  NAME_KINDS,
  OBJECT_KINDS,
  type ObjectKind,
  REF_SOURCES,
  SESSION_PHASES,
  SUBJECT_KINDS,
  TRADING_STATES,
} from '../../model/vocabulary.ts'
import type { Gate } from '../gate.ts'
import { maySee, seesAll } from '../visibility.ts'
import type { Exchange } from './exchange.ts'
import type { Route } from './route.ts'
import { amountJson } from './row-json.ts'

const LIMITS_FORM = form('LimitsQuery', 'Which rows.', [
  mayScope('subject', 'Only rows of this scope.', `ACCOUNT:${EXAMPLE.account}`),
])
const EXPOSURES_FORM = form('ExposuresQuery', 'Whose exposure.', [
  mayScope('subject', 'Only this scope; all that the caller may see where not given.', `DESK:${EXAMPLE.desk}`),
])
const INSTRUMENT_QUERY_FORM = form('InstrumentQuery', 'Which instrument.', [
  needName('symbol', 'Symbol.', EXAMPLE.symbol),
])

const NOT_YOURS = 'This client is bound to no scope of this name.'
export function readRoutes(gate: Gate): readonly Route[] {
  const read = (row: Omit<Route, 'method' | 'duties' | 'sequenced'>): Route => ({
    ...row,
    method: 'GET',
    duties: ['risk:read'],
    sequenced: false,
  })
  return [
    read({
      url: '/limits',
      tag: 'Limits',
      summary: 'Limit rows and their use',
      description:
        'Rows in force. Rows that judge single orders, and rows for each of a kind, have no use of their own.',
      form: LIMITS_FORM,
      answer: 'Limits',
      answerDescription: 'Rows.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      handle: (call, rows) => showLimits(gate, call, rows[0] as WordsOf<typeof LIMITS_FORM>),
    }),
    read({
      url: '/exposures',
      tag: 'Exposure',
      summary: 'Worst-case exposure by scope',
      description: 'Positions, working, unacknowledged and in-flight orders, as reserved.',
      form: EXPOSURES_FORM,
      answer: 'Exposures',
      answerDescription: 'Exposure by subject.',
      errors: ['UNKNOWN_NAME', 'NOT_BOUND'],
      handle: (call, rows) => showExposures(gate, call, rows[0] as WordsOf<typeof EXPOSURES_FORM>),
    }),
    read({
      url: '/cells',
      tag: 'Exposure',
      summary: 'Positions and reserved leaves',
      description:
        'Cells by instrument. A client gets those of the accounts and traders that it is bound to; people and overseers get all, of desks and strategies too.',
      answer: 'Cells',
      answerDescription: 'Cells.',
      handle: (call) => showCells(gate, call),
    }),
    read({
      url: '/instruments/:symbol',
      tag: 'Market data',
      summary: 'Mark, reference price and state of an instrument',
      description: 'What orders in it would be judged by now.',
      form: INSTRUMENT_QUERY_FORM,
      answer: 'Instrument',
      answerDescription: 'Its market state.',
      errors: ['UNKNOWN_NAME'],
      handle: (call, rows) => showInstrument(gate, call, rows[0] as Words),
    }),
  ]
}

/** The subject that a query names, -1 for all; an error was sent where it is undefined. */
function subjectOf(gate: Gate, call: Exchange, word: string | undefined): number | undefined {
  const reading = new Reading(gate.directory)
  const subject = reading.subject('subject', word)
  const { fault } = reading
  // A name that is not there and one that is not the client's get one answer: else it could find out what names there are.
  const isUnknown = fault?.code === 'UNKNOWN_NAME' && !seesAll(call.caller)
  if (isUnknown || (fault === undefined && subject >= 0 && !maySee(gate, call.caller, subject))) {
    call.refuse(new RequestError('NOT_BOUND', 'subject', NOT_YOURS))
  } else if (fault !== undefined) call.refuse(fault)
  else return subject
  return undefined
}

function showLimits(gate: Gate, call: Exchange, words: WordsOf<typeof LIMITS_FORM>): void {
  const subject = subjectOf(gate, call, words.subject)
  if (subject === undefined) return
  const limits: object[] = []
  for (const limit of gate.view.limits()) {
    if (subject >= 0 ? limit.subject === subject : maySee(gate, call.caller, limit.subject)) {
      limits.push(limitJson(gate, limit))
    }
  }
  send(gate, call, { limits })
}

function limitJson({ directory }: Gate, limit: LimitView): object {
  const control = controlAt(limit.control)
  const kind = OBJECT_KINDS[limit.objectKind] as ObjectKind
  const nameKind = nameKindOf(kind)
  const level = (value: number) => amountJson(limitAmount(control, kind, limit.object, value, directory))
  const use = Number.isNaN(limit.use)
    ? undefined
    : amountJson(useAmount(control, kind, limit.object, limit.use, directory))
  return {
    control: control.code,
    id: control.id,
    row: limit.row,
    version: limit.version,
    subject: directory.subjectOf(limit.subject),
    object:
      nameKind === undefined
        ? undefined
        : { kind, name: limit.object < 0 ? '*' : directory.nameOf(nameKind, limit.object) },
    hard: level(limit.hard),
    hardForReducing: limit.hardForReducing > limit.hard ? level(limit.hardForReducing) : undefined,
    use,
    windowUs: isWindowed(control.code) ? limit.param : undefined,
    bothSides: control.code === 'REPEATED_EXECUTION' ? limit.param : undefined,
    latchState: control.code === 'DAILY_LOSS' ? TRADING_STATES[Math.max(1, limit.param)] : undefined,
    bandTicks: control.code === 'PRICE_COLLAR' ? limit.param : undefined,
    phase: limit.phase > 0 ? SESSION_PHASES[limit.phase - 1] : undefined,
    warnBps: limit.warnBps.filter((bps) => bps > 0),
    action: LIMIT_ACTIONS[limit.action],
    mode: LIMIT_MODES[limit.mode],
  }
}

function showExposures(gate: Gate, call: Exchange, words: WordsOf<typeof EXPOSURES_FORM>): void {
  const only = subjectOf(gate, call, words.subject)
  if (only === undefined) return
  const { directory, view } = gate
  const all = NAME_KINDS.slice(0, SUBJECT_KINDS).flatMap((kind) => directory.idsOf(kind))
  const subjects = only >= 0 ? [only] : all.filter((subject) => maySee(gate, call.caller, subject))
  const money = (value: number) => formatMoney(value, directory.ledgerDecimals)
  const exposures = subjects.map((subject) => {
    const { gross, long, short, net, executed, open, openOrders } = view.exposure(subject)
    return {
      subject: directory.subjectOf(subject),
      gross: money(gross),
      long: money(long),
      short: money(short),
      net: money(net),
      executed: money(executed),
      open: money(open),
      openOrders,
    }
  })
  send(gate, call, { currency: directory.baseCurrency, exposures })
}

function showCells(gate: Gate, call: Exchange): void {
  const { directory } = gate
  const cells: object[] = []
  for (const cell of gate.view.cells()) {
    // Of an account that several clients share, a trader's cell is that trader's business.
    if (!maySee(gate, call.caller, cell.account) || !maySee(gate, call.caller, cell.subject)) continue
    const qtyDecimals = directory.instrument(cell.instrument)?.qtyDecimals ?? 0
    cells.push({
      kind: cell.kind,
      subject: directory.nameOf(cell.kind, cell.subject),
      account: directory.nameOf('ACCOUNT', cell.account),
      symbol: directory.nameOf('INSTRUMENT', cell.instrument),
      position: formatDecimal(cell.position, qtyDecimals),
      buyLeaves: formatDecimal(cell.buyLeaves, qtyDecimals),
      sellLeaves: formatDecimal(cell.sellLeaves, qtyDecimals),
      up: formatMoney(cell.up, directory.ledgerDecimals),
      down: formatMoney(cell.down, directory.ledgerDecimals),
    })
  }
  send(gate, call, { cells })
}

function showInstrument(gate: Gate, call: Exchange, words: Words): void {
  const { directory, view } = gate
  const id = directory.idOf('INSTRUMENT', words.symbol as string)
  const units = directory.instrument(id)
  const market = view.instrument(id)
  if (units === undefined || market === undefined) return call.refuse(new RequestError('UNKNOWN_NAME', 'symbol'))
  send(gate, call, {
    symbol: units.symbol,
    currency: units.currency,
    mark: formatDecimal(market.mark, units.priceDecimals),
    refPx: formatDecimal(market.refPx, units.priceDecimals),
    refSource: REF_SOURCES[market.refSource],
    halted: market.halted,
    rule201: market.rule201,
  })
}

/** Sends a read with the command that it is as of. */
function send(gate: Gate, call: Exchange, body: object): void {
  const profile = gate.directory.profile === 'demo' ? 'demo' : undefined
  call.send(200, JSON.stringify({ ...body, seq: gate.view.seq, profile }))
}
