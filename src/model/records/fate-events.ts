/** Events about what has become of orders and executions. */
import { ID_CHARS } from '../bounds.ts'
import { f64, i32, layout, type RecordLayout, text } from './schema.ts'

/** For people: it changes nothing. */
export const ORDER_ALARMED = layout(143, 1, 'OrderAlarmed', 'Something about an order needs a person.', [
  f64('orderSeq', 'seq', 'Order.'),
  f64('told', 'qty', 'Of CUM_QTY_MISMATCH: cumQty as the source has it.'),
  f64('booked', 'qty', 'Of CUM_QTY_MISMATCH: cumQty as it is booked.'),
  i32('slot', 'id', 'Slot.'),
  i32('alarm', 'code', 'Reason number.'),
])

export const REPORT_COMPARED = layout(144, 1, 'ReportCompared', "A report beside the source's was compared with it.", [
  f64('qty', 'qty', 'Quantity that the compared report says.'),
  f64('px', 'price', 'Price that the compared report says.'),
  f64('sourceQty', 'qty', "Quantity that is booked from the source's; 0 where it is missing there."),
  f64('sourcePx', 'price', "Price that is booked from the source's."),
  i32('account', 'id', 'ACCOUNT.'),
  i32('venue', 'id', 'VENUE of the report.'),
  i32('result', 'code', 'Index in COMPARISONS.'),
  i32('source', 'id', 'SESSION that is the execution source.'),
  i32('kept', 'flags', '1 where the difference is kept until it is settled.'),
  text('execID', ID_CHARS, 'ExecID.'),
])

export const EXECUTION_PARKED = layout(145, 1, 'ExecutionParked', 'A bust or a correct came before its execution.', [
  i32('contentHash0', 'number', "Hash of the report's content."),
  i32('contentHash1', 'number', 'See contentHash0.'),
])

export const PARKED_ENDED = layout(
  146,
  1,
  'ParkedEnded',
  'A parked bust or correct has met its execution, or never did.',
  [
    i32('source', 'id', 'Reporting session.'),
    i32('venue', 'id', 'VENUE of the report.'),
    i32('alarm', 'code', 'Reason number where its execution never came; 0 where it has met it.'),
    text('execRefID', ID_CHARS, 'Execution that it was about.'),
  ],
)

export const HOLD_WAITS = layout(147, 1, 'HoldWaits', 'A held order waits for the end of an order that it crosses.', [
  f64('orderSeq', 'seq', 'Held order.'),
  f64('crossingSeq', 'seq', 'Order that must end.'),
  i32('slot', 'id', 'Slot of the held order.'),
  i32('crossingSlot', 'id', 'Slot of the order that must end.'),
])

export const HOLD_ENDED = layout(148, 1, 'HoldEnded', 'A held order is decided again, or refused without that.', [
  f64('orderSeq', 'seq', 'Held order.'),
  i32('slot', 'id', 'Slot.'),
  i32(
    'state',
    'code',
    'Index in ORDER_STATES: how it ended; HELD while it is decided again, its reservation taken out; WORKING or UNKNOWN where the market has it all the same.',
  ),
  i32('reason', 'code', 'Reason number of the refusal; 0 where it is decided again.'),
])

/**
 * A stop can execute from now on: Stop is a Market order, StopLimit a Limit order. Behind it stands the decision of its
 * test, where one was made.
 */
export const STOP_TRIGGERED = layout(149, 1, 'StopTriggered', 'A stop has become an order that can execute.', [
  f64('orderSeq', 'seq', 'Order.'),
  f64('valuationPx', 'price', 'No version is valued lower from now on (inverse: higher); 0 leaves them as they are.'),
  i32('slot', 'id', 'Slot.'),
  i32('state', 'code', 'Index in ORDER_STATES.'),
])

/** Behind a Tick, where the time to come back is over. */
export const MASS_CANCEL_BEGUN = layout(158, 1, 'MassCancelBegun', 'The orders of a lost session are canceled.', [
  i32('owner', 'id', 'SESSION.'),
  i32('orders', 'code', 'Index in MASS_CANCEL_ORDERS.'),
])

export const FATE_EVENTS: readonly RecordLayout[] = [
  ORDER_ALARMED,
  REPORT_COMPARED,
  EXECUTION_PARKED,
  PARKED_ENDED,
  HOLD_WAITS,
  HOLD_ENDED,
  STOP_TRIGGERED,
  MASS_CANCEL_BEGUN,
]
