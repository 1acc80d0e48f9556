/** Events of what lets one order, and no other, pass a limit. */
import { f64, i32, layout, type RecordLayout } from './schema.ts'

export const CONFIRMATION_MOVED = layout(
  156,
  1,
  'ConfirmationMoved',
  'A soft block was confirmed, used or has expired.',
  [
    f64('confirmSeq', 'seq', 'Sequence number of the soft-blocked decision.'),
    i32('confirmation', 'id', 'Id of its timer.'),
    i32('state', 'code', 'Index in CONFIRMATION_STATES; never PENDING.'),
  ],
)

export const WAIVER_EVENTS: readonly RecordLayout[] = [CONFIRMATION_MOVED]
