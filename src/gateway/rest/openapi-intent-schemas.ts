/** Schemas of the answers about parent orders and algorithms, by name. */
import { ENVIRONMENTS } from '../../model/parse/algo.ts'
import { SIDES } from '../../model/vocabulary.ts'
import { decimal, flag, integer, list, object, PROFILE, SEQ, some, TIME, text } from './openapi-words.ts'

export const INTENT_SCHEMAS = {
  ParentOrder: some(
    'A parent order or a basket, and what its slices have come to.',
    {
      parentClOrdID: text('What its slices name it by.'),
      strategy: text('Strategy whose it is.'),
      account: text('Account; absent where it may be any of the client.'),
      symbol: text('Instrument of a parent order.'),
      side: text('Side of a parent order.', { enum: SIDES }),
      orderQty: decimal('Declared quantity of a parent order.'),
      notional: decimal('Declared gross value of a basket.'),
      lines: integer('Lines of a basket.'),
      expireTime: TIME,
      usedQty: decimal('Executed and open quantity of the slices.'),
      usedValue: decimal('Executed and open value of the slices.'),
      slices: integer('Slices that were approved.'),
      openSlices: integer('Those of them that are open.'),
      seq: SEQ,
      profile: PROFILE,
    },
    ['parentClOrdID', 'strategy', 'usedValue', 'slices', 'openSlices', 'seq'],
  ),
  Algos: some(
    'The inventory of algorithms.',
    {
      algos: list(
        object('The registration that stands for a strategy.', {
          strategy: text('Strategy.'),
          owner: text('Person who answers for it.'),
          environment: text('Profile of the gates that it is approved for.', { enum: ENVIRONMENTS }),
          approved: flag('Its orders may pass at a gate of that profile.'),
          algoId: text('Id in the inventory.'),
          version: text('Its version.'),
          parameterHash: text('Hash of its set of parameters.'),
          killContact: text('Whom to call to stop it.'),
        }),
        'By strategy.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    ['algos', 'seq'],
  ),
} as const
