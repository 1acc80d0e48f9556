/**
 * Every metric that the gate has: name, type, labels, and what a reader is told of it. What does not stand here cannot be counted;
 * `docs/reference/metrics.md` is generated from here. Values of labels are of closed sets, never names of clients, accounts or orders.
 */

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary'

export interface MetricRow {
  readonly type: MetricType
  readonly labels: readonly string[]
  readonly help: string
}

const counter = (help: string, ...labels: readonly string[]) => ({ type: 'counter', labels, help }) as const
const gauge = (help: string, ...labels: readonly string[]) => ({ type: 'gauge', labels, help }) as const

/** Behind the name of each stands `portcullis_`. */
export const COUNTERS = {
  orders_total: counter(
    'Durable decisions on new orders; a held one counts when it is held and when it is decided.',
    'outcome',
  ),
  replaces_total: counter('Durable decisions on replaces.', 'outcome'),
  refusals_total: counter(
    'Durable refusals, of orders and of any other command, by the first control and reason.',
    ...['command', 'control', 'reason'],
  ),
  commands_total: counter(
    "Durable commands, the gate's own too: orders, cancels, executions, quotes, ticks.",
    'command',
  ),
  journal_blocks_total: counter('Durable blocks.'),
  journal_bytes_total: counter('Bytes of records in durable blocks.'),
  what_ifs_total: counter('Answered what-ifs.', 'parameter'),
  requests_refused_total: counter(
    'Requests and messages that nothing was decided on, by error code; RATE_LIMITED is the rate.',
    ...['code', 'wire'],
  ),
  rate_limited_total: counter(
    'Requests and messages that were refused for a rate, by the scope that kept them longest.',
    'scope',
  ),
  auth_failures_total: counter('Tokens and missing tokens that were refused.', 'kind', 'wire'),
  tokens_granted_total: counter('Access tokens that were granted.'),
  tokens_refused_total: counter('Requests to the issuer that were refused.', 'error'),
  tokens_revoked_total: counter('Tokens that were given back, good or not.'),
  sign_ins_total: counter('Sign-ins of people that came to a code, or back without one.'),
  sessions_begun_total: counter('Order sessions that logged on; resumed: with their numbers going on.', 'resumed'),
  sessions_ended_total: counter(
    'Order sessions that ended, by code; LOGOUT by a word of the client, LOST without one.',
    'code',
  ),
  grpc_calls_total: counter('gRPC calls that ended, by method and status.', 'method', 'status'),
  long_polls_total: counter('Long polls for cancel requests, by whether they waited.', 'waited'),
  cancels_spilled_total: counter('Cancels that passed while the journal was down.'),
} as const satisfies Readonly<Record<string, MetricRow>>
export type CounterName = keyof typeof COUNTERS

/** Read when somebody asks. */
export const GAUGES = {
  build_info: gauge('1; what runs is in the labels.', 'version', 'engine', 'code'),
  ready: gauge('1 while the gate decides orders, as /readyz says.'),
  loop_beat_age_seconds: gauge(
    'Seconds since the decision loop last made a block durable; a tick does it ten times a second.',
  ),
  queue_commands: gauge('Commands that wait for their turn or for their block.'),
  queue_oldest_seconds: gauge('Seconds that the oldest of them has waited; 0 where there is none.'),
  queue_bytes: gauge('Bytes of records that are decided and not durable.'),
  seq: gauge('Sequence number of the newest command.'),
  durable_seq: gauge('Sequence number of the newest durable command.'),
  open_orders: gauge('Open orders.'),
  unknown_orders: gauge('Orders of unknown fate, counted at most once a second: each stays reserved in full.'),
  unknown_orders_oldest_seconds: gauge('Seconds since the oldest of them was approved; 0 where there is none.'),
  latches: gauge('Latches in force, by what they leave open.', 'state'),
  sessions: gauge('Order sessions that are logged on.'),
  session_connections: gauge('Connections of order sessions, logged on or not.'),
  feed_connections: gauge('Connections of the live feed.'),
  long_polls: gauge('Long polls that wait.'),
  journal_down: gauge('1 after the journal has failed: nothing is decided any more.'),
  journal_disk_low: gauge("1 while the journal's disk is below its upper watermark."),
  journal_disk_full: gauge('1 while it is below the lower one: only cancels, executions and kills are taken.'),
  snapshot_age_seconds: gauge('Seconds since the newest snapshot of the state was saved; absent where there is none.'),
  memory_bytes: gauge('Memory of the process.', 'kind'),
  process_start_time_seconds: gauge('When the process began, in seconds since 1970.'),
} as const satisfies Readonly<Record<string, MetricRow>>
export type GaugeName = keyof typeof GAUGES

export const TIMES = {
  stage_seconds: {
    type: 'histogram',
    labels: ['stage', 'wire'],
    help: 'Seconds that a step takes: parse and whole by wire, a command each, of a session a frame each to parse; wait a command, decide a round, journal and answer a block each.',
  },
  event_loop_delay_seconds: {
    type: 'summary',
    labels: ['quantile'],
    help: 'Seconds by which the event loop was late, since the process began.',
  },
} as const satisfies Readonly<Record<string, MetricRow>>

export const METRICS: Readonly<Record<string, MetricRow>> = { ...GAUGES, ...COUNTERS, ...TIMES }

/** A label as Prometheus writes it. */
export function label(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`
}
