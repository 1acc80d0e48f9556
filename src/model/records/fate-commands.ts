/** Commands about what has become of orders and executions, and who tells of it. */
import { ID_CHARS } from '../bounds.ts'
import { command } from './command-layout.ts'
import { f64, i32, note, type RecordLayout, text } from './schema.ts'

export const ORDER_STATUS = command(40, 1, 'OrderStatus', 'What the execution source says that an order is now.', [
  f64('orderSeq', 'seq', 'OrderID as the gate gave it: sequence number of the NewOrder; 0 if the clOrdID names it.'),
  f64('cumQty', 'qty', 'CumQty (14): where it is not what is booked, nothing is released.'),
  f64('transactTimeUs', 'timeUs', 'TransactTime (60), evidence only.'),
  i32('orderSlot', 'id', 'Slot part of the OrderID; -1 if the clOrdID names the order.'),
  i32('owner', 'id', 'SESSION whose clOrdID it is.'),
  i32('status', 'code', 'Index in ORDER_STATUSES.'),
  i32(
    'instrument',
    'id',
    'INSTRUMENT whose units cumQty is in: another than that of the order is not about it; -1 if not given.',
  ),
  text('clOrdID', ID_CHARS, 'Any ClOrdID of the order chain.'),
  note('text', 'Text (58).'),
])

export const ORDER_TRIGGERED = command(41, 1, 'OrderTriggered', 'A Stop or StopLimit has become live at its price.', [
  f64('orderSeq', 'seq', 'See OrderStatus.'),
  f64('transactTimeUs', 'timeUs', 'TransactTime (60), evidence only.'),
  i32('orderSlot', 'id', 'See OrderStatus.'),
  i32('owner', 'id', 'SESSION whose clOrdID it is.'),
  text('clOrdID', ID_CHARS, 'Any ClOrdID of the order chain.'),
  note('text', 'Text (58).'),
])

export const RESOLVE_ORDER = command(42, 1, 'ResolveOrder', 'Two people say how an order of unknown fate ended.', [
  f64('orderSeq', 'seq', 'OrderID: sequence number of the NewOrder.'),
  i32('orderSlot', 'id', 'OrderID: slot.'),
  i32('state', 'code', 'Index in ORDER_STATES of its end.'),
  i32('step', 'code', '0 request, 1 approve: another person than the one who requested.'),
  note('reason', 'Why.'),
])

export const EXPLAIN_EXECUTION = command(
  43,
  1,
  'ExplainExecution',
  'A person says what the executions of an unknown order were.',
  [
    i32('latch', 'id', 'Latch of cause UNKNOWN_EXECUTION.'),
    i32('account', 'id', 'ACCOUNT whose they are, where SUSPENSE holds them; -1 leaves them where they are.'),
    note('reason', 'What they were.'),
  ],
)

export const EXECUTION_SOURCE = command(
  55,
  1,
  'ExecutionSource',
  'Whose reports of an account at a venue are booked.',
  [
    i32('account', 'id', 'ACCOUNT.'),
    i32('venue', 'id', 'VENUE; -1 every venue that has no source of its own.'),
    i32('source', 'id', 'SESSION whose reports change state; -1 any, as where none was ever set.'),
    i32('compare', 'id', 'SESSION whose reports are compared with them; -1 none.'),
  ],
)

export const HOLD_DECIDE = command(
  56,
  1,
  'HoldDecide',
  'The orders that a held one waited for have ended: it is decided again.',
  [f64('orderSeq', 'seq', 'Held order.'), i32('slot', 'id', 'Its slot.')],
)

export const FATE_COMMANDS: readonly RecordLayout[] = [
  ORDER_STATUS,
  ORDER_TRIGGERED,
  RESOLVE_ORDER,
  EXPLAIN_EXECUTION,
  EXECUTION_SOURCE,
  HOLD_DECIDE,
]
