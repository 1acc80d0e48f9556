/** Counts and latencies of the wires, as Prometheus text: plain numbers, and one histogram of the runtime. */
import { createHistogram } from 'node:perf_hooks'
import { OUTCOME_WORDS, type OutcomeWord } from './answers/outcome-words.ts'

/** What is counted, and what a reader is told of it. A name that does not stand here cannot be counted. */
const COUNTERS = {
  orders_total: 'Decided new orders, by outcome.',
  replaces_total: 'Decided replaces, by outcome.',
  cancels_total: 'Cancels that passed.',
  what_ifs_total: 'Answered what-ifs, by parameter.',
  requests_refused_total: 'Requests that nothing was decided on, by error code.',
  rate_limited_total: 'Requests that were refused for a rate, by the scope that kept them longest.',
  tokens_granted_total: 'Access tokens that were granted.',
  tokens_refused_total: 'Requests to the issuer that were refused, by error.',
  tokens_revoked_total: 'Tokens that were given back, good or not.',
  sign_ins_total: 'Sign-ins of people that came to a code, or back without one.',
} as const
export type CounterName = keyof typeof COUNTERS

/** Read at the moment of the question. */
const GAUGES = {
  seq: 'Sequence number of the newest command.',
  durable_seq: 'Sequence number of the newest durable command.',
  open_orders: 'Open orders.',
  unknown_orders: 'Orders of unknown fate, counted at most once a second: each stays reserved in full.',
  unknown_orders_oldest_seconds: 'Seconds since the oldest of them was approved; 0 where there is none.',
  journal_down: '1 after the journal has failed: nothing is decided any more.',
  journal_disk_low: "1 while the journal's disk is below its upper watermark.",
  journal_disk_full: '1 while it is below the lower one: only cancels, executions and kills are taken.',
} as const
export type Gauges = Readonly<Record<keyof typeof GAUGES, number>>

const ANSWERS = 'order_answer_seconds'
const ANSWERS_HELP = 'Seconds from the head of a new order, over REST or as a unary gRPC call, to its answer.'
/** Percentiles, and how the label is written: a quotient of doubles would be 0.9990000000000001. */
const QUANTILES = [
  [50, '0.5'],
  [90, '0.9'],
  [99, '0.99'],
  [99.9, '0.999'],
] as const
const NANOSECONDS = 1e9

/** A count that whoever counts often keeps at hand. */
export interface Counter {
  value: number
}

export class Metrics {
  /** By name, then by labels. */
  readonly #counts = new Map<CounterName, Map<string, Counter>>()
  /** Decided orders, by outcome. */
  readonly orders: Readonly<Record<OutcomeWord, Counter>>
  /** Nanoseconds from the first byte of an order to its answer. */
  readonly #orders = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 })
  #ordersSum = 0

  constructor() {
    const outcomes = OUTCOME_WORDS.map((word) => [word, this.counter('orders_total', `outcome="${word}"`)] as const)
    this.orders = Object.fromEntries(outcomes) as Record<OutcomeWord, Counter>
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

  orderAnswered(startedMs: number): void {
    const ns = Math.max(1, Math.round((performance.now() - startedMs) * 1e6))
    this.#ordersSum += ns
    this.#orders.record(ns)
  }

  /** Prometheus text format 0.0.4. */
  text(gauges: Gauges): string {
    const lines: string[] = []
    for (const name of Object.keys(GAUGES) as (keyof Gauges)[]) {
      lines.push(...head(name, GAUGES[name], 'gauge'), sample(name, '', gauges[name]))
    }
    for (const name of Object.keys(COUNTERS) as CounterName[]) {
      const family = this.#counts.get(name)
      if (family === undefined) continue
      lines.push(...head(name, COUNTERS[name], 'counter'))
      for (const [labels, { value }] of [...family].sort(([a], [b]) => (a < b ? -1 : 1))) {
        lines.push(sample(name, labels, value))
      }
    }
    lines.push(...head(ANSWERS, ANSWERS_HELP, 'summary'))
    const { count } = this.#orders
    for (const [percentile, label] of QUANTILES) {
      const seconds = count === 0 ? Number.NaN : this.#orders.percentile(percentile) / NANOSECONDS
      lines.push(sample(ANSWERS, `quantile="${label}"`, seconds))
    }
    lines.push(sample(`${ANSWERS}_sum`, '', this.#ordersSum / NANOSECONDS), sample(`${ANSWERS}_count`, '', count))
    return `${lines.join('\n')}\n`
  }
}

function head(name: string, help: string, type: string): readonly string[] {
  return [`# HELP portcullis_${name} ${help}`, `# TYPE portcullis_${name} ${type}`]
}

function sample(name: string, labels: string, value: number): string {
  return `portcullis_${name}${labels === '' ? '' : `{${labels}}`} ${value}`
}
