/** Schemas of the answers about overrides. */
import { AMOUNT, integer, list, NAME, PROFILE, ref, SEQ, some, TIME, text } from './openapi-words.ts'

const ROW = some(
  'A limit row that the order may pass.',
  {
    version: integer('Versioned id of the row.'),
    control: text('Control code.'),
    subject: NAME,
    most: AMOUNT,
  },
  ['version'],
)

export const OVERRIDE_SCHEMAS = {
  Overrides: some(
    'Overrides that wait to be approved, or to be used.',
    {
      overrides: list(
        some(
          'One of them.',
          {
            overrideId: integer('What it is approved and taken back by, and what the order names.'),
            state: text('PENDING waits for another person, APPROVED for the order.', { enum: ['PENDING', 'APPROVED'] }),
            decision: integer('`seq` of the answer that refused the order.'),
            client: text('Client that sent it.'),
            controls: list(text('Control code.'), 'Controls that it is asked for.'),
            rows: list(
              ROW,
              'The rows of these that refused it; `most` is the use that they refused, up to which they let it pass.',
            ),
            expires: TIME,
            requestedBy: text('Person that asked for it.'),
            requestReason: text('Why.'),
            approvedBy: text('Person that approved it.'),
            reason: text('Why.'),
            answer: ref('OrderAnswer'),
          },
          ['overrideId', 'state', 'decision', 'client', 'controls', 'rows', 'expires', 'requestedBy', 'requestReason'],
        ),
        'Oldest first.',
      ),
      seq: SEQ,
      profile: PROFILE,
    },
    ['overrides', 'seq'],
  ),
} as const
