/**
 * Everything that a person is told unasked: code, severity, what it says. Codes are for ever. An alarm of an order, an
 * execution or a venue's list has the code of its reason. `docs/reference/alerts.md` is generated from here.
 */

/** INFO: nothing to do. WARNING: to be looked at. CRITICAL: trading was stopped, or the books may be wrong. */
export const SEVERITIES = ['INFO', 'WARNING', 'CRITICAL'] as const
export type Severity = (typeof SEVERITIES)[number]

export interface AlertRow {
  readonly code: string
  readonly severity: Severity
  readonly text: string
  /** Also told to the session whose order, execution or market data it is about. */
  readonly toSession: boolean
}

const row = (code: string, severity: Severity, text: string, toSession = true): AlertRow => ({
  code,
  severity,
  text,
  toSession,
})
const FOR_PEOPLE = false

export const ALERTS = [
  // Limits.
  row('LIMIT_WARNING', 'WARNING', 'The use of a limit has reached one of its warning levels.'),
  row('LIMIT_REARMED', 'INFO', 'The use of a limit is back below a warning level.'),
  row(
    'LIMIT_BREACHED',
    'CRITICAL',
    'A limit is reached or exceeded by something that no decision let through: an execution, a lowered limit, refusals.',
  ),
  row(
    'LIMIT_EXCEEDED',
    'WARNING',
    'An order went on over a limit that only alerts, or that two people overrode for it.',
  ),
  row('ORDER_OVER_LIMIT', 'WARNING', 'An order was refused by a limit whose breach the risk manager is told of.'),
  row('REJECT_STORM', 'CRITICAL', 'An order was refused because too many were before it.'),
  row('RISK_ERROR', 'CRITICAL', 'A control failed to give a result; the order was refused.'),
  // Latches.
  row('LATCH_SET', 'CRITICAL', 'The gate has stopped, or restricted, a scope by itself; the reason says why.'),
  row('MASS_CANCEL', 'CRITICAL', 'The orders of a session that was lost are canceled.'),
  // Orders and executions.
  row('OVERFILL', 'CRITICAL', 'More was executed than was ordered.'),
  row('LATE_FILL', 'WARNING', 'An execution of an order that had ended.'),
  row('UNKNOWN_EXECUTION', 'CRITICAL', 'An execution of an order that the gate does not know.'),
  row('CUM_QTY_MISMATCH', 'CRITICAL', 'cumQty of a report is not the sum of the executions.'),
  row('UNMATCHED_BUST', 'CRITICAL', 'The execution that a bust or a correct is about never came.'),
  row('TRIGGER_REFUSED', 'WARNING', 'A triggered stop would not pass now: its cancel is asked for.'),
  row(
    'EXECUTION_DIFFERS',
    'CRITICAL',
    'A report beside the execution source says otherwise than the source.',
    FOR_PEOPLE,
  ),
  // The trade date's beginning.
  row('LIVE_ORDER_MISSING', 'CRITICAL', 'A live order is not on the list of its venue.'),
  row('LIVE_ORDER_DIFFERS', 'CRITICAL', 'The venue says otherwise about a live order.'),
  row('LIVE_ORDER_ADOPTED', 'WARNING', 'The venue has an order that the gate did not know.'),
  row('RESTATED_ORDER_REFUSED', 'WARNING', 'An order of an earlier date would not pass today.'),
  row('POSITION_DIFFERS', 'WARNING', 'A statement says another position than the gate carried.', FOR_PEOPLE),
  row('STATEMENT_DIFFERS', 'CRITICAL', 'A statement differs: its account waits until a person adopts it.', FOR_PEOPLE),
  row('CALENDAR_STUCK', 'CRITICAL', 'A calendar cannot roll by itself: a person must.', FOR_PEOPLE),
  // Market data.
  row('QUOTE_QUARANTINED', 'WARNING', 'A quote jumped too far and waits for confirmation.'),
] as const satisfies readonly AlertRow[]

const BY_CODE = new Map<string, AlertRow>(ALERTS.map((alert) => [alert.code, alert]))

/** The row of a code. An alarm of a reason without a row of its own is a warning: nothing goes unsaid. */
export function alertRow(code: string): AlertRow {
  return BY_CODE.get(code) ?? row(code, 'WARNING', '')
}
