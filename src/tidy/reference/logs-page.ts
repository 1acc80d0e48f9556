/** docs/reference/logs.md: every line of the log, from the table of events. */
import { LOG_EVENTS, type LogRow } from '../../gateway/log-events.ts'
import { REPEAT_MS } from '../../gateway/log-repeats.ts'
import { code, GENERATED, page, table } from './markdown.ts'

const INTRODUCTION = `The gate writes its log to standard error, a line of JSON each. \`LOG_LEVEL\` (environment, default \`warn\`) says from which level on: \`trace\`, \`debug\`, \`info\`,
\`warn\`, \`error\`, \`fatal\` or \`silent\`; any other word is \`warn\`. The lines are those of the table, by the field \`event\`, whose words stay. Nothing below \`info\` is
written. Orders, requests and decisions are not logged: they are in the [journal](journal.md), and counted in the [metrics](metrics.md).`

const FIELDS = `\`level\` is a number: 30 info, 40 warn, 50 error. \`time\` is UTC. \`msg\` is the sentence of the table. \`err\` is an error with its causes. A line about what a client traces
has \`trace_id\` and \`span_id\` ([tracing](tracing.md)).`

const REPEATS = `A warning or error that repeats is written once in ${REPEAT_MS / 1000} s; the next line of it says in \`repeated\` how many were held back. Where each one matters, each is written.`

const SECRETS = `No line holds a token, a client secret, a key, a body or a header. What other people's code puts into an error is cleared of it: fields that are named like secrets, and
words that look like a token or a private key, are \`[redacted]\`.`

export function logsPage(): string {
  const rows: readonly (readonly [string, LogRow])[] = Object.entries(LOG_EVENTS)
  return page(
    '# Logs',
    GENERATED,
    INTRODUCTION,
    FIELDS,
    '## Lines',
    table(
      ['Event', 'Level', 'Each is written', 'What it says'],
      rows.map(([event, { level, text, each }]) => [code(event), level, each === true ? 'yes' : '', text]),
    ),
    '## Repeats',
    REPEATS,
    '## Secrets',
    SECRETS,
  )
}
