/** Schemas of the answers about latches and kills, by name. */
import { ORDER_STATES, TRADING_STATES } from '../../model/vocabulary.ts'
import { decimal, flag, integer, list, object, PROFILE, REASON, SEQ, some, text } from './openapi-words.ts'

const LATCH = {
  latch: integer('Id.'),
  state: text('What it does.', { enum: TRADING_STATES }),
  scope: {
    type: 'object',
    description: 'Scope keys; none is everything.',
    additionalProperties: { type: 'string' },
  },
  cause: REASON,
  principal: text('Who set it; empty where the gate did.'),
  setSeq: integer('Sequence number of the command.'),
  releaseRequestedBy: text('Who asked for its release; empty where nobody did.'),
  releaseState: text('State that the release which was asked for goes to.', { enum: TRADING_STATES }),
  swept: flag('Every order that it covers has been asked to cancel.'),
  explained: flag('Of an unknown execution: a person has said what it was. It does not end before.'),
}
const LATCH_REQUIRED = ['latch', 'state', 'scope', 'setSeq', 'swept'] as const
const COUNTS = {
  status: text('KILLED_COMPLETE once every order under it has ended; of a latch that does not kill its state.', {
    enum: ['KILLED_COMPLETE', 'KILLED_INCOMPLETE', 'BLOCKED', 'REDUCE_ONLY'],
  }),
  orders: integer('Orders that it covered: open and ended.'),
  open: integer('Orders under it that have not ended.'),
  requested: integer('Of the open ones, those whose cancel was asked for.'),
  deliveredToOwner: integer("Of those, handed to the owner's client since the gate started."),
  deliveredToAgent: integer('Of those, handed to a cancel agent since the gate started.'),
  undeliverable: integer(
    'Open orders for whose cancel nobody listens: neither their owner nor an agent of their venue.',
  ),
  acknowledged: integer('Open orders whose cancel was sent: PENDING_CANCEL.'),
  unknown: integer('Open orders whose fate is UNKNOWN.'),
  terminal: integer('Orders that ended under it.'),
  tooLate: integer('Of those, the ones that were filled.'),
}
const KILL = { ...LATCH, ...COUNTS }
const KILL_REQUIRED = [...LATCH_REQUIRED, ...Object.keys(COUNTS)]

export const KILL_SCHEMAS = {
  Latches: some(
    'Latches in force.',
    {
      latches: list(some('A latch.', LATCH, LATCH_REQUIRED), 'Latches.'),
      seq: SEQ,
      profile: PROFILE,
    },
    ['latches', 'seq'],
  ),
  Kills: some(
    'Kills in force.',
    { kills: list(some('A kill.', KILL, KILL_REQUIRED), 'Kills.'), seq: SEQ, profile: PROFILE },
    ['kills', 'seq'],
  ),
  Kill: some(
    'A kill, and what is still open under it.',
    {
      ...KILL,
      openOrders: list(
        object('An order that has not ended.', {
          orderID: text('OrderID (37).'),
          clOrdID: text('ClOrdID (11).'),
          session: text('Client that owns it.'),
          symbol: text('Instrument (55).'),
          state: text('Its state.', { enum: ORDER_STATES }),
          requested: flag('Its cancel was asked for.'),
          deliveredToOwner: flag("The request was handed to the owner's client."),
          deliveredToAgent: flag('The request was handed to a cancel agent.'),
          heard: flag('Somebody listens for its request.'),
        }),
        'The first of them.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    [...KILL_REQUIRED, 'openOrders', 'seq'],
  ),
  KillPreview: some(
    'What a kill would meet.',
    {
      orders: integer('Live orders in the scope.'),
      notional: decimal('Their reserved open value.'),
      currency: text('Base currency.'),
      seq: SEQ,
      profile: PROFILE,
    },
    ['orders', 'notional', 'currency', 'seq'],
  ),
  KillScopes: some(
    'Names that a kill can name.',
    {
      scopes: {
        type: 'object',
        description: 'Names by scope.',
        additionalProperties: { type: 'array', items: { type: 'string' } },
      },
      seq: SEQ,
      profile: PROFILE,
    },
    ['scopes', 'seq'],
  ),
} as const
