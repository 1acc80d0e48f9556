/** Each sample is in the first bucket that holds it, at every bound and beside it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOUNDS, Histogram } from './histogram.ts'

/** Bucket that one sample of so many microseconds is in. */
function bucketOf(us: number): number {
  const histogram = new Histogram()
  histogram.record(us)
  return histogram.buckets.findIndex(({ count }) => count === 1)
}

test('a bound is the largest value of its bucket', () => {
  for (let at = 0; at < BOUNDS; at++) {
    const us = 2 ** at
    assert.deepEqual([bucketOf(us), bucketOf(us + 0.5), bucketOf(us + 1)], [at, at + 1, at + 1], `${us} us`)
  }
  assert.equal(bucketOf(Number.MAX_VALUE), BOUNDS)
  assert.equal(bucketOf(Number.POSITIVE_INFINITY), BOUNDS)
})

test('what is no time counts as none', () => {
  for (const us of [0, -0, -5, Number.NaN, Number.NEGATIVE_INFINITY]) {
    const histogram = new Histogram()
    histogram.record(us)
    assert.deepEqual([histogram.count, histogram.sumSeconds, histogram.buckets[0]?.count], [1, 0, 1], String(us))
  }
})

test('sum and count are those of the samples', () => {
  const histogram = new Histogram()
  for (let us = 1; us <= 1_000; us++) histogram.record(us)
  assert.deepEqual([histogram.count, histogram.sumSeconds], [1_000, 0.5005])
  const { buckets } = histogram
  assert.deepEqual([buckets.length, buckets[3], buckets.at(-1)?.count], [BOUNDS + 1, { le: 8e-6, count: 8 }, 1_000])
})
