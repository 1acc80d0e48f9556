/** Counts and latencies of the wire, as Prometheus text: plain numbers, and one histogram of the runtime. */
import { createHistogram } from 'node:perf_hooks'

const QUANTILES = [50, 90, 99, 99.9]

export class Metrics {
  readonly #counts = new Map<string, number>()
  /** Nanoseconds from the first byte of an order to its answer. */
  readonly #orders = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 })

  /** `labels` as Prometheus writes them, for example `outcome="APPROVED"`. Their values are of closed sets. */
  count(name: string, labels = ''): void {
    const key = labels === '' ? name : `${name}{${labels}}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  orderAnswered(startedMs: number): void {
    this.#orders.record(Math.max(1, Math.round((performance.now() - startedMs) * 1e6)))
  }

  /** `gauges` are read now: name and value. */
  text(gauges: Readonly<Record<string, number>>): string {
    const lines = Object.entries(gauges).map(([name, value]) => `portcullis_${name} ${value}`)
    for (const [key, value] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`portcullis_${key} ${value}`)
    for (const quantile of QUANTILES) {
      const seconds = this.#orders.count === 0 ? 'NaN' : this.#orders.percentile(quantile) / 1e9
      lines.push(`portcullis_order_answer_seconds{quantile="${quantile / 100}"} ${seconds}`)
    }
    lines.push(`portcullis_order_answer_seconds_count ${this.#orders.count}`)
    return `${lines.join('\n')}\n`
  }
}
