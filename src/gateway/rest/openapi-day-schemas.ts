/** Schemas of the answers about the trade date's beginning, by name. */
import { decimal, flag, integer, list, object, PROFILE, some, TIME, text } from './openapi-words.ts'

export const DAY_SCHEMAS = {
  Readiness: some(
    'Whether an account may trade on its trade date.',
    {
      account: text('Account.'),
      tradeDate: integer('Its trade date, yyyymmdd.'),
      ready: flag('Positions and the live orders of every venue are settled for the trade date.'),
      blocked: flag('New orders are refused with ACCOUNT_NOT_READY.'),
      positions: text('Statement of positions.', { enum: ['MISSING', 'OPEN', 'DIFFERS', 'SETTLED'] }),
      statement: object('The statement that differs, as its adoption names it.', {
        tradeDate: integer('Its as-of date, yyyymmdd.'),
        hash: text('Its hash, 16 hex digits.'),
      }),
      differences: list(
        some(
          'A position that the statement says otherwise.',
          {
            symbol: text('Instrument.'),
            trader: text("Trader whose position it is; absent where it is the account's."),
            strategy: text("Strategy whose position it is; absent where it is the account's."),
            stated: decimal('By the statement.'),
            carried: decimal('As it was carried into the trade date.'),
          },
          ['symbol', 'stated', 'carried'],
        ),
        'Where the statement differs.',
      ),
      liveOrders: list(
        object('List of live orders at a venue.', {
          venue: text('Venue that clients of the account may name.'),
          state: text('How far it is.', { enum: ['MISSING', 'OPEN', 'SETTLED'] }),
        }),
        'By venue.',
      ),
      calendar: object('When the next trade date begins by itself; absent where no calendar knows.', {
        tradeDate: integer('The date that begins, yyyymmdd.'),
        begins: TIME,
      }),
      seq: integer('As of this command.'),
      profile: PROFILE,
    },
    ['account', 'tradeDate', 'ready', 'blocked', 'positions', 'differences', 'liveOrders', 'seq'],
  ),
} as const
