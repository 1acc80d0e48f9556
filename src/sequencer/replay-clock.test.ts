/** The replay clock stands, goes forward and never back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseReplayTime, ReplayClock } from './replay-clock.ts'
import { SequencerTime } from './sequencer-time.ts'

test('sequencer time is the time of the latest request, and never runs backwards', () => {
  const clock = new ReplayClock(1_000)
  const time = new SequencerTime(clock, 0, () => assert.fail('a replay clock does not step'))
  const now = [time.now()]
  for (const timeUs of [5_000_000_000, 4_000_000_000, Number.NaN, 5_000_000_001]) {
    clock.advanceTo(timeUs)
    time.watch()
    now.push(time.now())
  }
  assert.deepEqual(now, [1_000, 5_000_000_000, 5_000_000_000, 5_000_000_000, 5_000_000_001])
})

test('a time is a whole number of microseconds', () => {
  assert.equal(parseReplayTime('1675733400000000'), 1_675_733_400_000_000)
  for (const text of ['', '0', '-1', '1.5', '1e3', '0x10', ' 1', '9999999999999999', '1'.repeat(17)]) {
    assert.equal(parseReplayTime(text), undefined, text)
  }
})
