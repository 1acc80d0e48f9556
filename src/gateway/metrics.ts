/** What the gate counts and measures, as Prometheus text: plain numbers and fixed buckets, from the table of metrics. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { BlockCounts } from './observe/block-counts.ts'
import type { Histogram } from './observe/histogram.ts'
import {
  COUNTERS,
  type CounterName,
  GAUGES,
  type GaugeName,
  label,
  METRICS,
  type TIMES,
} from './observe/metric-table.ts'
import { Stages, type Wire } from './observe/stages.ts'

/** One number, or numbers by labels. */
export type Reading = number | Iterable<readonly [string, number]>
export type Readings = Partial<Readonly<Record<GaugeName, Reading>>>

/** Percentiles, and how the label is written: a quotient of doubles would be 0.9990000000000001. */
const QUANTILES = [
  [50, '0.5'],
  [90, '0.9'],
  [99, '0.99'],
  [99.9, '0.999'],
  [100, '1'],
] as const
const NANOSECONDS = 1e9
const LOOP_RESOLUTION_MS = 10

/** A count that whoever counts often keeps at hand. */
export interface Counter {
  value: number
}

export class Metrics {
  readonly stages: Stages
  /** To be told of every durable block. */
  readonly blocks = new BlockCounts()
  /** By name, then by labels. */
  readonly #counts = new Map<CounterName, Map<string, Counter>>()
  readonly #readers: (() => Readings)[] = []
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS })

  constructor(stages = new Stages()) {
    this.stages = stages
    this.#loop.enable()
  }

  /** The counter of a name; `labels` as Prometheus writes them, their values of closed sets. */
  counter(name: CounterName, labels = ''): Counter {
    let family = this.#counts.get(name)
    if (family === undefined) {
      family = new Map()
      this.#counts.set(name, family)
    }
    let counter = family.get(labels)
    if (counter === undefined) {
      counter = { value: 0 }
      family.set(labels, counter)
    }
    return counter
  }

  count(name: CounterName, labels = ''): void {
    this.counter(name, labels).value++
  }

  /** A request or message that nothing was decided on. */
  refused(wire: Wire | 'feed', code: string): void {
    this.count('requests_refused_total', `${label('code', code)},${label('wire', wire)}`)
  }

  /** @param kind of the closed set of token faults */
  authFailed(wire: Wire | 'feed', kind: string): void {
    this.count('auth_failures_total', `${label('kind', kind)},${label('wire', wire)}`)
  }

  /** `read` is asked whenever somebody reads the metrics; of two that read one gauge the later counts. */
  gauges(read: () => Readings): void {
    this.#readers.push(read)
  }

  /** Prometheus text format 0.0.4. */
  text(): string {
    const readings: Readings = Object.assign({}, ...this.#readers.map((read) => read()))
    const lines: string[] = []
    for (const name of Object.keys(GAUGES) as GaugeName[]) {
      const reading = readings[name]
      if (reading !== undefined) put(lines, name, typeof reading === 'number' ? [['', reading]] : reading)
    }
    for (const name of Object.keys(COUNTERS) as CounterName[]) put(lines, name, this.#samples(name))
    lines.push(...head('stage_seconds'))
    for (const [labels, histogram] of this.stages.all()) lines.push(...bucketsOf('stage_seconds', labels, histogram))
    lines.push(...head('event_loop_delay_seconds'), ...this.#loopDelay())
    return `${lines.join('\n')}\n`
  }

  #samples(name: CounterName): Iterable<readonly [string, number]> {
    const { blocks } = this
    switch (name) {
      case 'orders_total':
        return blocks.outcomeSamples('orders')
      case 'replaces_total':
        return blocks.outcomeSamples('replaces')
      case 'refusals_total':
        return blocks.refusalSamples()
      case 'commands_total':
        return blocks.commandSamples()
      case 'journal_blocks_total':
        return [['', blocks.blocks]]
      case 'journal_bytes_total':
        return [['', blocks.bytes]]
      default:
        return this.#counted(name)
    }
  }

  #counted(name: CounterName): Iterable<readonly [string, number]> {
    const family = this.#counts.get(name)
    // What has no labels is 0 before it is counted; what has some is not there.
    if (family === undefined) return COUNTERS[name].labels.length === 0 ? [['', 0]] : []
    return [...family].map(([labels, { value }]) => [labels, value])
  }

  #loopDelay(): readonly string[] {
    const { count, mean } = this.#loop
    const name = 'event_loop_delay_seconds'
    return [
      ...QUANTILES.map(([percentile, text]) => {
        const seconds = count === 0 ? Number.NaN : this.#loop.percentile(percentile) / NANOSECONDS
        return sample(name, `quantile="${text}"`, seconds)
      }),
      sample(`${name}_sum`, '', count === 0 ? 0 : (mean * count) / NANOSECONDS),
      sample(`${name}_count`, '', count),
    ]
  }
}

function put(lines: string[], name: CounterName | GaugeName, samples: Iterable<readonly [string, number]>): void {
  const sorted = [...samples].sort(([a], [b]) => (a < b ? -1 : 1))
  if (sorted.length > 0) lines.push(...head(name), ...sorted.map(([labels, value]) => sample(name, labels, value)))
}

function bucketsOf(name: keyof typeof TIMES, labels: string, histogram: Histogram): readonly string[] {
  const { buckets } = histogram
  return [
    ...buckets.map(({ le, count }) => sample(`${name}_bucket`, `${labels},le="${bound(le)}"`, count)),
    sample(`${name}_sum`, labels, histogram.sumSeconds),
    sample(`${name}_count`, labels, buckets.at(-1)?.count ?? 0),
  ]
}

/** Whole microseconds as decimals, not as JavaScript writes small numbers. */
function bound(le: number): string {
  return Number.isFinite(le) ? le.toFixed(6).replace(/\.?0+$/, '') : '+Inf'
}

function head(name: string): readonly string[] {
  const { help, type } = METRICS[name] as (typeof METRICS)[string]
  return [`# HELP portcullis_${name} ${help}`, `# TYPE portcullis_${name} ${type}`]
}

function sample(name: string, labels: string, value: number): string {
  return `portcullis_${name}${labels === '' ? '' : `{${labels}}`} ${value}`
}
