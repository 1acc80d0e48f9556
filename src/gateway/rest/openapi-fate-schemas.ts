/** Schemas of the answers about orders of unknown fate and execution sources, by name. */
import { SIDES } from '../../model/vocabulary.ts'
import { decimal, integer, list, PROFILE, SEQ, some, TIME, text } from './openapi-words.ts'

export const FATE_SCHEMAS = {
  UnknownOrders: some(
    'Orders that nobody has told the fate of. Each stays reserved in full until somebody does.',
    {
      count: integer('All of them, listed or not.'),
      oldest: { ...TIME, description: 'When the oldest was approved.' },
      orders: list(
        some(
          'An order.',
          {
            orderID: text('OrderID (37), by which it is resolved.'),
            clOrdID: text('ClOrdID (11).'),
            client: text('Whose it is.'),
            account: text('Account.'),
            symbol: text('Instrument (55).'),
            venue: text('Venue; absent where it named none.'),
            side: text('Side (54).', { enum: SIDES }),
            leavesQty: decimal('Quantity that is still reserved.'),
            openValue: decimal('What that is worth, as reserved.'),
            approved: TIME,
            ageUs: integer('Microseconds since it was approved.'),
          },
          ['orderID', 'clOrdID', 'client', 'account', 'symbol', 'side', 'leavesQty', 'openValue', 'approved', 'ageUs'],
        ),
        'The oldest ones, oldest first.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    ['count', 'orders', 'seq'],
  ),
  ExecutionSources: some(
    'Whose execution reports change state, and whose are compared with them.',
    {
      sources: list(
        some(
          'A source.',
          {
            account: text('Account.'),
            venue: text('Venue; absent where it counts at all that have no source of their own.'),
            source: text('Client whose reports are booked; absent where those of any are.'),
            compare: text('Client whose reports are compared with them.'),
            differences: integer('Executions that differ between the two, or are missing at the source, now.'),
          },
          ['account', 'differences'],
        ),
        'In order of setting.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    ['sources', 'seq'],
  ),
} as const
