/** The window at its edge, against the definition. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseRate, RATE_DEFAULTS, RATE_MAX, RATE_SCOPES, type Rate } from './rate.ts'
import { SlidingWindow } from './sliding-window.ts'

/** `SEED=` varies what the property tries. */
const SEED = Number(process.env.SEED ?? 1)

/** Counts a message that may pass. Returns the microseconds after which one passes, 0 where it did. */
function take(window: SlidingWindow, nowUs: number): number {
  const waitUs = window.waitUs(nowUs)
  if (waitUs === 0) window.count(nowUs)
  return waitUs
}

test('max pass, the next waits until the first has left', () => {
  const window = new SlidingWindow(parseRate('3 in 1 ms') as Rate)
  assert.deepEqual(
    [0, 10, 20].map((at) => take(window, at)),
    [0, 0, 0],
  )
  assert.equal(take(window, 30), 970)
  assert.equal(take(window, 999), 1)
  assert.equal(take(window, 1000), 0)
  assert.equal(take(window, 1009), 1)
})

test('what may not be refused takes the room of later ones', () => {
  const window = new SlidingWindow(parseRate('2 in 1 ms') as Rate)
  for (const at of [0, 1, 2, 3]) window.count(at)
  assert.equal(take(window, 500), 502)
  assert.equal(take(window, 1002), 0)
})

test('a burst is bounded by itself, and the longer of the two waits is said', () => {
  const window = new SlidingWindow(parseRate('5 in 1 s, 2 in 10 ms') as Rate)
  const waits = [0, 0, 0, 10_000, 10_000, 10_000, 20_000, 20_000].map((at) => take(window, at))
  assert.deepEqual(waits, [0, 0, 10_000, 0, 0, 10_000, 0, 980_000])
  assert.equal(window.burstWaitUs(20_000), 0, 'the rate keeps it, not the burst')
})

test('exact by the definition: nothing passes that may not, and nothing is refused that may', () => {
  const rates = fc
    .record({ max: fc.integer({ min: 1, max: 150 }), windowMs: fc.integer({ min: 1, max: 20 }) })
    .chain((rate) =>
      fc.record({
        ...{ max: fc.constant(rate.max), windowMs: fc.constant(rate.windowMs) },
        ...{ burst: fc.integer({ min: 1, max: rate.max }), burstMs: fc.integer({ min: 1, max: rate.windowMs }) },
      }),
    )
  const messages = fc.array(fc.tuple(fc.nat(300), fc.boolean()), { maxLength: 400 })
  fc.assert(
    fc.property(rates, messages, (rate, sent) => {
      const window = new SlidingWindow(rate)
      const counted: number[] = []
      let now = 0
      for (const [gap, isForced] of sent) {
        now += gap
        const inLast = (ms: number) => counted.filter((at) => at > now - ms * 1000).length
        const mayPass = inLast(rate.windowMs) < rate.max && inLast(rate.burstMs) < rate.burst
        const waitUs = window.waitUs(now)
        assert.equal(waitUs === 0, mayPass)
        if (waitUs > 0) assert.deepEqual([window.waitUs(now + waitUs), window.waitUs(now + waitUs - 1)], [0, 1])
        if (!mayPass && !isForced) continue
        window.count(now)
        counted.push(now)
      }
      assert.ok(window.room <= rate.max)
    }),
    { seed: SEED },
  )
})

test('of any max + 1 that passed, the first and the last are a window apart', () => {
  const gaps = fc.array(fc.nat(700), { minLength: 100, maxLength: 600 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 20 }), (list, max) => {
      const window = new SlidingWindow({ max, windowMs: 2, burst: max, burstMs: 2 })
      let now = 0
      const passed = list.map((gap) => (now += gap)).filter((at) => take(window, at) === 0)
      for (let at = max; at < passed.length; at++) {
        assert.ok((passed[at] as number) - (passed[at - max] as number) >= 2_000)
      }
    }),
    { seed: SEED },
  )
})

test('a rate in words, and what is none', () => {
  assert.deepEqual(parseRate('100 in 1 s, 20 in 10 ms'), { max: 100, windowMs: 1_000, burst: 20, burstMs: 10 })
  assert.deepEqual(parseRate('100 in 60 s'), { max: 100, windowMs: 60_000, burst: 100, burstMs: 60_000 })
  for (const words of [
    ...['', '0 in 1 s', '100', '100 in 1', '100 in 0 s', '100 in 61 s', '01 in 1 s', '1e3 in 1 s', '-1 in 1 s'],
    ...[`${RATE_MAX + 1} in 1 s`, '1 in 60001 ms', ' 1 in 1 s', '1 in 1 s, ', '3 in 1 s, 2 in 1 ms, 1 in 1 ms'],
    // A burst that is no less, or in no shorter time, says nothing.
    ...['3 in 1 s, 3 in 1 ms', '3 in 1 s, 2 in 1 s', '3 in 1 s, 4 in 1 ms', 3, null, ['3 in 1 s']],
  ]) {
    assert.equal(parseRate(words), undefined, String(words))
  }
  assert.deepEqual(Object.keys(RATE_DEFAULTS.each), [...RATE_SCOPES])
})
