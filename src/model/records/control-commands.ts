/** Commands that tell the controls what a sender intends. */
import { ID_CHARS, NAME_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, note, type RecordLayout, text } from './schema.ts'

export const PARENT = command(
  61,
  1,
  'Parent',
  'A parent order or a basket, of which slices or lines will come as orders.',
  [
    f64('orderQty', 'qty', 'Quantity of a parent order; 0 of a basket.'),
    f64('notional', 'money', 'Declared gross value of a basket; 0 of a parent order.'),
    f64('expireTimeUs', 'timeUs', 'No slice passes from then on; 0 never.'),
    i32('instrument', 'id', 'INSTRUMENT; -1 of a basket, -2 one that is not known.'),
    i32('account', 'id', 'ACCOUNT; -1 any that the session is bound to, -2 one that is not known.'),
    i32('strategy', 'id', 'STRATEGY: blocked by the first slice too many.'),
    i32('side', 'code', 'Index in SIDES, of which a slice may have any that buys or sells alike; -1 of a basket.'),
    i32('lines', 'count', 'Lines of a basket; 0 of a parent order.'),
    text('parentClOrdID', ID_CHARS, 'What its slices name it by.'),
    note('unresolved', 'Names that no id was found for, as field=name pairs.'),
  ],
)

export const ALGO = command(62, 1, 'Algo', 'Registers an algorithm for a strategy, or takes its approval back.', [
  i32('strategy', 'id', 'STRATEGY.'),
  i32('environment', 'code', 'Profile of the gates that it is approved for: 0 demo, 1 production.'),
  i32('owner', 'id', 'PRINCIPAL, a person, who answers for it.'),
  i32('approved', 'flags', '1 approved, 0 not, or not any more.'),
  text('algoId', NAME_CHARS, 'Id in the inventory of algorithms.'),
  text('version', NAME_CHARS, 'Its version.'),
  text('parameterHash', 64, 'Hash of its set of parameters, in hex.'),
  text('killContact', NAME_CHARS, 'Whom to call to stop it.'),
])

export const CONTROL_COMMANDS: readonly RecordLayout[] = [PARENT, ALGO]
