/** A played day waits for its time, and never for time that has passed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayPace } from './pace.ts'

const SECOND = 1_000_000

async function waits(speed: number | undefined, times: readonly number[], msPerMessage: number): Promise<number[]> {
  let nowMs = 5_000
  const waited: number[] = []
  const pace = dayPace(
    speed,
    () => nowMs,
    async (ms) => {
      waited.push(ms)
      nowMs += ms
    },
  )
  for (const seconds of times) {
    await pace(seconds * SECOND)
    nowMs += msPerMessage
  }
  return waited
}

test('at full speed nothing waits', async () => {
  assert.deepEqual(await waits(undefined, [0, 60, 3_600], 1), [])
})

test('at ten times real time a second takes a tenth, the time of the messages included', async () => {
  assert.deepEqual(await waits(10, [100, 101, 103], 20), [80, 180])
})

test('what is late is not waited for, and the time is caught up', async () => {
  assert.deepEqual(await waits(1, [0, 1, 2, 10], 3_000), [1_000])
})
