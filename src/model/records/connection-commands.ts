/** Commands about a client's connection, and about all of its orders at once. */
import { command } from './command-layout.ts'
import { f64, i32, type RecordLayout } from './schema.ts'

export const MASS_CANCEL = command(63, 1, 'MassCancel', 'All orders of a session are to be canceled.', [
  i32('owner', 'id', 'SESSION whose orders they are.'),
  i32('orders', 'code', 'Index in MASS_CANCEL_ORDERS; never NONE.'),
  i32('sweep', 'number', '0: it begins. Else 1 + the order slot from which the gate looks on by itself.'),
])

export const SESSION_STATUS = command(64, 1, 'SessionStatus', 'The gate says that a session is on, lost, or ended.', [
  f64('graceUs', 'durationUs', 'ON: time after a loss in which the client may come back.'),
  i32('owner', 'id', 'SESSION.'),
  i32('status', 'code', 'Index in SESSION_STATUSES.'),
  i32('orders', 'code', 'ON: index in MASS_CANCEL_ORDERS, what is canceled when it is lost.'),
])

export const CONNECTION_COMMANDS: readonly RecordLayout[] = [MASS_CANCEL, SESSION_STATUS]
