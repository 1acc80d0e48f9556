/** Cancels that passed without a journal are told, and their file is moved aside only when all of them are durable. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Tape } from '../model/records/tape.ts'
import type { Submission } from '../sequencer/ports.ts'
import { RestGate } from '../simulator/rest-gate.ts'
import type { Gate } from './gate.ts'
import { SpillFile } from './spill-file.ts'
import { tellSpilledCancels } from './spilled-cancels.ts'

/** A file of two cancels, and a gate that keeps what it is told until the test settles it. */
async function spilled(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'spilled-'))
  const rest = await RestGate.start()
  t.after(async () => {
    await rest.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const path = join(folder, 'cancels.jsonl')
  const file = new SpillFile(path)
  for (const id of ['a', 'b']) assert.ok(file.add('ems-1', 'ems-1', id, ''))
  file.close()
  const told: Submission[] = []
  const { directory, view } = rest.engine
  const gate: Gate = {
    ...{ directory, view, rules: [], durableSeq: 1, isDown: false, diskRoom: 'enough', epoch: 2, firstSeq: 7 },
    pulse: { beatAgeUs: 0, waiting: 0, oldestUs: 0, bytes: 0 },
    submit: (submission) => told.push(submission),
  }
  return { folder, path, told, telling: tellSpilledCancels(path, gate) }
}

test('the file stays until the last of them is durable', async (t) => {
  const { folder, path, told, telling } = await spilled(t)
  const [first, second] = told as [Submission, Submission]
  assert.equal(told.length, 2)
  assert.deepEqual([first.neverRefused, second.neverRefused], [true, true])
  first.onDurable(Tape.ofBytes(64), 0, 0)
  await turn()
  assert.ok(existsSync(path), 'a crash now tells both again')
  second.onDurable(Tape.ofBytes(64), 0, 0)
  const found = await telling
  assert.deepEqual([found?.cancels, found?.unreadable], [2, 0])
  assert.deepEqual(readdirSync(folder), ['cancels.jsonl.told-7'])
})

test('the file stays where the journal fails again', async (t) => {
  const { path, told, telling } = await spilled(t)
  const [first, second] = told as [Submission, Submission]
  first.onDurable(Tape.ofBytes(64), 0, 0)
  second.onFailure('OUTCOME_UNKNOWN', new Error('EIO'))
  await assert.rejects(telling, /is not journaled: OUTCOME_UNKNOWN/)
  assert.ok(existsSync(path))
})
