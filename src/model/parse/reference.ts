/** Reference data of instruments and accounts: lists, locates, FX, capital, ADV, positions, parameters. */
import { ID_CHARS, NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { DECIMALS_MAX } from '../numbers.ts'
import { PARAMETERS } from '../parameters.ts'
import { ADV, CAPITAL, FX, LIST, LOCATE, PARAMETER, POSITION } from '../records/commands.ts'
import { LIST_KINDS, LIST_MODES } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayName,
  mayNumber,
  mayScope,
  mayTime,
  needCode,
  needId,
  needName,
  needNumber,
  needScope,
  needTime,
  type WordsOf,
} from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

export const LIST_FORM = form('List', 'An entry of the restricted list or of the easy-to-borrow list.', [
  needCode('list', LIST_KINDS, 'Which list.', 'RESTRICTED'),
  needName('symbol', 'Instrument.', EXAMPLE.symbol),
  mayScope('subject', 'Whom it is for; everyone where not given.', `DESK:${EXAMPLE.desk}`),
  needCode(
    'mode',
    LIST_MODES,
    'RESTRICTED: what is forbidden. EASY_TO_BORROW: ON. OFF takes the entry away.',
    'NO_TRADE',
  ),
  mayTime('from', 'Effective from; at once where not given.', '2026-11-21T00:00:00Z'),
  mayTime('until', 'Effective until; without end where not given.', '2026-12-21T00:00:00Z'),
])

export function list(
  words: WordsOf<typeof LIST_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof LIST> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    fromUs: read.timeUs('from', words.from),
    untilUs: read.timeUs('until', words.until),
    list: read.code('list', words.list, LIST_KINDS),
    instrument: read.name('INSTRUMENT', 'symbol', words.symbol),
    subject: read.subject('subject', words.subject),
    mode: read.code('mode', words.mode, LIST_MODES),
  }
  const restricted = words.list === 'RESTRICTED'
  if (restricted ? words.mode === 'ON' : words.mode !== 'ON' && words.mode !== 'OFF')
    read.fail('FIELD_CONFLICT', 'mode')
  if (values.untilUs !== 0 && values.untilUs <= values.fromUs) read.fail('OUT_OF_RANGE', 'until', 'Not after from.')
  return read.fault ?? { layout: LIST, values }
}

export const LOCATE_FORM = form('Locate', 'Shares that may be borrowed for short sales (Reg SHO 203(b)(1)).', [
  needId('locateID', 'Its id.', 'LOC-2291'),
  needName('account', 'Account that it is for.', EXAMPLE.account),
  needName('symbol', 'Instrument.', EXAMPLE.symbol),
  needNumber('qty', 'quantity', 'Quantity located.', '5000'),
  needTime('until', 'When it ends.', '2026-11-21T20:00:00Z'),
  needName('source', 'Who located.', 'PRIME-1'),
])

export function locate(
  words: WordsOf<typeof LOCATE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof LOCATE> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const values = {
    session: sender.session,
    principal: sender.principal,
    qty: read.amount('qty', words.qty, units?.qtyDecimals ?? 0),
    untilUs: read.timeUs('until', words.until),
    account: read.name('ACCOUNT', 'account', words.account),
    instrument: units?.id ?? -1,
    locateID: read.text('locateID', words.locateID, ID_CHARS),
    source: read.text('source', words.source, NAME_CHARS),
  }
  return read.fault ?? { layout: LOCATE, values }
}

export const FX_FORM = form('Fx', 'The rate of a currency to the base currency.', [
  needName('currency', 'Currency.', EXAMPLE.foreignCurrency),
  needNumber('rate', 'base currency per unit, at most 10 decimals', 'Rate.', '1.05'),
  mayNumber('haircutBps', 'basis points, 0 to 10000', 'Haircut on either side; 0 where not given.', '25'),
])

