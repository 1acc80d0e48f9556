/** The window at its edge, against the definition. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SlidingWindow } from './sliding-window.ts'

test('max pass, the next waits until the first has left', () => {
  const window = new SlidingWindow(3, 1000)
  assert.deepEqual(
    [0, 10, 20].map((at) => window.take(at)),
    [0, 0, 0],
  )
  assert.equal(window.take(30), 970)
  assert.equal(window.take(999), 1)
  assert.equal(window.take(1000), 0)
  assert.equal(window.take(1009), 1)
})

test('what may not be refused takes the room of later ones', () => {
  const window = new SlidingWindow(2, 1000)
  for (const at of [0, 1, 2, 3]) window.force(at)
  assert.equal(window.take(500), 502)
  assert.equal(window.take(1002), 0)
})

test('no window of any length ever holds more than max', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 400 }), fc.integer({ min: 1, max: 150 }), (gaps, max) => {
      const window = new SlidingWindow(max, 1000)
      const passed: number[] = []
      let now = 0
      for (const gap of gaps) {
        now += gap
        const inside = passed.filter((at) => at > now - 1000).length
        const waitUs = window.take(now)
        assert.equal(waitUs === 0, inside < max)
        if (waitUs === 0) passed.push(now)
      }
    }),
  )
})
