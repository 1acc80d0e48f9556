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

export const CONTROL_EVENTS: readonly RecordLayout[] = [CONTROL_LATCHED]
