/** Sequencer time over clocks that step: it never decreases, follows the monotonic clock, and steps are reported. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HandClock } from '../simulator/made-up-world.ts'
import type { Notice } from './ports.ts'
import { SequencerTime } from './sequencer-time.ts'

/** `SEED=` varies what the properties try. */
const SEED = Number(process.env.SEED ?? 1)

test('time is the wall anchor plus what passed, whatever is done to the wall clock', () => {
  const moves = fc.array(fc.tuple(fc.nat(1_000_000), fc.integer({ min: -5_000_000, max: 5_000_000 })))
  fc.assert(
    fc.property(moves, (list) => {
      const clock = new HandClock(10_000_000)
      const time = new SequencerTime(clock, 0, () => {})
      let passed = 0
      for (const [us, step] of list) {
        clock.pass(us)
        clock.step(step)
        passed += us
        assert.equal(time.now(), 10_000_000 + passed)
      }
    }),
    { seed: SEED },
  )
})

test('a step of more than 50 ms is reported once, with where the wall clock stands now', () => {
  const { clock, time, offsets } = rig()
  clock.step(50_000)
  time.watch()
  assert.deepEqual(offsets, [])
  clock.step(1)
  time.watch()
  clock.pass(100_000)
  time.watch()
  assert.deepEqual(offsets, [50_001])
  clock.step(-3_600_000_000)
  time.watch()
  assert.deepEqual(offsets, [50_001, 50_001 - 3_600_000_000])
  clock.step(3_599_949_999)
  time.watch()
  assert.equal(offsets.at(-1), 0, 'coming back is a step too')
})

test('a wall clock behind the journal is reported, and time goes on from the journal', () => {
  const { clock, time, offsets } = rig(10_000_000)
  assert.deepEqual(offsets, [-9_000_000])
  clock.pass(5)
  assert.equal(time.now(), 10_000_005)
})

function rig(lastUs = 0) {
  const clock = new HandClock(1_000_000)
  const offsets: number[] = []
  const report = (notice: Notice) => {
    if (notice.code === 'CLOCK_STEP') offsets.push(notice.offsetUs)
  }
  return { clock, time: new SequencerTime(clock, lastUs, report), offsets }
}
