/** docs/reference/metrics.md: every metric, from the table of metrics. */
import { COUNTERS, GAUGES, type MetricRow, TIMES } from '../../gateway/observe/metric-table.ts'
import { code, GENERATED, page, table } from './markdown.ts'

const INTRODUCTION = `\`GET /metrics\` of the main listener, in the Prometheus text format 0.0.4. It is open to everyone who reaches the port, like \`/readyz\`: what it says is of
the gate as a whole, and the values of labels are of closed sets, never names of clients, accounts or orders. Every name begins with \`portcullis_\`.`

const TIMES_INTRODUCTION = `The steps of a command are in one histogram. Its buckets are fixed: 1 us and twice that, and so on to 16.8 s. \`parse\`: from the head of
a request, or from a frame, until what it holds is given to the sequencer. \`wait\`: from there until its turn. \`decide\`: one round of the loop, all its decisions. \`journal\`:
a block, from its write until it is durable. \`answer\`: all answers of a block. \`whole\`: a command, from the head of its request or from its frame until its answer is
written; of a held order it is not taken.`

const COUNTERS_INTRODUCTION = `From zero at each start. What was decided is counted in the durable blocks, so that a decision counts once whatever wire it came over and
however often it is asked for. A series with labels is there once it has counted.`

export function metricsPage(): string {
  return page(
    '# Metrics',
    GENERATED,
    INTRODUCTION,
    '## Times',
    TIMES_INTRODUCTION,
    rowsOf(TIMES),
    '## Counters',
    COUNTERS_INTRODUCTION,
    rowsOf(COUNTERS),
    '## Gauges',
    'Read when somebody asks.',
    rowsOf(GAUGES),
  )
}

function rowsOf(rows: Readonly<Record<string, MetricRow>>): string {
  return table(
    ['Name', 'Type', 'Labels', 'What it says'],
    Object.entries(rows).map(([name, { type, labels, help }]) => [
      code(`portcullis_${name}`),
      type,
      labels.map(code).join(', '),
      help,
    ]),
  )
}
