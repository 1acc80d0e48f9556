/** Who may take a folder over, how long that takes, and how its owner hears of it. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { madeUpLockWorld } from '../simulator/lock-rooms.ts'
import { openSmallJournal } from '../simulator/small-journal.ts'
import { lockDirectory } from './directory-lock.ts'
import { DirectoryLocked } from './name-lock.ts'
import { OWNER_FILE, OwnershipLost, RENEWED_EVERY_MS, SILENCE_MS } from './owner-file.ts'

const tick = (tape: Tape) => encode(tape, TICK, {})
const TOTAL = (waits: readonly number[]) => waits.reduce((sum, ms) => sum + ms, 0)

describe('the owner file', () => {
  test('is there while the gate lives, and gone when it ended in order: the next start does not wait', async (t) => {
    const directory = folder(t)
    const first = await lockDirectory(directory, madeUpLockWorld({ boot: 'boot-x' }))
    assert.equal(first.predecessor, 'nobody')
    assert.deepEqual(readdirSync(directory), [OWNER_FILE])
    await first.release()
    assert.deepEqual(readdirSync(directory), [])
    const world = madeUpLockWorld({})
    const second = await lockDirectory(directory, world)
    assert.deepEqual([second.predecessor, world.waits, world.said], ['nobody', [], []])
    assert.notEqual(second.owner, first.owner)
    await second.release()
  })

  test('left behind under the same kernel and namespace proves its writer dead: no wait', async (t) => {
    const directory = folder(t)
    await lockDirectory(directory, madeUpLockWorld({ process: 11 }))
    const world = madeUpLockWorld({ process: 12 })
    const lock = await lockDirectory(directory, world)
    assert.deepEqual([lock.predecessor, world.waits], ['dead', []])
    await lock.release()
  })

  for (const [where, place] of [
    ['another boot', { boot: 'boot-b' }],
    ['another network namespace', { network: 'net-b' }],
    ['a system that does not say where', { boot: '', network: '' }],
  ] as const) {
    test(`of ${where} is taken over after ${SILENCE_MS} ms of silence, and the terminal says so`, async (t) => {
      const directory = folder(t)
      const first = await lockDirectory(directory, madeUpLockWorld({ process: 11, host: 'web-1', ...place }))
      const world = madeUpLockWorld(place.boot === '' ? place : {})
      const second = await lockDirectory(directory, world)
      assert.deepEqual([second.predecessor, TOTAL(world.waits)], ['silent', SILENCE_MS])
      assert.equal(world.said.length, 1)
      assert.match(world.said[0] as string, /process 11 on web-1\) did not end in order.* watching for 2 s/)
      assert.throws(() => first.assertHeld(), OwnershipLost)
      second.assertHeld()
      await first.release()
      second.assertHeld()
      assert.equal(existsSync(join(directory, OWNER_FILE)), true, 'who lost it does not remove it')
      await second.release()
    })
  }

  test('that is renewed is not taken over, whoever it belongs to', async (t) => {
    const directory = folder(t)
    const owner = madeUpLockWorld({ boot: 'boot-b', process: 11, host: 'web-1' })
    const lock = await lockDirectory(directory, owner)
    let waits = 0
    // The last moment before it would be taken.
    const world = madeUpLockWorld({}, () => ++waits * 100 === SILENCE_MS && owner.timer.fire())
    await assert.rejects(lockDirectory(directory, world), (error: Error) => {
      assert.ok(error instanceof DirectoryLocked)
      assert.match(error.message, /in use by another gate \(process 11 on web-1, which lives\)/)
      return true
    })
    lock.assertHeld()
    await lock.release()
  })

  test('is renewed by work that keeps the timer from coming round, not more often than need be', async (t) => {
    const directory = folder(t)
    const world = madeUpLockWorld({})
    const lock = await lockDirectory(directory, world)
    const content = () => readFileSync(join(directory, OWNER_FILE), 'latin1')
    const before = content()
    world.clock.pass(RENEWED_EVERY_MS * 1000 - 1)
    lock.renew()
    assert.equal(content(), before)
    world.clock.pass(1)
    lock.renew()
    assert.notEqual(content(), before)
    await lock.release()
  })

  test('that goes away during the watch leaves the folder to whoever watches', async (t) => {
    const directory = folder(t)
    const first = await lockDirectory(directory, madeUpLockWorld({ boot: 'boot-b' }))
    const world = madeUpLockWorld({}, () => (world.waits.length === 3 ? first.release() : undefined))
    const second = await lockDirectory(directory, world)
    assert.deepEqual([second.predecessor, world.waits.length], ['nobody', 3])
    await second.release()
  })

  test('that a crash left empty or garbled is watched like any other', async (t) => {
    const directory = folder(t)
    for (const content of ['', '{"owner":', 'null\n', '\0\0\0\0']) {
      writeFileSync(join(directory, OWNER_FILE), content)
      const world = madeUpLockWorld({})
      const lock = await lockDirectory(directory, world)
      assert.deepEqual([lock.predecessor, TOTAL(world.waits)], ['silent', SILENCE_MS])
      await lock.release()
    }
  })

  test('goes to one of two that watch it at once', async (t) => {
    const directory = folder(t)
    await lockDirectory(directory, madeUpLockWorld({ boot: 'boot-b' }))
    const worlds = [madeUpLockWorld({ network: 'net-1' }), madeUpLockWorld({ network: 'net-2' })]
    const outcomes = await Promise.allSettled(worlds.map((world) => lockDirectory(directory, world)))
    const taken = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const held = taken.filter((lock) => {
      try {
        lock.assertHeld()
        return true
      } catch {
        return false
      }
    })
    assert.equal(held.length, 1)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') assert.ok(outcome.reason instanceof DirectoryLocked)
    for (const lock of taken) await lock.release()
  })

  test('moved or removed by hand ends its owner', async (t) => {
    const directory = folder(t)
    const path = join(directory, OWNER_FILE)
    for (const change of [() => rmSync(path), () => renameSync(path, `${path}.old`)]) {
      const world = madeUpLockWorld({})
      const lock = await lockDirectory(directory, world)
      const small = await openSmallJournal(directory, { lock })
      await small.block([tick])
      lock.assertHeld()
      change()
      assert.throws(() => lock.assertHeld(), OwnershipLost)
      // The next renewal tells the journal.
      world.timer.fire()
      await assert.rejects(small.block([tick]), (error: Error) => error.cause instanceof OwnershipLost)
      await small.close()
    }
  })
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-owner-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
