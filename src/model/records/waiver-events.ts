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

export const OVERRIDE_MOVED = layout(157, 1, 'OverrideMoved', 'An override was asked for, or changed its state.', [
  f64('overrideSeq', 'seq', 'Sequence number of the request.'),
  f64('decisionSeq', 'seq', 'Decision that refused the order.'),
  i32('override', 'id', 'Id of its timer.'),
  i32('state', 'code', 'Index in OVERRIDE_STATES.'),
])

export const WAIVER_EVENTS: readonly RecordLayout[] = [CONFIRMATION_MOVED, OVERRIDE_MOVED]
