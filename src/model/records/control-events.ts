/** Events of controls that act by themselves. */
import { f64, i32, layout, type RecordLayout } from './schema.ts'

/** A latch over one subject that a limit row sets; as any other it ends by a request and an approval. */
export const CONTROL_LATCHED = layout(170, 1, 'ControlLatched', 'A limit row set a latch over its subject.', [
  f64('use', 'number', "Use that the row stops at, in the control's unit."),
  i32('latch', 'id', 'Latch.'),
  i32('subject', 'id', 'Subject that is latched; the firm where there was no room for one more latch.'),
  i32('state', 'code', 'Index in TRADING_STATES.'),
  i32('cause', 'code', 'Reason number.'),
  i32('row', 'id', 'Versioned row id.'),
  i32('slot', 'id', 'Slot of the row.'),
])

export const LIMIT_SWEPT = layout(171, 1, 'LimitSwept', 'A KillSweep went through orders that a limit asks for.', [
  f64('beforeSeq', 'seq', 'The next sweep is about orders older than this; 0 where it begins anew.'),
  i32('slot', 'id', 'Slot of the limit row.'),
  i32('asked', 'count', 'Cancels that this pass has asked for so far; 0 where the next sweep begins another.'),
  i32('done', 'flags', '1 where nothing more is asked.'),
])

export const CONTROL_EVENTS: readonly RecordLayout[] = [CONTROL_LATCHED, LIMIT_SWEPT]
