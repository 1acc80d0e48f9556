/** Words that schemas of answers are written in. Decimals in answers are strings in plain notation. */

export const text = (description: string, more: object = {}) => ({ type: 'string', description, ...more })
export const decimal = (description: string) => ({ type: 'string', description, examples: ['1200000.00'] })
export const integer = (description: string) => ({ type: 'integer', description })
export const flag = (description: string) => ({ type: 'boolean', description })
export const list = (items: object, description: string) => ({ type: 'array', items, description })
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
export const object = (
  description: string,
  properties: object,
  required: readonly string[] = Object.keys(properties),
) => ({
  type: 'object',
  description,
  required,
  properties,
})
export const some = (description: string, properties: object, required: readonly string[]) =>
  object(description, properties, required)

export const PROFILE = text('Present, and `demo`, where the gate runs the demo profile.', { enum: ['demo'] })
export const TIME = text('UTC with microseconds.', { format: 'date-time', examples: ['2026-11-21T14:30:00.123456Z'] })
export const NAME = object('Kind and name.', {
  kind: text('Kind, as ACCOUNT.'),
  name: text('Name; * is each of the kind.'),
})
export const AMOUNT = object('An amount.', {
  value: decimal('Decimal text, or UNLIMITED.'),
  unit: text('Currency; `units` of the instrument, which are shares or contracts; `bps`; `messages`; `orders`.'),
})
export const REASON = object('Why the order was refused: the first failing control by precedence.', {
  code: text('Reason code, stable.', { examples: ['MAX_ORDER_NOTIONAL'] }),
  control: text('Id of the control in the catalogue, or `command`.', { examples: ['B02'] }),
  text: text('The reason with its numbers.', {
    examples: ['MAX_ORDER_NOTIONAL: actual=1200000.00 USD, limit=1000000.00 USD, account=ACC-13'],
  }),
})
export const SEQ = integer('As of this command.')
