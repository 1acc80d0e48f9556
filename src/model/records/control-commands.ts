/** Commands that tell the controls what a sender intends. */
import { ID_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, type RecordLayout, text } from './schema.ts'

export const PARENT = command(
  61,
  1,
  'Parent',
  'A parent order or a basket, of which slices or lines will come as orders.',
  [
    f64('orderQty', 'qty', 'Quantity of a parent order; 0 of a basket.'),
    f64('notional', 'money', 'Declared gross value of a basket; 0 of a parent order.'),
    f64('expireTimeUs', 'timeUs', 'No slice passes from then on; 0 never.'),
    i32('instrument', 'id', 'INSTRUMENT; -1 of a basket.'),
    i32('account', 'id', 'ACCOUNT; -1 any that the session is bound to.'),
    i32('strategy', 'id', 'STRATEGY: blocked by the first slice too many.'),
    i32('side', 'code', 'Index in SIDES, of which a slice may have any that buys or sells alike; -1 of a basket.'),
    i32('lines', 'count', 'Lines of a basket; 0 of a parent order.'),
    text('parentClOrdID', ID_CHARS, 'What its slices name it by.'),
  ],
)

export const CONTROL_COMMANDS: readonly RecordLayout[] = [PARENT]
