/** Times and dates against JavaScript's own calendar. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatTimeUs, parseDate, parseTimeUs } from './timestamps.ts'

test('a time is written as Date writes it, with microseconds, and read back', () => {
  const end = Date.UTC(2255, 0, 1)
  fc.assert(
    fc.property(fc.integer({ min: 0, max: end }), fc.integer({ min: 0, max: 999 }), (ms, us) => {
      const timeUs = ms * 1000 + us
      const text = formatTimeUs(timeUs)
      assert.equal(text, new Date(ms).toISOString().replace('Z', `${String(us).padStart(3, '0')}Z`))
      assert.equal(parseTimeUs(text), timeUs)
    }),
  )
})

test('a time that microseconds cannot hold exactly is none', () => {
  assert.equal(parseTimeUs('2256-01-01T00:00:00Z'), -1)
  assert.equal(parseTimeUs('1969-12-31T23:59:59Z'), -1)
})

test('dates are days of the calendar', () => {
  for (const [text, value] of [
    ['20261121', 20261121],
    ['20240229', 20240229],
    ['20230229', -1],
    ['20000229', 20000229],
    ['21000229', -1],
    ['20261301', -1],
    ['20260431', -1],
    ['2026-11-21', -1],
    ['202611210', -1],
    ['', -1],
  ] as const) {
    assert.equal(parseDate(text), value, text)
  }
})
