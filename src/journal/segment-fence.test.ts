/** Two writers of one journal without a lock between them: one goes on, the other answers nothing more, nothing is lost. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { NEW_ORDER, TICK } from '../model/records/commands.ts'
import { encode } from '../model/records/schema.ts'
import type { Tape } from '../model/records/tape.ts'
import { openSmallJournal, type SmallJournal } from '../simulator/small-journal.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { JournalFailed } from './file-journal.ts'
import { diskFiles, type JournalFiles } from './journal-files.ts'
import { JournalReader } from './journal-reader.ts'
import { OwnershipLost, type Predecessor } from './owner-file.ts'
import { fenceLastSegment } from './segment-fence.ts'

const SEGMENT_BYTES = 16_384
const order = (tape: Tape) => encode(tape, NEW_ORDER, {})
const tick = (tape: Tape) => encode(tape, TICK, {})

describe('a writer whose segment another start has marked', () => {
  for (const predecessor of ['dead', 'silent'] as const) {
    for (const mayBlock of [true, false]) {
      test(`answers nothing more: ${predecessor}, ${mayBlock ? 'blocking' : 'in the pool'}`, async (t) => {
        const directory = folder(t)
        const first = await open(directory, 'aa', 'nobody')
        await first.block([order], mayBlock)
        const second = await open(directory, 'bb', predecessor)
        await second.block([tick], mayBlock)
        await refused(first.block([order], mayBlock))
        await refused(first.block([tick], mayBlock))
        await second.block([tick], mayBlock)
        await first.close()
        await second.block([tick], mayBlock)
        await second.close()
        assert.deepEqual(lastSeqs(directory), [1, 2, 3, 4])
      })
    }
  }

  for (const predecessor of ['dead', 'silent'] as const) {
    test(`is not answered where the mark came while its block was written: ${predecessor}`, async (t) => {
      const directory = folder(t)
      let onSync = () => {}
      const first = await open(directory, 'aa', 'nobody', { ...diskFiles, open: opening(() => onSync()) })
      await first.block([order])
      onSync = () => fenceLastSegment(directory)
      await refused(first.block([order]))
      const second = await open(directory, 'bb', predecessor)
      await second.block([tick])
      await second.close()
      // The block was on the disk before the mark: it may be found, and is no answer.
      assert.deepEqual(lastSeqs(directory), [1, 2, 3])
    })
  }

  test('does not open another segment: its number is taken, or the mark is seen', async (t) => {
    const directory = folder(t)
    let onName = () => {}
    const files: JournalFiles = {
      ...diskFiles,
      name: (from, to) => {
        onName()
        diskFiles.name(from, to)
      },
    }
    const first = await open(directory, 'aa', 'nobody', files)
    while (first.journal.durable.offset < SEGMENT_BYTES - 2000) await first.block([order])
    onName = () => fenceLastSegment(directory)
    await refused(filling(first))
    const answered = first.journal.durable.seq
    const second = await open(directory, 'bb', 'dead')
    await second.block([tick])
    await second.close()
    assert.equal(lastSeqs(directory).at(-1), answered + 1)
  })

  test('finds its next number taken', async (t) => {
    const directory = folder(t)
    let isTaken = false
    const first = await open(directory, 'aa', 'nobody', {
      ...diskFiles,
      name: (from, to) => {
        if (isTaken) diskFiles.open(to, true).close()
        diskFiles.name(from, to)
      },
    })
    isTaken = true
    await assert.rejects(
      filling(first),
      (error: Error) => error instanceof JournalFailed && /EEXIST/.test(error.message),
    )
  })

  test('a silent predecessor keeps its spare: the next one makes its own', async (t) => {
    const directory = folder(t)
    const first = await open(directory, 'aa', 'nobody')
    await first.block([order])
    const second = await open(directory, 'bb', 'silent')
    assert.deepEqual(readdirSync(directory).sort(), ['00000001.pjl', '00000002.pjl', 'bb.reserve.pjl', 'durable'])
    await second.close()
    await first.close().catch(() => {})
  })
})

/** Appends until a segment must be full. */
async function filling(small: SmallJournal): Promise<void> {
  for (let i = 0; i < 100; i++) await small.block([order])
}

async function refused(block: Promise<void>): Promise<void> {
  await assert.rejects(block, (error: Error) => {
    assert.ok(error instanceof JournalFailed)
    assert.ok(error.cause instanceof OwnershipLost, String(error.cause))
    return true
  })
}

/** Opens as if the lock let everybody in. */
async function open(
  directory: string,
  owner: string,
  predecessor: Predecessor,
  files = diskFiles,
): Promise<SmallJournal> {
  const nothing = () => {}
  const release = async () => {}
  const lock: DirectoryLock = {
    ...{ directory, owner, predecessor, isLost: false, assertHeld: nothing, renew: nothing, release },
  }
  fenceLastSegment(directory)
  return await openSmallJournal(directory, { lock, files, segmentBytes: SEGMENT_BYTES })
}

/** Files that say when they were synced. */
function opening(onSync: () => void): JournalFiles['open'] {
  return (path, create) => {
    const file = diskFiles.open(path, create)
    const sync = file.sync.bind(file)
    return Object.assign(file, {
      sync: () => {
        sync()
        onSync()
      },
    })
  }
}

function lastSeqs(directory: string): readonly number[] {
  return [...new JournalReader(directory).blocks()].map((block) => block.lastSeq)
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'portcullis-fence-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
