/** What the market says: quotes, heartbeats of feeds, instrument states, session phases. Forms and constructors. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { FEED_HEARTBEAT, INSTRUMENT_STATE, QUOTE, SESSION_PHASE } from '../records/commands.ts'
import { SESSION_PHASES } from '../vocabulary.ts'
import { EXAMPLE } from './example-names.ts'
import { form, mayFlag, mayNumber, mayTime, needCode, needName, type WordsOf } from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const PRICE = "price, at most the instrument's priceDecimals"

export const QUOTE_FORM = form(
  'Quote',
  'Best bid and offer, last trade, or both.',
  [
    needName('symbol', 'Instrument.', EXAMPLE.symbol),
    needName('feed', 'Feed that says so; its heartbeat keeps the quote alive.', EXAMPLE.feed),
    mayNumber('bidPx', PRICE, 'Best bid; without it there is none, unless tradeOnly.', EXAMPLE.bidPx),
    mayNumber('askPx', PRICE, 'Best offer; without it there is none, unless tradeOnly.', EXAMPLE.askPx),
    mayNumber('lastPx', PRICE, 'Last trade; without it the last trade stands.', EXAMPLE.lastPx),
    mayFlag('tradeOnly', 'true: only the last trade is new, bid and offer stand.', false),
    mayTime('sourceTime', "The feed's own time, evidence.", '2026-11-21T14:30:00.1Z'),
  ],
  ['bidPx', 'askPx'],
)

export function quote(
  words: WordsOf<typeof QUOTE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof QUOTE> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const pd = units?.priceDecimals ?? 0
  const { bidPx, askPx, lastPx, tradeOnly = false } = words
  if (tradeOnly && (bidPx !== undefined || askPx !== undefined)) {
    read.fail('FIELD_CONFLICT', 'tradeOnly', 'A tradeOnly quote has no bidPx and no askPx.')
  }
  if (tradeOnly && lastPx === undefined) read.fail('MISSING_FIELD', 'lastPx')
  const values = {
    session: sender.session,
    principal: sender.principal,
    bidPx: read.decimal('bidPx', bidPx, pd),
    askPx: read.decimal('askPx', askPx, pd),
    lastPx: read.decimal('lastPx', lastPx, pd),
    sourceTimeUs: read.timeUs('sourceTime', words.sourceTime),
    instrument: units?.id ?? -1,
    feed: read.name('FEED', 'feed', words.feed),
    flags:
      (bidPx === undefined ? 0 : 1) |
      (askPx === undefined ? 0 : 2) |
      (lastPx === undefined ? 0 : 4) |
      (tradeOnly ? 8 : 0),
  }
  return read.fault ?? { layout: QUOTE, values }
}

export const HEARTBEAT_FORM = form('FeedHeartbeat', 'A feed is alive.', [
  needName('feed', 'The feed.', EXAMPLE.feed),
  mayTime('sourceTime', "The feed's own time, evidence.", '2026-11-21T14:30:00.1Z'),
])

export function feedHeartbeat(
  words: WordsOf<typeof HEARTBEAT_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof FEED_HEARTBEAT> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    sourceTimeUs: read.timeUs('sourceTime', words.sourceTime),
    feed: read.name('FEED', 'feed', words.feed),
  }
  return read.fault ?? { layout: FEED_HEARTBEAT, values }
}

export const INSTRUMENT_STATE_FORM = form(
  'InstrumentState',
  'Halt, Rule 201, prior close, manual price.',
  [
    needName('symbol', 'Instrument.', EXAMPLE.symbol),
    mayNumber('priorClose', PRICE, 'Prior close.', EXAMPLE.lastPx),
    mayNumber('manualPx', PRICE, 'Approved manual price; needs manualUntil.', EXAMPLE.lastPx),
    mayTime('manualUntil', 'When the manual price ends.', '2026-11-21T15:00:00Z'),
    mayFlag('manualOff', 'true: takes the manual price away.', false),
    mayFlag('halted', 'Trading in the instrument is halted.', false),
    mayFlag('rule201', 'The Rule 201 short-sale price test applies (Reg SHO 201(b)).', false),
    mayFlag('active', 'The instrument may be traded.', true),
  ],
  ['priorClose'],
)

export function instrumentState(
  words: WordsOf<typeof INSTRUMENT_STATE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof INSTRUMENT_STATE> | RequestError {
  const read = new Reading(names)
  const units = read.instrument('symbol', words.symbol)
  const pd = units?.priceDecimals ?? 0
  const { priorClose, manualPx, manualUntil, manualOff = false, halted, rule201, active } = words
  if (manualPx !== undefined && manualUntil === undefined) read.fail('MISSING_FIELD', 'manualUntil')
  if (manualPx === undefined && manualUntil !== undefined) read.fail('MISSING_FIELD', 'manualPx')
  if (manualOff && manualPx !== undefined) read.fail('FIELD_CONFLICT', 'manualOff')
  const values = {
    session: sender.session,
    principal: sender.principal,
    priorClose: read.decimal('priorClose', priorClose, pd),
    manualPx: read.decimal('manualPx', manualPx, pd),
    manualUntilUs: read.timeUs('manualUntil', manualUntil),
    instrument: units?.id ?? -1,
    halted: halted === true ? 1 : 0,
    rule201: rule201 === true ? 1 : 0,
    active: active === true ? 1 : 0,
    flags:
      (priorClose === undefined ? 0 : 1) |
      (manualPx !== undefined || manualOff ? 2 : 0) |
      (halted === undefined ? 0 : 4) |
      (rule201 === undefined ? 0 : 8) |
      (active === undefined ? 0 : 16),
  }
  if (values.flags === 0) read.fail('MISSING_FIELD', '', 'The request changes nothing.')
  return read.fault ?? { layout: INSTRUMENT_STATE, values }
}

export const PHASE_FORM = form('SessionPhase', "A venue's phase of the day.", [
  needName('venue', 'Venue.', EXAMPLE.venue),
  needCode('phase', SESSION_PHASES, 'Phase that it is in from now on.', 'CONTINUOUS'),
])

export function sessionPhase(
  words: WordsOf<typeof PHASE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof SESSION_PHASE> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    venue: read.name('VENUE', 'venue', words.venue),
    phase: read.code('phase', words.phase, SESSION_PHASES),
  }
  return read.fault ?? { layout: SESSION_PHASE, values }
}
