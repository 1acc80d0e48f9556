/**
 * Statements of the trade date: of an account's positions, and of its live orders at a venue. One request holds a whole
 * statement, its rows as lines; it becomes the commands that open it, its rows and the one that closes it.
 */
import { STATEMENT_ROWS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import { RequestError } from '../errors.ts'
import { POSITION } from '../records/commands.ts'
import { ADOPT_STATEMENT, LIVE_ORDER_STATEMENT, POSITION_STATEMENT } from '../records/day-commands.ts'
import { ORD_TYPES, SIDES, TIMES_IN_FORCE } from '../vocabulary.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import { parseOrderID } from './execution.ts'
import { form, mayText, needId, needName, needNumber, needTime, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const HASH = /^[0-9a-f]{16}$/
const [OPEN, ROW, CLOSE] = [0, 1, 2]

const rowsField = (doc: string, example: string) =>
  ({
    name: 'rows',
    kind: 'texts',
    required: true,
    doc,
    example: [example],
    most: STATEMENT_ROWS,
    unit: 'columns with a tab between; the last ones may be left off',
  }) as const

export const STATEMENT_FORM = form('PositionStatement', "An account's complete position statement of a trade date.", [
  needName('account', 'Account.', EXAMPLE.account),
  needId('tradeDate', 'The trade date that begins with these positions, yyyymmdd.', '20261121'),
  needNumber('count', 'rows', 'How many rows it has.', '1'),
  needId(
    'hash',
    'FNV-1a of 64 bits, 16 hex digits, over its rows: symbol, qty without needless zeros, trader, strategy, tabs between, a line feed behind each.',
    '2d3dbd1aa0b7e4c4',
  ),
  rowsField('Rows: symbol, signed qty, trader, strategy. What names no trader counts at the home desk.', 'AAPL\t1200'),
])

/** The commands of a whole statement. */
export function positionStatement(
  words: WordsOf<typeof STATEMENT_FORM>,
  names: Directory,
  { session, principal }: Sender,
): readonly Command[] | RequestError {
  const read = new Reading(names)
  const account = read.name('ACCOUNT', 'account', words.account)
  const { rows = [] } = words
  const told = {
    ...{ session, principal, account },
    tradeDate: read.date('tradeDate', words.tradeDate),
    rows: read.integer('count', words.count, 0, STATEMENT_ROWS),
    ...readHash(read, words.hash),
  }
  if (read.fault !== undefined) return read.fault
  const made: Command[] = []
  for (const [at, line] of rows.entries()) {
    const row = positionRow(line, at, names)
    if (row instanceof RequestError) return row
    made.push({ layout: POSITION, values: { session, principal, account, statement: 1, ...row } } as Command)
  }
  const step = (at: 0 | 1): Command => ({ layout: POSITION_STATEMENT, values: { ...told, step: at } }) as Command
  return [step(0), ...made, step(1)]
}

function positionRow(line: string, at: number, names: Directory) {
  const read = new Reading(names)
  const [symbol, qty, trader, strategy, more] = columns(line)
  const units = read.instrument('symbol', symbol ?? '')
  const values = {
    qty: read.decimal('qty', qty ?? '', units?.qtyDecimals ?? 0),
    instrument: units?.id ?? -1,
    trader: read.name('TRADER', 'trader', trader),
    strategy: read.name('STRATEGY', 'strategy', strategy),
  }
  if (more !== undefined) read.fail('UNKNOWN_FIELD', 'columns', 'A row has at most four columns.')
  return read.fault === undefined ? values : inRow(read.fault, at)
}

/** Columns of a line; an empty one is not given. */
function columns(line: string): readonly (string | undefined)[] {
  return line.split('\t').map((word) => (word === '' ? undefined : word))
}

function inRow({ code, field, text }: RequestError, at: number): RequestError {
  return new RequestError(code, `rows[${at}].${field}`, text)
}

function readHash(read: Reading, word: string | undefined): { readonly hash0: number; readonly hash1: number } {
  if (word === undefined || !HASH.test(word)) {
    read.fail('BAD_CHARACTERS', 'hash', '16 hex digits in lower case.')
    return { hash0: 0, hash1: 0 }
  }
  const word32 = (digits: string) => Number.parseInt(digits, 16) | 0
  return { hash0: word32(word.slice(8)), hash1: word32(word.slice(0, 8)) }
}

export const ADOPT_FORM = form('AdoptStatement', 'Makes a statement that differs the position.', [
  needName('account', 'Account.', EXAMPLE.account),
  needId('tradeDate', 'As-of date of the statement, yyyymmdd.', '20261121'),
  needId(
    'hash',
    'Hash of the statement, as its readiness says it: what is adopted is what was seen.',
    '2d3dbd1aa0b7e4c4',
  ),
  mayText('reason', 'Why.', 'Corporate action, confirmed by the back office'),
])

export function adoptStatement(
  words: WordsOf<typeof ADOPT_FORM>,
  names: Directory,
  { session, principal }: Sender,
): Command<typeof ADOPT_STATEMENT> | RequestError {
  const read = new Reading(names)
  const values = {
    session,
    principal,
    account: read.name('ACCOUNT', 'account', words.account),
    tradeDate: read.date('tradeDate', words.tradeDate),
    ...readHash(read, words.hash),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: ADOPT_STATEMENT, values }
}

const LIVE_COLUMNS =
  'clOrdID, symbol, side, ordType, timeInForce, leavesQty, cumQty, price, stopPx, expireTime, orderID, session, trader, strategy, venueOrderID'

export const LIVE_ORDERS_FORM = form('LiveOrderStatement', "A venue's complete list of an account's live orders.", [
  needName('account', 'Account.', EXAMPLE.account),
  needName('venue', 'Venue.', EXAMPLE.venue),
  needId('tradeDate', 'The trade date that it is for, yyyymmdd.', '20261121'),
  needTime('asOf', 'When the list was made: orders approved later are not missing in it.', '2026-11-21T07:00:00Z'),
  needNumber('count', 'rows', 'How many rows it has.', '1'),
  needName('session', 'Client whose an order is that names none.', EXAMPLE.session),
  needName('trader', 'Trader that an order counts at which nobody knows.', EXAMPLE.trader),
  needName('strategy', 'Strategy that an order counts at which nobody knows.', EXAMPLE.strategy),
  rowsField(`Rows: ${LIVE_COLUMNS}.`, 'a-1\tAAPL\tBuy\tLimit\tGTC\t300\t0\t225.00'),
])

/** The commands of a whole list. */
export function liveOrderStatement(
  words: WordsOf<typeof LIVE_ORDERS_FORM>,
  names: Directory,
  { session, principal }: Sender,
): readonly Command[] | RequestError {
  const read = new Reading(names)
  const whose = {
    ...{ session, principal },
    account: read.name('ACCOUNT', 'account', words.account),
    venue: read.name('VENUE', 'venue', words.venue),
    tradeDate: read.date('tradeDate', words.tradeDate),
    rows: read.integer('count', words.count, 0, STATEMENT_ROWS),
    orderSlot: -1,
  }
  const opening = {
    asOfUs: read.timeUs('asOf', words.asOf),
    owner: read.name('SESSION', 'session', words.session),
    trader: read.name('TRADER', 'trader', words.trader),
    strategy: read.name('STRATEGY', 'strategy', words.strategy),
  }
  if (read.fault !== undefined) return read.fault
  const command = (values: object): Command => ({ layout: LIVE_ORDER_STATEMENT, values }) as Command
  const none = { owner: -1, trader: -1, strategy: -1 }
  const made: Command[] = []
  for (const [at, line] of (words.rows ?? []).entries()) {
    const row = liveOrderRow(line, at, names)
    if (row instanceof RequestError) return row
    made.push(command({ ...whose, ...row, step: ROW }))
  }
  return [command({ ...whose, ...opening, step: OPEN }), ...made, command({ ...whose, ...none, step: CLOSE })]
}

function liveOrderRow(line: string, at: number, names: Directory) {
  const read = new Reading(names)
  const [clOrdID, symbol, side, ordType, timeInForce, leavesQty, cumQty, price, stopPx, expireTime, ...names4] =
    columns(line)
  const [orderID, session, trader, strategy, venueOrderID, more] = names4
  const units = read.instrument('symbol', symbol ?? '')
  const order = orderID === undefined ? { seq: 0, slot: -1 } : parseOrderID(orderID)
  const given = (word: string | undefined, flag: number) => (word === undefined ? 0 : flag)
  if (order === null) read.fail('BAD_CHARACTERS', 'orderID', 'As the gate gave it, or left out.')
  if (clOrdID === undefined) read.fail('MISSING_FIELD', 'clOrdID')
  const values = {
    orderSeq: order?.seq ?? 0,
    orderSlot: order?.slot ?? -1,
    leavesQty: read.amount('leavesQty', leavesQty ?? '', units?.qtyDecimals ?? 0),
    cumQty: read.amount('cumQty', cumQty, units?.qtyDecimals ?? 0),
    price: read.decimal('price', price, units?.priceDecimals ?? 0),
    stopPx: read.decimal('stopPx', stopPx, units?.priceDecimals ?? 0),
    expireTimeUs: read.timeUs('expireTime', expireTime),
    owner: read.name('SESSION', 'session', session),
    trader: read.name('TRADER', 'trader', trader),
    strategy: read.name('STRATEGY', 'strategy', strategy),
    instrument: units?.id ?? -1,
    side: read.code('side', side ?? '', SIDES),
    ordType: read.code('ordType', ordType ?? '', ORD_TYPES),
    timeInForce: read.code('timeInForce', timeInForce ?? '', TIMES_IN_FORCE),
    flags: given(price, 1) | given(stopPx, 2) | given(expireTime, 4),
    clOrdID: read.foreignID('clOrdID', clOrdID),
    venueOrderID: read.foreignID('venueOrderID', venueOrderID),
  }
  if (more !== undefined) read.fail('UNKNOWN_FIELD', 'columns', 'A row has at most fifteen columns.')
  return read.fault === undefined ? values : inRow(read.fault, at)
}
