/** What people do to trading as a whole: kill, release, confirm, day roll. Forms and constructors. */
import type { Directory } from '../directory.ts'
import type { RequestError } from '../errors.ts'
import { DAY_ROLL, KILL, RELEASE } from '../records/commands.ts'
import { TRADING_STATES } from '../vocabulary.ts'
import { evidenceText } from './evidence.ts'
import { EXAMPLE } from './example-names.ts'
import {
  form,
  mayCode,
  mayFlag,
  mayName,
  mayText,
  needCode,
  needId,
  needNumber,
  needText,
  type WordsOf,
} from './form.ts'
import { type Command, Reading, type Sender } from './reading.ts'

const LATCH_STATES = TRADING_STATES.slice(1)
const STEPS = ['request', 'approve']
/** Index of a latch's side; both is -1. */
const KILL_SIDES = ['Buy', 'Sell']

export const KILL_FORM = form(
  'Kill',
  'Sets a latch over all orders that have every scope named; only cancels pass.',
  [
    mayFlag('firm', 'true: everything. Needed where no scope is named, so that an empty request stops nothing.', true),
    mayName('entity', 'Legal entity.', EXAMPLE.entity),
    mayName('client', 'Client of the accounts.', EXAMPLE.client),
    mayName('desk', 'Desk.', EXAMPLE.desk),
    mayName('trader', 'Trader.', EXAMPLE.trader),
    mayName('account', 'Account.', EXAMPLE.account),
    mayName('strategy', 'Strategy.', EXAMPLE.strategy),
    mayName('session', 'Client that sends the orders.', EXAMPLE.session),
    mayName('symbol', 'Instrument.', EXAMPLE.symbol),
    mayName('underlying', 'Symbol of an underlying.', EXAMPLE.symbol),
    mayName('assetClass', 'Asset class.', EXAMPLE.assetClass),
    mayName('sector', 'Economic sector.', EXAMPLE.sector),
    mayName('venue', 'Venue.', EXAMPLE.venue),
    mayCode('side', KILL_SIDES, 'Only buys, or only what sells.', 'Buy'),
    mayCode('state', LATCH_STATES, 'What it does; KILLED where not given.', 'KILLED'),
    needText('reason', 'Why.', 'Runaway strategy'),
  ],
  ['trader'],
)

export function kill(
  words: WordsOf<typeof KILL_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof KILL> | RequestError {
  const read = new Reading(names)
  const scope = {
    entity: read.name('ENTITY', 'entity', words.entity),
    client: read.name('CLIENT', 'client', words.client),
    desk: read.name('DESK', 'desk', words.desk),
    trader: read.name('TRADER', 'trader', words.trader),
    account: read.name('ACCOUNT', 'account', words.account),
    strategy: read.name('STRATEGY', 'strategy', words.strategy),
    sessionScope: read.name('SESSION', 'session', words.session),
    instrument: read.name('INSTRUMENT', 'symbol', words.symbol),
    underlying: read.name('INSTRUMENT', 'underlying', words.underlying),
    assetClass: read.name('ASSET_CLASS', 'assetClass', words.assetClass),
    sector: read.name('SECTOR', 'sector', words.sector),
    venue: read.name('VENUE', 'venue', words.venue),
    side: read.code('side', words.side, KILL_SIDES),
  }
  const named = Object.values(scope).some((id) => id >= 0)
  if (!named && words.firm !== true) read.fail('MISSING_FIELD', 'firm', 'Name a scope, or say firm: true.')
  if (named && words.firm === true) read.fail('FIELD_CONFLICT', 'firm', 'firm: true stands alone.')
  const state = words.state === undefined ? 'KILLED' : words.state
  read.code('state', state, LATCH_STATES)
  const values = {
    session: sender.session,
    principal: sender.principal,
    ...scope,
    state: (TRADING_STATES as readonly string[]).indexOf(state),
    reason: evidenceText(words.reason ?? ''),
  }
  return read.fault ?? { layout: KILL, values }
}

export const RELEASE_FORM = form('Release', 'Asks for, or approves, the release of one latch.', [
  needNumber('latch', 'id', 'Latch.', '3'),
  needCode('step', STEPS, 'One person requests, another approves.', 'request'),
  mayCode('state', TRADING_STATES, 'State that it goes to; ACTIVE, which ends it, where not given.', 'ACTIVE'),
  needText('reason', 'Why.', 'Strategy fixed and tested'),
  mayText('rootCause', 'What had happened. A request to ACTIVE needs it.', 'Price feed of the strategy was stale'),
])

export function release(
  words: WordsOf<typeof RELEASE_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof RELEASE> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    latch: read.integer('latch', words.latch, 0, 0x7fffffff),
    state: words.state === undefined ? 0 : read.code('state', words.state, TRADING_STATES),
    step: read.code('step', words.step, STEPS),
    reason: evidenceText(words.reason ?? ''),
    rootCause: evidenceText(words.rootCause ?? ''),
  }
  if (values.step === 0 && values.state === 0 && values.rootCause === '') {
    read.fail('MISSING_FIELD', 'rootCause', 'Say what had happened before you ask for the end of a latch.')
  }
  return read.fault ?? { layout: RELEASE, values }
}

export const DAY_ROLL_FORM = form('DayRoll', 'Ends a trade date: zeroes executed flow, carries orders at new marks.', [
  needId('tradeDate', 'The date that begins, yyyymmdd (TradeDate 75).', '20261124'),
  mayName('entity', 'Legal entity whose accounting day ends; the firm where not given.', EXAMPLE.entity),
])

export function dayRoll(
  words: WordsOf<typeof DAY_ROLL_FORM>,
  names: Directory,
  sender: Sender,
): Command<typeof DAY_ROLL> | RequestError {
  const read = new Reading(names)
  const values = {
    session: sender.session,
    principal: sender.principal,
    calendar: read.name('ENTITY', 'entity', words.entity),
    tradeDate: read.date('tradeDate', words.tradeDate),
  }
  return read.fault ?? { layout: DAY_ROLL, values }
}
