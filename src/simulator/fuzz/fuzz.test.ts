/** A short run of the fuzzer over every parser; `npm run fuzz` is a long one. `SEED=` varies the inputs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runFuzz } from './fuzz.ts'

const SEED = Number(process.env.SEED ?? 1)
const INPUTS = 20_000
const GROWTH_BYTES_MAX = 16 * 1024 * 1024

test('nothing that is sent crashes a parser, gets another order approved than was sent, or is kept', async () => {
  const { targets, failures, judged, approved, grownBytes } = await runFuzz({ inputs: INPUTS, seed: SEED })
  for (const { target, number, error } of failures) {
    console.error(`${target}: npm run fuzz -- --seed ${SEED} --only ${number}\n${error.stack}`)
  }
  assert.deepEqual(failures.length, 0)
  const sum = (of: 'framed' | 'mutated' | 'random') => targets.reduce((all, report) => all + report[of], 0)
  assert.deepEqual([sum('framed'), sum('mutated') + sum('random')], [INPUTS / 2, INPUTS / 2])
  for (const { target, framed, outcomes } of targets) {
    assert.ok(framed > 30 && outcomes.size > 3, `${target.name}: ${framed} inputs, ${outcomes.size} outcomes`)
  }
  assert.ok(judged > INPUTS / 10 && approved > INPUTS / 100, `${judged} judged, ${approved} approved`)
  assert.ok(grownBytes < GROWTH_BYTES_MAX, `${grownBytes} bytes more in use`)
})