export function fx(
  words: WordsOf<typeof FX_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof FX> | RequestError {
  const read = new Reading(names)
  const { rate = '', haircutBps } = words
  const decimals = Math.min(/\.(\d*?)0*$/.exec(rate)?.[1]?.length ?? 0, DECIMALS_MAX)
  const values = {
    session: sender.session,
    principal: sender.principal,
    rate: read.decimal('rate', rate, decimals),
    decimals,
    currency: read.name('CURRENCY', 'currency', words.currency),
    haircutBps: read.integer('haircutBps', haircutBps, 0, 10_000),
  }
  if (values.rate <= 0) read.fail('OUT_OF_RANGE', 'rate', 'The rate must be positive.')
  return read.fault ?? { layout: FX, values }
}

export const CAPITAL_FORM = form('Capital', 'The base that a share of capital is a share of.', [
  needScope('subject', 'Whose capital.', `FIRM:${EXAMPLE.firm}`),
  needNumber('amount', 'money of the base currency', 'Capital or net asset value.', '100000000.00'),
  mayNumber('floor', 'money of the base currency', 'The base is at least this; 0 where not given.', '10000000.00'),
  needTime('asOf', 'As of when; older than capitalMaxUs blocks.', '2026-11-20T16:00:00Z'),
])

export function capital(
  words: WordsOf<typeof CAPITAL_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof CAPITAL> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    amount: read.amount('amount', words.amount, names.ledgerDecimals),
    floor: read.amount('floor', words.floor, names.ledgerDecimals),
    asOfUs: read.timeUs('asOf', words.asOf),
    subject: read.subject('subject', words.subject),
  }
  return read.fault ?? { layout: CAPITAL, values }
}

export const ADV_FORM = form('Adv', 'Average daily volume of an instrument.', [
  needName('symbol', 'Instrument.', EXAMPLE.symbol),
  needNumber('qty', 'quantity', 'Average daily volume.', '2500000'),
  needNumber('days', 'days, 1 to 400', 'Days that it averages.', '20'),
])

export function adv(
  words: WordsOf<typeof ADV_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof ADV> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const values = {
    session: sender.session,
    principal: sender.principal,
    qty: read.amount('qty', words.qty, units?.qtyDecimals ?? 0),
    instrument: units?.id ?? -1,
    days: read.integer('days', words.days, 1, 400),
  }
  return read.fault ?? { layout: ADV, values }
}

export const POSITION_FORM = form('Position', 'One row of a position statement: the start-of-day position.', [
  needName('account', 'Account.', EXAMPLE.account),
  needName('symbol', 'Instrument.', EXAMPLE.symbol),
  needNumber('qty', 'signed quantity', 'Position; negative is short.', '-1200'),
  mayName('trader', 'Trader, where the position is allocated to one.', EXAMPLE.trader),
  mayName('strategy', 'Strategy, where the position is allocated to one.', EXAMPLE.strategy),
])

export function position(
  words: WordsOf<typeof POSITION_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof POSITION> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const values = {
    session: sender.session,
    principal: sender.principal,
    qty: read.decimal('qty', words.qty, units?.qtyDecimals ?? 0),
    account: read.name('ACCOUNT', 'account', words.account),
    instrument: units?.id ?? -1,
    trader: read.name('TRADER', 'trader', words.trader),
    strategy: read.name('STRATEGY', 'strategy', words.strategy),
  }
  return read.fault ?? { layout: POSITION, values }
}

const PARAMETER_NAMES = PARAMETERS.map((row) => row.name)

export const PARAMETER_FORM = form('Parameter', 'Sets a parameter that can change a decision.', [
  needCode('parameter', PARAMETER_NAMES, 'Which.', 'tokenLifeUs'),
  needNumber('value', "integer in the parameter's unit", 'Its new value.', '2000000'),
])

export function parameter(
  words: WordsOf<typeof PARAMETER_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof PARAMETER> | RequestError {
  const read = new Reading(names)
  const at = read.code('parameter', words.parameter, PARAMETER_NAMES)
  const row = PARAMETERS[at]
  const values = {
    session: sender.session,
    principal: sender.principal,
    value: read.integer('value', words.value, row?.min ?? 0, row?.max),
    parameter: at,
  }
  return read.fault ?? { layout: PARAMETER, values }
}
