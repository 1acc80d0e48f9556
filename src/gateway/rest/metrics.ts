/** Counts and latencies of the wire, as Prometheus text: plain numbers, and one histogram of the runtime. */
import { createHistogram } from 'node:perf_hooks'
import { OUTCOME_WORDS, type OutcomeWord } from './outcome-words.ts'

const QUANTILES = [50, 90, 99, 99.9]

/** A count that whoever counts often keeps at hand. */
export interface Counter {
  value: number
}

export class Metrics {
  readonly #counts = new Map<string, Counter>()
  /** Decided orders, by outcome. */
  readonly orders: Readonly<Record<OutcomeWord, Counter>>
  /** Nanoseconds from the first byte of an order to its answer. */
  readonly #orders = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 })

  constructor() {
    const outcomes = OUTCOME_WORDS.map((word) => [word, this.counter('orders_total', `outcome="${word}"`)] as const)
    this.orders = Object.fromEntries(outcomes) as Record<OutcomeWord, Counter>
  }

  /** The counter of a name; `labels` as Prometheus writes them, their values of closed sets. */
  counter(name: string, labels = ''): Counter {
    const key = labels === '' ? name : `${name}{${labels}}`
    let counter = this.#counts.get(key)
    if (counter === undefined) {
      counter = { value: 0 }
      this.#counts.set(key, counter)
    }
    return counter
  }

  count(name: string, labels = ''): void {
    this.counter(name, labels).value++
  }

  orderAnswered(startedMs: number): void {
    this.#orders.record(Math.max(1, Math.round((performance.now() - startedMs) * 1e6)))
  }

  /** `gauges` are read now: name and value. */
  text(gauges: Readonly<Record<string, number>>): string {
    const lines = Object.entries(gauges).map(([name, value]) => `portcullis_${name} ${value}`)
    for (const [key, { value }] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`portcullis_${key} ${value}`)
    for (const quantile of QUANTILES) {
      const seconds = this.#orders.count === 0 ? 'NaN' : this.#orders.percentile(quantile) / 1e9
      lines.push(`portcullis_order_answer_seconds{quantile="${quantile / 100}"} ${seconds}`)
    }
    lines.push(`portcullis_order_answer_seconds_count ${this.#orders.count}`)
    return `${lines.join('\n')}\n`
  }
}
