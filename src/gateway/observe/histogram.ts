/**
 * A latency histogram with fixed buckets, each twice as wide as the one before it. A sample is two stores into one typed array and makes
 * no object, so that it may stand behind every command.
 */

/** Upper bounds in microseconds are 2^0 to 2^24: from 1 us to 16.8 s. What is longer is in the last bucket, without a bound. */
export const BOUNDS = 25
const LONGEST_US = 2 ** (BOUNDS - 1)
const SUM = BOUNDS + 1
const SECOND_US = 1_000_000

/** One bucket as Prometheus has it: how many samples were at most `le` seconds. */
export interface Bucket {
  readonly le: number
  readonly count: number
}

export class Histogram {
  /** Samples by bucket, and behind them the sum in microseconds. */
  readonly #cells = new Float64Array(BOUNDS + 2)

  /** @param us microseconds; what is no number, or negative, counts as 0 */
  record(us: number): void {
    const cells = this.#cells
    const known = us > 0 ? us : 0
    const whole = known > LONGEST_US ? LONGEST_US + 1 : known > 1 ? Math.ceil(known) : 1
    const bucket = 32 - Math.clz32(whole - 1)
    cells[bucket] = (cells[bucket] as number) + 1
    cells[SUM] = (cells[SUM] as number) + known
  }

  /** Cumulative, the last one without a bound: all samples. */
  get buckets(): readonly Bucket[] {
    let count = 0
    return Array.from({ length: BOUNDS + 1 }, (_, at) => {
      count += this.#cells[at] as number
      return { le: at === BOUNDS ? Number.POSITIVE_INFINITY : 2 ** at / SECOND_US, count }
    })
  }

  get count(): number {
    return this.buckets[BOUNDS]?.count ?? 0
  }

  get sumSeconds(): number {
    return (this.#cells[SUM] as number) / SECOND_US
  }
}
