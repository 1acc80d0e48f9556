/** The hand-reckoned calendar against the time zone database, and by hand at the edges. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Day, newYorkDayStartUs, nextDay, parseDay, utcDayStartUs } from './calendar-days.ts'

const HOUR_US = 3_600_000_000

const day = (iso: string): Day => {
  const parsed = parseDay(iso)
  assert.ok(parsed, iso)
  return parsed
}
const isoAt = (us: number) => new Date(us / 1000).toISOString()

const newYork = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})
const wallClock = (us: number) => newYork.format(us / 1000)

test('a day begins at its midnight in New York, in the words of the time zone database', () => {
  for (let at = day('1967-01-01'); at.year < 2038; at = nextDay(at)) {
    const iso = `${at.year}-${String(at.month).padStart(2, '0')}-${String(at.day).padStart(2, '0')}`
    assert.equal(wallClock(newYorkDayStartUs(at)), `${iso}, 00:00`)
  }
})

test('a day begins where the one before ends, and has 23, 24 or 25 hours', () => {
  const rows: [iso: string, hours: number][] = [
    ['2026-03-07', 24],
    ['2026-03-08', 23],
    ['2026-03-09', 24],
    ['2026-10-31', 24],
    ['2026-11-01', 25],
    ['2026-11-02', 24],
    ['2006-04-02', 23],
    ['2006-10-29', 25],
    ['1975-02-23', 23],
    ['1974-01-06', 23],
  ]
  for (const [iso, hours] of rows) {
    const at = day(iso)
    assert.equal((newYorkDayStartUs(nextDay(at)) - newYorkDayStartUs(at)) / HOUR_US, hours, iso)
  }
})

test('starts of days in UTC, written out', () => {
  const rows: [iso: string, utc: string, newYork: string][] = [
    ['1970-01-01', '1970-01-01T00:00:00.000Z', '1970-01-01T05:00:00.000Z'],
    ['2005-01-03', '2005-01-03T00:00:00.000Z', '2005-01-03T05:00:00.000Z'],
    ['2026-03-08', '2026-03-08T00:00:00.000Z', '2026-03-08T05:00:00.000Z'],
    ['2026-03-09', '2026-03-09T00:00:00.000Z', '2026-03-09T04:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z', '2026-11-01T04:00:00.000Z'],
    ['2026-11-02', '2026-11-02T00:00:00.000Z', '2026-11-02T05:00:00.000Z'],
    ['2000-02-29', '2000-02-29T00:00:00.000Z', '2000-02-29T05:00:00.000Z'],
    ['2199-12-31', '2199-12-31T00:00:00.000Z', '2199-12-31T05:00:00.000Z'],
  ]
  for (const [iso, utc, eastern] of rows) {
    assert.equal(isoAt(utcDayStartUs(day(iso))), utc)
    assert.equal(isoAt(newYorkDayStartUs(day(iso))), eastern)
  }
})

test('only days of the calendar parse', () => {
  const bad = ['2026-02-29', '1900-02-29', '2100-02-29', '2026-04-31', '2026-13-01', '2026-00-10', '2026-01-00']
  for (const iso of [
    ...bad,
    '1966-12-31',
    '2200-01-01',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00',
    '',
    ' 2026-01-01',
  ]) {
    assert.equal(parseDay(iso), null, iso)
  }
  assert.deepEqual(parseDay('2024-02-29'), { year: 2024, month: 2, day: 29 })
  assert.deepEqual(nextDay(day('2024-02-28')), day('2024-02-29'))
  assert.deepEqual(nextDay(day('2023-02-28')), day('2023-03-01'))
  assert.deepEqual(nextDay(day('2025-12-31')), day('2026-01-01'))
})
