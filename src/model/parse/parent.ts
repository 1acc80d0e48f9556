/** A parent order or a basket, told before its slices or lines: form and constructor. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { DECIMALS_MAX } from '../numbers.ts'
import { PARENT } from '../records/control-commands.ts'
import { SIDES } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayCode, mayName, mayNumber, mayTime, needId, needName, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

export const PARENT_FORM = form(
  'Parent',
  'A parent order (symbol, side, orderQty), or a basket (notional, lines).',
  [
    needId('parentClOrdID', 'What its slices, or lines, name it by.', 'P-20261121-000002'),
    needName('strategy', 'Strategy whose it is: blocked by the first slice too many.', EXAMPLE.strategy),
    mayName('account', 'Account; any of the client where not given.', EXAMPLE.account),
    mayName('symbol', 'Symbol (55) of a parent order; a basket has none.', EXAMPLE.symbol),
    mayCode('side', SIDES, 'Side (54) of a parent order: its slices buy, or sell, alike.', 'Buy'),
    mayNumber('orderQty', "quantity, at most the instrument's qtyDecimals", 'OrderQty (38) of a parent order.', '3000'),
    mayNumber('notional', 'money of the base currency', 'Declared gross value of a basket.', '1500000.00'),
    mayNumber('lines', 'count', 'Lines of a basket.', '12'),
    mayTime('expireTime', 'No slice passes from then on; never where not given.', '2026-11-21T21:00:00Z'),
  ],
  ['symbol', 'side', 'orderQty'],
)

const OF_PARENT = ['symbol', 'side', 'orderQty'] as const
const OF_BASKET = ['notional', 'lines'] as const
const LINES_MAX = 0x7fffffff

/** Unknown names are no fault: the engine refuses them on record. In `account` and `instrument` they are -2: -1 is "none". */
export function parent(
  words: WordsOf<typeof PARENT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof PARENT> | RequestError {
  const read = new Reading(names)
  const isBasket = words.symbol === undefined
  for (const field of isBasket ? OF_BASKET : OF_PARENT) {
    if (words[field] === undefined) read.fail('MISSING_FIELD', field)
  }
  for (const field of isBasket ? OF_PARENT : OF_BASKET) {
    if (words[field] !== undefined) read.fail('FIELD_CONFLICT', field, 'A parent order or a basket.')
  }
  const instrument = named(words.symbol, read.orderName('INSTRUMENT', 'symbol', words.symbol))
  const units = names.instrument(instrument)
  const decimals = units?.qtyDecimals ?? DECIMALS_MAX
  const values = {
    session: sender.session,
    principal: sender.principal,
    // Without an instrument there are no decimals: the syntax is checked, the number is not kept.
    orderQty: read.amount('orderQty', words.orderQty, decimals) * (units === undefined ? 0 : 1),
    notional: read.amount('notional', words.notional, names.ledgerDecimals),
    expireTimeUs: read.timeUs('expireTime', words.expireTime),
    instrument,
    account: named(words.account, read.orderName('ACCOUNT', 'account', words.account)),
    strategy: read.orderName('STRATEGY', 'strategy', words.strategy),
    side: read.orderCode('side', words.side, SIDES),
    lines: read.integer('lines', words.lines, 0, LINES_MAX),
    parentClOrdID: read.newID('parentClOrdID', words.parentClOrdID),
    unresolved: read.unresolved,
  }
  return read.fault ?? { layout: PARENT, values }
}

const named = (word: string | undefined, id: number) => (word !== undefined && id < 0 ? -2 : id)
