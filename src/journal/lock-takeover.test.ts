/** Real processes that share a folder and nothing else: two containers on one volume, and one that is stopped and goes on. */
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import { type GateChildOptions, namespaceWay, startGateChild } from '../simulator/gate-child.ts'
import { otherNamespace } from '../simulator/lock-rooms.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { lockDirectory } from './directory-lock.ts'
import { JournalReader } from './journal-reader.ts'
import { DirectoryLocked } from './name-lock.ts'
import { SILENCE_MS } from './owner-file.ts'

const ROUNDS = 6
const SEED = Number(process.env.SEED ?? 1)

const unshare = process.platform === 'linux' ? namespaceWay() : undefined
const skip = unshare === undefined ? 'unshare(1) gives no network namespace here' : false

test('a gate in another network namespace is refused while the first one lives', { skip }, async (t) => {
  const directory = folder(t)
  const first = start(t, directory)
  await once(first, 'message')
  const second = start(t, directory, { unshare: unshare ?? [], stderr: 'pipe' })
  const [said, code] = await Promise.all([textOf(second), exitOf(second)])
  assert.match(said, new RegExp(`in use by another gate \\(process ${first.pid} on .*, which lives\\)`))
  assert.equal(code, 3)
  // And the other way round.
  await killed(first)
  const third = start(t, directory, { unshare: unshare ?? [] })
  await once(third, 'message')
  await assert.rejects(lockDirectory(directory), DirectoryLocked)
  await killed(third)
  assertWhole(directory)
})

test('a killed gate of another network namespace is succeeded within the stated time', { skip }, async (t) => {
  const directory = folder(t)
  const first = start(t, directory)
  await once(first, 'message')
  await killed(first)
  const startedAt = performance.now()
  const second = start(t, directory, { unshare: unshare ?? [] })
  await once(second, 'message')
  const tookMs = performance.now() - startedAt
  assert.ok(tookMs >= SILENCE_MS, `it watched the folder, and did not start after ${tookMs} ms`)
  await killed(second)
  assertWhole(directory)
})

const stops = process.platform === 'linux' ? false : 'tells by /proc that a process has stopped'
test(`a gate that was stopped while another took over answers nothing that the other did not read, ${ROUNDS} rounds`, {
  skip: stops,
}, async (t) => {
  const directory = folder(t)
  let random = SEED
  for (let round = 0; round < ROUNDS; round++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0
    const target = 20 + ((random >>> 8) % 400)
    const path = join(directory, `answers-${round}`)
    const out = openSync(path, 'w')
    const first = start(t, directory, { stdout: out, stderr: 'pipe' })
    closeSync(out)
    while (linesOf(path).length < target) await turn()
    await stopped(first)
    const second = await openSmallJournal(directory, { lock: await lockDirectory(directory, otherNamespace()) })
    const recovered = second.journal.durable.seq
    await second.block([(tape) => encode(tape, TICK, {})])
    first.kill('SIGCONT')
    const [said, code] = await Promise.all([textOf(first), exitOf(first)])
    assert.match(said, /another gate has taken this journal over/)
    assert.equal(code, 4)
    // What was durable, and only not yet said when it was stopped, is in what the other one had read.
    const last = Number(linesOf(path).at(-1))
    assert.ok(last <= recovered, `round ${round}: it answered ${last}, the other one had read up to ${recovered}`)

    await second.block([(tape) => encode(tape, TICK, {})])
    await second.close()
    assert.equal(assertWhole(directory), recovered + 2)
  }
})

/** Returns the last sequence number of a journal that can be read from end to end. */
function assertWhole(directory: string): number {
  const reader = new JournalReader(directory)
  for (const _ of reader.blocks());
  return reader.end.lastSeq
}

function start(t: TestContext, directory: string, options: GateChildOptions = {}): ChildProcess {
  const running = startGateChild(directory, options)
  // Nobody reads what it answers: it must not wait for that.
  running.stdout?.resume()
  t.after(() => running.kill('SIGKILL'))
  return running
}

async function killed(running: ChildProcess): Promise<void> {
  const exited = once(running, 'exit')
  running.kill('SIGKILL')
  await exited
}

/** Stops the process; returns when it stands. */
async function stopped(running: ChildProcess): Promise<void> {
  running.kill('SIGSTOP')
  while (!/\) T /.test(readFileSync(`/proc/${running.pid}/stat`, 'latin1'))) await turn()
}

async function textOf(running: ChildProcess): Promise<string> {
  let text = ''
  for await (const piece of running.stderr ?? []) text += piece
  return text
}

async function exitOf(running: ChildProcess): Promise<number | null> {
  if (running.exitCode === null && running.signalCode === null) await once(running, 'exit')
  return running.exitCode
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'latin1').split('\n').slice(0, -1)
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-takeover-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
