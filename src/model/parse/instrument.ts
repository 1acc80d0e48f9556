/** The definition of an instrument: form and constructor. */
import { NAME_CHARS } from '../bounds.ts'
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { DECIMALS_MAX, MAX, ratio } from '../numbers.ts'
import { INSTRUMENT } from '../records/commands.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayFlag, mayName, mayNumber, needName, needNumber, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

export const INSTRUMENT_FORM = form(
  'Instrument',
  'Defines an instrument, or changes what may change.',
  [
    needName('symbol', 'Symbol (55), unique.', EXAMPLE.symbol),
    needNumber('priceDecimals', 'count, 0 to 10', 'Decimals of its prices.', '2'),
    needNumber('qtyDecimals', 'count, 0 to 10', 'Decimals of its quantities; 0 for whole shares.', '0'),
    needNumber('tick', 'price, at most priceDecimals', 'Smallest price step.', '0.01'),
    needNumber('lot', 'quantity, at most qtyDecimals', 'Smallest quantity step.', '1'),
    needNumber('qtyMax', 'quantity, at most qtyDecimals', 'Largest order that the venue takes.', '10000000'),
    mayNumber('multiplier', 'units of the underlying per contract', 'Contract multiplier; 1 where not given.', '1'),
    mayNumber('priceUnitsPerCurrency', 'integer', '100 where prices are in a minor unit such as pence, else 1.', '1'),
    mayNumber('priorClose', 'price, at most priceDecimals', 'Prior close.', EXAMPLE.lastPx),
    needName('currency', 'Currency of the price.', EXAMPLE.currency),
    mayName('sector', 'Economic sector; without it UNCLASSIFIED, which has a limit of its own.', EXAMPLE.sector),
    needName('assetClass', 'Asset class.', EXAMPLE.assetClass),
    mayName('underlying', 'Symbol of the underlying; its own where not given.', EXAMPLE.symbol),
    needName('feed', 'Feed that quotes it.', EXAMPLE.feed),
    mayFlag('priceMayBeNegative', 'Prices may be zero or negative, as of spreads.', false),
    mayFlag('inverse', 'Inverse contract: worth quantity x multiplier / price.', false),
    mayFlag('regSho', 'SEC Regulation SHO applies.', false),
  ],
  ['sector', 'priorClose'],
)

export function instrument(
  words: WordsOf<typeof INSTRUMENT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof INSTRUMENT> | RequestError {
  const read = new Reading(names)
  const pd = read.integer('priceDecimals', words.priceDecimals, 0, DECIMALS_MAX)
  const qd = read.integer('qtyDecimals', words.qtyDecimals, 0, DECIMALS_MAX)
  if (read.fault !== undefined) return read.fault
  const multiplier = multiplierOf(read, words.multiplier)
  const positive = (field: 'tick' | 'lot' | 'qtyMax', decimals: number) => {
    const value = read.decimal(field, words[field], decimals)
    if (value <= 0) read.fail('OUT_OF_RANGE', field, 'The number must be positive.')
    return value
  }
  const { priceUnitsPerCurrency = '1', priorClose } = words
  const values = {
    session: sender.session,
    principal: sender.principal,
    tick: positive('tick', pd),
    lot: positive('lot', qd),
    qtyMax: positive('qtyMax', qd),
    multiplierN: multiplier.n,
    multiplierD: multiplier.d,
    priceUnitsPerCurrency: read.integer('priceUnitsPerCurrency', priceUnitsPerCurrency, 1, MAX),
    priorClose: read.decimal('priorClose', priorClose, pd),
    priceDecimals: pd,
    qtyDecimals: qd,
    currency: read.name('CURRENCY', 'currency', words.currency),
    sector: read.name('SECTOR', 'sector', words.sector),
    assetClass: read.name('ASSET_CLASS', 'assetClass', words.assetClass),
    // An instrument that names itself as its underlying need not be known yet.
    underlying: words.underlying === words.symbol ? -1 : read.name('INSTRUMENT', 'underlying', words.underlying),
    feed: read.name('FEED', 'feed', words.feed),
    flags:
      (words.priceMayBeNegative === true ? 1 : 0) |
      (words.inverse === true ? 2 : 0) |
      (words.regSho === true ? 4 : 0) |
      (priorClose === undefined ? 0 : 8),
    symbol: read.text('symbol', words.symbol, NAME_CHARS),
  }
  return read.fault ?? { layout: INSTRUMENT, values }
}

/** A decimal as n/d in lowest terms. */
function multiplierOf(read: Reading, word: string | undefined): { n: number; d: number } {
  if (word === undefined) return { n: 1, d: 1 }
  const scaled = read.decimal('multiplier', word, DECIMALS_MAX)
  if (scaled <= 0) read.fail('OUT_OF_RANGE', 'multiplier', 'The number must be positive.')
  return ratio(BigInt(Math.max(scaled, 0)), 10n ** BigInt(DECIMALS_MAX)) ?? { n: 1, d: 1 }
}
