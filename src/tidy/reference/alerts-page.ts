/** docs/reference/alerts.md: every alert, from the table of the gateway. */
import { ALERTS } from '../../gateway/alerts/alert-codes.ts'
import { code, GENERATED, page, table } from './markdown.ts'

const INTRODUCTION = `What a person is told unasked, on the [live feed](feed.md) and, where an order, an execution or market data of a session is the
matter, by that [session](session.md). Codes are for ever. INFO: nothing to do. WARNING: to be looked at. CRITICAL: trading was stopped, or the books may be
wrong. Severities are part of this table: nothing configures them.`

const QUIET = `Of alerts of one code about the same limit row, order, scope or instrument, one is told a second. Where more come in that second, one of them is told
when it is over, with \`untold\`, the number of those that were not. An alarm of a [reason](errors.md) that has no row here is a WARNING with that code.`

export function alertsPage(): string {
  return page(
    '# Alerts',
    GENERATED,
    INTRODUCTION,
    QUIET,
    table(
      ['Code', 'Severity', 'Told to sessions', 'What it says'],
      ALERTS.map((alert) => [code(alert.code), alert.severity, alert.toSession ? 'yes' : 'people alone', alert.text]),
    ),
  )
}
