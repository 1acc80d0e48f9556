/** Which commands a session carries: the forms that its messages are made of. */
import { EXECUTION_FORM } from '../model/parse/execution.ts'
import { ORDER_STATUS_FORM, TRIGGERED_FORM } from '../model/parse/fate.ts'
import type { Form } from '../model/parse/form.ts'
import { HEARTBEAT_FORM, INSTRUMENT_STATE_FORM, PHASE_FORM, QUOTE_FORM } from '../model/parse/market.ts'
import { ORDER_FORM } from '../model/parse/new-order.ts'
import { CANCEL_FORM, MASS_CANCEL_FORM, NOT_SENT_FORM, REPLACE_FORM } from '../model/parse/order-change.ts'
import { PARENT_FORM } from '../model/parse/parent.ts'

/** Commands that a session carries, by the name of their field in ClientMessage. */
export const SESSION_COMMANDS = {
  newOrder: ORDER_FORM,
  replace: REPLACE_FORM,
  cancel: CANCEL_FORM,
  notSent: NOT_SENT_FORM,
  parent: PARENT_FORM,
  massCancel: MASS_CANCEL_FORM,
  execution: EXECUTION_FORM,
  orderStatus: ORDER_STATUS_FORM,
  orderTriggered: TRIGGERED_FORM,
  quote: QUOTE_FORM,
  feedHeartbeat: HEARTBEAT_FORM,
  instrumentState: INSTRUMENT_STATE_FORM,
  sessionPhase: PHASE_FORM,
} as const satisfies Readonly<Record<string, Form>>
export type SessionCommand = keyof typeof SESSION_COMMANDS
