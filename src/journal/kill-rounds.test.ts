/**
 * Real processes and kill -9: the lock dies with its holder, and what a killed writer had answered is in its journal.
 */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { startGateChild } from '../simulator/gate-child.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { lockDirectory } from './directory-lock.ts'
import { JournalReader } from './journal-reader.ts'
import { DirectoryLocked } from './name-lock.ts'

const ROUNDS = 20
const SEED = Number(process.env.SEED ?? 1)

test('a second gate on the same folder is refused and told who holds it', async (t) => {
  const directory = folder(t)
  const lock = await lockDirectory(directory)
  await assert.rejects(lockDirectory(directory), (error: Error) => {
    assert.ok(error instanceof DirectoryLocked)
    assert.match(error.message, new RegExp(`in use by another gate \\(process ${process.pid}\\)`))
    return true
  })
  await assert.rejects(openSmallJournal(directory), DirectoryLocked)
  const other = await lockDirectory(join(directory, 'other'))
  await other.release()
  await lock.release()
  const again = await lockDirectory(directory)
  await again.release()
})

test('the lock of a killed gate is free at once', async (t) => {
  const directory = folder(t)
  for (let round = 0; round < 3; round++) {
    const running = start(t, directory)
    await once(running, 'message')
    await assert.rejects(lockDirectory(directory), new RegExp(`process ${running.pid}\\)`))
    await killed(running)
    const lock = await lockDirectory(directory)
    await lock.release()
  }
})

test('a child whose lines nobody reads waits without a word, and goes on with every order when somebody does', async (t) => {
  const running = start(t, folder(t), 'pipe')
  let said = ''
  running.stderr?.on('data', (bytes) => {
    said += bytes
  })
  let [last] = await once(running, 'message')
  while (typeof last !== 'number') [last] = await once(running, 'message')
  const lines = createInterface({ input: running.stdout as NodeJS.ReadableStream })
  let next = 0
  for await (const line of lines) {
    assert.equal(Number(line), ++next)
    if (next === last + 1000) running.kill('SIGKILL')
  }
  assert.ok(next >= last + 1000)
  assert.equal(said, '')
})

test(`after kill -9 at any moment everything that was answered is in the journal, ${ROUNDS} rounds`, async (t) => {
  const directory = folder(t)
  let random = SEED
  let answered = 0
  for (let round = 0; round < ROUNDS; round++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const target = 1 + ((random >>> 8) % 500)
    const running = start(t, directory)
    const lines = createInterface({ input: running.stdout as NodeJS.ReadableStream })
    let last = 0
    let heard = 0
    for await (const line of lines) {
      last = Number(line)
      // The moment is counted in answers, so that a slow machine kills at as many places as a quick one.
      if (++heard === target) running.kill('SIGKILL')
    }
    if (running.exitCode === null && running.signalCode === null) await once(running, 'exit')
    assert.equal(running.signalCode, 'SIGKILL', 'it was not the child that gave up')
    assert.ok(last >= answered + target, `round ${round}: the child recovered ${answered} and went on`)
    const reader = new JournalReader(directory)
    for (const _ of reader.blocks());
    assert.ok(reader.end.lastSeq >= last, `round ${round}: ${last} was answered, the journal has ${reader.end.lastSeq}`)
    answered = reader.end.lastSeq
  }
})

function start(t: TestContext, directory: string, stderr: 'pipe' | 'inherit' = 'inherit'): ChildProcess {
  const running = startGateChild(directory, { stderr })
  t.after(() => running.kill('SIGKILL'))
  return running
}

async function killed(running: ChildProcess): Promise<void> {
  const exited = once(running, 'exit')
  running.kill('SIGKILL')
  await exited
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-kill-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
